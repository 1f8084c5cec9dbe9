"""How long pictures take: a moving average of what this machine has measured, and how wrong it has been. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from limner.engines.contract import Size

ALPHA = 0.25
"""The share of the newest measurement in the average: the last dozen pictures decide."""

UNMEASURED_ERROR = 0.6
MIN_ERROR = 0.1
MAX_ERROR = 0.9


class Measured(Protocol):
    """What is known about one kind of picture: the model's `Pace` row, or anything shaped like it."""

    @property
    def seconds(self) -> float: ...

    @property
    def error(self) -> float: ...

    @property
    def measured(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Prediction:
    """Seconds for one picture, and the share by which they tend to be wrong."""

    seconds: float
    error: float

    @property
    def low(self) -> float:
        return self.seconds * (1 - self.error)

    @property
    def high(self) -> float:
        return self.seconds * (1 + self.error)


@dataclass(frozen=True, slots=True)
class SpeedClass:
    """What the catalog promises of a model before anything was measured."""

    seconds: float
    size: Size
    steps: int


@dataclass(frozen=True, slots=True)
class Average:
    """A new state of the moving averages."""

    seconds: float
    error: float
    measured: int


def bucket(size: Size) -> str:
    """Sizes that take about as long share a bucket: half an octave of pixels wide."""
    return f"2^{round(math.log2(size.pixels) * 2) / 2:g}"


def predict(pace: Measured | None, speed: SpeedClass, *, size: Size, steps: int) -> Prediction:
    """Seconds for one picture of `size` in `steps` steps."""
    error = trusted_error(pace)
    if pace is not None and pace.measured > 0:
        return Prediction(pace.seconds, error)
    scale = (size.pixels / speed.size.pixels) * (steps / speed.steps)
    return Prediction(speed.seconds * scale, error)


def trusted_error(pace: Measured | None) -> float:
    """The share by which predictions tend to be wrong. One measurement says little of the next one; a handful do."""
    if pace is None:
        return UNMEASURED_ERROR
    trust = min(pace.measured / 5, 1.0)
    error = trust * pace.error + (1 - trust) * UNMEASURED_ERROR
    return min(max(error, MIN_ERROR), MAX_ERROR)


def record(pace: Measured | None, seconds: float, *, predicted: float) -> Average:
    """The averages after one more picture that was predicted to take `predicted` seconds and took `seconds`."""
    error = abs(predicted - seconds) / predicted if predicted > 0 else 0.0
    if pace is None or pace.measured == 0:
        return Average(seconds, error, 1)
    return Average(
        seconds=pace.seconds + ALPHA * (seconds - pace.seconds),
        error=pace.error + ALPHA * (error - pace.error),
        measured=pace.measured + 1,
    )


def seconds_left(predicted: float, *, elapsed: float, share_done: float) -> float:
    """What is left of an attempt: the prediction at first, more and more what its own steps have shown."""
    if share_done <= 0:
        return max(predicted - elapsed, 0.0)
    share_done = min(share_done, 1.0)
    total = (1 - share_done) * predicted + share_done * (elapsed / share_done)
    return (1 - share_done) * total
