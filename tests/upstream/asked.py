"""What the stand-in was asked: one request, read from the socket and taken apart."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MOST = 256 * 1024 * 1024
"""Bytes of a body."""

_NAME = re.compile(r'name="([^"]*)"')
_FILENAME = re.compile(r'filename="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a form."""

    name: str
    filename: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(slots=True)
class Asked:
    """One request, and what became of it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Names in small letters."""
    body: bytes = field(repr=False)
    fields: dict[str, Any] = field(default_factory=dict)
    """Of the JSON body, or the texts of the form."""
    files: list[Part] = field(default_factory=list)
    status: int = 0
    """What it was answered with; 0: nothing yet."""
    pictures: list[bytes] = field(default_factory=list, repr=False)
    """The files it was answered with."""
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set when the other side went before it had its whole answer."""

    @property
    def verb(self) -> str:
        """`generations`, `edits` or `variations`; "" for any other path."""
        last = self.path.rpartition("/images/")[2]
        return last if last in ("generations", "edits", "variations") else ""

    @property
    def chat(self) -> bool:
        """Whether a text was asked for."""
        return self.method == "POST" and self.path.endswith("/chat/completions")

    @property
    def model(self) -> str:
        """Named in the body, or by Azure's path."""
        deployment = re.search(r"/deployments/([^/]+)/", self.path)
        return deployment[1] if deployment else str(self.fields.get("model", ""))

    @property
    def n(self) -> int:
        return int(self.fields.get("n") or 1)

    @property
    def streamed(self) -> bool:
        return self.fields.get("stream") in (True, "true")


async def read_request(reader: asyncio.StreamReader) -> Asked | None:
    """The next request of a connection; None when there is none any more."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
        }
        body = await _body(reader, headers)
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        return None
    split = urlsplit(target)
    asked = Asked(method, split.path, dict(parse_qsl(split.query)), headers, body)
    _take_apart(asked)
    return asked


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(min(int(headers.get("content-length", "0")), MOST))
    pieces = []
    while length := int((await reader.readline()).split(b";")[0], 16):
        pieces.append(await reader.readexactly(length))
        await reader.readline()
    await reader.readline()
    return b"".join(pieces)


def _take_apart(asked: Asked) -> None:
    content_type = asked.headers.get("content-type", "")
    if content_type.startswith("application/json"):
        try:
            found = json.loads(asked.body)
        except ValueError:
            return
        asked.fields = found if isinstance(found, dict) else {}
    elif "boundary=" in content_type:
        boundary = content_type.partition("boundary=")[2].partition(";")[0].strip('"').encode()
        for piece in asked.body.split(b"--" + boundary)[1:-1]:
            head, _, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            _take_part(asked, head.decode("utf-8", "replace"), data.removesuffix(b"\r\n"))


def _take_part(asked: Asked, head: str, data: bytes) -> None:
    disposition = next(line for line in head.split("\r\n") if line.lower().startswith("content-disposition"))
    named = _NAME.search(disposition.replace("filename=", "_="))
    name = named[1] if named else ""
    filename = _FILENAME.search(disposition)
    if filename is None:
        asked.fields[name] = data.decode("utf-8", "replace")
        return
    types = [line.partition(":")[2].strip() for line in head.split("\r\n") if line.lower().startswith("content-type")]
    asked.files.append(Part(name, filename[1], types[0] if types else "", data))
