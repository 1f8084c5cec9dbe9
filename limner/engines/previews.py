"""Previews: what the picture would be if it were finished now, small, as WebP."""

from __future__ import annotations

import io

from PIL import Image

EDGE = 256
MAX_BYTES = 64 * 1024


def preview_steps(steps: int) -> frozenset[int]:
    """The steps after which a preview is shown: one in four, spread evenly, never the last; three from eight on."""
    count = min(max(steps // 4, 3), 8, max(steps - 1, 0))
    return frozenset(round(i * steps / (count + 1)) for i in range(1, count + 1))


def preview(picture: Image.Image) -> bytes:
    """A WebP of at most 64 KB whose longer edge is about 256 pixels."""
    small = picture.copy()
    small.thumbnail((EDGE, EDGE), Image.Resampling.BILINEAR, reducing_gap=1.0)
    for quality in (70, 40, 10):
        file = io.BytesIO()
        small.save(file, "WEBP", quality=quality, method=0)
        if file.tell() <= MAX_BYTES:
            break
    return file.getvalue()
