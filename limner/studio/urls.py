"""Paths of the make page."""

from __future__ import annotations

from django.urls import path

from limner.studio import albums, composing, editing, history, my_data, reading, selected, usage, views

app_name = "studio"
urlpatterns = [
    path("", views.page, name="page"),
    path("usage", usage.page, name="usage"),
    path("usage.csv", usage.as_csv, name="usage_csv"),
    path("make", views.make, name="make"),
    path("settings", views.settings, name="settings"),
    path("begin-with", views.begin_with, name="begin_with"),
    path("words", views.words, name="words"),
    path("read", reading.read, name="read"),
    path("ahead", composing.takes, name="ahead"),
    path("write", composing.write, name="write"),
    path("earlier", views.earlier, name="earlier"),
    path("jobs/<uuid:public_id>/card", views.card, name="card"),
    path("jobs/<uuid:public_id>/cancel", views.cancel, name="cancel"),
    path("jobs/<uuid:public_id>/again", views.again, name="again"),
    path("upload", editing.upload, name="upload"),
    path("uploads/<uuid:public_id>.png", editing.upload_file, name="upload_file"),
    path("edit/<uuid:public_id>", editing.edit, name="edit"),
    path("edit/<uuid:public_id>/vary", editing.vary, name="vary"),
    path("edit/<uuid:public_id>/enlarge", editing.enlarge, name="enlarge"),
    path("compare/<uuid:public_id>", editing.compare, name="compare"),
    path("history", history.history, name="history"),
    path("history/selected", selected.selected, name="selected"),
    path("trash", history.trash, name="trash"),
    path("albums", albums.albums, name="albums"),
    path("albums/<uuid:public_id>", albums.album, name="album"),
    path("account/data", my_data.my_data, name="my_data"),
    path("account/data.zip", my_data.take_along, name="take_along"),
    path("account/data/delete", my_data.delete, name="delete_my_data"),
    path("events", views.events, name="events"),
]
