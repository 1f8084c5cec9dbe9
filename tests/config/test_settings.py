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


KEY = "sk-proj-A1b2C3d4E5f6"


def test_a_key_of_openais_in_a_dotenv_makes_its_models_known(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY={KEY}\n")
    show = (
        "upstreams.upstreams()[0].key.reveal(), len(__import__('limner.engines.catalog').engines.catalog.catalog())"
    )
    done = read(show, tmp_path, LIMNER_HOME=str(tmp_path / "home"))
    assert KEY in done.stdout
    assert int(done.stdout.split()[-1]) > 5


def test_the_environments_key_wins_and_a_key_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=from-a-dotenv\n")
    (tmp_path / "key").write_text("from-a-file\n")
    show = "upstreams.upstream('openai').key.reveal()"
    home = str(tmp_path / "home")
    assert read(show, tmp_path, LIMNER_HOME=home, OPENAI_API_KEY=KEY).stdout.strip() == KEY
    in_file = read(show, tmp_path, LIMNER_HOME=home, OPENAI_API_KEY_FILE=str(tmp_path / "key"))
    assert in_file.stdout.strip() == "from-a-file"


def test_a_line_of_a_dotenv_may_hold_the_key_of_any_upstream(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".env").write_text(f"HOUSE_KEY={KEY}\n")
    table = 'kind = "limner"\nurl = "https://limner.example.com"\nkey_env = "HOUSE_KEY"\n'
    (home / "upstreams.toml").write_text(f"[house]\n{table}")
    done = read("upstreams.upstream('house').key.reveal()", tmp_path, LIMNER_HOME=str(home))
    assert done.stdout.strip() == KEY
    (tmp_path / "mine.toml").write_text(f"[mine]\n{table}")
    done = read("upstreams.upstreams()[0].name", tmp_path, LIMNER_HOME=str(home), LIMNER_UPSTREAMS="../mine.toml")
    assert done.stdout.strip() == "mine"


def test_no_setting_holds_the_key(tmp_path: Path) -> None:
    everything = (
        "__dict__, __import__('django.views.debug').views.debug.SafeExceptionReporterFilter().get_safe_settings()"
    )
    done = read(everything, tmp_path, LIMNER_HOME=str(tmp_path / "home"), OPENAI_API_KEY=KEY)
    said = done.stdout.replace(str({"OPENAI_API_KEY": KEY})[1:-1], "")  # os.environ itself, which is not ours
    assert "LIMNER_HOME" in said
    assert KEY not in said


def test_a_bad_upstream_stops_the_program_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "upstreams.toml").write_text('[localai]\nurls = "http://localhost"\n')
    done = subprocess.run(
        [sys.executable, "-m", "limner", "serve"],
        cwd=tmp_path,
        env={**os.environ, "LIMNER_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip() == (
        f"{tmp_path}/upstreams.toml, [localai], urls: Limner does not know it. Did you mean url?"
    )
