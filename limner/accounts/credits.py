"""The book of credits, in millicredits: held when a job is submitted, captured or released when it ends.

Every verb is called inside the transaction of what it pays for. An entry exists at most once per job and kind (a
constraint), so nothing is ever charged twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum
from django.db.models.functions import Now, TruncDay, TruncMonth
from django.db.models.functions.datetime import TruncBase
from django.utils import timezone

from limner.accounts.guests import purse
from limner.accounts.models import Account, CreditEntry, Plan
from limner.errors import OutOfCredits, say

Kind = CreditEntry.Kind


def hold(account: Account, job: UUID, amount: int) -> None:
    """Set `amount` aside for a job. The caller has locked the account's row, and whoever shares its allowance.

    Raises OutOfCredits when the plan's credits for today or for this month would not cover it.
    """
    if amount == 0:
        return
    today = balance_today(account)
    if today is not None and amount > today:
        raise OutOfCredits(
            say(
                "This needs {needed} credits and you have {left} left today."
                " Ask for fewer or smaller pictures, or wait until midnight UTC (in {hours} h),"
                " when the day's credits are renewed.",
                needed=_credits(amount),
                left=_credits(max(today, 0)),
                hours=24 - timezone.now().hour,
            )
        )
    left = balance(account)
    if left is not None and amount > left:
        raise OutOfCredits(
            say(
                "This needs {needed} credits and you have {left} left this month."
                " Ask for fewer or smaller pictures, or wait for the next month.",
                needed=_credits(amount),
                left=_credits(max(left, 0)),
            )
        )
    _write(account.pk, job, Kind.HOLD, amount)


def capture(account_id: int, job: UUID, amount: int) -> None:
    """Take `amount` of what was held for the job."""
    _write(account_id, job, Kind.CAPTURE, amount)


def release(account_id: int, job: UUID, amount: int) -> None:
    """Give back `amount` of what was held for the job."""
    _write(account_id, job, Kind.RELEASE, amount)


def left(account: Account) -> int | None:
    """Millicredits left for a job now: what today and this month both have; None without a limit."""
    limits = [some for some in (balance_today(account), balance(account)) if some is not None]
    return min(limits, default=None)


def balance(account: Account) -> int | None:
    """Millicredits left this month; None when the account's plan has no limit."""
    plan: Plan | None = account.plan
    if plan is None or plan.credits_per_month is None:
        return None
    return plan.credits_per_month - _used_since(account, month_begin())


def balance_today(account: Account) -> int | None:
    """Millicredits left today (UTC); None when the account's plan has no limit a day."""
    plan: Plan | None = account.plan
    if plan is None or plan.credits_per_day is None:
        return None
    return plan.credits_per_day - _used_since(account, _day_begin())


def _used_since(account: Account, begin: datetime) -> int:
    held_now = CreditEntry.objects.filter(**purse(account), kind=Kind.HOLD, created_at__gte=begin)
    held = held_now.aggregate(total=Sum("amount"))["total"] or 0
    # A release counts for the time of its hold: a job that ends after midnight gives nothing to the new day or month.
    released = CreditEntry.objects.filter(**purse(account), kind=Kind.RELEASE, job__in=held_now.values("job"))
    return int(held) - int(released.aggregate(total=Sum("amount"))["total"] or 0)


@dataclass(frozen=True, slots=True)
class Month:
    """What became of the holds of one month (UTC), in millicredits. What was given back is in neither."""

    begin: datetime
    spent: int
    held: int


def this_month(account: Account) -> Month:
    """What the account has spent this month, and what is set aside for jobs that are under way."""
    begin = month_begin()
    held_now = CreditEntry.objects.filter(account=account, kind=Kind.HOLD, created_at__gte=begin)
    entries = CreditEntry.objects.filter(account=account, job__in=held_now.values("job"))
    # PostgreSQL adds whole numbers up to a decimal.
    sums = {kind: int(amount) for kind, amount in entries.order_by().values_list("kind").annotate(Sum("amount"))}
    spent = sums.get(Kind.CAPTURE, 0)
    return Month(begin, spent, sums.get(Kind.HOLD, 0) - spent - sums.get(Kind.RELEASE, 0))


def month_begin() -> datetime:
    """The first moment of this month (UTC), by the database's clock."""
    return _begin(TruncMonth(Now()))


def _day_begin() -> datetime:
    """The first moment of today (UTC), by the database's clock."""
    return _begin(TruncDay(Now()))


def _begin(moment: TruncBase) -> datetime:
    begin: datetime | None = Plan.objects.values_list(moment, flat=True).first()
    return timezone.now() if begin is None else begin  # without any plan nobody has used anything


def _write(account_id: int, job: UUID, kind: str, amount: int) -> None:
    if amount:
        CreditEntry.objects.create(account_id=account_id, job=job, kind=kind, amount=amount)


def _credits(millicredits: int) -> str:
    return f"{millicredits / 1000:g}"
