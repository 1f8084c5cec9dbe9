"""Styles and colours: words that a person picks instead of typing them, offered where the model knows the words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext_noop

from limner.engines.contract import Capabilities
from limner.engines.words import words_of
from limner.prompts.presets import STYLES, Style

COLOURS: tuple[str, ...] = (
    gettext_noop("red"),
    gettext_noop("orange"),
    gettext_noop("yellow"),
    gettext_noop("gold"),
    gettext_noop("green"),
    gettext_noop("teal"),
    gettext_noop("blue"),
    gettext_noop("purple"),
    gettext_noop("pink"),
    gettext_noop("brown"),
    gettext_noop("white"),
    gettext_noop("grey"),
    gettext_noop("black"),
)
"""The colours that have a swatch, in the order of the rainbow, then the quiet ones."""

_SMALL_WORDS = frozenset(
    words_of(
        """
        a about above across after all an and are around as at be before behind below beside between by can
        could do does down  during each every for from had has have her here his i in inside into is it its
        just like make me my near next no  not of off on one onto or our out over own paint picture please
        show so some than that the their them then there  these they this those through to too towards under
        until up upon us very was we were what when where which  while who whose will with within without
        would you your draw image
        """
    )
)
"""Words that carry no picture of their own: nobody is told that a model does not know them."""


def unknown_words(prompt: str, capabilities: Capabilities) -> list[str]:
    """The words of the prompt that mean something and that the model passes over, in order, once each."""
    words = [word for word in words_of(prompt) if word not in _SMALL_WORDS and not word.isdigit()]
    return capabilities.unknown_words(words)


def styles_for(capabilities: Capabilities, styles: Iterable[Style] = STYLES) -> tuple[Style, ...]:
    """Those whose every word the model knows, and those that somebody keeps: they know what they wrote."""
    return tuple(style for style in styles if style.kept or not unknown_words(style.words, capabilities))


def colours_for(capabilities: Capabilities) -> tuple[str, ...]:
    """The colours that the model knows by name."""
    return tuple(colour for colour in COLOURS if not unknown_words(colour, capabilities))


_OPENING = re.compile(
    r"^(?:draw |paint |show )?(?:(?:an?|the|some) )?(?:\w+ )?"
    r"(?:picture|drawing|illustration|image|painting|cartoon|photo|photograph|sketch) of ",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:an?|the|one|some|two|three|my) ", re.IGNORECASE)
_HEAD = 4
"""How many words after the article may hold the colour of the thing itself ("a small very old red boat")."""


PROMPT = "{prompt}"
"""Where a style says this, the prompt goes."""


def compose(prompt: str, *, style: Style | None = None, colour: str = "") -> str:
    """The prompt with what was picked said in it: the colour at the first thing it names, the style's words behind it
    or around it."""
    words = _coloured(prompt, colour) if colour else prompt
    return _styled(words, style.words) if style else words


def avoiding(negative: str, style: Style | None = None) -> str:
    """The negative prompt with what the style avoids."""
    return _styled(negative, style.negative) if style else negative


def _styled(text: str, words: str) -> str:
    if not words:
        return text
    bare = text.rstrip(" ,.")
    if PROMPT in words:
        return words.replace(PROMPT, bare).strip(" ,")
    return f"{bare}, {words}" if bare else words


def _coloured(prompt: str, colour: str) -> str:
    start = match.end() if (match := _OPENING.match(prompt)) else 0
    before, rest = prompt[:start], prompt[start:]
    article = match.group() if (match := _ARTICLE.match(rest)) else ""
    words = rest[len(article) :].split(" ")
    named = next((i for i, word in enumerate(words[:_HEAD]) if word.lower().strip(",.") in COLOURS), None)
    if named is None:
        words.insert(0, colour)
    else:
        words[named] = colour + words[named][len(words[named].rstrip(",.")) :]
    if article.lower() in ("a ", "an "):
        article = article[0] + ("n " if words[0][:1].lower() in "aeiou" else " ")
    return (before + article + " ".join(words)).strip()
