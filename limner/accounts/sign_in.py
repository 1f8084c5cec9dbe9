"""Whose request is this?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from limner.accounts.models import Account
from limner.accounts.plans import unlimited

if TYPE_CHECKING:
    from django.http import HttpRequest  # noqa: TID251 (for its type alone: this says whose request it is)

OWNER = "owner"


def account_of(request: HttpRequest) -> Account | None:
    """Who is looking: the owner in personal mode, else whoever has signed in. Reads the database."""
    if not settings.LIMNER_ACCOUNTS:
        return owner()
    user = request.user
    return user if isinstance(user, Account) and user.is_active else None


def owner() -> Account:
    """The one account of personal mode, made when it is first asked for. Without a password it cannot sign in."""
    account = Account.objects.select_related("plan").filter(username=OWNER).first()
    return account or _make_owner()


def _make_owner() -> Account:
    made = Account(username=OWNER, plan=unlimited(), is_staff=True, is_superuser=True)
    made.set_unusable_password()
    # Two processes may start at once: the second finds the first one's row.
    account, _ = Account.objects.get_or_create(
        username=OWNER,
        defaults={"plan": made.plan, "is_staff": True, "is_superuser": True, "password": made.password},
    )
    return account
