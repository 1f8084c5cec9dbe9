"""Score an exported Scribe as Limner runs it: a thousand prompts from seeds 1 to 1000.

$ python -m training.scribe.evaluate limner/engines/bundled/scribe

Prints a table and writes it into the folder's model card.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from limner.engines.adapters.openvino.writer import OpenVinoWriter
from limner.engines.contract import WriteOrder
from limner.engines.words import words_of

from ..captions import vocabulary
from ..recipe import Recipe
from .tokens import pieces_of
from .training import Grammar, grammar_of

COUNT = 1000
COMPARED = 200_000
"""Prompts of the grammar that the texts are compared with."""
HEADING = "## Numbers\n"


@dataclass(frozen=True)
class Text:
    """One written prompt, and how long it took."""

    words: str
    pieces: int
    first: float
    seconds: float


def written(writer: OpenVinoWriter, seed: int) -> Text:
    """The prompt of a seed."""
    begun = time.perf_counter()
    first, pieces = 0.0, []
    for piece in writer.write(WriteOrder(seed=seed), lambda: False):
        first = first or time.perf_counter() - begun
        pieces.append(piece)
    return Text("".join(pieces), len(pieces), first, time.perf_counter() - begun)


def runs_of_three(text: str) -> Iterator[tuple[str, ...]]:
    """Every three pieces that follow each other, the ends counted."""
    row = ["", *pieces_of(text), ""]
    return zip(row, row[1:], row[2:], strict=False)


def scores(texts: Iterable[Text], known: frozenset[str], grammar: Grammar) -> dict[str, str]:
    """What the card says of these texts."""
    texts = list(texts)
    rng = random.Random(99)
    compared = {grammar(rng).lower() for _ in range(COMPARED)}
    heard = {run for text in compared for run in runs_of_three(text)}
    others = [grammar(rng) for _ in range(COUNT)]
    count = len(texts)
    drawable = sum(bool(words := words_of(text.words)) and set(words) <= known for text in texts)
    usual = sum(set(runs_of_three(text.words)) <= heard for text in texts)
    usual_there = sum(set(runs_of_three(text)) <= heard for text in others)
    told = {
        "distinct": f"{len({text.words for text in texts}) / count:.1%}",
        "drawable: every word is one that Storybook knows": f"{drawable / count:.1%}",
        "every three words in a row are also so in 200,000 prompts of the grammar": f"{usual / count:.1%}",
        "the same of 1,000 more prompts of the grammar itself": f"{usual_there / COUNT:.1%}",
        "itself not one of those 200,000": f"{sum(text.words not in compared for text in texts) / count:.1%}",
        "words, on average": f"{statistics.mean(len(words_of(text.words)) for text in texts):.1f}",
        "first word, median": f"{1000 * statistics.median(text.first for text in texts):.0f} ms",
        "words and marks a second": f"{sum(text.pieces for text in texts) / sum(text.seconds for text in texts):.0f}",
    }
    return told


def table(facts: dict[str, str]) -> str:
    """Scores as a Markdown table."""
    lines = [f"| {COUNT:,} prompts, seeds 1 to {COUNT} | |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {value} |" for name, value in facts.items())])


def main() -> None:
    """Read the command line, write, score."""
    parser = argparse.ArgumentParser(
        prog="python -m training.scribe.evaluate", description="Score an exported Scribe."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--recipe", type=Path, default=Path(__file__).parents[1] / "recipes" / "small.toml")
    options = parser.parse_args()
    recipe = Recipe.load(options.recipe)
    begun = time.perf_counter()
    writer = OpenVinoWriter(options.folder)
    loading = f"{time.perf_counter() - begun:.2f} s"
    texts = [written(writer, seed) for seed in range(1, COUNT + 1)]
    facts = scores(texts, frozenset(vocabulary(recipe.world)), grammar_of(recipe)) | {"loading": loading}
    numbers = table(facts)
    print(numbers)
    print("\n".join(["", "Seeds 1 to 12:", *(f"{seed}. {text.words}" for seed, text in enumerate(texts[:12], 1))]))
    card = options.folder / "card.md"
    before, _, _ = card.read_text(encoding="utf-8").partition(HEADING)
    examples = "\n".join(f"{seed}. {text.words}" for seed, text in enumerate(texts[:12], 1))
    card.write_text(f"{before}{HEADING}{numbers}\n\nThe prompts of seeds 1 to 12:\n\n{examples}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
