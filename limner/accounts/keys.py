"""API keys: a prefix to find one by, and beside it 256 random bits. Only a hash of the whole is kept: with so many
bits it need not be a slow one."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from limner.accounts.models import Account, ApiKey, Scope, every_scope
from limner.errors import InvalidRequest, NotAllowed, say

NOTED_EVERY = timedelta(minutes=1)
LONGEST_NAME = 80

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_SHAPE = re.compile(rf"(lim-[{_LETTERS}]{{8}})-[A-Za-z0-9_-]{{43}}")
_FIRST_SHAPE = re.compile(r"(lim-[A-Za-z0-9_-]{6})[A-Za-z0-9_-]{37}")
"""Keys of Limner's first weeks: their prefix was the beginning of the random bits. They stay good."""


def make_key(
    account: Account, name: str, scopes: Iterable[str] | None = None, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key of `account`, and its secret: the only time anyone sees it. Left out, `scopes` are all of them.

    Raises InvalidRequest for a scope that there is none of, or an end that has passed; NotAllowed for a guest.
    """
    if account.is_guest:
        raise NotAllowed(say("Guests have no API keys. Sign up to get one."))
    chosen = _checked_scopes(every_scope() if scopes is None else scopes)
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidRequest(f"The key would have expired already, on {expires_at:%Y-%m-%d}.", param="expires_at")
    prefix = _free_prefix()
    secret = f"{prefix}-{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        account=account,
        name=name[:LONGEST_NAME],
        prefix=prefix,
        digest=digest(secret),
        scopes=chosen,
        expires_at=expires_at,
    )
    return key, secret


def _checked_scopes(given: Iterable[str]) -> list[str]:
    named = set(given)
    if unknown := sorted(named - set(Scope.values)):
        raise InvalidRequest(
            f"There is no scope '{unknown[0][:40]}'. Scopes are: {', '.join(Scope.values)}.", param="scopes"
        )
    if not named:
        raise InvalidRequest(f"A key needs a scope: {', '.join(Scope.values)}.", param="scopes")
    return [scope for scope in Scope.values if scope in named]


def _free_prefix() -> str:
    """A prefix that no key has; that two keys come to share one in the same moment, the database forbids."""
    while True:
        prefix = "lim-" + "".join(secrets.choice(_LETTERS) for _ in range(8))
        if not ApiKey.objects.filter(prefix=prefix).exists():
            return prefix


def account_for_key(secret: str) -> ApiKey | None:
    """The key with this secret and its account (and plan), unless it is revoked, expired, or the account closed."""
    prefix = prefix_of(secret)
    if prefix is None:
        return None
    key = ApiKey.objects.select_related("account__plan").filter(prefix=prefix).first()
    if key is None or not hmac.compare_digest(key.digest, digest(secret)) or state_of(key) != "good":
        return None
    if not key.account.is_active:
        return None
    note_use(key)
    return key


def prefix_of(secret: str) -> str | None:
    """The part of a whole key that it is found by; None for what is not the shape of a key."""
    shaped = _SHAPE.fullmatch(secret) or _FIRST_SHAPE.fullmatch(secret)
    return shaped[1] if shaped else None


def state_of(key: ApiKey) -> str:
    """In a word: good, revoked or expired."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= timezone.now() else "good"


def note_use(key: ApiKey) -> None:
    """Remember when the key was last used, at most once a minute: a busy key is not a busy row."""
    now = timezone.now()
    if key.last_used_at is not None and now - key.last_used_at < NOTED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    key.last_used_at = now


def revoke(key: ApiKey) -> None:
    """The key opens nothing from now on. Revoking twice changes nothing."""
    now = timezone.now()
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        key.revoked_at = now


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
