"""Bringing a model from a hub to `models` in Limner's home. It is fetched beside its place and moved there when every
file is whole, so that nobody ever draws with half of one; what was fetched before a break is gone on with, and what a
new version has in common with the one that is here is not fetched again."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from threading import Event

from limner.engines.weights import enlargers, hub, tiny
from limner.engines.weights.begun import lacking, stage_of, write_down
from limner.engines.weights.checksums import checksum, sums_of
from limner.engines.weights.hub import PART, File, Repository
from limner.engines.weights.looking import (
    INDEX,
    PICKLED,
    kind_of,
    look,
    note_of,
    parts_of,
    refuse_what_runs,
    tasks_in_ir,
)
from limner.engines.weights.memory import HALF
from limner.engines.weights.placing import STAGES, alone, bytes_in, gigabytes, not_written, room_for, settle
from limner.engines.weights.pulled import PULLED
from limner.engines.weights.starters import starters
from limner.errors import ModelBroken, NotConfigured, say

__all__ = ["fetched", "gigabytes", "give_up", "pull", "stage_of", "wanted"]

_DENOISERS = frozenset({"transformer", "unet"})
_HALVES_OF_VAE = frozenset({"vae_decoder", "vae_encoder"})
"""OpenVINO's form has it as two networks."""
_SMALL = frozenset({".jinja", ".json", ".model", ".txt"})
"""Beside weights: settings, vocabularies."""


def wanted(repository: Repository) -> list[File]:
    """The files that are needed of the parts that its model_index.json names: settings and one set of weights, in
    halves where the repository has them.

    Raises NotConfigured where it is no model that diffusers or OpenVINO could draw with, nor one that makes pictures
    larger, or is pickled, or has a file that is too large to be fetched.
    """
    files = _needed(repository)
    for file in files:
        if file.bytes > hub.LARGEST:
            message = say("{file} of {name} has {size}, and a file of more than {most} is not fetched. Choose a "
                          "model whose weights come in several files.", file=file.name, name=repository.name,
                          size=gigabytes(file.bytes), most=gigabytes(hub.LARGEST))  # fmt: skip
            raise NotConfigured(message)
    return files


def _needed(repository: Repository) -> list[File]:
    if all(file.name != INDEX for file in repository.files):
        return tiny.wanted_of(repository) or enlargers.wanted_of(repository)
    if not repository.index:
        message = say("{name} has no {file} that can be read, so it is no model in diffusers' or OpenVINO's form.",
                      name=repository.name, file=INDEX)  # fmt: skip
        raise NotConfigured(message)
    kind = kind_of(repository.index, repository.name)
    parts = parts_of(repository.index)
    inside = [file for file in repository.files if len(PurePosixPath(file.name).parts) == 2]
    shards = [file for file in inside if file.name.endswith(".safetensors") and "non_ema" not in file.name]
    weights = [file for file in shards if _part(file) in parts]
    in_ir = [file for file in inside if "openvino_" in file.name and file.name.endswith((".xml", ".bin"))]
    if in_ir and not any(_part(file) in _DENOISERS for file in weights):
        tasks_in_ir(kind, repository.name)
        parts |= _HALVES_OF_VAE
        weights = [file for file in in_ir if _part(file) in parts]
    else:
        whole = {_part(file) for file in weights}
        for file in inside:
            if _part(file) in parts - whole and PurePosixPath(file.name).suffix in PICKLED:
                raise _pickled(repository.name, file.name)
        halves = {_part(file) for file in weights if HALF.search(file.name)}
        weights = [file for file in weights if HALF.search(file.name) or _part(file) not in halves]
    if not any(_part(file) in _DENOISERS for file in weights):
        message = say("{name} has no weights that Limner could draw with: neither safetensors nor OpenVINO's files.",
                      name=repository.name)  # fmt: skip
        raise NotConfigured(message)
    small = [file for file in inside if _part(file) in parts and _small(file)]
    return [file for file in repository.files if file.name == INDEX] + small + weights


def _pickled(name: str, file: str) -> NotConfigured:
    return NotConfigured(
        say(
            "{title} is pickled ({file}): to read it is to run whatever it says, so Limner does not. "
            "Get one whose weights are safetensors.",
            title=name, file=file,
        )
    )  # fmt: skip


def pull(home: Path, repository: Repository, stop: Event | None = None) -> Path:
    """Fetch it, look at it, and put it in its place, which is returned. What the files of a starter do not say goes
    into its limner.json.

    Raises what `wanted`, `hub` and `look` do, and Unavailable where the disk has no room, or where somebody pulls it
    just now; `hub.Stopped` where `stop` is set before all is here: what came stays to be gone on with.
    """
    files = wanted(repository)
    try:
        with alone(stage_of(home, repository), repository.name):
            return _pull(home, repository, files, stop)
    except OSError as error:
        raise not_written(error, repository.name, home) from error


