"""`limner doctor` looks at everything, changes nothing, and says what mends it."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.process import Process, free_port, limner


def findings(home: Path, **more: str) -> tuple[int, dict[str, dict[str, Any]]]:
    done = limner(home, "doctor", "--json", **more)
    return done.returncode, {finding["what"]: finding for finding in json.loads(done.stdout)}


def test_on_a_good_machine_everything_is_there_and_nothing_is_made(tmp_path: Path) -> None:
    status, found = findings(tmp_path / "home", LIMNER_PORT=str(free_port()))
    assert status == 0, found
    for what in ("Python", "packages", "home", "disk", "model storybook", "database", "port"):
        assert found[what]["state"] == "good"
    assert found["processor"]["state"] in {"good", "note"}
    assert list(tmp_path.iterdir()) == []


def test_a_person_reads_sentences(tmp_path: Path) -> None:
    done = limner(tmp_path / "home", "doctor", LIMNER_PORT=str(free_port()))
    assert done.stdout.endswith("Everything that a picture needs is here.\n")
    assert "\x1b" not in done.stdout


def test_a_database_that_does_not_answer_is_missing(tmp_path: Path) -> None:
    url = f"postgres://limner:secret@127.0.0.1:{free_port()}/limner"
    status, found = findings(tmp_path / "home", LIMNER_DATABASE_URL=url)
    assert status == 1
    assert found["database"]["state"] == "missing"
    assert "secret" not in json.dumps(found)


def test_a_home_that_cannot_be_made_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    status, found = findings(tmp_path / "file")
    assert status == 1
    assert found["home"]["state"] == "missing"
    assert "LIMNER_HOME" in found["home"]["mend"]


def test_a_bad_setting_is_missing_and_named(tmp_path: Path) -> None:
    status, found = findings(tmp_path / "home", LIMNER_PORT="many")
    assert status == 1
    assert "LIMNER_PORT" in found["settings"]["said"]


@pytest.mark.extra
def test_a_running_limner_is_no_trouble(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Process(home, "serve") as served:
        served.wait_for("/healthz")
        status, found = findings(home, LIMNER_PORT=str(served.port))
        assert status == 0
        assert str(served.process.pid) in found["port"]["said"]
        assert served.stop() == 0


def test_a_home_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    status, _ = findings(tmp_path / "home", LIMNER_PORT=str(free_port()))
    assert (status, list((tmp_path / "home").iterdir())) == (0, [])
    (tmp_path / "home" / "running.lock").write_text("what a killed server said")
    status, _ = findings(tmp_path / "home", LIMNER_PORT=str(free_port()))
    assert (status, (tmp_path / "home" / "running.lock").read_text()) == (0, "what a killed server said")


def test_a_limner_that_is_just_starting_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with (tmp_path / "home" / "running.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        status, found = findings(tmp_path / "home")
    assert (status, found["port"]["said"]) == (0, "Limner is just starting or stopping from this home")


def test_a_port_that_others_use_is_a_note_with_the_way_out(tmp_path: Path) -> None:
    with Process(tmp_path / "one", "web") as other:
        other.wait_for("/livez")
        status, found = findings(tmp_path / "two", LIMNER_PORT=str(other.port))
        assert status == 0
        assert found["port"]["state"] == "note"
        assert "limner serve --port" in found["port"]["said"]


def test_the_model_that_writes_prompts_here_is_named(tmp_path: Path) -> None:
    status, found = findings(tmp_path / "home", LIMNER_PORT=str(free_port()))
    assert (status, found["writer gpt2"]["state"]) == (0, "good")
    assert found["writer gpt2"]["said"].startswith("Scribe in /")


def test_a_writer_that_is_named_and_not_here_is_missing_with_the_way_to_get_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    status, found = findings(home, LIMNER_WRITER="someone/their-gpt2", HF_HOME=str(tmp_path / "cache"))
    assert (status, found["writer gpt2"]["state"]) == (1, "missing")
    command = f"hf download someone/their-gpt2 --local-dir {home}/models/someone/their-gpt2"
    assert found["writer gpt2"]["said"].endswith(command)


def test_the_chat_model_that_writes_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    table = f'[scribe]\nkind = "other"\nurl = "http://127.0.0.1:{free_port()}"\nmodels = []\nwrites = "llama3.2"\n'
    (home / "upstreams.toml").write_text(table)
    _, found = findings(home)
    assert found["writer chat"] == {
        "what": "writer chat", "state": "good", "said": "llama3.2 of scribe writes prompts", "mend": ""
    }  # fmt: skip
