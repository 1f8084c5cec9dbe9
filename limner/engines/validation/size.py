"""The size of what is drawn: one that is offered, a free one by its rule, or `auto`."""

from __future__ import annotations

import math
from collections.abc import Callable

from limner.engines.contract import Capabilities, ImageRef, Size
from limner.engines.dialects import Dialect
from limner.engines.sizes import RULES
from limner.engines.validation.sentences import short, unsupported_value, wrong_type
from limner.errors import InvalidRequest, say

NEARLY = 0.03
"""Shapes that differ by less (3 %) are one: nobody sees it."""


def check_size(value: object, dialect: Dialect, able: Capabilities, *, like: ImageRef | None = None) -> Size:
    """The size asked for, by the dialect's rule; `auto` is the first size the target offers, or the one of them that
    is nearest to the shape of the image `like`."""
    if value is None:
        value = dialect.default_size
    if not isinstance(value, str):
        raise wrong_type("size", say("a string"), value)
    offered = tuple(str(size) for size in able.offered_sizes)
    free = dialect.size_rule or (RULES[able.free_sizes].fault if able.free_sizes and dialect.sizes is None else None)
    choices = (*offered, "auto") if dialect.sizes is None else dialect.sizes
    if value == "auto" and (free or value in choices):
        return able.offered_sizes[0] if like is None else _shaped(like, dialect, able)
    if value not in choices or dialect.size_rule:
        if free is None:
            raise unsupported_value("size", value, choices)
        return _free_size(value, free)
    return Size.parse(value)


def _shaped(like: ImageRef, dialect: Dialect, able: Capabilities) -> Size:
    """Of the offered sizes the first with the shape nearest to that of an image. Where none comes near it, what is
    drawn is cut: to one of the dialect's sizes where they are fixed, else to the image's own shape.

    None of more than twice the usual one's pixels: nobody who leaves the size to us asked for the price of a poster.
    """
    usual = able.offered_sizes[0]
    shape = math.log(max(like.width, 1) / max(like.height, 1))
    sizes = [size for size in able.offered_sizes if size.pixels <= 2 * usual.pixels]
    if min(abs(_shape(size) - shape) for size in sizes) > NEARLY and not able.free_sizes:
        if dialect.sizes is None:
            longest = math.log(RULES["gpt-image-2"].max_ratio)
            side, wide = math.sqrt(usual.pixels), math.exp(min(max(shape, -longest), longest) / 2)
            return RULES["gpt-image-2"].nearest(Size(round(side * wide), round(side / wide)))
        sizes += [Size.parse(text) for text in dialect.sizes if text != "auto"]
    return min(sizes, key=lambda size: round(abs(_shape(size) - shape), 3))


def _shape(size: Size) -> float:
    return round(math.log(size.width / size.height), 3)


def _free_size(value: str, rule: Callable[[Size], str | None]) -> Size:
    try:
        # Nine characters hold every size that can be valid; a longer text would only be a big number to parse.
        size = Size.parse(value if len(value) <= 20 else "")
    except ValueError:
        raise InvalidRequest(
            say("Invalid size '{size}'. Expected WIDTHxHEIGHT, for example '1824x1024'.", size=short(value)),
            param="size",
        ) from None
    if fault := rule(size):
        raise InvalidRequest(say("Invalid size '{size}'. {fault}", size=value, fault=fault), param="size")
    return size
