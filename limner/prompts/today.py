"""The prompt of the day: one for everybody, another each day."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from limner.engines.contract import Capabilities
from limner.moderation.words import blocked_in
from limner.prompts.writers.contract import PromptOrder
from limner.prompts.writers.wordlist import WordList

_DAYS_APART = 100
"""Seeds from one day to the next: some may be passed over, where they say what no prompt may here."""


def prompt_of(day: date, able: Capabilities) -> str:
    """That day's prompt, of words that the model knows; empty where there is none by LIMNER_PROMPT_OF_THE_DAY."""
    if not settings.LIMNER_PROMPT_OF_THE_DAY:
        return ""
    first = day.toordinal() * _DAYS_APART
    said = ("".join(WordList().words(PromptOrder(able, seed))) for seed in range(first, first + _DAYS_APART))
    return next((words for words in said if not blocked_in(words, settings.LIMNER_BLOCKED_WORDS)), "")
