"""`pytest tests/browser --language=pseudo`: the same tests on pages of another language (`tests/language/pseudo.py`).

Tests say in English what they look for. Here, in one place, that becomes a pattern which the pseudo-language's words
match too; what they read is given to them in English again; and after each test every page is looked over for words
that nobody has marked.
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page
from playwright.sync_api._generated import LocatorAssertions  # it has no public name

from tests.language.pseudo import ACCENTED, BEGIN, CODE, END, FILLING, PLAIN, plain, write_catalogues

UNMARKED = Path(__file__).with_name("unmarked.js").read_text()
_NOISE = rf"[{BEGIN}{END}{FILLING}\s]*"
_LETTERS = dict(zip(PLAIN, ACCENTED, strict=True))
_raw: dict[str, Any] = {}


def pattern(text: str | re.Pattern[str], *, whole: bool = False) -> re.Pattern[str]:
    """What matches `text`, in English and in the pseudo-language."""
    if isinstance(text, re.Pattern):
        return re.compile(_of_pattern(text.pattern), text.flags)
    said = "".join(_NOISE + _of_letter(letter) for letter in text.strip())
    return re.compile(rf"^{said}{_NOISE}$" if whole else said, re.IGNORECASE)


def _of_letter(letter: str) -> str:
    if letter.isspace():
        return _NOISE
    both = letter.lower() + letter.upper()
    return f"[{both}{''.join(_LETTERS[one] for one in both)}]" if letter in _LETTERS else re.escape(letter)


def _of_pattern(source: str) -> str:
    """The same of a pattern: its letters stand for both, what is escaped or in a class stays."""
    made = ""
    for piece in re.findall(r"\\.|\[[^\]]*\]|.", source, re.DOTALL):
        if piece in _LETTERS or piece in " ,:":
            made += _NOISE + _of_letter(piece)
        else:
            made += {"^": f"^{_NOISE}", "$": f"{_NOISE}$"}.get(piece, piece)
    return made


def in_english(value: Any) -> Any:
    """Whatever a page was asked for, its words in English."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [in_english(one) for one in value]
    return value


@cache
def in_pseudo() -> dict[str, str]:
    """What a server needs beside it to speak the pseudo-language to whoever asks for it."""
    folder = Path(tempfile.mkdtemp(prefix="limner-pseudo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    write_catalogues(folder)
    return {"DJANGO_SETTINGS_MODULE": "tests.language.pseudo_settings", "PSEUDO_LOCALE": str(folder)}


def environment() -> dict[str, str]:
    """What every server of this run needs: nothing in English."""
    return in_pseudo() if _raw else {}


def unmarked(page: Page) -> list[str]:
    """The words on a page that no catalogue knows, apart from people's own and names."""
    found: list[str] = _raw.get("evaluate", Page.evaluate)(page, UNMARKED, [BEGIN, END])
    return found


def speak_pseudo() -> None:
    """From here on, to the end of the run."""
    _raw["evaluate"] = Page.evaluate
    for kind in (Page, Locator):
        for name in ("get_by_role", "locator", "filter"):
            if hasattr(kind, name):
                _wrap(kind, name, _with_patterns)
        for name in ("get_by_text", "get_by_label", "get_by_title", "get_by_alt_text", "get_by_placeholder"):
            _wrap(kind, name, _with_a_pattern)
        for name in ("inner_text", "text_content", "evaluate"):
            _wrap(kind, name, _answering_in_english)
    for name in ("to_have_text", "not_to_have_text", "to_contain_text", "not_to_contain_text"):
        _wrap(LocatorAssertions, name, _expecting_a_whole if name.endswith("have_text") else _expecting_a_part)
    _wrap(Browser, "new_context", _asking_for_it)


def _wrap(kind: type, name: str, how: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    setattr(kind, name, wraps(getattr(kind, name))(how(getattr(kind, name))))


def _with_patterns(method: Callable[..., Any]) -> Callable[..., Any]:
    def asked(self: Any, *args: Any, **kwargs: Any) -> Any:
        whole = bool(kwargs.pop("exact", False))
        for name in ("name", "has_text", "has_not_text"):
            if kwargs.get(name) is not None:
                kwargs[name] = pattern(kwargs[name], whole=whole)
        return method(self, *args, **kwargs)

    return asked


def _with_a_pattern(method: Callable[..., Any]) -> Callable[..., Any]:
    def asked(self: Any, text: str | re.Pattern[str], *, exact: bool = False) -> Any:
        return method(self, pattern(text, whole=exact))

    return asked


def _expecting_a_whole(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, expected, **kwargs: method(self, pattern(expected, whole=True), **kwargs)


def _expecting_a_part(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, expected, **kwargs: method(self, pattern(expected), **kwargs)


def _answering_in_english(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, *args, **kwargs: in_english(method(self, *args, **kwargs))


def _asking_for_it(method: Callable[..., Any]) -> Callable[..., Any]:
    def opened(self: Any, **kwargs: Any) -> Any:
        return method(self, **{"extra_http_headers": {"Accept-Language": CODE}, **kwargs})

    return opened
