"""The models that lie in `models` in Limner's home: the catalog has each under the last part of its folder's name."""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from limner.engines import catalog
from limner.engines.catalog import Model
from limner.engines.upstreams.offering import bring
from limner.engines.weights.checksums import CONVERTED
from limner.engines.weights.enlargers import may_enlarge
from limner.engines.weights.looking import INDEX, look, note_of
from limner.engines.weights.placing import STAGES, alone, bytes_in, here_since, not_written, room_for, settle
from limner.engines.weights.pulled import PULLED, find
from limner.engines.weights.tiny import is_tiny
from limner.engines.weights.watching import Watch, stamp_of
from limner.errors import InvalidRequest, LimnerError, NotAllowed, NotFound, Unavailable, say

log = logging.getLogger(__name__)


_GONE = ".gone"
"""How the names of folders end that are being deleted."""
_OF_DIFFUSERS = frozenset({"compile", "scheduler", "tiny", "variant"})
"""What limner.json says to diffusers alone."""


def start(home: Path) -> None:
    """Make the models in `home` known to this process, and those that come later. One that cannot be read is told of
    in the log and left out."""

    def stamps() -> dict[Path, str]:
        # A tiny autoencoder is not in the catalog, but a model that is may have its previews of it.
        return {folder: stamp_of(folder) for folder in (*folders_in(home), *companions_in(home))}

    watch = Watch(stamps, lambda: bring(models_in(home)))
    watch()
    catalog.watch(watch)


def models_in(home: Path) -> list[Model]:
    """What draws, by name."""
    found: list[Model] = []
    for folder, name in names_in(home).items():
        try:
            found.append(look(folder, name, home))
        except LimnerError as error:
            log.warning("%s", error.message)
        except Exception:  # boundary: whatever lies in one folder, Limner starts and the others draw
            log.warning("The model in %s cannot be read, so it is left out.", folder, exc_info=True)
    return found


def names_in(home: Path) -> dict[Path, str]:
    """What the model in each folder is called. Of two folders of one name, the one that was here first has it, so
    that no pull changes what draws a job that waits; the other's is `its-name@owner`."""
    folders, taken, names = list(folders_in(home)), {"storybook"}, {}
    for folder in sorted(folders, key=here_since):
        names[folder] = folder.name if folder.name not in taken else f"{folder.name}@{folder.parent.name}"
        taken.add(names[folder])
    return {folder: names[folder] for folder in folders}


def folders_in(home: Path) -> Iterator[Path]:
    """Every folder with a model that draws or makes pictures larger: `models/name` and `models/owner/name`."""
    for first in _within(home / PULLED):
        if _has_model(first):
            yield first
        else:
            yield from filter(_has_model, _within(first))


def companions_in(home: Path) -> dict[Path, str]:
    """Tiny autoencoders, which draw nothing by themselves, and their names on the hub."""
    found = (second for first in _within(home / PULLED) for second in _within(first) if is_tiny(second))
    return {folder: f"{folder.parent.name}/{folder.name}" for folder in found}


def remove(home: Path, folder: Path) -> int:
    """Delete a model's folder, or the link to it, and its owner's where that is empty now; the bytes that were freed.
    A process that has it loaded draws on: what it read is in its memory. Raises NotAllowed for a folder that is not
    in `models`, NotFound where it is gone, and Unavailable where it is being brought or removed just now, or cannot
    be deleted."""
    if home / PULLED not in folder.parents:
        raise NotAllowed(say("{folder} is not one of the folders that models are pulled to.", folder=folder))
    name = folder.relative_to(home / PULLED).as_posix()
    try:
        sweep(home)
        with alone(_stage_of(folder, home), name):
            return _removed(folder, name, home)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = say("{name} could not be removed from {folder}: {reason}", name=name, folder=home, reason=reason)
        raise Unavailable(message) from error


def _removed(folder: Path, name: str, home: Path) -> int:
    size = 0
    if folder.is_symlink():
        folder.unlink()  # what it leads to is somebody else's
    elif folder.is_dir():
        size = bytes_in(folder)
        gone = folder.with_name(f".{folder.name}{_GONE}")  # in one move, or half a model would be found
        os.replace(folder, gone)
        shutil.rmtree(gone)
    else:
        raise NotFound(say("{name} is not here any more.", name=name))
    if folder.parent != home / PULLED:
        with contextlib.suppress(OSError):  # it has others
            folder.parent.rmdir()
    return size


def sweep(home: Path) -> None:
    """Delete what those left behind who were killed while they removed a model, or converted one."""
    models = home / PULLED
    left = {gone: _stage_of(gone.with_name(gone.name[1:].removesuffix(_GONE)), home)
            for pattern in (f".*{_GONE}", f"*/.*{_GONE}") for gone in models.glob(pattern)}  # fmt: skip
    for stage in _within(models / STAGES):
        if "@" not in stage.name and stage.suffix != ".old":  # a pull is gone on with
            left[stage] = stage
    for folder, stage in left.items():
        with contextlib.suppress(Unavailable), alone(stage, folder.name):
            shutil.rmtree(folder, ignore_errors=True)


def _stage_of(place: Path, home: Path) -> Path:
    """Where what will lie in `place` is made; the name of its lock is a pull's."""
    return home / PULLED / STAGES / f"{place.parent.name}--{place.name}"


def convert(
    home: Path, one: Model, *, in_eight_bits: bool = False, tiny: str = "", said: Callable[[str], None] = print
) -> Path:
    """Make OpenVINO's form of a model, beside it: its folder, whose name ends in `-ov`, `-int8-ov`, `-tiny-ov` or
    `-int8-tiny-ov`. `tiny` is the folder or the name of a tiny autoencoder that takes the place of the model's own.
    Raises what the converter does, NotConfigured where `tiny` is not here, and Unavailable where the disk has no
    room, or somebody does the same just now."""
    if one.path is None or one.engine != "diffusers":
        raise InvalidRequest(say("{name} is not in diffusers' form.", name=one.name), param="model")
    from limner.engines.registry import converter  # 20 ms, and every start of Limner reads this module

    small = find(tiny, home, pulls=True) if tiny else None
    place = one.path.with_name(f"{one.path.name}-{'int8-' if in_eight_bits else ''}{'tiny-' if small else ''}ov")
    stage = _stage_of(place, home)
    again = [one.name, *["--int8"] * in_eight_bits, *(["--tiny", tiny] if tiny else [])]
    note = {key: value for key, value in note_of(one.path).items() if key not in _OF_DIFFUSERS}
    sweep(home)
    room_for(bytes_in(one.path), place.name, home)
    try:
        with alone(stage, place.name):
            shutil.rmtree(stage, ignore_errors=True)
            stage.mkdir(parents=True)
            try:
                converter()(one.path, stage, one.title, in_eight_bits=in_eight_bits, tiny=small, said=said)
                settle(stage, place, {**note, CONVERTED: shlex.join(again)})
            finally:
                shutil.rmtree(stage, ignore_errors=True)  # half of one is no use to anybody
    except OSError as error:
        raise not_written(error, place.name, home) from error
    return place


def _has_model(folder: Path) -> bool:
    return os.path.isfile(folder / INDEX) or may_enlarge(folder)


def _within(folder: Path) -> list[Path]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [folder / name for name in names if not name.startswith(".") and os.path.isdir(folder / name)]
