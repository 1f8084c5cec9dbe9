"""`limner bench`: how fast a model of this machine draws here, as a table that is worth pasting."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
from django.conf import settings

from limner.cli.speak import console, plain, say
from limner.errors import InvalidRequest

if TYPE_CHECKING:
    from limner.engines.catalog import Model
    from limner.engines.contract import DrawRequest

PROMPT = "a red lighthouse beside the sea at sunset"


@dataclass
class Measured:
    """What was seen of one model."""

    loading: float = 0.0
    first: float = 0.0
    """Seconds of the first picture, which warms up what the others find warm."""
    seconds: list[float] = field(default_factory=list)
    """Of each other picture."""
    peak: int = 0
    """Bytes of memory that its process had at most; 0 where that is not known."""


@click.command()
@click.argument("name", default="storybook")
@click.option("--size", help="WIDTHxHEIGHT; its first size if not said.")
@click.option("--steps", type=click.IntRange(1, 1000), help="Its own if not said.")
@click.option("--pictures", type=click.IntRange(1, 100), default=3, help="How many are drawn after the first.")
def bench(name: str, size: str | None, steps: int | None, pictures: int) -> None:
    """Draw with the model NAME, which is on this machine, and say how long it takes. Nothing is kept of the pictures;
    from then on the estimates of this model begin with what was measured."""
    _ = settings.LIMNER_HOME  # reading the settings makes the models of this machine known
    from limner.engines.catalog import model as known

    model = known(name)
    if model.path is None:
        raise InvalidRequest(f"{model.name} is drawn by {model.upstream}, not by this machine.", param="name")
    request = _request(model, size, steps)
    measured = asyncio.run(_measured(model, request, pictures))
    _learn(request, measured)
    _show(model, request, measured)


def _request(model: Model, size: str | None, steps: int | None) -> DrawRequest:
    from limner.engines.contract import DrawRequest

    able = model.capabilities
    sizes = {str(one): one for one in able.sizes}
    if size not in {None, *sizes}:
        raise InvalidRequest(
            f"{model.title} draws these sizes: {', '.join(sizes)}. Choose one of them.", param="size"
        )
    drawn = sizes[size] if size else able.sizes[0]
    return DrawRequest(
        prompt=PROMPT,
        model=model.name,
        size=drawn,
        draw_size=drawn,
        seed=1,
        steps=steps or able.default_steps,
        guidance=able.default_guidance,
    )


async def _measured(model: Model, request: DrawRequest, pictures: int) -> Measured:
    from limner.engines.contract import Drawn, DrawOrder
    from limner.engines.placement.child import ChildPlacement

    placement = ChildPlacement(model, start_timeout=3600)
    measured = Measured()
    try:
        begun = time.perf_counter()
        await placement.start()
        measured.loading = time.perf_counter() - begun
        for number in range(pictures + 1):
            order = DrawOrder(f"bench {number}", 1, request, (number,))
            drawn = [event async for event in placement.draw(order) if isinstance(event, Drawn)]
            if number:
                measured.seconds.append(drawn[0].seconds)
            else:
                measured.first = drawn[0].seconds
        measured.peak = _peak(placement.pid)
    finally:
        await placement.close()
    return measured


def _peak(pid: int | None) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0  # not on Linux
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def _learn(request: DrawRequest, measured: Measured) -> None:
    import django

    django.setup()
    from limner.cli.start import prepare
    from limner.jobs import estimate, pace

    prepare()
    predicted = pace.predict(request).seconds
    pairs = [(seconds, predicted) for seconds in measured.seconds]
    pace.learn(request.model, estimate.bucket(request.draw_size), request.steps, pairs)


def _show(model: Model, request: DrawRequest, measured: Measured) -> None:
    from rich.table import Table

    from limner.cli.doctor import processor

    each = statistics.median(measured.seconds)
    others = f"of {len(measured.seconds)}: {min(measured.seconds):.2f} to {max(measured.seconds):.2f}"
    table = Table(box=None, pad_edge=False, show_header=False)
    for what, value in (
        ("model", plain(model.name)),
        ("drawn by", model.engine),
        ("size, steps", f"{request.draw_size}, {request.steps}"),
        ("seconds a picture", f"{each:.2f} ({others})"),
        ("steps a second", f"{request.steps / each:.2f}"),
        ("the first picture", f"{measured.first:.2f} s"),
        ("loading", f"{measured.loading:.1f} s"),
        ("peak memory", f"{measured.peak / 1e6:,.0f} MB" if measured.peak else "not known here"),
        ("machine", processor().said),
    ):
        table.add_row(what, value)
    console().print(table)
    say("Estimates of this model begin with these numbers.")
