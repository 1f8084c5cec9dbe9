"""`limner user` and `limner key`: accounts and their keys, until there are pages for them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from django.conf import settings

from limner.cli.speak import console, plain, say, warn
from limner.cli.start import prepare
from limner.errors import InvalidRequest, NotFound

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


@click.group()
def key() -> None:
    """API keys."""


@key.command("add")
@click.argument("account", required=False)
@click.option("--name", default="key", show_default=True, help="What to recognise it by.")
def add_key(account: str | None, name: str) -> None:
    """Make an API key for an account (in personal mode: the owner's) and show it, this once."""
    prepare()
    from limner.accounts.keys import make_key

    _, secret = make_key(_account(account), name[:80])
    warn("This is the only time the key is shown; Limner keeps its hash.")
    say(secret)


@key.command("list")
@click.argument("account", required=False)
def list_keys(account: str | None) -> None:
    """Keys of one account, or of all."""
    prepare()
    from rich.table import Table

    from limner.accounts.models import ApiKey

    keys = ApiKey.objects.select_related("account").order_by("id")
    if account is not None:
        keys = keys.filter(account=_account(account))
    table = Table("key", "name", "account", "made", "last used", "state", box=None, pad_edge=False)
    for one in keys:
        used = f"{one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "never"
        state = "revoked" if one.revoked_at else "good"
        row = (
            f"{one.prefix}…",
            plain(one.name),
            plain(one.account.username),
            f"{one.created_at:%Y-%m-%d}",
            used,
            state,
        )
        table.add_row(*row)
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
    from limner.accounts.keys import SHOWN
    from limner.accounts.models import ApiKey

    found = list(ApiKey.objects.select_related("account").filter(prefix=beginning.rstrip("…")[:SHOWN])[:2])
    if not found:
        raise NotFound(f"No key begins with {plain(beginning[:SHOWN])}. `limner key list` shows them.")
    if len(found) > 1:
        raise InvalidRequest("Two keys begin so; revoke them in the database by their id.", param="key")
    return found[0]


def _password(*, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for a password: use --password-stdin.")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    return answer
