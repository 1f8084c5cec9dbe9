"""How quickly the word list writes, how often two of its prompts are the same, and how much it has to say.

    python -m benchmarks.wordlist [--prompts 10000]

The first prompt is that of a fresh process: the lists are read for it. A process that has read them is "afterwards".
Seeds are 0, 1, 2…; a prompt is distinct where no other of them is the same to the letter.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limner.config.settings")  # names of styles can be translated

from benchmarks.measure.table import Row, show
from limner.engines.catalog import model
from limner.engines.contract import Capabilities, Size, Task
from limner.engines.words import words_of
from limner.prompts.writers.contract import Length, PromptOrder
from limner.prompts.writers.wordlist import WordList

ANY_WORD = Capabilities(frozenset({Task.CREATE}), (Size(512, 512),), (Size(512, 512),))
STORYBOOK = model("storybook").capabilities
LENGTHS: tuple[Length, ...] = ("short", "medium", "long")
FRESH = 5
"""How many fresh processes write a first prompt."""


def written(able: Capabilities, seed: int, length: Length = "medium") -> str:
    return "".join(WordList().words(PromptOrder(able, seed, length=length)))


def first_piece(able: Capabilities, seed: int) -> float:
    """Milliseconds from the order to the first word."""
    started = time.perf_counter()
    next(WordList().words(PromptOrder(able, seed)))
    return 1000 * (time.perf_counter() - started)


def in_a_fresh_process(model: str) -> float:
    program = f"from benchmarks.wordlist import *; print(first_piece({model}, 1))"
    return float(subprocess.check_output([sys.executable, "-c", program], text=True))


def measure(prompts: int) -> list[Row]:
    rows = [
        Row(
            "first word of a fresh process, any words",
            [in_a_fresh_process("ANY_WORD") for _ in range(FRESH)],
            "ms",
            50,
        ),
        Row("… Storybook's words", [in_a_fresh_process("STORYBOOK") for _ in range(FRESH)], "ms", 50),
    ]
    written(ANY_WORD, 0)
    rows.append(Row("first word afterwards", [first_piece(ANY_WORD, seed) for seed in range(100)], "ms", 5))
    for length in LENGTHS:
        started = time.perf_counter()
        texts = [written(ANY_WORD, seed, length) for seed in range(prompts)]
        rate = prompts / (time.perf_counter() - started)
        distinct = 100 * len(set(texts)) / prompts
        rows.append(Row(f"{length} prompts a second", [rate], "/s"))
        rows.append(Row(f"… distinct of {prompts}", [distinct], "%", least=99.5))
        rows.append(Row("… words in one", [len(words_of(text)) for text in texts], ""))
    for length in LENGTHS:
        texts = [written(STORYBOOK, seed, length) for seed in range(prompts)]
        unknown = sum(bool(STORYBOOK.unknown_words(words_of(text)) or STORYBOOK.lost_end(text)) for text in texts)
        rows.append(Row(f"Storybook's words, {length}: distinct", [100 * len(set(texts)) / prompts], "%"))
        rows.append(Row("… with a word that it does not know or reach", [unknown], "", 0))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=10_000)
    show("Writing with the word list", measure(parser.parse_args().prompts))


if __name__ == "__main__":
    main()
