"""Bringing a model from a hub to `models` in Limner's home. It is fetched beside its place and moved there when every
file is whole, so that nobody ever draws with half of one; what was fetched before a break is gone on with."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from limner.engines.weights import hub
from limner.engines.weights.checksums import checksum
from limner.engines.weights.hub import File, Repository
from limner.engines.weights.looking import INDEX, look, note_of, refuse_what_runs
from limner.engines.weights.placing import STAGES, bytes_in, settle
from limner.engines.weights.pulled import PULLED
from limner.engines.weights.starters import starters
from limner.errors import LimnerError, ModelBroken, NotConfigured, Unavailable, say

SPARE = 1024**3
"""Bytes that stay free on the disk."""
_DENOISERS = frozenset({"transformer", "unet"})
_SMALL = frozenset({".jinja", ".json", ".model", ".txt"})
"""Beside weights: settings, vocabularies."""
_HALF = re.compile(r"\.fp16[.-]")


def wanted(repository: Repository) -> list[File]:
    """The files of it that are needed: settings and one set of weights, in halves where the repository has them.

    Raises NotConfigured where it is no model that diffusers or OpenVINO could draw with, or only pickled.
    """
    names = {file.name for file in repository.files}
    if INDEX not in names:
        message = say("{name} has no {file}, so it is no model in diffusers' or OpenVINO's form.",
                      name=repository.name, file=INDEX)  # fmt: skip
        raise NotConfigured(message)
    inside = [file for file in repository.files if len(PurePosixPath(file.name).parts) == 2]
    small = [file for file in inside if _small(file)]
    weights = [file for file in inside if file.name.endswith(".safetensors") and "non_ema" not in file.name]
    in_ir = [file for file in inside if "openvino_" in file.name and file.name.endswith((".xml", ".bin"))]
    if in_ir and not any(_part(file) in _DENOISERS for file in weights):
        weights = in_ir
    elif halves := [file for file in weights if _HALF.search(file.name)]:
        parts = {_part(file) for file in halves}
        weights = halves + [file for file in weights if _part(file) not in parts]
    if not weights:
        message = say("{name} is pickled: to read it is to run whatever it says, so Limner does not. "
                      "Get one whose weights are safetensors.", name=repository.name)  # fmt: skip
        raise NotConfigured(message)
    return [file for file in repository.files if file.name == INDEX] + small + weights


def pull(home: Path, repository: Repository) -> Path:
    """Fetch it, look at it, and put it in its place, which is returned. What the files of a starter do not say goes
    into its limner.json.

    Raises what `wanted`, `hub` and `look` do, and Unavailable where the disk has no room.
    """
    place = home / PULLED / repository.name
    stage = stage_of(home, repository)
    files = wanted(repository)
    _room_for(files, home, repository)
    for other in stage.parent.glob(f"{stage.name.partition('@')[0]}@*"):
        if other != stage:
            shutil.rmtree(other)  # of a version that nobody asks for any more
    stage.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(files):
        if number and _small(files[number - 1]) and not _small(file):
            _looked_at(stage, repository.name)  # before gigabytes are fetched of what nobody can draw with
        try:
            hub.fetch(repository, file, stage)
        except OSError as error:
            raise _not_written(error, repository.name, home) from error
    sums = {file.name: _checked(stage / file.name, file, repository.name) for file in files}
    _keep_only(stage, sums)
    starter = starters().get(repository.name)
    said = {
        **(starter.note if starter else {}),
        **{key: kept for key, kept in _note_before(place).items() if key != "variant"},
        "repository": repository.name,
        "revision": repository.revision,
        "licence": repository.licence,
        **_variant(files),
    }
    _looked_at(stage, repository.name)
    settle(stage, place, said, sums)
    return place


def stage_of(home: Path, repository: Repository) -> Path:
    """Where the files of this version are fetched to."""
    return home / PULLED / STAGES / f"{repository.name.replace('/', '--')}@{repository.revision[:12]}"


def fetched(home: Path, repository: Repository) -> int:
    """The bytes that are here of a model that is being pulled."""
    return bytes_in(stage_of(home, repository))


def _looked_at(stage: Path, name: str) -> None:
    refuse_what_runs(stage, name)
    look(stage, PurePosixPath(name).name)


def _small(file: File) -> bool:
    return PurePosixPath(file.name).suffix in _SMALL


def _part(file: File) -> str:
    return file.name.partition("/")[0]


def _note_before(place: Path) -> dict[str, Any]:
    """What somebody changed in the note of an older version stays."""
    return note_of(place) if place.is_dir() else {}


def _variant(files: Iterable[File]) -> dict[str, str]:
    return {"variant": "fp16"} if any(_HALF.search(file.name) for file in files) else {}


def _room_for(files: list[File], home: Path, repository: Repository) -> None:
    need = max(sum(file.bytes for file in files) - fetched(home, repository), 0)
    models = home / PULLED  # perhaps a disk of its own
    free = shutil.disk_usage(models if models.exists() else home).free
    if need + SPARE > free:
        message = say(
            "{name} needs {need} on the disk and {spare} shall stay free, but {free} are. Free some in {folder}, or "
            "move LIMNER_HOME.",
            name=repository.name, need=gigabytes(need), spare=gigabytes(SPARE), free=gigabytes(free), folder=home,
        )  # fmt: skip
        raise Unavailable(message)


def gigabytes(count: int) -> str:
    """`"2.6 GB"`."""
    return f"{count / 1e9:.1f} GB"


def _not_written(error: OSError, name: str, home: Path) -> LimnerError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Unavailable(
            say(
                "The disk is full, so {name} is not whole yet. Free some space in {folder} and pull it again: what "
                "is here is gone on with.",
                name=name, folder=home,
            )
        )  # fmt: skip
    reason = error.strerror or type(error).__name__
    message = say("{name} could not be kept in {folder}: {reason}", name=name, folder=home, reason=reason)
    return Unavailable(message)


def _checked(path: Path, file: File, name: str) -> str:
    found = checksum(path)
    if file.sha256 and found != file.sha256:
        path.unlink()  # or it would be gone on with
        raise ModelBroken(say("{file} of {name} came damaged: pull it again.", file=file.name, name=name))
    return found


def _keep_only(stage: Path, sums: dict[str, str]) -> None:
    """Nothing comes along that was not asked for this time: a part of a file, a folder that is empty."""
    for path in sorted(stage.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(stage).as_posix() not in sums:
            path.unlink()
