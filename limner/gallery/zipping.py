"""Many pictures as one ZIP file, made while it is sent: no more of it is in memory than a piece of one picture.

Pictures are stored as they are (PNG, JPEG and WebP do not get smaller), and `pictures.json` says how each was made.
"""

from __future__ import annotations

import json
import zipfile
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connections
from django.utils import timezone
from django.utils.text import slugify

from limner.errors import NotFound
from limner.gallery.formats import extension_of
from limner.gallery.models import Picture
from limner.storage import blobs

AT_ONCE = 100
PIECE = 256 * 1024

Document = tuple[str, Iterator[str]]
"""A text file of the ZIP: its name, and its text in pieces."""


class _Pipe:
    """What `zipfile` writes into, and what was written is taken out of. It cannot go back: nor can a response."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def taken(self) -> bytes:
        data, self._written = b"".join(self._written), []
        return data


def zipped(
    ids: Iterable[int], documents: Iterable[Document] = (), files: Iterable[tuple[str, str]] = ()
) -> Iterator[bytes]:
    """The pieces of a ZIP file of these pictures, with `pictures.json` and whatever documents are given, and
    `files`: names with the keys of their blobs.

    A picture whose file is gone, or that was deleted meanwhile, is left out.
    """
    pipe = _Pipe()
    ids = array("q", ids)
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as made:
        for picture in _pictures(ids):
            yield from _stored(made, pipe, file_name(picture), picture.blob)
        for name, key in files:
            yield from _stored(made, pipe, name, key)
        for name, pieces in (("pictures.json", as_list(described(one) for one in _pictures(ids))), *documents):
            with made.open(_entry(name), "w") as entry:
                for piece in pieces:
                    entry.write(piece.encode())
                    yield pipe.taken()
            yield pipe.taken()
    yield pipe.taken()


def _stored(made: zipfile.ZipFile, pipe: _Pipe, name: str, key: str) -> Iterator[bytes]:
    try:
        blob = blobs.open_blob(key)
    except NotFound:
        return
    with blob, made.open(_entry(name), "w") as entry:
        while piece := blob.read(PIECE):
            entry.write(piece)
            yield pipe.taken()
    yield pipe.taken()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, timezone.now().timetuple()[:6])
    entry.external_attr = 0o644 << 16
    return entry


def _pictures(ids: array[int]) -> Iterator[Picture]:
    for start in range(0, len(ids), AT_ONCE):
        some = list(ids[start : start + AT_ONCE])
        found = Picture.objects.in_bulk(some)
        give_back_connections()
        yield from (found[pk] for pk in some if pk in found)


def give_back_connections() -> None:
    """Before a file is sent: its reader may take hours, and the next piece may be made in another thread.

    SQLite's too, which threads that live on keep.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:  # that one is still its opener's
            connection.close()


def file_name(picture: Picture) -> str:
    """When, what, and a piece of its public id, so that no two have the same."""
    said = slugify(picture.prompt[:200], allow_unicode=True)[:48].strip("-") or "picture"
    return f"{picture.created_at:%Y-%m-%d}-{said}-{picture.public_id.hex[:12]}.{extension_of(picture)}"


def described(picture: Picture) -> dict[str, Any]:
    """How a picture was made, for programs."""
    return {
        "id": str(picture.public_id),
        "file": file_name(picture),
        "job": str(picture.job),
        "prompt": picture.prompt,
        "negative_prompt": picture.negative_prompt,
        "model": picture.model,
        "style": picture.style,
        "seed": picture.seed,
        "width": picture.width,
        "height": picture.height,
        "parameters": picture.parameters,
        "public": picture.public,
        "licence": picture.licence,
        "sha256": picture.sha256,
        "created_at": picture.created_at.isoformat(),
        "trashed_at": picture.trashed_at.isoformat() if picture.trashed_at else None,
    }


def as_list(values: Iterable[Any]) -> Iterator[str]:
    """A list as JSON, one value a line, without ever holding all of it."""
    between = "[\n"
    for value in values:
        yield between + json.dumps(value, ensure_ascii=False, default=str)
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"
