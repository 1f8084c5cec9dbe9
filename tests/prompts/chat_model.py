"""A stand-in as the chat model that writes, and what comes of an order to it."""

from __future__ import annotations

import traceback
from dataclasses import replace
from typing import Any

import pytest

from limner.engines.catalog import model
from limner.engines.contract import Capabilities, Size, Task
from limner.engines.upstreams import Secret, Upstream, configure
from limner.errors import LimnerError
from limner.prompts.writers.contract import PromptOrder
from limner.prompts.writers.registry import build_writer
from tests.upstream import StandIn

STORYBOOK = model("storybook").capabilities
SIZE = (Size(512, 512),)
ANY = Capabilities(frozenset({Task.CREATE}), SIZE, SIZE)
ORDER = PromptOrder(ANY, 7)


def use(upstream: StandIn, **changes: Any) -> Upstream:
    """The stand-in as the upstream that writes."""
    plain = Upstream(
        name="scribe", kind="other", url=upstream.url, key=Secret(upstream.key), writes="scribe-1", timeout=10.0
    )
    configure([found := replace(plain, **changes)])
    return found


async def pieces(order: PromptOrder, seen: list[str] | None = None) -> list[str]:
    """What is written; what came before an error is in `seen`."""
    found = seen if seen is not None else []
    async for piece in build_writer("chat").write(order):
        assert isinstance(piece, str)
        found.append(piece)
    return found


async def written(order: PromptOrder) -> str:
    return "".join(await pieces(order))


async def trouble(upstream: StandIn, order: PromptOrder = ORDER, **changes: Any) -> tuple[LimnerError, str]:
    """The error that writing ends with, and what was written before. Each is searched for the key."""
    seen: list[str] = []
    told = use(upstream, **changes)
    with pytest.raises(LimnerError) as caught:
        await pieces(order, seen)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(told)
    assert upstream.key not in shown
    assert caught.value.__context__ is None, "it holds on to the library's error, and that to the request"
    return caught.value, "".join(seen)
