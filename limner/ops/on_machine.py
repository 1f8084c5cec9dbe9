"""What the page of models shows: those that are here, those that are on their way, and those to begin with."""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limner.engines.catalog import Model, catalog
from limner.engines.registry import install_command
from limner.engines.weights import look, note_of, pulling, store
from limner.engines.weights.begun import Begun, begun
from limner.engines.weights.hub import Repository
from limner.engines.weights.placing import bytes_in
from limner.engines.weights.pulled import PULLED
from limner.engines.weights.starters import starters
from limner.errors import LimnerError, say
from limner.ops import pulls

log = logging.getLogger(__name__)

ENGINES = {"openvino": "OpenVINO", "openvino-enlarging": "OpenVINO", "diffusers": "diffusers"}


@dataclass(frozen=True, slots=True)
class Here:
    """A model of this machine, or a folder that should be one."""

    title: str
    bytes: int
    name: str = ""
    """By which people ask for it; "" where it cannot be read."""
    kind: str = ""
    engine: str = ""
    install: str = ""
    """What installs that which draws it; "" where it is here."""
    licence: str = ""
    source: str = ""
    """The repository it came from."""
    folder: str = ""
    """Where it lies in `models`; "" for the one that comes with Limner."""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Pulling:
    """One that is on its way, or was."""

    begun: Begun
    going: bool
    trouble: str
    ours: bool
    """Whether this process pulls it."""
    stopping: bool

    @property
    def checking(self) -> bool:
        """Everything is here: its checksums are made."""
        return self.going and self.begun.percent == 100

    @property
    def stoppable(self) -> bool:
        """Whether there is something to stop, and this process can."""
        return self.ours and not self.stopping and not self.checking


def models(home: Path) -> list[Here]:
    """The bundled one first, then those of the folder, by name, with those that cannot be read."""
    known = {model.path: model for model in catalog(at_once=True).values() if model.path is not None}
    bundled = [_here(model, "") for path, model in known.items() if home / PULLED not in path.parents]
    found = []
    for folder in store.folders_in(home):
        within = folder.relative_to(home / PULLED).as_posix()
        found.append(_here(known[folder], within) if folder in known else _unread(folder, within))
    found += [_companion(folder, name, home) for folder, name in store.companions_in(home).items()]
    return bundled + sorted(found, key=lambda one: one.folder.lower())


def folders(home: Path) -> list[Path]:
    """Of all that can be removed."""
    return [*store.folders_in(home), *store.companions_in(home)]


def on_their_way(home: Path) -> list[Pulling]:
    """Those that are pulled just now, and those whose pull broke off."""
    found = begun(home)
    refused = {*pulls.failed()} - {one.name for one in found}  # nothing of them is here
    found += [Begun(name, "", 0, 0, held=False) for name in sorted(refused)]
    return [
        Pulling(
            one,
            going=one.held or pulls.going(one.name),
            trouble=pulls.trouble(one.name),
            ours=pulls.going(one.name),
            stopping=pulls.stopping(one.name),
        )
        for one in found
    ]


def to_begin_with(here: Iterable[Here]) -> list[dict[str, Any]]:
    """Good first models, by the machine that they are for."""
    sources = {one.source for one in here}
    return [
        {"starter": one, "memory": one.machine.partition("-")[2], "here": one.repository in sources}
        for one in starters().values()
    ]


def free(home: Path) -> int:
    """Bytes on the disk of the models."""
    place = home / PULLED
    return shutil.disk_usage(place if place.exists() else home).free


def size_of(repository: Repository) -> int:
    """Bytes of the files of it that are needed. Raises what `wanted` does."""
    return sum(file.bytes for file in pulling.wanted(repository))


def _here(model: Model, folder: str) -> Here:
    path = model.path or Path()
    note: dict[str, Any] = {}
    if folder:
        note = note_of(path)
    return Here(
        title=model.title,
        bytes=bytes_in(path),
        name=model.name,
        kind=model.description,
        engine=ENGINES.get(model.engine, model.engine),
        install=install_command(model.engine),
        licence=model.licence,
        source=str(note.get("repository") or ""),
        folder=folder,
    )


def _companion(folder: Path, name: str, home: Path) -> Here:
    note: dict[str, Any] = {}
    with contextlib.suppress(LimnerError):
        note = note_of(folder)
    return Here(
        title=name,
        bytes=bytes_in(folder),
        name=name,
        kind=say("A tiny autoencoder, for previews and for limner models convert --tiny."),
        licence=str(note.get("licence") or ""),
        source=str(note.get("repository") or ""),
        folder=folder.relative_to(home / PULLED).as_posix(),
    )


def _unread(folder: Path, within: str) -> Here:
    trouble: str = say("It cannot be read. The log says why.")
    try:
        look(folder, folder.name)
    except LimnerError as error:
        trouble = error.message
    except Exception:  # boundary: whatever lies in one folder, the page shows the others
        log.warning("The model in %s cannot be read.", folder, exc_info=True)
    return Here(title=folder.name, bytes=bytes_in(folder), folder=within, trouble=trouble)
