"""While somebody brings pictures that take long to read, or break on the way, the others are answered."""

from __future__ import annotations

import asyncio
import struct
import zlib

import httpx

from limner.provenance.fresh_png import chunk
from tests.api.conftest import Server
from tests.api.files import picture
from tests.api.test_bad_images import bomb, large

EDITS = "/v1/images/edits"
MEANWHILE = 5
"""Short calls that are answered, at the least, while the large picture is read: seconds, if nobody holds them up."""


def huge(side: int = 4000) -> bytes:
    """A PNG of 16 million pixels."""
    line = b"\0" + (bytes(range(256)) * (3 * side // 256 + 1))[: 3 * side]
    squeeze = zlib.compressobj(1)
    data = b"".join(squeeze.compress(line) for _ in range(side)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


async def test_large_and_broken_pictures_hold_nobody_up(client: httpx.AsyncClient, server: Server) -> None:
    whole = await asyncio.to_thread(huge)
    files = [whole, whole[: len(whole) // 2], bomb(), large(), b"no picture", picture()[:60]]
    answered = 0
    async with httpx.AsyncClient(base_url=server.url, timeout=100) as patient:
        calls = asyncio.gather(
            *(patient.post(EDITS, data={"prompt": "a house"}, files={"image": file}) for file in files)
        )
        while not calls.done():
            assert (await client.get("/v1/models")).status_code == 200
            answered += 1
            await asyncio.sleep(0.02)
    assert [answer.status_code for answer in await calls] == [200, 400, 400, 400, 400, 400]
    assert answered >= MEANWHILE
