"""How many bytes an account keeps: counted with the rows themselves, so that asking costs nothing."""

from __future__ import annotations

from django.db.models import F
from django.db.models.functions import Greatest

from limner.accounts.models import Account

MB = 1_000_000
"""As plans and sentences count it."""


def count_bytes(account_id: int, delta: int) -> None:
    """Count bytes that an account keeps from now on, or (negative) no longer: in the transaction of their rows."""
    if delta:
        Account.objects.filter(pk=account_id).update(bytes_kept=Greatest(F("bytes_kept") + delta, 0))
