"""Prompts by a chat model of an upstream: asked for in a request made of the word lists' classes, and shown as plain
words on one line. It may cost money, so it is there only where the operator named the model."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from limner.engines.registry import build_chat
from limner.engines.upstreams import upstreams
from limner.engines.upstreams.kinds import KINDS
from limner.errors import NotConfigured, UpstreamFailed, UpstreamRefused, say
from limner.prompts.writers.chat.asking import asking
from limner.prompts.writers.chat.reading import Reading
from limner.prompts.writers.contract import PromptOrder
from limner.prompts.writers.fitting import Fitting
from limner.prompts.writers.wordlist import THEMES, check

__all__ = ["Chat"]


class Chat:
    """Writes with the first upstream that names a chat model. Raises NotConfigured where none does.

    Beside what every writer raises, `write` raises `UpstreamError` at any place: what was yielded before stands.
    Where the beginning is all that the model takes, nothing is asked and nothing written.
    """

    themes = THEMES

    def __init__(self) -> None:
        found = next((one for one in upstreams() if one.writes), None)
        if found is None:
            raise NotConfigured(
                say(
                    'No chat model is named that may write prompts. Write writes = "its-name" into the table of its '
                    "server in upstreams.toml; with OPENAI_API_KEY alone, set LIMNER_CHAT_MODEL."
                )
            )
        self._upstream = found
        self.costs = KINDS[found.kind].costs
        self.title = (
            say("{model} by {upstream} · costs money", model=found.writes, upstream=found.name)
            if self.costs
            else say("{model} by {upstream}", model=found.writes, upstream=found.name)
        )

    def write(self, order: PromptOrder) -> AsyncGenerator[str]:
        check(order)
        return self._written(order)

    async def _written(self, order: PromptOrder) -> AsyncGenerator[str]:
        fitting, reading = Fitting(order), Reading(order.beginning, improve=order.improve)
        if len(order.beginning) >= order.capabilities.max_prompt:
            return
        async with aclosing(build_chat(self._upstream).write(asking(order))) as texts:
            async for text in texts:
                for piece in fitting.take(reading.take(text)):
                    yield piece
                if reading.ended or fitting.full:
                    break
        for piece in fitting.take(reading.rest(), last=True):
            yield piece
        if reading.refused:
            words = reading.refused[:200]
            raise UpstreamRefused(
                say("{upstream} does not write this: {words}", upstream=self._upstream.name, words=words)
            )
        if fitting.unknown:
            raise UpstreamFailed(
                say(
                    "What {upstream} wrote has words that this model does not know: {words}. Ask again, or let it "
                    "use any words.",
                    upstream=self._upstream.name,
                    words=", ".join(fitting.unknown),
                )
            )
        if not (fitting.written or fitting.full):
            raise UpstreamFailed(
                say("{upstream} wrote nothing that can be used in a prompt.", upstream=self._upstream.name)
            )
