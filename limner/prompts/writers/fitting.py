"""As much of a text as the model takes and reads to its end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

from limner.prompts.writers.contract import Piece, PromptOrder


async def fitting(order: PromptOrder, pieces: AsyncIterator[Piece]) -> AsyncGenerator[Piece, None]:
    """The pieces up to the first that is too much behind the beginning. Leaving it leaves `pieces`."""
    able, text = order.capabilities, order.beginning
    async with aclosing(cast("AsyncGenerator[Piece, None]", pieces)):
        async for piece in pieces:
            if isinstance(piece, str):
                text += piece
                if len(text) > able.max_prompt or able.lost_end(text):
                    return
            yield piece
