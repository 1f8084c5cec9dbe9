"""Prompts that somebody has not just seen."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from limner.engines.validation import MAX_SEED
from limner.prompts.writers.contract import PromptOrder

_TRIES, _IN_VAIN = 100, 5
"""Seeds that are tried, and how many of them in a row may write nothing: there is no room for more words then."""


def fresh_seed(words: Callable[[PromptOrder], str], order: PromptOrder, recent: Collection[str]) -> int:
    """The first seed, from the order's own on, of which `words` writes something, and so that the prompt (its
    beginning in it) is none of the `recent` ones. A writer of few words may have no other: then the order's own."""
    in_vain = 0
    for step in range(_TRIES):
        seed = (order.seed + step) % (MAX_SEED + 1)
        text = words(replace(order, seed=seed))
        if text and order.beginning + text not in recent:
            return seed
        in_vain = 0 if text else in_vain + 1
        if in_vain == _IN_VAIN:
            break
    return order.seed
