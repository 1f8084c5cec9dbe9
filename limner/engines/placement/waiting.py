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
        self._here: deque[Asked | None] = deque()

    def put(self, asked: Asked | None) -> None:
        """One more, or `CLOSE` behind the last."""
        self._coming.put(asked)

    def next(self, pictures: int) -> list[Asked]:
        """The order that has waited longest, and those that one run can draw with it, up to so many pictures. Waits
        for one; empty at the end."""
        if not self._here:
            self._here.append(self._coming.get())
        first = self._here.popleft()
        if first is CLOSE:
            return []
        batch = [first]
        kind, room = compatibility(first[1].request), pictures - len(first[1].indices)
        if not kind or room < 1:
            return batch
        with suppress(Empty):
            while len(self._here) < room:
                self._here.append(self._coming.get(timeout=_SILENCE))
        for asked in tuple(self._here):
            if asked is not CLOSE and len(asked[1].indices) <= room and compatibility(asked[1].request) == kind:
                room -= len(asked[1].indices)
                self._here.remove(asked)
                batch.append(asked)
        return batch
