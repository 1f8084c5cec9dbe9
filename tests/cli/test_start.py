"""The first start, and many at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.cli.process import limner


def test_many_first_starts_at_once_make_one_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with ThreadPoolExecutor(4) as people:
        done = list(people.map(lambda _: limner(home, "key", "add"), range(4)))
    assert [one.returncode for one in done] == [0] * 4, [one.stderr for one in done]
    assert len({one.stdout for one in done}) == 4
    assert limner(home, "key", "list").stdout.count("good") == 4
    assert limner(home, "user", "list").stdout.count("owner") == 1
    assert not [path for path in home.iterdir() if path.name.startswith(".")]


def test_a_database_that_cannot_be_used_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "limner.sqlite3").write_bytes(b"this is a letter, not a database" * 100)
    for words in (["serve"], ["user", "list"], ["generate", "a robot"]):
        done = limner(tmp_path / "home", *words, LIMNER_DATABASE_URL=f"sqlite:///{tmp_path}/limner.sqlite3")
        assert done.returncode == 1
        assert "The database cannot be used: file is not a database. LIMNER_DATABASE_URL" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_folder_that_was_made_for_limner_is_closed_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / ".env").write_text("LIMNER_LOG_LEVEL=info\n")
    done = limner(tmp_path, "user", "list")
    assert (done.returncode, done.stderr) == (0, "")
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_holds_other_things_keeps_its_mode_and_the_operator_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "other things").touch()
    for _ in range(2):  # a later start finds our own files beside them, and leaves the folder alone all the same
        done = limner(tmp_path, "user", "list")
        assert done.returncode == 0
        assert f"chmod 700 {tmp_path}" in done.stderr
        assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_key_that_the_operator_sets_is_not_written_down(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert limner(home, "user", "list", LIMNER_SECRET_KEY="x" * 50).returncode == 0
    assert not (home / "secret-key").exists()


def test_the_models_are_listed_for_people_and_programs(tmp_path: Path) -> None:
    for_people = limner(tmp_path / "home", "models", "list").stdout
    for_programs = json.loads(limner(tmp_path / "home", "models", "list", "--json").stdout)
    assert for_people.splitlines()[1].startswith("storybook")
    assert for_programs[0]["name"] == "storybook"
    assert "1024x1024" in for_programs[0]["sizes"]
    assert not (tmp_path / "home").exists()


def test_help_names_every_command(tmp_path: Path) -> None:
    said = limner(tmp_path / "home", "--help").stdout
    for command in ("serve", "web", "dispatch", "generate", "models", "doctor", "user", "key"):
        assert f"\n  {command} " in said
    assert limner(tmp_path / "home", "serve", "--help").returncode == 0
    assert limner(tmp_path / "home", "nonsense").returncode == 2
