"""The pages' scripts have no build step to find mistakes: TypeScript's compiler reads them, and writes nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, tracked_files
from tests.clients.programs import HERE as CLIENTS
from tests.clients.programs import NODE

COMPILER = CLIENTS / "node" / "node_modules" / "typescript" / "bin" / "tsc"
FEWEST_SCRIPTS = 20


def scripts() -> list[Path]:
    """Every script that a browser gets, and what the browser tests put before it; vendored ones apart."""
    places = (ROOT / "limner", ROOT / "tests" / "browser")
    found = [path for path in tracked_files() if path.suffix == ".js" and "vendor" not in path.parts]
    found = [path for path in found if any(path.is_relative_to(place) for place in places)]
    assert len(found) >= FEWEST_SCRIPTS, "the reader of scripts has gone blind"
    return found


def compiler(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [NODE.interpreter(), COMPILER, "--project", ROOT / "tsconfig.json", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.extra
def test_every_script_is_well_typed() -> None:
    answer = compiler("--pretty", "false")
    assert answer.returncode == 0, f"{answer.stdout}{answer.stderr}"


@pytest.mark.extra
def test_no_script_is_left_out() -> None:
    read = {Path(line) for line in compiler("--listFilesOnly").stdout.splitlines()}
    assert [path.relative_to(ROOT).as_posix() for path in scripts() if path not in read] == []


def test_no_script_silences_the_compiler() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in scripts()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "@ts-" in line
    ]
    assert not wrong, "\n".join(wrong)
