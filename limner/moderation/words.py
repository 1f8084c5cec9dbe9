"""The rule of the operator's list: words and phrases that no prompt may have (LIMNER_BLOCKED_WORDS)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from django.conf import settings

from limner.engines.contract import DrawRequest
from limner.errors import Blocked, say

WHOLE = 1.0
"""Guidance below this draws some of what the negative prompt says: it then counts as a prompt."""
_SHAPES = {
    "АВЕЅІЈКМНОРСТУХ": "ABESIJKMHOPCTYX",  # Cyrillic
    "аеокрсухіјѕԁһԛԝӏ": "aeokpcyxijsdhqwl",
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ": "ABEZHIKMNOPTYX",  # Greek
    "αεηικνορτυχγ": "aenikvoptuxy",
    "օոսհ": "onuh",  # Armenian
    "øØđĐłŁħĦŧŦıĸɡɑɩ": "oOdDlLhHtTikgai",  # Latin, with strokes and without dots
    "ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ": "abcdeghijklmnoprstuvwyz",
}
_SHOWN_AS = str.maketrans("".join(_SHAPES), "".join(_SHAPES.values()), "\u115f\u1160\u2800")
"""Letters that look like Latin ones, each as it is written; and letters that show nothing, which go."""


def refuse_blocked(request: DrawRequest) -> None:
    """Raise `Blocked`, naming the word, when the prompt has one of the list."""
    for text in drawn_texts(request):
        refuse_blocked_text(text)


def drawn_texts(request: DrawRequest) -> list[str]:
    """The words that the picture will show something of."""
    texts = [request.prompt]
    if request.guidance < WHOLE:
        texts.append(request.negative_prompt)
    return texts


def refuse_blocked_text(text: str) -> None:
    """Raise `Blocked`, naming the word, when a text that shall be drawn has one of the list."""
    found = blocked_in(text, settings.LIMNER_BLOCKED_WORDS)
    if found is not None:
        raise Blocked(
            say("The prompt says “{words}”, which is not drawn here. Take it out and try again.", words=found)
        )


def blocked_in(text: str, words: str) -> str | None:
    """The first of some words and phrases, between commas, that stands in `text`; None where none does.

    >>> blocked_in("A Café Noir at night", "café noir, basilisk"), blocked_in("noirish cafés", "cafe, noir")
    ('café noir', None)
    """
    rules = _rules(words)
    if not rules:
        return None
    plain, shown = folded(text), alike(text)
    return next((word for word, rule, as_shown in rules if rule.search(plain) or as_shown.search(shown)), None)


@lru_cache(maxsize=256)
def _rules(words: str) -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    listed = [" ".join(word.split()) for word in words.split(",")]
    return tuple(
        (word, _rule(folded(word)), _rule(alike(word).strip() or folded(word)))
        for word in listed
        if folded(word).strip()
    )


def _rule(word: str) -> re.Pattern[str]:
    """The whole word, whatever stands between the words of a phrase."""
    pieces = re.split(r"[\W_]+", word.strip())
    inner = r"[\W_]+".join(re.escape(piece) for piece in pieces if piece) or re.escape(word.strip())
    return re.compile(_edge(inner[0], "(?<![^\\W_])") + inner + _edge(inner[-1], "(?![^\\W_])"))


def _edge(letter: str, border: str) -> str:
    """None where a word's end is not to be seen: scripts without cases write words and their endings together."""
    return "" if unicodedata.category(letter) == "Lo" else border


def folded(text: str) -> str:
    """`text` without case, accents, and what is not to be seen at all. Marks of scripts without cases stay.

    >>> folded("ÉTÉ"), folded("ＢＡＳ\u00adilisk"), folded("Straße")
    ('ete', 'basilisk', 'strasse')
    """
    kept: list[str] = []
    for letter in unicodedata.normalize("NFKD", text):
        kind = unicodedata.category(letter)
        accent = kind == "Mn" and not (kept and unicodedata.category(kept[-1]) in ("Lo", "Mn", "Mc"))
        if kind != "Cf" and not accent:
            kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept)).casefold()


def alike(text: str) -> str:
    """`text` folded, with each letter as the Latin one that it looks like: what somebody reads, not what was typed.

    >>> alike("nаkеd"), alike("РОТ"), alike("рот")  # all vowels are Cyrillic
    ('naked', 'pot', 'poт')
    """
    return folded(unicodedata.normalize("NFKD", text).translate(_SHOWN_AS))
