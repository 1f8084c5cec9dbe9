"""allauth's pages at paths of ours, under the names by which it finds them. In personal mode they lead to the studio."""

from __future__ import annotations

from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.github import views as github
from allauth.socialaccount.providers.google import views as google
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.usersessions import views as sessions
from django.urls import URLPattern, path

from limner.accounts import views


def door(route: str, view: Any, name: str) -> URLPattern:
    return path(route, views.with_accounts(view), name=name)


def elsewhere(route: str, view: Any, name: str) -> URLPattern:
    """A way to begin at another place: to sign in, never to tie that place to an account (a link could do it)."""

    @wraps(view)
    def only_to_sign_in(request: Any, *args: Any, **kwargs: Any) -> Any:
        views.refuse_connecting(request)
        return view(request, *args, **kwargs)

    return door(route, only_to_sign_in, name)


urlpatterns = [
    door("sign-in", views.sign_in, "account_login"),
    door("sign-out", views.sign_out, "account_logout"),
    door("sign-in/closed", account.account_inactive, "account_inactive"),
    door("sign-in/second", mfa.authenticate, "mfa_authenticate"),
    door("sign-in/passkey", passkeys.login_webauthn, "mfa_login_webauthn"),
    door("sign-in/cancelled", social.login_cancelled, "socialaccount_login_cancelled"),
    door("sign-in/error", social.login_error, "socialaccount_login_error"),
    elsewhere("sign-in/with/google", google.oauth2_login, "google_login"),
    door("sign-in/with/google/callback", google.oauth2_callback, "google_callback"),
    elsewhere("sign-in/with/github", github.oauth2_login, "github_login"),
    door("sign-in/with/github/callback", github.oauth2_callback, "github_callback"),
    elsewhere("sign-in/with/<str:provider_id>", oidc.login, "openid_connect_login"),
    door("sign-in/with/<str:provider_id>/callback", oidc.callback, "openid_connect_callback"),
    door("sign-up", views.sign_up, "account_signup"),
    door("sign-up/with", social.signup, "socialaccount_signup"),
    door("sign-up/confirm", account.email_verification_sent, "account_email_verification_sent"),
    door("sign-up/confirm/<str:key>", account.confirm_email, "account_confirm_email"),
    door("reset", views.reset, "account_reset_password"),
    door("reset/sent", account.password_reset_done, "account_reset_password_done"),
    door("reset/done", account.password_reset_from_key_done, "account_reset_password_from_key_done"),
    door("reset/<str:uidb36>-<str:key>", account.password_reset_from_key, "account_reset_password_from_key"),
    door("account/email", account.email, "account_email"),
    door("account/password", account.password_change, "account_change_password"),
    door("account/password/set", account.password_set, "account_set_password"),
    door("account/again", account.reauthenticate, "account_reauthenticate"),
    door("account/again/second", mfa.reauthenticate, "mfa_reauthenticate"),
    door("account/again/passkey", passkeys.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    door("account/sessions", sessions.list_usersessions, "usersessions_list"),
    door("account/second", mfa.index, "mfa_index"),
    door("account/second/app", totp.activate_totp, "mfa_activate_totp"),
    door("account/second/app/remove", totp.deactivate_totp, "mfa_deactivate_totp"),
    door("account/second/codes", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    door("account/second/codes/new", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"),
    door("account/second/codes/download", recovery.download_recovery_codes, "mfa_download_recovery_codes"),
    door("account/second/passkeys", passkeys.list_webauthn, "mfa_list_webauthn"),
    door("account/second/passkeys/add", passkeys.add_webauthn, "mfa_add_webauthn"),
    door("account/second/passkeys/<int:pk>", passkeys.edit_webauthn, "mfa_edit_webauthn"),
    door("account/second/passkeys/<int:pk>/remove", passkeys.remove_webauthn, "mfa_remove_webauthn"),
]
