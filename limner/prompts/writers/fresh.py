"""Prompts that somebody has not just seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from limner.prompts.writers.contract import PromptOrder, Writer

_TRIES = 200
_SEEDS = 2**32


def fresh_seed(writer: Writer, order: PromptOrder, recent: Collection[str]) -> int:
    """The first seed, from the order's own on, whose prompt (its beginning in it) is none of the `recent` ones. A
    writer of few words may have no other: then the order's own seed."""
    for step in range(_TRIES):
        seed = (order.seed + step) % _SEEDS
        if order.beginning + "".join(writer.write(replace(order, seed=seed))) not in recent:
            return seed
    return order.seed
