"""A stream of the Images API as its clients read it."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from PIL import Image

COMMENT = "comment"


@dataclass(frozen=True)
class Event:
    """One event; of a comment only that it was there."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """The name's last part."""
        return self.name.rpartition(".")[2]

    def picture(self) -> Image.Image:
        image = Image.open(io.BytesIO(base64.b64decode(self.data["b64_json"], validate=True)))
        image.load()
        return image


class Reader:
    """Lines in, events out. Fails on whatever a client would not understand."""

    def __init__(self) -> None:
        self._name = ""
        self._data = ""

    def read(self, line: str) -> Event | None:
        if line.startswith(":"):
            return Event(COMMENT)
        if line:
            field, _, value = line.partition(": ")
            assert field in ("event", "data"), line[:80]
            if field == "event":
                assert not self._name
                self._name = value
            else:
                assert not self._data
                self._data = value
            return None
        if not self._data:
            return None
        event = Event(self._name, json.loads(self._data))
        self._name = self._data = ""
        assert event.name == event.data["type"]
        return event


def events_in(answer: httpx.Response) -> Iterator[Event]:
    """The events of a stream, as they come."""
    reader = Reader()
    for line in answer.iter_lines():
        if (event := reader.read(line)) is not None:
            yield event


async def events_of(answer: httpx.Response) -> AsyncIterator[Event]:
    """The same where the client is async."""
    reader = Reader()
    async for line in answer.aiter_lines():
        if (event := reader.read(line)) is not None:
            yield event
