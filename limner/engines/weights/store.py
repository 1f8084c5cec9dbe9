"""The models that lie in `models` in Limner's home: the catalog has each under the last part of its folder's name."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from limner.engines import catalog
from limner.engines.catalog import Model
from limner.engines.weights.looking import INDEX, look
from limner.engines.weights.pulled import PULLED
from limner.errors import LimnerError, NotAllowed, say

log = logging.getLogger(__name__)


def start(home: Path) -> None:
    """Make the models in `home` known to this process. One that cannot be read is told of in the log and left out."""
    catalog.bring(models_in(home))


def models_in(home: Path) -> list[Model]:
    """What draws, by name. Two folders of one name are told apart: `their-name@owner`."""
    found: list[Model] = []
    taken = {"storybook"}
    for folder in folders_in(home):
        name = folder.name if folder.name not in taken else f"{folder.name}@{folder.parent.name}"
        try:
            found.append(look(folder, name))
        except LimnerError as error:
            log.warning("%s", error.message)
        taken.add(name)
    return found


def folders_in(home: Path) -> Iterator[Path]:
    """Every folder with a model that draws: `models/name` and `models/owner/name`."""
    for first in _within(home / PULLED):
        if os.path.isfile(first / INDEX):
            yield first
        else:
            yield from (second for second in _within(first) if os.path.isfile(second / INDEX))


def remove(home: Path, folder: Path) -> int:
    """Delete a model's folder, and its owner's where that is empty now; the bytes that were freed. A process that has
    it loaded draws on: what it read is in its memory. Raises NotAllowed for a folder that is not in `models`."""
    if home / PULLED not in folder.parents:
        raise NotAllowed(say("{folder} is not one of the folders that models are pulled to.", folder=folder))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    gone = folder.with_name(f".{folder.name}.gone")  # in one move, or half a model would be found
    shutil.rmtree(gone, ignore_errors=True)
    os.replace(folder, gone)
    shutil.rmtree(gone)
    if folder.parent != home / PULLED and not os.listdir(folder.parent):
        folder.parent.rmdir()
    return size


def _within(folder: Path) -> list[Path]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [folder / name for name in names if not name.startswith(".") and os.path.isdir(folder / name)]
