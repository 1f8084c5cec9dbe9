"""An engine for tests: it draws a plain colour, and does on demand what real engines do on bad days.

What it shall do is written in the prompt as words: `at 2 segfault`, `at 3 raise`, `sleep 0.1` (a step), `at 1 hang`.
With `mark FILE` that file is made just before.
"""

from __future__ import annotations

import ctypes
import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from limner.engines.catalog import Model
from limner.engines.contract import (
    Capabilities,
    DrawEvent,
    Drawn,
    DrawOrder,
    DrawRequest,
    Preview,
    Progress,
    Size,
    Task,
    WriteOrder,
)
from limner.errors import Blocked, InvalidRequest, LimnerError, ModelBroken, RateLimited


def webp(step: int) -> bytes:
    """A tiny real WebP, another one for each step."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (step * 20 % 256, 90, 90)).save(file, "WEBP", lossless=True)
    return file.getvalue()


class Puppet:
    """Draws `request.steps` steps a picture, each followed by Progress and a small Preview."""

    def __init__(self, model: Model) -> None:
        self.model = model
        for word in model.description.split():
            self.act(word)

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        for index in order.indices:
            begun = time.perf_counter()
            for step in range(1, order.request.steps + 1):
                if cancelled():
                    return
                self.at_step(step, order)
                yield Progress(order.job, index, step, order.request.steps)
                yield Preview(order.job, index, step, webp(step))
            size = order.request.size
            colour = bytes([(order.request.seed + index) % 256, sum(map(len, order.images.values())) % 256, 0])
            seconds = time.perf_counter() - begun
            yield Drawn(order.job, index, size, "RGB", colour * size.pixels, seconds)

    def at_step(self, step: int, order: DrawOrder) -> None:
        words = order.request.prompt.split()
        if "at" in words and step == int(words[words.index("at") + 1]):
            if "mark" in words:
                Path(words[words.index("mark") + 1]).touch()
            self.act(words[words.index("at") + 2])
        if "sleep" in words:
            time.sleep(float(words[words.index("sleep") + 1]))

    def writer(self) -> PuppetWriter:
        if self.model.writer is not None:
            self.act(self.model.writer.name)
        return PuppetWriter(self)

    def act(self, deed: str) -> None:
        match deed:
            case "segfault":
                ctypes.string_at(0)
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "exit":
                os._exit(3)
            case "raise":
                raise ValueError("a bug in the puppet")
            case "broken":
                raise ModelBroken("The puppet's strings are cut. Mend them.")
            case "limited":
                raise RateLimited("Too fast.", retry_after=7.5)
            case "invalid":
                raise InvalidRequest("No such thing.", param="size", code="invalid_size")
            case "hang":
                # Native code that never comes back and holds the interpreter's lock.
                ctypes.PyDLL(None).sleep(60)
            case "print":
                print("noise on standard output")
                os.write(1, b"more noise\n")
            case "garbage":
                # The socket's number is the host's first argument: write what is no frame.
                os.write(int(sys.argv[1]), b"garbage" * 10)
            case "memory":
                raise MemoryError


class Troupe(Puppet):
    """Draws four pictures at a time, of whomever's orders: at each step all of them. What one order's words say
    happens to all, except `forbid`, which blocks that order alone; `spoil` fails when its picture is made, behind
    those of the orders before it. A picture's seconds are how many there were."""

    batch = 4

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]:
        for _, event in self.draw_together([order], lambda _: cancelled()):
            if isinstance(event, LimnerError):
                raise event
            yield event

    def draw_together(
        self, orders: Sequence[DrawOrder], cancelled: Callable[[int], bool]
    ) -> Iterator[tuple[int, DrawEvent | LimnerError]]:
        left = [(place, index) for place, order in enumerate(orders) for index in order.indices]
        while left:
            together, left = left[: self.batch], left[self.batch :]
            yield from self._run(orders, together, cancelled)

    def _run(
        self, orders: Sequence[DrawOrder], pieces: list[tuple[int, int]], cancelled: Callable[[int], bool]
    ) -> Iterator[tuple[int, DrawEvent | LimnerError]]:
        steps, at_first = orders[0].request.steps, len(pieces)
        for step in range(1, steps + 1):
            pieces = [(place, index) for place, index in pieces if not cancelled(place)]
            for place, index in pieces:
                yield place, Progress(orders[place].job, index, step, steps)
                yield place, Preview(orders[place].job, index, step, webp(step))
            for place in {place for place, _ in pieces}:
                self.at_step(step, orders[place])
        for place, index in pieces:
            request = orders[place].request
            if "forbid" in request.prompt:
                yield place, Blocked("The puppet drew what it may not show.")
                continue
            if "spoil" in request.prompt:
                self.act("raise")
            data = bytes([(request.seed + index) % 256, 0, 0]) * request.size.pixels
            yield place, Drawn(orders[place].job, index, request.size, "RGB", data, float(at_first))


class PuppetWriter:
    """Writes `most_tokens` numbers that follow the seed; what else it shall do is in the prompt, as in drawing."""

    def __init__(self, puppet: Puppet) -> None:
        self._puppet = puppet

    def write(self, order: WriteOrder, cancelled: Callable[[], bool]) -> Iterator[str]:
        words = order.prompt.split()
        pause = float(words[words.index("sleep") + 1]) if "sleep" in words else 0.0
        at, deed = (int(words[words.index("at") + 1]), words[words.index("at") + 2]) if "at" in words else (0, "")
        for number in range(1, order.most_tokens + 1):
            if cancelled():
                return
            if number == at:
                self._puppet.act(deed)
            time.sleep(pause)
            yield f" {order.seed + number}"


def troupe() -> Model:
    """A model that draws four pictures at a time."""
    return replace(puppet(), engine="tests.engines.puppet:Troupe")


def puppet(description: str = "", **capabilities: object) -> Model:
    """A model drawn by the puppet; `description` is what it does while loading."""
    able = Capabilities(
        tasks=frozenset(Task),
        sizes=(Size(8, 8),),
        offered_sizes=(Size(16, 16), Size(8, 8)),
        default_steps=4,
        **capabilities,  # type: ignore[arg-type]
    )
    return Model(
        name="puppet",
        engine="tests.engines.puppet:Puppet",
        title="Puppet",
        description=description,
        path=None,
        capabilities=able,
        seconds=0.01,
        licence="none",
        millicredits=1000,
    )


def order(prompt: str = "a puppet", *, job: str = "job-1", n: int = 1, steps: int = 4, seed: int = 7) -> DrawOrder:
    """An order for the puppet."""
    request = DrawRequest(
        prompt=prompt,
        model="puppet",
        size=Size(16, 16),
        draw_size=Size(8, 8),
        seed=seed,
        steps=steps,
        guidance=3.0,
        n=n,
    )
    return DrawOrder(job=job, attempt=1, request=request, indices=tuple(range(n)))
