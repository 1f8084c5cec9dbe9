"""Walking PNG, JPEG and WebP files: taking an XMP packet out, and putting one in without touching a pixel.

Each format offers `find(file)` and `insert(file, …)`. `find` stops at its limits and at the first thing that makes
no sense; `insert` raises `UnreadablePicture` instead, because a picture of ours that cannot be walked is a fault.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from limner.provenance.fresh_png import SIGNATURE as PNG
from limner.provenance.fresh_png import chunk as _png_chunk
from limner.provenance.record import UnreadablePicture
from limner.provenance.xmp import MAX_PACKET

XMP_KEYWORD = b"XML:com.adobe.xmp"
XMP_SEGMENT = b"http://ns.adobe.com/xap/1.0/\x00"
MAX_SEGMENT = 65533
MAX_JPEG_PACKET = MAX_SEGMENT - len(XMP_SEGMENT)
MAX_PIECES = 100_000
MAX_TEXTS = 20
PNG_SHOWN = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs acTL fcTL fdAT".split())
JPEG_SHOWN = (b"JFIF\x00", b"ICC_PROFILE\x00", b"Adobe\x00")
WEBP_SHOWN = frozenset((b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))


def kind(file: bytes) -> str | None:
    """`"png"`, `"jpg"` or `"webp"` by the file's first bytes; None for anything else."""
    if file.startswith(PNG):
        return "png"
    if file.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if file[:4] == b"RIFF" and file[8:12] == b"WEBP":
        return "webp"
    return None


# --- PNG: length, type, data, checksum -------------------------------------------------------------------------


