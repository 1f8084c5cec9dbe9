"""Whose request is this?"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user

from limner.accounts import guests
from limner.accounts.models import Account
from limner.accounts.plans import unlimited

if TYPE_CHECKING:
    from django.http import HttpRequest  # noqa: TID251 (for its type alone: this says whose request it is)

OWNER = "owner"


def account_of(request: HttpRequest) -> Account | None:
    """Who is looking: the owner in personal mode, else whoever has signed in, or a guest who made something before.

    Reads the database.
    """
    if not settings.LIMNER_ACCOUNTS:
        return owner()
    user = request.user
    return user if isinstance(user, Account) and user.is_active else guests.known(request)


def still_signed_in(request: HttpRequest, viewer: Account) -> bool:
    """Whether the session that a long request began with is still `viewer`'s, and open. Reads the database."""
    if not settings.LIMNER_ACCOUNTS:
        return True
    if viewer.is_guest:
        return (guest := guests.known(request)) is not None and guest.pk == viewer.pk
    now = copy(request)  # the request itself remembers who was there when it came
    now.session = type(request.session)(request.session.session_key)
    user = get_user(now)
    return isinstance(user, Account) and user.is_active and user.pk == viewer.pk


def owner() -> Account:
    """The one account of personal mode, made when it is first asked for. Without a password it cannot sign in.

    The first owner with accounts on takes it over, by another name (accounts/people.py): it is the oldest superuser.
    """
    accounts = Account.objects.select_related("plan")
    named = accounts.filter(username=OWNER).first()
    return named or accounts.filter(is_superuser=True, is_active=True).order_by("pk").first() or _make_owner()


def _make_owner() -> Account:
    made = Account(username=OWNER, plan=unlimited(), is_staff=True, is_superuser=True)
    made.set_unusable_password()
    # Two processes may start at once: the second finds the first one's row.
    account, _ = Account.objects.get_or_create(
        username=OWNER,
        defaults={"plan": made.plan, "is_staff": True, "is_superuser": True, "password": made.password},
    )
    return account
