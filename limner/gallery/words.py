"""The words that a picture is found by, the same for every database: made here, kept by `search`.

Words of people begin with `w`; what Limner itself says of a picture begins with another letter. So whatever somebody
types, it is looked for among words, and never names an owner or what is public.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence

from limner.errors import say
from limner.gallery.models import Picture
from limner.moderation.words import folded

MOST_ASKED = 32
"""Words of one search: whoever types more is told that the others were left out."""
LONGEST = 60
"""Letters of a word that count: what is longer is one with what begins as it does."""

PUBLIC = "pub"
READABLE = "pub_read"
"""Public, and others read its prompt: everybody finds it by its words."""
CHANGED = "e_any"
CHANGES = ("edit", "vary", "upscale")

# Written without spaces: pairs of letters stand for words.
_DENSE = re.compile(
    "[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def tokens(text: str, *, asked: bool = False) -> list[str]:
    """The words of a text as they are kept, or as they are looked for (`asked`); each once, in order.

    >>> tokens("Two Cats, a café & some GLASS"), tokens("東京駅"), tokens("東京駅", asked=True)
    (['wtwo', 'wcat', 'wa', 'wcafe', 'wsome', 'wglass'], ['w東', 'w京', 'w駅', 'w東京', 'w京駅'], ['w東京', 'w京駅'])
    """
    found: dict[str, None] = {}
    for word in _words(folded(text)):
        at = 0
        for dense in _DENSE.finditer(word):
            _plain(word[at : dense.start()], found)
            run = dense.group()
            if not asked or len(run) == 1:
                found.update(dict.fromkeys(f"w{letter}" for letter in run))
            found.update(dict.fromkeys(f"w{first}{second}" for first, second in itertools.pairwise(run)))
            at = dense.end()
        _plain(word[at:], found)
    return list(found)


def _words(text: str) -> list[str]:
    """Runs of letters, figures and the marks on them. `\\w` would cut words of Indian scripts at each vowel."""
    return "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in text).split()


def _plain(word: str, found: dict[str, None]) -> None:
    if word:
        plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss")
        found[f"w{(word[:-1] if plural else word)[:LONGEST]}"] = None


def left_out(asked: Sequence[str]) -> str:
    """What of the words asked for is not looked for, in a sentence; "" where all are."""
    if len(asked) <= MOST_ASKED:
        return ""
    return say(
        "Only the first {most} words are looked for; “{word}” and what follows it are left out.",
        most=MOST_ASKED,
        word=asked[MOST_ASKED][1:],
    )


def owned(account_id: int) -> str:
    return f"o{account_id}"


def trashed(account_id: int) -> str:
    return f"t{account_id}"


def model(name: str) -> str:
    return _facet("m", name)


def style(name: str) -> str:
    return _facet("s", name)


def size(width: int, height: int) -> str:
    return f"z_{width}x{height}"


def change(task: str) -> str:
    return _facet("e", task)


def of_picture(picture: Picture) -> list[str]:
    """Everything that a picture is found by."""
    if picture.trashed_at is not None:
        facets = [trashed(picture.account_id)]
    else:
        facets = [owned(picture.account_id)]
        if picture.public:
            facets += [PUBLIC, *([READABLE] if picture.shows_prompt else [])]
    facets += [model(picture.model), size(picture.width, picture.height)]
    if picture.style:
        facets.append(style(picture.style))
    task = str((picture.parameters or {}).get("task", ""))
    if task in CHANGES:
        facets += [change(task), CHANGED]
    return facets + tokens(picture.prompt)


def line(of: Iterable[str]) -> str:
    """As one text, for a database that takes words apart at spaces."""
    return " ".join(of)


def _facet(kind: str, value: str) -> str:
    """A name as one word: whatever is neither letter nor figure is written as its number.

    >>> model("gpt-image-2")
    'm_gpt_2d_image_2d_2'
    """
    said = "".join(c if c.isalnum() else f"_{ord(c):x}_" for c in folded(value))
    return f"{kind}_{said[: 4 * LONGEST]}"
