"""Prompts that somebody has not just seen."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from limner.prompts.writers.contract import PromptOrder

_TRIES = 200
_SEEDS = 2**32


def fresh_seed(words: Callable[[PromptOrder], str], order: PromptOrder, recent: Collection[str]) -> int:
    """The first seed, from the order's own on, of which `words` writes something, and so that the prompt (its
    beginning in it) is none of the `recent` ones. A writer of few words may have no other: then the order's own."""
    for step in range(_TRIES):
        seed = (order.seed + step) % _SEEDS
        text = words(replace(order, seed=seed))
        if text and order.beginning + text not in recent:
            return seed
    return order.seed
