"""Prompts out of lists of words: a thing, what it does and where, how it is made and lit. Only what the model knows
is said, where the order asks for that."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from random import Random

from limner.engines.contract import Capabilities
from limner.errors import InvalidRequest, say
from limner.prompts.writers.contract import PromptOrder
from limner.prompts.writers.wordlist.composing import SHARES, new_prompt
from limner.prompts.writers.wordlist.going_on import additions, continuation
from limner.prompts.writers.wordlist.lists import THEMES, vocabulary_of, world_for
from limner.prompts.writers.wordlist.picking import picked

__all__ = ["THEMES", "WordList", "check", "picked"]


class WordList:
    """Composes prompts; the lists are read when the first is asked for. Where the beginning is all that the model
    takes, nothing is written."""

    title = say("Word lists")
    themes = THEMES
    costs = False

    def write(self, order: PromptOrder) -> AsyncIterator[str]:
        return _one_by_one(self.words(order))

    def words(self, order: PromptOrder) -> Iterator[str]:
        """The pieces of `write`, for those who need not wait."""
        check(order)
        if len(order.beginning) >= order.capabilities.max_prompt:
            return iter(())
        return _pieces(_fitting(order.beginning, _parts(order), order.capabilities))


def check(order: PromptOrder) -> None:
    """Raises InvalidRequest for a theme or a length that there is not."""
    if order.theme and order.theme not in THEMES:
        message = f"There is no theme “{order.theme[:40]}”. Choose one of: {', '.join(THEMES)}."
        raise InvalidRequest(message, param="theme")
    if order.length not in SHARES:
        raise InvalidRequest(f"A prompt's length is one of: {', '.join(SHARES)}.", param="length")


async def _one_by_one(pieces: Iterable[str]) -> AsyncIterator[str]:
    for piece in pieces:
        yield piece


def _parts(order: PromptOrder) -> Iterator[str]:
    able, chance = order.capabilities, Random(order.seed)  # noqa: S311 (a game, no secret)
    world = world_for(order.theme, vocabulary_of(able, order.only_known))
    if order.improve:
        return additions(order.beginning, world, able, chance)
    if order.beginning.strip():
        return continuation(order.beginning, world, able, order.length, chance)
    parts = new_prompt(world, able, order.length, chance)
    return (f" {part}" if place == 0 and order.beginning else part for place, part in enumerate(parts))


def _fitting(beginning: str, parts: Iterable[str], able: Capabilities) -> Iterator[str]:
    """The parts that the model takes and reads to their end. Of a first part that is too long, its first words."""
    text = beginning
    for part in parts:
        if len(text + part) <= able.max_prompt and not able.lost_end(text + part):
            text += part
            yield part
        elif text == beginning:
            for word in _pieces((part,)):
                if len(text + word) > able.max_prompt or able.lost_end(text + word):
                    return
                text += word
                yield word


def _pieces(parts: Iterable[str]) -> Iterator[str]:
    """Word by word, each with the space or the comma before it."""
    for part in parts:
        yield from re.findall(r"(?:,\s+)?\s*\S+", part)
