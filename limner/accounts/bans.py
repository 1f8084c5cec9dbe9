"""Keeping somebody out, and letting them in again."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.utils import timezone

from limner.accounts.models import Account


def ban(account: Account, reason: str) -> bool:
    """Signing in, sessions and keys stop working at once. Says whether that is new.

    Call `end_sessions` once this has committed: it reads every session, and nobody should wait for that.
    """
    still_in = Account.objects.filter(pk=account.pk, banned_at=None)
    now = timezone.now()
    if not still_in.update(banned_at=now, ban_reason=reason, is_active=False, is_staff=False):
        return False
    account.banned_at, account.ban_reason, account.is_active, account.is_staff = now, reason, False, False
    return True


def unban(account: Account) -> bool:
    """They may sign in again, and their keys work. Whoever still waits to be let in goes on waiting."""
    banned = Account.objects.filter(pk=account.pk, banned_at__isnull=False)
    active = account.waiting_since is None
    if not banned.update(banned_at=None, ban_reason="", is_active=active):
        return False
    account.banned_at, account.ban_reason, account.is_active = None, "", active
    return True


def end_sessions(account: Account) -> None:
    """Every browser of theirs is signed out. An account that is not active is nobody's anyway; this is for later,
    when it is active again: a session row says whose it is only inside."""
    mine = str(account.pk)
    for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == mine:
            session.delete()
