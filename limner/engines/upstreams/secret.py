"""A text that is shown to nobody: a key that goes into one header, and nowhere else."""

from __future__ import annotations

import hmac
from typing import Any, NoReturn

HIDDEN = "•••"


class Secret:
    """Holds a text that only `reveal()` gives out. Printed, formatted, logged or dumped it is three dots.

    It is no `str`, so JSON refuses it; it cannot be pickled, so it does not cross to another process by accident.
    """

    __slots__ = ("_text",)
    _text: str

    def __init__(self, text: str = "") -> None:
        object.__setattr__(self, "_text", text)

    def reveal(self) -> str:
        """The text itself. Call it where the header is written, and keep it in no variable that outlives that."""
        return self._text

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a secret does not change")

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return f"Secret({HIDDEN!r})" if self._text else "Secret('')"

    def __str__(self) -> str:
        return HIDDEN if self._text else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A secret is not written down: it cannot be pickled.")

    def __getstate__(self) -> NoReturn:
        raise TypeError("A secret is not written down: it cannot be pickled.")
