"""How an upstream is doing just now: does it answer, does it take the key, and where does that key stand?"""

from __future__ import annotations

import asyncio
import threading
import tomllib
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dotenv import dotenv_values

from limner.engines.upstreams.reading import FILE_NAME, OPENAI, SETTING
from limner.engines.upstreams.refreshing import models_there
from limner.engines.upstreams.upstream import Upstream
from limner.errors import LimnerError, UpstreamBusy, UpstreamClosed, say

SECONDS = 5.0


class State(StrEnum):
    ANSWERS = say("answers")
    REFUSES = say("key not accepted")
    BUSY = say("busy")
    TROUBLE = say("no answer")
    UNASKED = say("cannot be asked")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one question found out. `said` is the sentence where something is wrong."""

    state: State
    said: str = ""
    models: int | None = None
    """How many image models it has; None where it did not say."""

    @property
    def reachable(self) -> bool | None:
        return None if self.state is State.UNASKED else self.state is not State.TROUBLE

    @property
    def key_accepted(self) -> bool | None:
        return {State.ANSWERS: True, State.REFUSES: False}.get(self.state)


async def look_at_all(upstreams: Iterable[Upstream], seconds: float = SECONDS) -> list[Seen]:
    """Ask each of them which models it has, all at once, for `seconds` at the most. Draws nothing, costs nothing."""
    return list(await asyncio.gather(*(look_at(upstream, seconds) for upstream in upstreams)))


async def look_at(upstream: Upstream, seconds: float = SECONDS) -> Seen:
    """The same for one."""
    if upstream.kind == "azure":
        azure = say("Azure does not list its deployments: the first picture shows how it is doing.")
        return Seen(State.UNASKED, azure)
    found: Future[Seen] = Future()
    # A thread of its own, which nobody waits for: a server that hangs must not hold up the end of a program.
    threading.Thread(target=_look, args=(upstream, found), name=f"look-{upstream.name}", daemon=True).start()
    try:
        return await asyncio.wait_for(asyncio.wrap_future(found), seconds)
    except TimeoutError:
        return Seen(
            State.TROUBLE,
            say("{upstream} did not answer within {seconds:g} seconds.", upstream=upstream.name, seconds=seconds),
        )


def _look(upstream: Upstream, found: Future[Seen]) -> None:
    seen = asyncio.run(_answer(upstream))
    if found.set_running_or_notify_cancel():
        found.set_result(seen)


async def _answer(upstream: Upstream) -> Seen:
    try:
        return Seen(State.ANSWERS, models=len(await models_there(upstream)))
    except UpstreamClosed as error:
        return Seen(State.REFUSES, error.message)
    except UpstreamBusy as error:
        return Seen(State.BUSY, error.message)
    except LimnerError as error:
        return Seen(State.TROUBLE, error.message)


def key_source(upstream: Upstream, environment: Mapping[str, str], home: Path, here: Path) -> str:
    """Where its key stands, never the key: `OPENAI_API_KEY in .env`. `home` is LIMNER_HOME, `here` where we run."""
    if not upstream.key:
        return say("no key")
    variable = "OPENAI_API_KEY"
    named = environment.get(SETTING, "")
    file = home / Path(named).expanduser() if named else home / FILE_NAME
    table = _table(file, upstream.name)
    for way in ("key", "key_file"):
        if table.get(way):
            return say("{what} in {file}", what=way, file=file.name)
    if isinstance(table.get("key_env"), str):
        variable = table["key_env"]
    elif upstream.name != OPENAI:
        return file.name
    if environment.get(variable) or environment.get(f"{variable}_FILE"):
        return say("{variable} in the environment", variable=variable)
    for folder, name in ((home, "LIMNER_HOME/.env"), (here, ".env")):
        lines = dotenv_values(folder / ".env", interpolate=False) if (folder / ".env").is_file() else {}
        if lines.get(variable) or lines.get(f"{variable}_FILE"):
            return say("{what} in {file}", what=variable, file=".env" if folder == here else name)
    return variable


def _table(file: Path, name: str) -> dict[str, str]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig")).get(name, {})
    except (OSError, ValueError):
        return {}
    return table if isinstance(table, dict) else {}
