"""OpenAI's library of 2023 and today's, as one door: a verb, its fields, its files, and what came of it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tests.parts import missing

ROOT = Path(__file__).parents[2]
OLD_PYTHON = ROOT / ".venv-openai-0" / "bin" / "python"
OLD_VERSION = "0.27.8"

Result = dict[str, Any]
"""The answer's body; or `error` (the library's class), `param`, `code` and `message`."""


class Library(Protocol):
    """Calls of `create`, `create_edit` and `create_variation`, by the names that they had in 2023."""

    def __call__(self, verb: str, files: Mapping[str, Path] = ..., **fields: Any) -> Result: ...


@contextmanager
def old(base: str) -> Generator[Library]:
    """openai 0.27.8, in a process of its own environment."""
    if not OLD_PYTHON.exists():
        missing(f"openai {OLD_VERSION} in an environment of its own", "make .venv-openai-0/.old")
    with subprocess.Popen(
        [OLD_PYTHON, Path(__file__).with_name("old_library.py"), base],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        given, said = process.stdin, process.stdout
        assert json.loads(said.readline())["version"] == OLD_VERSION

        def call(verb: str, files: Mapping[str, Path] = {}, **fields: Any) -> Result:
            told = {"verb": verb, "fields": fields, "files": {name: str(path) for name, path in files.items()}}
            given.write(json.dumps(told) + "\n")
            given.flush()
            found: Result = json.loads(said.readline())
            return found

        yield call
        given.close()
        process.wait(timeout=20)


@contextmanager
def today(base: str) -> Generator[Library]:
    """The library that the extra environment has."""
    import openai

    with openai.OpenAI(base_url=base, api_key="any", max_retries=0) as client:
        verbs = {
            "create": client.images.with_raw_response.generate,
            "create_edit": client.images.with_raw_response.edit,
            "create_variation": client.images.with_raw_response.create_variation,
        }

        def call(verb: str, files: Mapping[str, Path] = {}, **fields: Any) -> Result:
            try:
                answer = verbs[verb](**fields, **files)
            except openai.APIStatusError as error:
                return {
                    "error": type(error).__name__,
                    "param": error.param,
                    "code": error.code,
                    "message": str(error),
                }
            found: Result = json.loads(answer.text)
            assert answer.headers["x-limner-model"] == found["limner"]["model"]
            return found

        yield call


LIBRARIES = {"old": old, "today": today}
