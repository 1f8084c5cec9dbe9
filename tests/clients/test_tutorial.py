"""The tutorial does what it says: every block of it is run, in order, and what it shows is what comes out."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageChops

from tests.cli.process import START_SECONDS, environment, free_port
from tests.parts import curl

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = "127.0.0.1:8080"
SERVE = "limner serve\n"

pytestmark = [
    pytest.mark.extra,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning"),  # the library, of variations
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),  # of a picture that is looked at and let go
]


@dataclass
class Reader:
    """Somebody with two terminals who types what stands there."""

    folder: Path
    port: int = field(default_factory=free_port)
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def types(self, kind: str, block: str) -> str:
        """What comes of one block."""
        if block == SERVE:
            return self._starts_limner(block)
        block = block.replace(ADDRESS, f"127.0.0.1:{self.port}")
        return self._runs(block) if kind == "sh" else self._python(block)

    def _starts_limner(self, block: str) -> str:
        with (self.folder.parent / "limner.log").open("wb") as log:
            self.started.append(
                subprocess.Popen(
                    ["sh", "-c", f"exec {block}"], cwd=self.folder, env=self._environment(), stdout=log, stderr=log
                )
            )
        end = time.monotonic() + START_SECONDS
        while not answers(f"http://127.0.0.1:{self.port}/healthz"):
            assert time.monotonic() < end, (self.folder.parent / "limner.log").read_text()
            time.sleep(0.1)
        return ""

    def _runs(self, block: str) -> str:
        done = subprocess.run(
            ["sh", "-ec", block],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _python(self, block: str) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.chdir(self.folder):
            exec(compile(block, "tutorial.md", "exec"), self.names)
        return said.getvalue()

    def _environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return environment(self.folder / "home", PATH=path, LIMNER_PORT=str(self.port))


@pytest.fixture
def reader(tmp_path: Path) -> Generator[Reader]:
    (tmp_path / "work").mkdir()
    reader = Reader(tmp_path / "work")
    yield reader
    if "client" in reader.names:
        reader.names["client"].close()
    for process in reader.started:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def looks_like(said: str, shown: str) -> bool:
    """Whether the tutorial shows what was said: `…` there stands for anything, on a line of its own for any lines."""
    pattern = "".join(
        "(?:.*\n)*" if line == "…\n" else re.escape(line).replace("…", ".*")
        for line in shown.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, said) is not None


def test_every_block_does_what_the_tutorial_says(reader: Reader) -> None:
    curl()
    blocks = BLOCK.findall(TUTORIAL.read_text(encoding="utf-8"))
    assert len(blocks) > 15
    assert {kind for kind, _ in blocks} == {"sh", "python", "text"}
    said = ""
    for kind, block in blocks:
        if kind == "text":
            said = said.replace(f"127.0.0.1:{reader.port}", ADDRESS)
            assert looks_like(said.rstrip("\n") + "\n", block), f"{said}\nis not\n{block}"
        else:
            said = reader.types(kind, block)
    the_meadow_stays(reader.folder)


def the_meadow_stays(folder: Path) -> None:
    """Of the edit: below the mask's edge it is the same picture, above it is another."""
    with Image.open(folder / "house.png") as first, Image.open(folder / "night.png") as second:
        change = ImageChops.difference(first.convert("RGB"), second.convert("RGB")).convert("L")
    sky, meadow = change.crop((0, 0, 512, 200)), change.crop((0, 320, 512, 512))
    assert mean(sky) > 4 * mean(meadow)


def mean(image: Image.Image) -> float:
    return sum(value * count for value, count in enumerate(image.histogram())) / (image.width * image.height)


def test_the_comparison_knows_what_is_shown() -> None:
    assert looks_like("a\nb\nc\n", "a\n…\nc\n")
    assert looks_like("a\nc\n", "a\n…\nc\n")
    assert looks_like("see http://x/1.png here\n", "see http://x/….png here\n")
    assert not looks_like("a\nb\n", "a\n…\nc\n")
    assert not looks_like("a\nb\n", "a\n")
