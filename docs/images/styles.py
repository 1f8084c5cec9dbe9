"""Draw the examples of the style picker with Storybook.

$ DJANGO_SETTINGS_MODULE=limner.config.settings python docs/images/styles.py
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import cast

from PIL import Image

from limner.engines.catalog import model
from limner.engines.contract import Drawn, DrawOrder, Engine
from limner.engines.dialects import dialect_for
from limner.engines.registry import build_engine
from limner.engines.validation import Ask, make_request
from limner.prompts.styles import compose, styles_for

EXAMPLE = "a red house"
SEED = 5
SIDE = 96
MOST_BYTES = 3000
TARGET = Path(__file__).parents[2] / "limner/studio/static/studio/styles"


def small(drawn: Drawn) -> bytes:
    """The picture as a WebP of SIDE × SIDE, as good as fits into MOST_BYTES."""
    picture = Image.frombytes(drawn.mode, (drawn.size.width, drawn.size.height), drawn.data).convert("RGB")
    picture = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    for quality in range(85, 10, -5):
        file = io.BytesIO()
        picture.save(file, "WEBP", quality=quality, method=6)
        if file.tell() <= MOST_BYTES:
            break
    return file.getvalue()


def main() -> None:
    storybook = model("storybook")
    engine = cast("Engine", build_engine(storybook))
    TARGET.mkdir(exist_ok=True)
    for style in styles_for(storybook.capabilities):
        ask = Ask(prompt=compose(EXAMPLE, style=style), size="512x512", seed=SEED)
        request, _ = make_request(ask, dialect_for(storybook.name), storybook)
        order = DrawOrder(job=style.name, attempt=1, request=request, indices=(0,))
        drawn = next(event for event in engine.draw(order, lambda: False) if isinstance(event, Drawn))
        file = small(drawn)
        (TARGET / f"{style.name}.webp").write_bytes(file)
        print(f"{style.name}: {len(file)} bytes")


if __name__ == "__main__":
    main()
