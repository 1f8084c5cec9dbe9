"""A chat model's answer as plain words on one line: no thoughts, no markup, no "Here is your prompt:", no quotation
marks around it, and not again what somebody has typed."""

from __future__ import annotations

import re
import unicodedata

from limner.prompts.writers.chat.asking import READ

_MOST = 8000
"""Characters of an answer that are looked at."""
_TAG = 200
"""Characters of the longest tag."""
_UNDECIDED = 160
"""Characters after which a text that might have begun with a preface has none."""
_FENCE = re.compile(r"^[^\S\n]*(?:`{3,}|~{3,})[\w-]*[^\S\n]*(?:\n|\Z)", re.M)
_THINKS = re.compile(r"\s*<think", re.I)
_BREAK = re.compile(r"<(?:br|/p|/li|/div)\b[^<>]{0,200}>", re.I)
_ANY_TAG = re.compile(r"<[^<>]{0,200}>")
_MARK = re.compile(r"^[^\S\n]*(?:#{1,6}|[-•]|\d{1,2}[.)])[^\S\n]+", re.M)
_OPEN_FENCE = re.compile(r"^[^\S\n]*[`~]+[\w-]*[^\S\n]*\Z", re.M)
_OPEN_MARK = re.compile(r"^[^\S\n]*(?:#{1,6}|[-•]|\d{1,2}[.)]?)[^\S\n]*\Z", re.M)
_SURE = r"(?:sure(?: thing)?|okay|ok|certainly|of course|absolutely)"
_NAMED = r"(?:(?:the|your|my|new|final|full|improved|image) )*(?:prompt|continuation|addition|answer|output)"
_PREFACE = re.compile(
    rf"{_SURE}\b[^\n:]{{0,120}}:|here(?:['’]s| is| are| you go)\b[^\n:]{{0,120}}[:\n]"
    rf"|{_NAMED}[^\S\n]*:|{_SURE}[!.,]\s+",
    re.I,
)
_PREFACES = (
    *("sure", "okay", "ok", "certainly", "of", "absolutely", "here", "the", "your", "my", "new", "final", "full"),
    *("improved", "image", "prompt", "continuation", "addition", "answer", "output"),
)
"""Words that a preface may begin with."""
_REFUSES = re.compile(
    r"(?:i['’]m|i am) (?:sorry|afraid|unable|not able)\b|sorry[,.! ]|i (?:cannot|can['’]t|won['’]t|will not)\b"
    r"|as an ai\b",
    re.I,
)
_MAY_REFUSE = re.compile(r"i\b|s(?:o[a-z]*)?\Z|sorry\b|as?\Z|as\s+(?:an?)?\Z|as an\b", re.I)
_DECIDED = 30
"""Characters after which it is known whether an answer is a refusal in its own words."""
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“"}
_MARKS = " ,.;:!?…"
_JOINED = (*",.;:!?…)]}%", "'s", "’s")


