"""Addresses of pictures. Every one is made of a public id or a signature, never of a number or a blob's key."""

from __future__ import annotations

from django.urls import path, re_path

from limner.gallery import views, views_wall

app_name = "gallery"

urlpatterns = [
    path("gallery", views_wall.gallery, name="gallery"),
    path("gallery.atom", views_wall.feed, name="feed"),
    path("robots.txt", views_wall.robots, name="robots"),
    path("pictures/<uuid:public_id>/publish", views_wall.publish, name="publish"),
    path("pictures/<uuid:public_id>/like", views_wall.like, name="like"),
    path("pictures/<uuid:public_id>/report", views_wall.report, name="report"),
    path("pictures/<uuid:public_id>", views.picture, name="picture"),
    path("pictures/<uuid:public_id>.<str:ext>", views.file, name="file"),
    path("pictures/<uuid:public_id>/thumb-<int:width>.webp", views.thumb, name="thumb"),
    path("pictures/<uuid:public_id>/trashed-<int:width>.webp", views.trashed_thumb, name="trashed_thumb"),
    path("pictures/<uuid:public_id>/beside", views.beside, name="beside"),
    path("pictures/<uuid:public_id>/share", views.share, name="share"),
    path("pictures/<uuid:public_id>/trash", views.trash, name="trash"),
    path("pictures/<uuid:public_id>/restore", views.restore, name="restore"),
    re_path(r"^files/(?P<token>[A-Za-z0-9_~-]{40,200})\.(?P<ext>png|jpg|webp)$", views.signed, name="signed"),
]
