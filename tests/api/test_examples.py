"""What a newcomer copies runs as it stands."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.api.conftest import PATIENCE, Server
from tests.clients.programs import OPENAI_0
from tests.parts import curl

EXAMPLES = Path(__file__).parents[2] / "examples"


async def run(server: Server, where: Path, *command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=where,
        env={**os.environ, "OPENAI_BASE_URL": f"{server.url}/v1", "OPENAI_API_BASE": f"{server.url}/v1"},
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


@pytest.mark.extra
@pytest.mark.parametrize("library", ["2023", "today"])
async def test_a_beginners_course_is_five_steps_then_and_now(server: Server, tmp_path: Path, library: str) -> None:
    python = {"2023": OPENAI_0.interpreter(), "today": sys.executable}[library]
    said = [await run(server, tmp_path, str(python), str(EXAMPLES / "image_gen.py"), step) for step in "12345"]

    assert said[0] == "The picture is drawn.\n"
    response = json.loads(said[1])
    assert isinstance(response["created"], int)
    assert response["data"][0]["url"].startswith(server.url)
    assert "Supported values are: '256x256', '512x512', and '1024x1024'." in said[3]
    async with httpx.AsyncClient() as client:
        for url in (said[2], said[4]):
            fetched = await client.get(url.strip())
            (tmp_path / "picture.png").write_bytes(fetched.content)
            assert size_of(tmp_path / "picture.png") == (256, 256)
