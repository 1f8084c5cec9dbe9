"""How a prompt may be written: what the panel of the writers offers."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop, pgettext

from limner.look.speech import spoken
from limner.prompts.writers.registry import writers_here
from limner.prompts.writers.wordlist import THEMES

_THEMES = {
    "fairy-tale": gettext_noop("Fairy tale"),
    "science": gettext_noop("Science"),
    "history": gettext_noop("History"),
    "nature": gettext_noop("Nature"),
    "city": gettext_noop("City"),
    "still-life": gettext_noop("Still life"),
    "classroom": gettext_noop("Classroom"),
    "country-life": gettext_noop("Country life"),
}


@dataclass(frozen=True)
class Manner:
    """What the panel of the writers offers, as value and title."""

    writers: dict[str, str]
    themes: dict[str, str]
    lengths: dict[str, str]


def manner() -> Manner:
    """In the language of the page."""
    return Manner(
        {name: spoken(title) for name, title in writers_here().items()},
        {theme: gettext(_THEMES[theme]) for theme in THEMES},
        {
            "short": pgettext("length of a prompt", "Short"),
            "medium": pgettext("length of a prompt", "Medium"),
            "long": pgettext("length of a prompt", "Long"),
        },
    )
