"""`limner doctor`: looks at everything a picture needs, changes nothing, and names the command that mends it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click
from django.conf import settings

from limner.cli.listening import address_of, listen
from limner.cli.locks import runner_of
from limner.cli.speak import plain, say
from limner.cli.start import check_targets
from limner.errors import LimnerError

if TYPE_CHECKING:
    from limner.engines.catalog import Model

GIGABYTE = 1_000_000_000
LITTLE_ROOM = 1 * GIGABYTE
NO_ROOM = 100_000_000
EXTRAS = {
    "postgres": ("psycopg", "PostgreSQL instead of SQLite", "psycopg[binary,pool]"),
    "diffusers": ("diffusers", "models in diffusers' form, for GPUs", "limner[diffusers]"),
    "s3": ("storages", "pictures on S3 instead of this disk", "django-storages[s3]"),
}
CPU_FLAGS = {"amx_bf16": "AMX", "avx512_bf16": "AVX-512 bf16", "avx512f": "AVX-512", "avx2": "AVX2", "bf16": "bf16"}


class State(StrEnum):
    GOOD = "good"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `mend` is a command or a sentence, where something can be done."""

    what: str
    state: State
    said: str
    mend: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    """For programs, where there is more to say than a sentence."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(as_json: bool) -> None:
    """What is installed, what is missing, and the command that mends it. Changes nothing."""
    findings = list(examine())
    if as_json:
        click.echo(json.dumps([_plain(finding) for finding in findings], indent=2))
    else:
        _show(findings)
    if any(finding.state is State.MISSING for finding in findings):
        sys.exit(1)


def _plain(finding: Finding) -> dict[str, object]:
    return {key: value for key, value in asdict(finding).items() if key != "facts" or value}


def examine() -> Iterator[Finding]:
    """Look at one thing after the other. Without readable settings there is little more to look at."""
    yield python()
    yield packages()
    yield processor()
    try:
        _ = settings.LIMNER_HOME
    except LimnerError as error:
        yield Finding("settings", State.MISSING, error.message, "docs/settings.md lists every setting.")
        return
    yield from notes()
    yield home()
    yield disk()
    yield from models()
    yield database()
    yield from upstreams()
    yield from writers()
    yield port()
    yield from extras()


def python() -> Finding:
    return Finding("Python", State.GOOD, f"{platform.python_version()} at {sys.executable}")


def packages() -> Finding:
    """Everything that Limner's own metadata asks for."""
    from packaging.requirements import Requirement

    wrong = []
    needed = [Requirement(line) for line in requires("limner") or ()]
    for need in needed:
        if need.marker is not None and not need.marker.evaluate({"extra": ""}):
            continue
        try:
            if not need.specifier.contains(version(need.name), prereleases=True):
                wrong.append(f"{need.name} {version(need.name)}, where {need.specifier} is needed")
        except PackageNotFoundError:
            wrong.append(f"{need.name} is not installed")
    if wrong:
        return Finding(
            "packages",
            State.MISSING,
            "; ".join(wrong),
            "pip install, with the wheel or folder of Limner",
        )
    return Finding("packages", State.GOOD, f"Limner {version('limner')} and what it needs")


def processor() -> Finding:
    """What the processor can do for a model; none of it is needed, all of it helps."""
    flags = _cpu_flags()
    found = [name for flag, name in CPU_FLAGS.items() if flag in flags]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    said = f"{cores} cores of {platform.machine()}"
    if found:
        return Finding("processor", State.GOOD, f"{said} with {', '.join(found)}")
    if flags and platform.machine() in {"x86_64", "AMD64"}:
        return Finding("processor", State.NOTE, f"{said} without AVX2: pictures will take long.")
    return Finding("processor", State.GOOD, said)


