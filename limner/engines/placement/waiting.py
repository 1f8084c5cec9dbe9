"""Orders that wait for the model, and which of them it is given together."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from queue import Empty, SimpleQueue

from limner.engines.compatibility import compatibility
from limner.engines.contract import DrawOrder

Asked = tuple[int, DrawOrder]
"""The number of a call, and what it asks for."""

CLOSE = None
_SILENCE = 0.01
"""Orders that were claimed together come right behind each other: after so many seconds without one, no more come."""


class Waiting:
    """Orders in the sequence they came in. One thread puts, another takes."""

    def __init__(self) -> None:
        self._coming: SimpleQueue[Asked | None] = SimpleQueue()
        self._passed: deque[Asked | None] = deque()

    def put(self, asked: Asked | None) -> None:
        """One more, or `CLOSE` behind the last."""
        self._coming.put(asked)

    def next(self, pictures: int) -> list[Asked]:
        """The order that has waited longest, and those that one run can draw with it, up to so many pictures. Waits
        for one; empty at the end."""
        first = self._passed.popleft() if self._passed else self._coming.get()
        if first is CLOSE:
            return []
        batch, passed = [first], list[Asked | None]()
        kind, room = compatibility(first[1].request), pictures - len(first[1].indices)
        with suppress(Empty):
            while kind and room > 0:
                asked = self._passed.popleft() if self._passed else self._coming.get(timeout=_SILENCE)
                if asked is CLOSE or len(asked[1].indices) > room or compatibility(asked[1].request) != kind:
                    passed.append(asked)
                else:
                    room -= len(asked[1].indices)
                    batch.append(asked)
        self._passed.extendleft(reversed(passed))
        return batch
