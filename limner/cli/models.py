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
from limner.engines.catalog import model as known
from limner.errors import InvalidRequest, LimnerError

if TYPE_CHECKING:
    from pathlib import Path

    from limner.engines.upstreams import Upstream
    from limner.engines.weights.hub import Repository


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

    from limner.engines.weights import pulling
    from limner.engines.weights.begun import begun

    table = Table(
        *("model", "drawn by", "price", "sizes", "seconds", "installed", "licence"),
        box=None,
        pad_edge=False,
    )
    for model in catalog().values():
        here = _needs(model) or ("yes" if installed(model) else "no")
        sizes = "2x, 4x" if model.enlarges else ", ".join(map(str, model.capabilities.offered_sizes))
        by, seconds = model.upstream or "this machine", f"about {model.seconds:g}"
        table.add_row(plain(model.name), by, _price(model), sizes, seconds, here, model.licence)
    console().print(table)
    for one in begun(settings.LIMNER_HOME):
        on = f"Go on with: limner models pull {one.name} — or give it up: limner models remove {one.name}"
        now = "It is being pulled just now." if one.held else on
        say(f"{one.name} is not whole yet: {pulling.gigabytes(one.fetched)} are here. {now}")


@models.command("refresh")
@click.argument("upstream", required=False)
def refresh_(upstream: str | None) -> None:
    """Ask UPSTREAM, or all, which models it has, and remember."""
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


@models.command("search")
@click.argument("words")
def search_(words: str) -> None:
    """Ask the hub for models that draw and are called like WORDS."""
    from rich.table import Table

    from limner.engines.weights import hub

    found = hub.search(words)
    if not found:
        say("The hub has no such model that draws.")
        return
    table = Table("model", "fetched in a month", "liked by", box=None, pad_edge=False)
    for match in found:
        table.add_row(plain(match.name), f"{match.downloads:,}", f"{match.likes:,}")
    console().print(table)
    say(f"Get one with: limner models pull {plain(found[0].name)}")


@models.command("starters")
def starters_() -> None:
    """Good first models, by the machine that they are for. Asks nobody."""
    from rich.table import Table

    from limner.engines.registry import install_command
    from limner.engines.weights.starters import starters

    table = Table("model", "for", "size", "about", "licence", box=None, pad_edge=False)
    table.columns[0].no_wrap = True  # people copy it
    for one in starters().values():
        kind, _, memory = one.machine.partition("-")
        machine = f"a GPU with {memory} GB" if kind == "gpu" else "a CPU"
        table.add_row(one.repository, machine, f"{one.gigabytes:g} GB", f"{one.speed:g} s", one.licence)
    console().print(table)
    say(f"Get one with: limner models pull {next(iter(starters()))}")
    if needs := install_command("diffusers"):
        say(f"Those for a GPU also want: {needs}")


@models.command("pull")
@click.argument("name")
@click.option("--revision", help="A version of it: a branch, a tag or a commit.")
@click.option("--yes", is_flag=True, help="Its licence is read and accepted.")
def pull_(name: str, revision: str | None, yes: bool) -> None:
    """Bring the model NAME (owner/name) from the hub to here."""
    from limner.cli.start import prepare_home
    from limner.engines.weights import hub, pulling

    repository = hub.ask(name, revision)
    files = pulling.wanted(repository)
    size = sum(file.bytes for file in files)
    licence = plain(repository.licence) or "not said: read its page"
    say(f"{repository.name}: {pulling.gigabytes(size)}, licence {licence}")
    say(f"Its page: {hub.page_of(repository.name)}")
    if not yes:
        if not sys.stdin.isatty():
            raise InvalidRequest("Read its licence, and say --yes when it is accepted.")
        click.confirm("Do you accept its licence?", abort=True)
    prepare_home()
    _say_its_use(_pulled(settings.LIMNER_HOME, repository, size))
    say("A Limner that runs knows it in a moment.")


def _pulled(home: Path, repository: Repository, size: int) -> Path:
    """Pull here, where Ctrl-C ends it, and show in a thread how far it is."""
    from threading import Event, Thread

    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    from limner.engines.weights import pulling

    ended = Event()
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(), transient=True) as bar:
        task = bar.add_task(repository.name, total=size)

        def look() -> None:
            while not ended.wait(0.5):
                bar.update(task, completed=pulling.fetched(home, repository))

        Thread(target=look, daemon=True).start()
        try:
            return pulling.pull(home, repository)
        finally:
            ended.set()


