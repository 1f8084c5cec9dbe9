"""Short reads and writes off the event loop, in threads of their own, with no connection left in hand afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import connections
from django.utils import translation

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="limner-reads")


async def in_thread(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a short function that may use the database in a thread, and give its connection back before returning.

    Every async view and stream reads through here: whoever waits for something afterwards holds nothing.
    """
    return await run_in(_pool, fn, *args, **kwargs)


async def run_in(pool: ThreadPoolExecutor, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same in a pool of one's own."""
    call = partial(_then_give_back, fn, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(pool, _speaking, translation.get_language(), call)


def _speaking(language: str | None, call: Callable[[], T]) -> T:
    """In the caller's language, which does not cross threads by itself."""
    with translation.override(language):
        return call()


def _then_give_back(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return fn(*args, **kwargs)
    finally:
        give_back_connections()


def give_back_connections() -> None:
    """Return this thread's connections to their pool.

    A SQLite connection is a file handle that nobody else waits for, and opening one anew costs more than a read, so a
    sound one stays with its thread (and closes with it).
    """
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "sqlite":
            connection.close_if_unusable_or_obsolete()
        else:
            connection.close()
