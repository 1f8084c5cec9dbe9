"""An upstream for the tests of the engine that draws with it: the stand-in, as Limner has it configured."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from limner.engines import catalog
from limner.engines.adapters.openai import OpenAiEngine
from limner.engines.catalog import Model
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, DrawRequest, ImageRef, Size, Task
from limner.engines.upstreams import Offered, Secret, Upstream, configure, models_of_all
from tests.upstream import StandIn

ALL = frozenset({"generations", "edits", "variations", "streaming"})
PLAIN = frozenset({"generations", "edits", "variations"})


def described(stand_in: StandIn, model: str = "gpt-image-2", **changes: Any) -> Upstream:
    """The stand-in as an upstream with one model."""
    plain = Upstream(
        name="openai",
        kind="openai",
        url=stand_in.url,
        key=Secret(stand_in.key),
        models=(Offered(model),),
        supports=PLAIN,
        timeout=10.0,
    )
    return replace(plain, **changes)


@contextmanager
def configured(upstream: Upstream) -> Generator[Model]:
    """Known to this process while the block lasts; its first model."""
    models = models_of_all([upstream])
    configure([upstream])
    catalog.install(models)
    try:
        yield models[0]
    finally:
        configure([])
        catalog.install([])


def order(drawn_by: Model, n: int = 1, *, images: Mapping[str, bytes] | None = None, **changes: Any) -> DrawOrder:
    """An order for n pictures; `images`: what an edit or a variation begins with, the mask under "mask"."""
    given = images or {}
    refs = {name: ImageRef(name, 64, 64, True) for name in given}
    request = DrawRequest(
        prompt="a red robot",
        model=drawn_by.name,
        size=Size(1024, 1024),
        draw_size=Size(1024, 1024),
        seed=11,
        steps=drawn_by.capabilities.default_steps,
        guidance=drawn_by.capabilities.default_guidance,
        n=n,
        quality="medium",
        images=tuple(ref for name, ref in refs.items() if name != "mask"),
        mask=refs.get("mask"),
        task=Task.EDIT if given else Task.CREATE,
    )
    return DrawOrder("job-1", 1, replace(request, **changes), tuple(range(n)), given)


async def events_of(model: Model, wanted: DrawOrder, seen: list[DrawEvent] | None = None) -> list[DrawEvent]:
    """Everything an engine of this model's upstream says; what came before an error is in `seen`."""
    engine = OpenAiEngine(model)
    events = seen if seen is not None else []
    try:
        async for event in engine.draw(wanted):
            events.append(event)
    finally:
        await engine.close()
    return events


def drawn(events: list[DrawEvent]) -> list[Drawn]:
    return [event for event in events if isinstance(event, Drawn)]
