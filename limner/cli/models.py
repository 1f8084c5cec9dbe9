"""`limner models`: what can draw."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

import click
from django.conf import settings

from limner.cli.speak import console, plain, say, warn
from limner.engines.catalog import Model, catalog, installed
from limner.errors import InvalidRequest, LimnerError

if TYPE_CHECKING:
    from limner.engines.upstreams import Upstream


@click.group()
def models() -> None:
    """The models that can draw."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(as_json: bool) -> None:
    """Every model Limner knows, the default one first."""
    _settings()
    if as_json:
        click.echo(json.dumps([described(model) for model in catalog().values()], indent=2))
        return
    from rich.table import Table

    table = Table(
        *("model", "drawn by", "price", "sizes", "seconds", "installed", "licence"),
        box=None,
        pad_edge=False,
    )
    for model in catalog().values():
        here = "yes" if installed(model) else "no"
        sizes = ", ".join(map(str, model.capabilities.offered_sizes))
        by, seconds = model.upstream or "this machine", f"about {model.seconds:g}"
        table.add_row(plain(model.name), by, _price(model), sizes, seconds, here, model.licence)
    console().print(table)


@models.command("refresh")
@click.argument("upstream", required=False)
def refresh_(upstream: str | None) -> None:
    """Ask UPSTREAM (or all of them) which models it has, and remember the answer."""
    _settings()
    from limner.cli.start import prepare_home
    from limner.engines.upstreams import upstreams

    named = [one for one in upstreams() if upstream in (None, one.name)]
    if not named:
        known = ", ".join(one.name for one in upstreams())
        raise InvalidRequest(
            f"There is no upstream called {plain(upstream)}. Configured: {known or 'none'}."
            if upstream
            else "No upstream is configured. docs/engines.md shows how to add one."
        )
    prepare_home()
    failed = [one for one in named if not _refreshed(one)]
    if failed:
        sys.exit(1)
    say("A Limner that runs knows them after its next start.")


def _refreshed(upstream: Upstream) -> bool:
    from limner.engines.upstreams.refreshing import refresh

    before = {offered.name for offered in upstream.models}
    try:
        names = asyncio.run(refresh(upstream, settings.LIMNER_HOME))
    except LimnerError as error:
        warn(plain(error.message))
        return False
    said = f"{upstream.name}: {len(names)} model{'' if len(names) == 1 else 's'}"
    new, gone = [name for name in names if name not in before], sorted(before - set(names))
    said += f", new: {', '.join(new)}" if new else ""
    said += f", gone: {', '.join(gone)}" if gone else ""
    said += "" if not upstream.listed else " (those that are configured stay the ones it draws with)"
    say(plain(said + "."))
    return True


def described(model: Model) -> dict[str, object]:
    """A model as plain JSON. Prices are in US cents, at the quality that we ask for by ourselves."""
    from limner.engines.prices import price_of

    return {
        "name": model.name,
        "title": model.title,
        "description": model.description,
        "engine": model.engine,
        "upstream": model.upstream or None,
        "price": price_of(model) / 1000,
        "sizes": [str(size) for size in model.capabilities.offered_sizes],
        "seconds": model.seconds,
        "installed": installed(model),
        "licence": model.licence,
    }


def _price(model: Model) -> str:
    from limner.engines.prices import costs_money, money, price_of

    if not costs_money(model):
        return "not set" if model.upstream else "nothing"
    able = model.capabilities
    each = sorted({price_of(model, quality=quality) for quality in able.qualities or ("",)})
    return f"{money(each[0])} to {money(each[-1])}" if len(each) > 1 else money(each[0])


def _settings() -> None:
    """Reading the settings makes the models of upstreams known."""
    _ = settings.LIMNER_HOME
