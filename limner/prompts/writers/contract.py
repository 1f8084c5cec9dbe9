"""What the rest of Limner and a writer of prompts say to each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from limner.engines.contract import Capabilities

Length = Literal["short", "medium", "long"]


@dataclass(frozen=True, slots=True)
class PromptOrder:
    """A prompt to be written for a model that can do `capabilities`. It goes on from `beginning`, which somebody may
    have typed, or begins anew where that is empty. The same order writes the same prompt."""

    capabilities: Capabilities
    seed: int
    beginning: str = ""
    theme: str = ""
    """What it is about: one of the writer's themes; empty: anything."""
    length: Length = "medium"
    only_known: bool = True
    """Whether it keeps to the words that the model knows, where it does not take any."""


class Writer(Protocol):
    """Code that writes prompts. It yields pieces of text as they come, without the beginning, and stops when nobody
    asks for the next one. What cannot be written is said at once, before the first piece: `write` raises
    InvalidRequest for a theme that it does not have."""

    def write(self, order: PromptOrder) -> Iterator[str]: ...
