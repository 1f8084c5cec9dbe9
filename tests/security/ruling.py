"""What those who run this Limner ask for: here Alice is its owner. To Bob nothing of it is there."""

from __future__ import annotations

from tests.security.table import Row

INVITATIONS = "admin/invitations"

RULING: dict[str, list[Row]] = {
    INVITATIONS: [
        Row("GET", f"/{INVITATIONS}", 200, 404, 302),
        Row("POST", f"/{INVITATIONS}", 302, 404, 302, body="uses=1&days=1"),
    ],
    f"{INVITATIONS}/<uuid:public_id>/revoke": [Row("POST", f"/{INVITATIONS}/{{invitation}}/revoke", 302, 404, 302)],
    "admin/django/": [
        Row("GET", "/admin/django/", 200, 404, 302),
        Row("GET", "/admin/django/accounts/account/", 200, 404, 302),
        Row("GET", "/admin/django/accounts/account/add/", 403, 404, 302),
        Row("GET", "/admin/django/login/", 302, 404, 302),
        Row("POST", "/admin/django/logout/", 200, 404, 302),
        Row("GET", "/admin/django/nowhere", 404, 404, 302),
    ],
    "admin/models": [Row("GET", "/admin/models", 200, 404, 302)],
    "admin/models/pull": [
        Row("GET", "/admin/models/pull?name=no-name", 400, 404, 302),
        Row("POST", "/admin/models/pull", 400, 404, 302, body="name=../x&accepted=on"),
    ],
    "admin/models/stop": [Row("POST", "/admin/models/stop", 302, 404, 302, body="name=a/b")],
    "admin/models/throw-away": [Row("POST", "/admin/models/throw-away", 302, 404, 302, body="name=a/b")],
    "admin/models/remove": [Row("POST", "/admin/models/remove", 302, 404, 302, body="folder=../..")],
    "admin/overview": [Row("GET", "/admin/overview", 200, 404, 302)],
    "admin/people": [Row("GET", "/admin/people", 200, 404, 302)],
    "admin/people/<uuid:public_id>": [Row("GET", "/admin/people/{waiting}", 200, 404, 302)],
    "admin/people/<uuid:public_id>/change": [
        Row("POST", "/admin/people/{waiting}/change", 302, 404, 302, body="do=let-in")
    ],
    "admin/plans": [
        Row("GET", "/admin/plans", 200, 404, 302),
        Row("POST", "/admin/plans", 302, 404, 302, body="name=pupils&weight=1&requests_per_minute=30"),
    ],
    "admin/moderation": [Row("GET", "/admin/moderation", 200, 404, 302)],
    "admin/moderation/flags/<uuid:public_id>": [
        Row("POST", "/admin/moderation/flags/{flag}", 302, 404, 302, body="do=dismiss")
    ],
    "admin/moderation/pictures/<uuid:public_id>/put-back": [
        Row("POST", "/admin/moderation/pictures/{taken_down}/put-back", 302, 404, 302, body="reason=mistake")
    ],
    "admin/moderation/rules": [
        Row("GET", "/admin/moderation/rules", 200, 404, 302),
        Row("POST", "/admin/moderation/rules", 200, 404, 302, body="do=try&prompt=a+boat"),
    ],
    "admin/moderation/log": [Row("GET", "/admin/moderation/log", 200, 404, 302)],
    "admin/styles": [Row("GET", "/admin/styles", 200, 404, 302)],
    "admin/styles/add": [Row("POST", "/admin/styles/add", 302, 404, 302, body="name=new&words={prompt}")],
    "admin/styles/import": [Row("POST", "/admin/styles/import", 400, 404, 302)],
    "admin/styles/export.csv": [Row("GET", "/admin/styles/export.csv", 200, 404, 302)],
    "admin/styles/<uuid:public_id>": [
        Row("POST", "/admin/styles/{style}", 302, 404, 302, body="name=other&words={prompt}")
    ],
    "admin/styles/<uuid:public_id>/delete": [Row("POST", "/admin/styles/{style}/delete", 302, 404, 302)],
    "admin/styles/with-limner/<slug:name>": [
        Row("POST", "/admin/styles/with-limner/anime", 302, 404, 302, body="hide=1")
    ],
}