def _pull(home: Path, repository: Repository, files: list[File], stop: Event | None) -> Path:
    place, stage = home / PULLED / repository.name, stage_of(home, repository)
    before, same = note_of(place) if place.is_dir() else {}, _in_common(files, place)
    need = sum(_left(file, stage, file in same) for file in files)
    room_for(need, repository.name, home, promised=lacking(home, repository.name))
    for other in stage.parent.glob(f"{stage.name.partition('@')[0]}@*"):
        if other != stage:
            shutil.rmtree(other)  # of a version that nobody asks for any more
    write_down(home, repository, sum(file.bytes for file in files))
    sums = {}
    for number, file in enumerate(files):
        if stop and stop.is_set():
            raise hub.Stopped
        if number and _small(files[number - 1]) and not _small(file):
            _looked_at(stage, repository.name)  # before gigabytes are fetched of what nobody can draw with
        sums[file.name] = (file in same and _linked(file, stage, place)) or _brought(repository, file, stage, stop)
    _keep_only(stage, sums)
    starter = starters().get(repository.name)
    said = {
        **(starter.note if starter else {}),
        # what somebody changed beside an older version stays
        **{key: kept for key, kept in before.items() if key != "variant"},
        "repository": repository.name,
        "revision": repository.revision,
        "licence": repository.licence,
        **_variant(files),
    }
    _looked_at(stage, repository.name)
    settle(stage, place, said, sums)
    return place


def fetched(home: Path, repository: Repository) -> int:
    """The bytes that are here of a model that is being pulled."""
    return bytes_in(stage_of(home, repository))


def give_up(home: Path, name: str) -> int:
    """Delete what is here of a pull of `name` that has not ended; the bytes that were freed. Raises Unavailable where
    it is going on."""
    stages = list((home / PULLED / STAGES).glob(f"{glob.escape(name.replace('/', '--'))}@*"))
    freed = 0
    for stage in stages:
        with alone(stage, name):
            freed += bytes_in(stage)
            shutil.rmtree(stage)
    return freed


def _in_common(files: Iterable[File], place: Path) -> frozenset[File]:
    """Large files that an older version, or a damaged one, has too by its list of checksums."""
    before = sums_of(place)
    return frozenset(file for file in files if file.sha256 and before.get(file.name) == file.sha256)


def _left(file: File, stage: Path, in_common: bool) -> int:
    """Bytes that it will take on the disk."""
    for path in (stage / file.name, stage / (file.name + PART)):
        if path.is_file():
            return max(file.bytes - path.stat().st_size, 0)
    return 0 if in_common else file.bytes


def _linked(file: File, stage: Path, place: Path) -> str:
    """Its checksum, where the version that is here has it whole and the disk can give one file two names."""
    path = stage / file.name
    if path.exists():
        return ""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # then it is fetched
        os.link(place / file.name, path)
        if found := _checked(path, file):
            return found
        path.unlink()
    return ""


def _brought(repository: Repository, file: File, stage: Path, stop: Event | None) -> str:
    """Its checksum, when it is here and the one that the hub has."""
    hub.fetch(repository, file, stage, stop)
    if found := _checked(stage / file.name, file):
        return found
    (stage / file.name).unlink()  # or it would be gone on with
    raise ModelBroken(say("{file} of {name} came damaged: pull it again.", file=file.name, name=repository.name))


def _checked(path: Path, file: File) -> str:
    """Its SHA-256; "" where it is not what the hub says, in length, by its SHA-256 or by git's name for it."""
    if path.stat().st_size != file.bytes:
        return ""
    if file.blob:
        content = path.read_bytes()
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
        if blob.hexdigest() != file.blob:
            return ""
    found = checksum(path)
    return found if file.sha256 in {"", found} else ""


def _looked_at(stage: Path, name: str) -> None:
    """Raise what `refuse_what_runs` and `look` do. What came is deleted then: the next pull could not mend it."""
    if tiny.is_tiny(stage):
        return  # a network runs nothing
    try:
        refuse_what_runs(stage, name)
        look(stage, PurePosixPath(name).name)
    except (ModelBroken, NotConfigured):
        shutil.rmtree(stage)
        raise


def _small(file: File) -> bool:
    return PurePosixPath(file.name).suffix in _SMALL


def _part(file: File) -> str:
    return file.name.partition("/")[0]


def _variant(files: Iterable[File]) -> dict[str, str]:
    return {"variant": "fp16"} if any(HALF.search(file.name) for file in files) else {}


def _keep_only(stage: Path, sums: dict[str, str]) -> None:
    """Nothing comes along that was not asked for this time: a part of a file, a folder that is empty."""
    for path in sorted(stage.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(stage).as_posix() not in sums:
            path.unlink()
