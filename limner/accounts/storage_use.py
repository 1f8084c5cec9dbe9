"""How many bytes an account keeps: counted with the rows themselves, so that asking costs nothing."""

from __future__ import annotations

from django.db.models import F, Sum
from django.db.models.functions import Greatest

from limner.accounts.models import Account
from limner.errors import OutOfStorage, say

MB = 1_000_000
"""As plans and sentences count it."""


def count_bytes(account_id: int, delta: int) -> None:
    """Count bytes that an account keeps from now on, or (negative) no longer: in the transaction of their rows."""
    if delta:
        Account.objects.filter(pk=account_id).update(bytes_kept=Greatest(F("bytes_kept") + delta, 0))


def bytes_kept(account: Account) -> int:
    """What counts against the account's plan: its own, and of a guest that of all who come from the same address."""
    whose = {"came_from": account.came_from} if account.came_from else {"pk": account.pk}
    return int(Account.objects.filter(**whose).aggregate(kept=Sum("bytes_kept"))["kept"] or 0)


def refuse_when_full(account: Account, expected: int = 0) -> None:
    """Raise OutOfStorage where the account keeps as much as its plan allows, or will with the `expected` bytes of
    what is under way. Reads the database."""
    most = Account.objects.filter(pk=account.pk).values_list("plan__storage_bytes", flat=True).first()
    if most is None:
        return
    used = bytes_kept(account)
    if used >= most:
        raise OutOfStorage(
            say(
                "The guests from your address keep {used} MB together, and their plan keeps {most} MB. Delete"
                " pictures for good (those in the trash count too), or sign in, then try again.",
                used=used // MB,
                most=most // MB,
            )
            if account.came_from
            else say(
                "Your pictures and uploads take {used} MB, and your plan keeps {most} MB. Delete pictures for good"
                " (those in the trash count too), then try again.",
                used=used // MB,
                most=most // MB,
            )
        )
    if used + expected >= most:
        raise OutOfStorage(
            say(
                "The pictures that you have asked for will fill the {most} MB that your plan keeps. Wait until they"
                " are drawn, or delete pictures for good (those in the trash count too), then try again.",
                most=most // MB,
            )
        )
