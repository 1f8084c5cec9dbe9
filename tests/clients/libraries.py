"""OpenAI's library of 2023 and today's, as one door: a verb, its fields, its files, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tests.clients.programs import OPENAI_0, Result

NO_FILES: Mapping[str, Path] = {}


class Library(Protocol):
    """Calls of `create`, `create_edit` and `create_variation`, by the names that they had in 2023, and `retrieve`,
    which asks for a model by `id`."""

    def __call__(self, verb: str, files: Mapping[str, Path] = ..., **fields: Any) -> Result: ...


@contextmanager
def old(base: str, key: str = "any") -> Generator[Library]:
    """openai 0.27.8, in a process of its own environment."""
    with OPENAI_0.started(base, key) as program:

        def call(verb: str, files: Mapping[str, Path] = NO_FILES, **fields: Any) -> Result:
            return program(verb, fields=fields, files={name: str(path) for name, path in files.items()})

        yield call


@contextmanager
def today(base: str, key: str = "any") -> Generator[Library]:
    """The library that this environment has."""
    import openai

    with openai.OpenAI(base_url=base, api_key=key, max_retries=0) as client:
        verbs = {
            "create": client.images.with_raw_response.generate,
            "create_edit": client.images.with_raw_response.edit,
            "create_variation": client.images.with_raw_response.create_variation,
            "retrieve": lambda id: client.models.with_raw_response.retrieve(id),
        }

        def call(verb: str, files: Mapping[str, Path] = NO_FILES, **fields: Any) -> Result:
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
            assert verb == "retrieve" or answer.headers["x-limner-model"] == found["limner"]["model"]
            return found

        yield call


LIBRARIES = {"old": old, "today": today}
