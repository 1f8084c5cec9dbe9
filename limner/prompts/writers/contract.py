"""What the rest of Limner and a writer of prompts say to each other."""

from __future__ import annotations

from collections.abc import AsyncIterator
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
    improve: bool = False
    """Whether the beginning is a prompt that is whole: then as much is added as makes a better picture."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The writer is busy: `ahead` other texts come first."""

    ahead: int


Piece = str | Waiting


class Writer(Protocol):
    """Code that writes prompts, as fast as it can: who shows them paces them.

    `write` yields pieces of text as they come, without the beginning: what was typed stays to the letter, and what
    comes was added. It stops when nobody asks for the next piece. What cannot be written is said before the first
    one: it raises InvalidRequest for a theme or a length that the writer does not have. A writer that is not set up
    here raises NotConfigured when it is built, with the sentence on how to get it.
    """

    title: str
    """What it is called where somebody chooses one."""
    themes: tuple[str, ...]
    """What it can be asked to write about; none: it takes no theme."""

    costs: bool
    """Whether somebody is paid for what it writes: who has no credits left is written nothing by it."""

    def write(self, order: PromptOrder) -> AsyncIterator[Piece]: ...