def _cpu_flags() -> frozenset[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    return next((frozenset(line.split()) for line in lines if line.startswith(("flags", "Features"))), frozenset())


def notes() -> Iterator[Finding]:
    """Settings that can be read and still say something odd."""
    for note in settings.LIMNER_NOTES:
        yield Finding("settings", State.NOTE, note)
    try:
        check_targets()
    except LimnerError as error:
        yield Finding("settings", State.MISSING, error.message)


def home() -> Finding:
    folder: Path = settings.LIMNER_HOME
    mend = "Make it writable, or set LIMNER_HOME to a folder that is."
    if not folder.exists():
        if os.access(_nearest(folder), os.W_OK | os.X_OK):
            return Finding("home", State.GOOD, f"{folder} will be made on first start")
        return Finding("home", State.MISSING, f"{folder} cannot be made", mend)
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding("home", State.MISSING, f"{folder} cannot be written", mend)
    return Finding("home", State.GOOD, str(folder))


def disk() -> Finding:
    free = shutil.disk_usage(_nearest(settings.LIMNER_HOME)).free
    said = f"{free / GIGABYTE:.1f} GB free for {settings.LIMNER_HOME}"
    if free < NO_ROOM:
        return Finding("disk", State.MISSING, said, "Free some space, or move LIMNER_HOME to a larger disk.")
    return Finding("disk", State.NOTE if free < LITTLE_ROOM else State.GOOD, said)


def _nearest(folder: Path) -> Path:
    """The folder itself, or the nearest one above that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def models() -> Iterator[Finding]:
    """Each model's files, byte by byte."""
    from limner.engines.catalog import catalog

    for model in catalog().values():
        yield _model(model)


def _model(model: Model) -> Finding:
    from limner.engines.weights import verify_pulled
    from limner.engines.weights.checksums import SUMS

    name = f"model {model.name}"
    if model.path is None:
        return Finding(name, State.GOOD, f"{model.title} has no files of its own")
    try:
        verify_pulled(model.path, model.title)
    except LimnerError as error:
        return Finding(name, State.MISSING, error.message)
    if not (model.path / SUMS).is_file():
        return Finding(name, State.NOTE, f"{model.title} came without checksums: nobody knows whether it is whole")
    return Finding(name, State.GOOD, f"{model.title}: every file is here and whole")


def database() -> Finding:
    import django
    from django.db import Error, connection

    django.setup()
    described = connection.settings_dict["NAME"]
    connection.settings_dict["OPTIONS"].pop("pool", None)  # a pool asks again for 20 s; here once is enough
    if connection.vendor == "sqlite" and not Path(described).exists():
        return Finding("database", State.GOOD, f"SQLite at {described} will be made on first start")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        said = plain((str(error).strip() or type(error).__name__).splitlines()[0])
        return Finding("database", State.MISSING, said, "LIMNER_DATABASE_URL says where it is.")
    finally:
        connection.close()
    return Finding("database", State.GOOD, f"{connection.display_name} at {described}")


def upstreams() -> Iterator[Finding]:
    """Every configured server that draws for us: does it answer, does it take the key, what has it cost?"""
    from limner.cli.upstreams import reports

    for report in reports():
        refused, fine = report.seen.key_accepted is False, not report.seen.said
        state = State.MISSING if refused else State.GOOD if fine else State.NOTE
        mend = f"Check the key: {report.key_source}." if refused else ""
        yield Finding(f"upstream {report.name}", state, plain(report.sentence), mend, report.facts)


def writers() -> Iterator[Finding]:
    """What writes prompts beside the word lists: a model of this machine, and a chat model where one is named."""
    from limner.engines.registry import writing_engine
    from limner.engines.upstreams import upstreams
    from limner.engines.weights import title_of, verify_pulled
    from limner.prompts.writers.gpt2 import model_folder

    try:
        folder = model_folder()
        writing_engine(folder)
        verify_pulled(folder, title_of(folder))
        yield Finding("writer gpt2", State.GOOD, plain(f"{title_of(folder)} in {folder} writes prompts"))
    except LimnerError as error:
        yield Finding("writer gpt2", State.MISSING, plain(error.message))
    if (chat := next((one for one in upstreams() if one.writes), None)) is not None:
        yield Finding("writer chat", State.GOOD, plain(f"{chat.writes} of {chat.name} writes prompts"))


def port() -> Finding:
    """Free, or taken by the Limner of this very home."""
    address = address_of(settings.LIMNER_HOST, settings.LIMNER_PORT)
    if (runner := runner_of(settings.LIMNER_HOME)) is not None:
        return Finding("port", State.GOOD, str(runner))
    try:
        listen(settings.LIMNER_HOST, settings.LIMNER_PORT).close()
    except LimnerError as error:
        return Finding("port", State.NOTE, error.message)
    return Finding("port", State.GOOD, f"{address} is free")


def extras() -> Iterator[Finding]:
    for extra, (module, brings, packages) in EXTRAS.items():
        if find_spec(module) is not None:
            yield Finding(f"extra {extra}", State.GOOD, brings)
        else:
            yield Finding(f"extra {extra}", State.NOTE, f"not installed: {brings}", f"pip install '{packages}'")


def _show(findings: list[Finding]) -> None:
    marks: dict[State, Callable[[], str]] = {
        State.GOOD: lambda: click.style("  good   ", fg="green"),
        State.NOTE: lambda: click.style("  note   ", fg="yellow"),
        State.MISSING: lambda: click.style("  missing", fg="red", bold=True),
    }
    for finding in findings:
        say(f"{marks[finding.state]()}  {finding.what}: {finding.said}")
        if finding.mend:
            say(f"             → {finding.mend}")
    if not any(finding.state is State.MISSING for finding in findings):
        say("Everything that a picture needs is here.")
