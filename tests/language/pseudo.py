"""A language that nobody speaks: accented, 40 % longer, in brackets, from right to left. English shows through it, so
whoever looks at a page in it sees what is not marked for translation, what has no room, and what minds its sides."""

from __future__ import annotations

import re
from pathlib import Path

from tests.language.catalogues import messages_of
from tests.language.messages import DOMAINS, LOCALE, compiled

CODE = "dv"
"""Dhivehi: a real language that is written from right to left, so that browsers and axe-core take it for one."""
BEGIN, END, FILLING = "⟦", "⟧", "א"
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCENTED = "åƀçđéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻḾÑÖÞɊŔŠŢÛṼŴẊÝŽ"
_TO = str.maketrans(PLAIN, ACCENTED)
_FROM = str.maketrans(ACCENTED, PLAIN)
_KEPT = re.compile(r"(\{\w*(?::[^}]*)?\}|%\(\w+\)s|%%|<[^>]+>|&\w+;)")
_LIST = re.compile(r"[^,]+(?:,[^, ][^,]*)+")
"""`yes,no,not known`: what the filter `yesno` takes apart."""
_HEADER = f"""msgid ""
msgstr ""
"Language: {CODE}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def pseudo(text: str) -> str:
    """Placeholders and tags stay as they are."""
    if _LIST.fullmatch(text):
        return ",".join(map(pseudo, text.split(",")))
    pieces = (piece if index % 2 else piece.translate(_TO) for index, piece in enumerate(_KEPT.split(text)))
    letters = sum(letter.isalpha() for letter in _KEPT.sub("", text))
    words = " ".join(FILLING * min(6, left) for left in range(round(letters * 0.4), 0, -7))
    return f"{BEGIN}{''.join(pieces)}{' ' * bool(words)}{words}{END}"


def plain(text: str) -> str:
    """The English that shows through."""
    return re.sub(rf" ?{FILLING}[{FILLING} ]*|[{BEGIN}{END}]", "", text).translate(_FROM)


def write_catalogues(folder: Path) -> None:
    """Both catalogues of every message that Spanish has: tests see that it has all of them."""
    to = folder / CODE / "LC_MESSAGES"
    to.mkdir(parents=True)
    for domain in DOMAINS:
        entries = [_HEADER]
        for one in messages_of(LOCALE / "es" / "LC_MESSAGES" / f"{domain}.po"):
            context = f"msgctxt {_quoted(one.context)}\n" if one.context else ""
            said = f"msgstr {_quoted(pseudo(one.source))}\n"
            if one.plural:
                said = f"msgid_plural {_quoted(one.plural)}\n"
                said += "".join(
                    f"msgstr[{n}] {_quoted(pseudo(form))}\n" for n, form in enumerate((one.source, one.plural))
                )
            entries.append(f"{context}msgid {_quoted(one.source)}\n{said}")
        (to / f"{domain}.po").write_text("\n".join(entries))
        compiled(to / f"{domain}.po", to / f"{domain}.mo")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
