"""How people sign in, worked out from Limner's own settings: who sends mail, and who else says who somebody is."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from limner.config.env import BadSetting

MAIL_PORTS = {"smtp": 587, "smtps": 465}


def mail(url: str, sender: str, hosts: tuple[str, ...], *, accounts: bool) -> dict[str, Any]:
    """Django's settings for mail. Links in a mail name the host that was asked for: it has to be one that is ours."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    try:
        where = urlsplit(url)
        port = where.port
    except ValueError:
        raise BadSetting("LIMNER_MAIL_URL is no address such as smtp://user:password@host:587") from None
    if where.scheme not in MAIL_PORTS or not where.hostname:
        raise BadSetting("LIMNER_MAIL_URL is no address such as smtp://user:password@host:587")
    if accounts and not hosts:
        raise BadSetting(
            "LIMNER_MAIL_URL needs LIMNER_HOSTS: mails carry links, and without it any name would be believed."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": where.hostname,
        "EMAIL_PORT": port or MAIL_PORTS[where.scheme],
        "EMAIL_HOST_USER": unquote(where.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(where.password or ""),
        "EMAIL_USE_SSL": where.scheme == "smtps",
        "EMAIL_USE_TLS": where.scheme == "smtp" and bool(where.username),
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": sender or f"limner@{(hosts or ('localhost',))[0].lstrip('.')}",
    }


def providers(values: dict[str, Any]) -> dict[str, Any]:
    """Who else says who somebody is, as allauth wants it told."""
    found: dict[str, Any] = {}
    for name, scope in (("google", ["openid", "profile", "email"]), ("github", ["read:user", "user:email"])):
        client, secret = _client(values, f"LIMNER_{name.upper()}", bool(values[f"LIMNER_{name.upper()}_ID"]))
        if client:
            found[name] = {
                "APPS": [{"client_id": client, "secret": secret}],
                "SCOPE": scope,
                "OAUTH_PKCE_ENABLED": True,
            }
    issuer = str(values["LIMNER_OIDC"])
    if issuer:
        if not issuer.startswith(("https://", "http://localhost", "http://127.0.0.1")):
            raise BadSetting("LIMNER_OIDC is no issuer such as https://login.example.com")
        client, secret = _client(values, "LIMNER_OIDC", True)
        found["openid_connect"] = {
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": str(values["LIMNER_OIDC_NAME"]),
                    "client_id": client,
                    "secret": secret,
                    "settings": {"server_url": issuer.rstrip("/")},
                }
            ],
            "OAUTH_PKCE_ENABLED": True,
        }
    return found


def _client(values: dict[str, Any], name: str, wanted: bool) -> tuple[str, str]:
    client, secret = str(values[f"{name}_ID"]), str(values[f"{name}_SECRET"])
    if wanted and not (client and secret):
        raise BadSetting(f"{name} needs both {name}_ID and {name}_SECRET.")
    return client, secret
