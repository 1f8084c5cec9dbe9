"""Paths of the accounts room under its own names; allauth's names for the same pages: `doors.py`."""

from __future__ import annotations

from django.urls import path

from limner.accounts import views, views_keys

app_name = "accounts"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("account/keys", views_keys.page, name="keys"),
    path("account/keys/<slug:prefix>/revoke", views_keys.end, name="end_key"),
]
