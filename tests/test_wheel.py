"""What ships is the wheel: built from what git would keep, installed into an empty environment, and it draws."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 160_000_000
EVERY_WHEEL_HOLDS = (
    "limner/engines/bundled/storybook/",
    "limner/look/static/",
    "limner/look/templates/",
    "limner/look/locale/es/LC_MESSAGES/django.mo",
    "limner/look/locale/es/LC_MESSAGES/djangojs.mo",
    "limner/studio/templates/",
    "limner/jobs/migrations/0001_initial.py",
)

pytestmark = [pytest.mark.extra, pytest.mark.timeout(480)]  # an environment is made and filled: a minute of its own


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing git ignores gets in and nothing is written into the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    listing = run("git", "-c", "safe.directory=*", "ls-files", "-coz", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file() and name.startswith(("limner/", "pyproject.toml", "README.md", "LICENSE")):
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / "source" / name)
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder / "dist", cwd=folder / "source")
    (built,) = (folder / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_the_model_the_pages_and_the_migrations(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in EVERY_WHEEL_HOLDS:
        assert any(name.startswith(part) for name in names), f"{part} is not in the wheel"
    assert any(name.endswith("openvino_model.bin") for name in names)
    assert [name for name in names if not name.startswith("limner")] == []
    assert wheel.stat().st_size < LARGEST


def test_the_wheel_alone_draws(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", environment, cwd=tmp_path)
    python = environment / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path)

    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LIMNER_HOME": str(tmp_path / "home")}
    where = run(python, "-c", "import limner; print(limner.__file__)", cwd=tmp_path, env=bare)
    assert where.startswith(str(environment)), "the checkout is still in reach"
    run(environment / "bin" / "limner", "generate", "a red robot", "-o", "out.png", cwd=tmp_path, env=bare)

    with Image.open(tmp_path / "out.png") as picture:
        assert picture.format == "PNG"
        assert min(picture.size) >= 256
        colours = picture.convert("RGB").getcolors(maxcolors=1 << 24)
    assert colours is not None
    assert len(colours) > 100, "that is not a drawing"
