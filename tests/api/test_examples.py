"""What a newcomer copies runs as it stands."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.api.conftest import PATIENCE, Server
from tests.parts import curl

EXAMPLES = Path(__file__).parents[2] / "examples"


async def run(server: Server, where: Path, *command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=where,
        env={**os.environ, "OPENAI_BASE_URL": f"{server.url}/v1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, trouble = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, trouble.decode()
    return out.decode()


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


@pytest.mark.parametrize(
    ("words", "prompt"),
    [
        ("a red boat", "a red boat"),
        ('a "red" boat\n\\ of the größte captain\'s', 'a "red" boat \\ of the größte captain\'s'),
    ],
)
async def test_curl_draws_and_keeps_a_picture(server: Server, tmp_path: Path, words: str, prompt: str) -> None:
    curl()
    said = await run(server, tmp_path, "sh", str(EXAMPLES / "with_curl.sh"), words)

    assert said.startswith(server.url)
    assert size_of(tmp_path / "picture.png") == (512, 512)
    async with httpx.AsyncClient() as client:
        [job] = (await client.get(f"{server.url}/api/v1/jobs")).json()["jobs"]
    assert job["prompt"] == prompt


@pytest.mark.extra
async def test_openais_library_draws_links_and_bytes(server: Server, tmp_path: Path) -> None:
    said = await run(server, tmp_path, sys.executable, str(EXAMPLES / "openai_library.py"), "a red boat")

    lines = said.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(server.url) for line in lines[:2])
    assert size_of(tmp_path / "picture.png") == (1024, 1024)
