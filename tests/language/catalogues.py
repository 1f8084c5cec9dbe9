"""Reading `.po` and `.mo` files: as much of it as the tests and the pseudo-language need."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

_ENTRY = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) ((?:".*"\n)+)', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Message:
    """One entry: what the sources say, and its translations (one, or one for each plural form)."""

    context: str
    source: str
    plural: str
    translations: tuple[str, ...]
    fuzzy: bool

    @property
    def key(self) -> tuple[str, str, str]:
        return self.context, self.source, self.plural


def messages_of(file: Path) -> list[Message]:
    """All of them but the header."""
    found = []
    for block in file.read_text().split("\n\n"):
        parts = {
            name: "".join(map(ast.literal_eval, said.splitlines())) for name, said in _ENTRY.findall(block + "\n")
        }
        if parts.get("msgid"):
            found.append(
                Message(
                    parts.get("msgctxt", ""),
                    parts["msgid"],
                    parts.get("msgid_plural", ""),
                    tuple(said for name, said in parts.items() if name.startswith("msgstr")),
                    bool(re.search("^#,.*fuzzy", block, re.MULTILINE)),
                )
            )
    return found
