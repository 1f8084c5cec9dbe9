"""Prompts by a model of GPT-2's family: Scribe, which ships with Limner, or the one in `LIMNER_WRITER`.

It runs in the child that draws or in one of its own (`engines.placement.writing`), never in the process that answers.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from limner.engines import catalog
from limner.engines.contract import WriteOrder
from limner.engines.placement.writing import Desk, desk
from limner.engines.weights import find, title_of
from limner.prompts.writers.contract import Length, Piece, PromptOrder, Waiting
from limner.prompts.writers.fitting import Fitting

_SEEDS = 2**32
_MARKS = (",", ";", ":", ".", "!", "?", "…")
_TRIES = 4
"""It may have nothing to say that the model knows: then it tries the next seeds. A seed still means one text."""
_ENOUGH: dict[Length, int] = {"short": 5, "medium": 12, "long": 30}
"""So many words, and a text ends at its next comma."""
_TOKENS: dict[Length, int] = {"short": 24, "medium": 48, "long": 96}


def model_folder() -> Path:
    """Where the model is that writes: Scribe, or what `LIMNER_WRITER` names. Raises NotConfigured."""
    if not settings.LIMNER_WRITER:
        return catalog.BUNDLED / "scribe"
    return find(settings.LIMNER_WRITER, settings.LIMNER_HOME)


class Gpt2:
    """A `Writer`. It takes no theme."""

    themes: tuple[str, ...] = ()
    costs = False

    def __init__(self) -> None:
        folder = model_folder()
        self.title = title_of(folder)
        self._desk = desk(folder)

    async def write(self, order: PromptOrder) -> AsyncGenerator[Piece, None]:
        if len(order.beginning) >= order.capabilities.max_prompt:
            return
        comma = "," if order.improve and order.beginning[-1:] not in _MARKS else ""
        asked = WriteOrder(order.beginning + comma, order.seed, _TOKENS[order.length])
        for seed in range(order.seed, order.seed + _TRIES):
            fitting, text = Fitting(order), ""
            async with aclosing(_one_line(self._desk, replace(asked, seed=seed % _SEEDS))) as pieces:
                async for piece in pieces:
                    if isinstance(piece, int):
                        yield Waiting(piece)
                        continue
                    if fitting.full or (piece[:1] in _MARKS and len(text.split()) >= _ENOUGH[order.length]):
                        break
                    for word in fitting.take(piece if text else comma + piece):
                        yield word
                    text += piece
            for word in fitting.take("", last=True):
                yield word
            if fitting.written:
                return


async def _one_line(desk: Desk, order: WriteOrder) -> AsyncGenerator[str | int, None]:
    """The text up to the end of its first line: a model that was taught by lists begins the next entry there."""
    text = ""
    async with aclosing(desk.write(order)) as pieces:
        async for piece in pieces:
            if isinstance(piece, int):
                yield piece
                continue
            line, new_line, _ = piece.partition("\n")
            kept = re.sub(r"[\x00-\x1f\x7f]", "", re.sub(r"\s+", " ", line))
            if text.endswith(" "):
                kept = kept.lstrip()
            if kept:
                text += kept
                yield kept
            if new_line and text.strip():
                return