def _png_chunks(file: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(type, where the chunk begins, where it ends) until IEND."""
    at = len(PNG)
    for _ in range(MAX_PIECES):
        if at + 12 > len(file):
            raise UnreadablePicture("The PNG file ends too early.")
        (length,) = struct.unpack_from(">I", file, at)
        end = at + 12 + length
        if end > len(file):
            raise UnreadablePicture("The PNG file ends too early.")
        name = file[at + 4 : at + 8]
        yield name, at, end
        if name == b"IEND":
            return
        at = end
    raise UnreadablePicture("The PNG file has too many chunks.")


def _png_text(keyword: bytes, text: str) -> bytes:
    """tEXt where Latin-1 can say it, else iTXt."""
    try:
        return _png_chunk(b"tEXt", keyword + b"\x00" + text.encode("latin-1"))
    except UnicodeEncodeError:
        return _png_chunk(b"iTXt", keyword + b"\x00\x00\x00\x00\x00" + text.encode("utf-8"))


def png_find(file: bytes) -> bytes | None:
    for name, at, end in _png_chunks(file):
        if name == b"iTXt" and file.startswith(XMP_KEYWORD + b"\x00", at + 8):
            return _international_text(file[at + 8 : end - 4])
    return None


def _international_text(data: bytes) -> bytes | None:
    _, _, rest = data.partition(b"\x00")
    compressed, rest = rest[:1], rest[2:]
    text = rest.split(b"\x00", 2)[-1] if rest.count(b"\x00") >= 2 else b""
    if compressed != b"\x01":
        return text
    return _unpacked(text)


def _unpacked(text: bytes) -> bytes | None:
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(text, MAX_PACKET)
    return None if unpacker.unconsumed_tail else unpacked


def png_texts(file: bytes) -> dict[str, str]:
    """The text chunks by their keyword, without XMP; of several with one keyword the first, and none over 1 MB."""
    found: dict[str, str] = {}
    for name, at, end in _png_chunks(file):
        if name not in (b"tEXt", b"zTXt", b"iTXt") or end - at > MAX_PACKET or len(found) >= MAX_TEXTS:
            continue
        data = file[at + 8 : end - 4]
        keyword, _, rest = data.partition(b"\x00")
        title = keyword.decode("latin-1")
        # Asked before it is unpacked: one keyword a thousand times would be a thousand times the work.
        if keyword == XMP_KEYWORD or title in found:
            continue
        if name == b"iTXt":
            text = (_international_text(data) or b"").decode("utf-8", "replace")
        else:
            text = (rest if name == b"tEXt" else _unpacked(rest[1:]) or b"").decode("latin-1")
        found[title] = text
    return found


def png_insert(file: bytes, packet: bytes, texts: dict[str, str]) -> bytes:
    """The file with the packet and the texts right after its header, instead of any of the same name."""
    ours = {XMP_KEYWORD, *(keyword.encode("latin-1") for keyword in texts)}
    kept = [PNG]
    for name, at, end in _png_chunks(file):
        keyword = file[at + 8 : min(end - 4, at + 88)].partition(b"\x00")[0]
        if name in (b"tEXt", b"iTXt", b"zTXt") and keyword in ours:
            continue
        kept.append(file[at:end])
        if name == b"IHDR":
            kept.append(_png_chunk(b"iTXt", XMP_KEYWORD + b"\x00\x00\x00\x00\x00" + packet))
            kept += [_png_text(keyword.encode("latin-1"), text) for keyword, text in texts.items() if text]
    return b"".join(kept)


def png_bare(file: bytes) -> bytes:
    """The file with what is needed to show it, and nothing that is only said of it."""
    return PNG + b"".join(file[at:end] for name, at, end in _png_chunks(file) if name in PNG_SHOWN)


# --- JPEG: marker, length, data, until the scan begins ---------------------------------------------------------


def _jpeg_segments(file: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, where the segment begins, where it ends) until the start of scan."""
    at = 2
    for _ in range(MAX_PIECES):
        if at + 4 > len(file) or file[at] != 0xFF:
            raise UnreadablePicture("The JPEG file ends too early.")
        marker = file[at + 1]
        if marker == 0xFF:  # padding before a marker
            at += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # markers without a length
            at += 2
            continue
        (length,) = struct.unpack_from(">H", file, at + 2)
        end = at + 2 + length
        if marker == 0xD9 or length < 2 or end > len(file):
            raise UnreadablePicture("The JPEG file ends too early.")
        yield marker, at, end
        if marker == 0xDA:
            return
        at = end
    raise UnreadablePicture("The JPEG file has too many segments.")


def jpg_find(file: bytes) -> bytes | None:
    for marker, at, end in _jpeg_segments(file):
        if marker == 0xE1 and file.startswith(XMP_SEGMENT, at + 4):
            return file[at + 4 + len(XMP_SEGMENT) : end]
    return None


def jpg_insert(file: bytes, packet: bytes) -> bytes:
    """The file with the packet after its JFIF and Exif segments, which readers want first."""
    if len(packet) > MAX_JPEG_PACKET:
        raise UnreadablePicture("The XMP packet does not fit into one JPEG segment.")
    head, kept, place = [file[:2]], list[bytes](), True
    for marker, at, end in _jpeg_segments(file):
        if marker == 0xDA:
            kept.append(file[at:])
            break
        if marker == 0xE1 and file.startswith(XMP_SEGMENT, at + 4):
            continue
        place = place and (marker == 0xE0 or (marker == 0xE1 and file.startswith(b"Exif\x00", at + 4)))
        (head if place else kept).append(file[at:end])
    segment = struct.pack(">BBH", 0xFF, 0xE1, 2 + len(XMP_SEGMENT) + len(packet)) + XMP_SEGMENT + packet
    return b"".join([*head, segment, *kept])


def jpg_bare(file: bytes) -> bytes:
    """The file without its comments and the segments of programs; what its colours mean stays."""
    kept = [file[:2]]
    for marker, at, end in _jpeg_segments(file):
        if marker == 0xDA:
            kept.append(file[at:])
        elif not (marker == 0xFE or 0xE0 <= marker <= 0xEF) or file.startswith(JPEG_SHOWN, at + 4):
            kept.append(file[at:end])
    return b"".join(kept)


# --- WebP: RIFF chunks, padded to even lengths -----------------------------------------------------------------


def _webp_chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    (riff,) = struct.unpack_from("<I", file, 4)
    stop = 8 + riff
    if stop > len(file):
        raise UnreadablePicture("The WebP file ends too early.")
    at = 12
    for _ in range(MAX_PIECES):
        if at == stop:
            return
        if at + 8 > stop:
            break
        name, length = file[at : at + 4], struct.unpack_from("<I", file, at + 4)[0]
        if at + 8 + length > stop:
            break
        yield name, file[at + 8 : at + 8 + length]
        # Some writers leave the last padding byte out.
        at = min(at + 8 + length + (length & 1), stop)
    raise UnreadablePicture("The WebP file ends too early.")


def webp_find(file: bytes) -> bytes | None:
    return next((data for name, data in _webp_chunks(file) if name == b"XMP "), None)


def webp_insert(file: bytes, packet: bytes) -> bytes:
    """The file in WebP's extended form, with the packet as its last chunk."""
    chunks = [(name, data) for name, data in _webp_chunks(file) if name != b"XMP "]
    if not chunks:
        raise UnreadablePicture("The WebP file holds no picture.")
    name, first = chunks[0]
    if name == b"VP8X":
        if len(first) < 10:
            raise UnreadablePicture("The WebP file's header is damaged.")
        chunks[0] = (b"VP8X", bytes([first[0] | 0x04]) + first[1:])
    else:
        width, height, alpha = _webp_size(name, first)
        size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        chunks.insert(0, (b"VP8X", bytes([0x04 | (0x10 if alpha else 0), 0, 0, 0]) + size))
    return _webp_of([*chunks, (b"XMP ", packet)])


def webp_bare(file: bytes) -> bytes:
    """The file with what is needed to show it, and a header that promises no more."""
    chunks = [(name, data) for name, data in _webp_chunks(file) if name in WEBP_SHOWN]
    if chunks and chunks[0][0] == b"VP8X":
        header = chunks[0][1]
        chunks[0] = (b"VP8X", bytes([header[0] & ~0x0C]) + header[1:])  # neither XMP nor Exif
    return _webp_of(chunks)


def _webp_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) & 1) for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_size(name: bytes, data: bytes) -> tuple[int, int, bool]:
    """Width, height and whether there is alpha, from a lossy or a lossless picture's own header."""
    if name == b"VP8 " and len(data) >= 10 and data[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 6)
        return max(width & 0x3FFF, 1), max(height & 0x3FFF, 1), False
    if name == b"VP8L" and len(data) >= 5 and data[0] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    raise UnreadablePicture("The WebP file holds no picture.")
