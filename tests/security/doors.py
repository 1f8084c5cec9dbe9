"""Signing in and up, and the pages about one's own account. Charlie, whom nobody knows, is asked to sign in."""

from __future__ import annotations

from tests.security.table import Row

DOORS: dict[str, list[Row]] = {
    "sign-in": [
        Row("GET", "/sign-in", 302, 302, 200),
        Row("POST", "/sign-in", 302, 302, 400, body="login=alice&password=guessed"),
    ],
    "sign-out": [Row("GET", "/sign-out", 405, 405, 405), Row("POST", "/sign-out", 302, 302, 302)],
    "sign-in/closed": [Row("GET", "/sign-in/closed", 200, 200, 200)],
    "sign-in/second": [
        Row("GET", "/sign-in/second", 302, 302, 302),
        Row("POST", "/sign-in/second", 302, 302, 302, body="code=000000"),
    ],
    "sign-in/passkey": [
        Row("GET", "/sign-in/passkey", 302, 302, 302),
        Row("POST", "/sign-in/passkey", 302, 302, 302, body="credential=x"),
    ],
    "sign-in/cancelled": [Row("GET", "/sign-in/cancelled", 200, 200, 200)],
    "sign-in/error": [Row("GET", "/sign-in/error", 401, 401, 401)],
    "sign-in/with/google": [Row("GET", "/sign-in/with/google", 404, 404, 404)],
    "sign-in/with/google/callback": [Row("GET", "/sign-in/with/google/callback?code=x&state=x", 404, 404, 404)],
    "sign-in/with/github": [Row("GET", "/sign-in/with/github", 404, 404, 404)],
    "sign-in/with/github/callback": [Row("GET", "/sign-in/with/github/callback?code=x&state=x", 404, 404, 404)],
    "sign-in/with/<issuer:provider_id>": [Row("GET", "/sign-in/with/oidc", 404, 404, 404)],
    "sign-in/with/<issuer:provider_id>/callback": [
        Row("GET", "/sign-in/with/oidc/callback?code=x&state=x", 404, 404, 404)
    ],
    "sign-up": [
        Row("GET", "/sign-up", 302, 302, 200),
        Row("POST", "/sign-up", 302, 302, 200, body="username=eve&password1=x"),
    ],
    "sign-up/with": [
        Row("GET", "/sign-up/with", 302, 302, 302),
        Row("POST", "/sign-up/with", 302, 302, 302, body="username=eve"),
    ],
    "sign-up/confirm": [Row("GET", "/sign-up/confirm", 200, 200, 200)],
    "sign-up/confirm/<str:key>": [
        Row("GET", "/sign-up/confirm/guessed", 200, 200, 200),
        Row("POST", "/sign-up/confirm/guessed", 404, 404, 404),
    ],
    "reset": [
        Row("GET", "/reset", 200, 200, 200),
        Row("POST", "/reset", 200, 200, 200, body="email=alice@example.com"),
    ],
    "reset/sent": [Row("GET", "/reset/sent", 200, 200, 200)],
    "reset/done": [Row("GET", "/reset/done", 200, 200, 200)],
    "reset/<person:uidb36>-<str:key>": [
        Row("GET", "/reset/1-guessed", 200, 200, 200),
        Row("POST", "/reset/1-set-password", 200, 200, 200, body="password1=x&password2=x"),
    ],
    "account/email": [Row("GET", "/account/email", 200, 200, 302)],
    "account/password": [
        Row("GET", "/account/password", 200, 200, 302),
        Row("POST", "/account/password", 200, 200, 302, body="oldpassword=x"),
    ],
    "account/password/set": [Row("GET", "/account/password/set", 302, 302, 302)],
    "account/again": [
        Row("GET", "/account/again", 200, 200, 302),
        Row("POST", "/account/again", 200, 200, 302, body="password=x"),
    ],
    "account/again/code": [
        Row("GET", "/account/again/code", 403, 403, 302),
        Row("POST", "/account/again/code", 403, 403, 302),
    ],
    "account/again/code/confirm": [Row("GET", "/account/again/code/confirm", 403, 403, 302)],
    "account/again/second": [Row("GET", "/account/again/second", 302, 302, 302)],
    "account/again/passkey": [Row("GET", "/account/again/passkey", 200, 302, 302)],
    "account/sessions": [
        Row("GET", "/account/sessions", 200, 200, 302),
        Row("POST", "/account/sessions", 302, 302, 302),
    ],
    "account/second": [Row("GET", "/account/second", 200, 200, 302)],
    "account/second/app": [Row("GET", "/account/second/app", 200, 200, 302)],
    "account/second/app/remove": [Row("POST", "/account/second/app/remove", 404, 404, 302)],
    "account/second/codes": [Row("GET", "/account/second/codes", 404, 404, 302)],
    "account/second/codes/new": [Row("POST", "/account/second/codes/new", 302, 200, 302)],
    "account/second/codes/download": [Row("GET", "/account/second/codes/download", 404, 404, 302)],
    "account/second/passkeys": [Row("GET", "/account/second/passkeys", 200, 200, 302)],
    "account/second/passkeys/add": [Row("GET", "/account/second/passkeys/add", 200, 200, 302)],
    "account/second/passkeys/<int:pk>": [
        Row("GET", "/account/second/passkeys/{passkey}", 200, 404, 302),
        Row("POST", "/account/second/passkeys/{passkey}", 302, 404, 302, body="name=other"),
    ],
    "account/second/passkeys/<int:pk>/remove": [
        Row("POST", "/account/second/passkeys/{passkey}/remove", 302, 404, 302)
    ],
    "account/keys": [
        Row("GET", "/account/keys", 200, 200, 302),
        Row("POST", "/account/keys", 200, 200, 302, body="name=laptop&scopes=draw"),
    ],
    "account/keys/<slug:prefix>/revoke": [Row("POST", "/account/keys/{key}/revoke", 302, 404, 404)],
    "account/data": [Row("GET", "/account/data", 200, 200, 302)],
    "account/data.zip": [Row("GET", "/account/data.zip", 200, 200, 302)],
    "account/data/delete": [Row("POST", "/account/data/delete", 400, 400, 302, body="password=guessed")],
}
