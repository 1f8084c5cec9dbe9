"""Paths of the ops room."""

from __future__ import annotations

from django.urls import path

from limner.ops import admin_pages, local_models, upstreams, views

app_name = "ops"
urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("healthz", views.healthz, name="healthz"),
    path("admin/upstreams", upstreams.page, name="upstreams"),
    path("admin/models", local_models.models_page, name="models"),
    path("admin/models/pull", local_models.pull_page, name="pull"),
    path("admin/models/stop", local_models.stop, name="stop_pull"),
    path("admin/models/throw-away", local_models.throw_away, name="throw_away"),
    path("admin/models/remove", local_models.remove, name="remove_model"),
    path("admin/overview", admin_pages.overview_page, name="overview"),
    path("admin/people", admin_pages.people_page, name="people"),
    path("admin/people/<uuid:public_id>", admin_pages.person_page, name="person"),
    path("admin/people/<uuid:public_id>/change", admin_pages.change_person, name="change_person"),
    path("admin/invitations", admin_pages.invitations_page, name="invitations"),
    path("admin/invitations/<uuid:public_id>/revoke", admin_pages.revoke, name="revoke"),
    path("admin/plans", admin_pages.plans_page, name="plans"),
    path("admin/moderation", admin_pages.moderation_page, name="moderation"),
    path("admin/moderation/flags/<uuid:public_id>", admin_pages.decide, name="decide"),
    path("admin/moderation/pictures/<uuid:public_id>/put-back", admin_pages.put_back, name="put_back"),
    path("admin/moderation/rules", admin_pages.rules_page, name="rules"),
    path("admin/moderation/log", admin_pages.log_page, name="log"),
    path("csp-report", views.csp_report, name="csp_report"),
]
