"""One row of the table: an address, and what each of the three is answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What Alice, Bob and Charlie are answered. `path` and `body` may name what is Alice's: see `things.py`."""

    method: str
    path: str
    alice: int
    bob: int
    charlie: int
    body: str = ""
    by_key: bool = False
    """Alice and Bob show a key of theirs, as programs do, and no cookie."""

    @property
    def content_type(self) -> str:
        return "application/json" if self.by_key else "application/x-www-form-urlencoded"

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.method, self.path, self.body)))


def rows(table: dict[str, list[Row]]) -> list[Row]:
    """All rows of all its addresses."""
    return [row for many in table.values() for row in many]
