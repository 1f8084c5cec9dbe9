"""Frames on the socket between a placement and the process that draws: a JSON header and raw bytes, never pickle.

A frame is two big-endian lengths, the header (UTF-8 JSON object), and the body. Both sides check the lengths before
they allocate anything, so that garbage ends as a `BadFrame` and not as a lack of memory.
"""

from __future__ import annotations

import json
import struct
from socket import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the process that draws reads this file too, and has no use for asyncio and its ssl
    from asyncio import StreamReader

MAX_HEADER = 4 * 1024 * 1024
MAX_BODY = 512 * 1024 * 1024

_LENGTHS = struct.Struct(">4sII")
_MAGIC = b"LIM1"


class BadFrame(Exception):
    """What came is not a frame: the two sides no longer understand each other."""


Frame = tuple[dict[str, Any], bytes]


def pack(header: dict[str, Any], body: bytes = b"") -> list[bytes]:
    """The pieces of one frame, to be written in order; the body is not copied."""
    text = json.dumps(header, ensure_ascii=True, separators=(",", ":")).encode()
    return [_LENGTHS.pack(_MAGIC, len(text), len(body)) + text, body]


async def read_frame(reader: StreamReader) -> Frame | None:
    """The next frame; None when the other side has closed. Raises BadFrame."""
    try:
        header_length, body_length = _lengths(await reader.readexactly(_LENGTHS.size))
        header = await reader.readexactly(header_length)
        body = await reader.readexactly(body_length)
    except (EOFError, ConnectionError):  # asyncio's IncompleteReadError is an EOFError
        return None
    return _header(header), body


def receive_frame(link: socket) -> Frame | None:
    """The same for the blocking side."""
    lengths = _receive(link, _LENGTHS.size)
    if lengths is None:
        return None
    header_length, body_length = _lengths(lengths)
    header = _receive(link, header_length)
    body = _receive(link, body_length)
    if header is None or body is None:
        return None
    return _header(header), body


def _lengths(data: bytes) -> tuple[int, int]:
    magic, header_length, body_length = _LENGTHS.unpack(data)
    if magic != _MAGIC or header_length > MAX_HEADER or body_length > MAX_BODY:
        raise BadFrame(f"not a frame: {data!r}")
    return header_length, body_length


def _header(data: bytes) -> dict[str, Any]:
    try:
        header = json.loads(data)
    except ValueError as error:
        raise BadFrame(f"not JSON: {data[:80]!r}") from error
    if not isinstance(header, dict):
        raise BadFrame(f"not a JSON object: {data[:80]!r}")
    return header


def _receive(link: socket, length: int) -> bytes | None:
    data = bytearray(length)
    view = memoryview(data)
    got = 0
    while got < length:
        try:
            read = link.recv_into(view[got:])
        except ConnectionError:
            return None
        if read == 0:
            return None
        got += read
    return bytes(data)
