"""The words that a model is given: those of the prompt that it knows, and some of its own where none is left."""

from __future__ import annotations

from collections.abc import Sequence

from limner.engines.contract import DrawRequest, Task
from limner.engines.words import known_part, words_of

PLAIN_GROUND = "on a plain background"
LAST_RESORT = "a picture"


class Wording:
    """Prompts for one model. `vocabulary` None: it takes any words; `fallback`: prompts that it draws well.

    `naming` are the words without any of which a prompt is no picture of anything; None: every word says something.
    """

    def __init__(
        self,
        vocabulary: frozenset[str] | None,
        fallback: Sequence[str] = (),
        naming: frozenset[str] | None = None,
    ) -> None:
        self._vocabulary = vocabulary
        self._fallback = tuple(fallback) or (LAST_RESORT,)
        self._naming = vocabulary if naming is None else naming

    def known(self, prompt: str) -> str:
        """The part of `prompt` that the model knows."""
        return prompt if self._vocabulary is None else known_part(prompt, self._vocabulary)

    def prompt(self, request: DrawRequest, seed: int) -> str:
        """What is drawn for `request`: where a picture is to be made of words and none of them names anything that
        the model knows, a scene of its own, by the seed."""
        prompt = self.known(request.prompt)
        if request.task is Task.CREATE and self._naming is not None and self._naming.isdisjoint(words_of(prompt)):
            prompt = self.known(self._fallback[seed % len(self._fallback)])
        if request.background == "transparent" and self.known(PLAIN_GROUND) == PLAIN_GROUND:
            prompt = f"{prompt} {PLAIN_GROUND}".strip()
        return prompt
