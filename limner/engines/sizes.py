"""Which sizes a model can draw: fixed ones, or any within a rule; and the nearest of them to what was asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from limner.engines.contract import Capabilities, Size
from limner.errors import say

SAME_SHAPE = 0.01
"""One percent of stretch: nobody sees it, and it spares drawing a far larger picture for an exact shape."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Sizes that are free within bounds."""

    multiple: int
    max_edge: int
    max_ratio: int
    min_pixels: int
    max_pixels: int

    def fault(self, size: Size) -> str | None:
        """Why `size` is refused, in OpenAI's sentences, or None where it is fine."""
        if min(size.width, size.height) < 1:
            return say("Width and height must both be at least {multiple}.", multiple=self.multiple)
        if size.width % self.multiple or size.height % self.multiple:
            return say("Width and height must both be divisible by {multiple}.", multiple=self.multiple)
        if max(size.width, size.height) > self.max_edge:
            return say("The longest edge must be less than or equal to {edge}.", edge=self.max_edge)
        if max(size.width, size.height) > self.max_ratio * min(size.width, size.height):
            return say(
                "The longest edge must be at most {many} times the shortest edge.", many=_COUNTS[self.max_ratio]
            )
        if size.pixels < self.min_pixels:
            return say("Requested resolution is below the current minimum pixel budget.")
        if size.pixels > self.max_pixels:
            return say("Requested resolution exceeds the current pixel budget.")
        return None

    def nearest(self, size: Size) -> Size:
        """The legal size to draw for `size`: its shape, no smaller where that is possible, and no larger than needed.

        What it gives is scaled to `size` afterwards; a shape beyond the longest allowed becomes the longest allowed.
        """
        if self.fault(size) is None:
            return size
        return _nearest(self, size)

    def _legal(self, ratio: float) -> Iterator[Size]:
        for width in range(self.multiple, self.max_edge + 1, self.multiple):
            below = int(width / ratio) // self.multiple * self.multiple
            for height in (below, below + self.multiple):
                found = Size(width, height)
                if height and self.fault(found) is None:
                    yield found


_COUNTS = {2: say("two"), 3: say("three"), 4: say("four")}


@lru_cache(maxsize=512)
def _nearest(rule: Rule, size: Size) -> Size:
    width, height = max(size.width, 1), max(size.height, 1)
    ratio = min(max(width / height, 1 / rule.max_ratio), rule.max_ratio)

    def badness(found: Size) -> tuple[float, bool, float]:
        shape = abs(math.log(found.width / found.height) - math.log(ratio))
        smaller = found.width < width or found.height < height
        return (
            0.0 if shape <= SAME_SHAPE else round(shape, 4),
            smaller,
            abs(math.log(found.pixels / (width * height))),
        )

    return min(rule._legal(ratio), key=badness)


RULES = {"gpt-image-2": Rule(multiple=16, max_edge=3840, max_ratio=3, min_pixels=655_360, max_pixels=8_294_400)}
"""By the name that `Capabilities.free_sizes` has for it."""


def native_size(size: Size, able: Capabilities) -> Size:
    """The size the model draws for `size`: by its rule where sizes are free; else the nearest shape that it has, then
    the nearest number of pixels."""
    if able.free_sizes:
        return RULES[able.free_sizes].nearest(size)

    def distance(native: Size) -> tuple[float, float]:
        shape = abs(math.log(native.width / native.height) - math.log(size.width / size.height))
        return round(shape, 3), abs(math.log(native.pixels / size.pixels))

    return min(able.sizes, key=distance)
