"""The table a benchmark prints: measure, bar, and whether it holds."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One claim. `bar` is the most it may be, `least` the least, in the same unit; None where there is none."""

    what: str
    values: Sequence[float]
    unit: str
    bar: float | None = None
    least: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def holds(self) -> bool | None:
        if self.least is not None:
            return self.median >= self.least
        return None if self.bar is None else self.median <= self.bar

    @property
    def limit(self) -> str:
        """The bar as it is written."""
        if self.least is not None:
            return f"≥ {_number(self.least)} {self.unit}"
        return "" if self.bar is None else f"≤ {_number(self.bar)} {self.unit}"


def show(title: str, rows: Sequence[Row]) -> None:
    """Print the rows, and what they were measured on."""
    table = Table(title=title, title_justify="left")
    for name in ("what", "median", "range", "bar", ""):
        table.add_column(name, justify="left" if name == "what" else "right")
    for row in rows:
        spread = f"{_number(min(row.values))}–{_number(max(row.values))}" if len(row.values) > 1 else ""
        table.add_row(
            row.what,
            f"{_number(row.median)} {row.unit}",
            spread,
            row.limit,
            {True: "holds", False: "MISSED", None: ""}[row.holds],
        )
    console = Console(width=100)
    console.print(table)
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    console.print(f"{cores} cores, load {load:.1f} before the run's end, Python {platform.python_version()}")


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
