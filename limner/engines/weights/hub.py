"""What a hub (Hugging Face, or another that speaks its protocol) has, and one file of it. Asks only when told to.

`HF_ENDPOINT` names another hub and `HF_TOKEN` is the key, as for every program that uses one.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from types import ModuleType
from typing import IO, Any
from urllib.parse import urlsplit

from limner.engines.weights import tiny
from limner.engines.weights.looking import INDEX
from limner.errors import InvalidRequest, NotAllowed, NotFound, Sentence, Unavailable, say

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)?", re.ASCII)
"""Of a model, or of one of its parts: nothing lies deeper."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
"""Git's names for versions, and for what is in a file."""
PART = ".part"
"""Of a file that is not whole yet."""
LARGEST = 50 * 1000**3
"""Bytes of a file that the library fetches with no library more."""
SECONDS = 20.0
"""For an answer that is no file."""
_CHUNK = 2**20
"""Bytes that are written at once: what is not written yet is lost in a break. The library's ten times as many take a
slow line a minute, for which nobody could stop it."""
_LARGEST_INDEX = 1_000_000
"""Bytes: real ones have less than a thousand."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a repository."""

    name: str
    bytes: int
    sha256: str
    """As the hub has it; "" for small files, which it keeps under a checksum of git's."""
    blob: str = ""
    """That one: the SHA-1 of "blob", the length and the bytes; "" for large files."""


@dataclass(frozen=True, slots=True)
class Repository:
    """One version of a model on a hub."""

    name: str
    revision: str
    files: tuple[File, ...]
    licence: str
    index: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What its model_index.json says, or where it has none, its config.json; nothing where that cannot be read."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a search found."""

    name: str
    downloads: int
    likes: int


class Stopped(Exception):
    """Whoever asked for it wants it no more."""


def ask(name: str, revision: str | None = None) -> Repository:
    """What the hub says of `name`, and which parts it has. Raises InvalidRequest for what is no name, NotFound,
    NotAllowed, Unavailable, and for an answer that no hub of good faith gives."""
    if not _REPOSITORY.fullmatch(name):
        raise InvalidRequest(_no_name(name), param="model")
    library = _library()
    with _in_words(library, name):
        said = library.HfApi().model_info(name, revision=revision, files_metadata=True, timeout=SECONDS)
    # What it says becomes names of files and folders here.
    listed = [one for one in said.siblings or () if _FILE.fullmatch(str(one.rfilename))]
    if not _COMMIT.fullmatch(str(said.sha)) or any(not isinstance(one.size, int) or one.size < 0 for one in listed):
        raise _no_hub(name)
    files = tuple(
        File(one.rfilename, one.size, one.lfs.sha256) if one.lfs else File(one.rfilename, one.size, "", _blob(one))
        for one in listed
    )
    card: Any = said.card_data or {}
    licence = card.get("license_name") or card.get("license") or ""
    found = Repository(name, str(said.sha), files, str(licence))
    return replace(found, index=_index(found))


def _blob(listed: Any) -> str:
    said = str(listed.blob_id)
    return said if _COMMIT.fullmatch(said) else ""


