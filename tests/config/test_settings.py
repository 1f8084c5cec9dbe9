"""The settings module in a process of its own, as `limner` reads it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from limner.config.table import SETTINGS

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `((?:LIMNER|OPENAI)_\w+)`( \(secret\))? \| (.+?) \| (?:`(.+?)`|–) \| (.+) \|$", re.M)


def read(name: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `limner.config.settings` says of `name`, started in `cwd`."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("LIMNER_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-c", f"import limner.config.settings as s; print(s.{name})"],
        cwd=cwd,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    documented = {row[0]: row[1:] for row in ROW.findall(DOCUMENT.read_text())}
    assert list(documented) == [setting.name for setting in SETTINGS]
    for setting in SETTINGS:
        secret, kind, default, what = documented[setting.name]
        assert (bool(secret), kind, default, what) == (setting.secret, setting.kind, setting.default, setting.help)


def test_every_default_can_be_read() -> None:
    for setting in SETTINGS:
        if setting.default:
            setting.read(setting.default)


def test_reading_the_settings_makes_nothing(tmp_path: Path) -> None:
    done = read("LIMNER_HOME", tmp_path, LIMNER_HOME=str(tmp_path / "home"))
    assert done.stdout.strip() == str(tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


def test_the_environment_wins_then_the_home_then_the_working_directory(tmp_path: Path) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    for folder in (home, here):
        folder.mkdir()
    (here / ".env").write_text(f"LIMNER_HOME={home}\nLIMNER_PORT=1\nLIMNER_MAX_BODY_MB=1\nLIMNER_LOG_LEVEL=error\n")
    (home / ".env").write_text("LIMNER_PORT=2\nLIMNER_MAX_BODY_MB=2\n")
    names = "LIMNER_HOME, s.LIMNER_PORT, s.LIMNER_MAX_BODY_MB, s.LIMNER_LOG_LEVEL"
    done = read(names, here, LIMNER_PORT="3")
    assert done.stdout.split() == [str(home), "3", "2", "error"]


def test_a_bad_setting_stops_the_program_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LIMNER_PROT=81\n")
    environment = {**os.environ, "LIMNER_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "limner", "serve"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert (
        done.stderr.strip()
        == f"{tmp_path}/.env sets LIMNER_PROT, which Limner does not know. Did you mean LIMNER_PORT?"
    )


@pytest.mark.parametrize("url", ["s3:///prefix", "s3://"])
def test_a_bucket_needs_a_name(tmp_path: Path, url: str) -> None:
    done = read("STORAGES", tmp_path, LIMNER_HOME=str(tmp_path), LIMNER_PICTURES=url)
    assert "LIMNER_PICTURES names no bucket" in done.stderr


def test_pictures_may_live_in_a_bucket(tmp_path: Path) -> None:
    done = read("STORAGES['pictures']", tmp_path, LIMNER_HOME=str(tmp_path), LIMNER_PICTURES="s3://pics/mine")
    assert "'bucket_name': 'pics', 'location': 'mine'" in done.stdout