class Reading:
    """Reads an answer piece by piece. What is given out is never taken back, so whatever may yet turn out to be none
    of the prompt is kept until that is known."""

    def __init__(self, beginning: str, *, improve: bool = False) -> None:
        self._beginning, self._improve = beginning, improve
        self._typed = _one_line(_plain(beginning[-READ:], last=True))
        self._raw = self._given = ""
        self.refused = ""
        """What was said instead of a prompt, where the model does not want to write one."""
        self.ended = False
        """A paragraph is over: what follows is not the prompt."""

    def take(self, text: str) -> str:
        """What is certain with this piece of the answer."""
        return self._more(text, last=False)

    def rest(self) -> str:
        """What is left when the answer is at its end."""
        return self._more("", last=True)

    def _more(self, text: str, *, last: bool) -> str:
        self._raw = _without_thoughts(self._raw + text)
        if len(self._raw) > _MOST:
            self._raw, self.ended = self._raw[:_MOST], True
        line = self._line(last)
        if not line.startswith(self._given):
            return ""
        new, self._given = line[len(self._given) :], line
        return new

    def _line(self, last: bool) -> str:
        if _THINKS.match(self._raw):
            return ""
        raw = self._raw.replace("\r", "")
        text = _plain(raw, last)
        for _ in range(2):
            text = text.lstrip()
            if not last and _may_be_preface(text):
                return ""
            if (preface := _PREFACE.match(text)) is not None:
                text = text[preface.end() :]
        if not last and len(text) < _DECIDED and _MAY_REFUSE.match(text):
            return ""
        if _REFUSES.match(text):
            self.refused, self.ended = _one_line(text), last or len(text) > _UNDECIDED
            return ""
        text = _unquoted(text.lstrip(), last)
        if (over := re.search(r"\n[^\S\n]*\n", text)) is not None:
            text, self.ended = text[: over.start()], True
        return self._joined(_one_line(text), raw[:1].isspace(), last)

    def _joined(self, line: str, apart: bool, last: bool) -> str:
        """The line without what was typed, and with the gap that belongs between the two."""
        if not (end := self._beginning[-1:]) or not line:
            return line
        typed = self._typed.rstrip(_MARKS)
        if not last and line in ("'", "’"):
            return ""
        if not last and len(line) <= len(typed) and typed.casefold().startswith(line.casefold()):
            return ""
        repeated = bool(typed) and line[: len(typed)].casefold() == typed.casefold()
        if repeated:
            line = line[len(typed) :]
        if end.isspace():
            return line.lstrip(_MARKS) if self._typed else line
        if repeated and end in _MARKS:
            line, repeated = line.lstrip(_MARKS), False
        line = line if repeated else line.lstrip()
        if not line or repeated or line.startswith(_JOINED):
            return line
        if self._improve and not apart and end.isalnum():
            return f", {line}"
        return f" {line}"


def _without_thoughts(raw: str) -> str:
    """Some servers send a model's thoughts before its text, in a tag."""
    if not _THINKS.match(raw):
        return raw
    _, closed, after = raw.partition("</think")
    _, sign, after = after.partition(">")
    return after.lstrip() if closed and sign else f"<think{raw[-20:]}" if len(raw) > 200 else raw


def _plain(raw: str, last: bool) -> str:
    """Without tags and marks. Where more may come, what may yet become one of them at the end is left out too."""
    at = raw.rfind("<")
    if not last and at >= 0 and ">" not in raw[at:] and len(raw) - at <= _TAG + 1:
        raw = raw[:at]
    text = re.sub(r"[*<>]", "", _ANY_TAG.sub("", _BREAK.sub(" ", raw)))
    text = _FENCE.sub("", text if last else _OPEN_FENCE.sub("", text)).replace("`", "")
    return _MARK.sub("", text if last else _OPEN_MARK.sub("", text))


def _may_be_preface(text: str) -> bool:
    """Whether it takes more of the text to know that it begins with none."""
    if len(text) > _UNDECIDED or ":" in text or "\n" in text:
        return False
    word, *more = re.split(r"\W", text.lower(), maxsplit=1)
    return word in _PREFACES if more else any(known.startswith(word) for known in _PREFACES)


def _unquoted(text: str, last: bool) -> str:
    """Without quotation marks around the whole. An apostrophe inside a word closes nothing."""
    close = _QUOTES.get(text[:1])
    if close is None or re.match(r"'s(?!\w)", text):
        return "" if text == "'s" and not last else text
    text, at = text[1:], -1
    while (at := text.find(close, at + 1)) >= 0:
        after = text[at + 1 : at + 2]
        if not after:
            return text[:at]
        if not after.isalnum():
            return text[:at] + text[at + 1 :]
    return text


def _one_line(text: str) -> str:
    """No line breaks, no control characters, nothing that turns the direction of what stands beside it."""
    kept = (
        letter if letter.isprintable() else "" if unicodedata.category(letter) == "Cf" else " " for letter in text
    )
    return " ".join("".join(kept).split())
