"""`/api/v1/usage`: what an account has used this month, and what it has left."""

from __future__ import annotations

from ninja import Router

from limner.accounts import credits
from limner.accounts.models import Account, Scope
from limner.accounts.plans import unlimited
from limner.api.native.front import ERRORS, CallerRequest, Key
from limner.api.native.schemas import ModelUse, UsageOut
from limner.gallery.queries import drawn_since
from limner.jobs.queries import submitted_since
from limner.jobs.threads import in_thread

router = Router(tags=["usage"])


@router.get(
    "/usage",
    auth=Key(Scope.READ),
    response={200: UsageOut, **ERRORS},
    operation_id="get_usage",
    summary="What you have used this month",
)
async def get_usage(request: CallerRequest) -> UsageOut:
    return await in_thread(_usage, request.auth.account)


def _usage(account: Account) -> UsageOut:
    month, left, plan = credits.this_month(account), credits.balance(account), account.plan or unlimited()
    drawn = drawn_since(account, month.begin)
    return UsageOut(
        month=f"{month.begin:%Y-%m}",
        plan=plan.name,
        requests_per_minute=plan.requests_per_minute,
        credits_per_month=_credits(plan.credits_per_month),
        credits_left=_credits(left),
        credits_spent=month.spent / 1000,
        credits_held=month.held / 1000,
        jobs=submitted_since(account, month.begin),
        pictures=sum(drawn.values()),
        models=[ModelUse(model=name, pictures=count) for name, count in drawn.items()],
    )


def _credits(millicredits: int | None) -> float | None:
    return None if millicredits is None else float(millicredits) / 1000
