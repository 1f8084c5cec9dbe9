"""One row of the table: an address, and what each of the three is answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`path` may name {picture}, {trashed}, {upload}, {job}, {key}, {style}: Alice's."""

    method: str
    path: str
    alice: int
    bob: int
    charlie: int
    body: str = ""
    by_key: bool = False

    @property
    def content_type(self) -> str:
        return "application/json" if self.by_key else "application/x-www-form-urlencoded"
