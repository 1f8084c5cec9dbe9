"""One function for each thing that is done to an account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from limner.accounts.models import Account
from limner.accounts.plans import unlimited
from limner.errors import InvalidRequest, NotFound


def add_account(username: str, password: str) -> Account:
    """A new account on the unlimited plan. Raises InvalidRequest for a name that is taken or a password too easy."""
    account = Account(username=Account.normalize_username(username), plan=unlimited())
    _check_password(account, password)
    account.set_password(password)
    try:
        account.full_clean(exclude=["plan"])
    except ValidationError as error:
        raise InvalidRequest(" ".join(error.messages), param="username") from None
    with transaction.atomic():
        account.save()
    return account


def set_password(account: Account, password: str) -> None:
    """Give an account another password; every session it had ends."""
    _check_password(account, password)
    account.set_password(password)
    account.save(update_fields=["password"])


def begin_with(account: Account, model: str) -> None:
    """Remember which model this account's studio begins with: the answer to a question that is asked once."""
    account.studio_model = model
    account.save(update_fields=["studio_model"])


def remember_webui_options(account: Account, changes: dict[str, Any]) -> None:
    """Keep what this account's programs have set by `/sdapi/v1/options`, beside what they had set before."""
    with transaction.atomic():
        row = Account.objects.select_for_update(of=("self",), no_key=True).only("webui_options").get(pk=account.pk)
        row.webui_options = {**row.webui_options, **changes}
        row.save(update_fields=["webui_options"])
    account.webui_options = row.webui_options


def account_named(username: str) -> Account:
    """The account called `username`. Raises NotFound."""
    account = Account.objects.select_related("plan").filter(username=Account.normalize_username(username)).first()
    if account is None:
        raise NotFound(f"There is no account called {username!r}. Make one with: limner user add {username}")
    return account


def nobody_can_sign_in() -> bool:
    """True while no account has a password, nor somebody else who says who its person is."""
    without = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX, socialaccount__isnull=True)
    return not Account.objects.filter(is_active=True).exclude(without).exists()


def _check_password(account: Account, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise InvalidRequest(" ".join(error.messages), param="password") from None
