"""Partial pictures: which of the engine's previews a stream shows, and as what."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from limner.engines.contract import Drawn, DrawRequest
from limner.engines.previews import preview_steps
from limner.gallery.services import provenance_of
from limner.jobs.pipeline import FILE, encoded


@dataclass(frozen=True, slots=True)
class Partial:
    """A preview that is shown: of which picture, and as its which partial one."""

    index: int
    number: int
    step: int
    image: str
    """As the bus has it: a small WebP in a `data:` URL."""


class Partials:
    """Chooses at most `most` previews of each picture, spread evenly over its steps, one picture after the other.

    The next picture's are under way while one is being kept: its newest waits until the one before is done.
    """

    def __init__(self, request: DrawRequest, most: int) -> None:
        self._most = most
        self._steps = request.steps
        self._coming = list(range(request.n))
        self._shown: Counter[int] = Counter()
        self._newest: dict[int, Mapping[str, Any]] = {}

    def progress(self, data: Mapping[str, Any]) -> None:
        """How many steps there are: an edit has fewer than were asked for, an upstream its own."""
        self._steps = data["steps"]

    def preview(self, data: Mapping[str, Any]) -> None:
        self._newest[data["index"]] = data

    def kept(self, index: int) -> None:
        """A picture is done: nothing more is shown of it."""
        self._newest.pop(index, None)
        if index in self._coming:
            self._coming.remove(index)

    def next(self) -> Partial | None:
        """The one to show now, if there is one."""
        if not self._coming or (data := self._newest.pop(self._coming[0], None)) is None:
            return None
        index, number = self._coming[0], self._shown[self._coming[0]]
        if not self._due(data["step"], number):
            return None
        self._shown[index] += 1
        return Partial(index, number, data["step"], data["image"])

    def _due(self, step: int, number: int) -> bool:
        """Whether a preview of this step comes late enough to be partial picture `number`, of previews that are
        spread over the steps as engines spread them."""
        previews = preview_steps(self._steps)
        place = sum(1 for other in previews if other <= step)
        most = min(self._most, len(previews)) or self._most
        return number < self._most and place * (most + 1) >= (number + 1) * (len(previews) + 1)


def partial_file(request: DrawRequest, partial: Partial) -> bytes:
    """A partial picture as the whole one will be: at its size, in its format, marked as it. Slow: for a thread.

    Raises EngineError where the preview is no picture.
    """
    data = base64.b64decode(partial.image.partition(",")[2])
    drawn = Drawn("", partial.index, request.size, FILE, data, 0.0)
    compression = None if request.output_format == "png" else request.options.get("output_compression")
    made = provenance_of(request, partial.index)
    return encoded(drawn, request.size, request.output_format, made, compression)
