"""A program that speaks AUTOMATIC1111's API to a server in personal mode, whose model paints flat colours."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api.conftest import Server
from tests.api.sdapi.people import program


@pytest.fixture
async def webui(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with program(server) as client:
        yield client
