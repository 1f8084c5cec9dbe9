"""Client libraries that cannot live in this environment: each runs in one of its own, in a program that takes calls.

A program says its library's version, then reads one call a line from standard input and answers each with one line.
What makes the environments is in the Makefile.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.parts import missing

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PATIENCE = 20.0

Result = dict[str, Any]
"""What came of a call: the answer's body; or `error` (the library's class for it), `param`, `code` and `message`."""


class Call(Protocol):
    """One call of a client library, by the name of its verb."""

    def __call__(self, verb: str, /, **told: Any) -> Result: ...


@dataclass(frozen=True)
class Program:
    """One of them: the environment `.venv-…`, what runs there, and the file that says which versions it has."""

    environment: str
    runs: str
    source: str
    pins: str

    def interpreter(self) -> Path:
        """What runs it, or `missing`."""
        found = ROOT / f".venv-{self.environment}" / "bin" / self.runs
        if not found.exists():
            missing(f"the environment of {self.pins}", self.how)
        return found

    @property
    def how(self) -> str:
        """The command that brings it."""
        return f"make .venv-{self.environment}/.ready"

    def versions(self) -> dict[str, str]:
        """What the environment should have, by name."""
        text = (HERE / self.pins).read_text(encoding="utf-8")
        if self.pins.endswith(".json"):
            found: dict[str, str] = json.loads(text)["dependencies"]
            return found
        return dict(line.split("==") for line in text.splitlines() if "==" in line)

    @contextmanager
    def started(self, *arguments: str) -> Generator[Call]:
        """The program, told these arguments; it ends with the block."""
        with subprocess.Popen(
            [self.interpreter(), HERE / self.source, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTHON"))},
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            given, said = process.stdin, process.stdout
            has = json.loads(said.readline())
            assert has
            assert has.items() <= self.versions().items(), f"another version is there: {self.how}"

            def call(verb: str, /, **told: Any) -> Result:
                given.write(json.dumps({"verb": verb, **told}) + "\n")
                given.flush()
                found: Result = json.loads(said.readline())
                return found

            try:
                yield call
            finally:
                given.close()
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()


OPENAI_0 = Program("openai-0", "python", "old_library.py", "openai-0.txt")
LITELLM = Program("litellm", "python", "litellm_library.py", "litellm.txt")
LANGCHAIN = Program("langchain", "python", "langchain_library.py", "langchain.txt")
NODE = Program("node", "node", "node/library.mjs", "node/package.json")