def _index(repository: Repository) -> dict[str, Any]:
    files = {file.name: file for file in repository.files}
    file = files.get(INDEX) or files.get(tiny.SETTINGS)
    if file is None or file.bytes > _LARGEST_INDEX:
        return {}
    with TemporaryDirectory() as folder:
        fetch(repository, file, Path(folder))
        try:
            said = json.loads((Path(folder) / file.name).read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            return {}
    return said if isinstance(said, dict) else {}


def is_name(name: str) -> bool:
    """Whether a hub could have a model of that name: owner/name."""
    return _REPOSITORY.fullmatch(name) is not None


def search(words: str, limit: int = 20) -> list[Match]:
    """Models that draw and whose names have these words, the most fetched first. Raises Unavailable."""
    library = _library()
    asked = {
        "search": words,
        "pipeline_tag": "text-to-image",
        "filter": "diffusers",
        "sort": "downloads",
        "limit": limit,
    }
    with _in_words(library, words):
        # Not the library's own search, which asks a hub that is away six times, for 23 seconds.
        answer = library.utils.get_session().get(
            f"{library.constants.ENDPOINT}/api/models",
            params=asked,
            headers=library.utils.build_hf_headers(library_name="limner"),
            timeout=SECONDS,
        )
        library.utils.hf_raise_for_status(answer)
        found = [one for one in answer.json()[:limit] if is_name(str(one["id"]))]
        return [Match(one["id"], int(one.get("downloads") or 0), int(one.get("likes") or 0)) for one in found]


def fetch(repository: Repository, file: File, folder: Path, stop: Event | None = None) -> None:
    """One file, into `folder` under its own name. What is there of it is gone on with: the library's own download
    keeps nothing of a file that broke off. Raises as `ask`, OSError where it cannot be written, and Stopped when
    more comes after `stop` is set."""
    place = folder / file.name
    if place.is_file() and place.stat().st_size == file.bytes:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    library = _library()
    with _in_words(library, repository.name):
        url = library.hf_hub_url(repository.name, file.name, revision=repository.revision)
        at = library.get_hf_file_metadata(url, timeout=SECONDS)
        headers = library.utils.build_hf_headers(library_name="limner")
        if urlsplit(at.location)[:2] != urlsplit(url)[:2]:
            headers.pop("authorization", None)  # the token is the hub's, and large files lie elsewhere
        part = place.with_name(place.name + PART)
        with part.open("ab") as opened:
            if opened.tell() > file.bytes:
                opened.truncate(0)
                opened.seek(0)
            library.file_download.http_get(
                at.location,
                _Stoppable(opened, stop) if stop else opened,
                resume_size=opened.tell(),
                headers=headers,
                expected_size=file.bytes,
            )
    os.replace(part, place)


class _Stoppable:
    """A file that the library writes to, a megabyte at a time, until somebody says stop."""

    def __init__(self, opened: IO[bytes], stop: Event) -> None:
        self._opened, self._stop = opened, stop

    def write(self, data: bytes) -> int:
        written = self._opened.write(data)
        if self._stop.is_set():
            raise Stopped
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened, name)


def page_of(name: str) -> str:
    """Where people read of a model, and of its licence."""
    return f"{_library().constants.ENDPOINT}/{name}"


def _library() -> ModuleType:
    for said in ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_PROGRESS_BARS"):
        os.environ.setdefault(said, "1")
    import huggingface_hub
    import huggingface_hub.constants
    import huggingface_hub.errors  # it shows its parts only when they are imported
    import huggingface_hub.file_download
    import huggingface_hub.utils

    huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE = _CHUNK
    return huggingface_hub


@contextmanager
def _in_words(library: ModuleType, name: str) -> Iterator[None]:
    """The library's errors, as ours."""
    wrong = library.errors
    try:
        yield
    except wrong.HFValidationError as error:
        raise InvalidRequest(_no_name(name), param="model") from error
    except wrong.GatedRepoError as error:
        message = say("The makers of {name} want to know who uses it. Ask them on {page}, make a token on the hub, "
                      "and set HF_TOKEN to it.", name=name, page=page_of(name))  # fmt: skip
        raise NotAllowed(message) from error
    except wrong.RepositoryNotFoundError as error:
        message = say("The hub has no model {name}, or shows it only to those with a token: HF_TOKEN.", name=name)
        raise NotFound(message) from error
    except (wrong.RevisionNotFoundError, wrong.RemoteEntryNotFoundError) as error:
        raise NotFound(say("{name} has no such version, or lost a file meanwhile. Ask again.", name=name)) from error
    except (wrong.HTTPError, wrong.LocalEntryNotFoundError, ConnectionError, TimeoutError) as error:
        status = getattr(getattr(error, "response", None), "status_code", "")
        raise _no_good_answer(str(status or type(error).__name__)) from error
    except OSError as error:
        if error.errno is not None:  # the disk's
            raise
        raise _no_good_answer("it sent another length than it said") from error
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise _no_hub(name) from error  # the library reads whatever comes as if a hub had sent it


def _no_hub(name: str) -> Unavailable:
    return Unavailable(say("The hub's answer about {name} cannot be right. Is HF_ENDPOINT a hub?", name=name))


def _no_good_answer(reason: str) -> Unavailable:
    message = say("{hub} did not answer well ({reason}). Ask again later: what came of a model is gone on with.",
                  hub=_library().constants.ENDPOINT, reason=reason)  # fmt: skip
    return Unavailable(message)


def _no_name(name: str) -> Sentence:
    return say("'{name}' is no name of a model. One looks like stabilityai/sd-turbo.", name=name[:100])
