"""API keys. Only a hash is kept: a secret of 256 random bits needs no slow one."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from limner.accounts.models import Account, ApiKey

PREFIX = "lim-"
SHOWN = len(PREFIX) + 6
NOTED_EVERY = timedelta(minutes=1)


def make_key(account: Account, name: str) -> tuple[ApiKey, str]:
    """A new key of `account`, and its secret: the only time anyone sees it."""
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(account=account, name=name, prefix=secret[:SHOWN], digest=digest(secret))
    return key, secret


def account_for_key(secret: str) -> ApiKey | None:
    """The key with this secret and its account (and plan), unless it was revoked or the account is closed."""
    key = ApiKey.objects.select_related("account__plan").filter(digest=digest(secret)).first()
    if key is None or key.revoked_at is not None or not key.account.is_active:
        return None
    note_use(key)
    return key


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
