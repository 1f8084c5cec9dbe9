"""docs/dalle.md says what the code does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from limner.engines import catalog
from limner.engines.dialects import target_for
from limner.engines.families import live_models
from limner.engines.translation import ROWS, STEPS
from limner.engines.upstreams import Secret, Upstream, families, models_of_all

DOCUMENT = Path(__file__).parents[2] / "docs" / "dalle.md"
WRITTEN = date(2026, 11, 20)
OPENAI = Upstream("openai", "openai", "https://api.openai.com/v1", Secret("a-key"))


@pytest.fixture(autouse=True)
def nobody() -> Iterator[None]:
    catalog.install([])
    yield
    catalog.install([])


def drawn_by(name: str, today: date | None) -> str:
    """What draws for `name` on a day on which OpenAI's key is there; None: without a key."""
    catalog.install([] if today is None else models_of_all([OPENAI.offering(live_models(today))]))
    return f"`{target_for(name, {})}`"


def names_table() -> str:
    lines = ["| asked for | OpenAI has it | without a key | with OpenAI's key |", "|---|---|---|---|"]
    for family in families().values():
        for name, end in family.names.items():
            at_last = drawn_by(name, WRITTEN)
            if end is None:
                said = "yes"
            elif end <= WRITTEN:
                said = f"until {end}"
            else:
                said, at_last = f"until {end}", f"{at_last}; from then on {drawn_by(name, end)}"
            lines.append(f"| `{name}` | {said} | {drawn_by(name, None)} | {at_last} |")
    return "\n".join(lines)


def rows_table() -> str:
    lines = ["| | asked | what becomes of it |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {row.param} | {row.asked} | {row.becomes} |" for row in ROWS)])


def test_the_document_says_what_draws_for_each_name() -> None:
    assert names_table() in DOCUMENT.read_text(encoding="utf-8")


def test_the_document_says_what_becomes_of_each_parameter() -> None:
    assert rows_table() in DOCUMENT.read_text(encoding="utf-8")


def test_the_document_knows_the_steps_of_each_quality() -> None:
    assert (STEPS["low"], STEPS["max"]) == (0.5, 3.0)
