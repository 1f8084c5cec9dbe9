"""As much of a text as the model that draws takes, reads to its end, and knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from limner.prompts.styles import unknown_words
from limner.prompts.writers.contract import PromptOrder
from limner.prompts.writers.wordlist.lists import vocabulary_of

MOST = 1500
"""Characters that are added to a prompt: a model that writes on and on is stopped here."""
# A mark belongs to what follows it, so that a text that is cut does not end in a comma.
_WORD = re.compile(r"\s*[,;:]*\s*[^\s,;:]+")
_WHOLE_WORD = re.compile(_WORD.pattern + r"(?=[\s,;:])")
_CLAUSE = re.compile(r"\s*[,;:.!?]*\s*[^,;:.!?]+")
_WHOLE_CLAUSE = re.compile(_CLAUSE.pattern + r"(?=[,;:.!?])")


class Fitting:
    """Takes a text as it comes and gives out whole words. Where only words are wanted that the model knows, it gives
    out whole clauses and ends before the first that has another, so that all that is shown can be drawn."""

    def __init__(self, order: PromptOrder) -> None:
        self._able = order.capabilities
        self._clauses = vocabulary_of(order.capabilities, order.only_known) is not None
        self._text, self._held = order.beginning, ""
        self._room = min(order.capabilities.max_prompt, len(order.beginning) + MOST)
        self.written = self.full = False
        self.unknown: list[str] = []
        """Words of the very first clause that the model does not know: then there is nothing to show."""

    def take(self, text: str, *, last: bool = False) -> Iterator[str]:
        """The words that are whole with this text; with the `last` one all there are."""
        self._held += text
        whole = (_CLAUSE if last else _WHOLE_CLAUSE) if self._clauses else (_WORD if last else _WHOLE_WORD)
        while not self.full and (match := whole.match(self._held)):
            self._held = self._held[match.end() :]
            yield from self._fitting(match.group())

    def _fitting(self, part: str) -> Iterator[str]:
        if self._clauses and (unknown := self._unknown(part)):
            self.unknown = [] if self.written else unknown
            self.full = True
        elif self._fits(part) or not self.written:  # of a first clause that is too long, its first words
            for word in _WORD.findall(part):
                if not self._fits(word):
                    self.full = True
                    return
                self._text += word
                self.written = True
                yield word
        else:
            self.full = True

    def _fits(self, part: str) -> bool:
        text = self._text + part
        return len(text) <= self._room and not self._able.lost_end(text)

    def _unknown(self, part: str) -> list[str]:
        """A part may go on with a word that is half there."""
        begun = re.search(r"\w*$", self._text)
        return unknown_words((begun.group() if begun and part[:1].isalnum() else "") + part, self._able)
