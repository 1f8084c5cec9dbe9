"""What a stream of a prompt says."""

from __future__ import annotations

import json
from typing import Any


def events_in(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Each event's name and its data."""
    lines = [event.split("\n") for event in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(said.removeprefix("data: "))) for name, said in lines]
