"""`limner user` and `limner key`: accounts and their keys, until there are pages for them."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
from django.conf import settings

from limner.cli.speak import console, plain, say, warn
from limner.cli.start import prepare
from limner.errors import NotFound

if TYPE_CHECKING:
    from limner.accounts.models import Account, ApiKey

_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group()
def user() -> None:
    """Accounts of people."""


@user.command("add")
@click.argument("name")
@_stdin
def add_user(name: str, password_stdin: bool) -> None:
    """Make an account. Asks for its password."""
    prepare()
    from limner.accounts.services import add_account

    account = add_account(name, _password(stdin=password_stdin))
    say(f"Account {plain(account.username)} is made.")
    if not settings.LIMNER_ACCOUNTS:
        warn("Limner is in personal mode and asks nobody to sign in. Set LIMNER_ACCOUNTS=on to use accounts.")


@user.command("password")
@click.argument("name")
@_stdin
def set_user_password(name: str, password_stdin: bool) -> None:
    """Give an account another password; `owner` is the account of personal mode."""
    prepare()
    from limner.accounts.services import set_password

    set_password(_account(name), _password(stdin=password_stdin))
    say("The password is changed. Whoever was signed in has to sign in again.")


@user.command("list")
def list_users() -> None:
    """Every account."""
    prepare()
    from rich.table import Table

    from limner.accounts.models import Account

    table = Table("account", "plan", "made", "last sign-in", box=None, pad_edge=False)
    for account in Account.objects.select_related("plan").order_by("id"):
        last = f"{account.last_login:%Y-%m-%d %H:%M}" if account.last_login else "never"
        plan = account.plan.name if account.plan else ""
        table.add_row(plain(account.username), plan, f"{account.date_joined:%Y-%m-%d}", last)
    console().print(table)


class Moment(click.ParamType[datetime]):
    """A day, a day and a time, or how long from now. What names no zone is UTC."""

    name = "when"
    _SPAN = re.compile(r"(\d{1,4})(h|d|w)")
    _UNITS = {"h": "hours", "d": "days", "w": "weeks"}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if span := self._SPAN.fullmatch(value):
            return datetime.now(UTC) + timedelta(**{self._UNITS[span[2]]: int(span[1])})
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail("write it as 2027-01-31, 2027-01-31T18:00+01:00, 12h, 30d or 6w.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group()
def key() -> None:
    """API keys."""


@key.command("add")
@click.argument("account", required=False)
@click.option("--name", default="key", show_default=True, help="What to recognise it by.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help="What it may do: draw, read or admin (make and revoke keys). Once for each; left out: all three.",
)
@click.option(
    "--expires", type=Moment(), help="When it ends: 2027-01-31 (at its beginning, UTC), 12h, 30d, 6w. Default: never."
)
def add_key(account: str | None, name: str, scopes: tuple[str, ...], expires: datetime | None) -> None:
    """Make an API key for an account (in personal mode: the owner's) and show it, this once."""
    prepare()
    from limner.accounts.keys import make_key

    _, secret = make_key(_account(account), name, scopes or None, expires)
    warn("This is the only time the key is shown; Limner keeps its hash.")
    say(secret)


@key.command("list")
@click.argument("account", required=False)
def list_keys(account: str | None) -> None:
    """Keys of one account, or of all."""
    prepare()
    from rich.table import Table

    from limner.accounts.models import ApiKey, Scope

    keys = ApiKey.objects.select_related("account").order_by("id")
    if account is not None:
        keys = keys.filter(account=_account(account))
    table = Table("key", "name", "account", "may", "made", "last used", "state", box=None, pad_edge=False)
    for one in keys:
        table.add_row(
            f"{one.prefix}…",
            plain(one.name),
            plain(one.account.username),
            "all" if len(one.scopes) == len(Scope) else " ".join(one.scopes),
            f"{one.created_at:%Y-%m-%d}",
            f"{one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "never",
            _good_until(one),
        )
    console().print(table)


@key.command("revoke")
@click.argument("beginning")
def revoke_key(beginning: str) -> None:
    """Revoke the key that begins so, as `limner key list` shows it (or the whole key)."""
    prepare()
    from limner.accounts.keys import revoke

    one = _key(beginning)
    revoke(one)
    say(f"The key {one.prefix}… ({plain(one.name)}) opens nothing any more.")


def _account(name: str | None) -> Account:
    from limner.accounts.services import account_named
    from limner.accounts.sign_in import OWNER, owner

    if name is None and settings.LIMNER_ACCOUNTS:
        raise click.UsageError("Accounts are on: say whose key, such as: limner key add alice")
    return owner() if name in {None, OWNER} else account_named(str(name))


def _key(beginning: str) -> ApiKey:
    from limner.accounts.keys import prefix_of
    from limner.accounts.models import ApiKey

    prefix = prefix_of(beginning) or beginning.rstrip("…")
    found = ApiKey.objects.filter(prefix=prefix).first()
    if found is None:
        raise NotFound(f"No key begins with {plain(prefix[:12])}. `limner key list` shows them.")
    return found


def _good_until(one: ApiKey) -> str:
    from limner.accounts.keys import state_of

    state = state_of(one)
    return f"{state} until {one.expires_at:%Y-%m-%d %H:%M}" if state == "good" and one.expires_at else state


def _password(*, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for a password: use --password-stdin.")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    return answer
