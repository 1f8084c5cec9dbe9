"""Paths of the ops room."""

from __future__ import annotations

from django.urls import path

from limner.ops import upstreams, views

app_name = "ops"
urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("healthz", views.healthz, name="healthz"),
    path("admin/upstreams", upstreams.page, name="upstreams"),
    path("csp-report", views.csp_report, name="csp_report"),
]