def _say_its_use(place: Path) -> None:
    from limner.engines.weights import look, store

    if companion := store.companions_in(settings.LIMNER_HOME).get(place):
        say(f"{companion} is here. It takes the place of a model's own autoencoder:")
        say(f"limner models convert NAME --tiny {companion}")
        return
    called = {one.path: one.name for one in catalog(at_once=True).values()}
    name = called.get(place) or store.names_in(settings.LIMNER_HOME)[place]
    model = look(place, name)
    use = (
        "It makes pictures larger, wherever they are made two or four times as large."
        if model.enlarges
        else f"Draw with: limner generate 'a lighthouse' --model {name}"
    )
    say(f"{name} is here. {use}")
    if needs := _needs(model):
        say(f"What draws it is not installed yet. Install it into Limner's environment: {needs}")


@models.command("convert")
@click.argument("name")
@click.option(
    "--int8", "in_eight_bits", is_flag=True, help="Weights in eight bits: half the size, a little less exact."
)
@click.option(
    "--tiny", default="", metavar="MODEL", help="A tiny autoencoder in place of its own, such as madebyollin/taesd."
)
def convert_(name: str, in_eight_bits: bool, tiny: str) -> None:
    """Make a model's form that a CPU draws faster with.

    It is OpenVINO's, and lies beside the model NAME, which stays. Takes minutes."""
    from limner.engines.weights import store

    home: Path = settings.LIMNER_HOME
    place = store.convert(
        home, known(name), in_eight_bits=in_eight_bits, tiny=tiny, said=lambda part: warn(f"{part} …")
    )
    _say_its_use(place)


@models.command("show")
@click.argument("name")
def show_(name: str) -> None:
    """What Limner knows of a model, and where its files are."""
    _settings()
    one = known(name)
    checker = "its own" if one.capabilities.safety_checker else "none"
    for key, value in {**described(one), "safety_checker": checker, "folder": str(one.path or "")}.items():
        if said := _in_words(value):
            say(f"{key:14} {plain(said)}")


def _in_words(value: object) -> str:
    match value:
        case list():
            return ", ".join(map(str, value))
        case bool():
            return "yes" if value else "no"
        case None:
            return ""
        case _:
            return str(value)


@models.command("verify")
@click.argument("name", required=False)
def verify_(name: str | None) -> None:
    """Compare every file of a model, or of all, with its checksum."""
    from limner.engines.weights import note_of, verify
    from limner.engines.weights.checksums import SUMS

    bad = False
    for called, folder in [(name, _folder(name))] if name else _folders().items():
        if not (folder / SUMS).is_file():
            say(f"{called}: it came without checksums, so nobody knows whether it is whole")
            continue
        try:
            verify(folder, called)
            note_of(folder)
        except LimnerError as error:
            warn(plain(error.message))
            bad = True
        else:
            say(f"{called}: every file is here and whole")
    if bad:
        sys.exit(1)


@models.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove_(name: str, yes: bool) -> None:
    """Delete a pulled model's files. Pictures that it drew stay."""
    from limner.engines.weights import pulling, store
    from limner.engines.weights.begun import begun

    home = settings.LIMNER_HOME
    if any(one.name == name for one in begun(home)):
        freed = pulling.give_up(home, name)
        say(f"What was here of {name} is gone: {pulling.gigabytes(freed)} are free again.")
        return
    folder = _folder(name)
    if folder not in {**store.names_in(home), **store.companions_in(home)}:
        raise InvalidRequest(f"{name} was not pulled, so there is nothing to remove.", param="name")
    if not yes:
        click.confirm(f"Delete {folder}?", abort=True)
    freed = store.remove(home, folder)
    say(f"{name} is gone: {pulling.gigabytes(freed)} are free again.")


def _folders() -> dict[str, Path]:
    """The folder of every model that has one here by the model's name, also of those that cannot be read."""
    from limner.engines.weights import store

    home = settings.LIMNER_HOME
    here = {**store.names_in(home), **store.companions_in(home)}
    known = {one.name: one.path for one in catalog().values() if one.path}
    unread = {name: folder for folder, name in here.items() if folder not in known.values()}
    return {**known, **unread}


def _folder(name: str) -> Path:
    found = _folders().get(name)
    if found is None:
        raise InvalidRequest(f"{known(name).name} has no files here: {known(name).upstream} draws it.", param="name")
    return found


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
    from limner.engines.loras import there
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
        "installed": installed(model) and not _needs(model),
        "needs": _needs(model) or None,
        "licence": model.licence,
        "loras": None if model.loras is None else list(there(model.loras)),
        "safety_checker": model.capabilities.safety_checker,
    }


def _needs(model: Model) -> str:
    """The command without which its engine is not here; "" where it is."""
    from limner.engines.registry import install_command

    return install_command(model.engine)


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
