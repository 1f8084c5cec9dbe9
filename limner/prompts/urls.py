"""Paths of the prompts room: the same pages for one's own styles and for everybody's."""

from __future__ import annotations

from django.urls import URLPattern, path

from limner.prompts import views

app_name = "prompts"


def _pages(at: str, name: str, **whose: bool) -> list[URLPattern]:
    return [
        path(at, views.page, whose, name=name),
        path(f"{at}/add", views.add, whose),
        path(f"{at}/import", views.bring, whose),
        path(f"{at}/export.csv", views.export, whose),
        path(f"{at}/<uuid:public_id>", views.change, whose),
        path(f"{at}/<uuid:public_id>/delete", views.delete, whose),
    ]


urlpatterns = [
    *_pages("styles", "styles"),
    *_pages("admin/styles", "everybodys_styles", everybody=True),
    path("admin/styles/with-limner/<slug:name>", views.hide, {"everybody": True}),
]
