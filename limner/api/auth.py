"""Who is calling a JSON API.

Personal mode trusts the person at the machine: every call is the owner's, whatever key a client was made to send.
With accounts on, a call names its key as a bearer, in Azure's `api-key` header, or as the password of HTTP Basic
with a blank user name, and the key has to have the scope that the call needs. A browser's session is no key: pages of
other sites could ride on it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from limner.accounts.keys import account_for_key, prefix_of
from limner.accounts.limits import Rate, TooManyRequests, check_rate, refused_just_now
from limner.accounts.models import Account, ApiKey, Scope
from limner.accounts.sign_in import owner
from limner.api.errors import ApiError
from limner.jobs.threads import in_thread

NO_KEY = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
    "(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the "
    "API from your browser and are prompted for a username and password. Keys are made on the page "
    "/account/keys of this Limner, or with `limner key add`."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The account that a call is made for, and the key it came with (None in personal mode)."""

    account: Account
    key: ApiKey | None
    rate: Rate | None = None
    """What the key's minute has left; None where nobody counts."""


def key_in(headers: Mapping[str, str]) -> str | None:
    """The secret that a request's headers carry, None when there is none."""
    if secret := headers.get("api-key", "").strip():
        return secret
    scheme, _, given = headers.get("authorization", "").strip().partition(" ")
    given = given.strip()
    if scheme.lower() == "bearer":
        return given or None
    if scheme.lower() == "basic":
        return _password_beside_a_blank_user(given)
    return None


def _password_beside_a_blank_user(given: str) -> str | None:
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return password if password and not user else None


def caller_with(headers: Mapping[str, str], scope: Scope) -> Caller:
    """The caller; raises when the key is missing or wrong, has asked too often, or may not do this.

    Reads the database.
    """
    if not settings.LIMNER_ACCOUNTS:
        return Caller(owner(), None)
    secret = key_in(headers)
    if secret is None:
        raise ApiError(401, NO_KEY)
    key = account_for_key(secret)
    if key is None:
        raise _wrong(secret)
    rate = check_rate(key)
    if scope not in key.scopes:
        raise ApiError(
            403,
            f"You have insufficient permissions for this operation. Missing scopes: {scope}. This key has: "
            f"{', '.join(key.scopes) or 'none'}. `limner key add --scope {scope}` makes one that may do this.",
            code="missing_scope",
        )
    return Caller(key.account, key, rate)


async def caller_of(headers: Mapping[str, str], scope: Scope) -> Caller:
    """As `caller_with`, off the event loop."""
    return await in_thread(caller_with, headers, scope)


def no_possible_key(headers: Mapping[str, str]) -> ApiError | None:
    """What a call is told whose headers hold no key, or what has not the shape of one. Asks no database."""
    if not settings.LIMNER_ACCOUNTS:
        return None
    secret = key_in(headers)
    if secret is None:
        return ApiError(401, NO_KEY)
    return _wrong(secret) if prefix_of(secret) is None else None


def _wrong(secret: str) -> ApiError:
    return ApiError(
        401,
        f"Incorrect API key provided: {masked(secret)}. Keys are made on the page /account/keys of this "
        "Limner, which shows those that are good, or with `limner key add`.",
        code="invalid_api_key",
    )


def too_often(headers: Mapping[str, str]) -> TooManyRequests | None:
    """What the key in these headers is told, where it was refused just now. Asks no database."""
    secret = key_in(headers)
    return None if secret is None else refused_just_now(secret)


def masked(secret: str) -> str:
    """Enough of a key to recognise it by, never enough to use it."""
    shown = secret if secret.isascii() and secret.isprintable() else ""
    return f"{shown[:4]}****{shown[-4:]}" if len(shown) >= 16 else "****"
