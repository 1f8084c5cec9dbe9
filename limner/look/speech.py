"""What rooms without Django say, in the language of the page that shows it."""

from __future__ import annotations

from django.utils.translation import gettext

from limner.errors import Sentence


def spoken(words: str) -> str:
    """A sentence of ours in the language that is spoken just now; any other text as it is."""
    if not isinstance(words, Sentence):
        return words
    values = {name: spoken(value) if isinstance(value, str) else value for name, value in words.values.items()}
    return gettext(words.template).format(**values)
