"""What a model of GPT-2's shape is given to go on from, and how its text joins what was there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def readable(prompt: str) -> str:
    """The prompt as a tokenizer takes it: without the space at its end, which the next word brings itself, and
    without half characters, which have no bytes."""
    return prompt.rstrip().encode(errors="replace").decode()


def fitted(words: list[int], positions: int, most: int) -> tuple[list[int], int]:
    """As many tokens of a beginning, its last ones, and as many new ones at most as there are positions for, behind
    the one token that stands before every beginning."""
    room = positions - 1
    most = max(1, min(most, room - min(len(words), room // 2)))
    return words[-(room - most) :], most


def joined(prompt: str, pieces: Iterable[str]) -> Iterator[str]:
    """The pieces that are not empty. The first word brings the space before it, which the prompt may have already."""
    begin = not prompt or prompt[-1].isspace()
    for piece in pieces:
        text = piece.lstrip() if begin else piece
        if text:
            begin = False
            yield text
