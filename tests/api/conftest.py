"""A real server on a real port, with a real dispatcher; only the model is a painter of flat colours."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from pytest_django import Settings

from limner.accounts.limits import forget_counts
from limner.config.door import Door
from limner.config.gate import Gate
from limner.config.pace import key_refused
from limner.engines.catalog import catalog
from limner.jobs.bus import bus
from limner.jobs.dispatcher import Dispatcher
from limner.jobs.threads import in_thread
from limner.jobs.waiting import wait_again
from tests.api.painter import Painter

PATIENCE = 20.0
"""Seconds after which something that should have happened has not."""


@dataclass
class Server:
    """What a test talks to."""

    url: str
    painter: Painter


@pytest.fixture
async def server(transactional_db: None) -> AsyncIterator[Server]:
    async for running in _serve():
        yield running


@pytest.fixture
async def server_with_accounts(transactional_db: None, settings: Settings) -> AsyncIterator[Server]:
    settings.LIMNER_ACCOUNTS = True
    async for running in _serve():
        yield running


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as client:
        yield client


async def until(true: Callable[[], bool]) -> None:
    """Wait until something that is read from the database is so."""
    async with asyncio.timeout(PATIENCE):
        while not await in_thread(true):  # noqa: ASYNC110  (the ledger has no event to await here)
            await asyncio.sleep(0.02)


class _Server(uvicorn.Server):
    """Hears at once that it shall end: its own looks up ten times a second."""

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # noqa: ASYNC110  (as its own does)
            await asyncio.sleep(0.01)


async def _serve() -> AsyncIterator[Server]:
    wait_again()
    forget_counts()
    painter = Painter()
    dispatcher = Dispatcher({name: painter for name in catalog()}, holder="tests", boot="first", bus=bus())
    application = Gate(get_asgi_application(), Door(accounts=settings.LIMNER_ACCOUNTS), key_refused=key_refused)
    web = _Server(uvicorn.Config(application, lifespan="off", log_config=None))
    listening = socket.create_server(("127.0.0.1", 0))
    drawing = asyncio.create_task(dispatcher.run())
    serving = asyncio.create_task(web.serve(sockets=[listening]))
    try:
        yield Server(f"http://127.0.0.1:{listening.getsockname()[1]}", painter)
    finally:
        painter.may_paint.set()
        web.should_exit = True
        await asyncio.wait_for(serving, PATIENCE)
        await dispatcher.stop(0)
        await asyncio.wait_for(drawing, PATIENCE)
        listening.close()
