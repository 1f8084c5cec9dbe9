"""What people's browsers ask for."""

from __future__ import annotations

from tests.security.table import Row

PAGES: dict[str, list[Row]] = {
    "language": [Row("POST", "/language", 302, 302, 302, body="language=es")],
    "livez": [Row("GET", "/livez", 200, 200, 200)],
    "healthz": [Row("GET", "/healthz", 200, 200, 200)],
    "csp-report": [Row("POST", "/csp-report", 400, 400, 400, body="x")],
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
    "pictures/<uuid:public_id>/share": [
        Row("POST", "/pictures/{picture}/share", 200, 404, 404),
        Row("POST", "/pictures/{public}/share", 200, 403, 404),
    ],
    "pictures/<uuid:public_id>/trash": [
        Row("POST", "/pictures/{picture}/trash", 302, 404, 404),
        Row("POST", "/pictures/{public}/trash", 302, 403, 404),
    ],
    "pictures/<uuid:public_id>/restore": [Row("POST", "/pictures/{trashed}/restore", 302, 404, 404)],
    "^files/(?P<token>[A-Za-z0-9_~-]{40,200})\\.(?P<ext>png|jpg|webp)$": [
        Row("GET", "{link}", 200, 200, 200),  # the signature stands for the viewer
        Row("GET", "{tampered_link}", 404, 404, 404),
        Row("GET", "{old_link}", 404, 404, 404),
        Row("GET", "{link_to_trashed}", 404, 404, 404),
    ],
    "styles": [Row("GET", "/styles", 200, 200, 302)],
    "styles/add": [Row("POST", "/styles/add", 302, 302, 302, body="name=new&words={prompt}")],
    "styles/import": [Row("POST", "/styles/import", 400, 400, 302)],
    "styles/export.csv": [Row("GET", "/styles/export.csv", 200, 200, 302)],
    "styles/<uuid:public_id>": [Row("POST", "/styles/{style}", 302, 404, 302, body="name=other&words={prompt}")],
    "styles/<uuid:public_id>/delete": [Row("POST", "/styles/{style}/delete", 302, 404, 302)],
    "": [Row("GET", "/", 200, 200, 302), Row("GET", "/?from={picture}", 200, 200, 302)],
    "make": [Row("POST", "/make", 302, 302, 302, body="prompt=a+boat")],
    "settings": [Row("GET", "/settings", 200, 200, 302)],
    "begin-with": [Row("POST", "/begin-with", 403, 403, 302, body="model=storybook")],
    "words": [Row("GET", "/words?prompt=a", 200, 200, 302)],
    "read": [Row("POST", "/read", 400, 400, 302)],
    "ahead": [Row("GET", "/ahead", 200, 200, 302)],
    "earlier": [Row("GET", "/earlier?before={job}", 200, 404, 302)],
    "jobs/<uuid:public_id>/card": [Row("GET", "/jobs/{job}/card", 200, 404, 302)],
    "jobs/<uuid:public_id>/cancel": [Row("POST", "/jobs/{job}/cancel", 302, 404, 302)],
    "jobs/<uuid:public_id>/again": [Row("POST", "/jobs/{job}/again", 302, 404, 302)],
    "upload": [Row("POST", "/upload", 400, 400, 302)],
    "uploads/<uuid:public_id>.png": [Row("GET", "/uploads/{upload}.png", 200, 404, 302)],
    "edit/<uuid:public_id>": [
        Row("GET", "/edit/{picture}", 200, 404, 302),
        Row("GET", "/edit/{upload}", 200, 404, 302),
    ],
    "edit/<uuid:public_id>/vary": [Row("POST", "/edit/{picture}/vary", 400, 404, 302)],
    "edit/<uuid:public_id>/enlarge": [Row("POST", "/edit/{picture}/enlarge", 400, 404, 302)],
    "compare/<uuid:public_id>": [Row("GET", "/compare/{picture}", 404, 404, 302)],
    "pictures/<uuid:public_id>/trashed-<int:width>.webp": [
        Row("GET", "/pictures/{trashed}/trashed-256.webp", 200, 404, 404),
        Row("GET", "/pictures/{picture}/trashed-256.webp", 404, 404, 404),
    ],
    "pictures/<uuid:public_id>/publish": [
        Row("POST", "/pictures/{picture}/publish", 302, 404, 404, body="public=1&licence=reserved"),
        Row("POST", "/pictures/{public}/publish", 302, 403, 404),  # that it is there is no secret
    ],
    "pictures/<uuid:public_id>/like": [
        Row("POST", "/pictures/{public}/like", 302, 302, 302),
        Row("POST", "/pictures/{picture}/like", 404, 404, 302),
    ],
    "pictures/<uuid:public_id>/report": [
        Row("POST", "/pictures/{public}/report", 302, 302, 302, body="reason=spam"),
        Row("POST", "/pictures/{picture}/report", 404, 404, 404, body="reason=spam"),
    ],
    "gallery": [Row("GET", "/gallery", 200, 200, 200), Row("GET", "/gallery?after={picture}", 404, 404, 404)],
    "gallery.atom": [Row("GET", "/gallery.atom", 200, 200, 200)],
    "robots.txt": [Row("GET", "/robots.txt", 200, 200, 200)],
    "history": [Row("GET", "/history", 200, 200, 302), Row("GET", "/history?before={picture}", 200, 200, 302)],
    "history/selected": [
        # What is not theirs is passed over, as what is not there: nothing is left to do.
        Row("POST", "/history/selected", 200, 400, 302, body="verb=download&picture={picture}"),
        Row("POST", "/history/selected", 302, 400, 302, body="verb=trash&picture={picture}"),
        Row("POST", "/history/selected", 302, 400, 302, body="verb=publish&picture={picture}"),
        Row(
            "POST",
            "/history/selected",
            302,
            404,
            302,
            body="verb=album&album={album}&picture={bobs}&picture={picture}",
        ),
        Row(
            "POST",
            "/history/selected",
            302,
            404,
            302,
            body="verb=take_out&album={album}&picture={bobs}&picture={picture}",
        ),
    ],
    "trash": [Row("GET", "/trash", 200, 200, 302)],
    "albums": [Row("GET", "/albums", 200, 200, 302), Row("POST", "/albums", 302, 302, 302, body="name=boats")],
    "albums/<uuid:public_id>": [
        Row("GET", "/albums/{album}", 200, 404, 302),
        Row("POST", "/albums/{album}", 302, 404, 302, body="name=other"),
        Row("POST", "/albums/{album}", 302, 404, 302, body="verb=remove"),
    ],
    "usage": [Row("GET", "/usage", 200, 200, 302)],
    "usage.csv": [Row("GET", "/usage.csv", 200, 200, 302)],
}
