"""Encoding a fresh 1024×1024 picture as PNG at level 1, against Pillow's encoder at the same level in the same run.

    python -m benchmarks.fresh_png [--runs 15]

The picture is painted: soft shapes, a gradient, and the grain that a model's decoder leaves. Times are of the CPU.
"""

from __future__ import annotations

import argparse
import io
import random
import time
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from benchmarks.measure.table import Row, show
from limner.provenance.fresh_png import fresh_png


def painted(side: int = 1024) -> Image.Image:
    dice = random.Random(1)
    picture = Image.linear_gradient("L").resize((side, side)).convert("RGB")
    brush = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y, r = (dice.randrange(side) for _ in range(3))
        brush.ellipse((x, y, x + r // 4 + 9, y + r // 3 + 9), fill=tuple(dice.randrange(256) for _ in range(3)))
    grain = Image.merge("RGB", [Image.effect_noise((side, side), 3) for _ in range(3)])
    return ImageChops.add(picture.filter(ImageFilter.GaussianBlur(3)), grain, offset=-128)


def pillows(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def milliseconds(encode: Callable[[Image.Image], bytes], picture: Image.Image) -> float:
    started = time.process_time()
    encode(picture)
    return (time.process_time() - started) * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    picture = painted()
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(milliseconds(fresh_png, picture))
        theirs.append(milliseconds(pillows, picture))
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    sizes = len(fresh_png(picture)) / len(pillows(picture))
    rows = [
        Row("ours", ours, "ms"),
        Row("Pillow's, level 1", theirs, "ms"),
        Row("time, ours ÷ Pillow's", ratios, "×", bar=0.6),
        Row("bytes, ours ÷ Pillow's", [sizes], "×", bar=1.0),
    ]
    show("Encoding a fresh 1024×1024 picture as PNG", rows)


if __name__ == "__main__":
    main()
