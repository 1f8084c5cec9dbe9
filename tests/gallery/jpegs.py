"""JPEGs that go over their pixels as often as one likes."""

from __future__ import annotations

import io

from PIL import Image

SCAN, END = b"\xff\xda", b"\xff\xd9"


def progressive(size: tuple[int, int] = (64, 64)) -> bytes:
    """An ordinary one: ten scans."""
    file = io.BytesIO()
    image = Image.effect_noise(size, 60)
    Image.merge("RGB", [image] * 3).save(file, "JPEG", progressive=True)
    return file.getvalue()


def scanned_again(times: int, size: tuple[int, int] = (64, 64)) -> bytes:
    """A progressive one with its last scan repeated: every byte of it is legal."""
    data = progressive(size)
    last = data.rindex(SCAN)
    return data[:last] + data[last:].removesuffix(END) * (times + 1) + END
