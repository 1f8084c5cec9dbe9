"""Any width and height within bounds: for whoever says them as they like. The nearest is drawn and scaled."""

from __future__ import annotations

from dataclasses import replace

from limner.engines.contract import Size
from limner.engines.dialects import LIMNER
from limner.errors import say

SHORTEST_EDGE, LONGEST_EDGE = 64, 4096
MOST_PIXELS = 8_294_400


def size_fault(size: Size) -> str | None:
    """Why a size is refused, or None where it is fine."""
    if min(size.width, size.height) < SHORTEST_EDGE or max(size.width, size.height) > LONGEST_EDGE:
        return say("Width and height must be {shortest} to {longest}.", shortest=SHORTEST_EDGE, longest=LONGEST_EDGE)
    if size.pixels > MOST_PIXELS:
        return say("A picture may have at most {most:,} pixels.", most=MOST_PIXELS)
    return None


FREE = replace(LIMNER, name="free", size_rule=size_fault, clear_is_mask=False)
"""The rules of programs that say width and height as they like."""
