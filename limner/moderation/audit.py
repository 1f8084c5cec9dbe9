"""The audit log: who did what to somebody else's things, and why. Written once, never changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from limner.accounts.models import Account
from limner.moderation.models import AuditEntry, Target


def record(
    actor: Account | None,
    verb: str,
    target_kind: Target,
    target: UUID | str,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> AuditEntry:
    """Call it inside the transaction of what it tells of."""
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=actor.get_username() if actor else "",
        verb=verb,
        target_kind=target_kind,
        target=str(target),
        reason=reason,
        data=data or {},
    )


def entries_about(target_kind: Target, target: UUID | str) -> QuerySet[AuditEntry]:
    """What was done to one thing, newest first. For moderators."""
    return AuditEntry.objects.filter(target_kind=target_kind, target=str(target)).order_by("-id")


def entries() -> QuerySet[AuditEntry]:
    """All of it, newest first. For moderators."""
    return AuditEntry.objects.order_by("-id")
