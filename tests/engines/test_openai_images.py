"""Pictures of an upstream, looked at before they are believed."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest

from limner.engines.adapters.openai.images import NotAPicture, decoded, size_of, unwrapped
from limner.engines.contract import Size
from tests.upstream.drawing import picture

GOOD = picture(Size(8, 4), (200, 30, 30))


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A file of these chunks, each with the right checksum."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


HEAD, END = (b"IHDR", struct.pack(">IIBBBBB", 8, 4, 8, 2, 0, 0, 0)), (b"IEND", b"")


def test_a_good_one_has_its_size() -> None:
    assert unwrapped(base64.b64encode(GOOD).decode()) == (GOOD, Size(8, 4))


@pytest.mark.parametrize(
    "file",
    [
        png(HEAD, END),
        png(HEAD, (b"IDAT", b""), END),
        png(HEAD, (b"IDAT", b"x" * 500), END),
        png(END),
        GOOD[:-20],
        GOOD[:40],
        b"",
        b"GIF89a",
    ],
    ids=["no pixels", "empty pixels", "nonsense for pixels", "no head", "cut off", "cut early", "nothing", "a stub"],
)
def test_a_damaged_one_is_no_picture_even_when_its_checksums_are_right(file: bytes) -> None:
    with pytest.raises(NotAPicture):
        size_of(file)


def test_padding_that_is_too_long_costs_no_picture() -> None:
    text = base64.b64encode(GOOD).decode()
    assert decoded(text.rstrip("=") + "=" * (len(text) - len(text.rstrip("=")))) == GOOD
    assert decoded("AAAA=") == b"\0\0\0"


@pytest.mark.parametrize("text", ["AAA", "AA AA", "AAAA!", "é"])
def test_text_that_is_no_base64_is_no_picture(text: str) -> None:
    with pytest.raises(NotAPicture):
        decoded(text)
