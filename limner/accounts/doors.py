"""allauth's pages at paths of ours, under the names by which it finds them. In personal mode they lead home, and the
code behind them (which reads certificates, tokens and keys) is not even imported."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter
from django.utils.module_loading import import_string

from limner.accounts import views

_found = cache(import_string)


class Person(StringConverter):
    """Who a reset is for, as allauth writes it: a key, which follows after a hyphen, has hyphens of its own."""

    regex = "[0-9A-Za-z]+"


class Issuer(StringConverter):
    """The one OpenID Connect provider: `oidc` in addresses, by its issuer where its people are kept."""

    regex = "oidc"

    def to_python(self, value: str) -> str:
        for app in settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", ()):
            return str(app["provider_id"])
        raise ValueError

    def to_url(self, value: str) -> str:
        return "oidc"


register_converter(Person, "person")
register_converter(Issuer, "issuer")


def door(route: str, where: str, name: str) -> URLPattern:
    """The page that allauth has at the dotted path `where`."""

    def opened(request: Any, **named: Any) -> Any:
        return _found(f"allauth.{where}")(request, **named)

    if settings.LIMNER_ACCOUNTS:
        _found(f"allauth.{where}")  # now, not at the first request
    return path(route, views.with_accounts(opened), name=name)


def elsewhere(route: str, where: str, name: str) -> URLPattern:
    """A way to another place, or back from it, where the settings name that place."""

    def opened(request: Any, **named: Any) -> Any:
        views.go_elsewhere(request, name)
        return _found(f"allauth.{where}")(request, **named)

    return path(route, views.with_accounts(opened), name=name)


urlpatterns = [
    path("sign-in", views.sign_in, name="account_login"),
    path("sign-out", views.sign_out, name="account_logout"),
    path("sign-in/closed", views.closed, name="account_inactive"),
    door("sign-in/second", "mfa.base.views.authenticate", "mfa_authenticate"),
    door("sign-in/passkey", "mfa.webauthn.views.login_webauthn", "mfa_login_webauthn"),
    door("sign-in/cancelled", "socialaccount.views.login_cancelled", "socialaccount_login_cancelled"),
    door("sign-in/error", "socialaccount.views.login_error", "socialaccount_login_error"),
    elsewhere("sign-in/with/google", "socialaccount.providers.google.views.oauth2_login", "google_login"),
    elsewhere(
        "sign-in/with/google/callback", "socialaccount.providers.google.views.oauth2_callback", "google_callback"
    ),
    elsewhere("sign-in/with/github", "socialaccount.providers.github.views.oauth2_login", "github_login"),
    elsewhere(
        "sign-in/with/github/callback", "socialaccount.providers.github.views.oauth2_callback", "github_callback"
    ),
    elsewhere(
        "sign-in/with/<issuer:provider_id>",
        "socialaccount.providers.openid_connect.views.login",
        "openid_connect_login",
    ),
    elsewhere(
        "sign-in/with/<issuer:provider_id>/callback",
        "socialaccount.providers.openid_connect.views.callback",
        "openid_connect_callback",
    ),
    path("sign-up", views.sign_up, name="account_signup"),
    door("sign-up/with", "socialaccount.views.signup", "socialaccount_signup"),
    door("sign-up/confirm", "account.views.email_verification_sent", "account_email_verification_sent"),
    door("sign-up/confirm/<str:key>", "account.views.confirm_email", "account_confirm_email"),
    path("reset", views.reset, name="account_reset_password"),
    door("reset/sent", "account.views.password_reset_done", "account_reset_password_done"),
    door("reset/done", "account.views.password_reset_from_key_done", "account_reset_password_from_key_done"),
    door(
        "reset/<person:uidb36>-<str:key>", "account.views.password_reset_from_key", "account_reset_password_from_key"
    ),
    door("account/email", "account.views.email", "account_email"),
    door("account/password", "account.views.password_change", "account_change_password"),
    door("account/password/set", "account.views.password_set", "account_set_password"),
    door("account/again", "account.views.reauthenticate", "account_reauthenticate"),
    door(
        "account/again/code", "account.views.request_reauthentication_code", "account_request_reauthentication_code"
    ),
    door(
        "account/again/code/confirm",
        "account.views.confirm_reauthentication_code",
        "account_confirm_reauthentication_code",
    ),
    door("account/again/second", "mfa.base.views.reauthenticate", "mfa_reauthenticate"),
    door("account/again/passkey", "mfa.webauthn.views.reauthenticate_webauthn", "mfa_reauthenticate_webauthn"),
    door("account/sessions", "usersessions.views.list_usersessions", "usersessions_list"),
    door("account/second", "mfa.base.views.index", "mfa_index"),
    door("account/second/app", "mfa.totp.views.activate_totp", "mfa_activate_totp"),
    door("account/second/app/remove", "mfa.totp.views.deactivate_totp", "mfa_deactivate_totp"),
    door("account/second/codes", "mfa.recovery_codes.views.view_recovery_codes", "mfa_view_recovery_codes"),
    door(
        "account/second/codes/new", "mfa.recovery_codes.views.generate_recovery_codes", "mfa_generate_recovery_codes"
    ),
    door(
        "account/second/codes/download",
        "mfa.recovery_codes.views.download_recovery_codes",
        "mfa_download_recovery_codes",
    ),
    door("account/second/passkeys", "mfa.webauthn.views.list_webauthn", "mfa_list_webauthn"),
    door("account/second/passkeys/add", "mfa.webauthn.views.add_webauthn", "mfa_add_webauthn"),
    door("account/second/passkeys/<int:pk>", "mfa.webauthn.views.edit_webauthn", "mfa_edit_webauthn"),
    door("account/second/passkeys/<int:pk>/remove", "mfa.webauthn.views.remove_webauthn", "mfa_remove_webauthn"),
]
