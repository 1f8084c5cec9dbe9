"""Paths of the make page."""

from __future__ import annotations

from django.urls import path

from limner.studio import views

app_name = "studio"
urlpatterns = [
    path("", views.page, name="page"),
    path("make", views.make, name="make"),
    path("settings", views.settings, name="settings"),
    path("begin-with", views.begin_with, name="begin_with"),
    path("words", views.words, name="words"),
    path("earlier", views.earlier, name="earlier"),
    path("jobs/<uuid:public_id>/card", views.card, name="card"),
    path("jobs/<uuid:public_id>/cancel", views.cancel, name="cancel"),
    path("jobs/<uuid:public_id>/again", views.again, name="again"),
    path("events", views.events, name="events"),
]
