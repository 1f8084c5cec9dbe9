"""What people's browsers ask for."""

from __future__ import annotations

from tests.security.table import Row

PAGES: dict[str, list[Row]] = {
    "language": [Row("POST", "/language", 302, 302, 302, body="language=es")],
    "livez": [Row("GET", "/livez", 200, 200, 200)],
    "healthz": [Row("GET", "/healthz", 200, 200, 200)],
    "csp-report": [Row("POST", "/csp-report", 400, 400, 400, body="{}")],
    "admin/upstreams": [Row("GET", "/admin/upstreams", 302, 302, 302)],
    "sign-in": [Row("GET", "/sign-in", 302, 302, 200)],
    "sign-out": [Row("POST", "/sign-out", 302, 302, 302)],
    "pictures/<uuid:public_id>": [
        Row("GET", "/pictures/{picture}", 200, 404, 404),
        Row("GET", "/pictures/{trashed}", 200, 404, 404),
    ],
    "pictures/<uuid:public_id>.<str:ext>": [
        Row("GET", "/pictures/{picture}.png", 200, 404, 404),
        Row("GET", "/pictures/{trashed}.png", 404, 404, 404),
    ],
    "pictures/<uuid:public_id>/thumb-<int:width>.webp": [
        Row("GET", "/pictures/{picture}/thumb-256.webp", 200, 404, 404),
        Row("GET", "/pictures/{trashed}/thumb-256.webp", 404, 404, 404),
    ],
    "pictures/<uuid:public_id>/beside": [Row("GET", "/pictures/{picture}/beside", 200, 404, 404)],
    "pictures/<uuid:public_id>/share": [Row("POST", "/pictures/{picture}/share", 200, 404, 404)],
    "pictures/<uuid:public_id>/trash": [Row("POST", "/pictures/{picture}/trash", 302, 404, 404)],
    "pictures/<uuid:public_id>/restore": [Row("POST", "/pictures/{trashed}/restore", 302, 404, 404)],
    "^files/(?P<token>[A-Za-z0-9_~-]{40,200})\\.(?P<ext>png|jpg|webp)$": [
        Row("GET", "/files/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.png", 404, 404, 404)
    ],
    "styles": [Row("GET", "/styles", 200, 200, 302)],
    "styles/add": [Row("POST", "/styles/add", 302, 302, 302, body="name=new&words={prompt}")],
    "styles/import": [Row("POST", "/styles/import", 400, 400, 302)],
    "styles/export.csv": [Row("GET", "/styles/export.csv", 200, 200, 302)],
    "styles/<uuid:public_id>": [Row("POST", "/styles/{style}", 302, 404, 302, body="name=other&words={prompt}")],
    "styles/<uuid:public_id>/delete": [Row("POST", "/styles/{style}/delete", 302, 404, 302)],
    "admin/styles": [Row("GET", "/admin/styles", 404, 404, 302)],
    "admin/styles/add": [Row("POST", "/admin/styles/add", 404, 404, 302, body="name=new&words={prompt}")],
    "admin/styles/import": [Row("POST", "/admin/styles/import", 404, 404, 302)],
    "admin/styles/export.csv": [Row("GET", "/admin/styles/export.csv", 404, 404, 302)],
    "admin/styles/<uuid:public_id>": [
        Row("POST", "/admin/styles/{style}", 404, 404, 302, body="name=other&words={prompt}")
    ],
    "admin/styles/<uuid:public_id>/delete": [Row("POST", "/admin/styles/{style}/delete", 404, 404, 302)],
    "admin/styles/with-limner/<slug:name>": [Row("POST", "/admin/styles/with-limner/anime", 404, 404, 302, body="hide=1")],
    "": [Row("GET", "/", 200, 200, 302), Row("GET", "/?from={picture}", 200, 200, 302)],
    "make": [Row("POST", "/make", 302, 302, 302, body="prompt=a+boat")],
    "settings": [Row("GET", "/settings", 200, 200, 302)],
    "begin-with": [Row("POST", "/begin-with", 403, 403, 302, body="model=storybook")],
    "words": [Row("GET", "/words?prompt=a", 200, 200, 302)],
    "read": [Row("POST", "/read", 400, 400, 302)],
    "ahead": [Row("GET", "/ahead", 200, 200, 302)],
    "write": [Row("GET", "/write", 405, 405, 405)],
    "earlier": [Row("GET", "/earlier?before={job}", 200, 404, 302)],
    "jobs/<uuid:public_id>/card": [Row("GET", "/jobs/{job}/card", 200, 404, 302)],
    "jobs/<uuid:public_id>/cancel": [Row("POST", "/jobs/{job}/cancel", 302, 404, 302)],
    "jobs/<uuid:public_id>/again": [Row("POST", "/jobs/{job}/again", 302, 404, 302)],
    "upload": [Row("POST", "/upload", 400, 400, 302)],
    "uploads/<uuid:public_id>.png": [Row("GET", "/uploads/{upload}.png", 200, 404, 302)],
    "edit/<uuid:public_id>": [Row("GET", "/edit/{picture}", 200, 404, 302), Row("GET", "/edit/{upload}", 200, 404, 302)],
    "edit/<uuid:public_id>/vary": [Row("POST", "/edit/{picture}/vary", 400, 404, 302)],
    "edit/<uuid:public_id>/enlarge": [Row("POST", "/edit/{picture}/enlarge", 400, 404, 302)],
    "compare/<uuid:public_id>": [Row("GET", "/compare/{picture}", 404, 404, 302)],
}
