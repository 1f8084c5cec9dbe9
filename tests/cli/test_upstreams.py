"""The command line and servers that draw for money: the price before, the doctor, the models there are."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.cli.process import LIMNER, environment, free_port, limner
from tests.cli.test_doctor import findings
from tests.upstream.running import StandIn, stand_in

WISH = ("generate", "a red robot", "--model", "gpt-image-2", "--size", "1024x1024")


@pytest.fixture
def openai() -> Iterator[StandIn]:
    with stand_in() as server:
        yield server


def keyed(server: StandIn, key: str | None = None) -> dict[str, str]:
    return {"OPENAI_API_KEY": key or server.key, "OPENAI_BASE_URL": server.url}


def models(home: Path, **more: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(limner(home, "models", "list", "--json", **more).stdout)}


# generate -----------------------------------------------------------------------------------------------------


def test_without_a_terminal_nothing_is_spent_unless_it_is_said(tmp_path: Path, openai: StandIn) -> None:
    done = limner(tmp_path / "home", *WISH, "--n", "2", **keyed(openai))
    assert done.returncode == 2
    assert "costs about 10.6 cents (2 pictures, about 5.3 cents each): 1024x1024, medium quality." in done.stderr
    assert "There is no terminal to ask: add --yes to spend that." in done.stderr
    assert openai.requests == []
    assert list(tmp_path.iterdir()) == []


def test_yes_says_the_price_and_draws(tmp_path: Path, openai: StandIn) -> None:
    out = tmp_path / "out.png"
    done = limner(tmp_path / "home", *WISH, "--quality", "low", "--yes", "-o", str(out), **keyed(openai))
    assert (done.returncode, done.stdout) == (0, f"{out}\n"), done.stderr
    assert "costs about 0.6 cents: 1024x1024, low quality." in done.stderr
    assert [call.fields["quality"] for call in openai.calls] == ["low"]
    with Image.open(out) as picture:
        assert picture.size == (1024, 1024)


def test_the_price_is_that_of_the_quality_that_is_asked_for(tmp_path: Path, openai: StandIn) -> None:
    out = tmp_path / "out.png"
    assert limner(tmp_path / "home", *WISH, "--yes", "-o", str(out), **keyed(openai)).returncode == 0
    assert [call.fields["quality"] for call in openai.calls] == ["medium"]


@pytest.mark.parametrize(("answer", "status"), [("n", 1), ("", 1), ("y", 0)])
def test_at_a_terminal_it_asks_and_no_is_what_enter_means(
    tmp_path: Path, openai: StandIn, answer: str, status: int
) -> None:
    out = tmp_path / "out.png"
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*LIMNER, *WISH, "-o", str(out)],
        cwd=tmp_path,
        env=environment(tmp_path / "home", **keyed(openai)),
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    while b"[y/N]" not in said:
        said += os.read(ours, 1000)
    os.write(ours, f"{answer}\n".encode())
    said += _rest(ours)
    assert process.wait(timeout=60) == status, said.decode()
    os.close(ours)
    assert b"costs about 5.3 cents" in said
    assert len(openai.calls) == (1 if status == 0 else 0)
    assert out.exists() is (status == 0)


def _rest(terminal: int) -> bytes:
    """What is said until the other end closes."""
    said = b""
    while True:
        try:
            piece = os.read(terminal, 1000)
        except OSError:  # Linux's word for: nobody has the other end any more
            return said
        if not piece:
            return said
        said += piece


def test_what_is_drawn_here_is_never_asked_about(tmp_path: Path, openai: StandIn) -> None:
    out = tmp_path / "out.png"
    done = limner(
        tmp_path / "home", "generate", "a robot", "--size", "256x256", "--steps", "4", "-o", str(out), **keyed(openai)
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert openai.requests == []


# models -------------------------------------------------------------------------------------------------------


def test_the_list_says_what_a_picture_costs_and_who_draws_it(tmp_path: Path, openai: StandIn) -> None:
    found = models(tmp_path / "home", **keyed(openai))
    assert next(iter(found)) == "storybook"
    assert (found["storybook"]["upstream"], found["storybook"]["price"]) == (None, 0)
    assert (found["gpt-image-2"]["upstream"], found["gpt-image-2"]["price"]) == ("openai", 5.3)
    table = limner(tmp_path / "home", "models", "list", COLUMNS="300", **keyed(openai)).stdout
    assert "0.6 cents to 21.1 cents" in table
    assert openai.requests == []


def test_a_refresh_asks_the_upstream_and_remembers(tmp_path: Path) -> None:
    with stand_in(models=("gpt-image-2", "gpt-image-9", "text-model")) as server:
        done = limner(tmp_path / "home", "models", "refresh", **keyed(server))
        assert done.returncode == 0, done.stderr
        assert "openai: 2 models, new: gpt-image-9, gone: " in done.stdout
        assert server.key not in done.stdout
        found = models(tmp_path / "home", **keyed(server))
        assert {"storybook", "gpt-image-2", "gpt-image-9"} == set(found)


def test_a_refresh_that_fails_says_why(tmp_path: Path, openai: StandIn) -> None:
    done = limner(tmp_path / "home", "models", "refresh", "openai", **keyed(openai, "sk-wrong-key-0123456789"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "does not accept the key" in done.stderr
    assert "sk-wrong" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"), [(("acme",), "There is no upstream called acme. Configured: none."), ((), "No upstream is")]
)
def test_there_is_nothing_to_refresh(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = limner(tmp_path / "home", "models", "refresh", *words)
    assert done.returncode == 2
    assert said in done.stderr


# doctor -------------------------------------------------------------------------------------------------------


def test_the_doctor_finds_an_upstream_well(tmp_path: Path, openai: StandIn) -> None:
    status, found = findings(tmp_path / "home", LIMNER_PORT=str(free_port()), **keyed(openai))
    upstream = found["upstream openai"]
    assert (status, upstream["state"]) == (0, "good")
    assert (
        f"{openai.url} answers, key accepted (OPENAI_API_KEY in the environment), 7 image models" in upstream["said"]
    )
    assert upstream["facts"]["key_accepted"] is True
    assert openai.key not in json.dumps(found)
    assert [asked.method for asked in openai.requests] == ["GET"]
    assert not (tmp_path / "home").exists()


def test_the_doctor_says_where_the_key_stands(tmp_path: Path, openai: StandIn) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".env").write_text(f"OPENAI_API_KEY={openai.key}\nOPENAI_BASE_URL={openai.url}\n")
    _, found = findings(home, LIMNER_PORT=str(free_port()))
    assert found["upstream openai"]["facts"]["key"] == "OPENAI_API_KEY in LIMNER_HOME/.env"
    (home / ".env").rename(tmp_path / ".env")
    _, found = findings(home, LIMNER_PORT=str(free_port()))
    assert found["upstream openai"]["facts"]["key"] == "OPENAI_API_KEY in .env"
    (home / "upstreams.toml").write_text(f'[acme]\nkind = "limner"\nurl = "{openai.url}"\nkey = "{openai.key}"\n')
    _, found = findings(home, LIMNER_PORT=str(free_port()))
    assert found["upstream acme"]["facts"]["key"] == "key in upstreams.toml"


def test_a_key_that_is_refused_is_missing(tmp_path: Path, openai: StandIn) -> None:
    more = keyed(openai, "sk-wrong-key-0123456789")
    status, found = findings(tmp_path / "home", LIMNER_PORT=str(free_port()), **more)
    assert (status, found["upstream openai"]["state"]) == (1, "missing")
    assert "OPENAI_API_KEY in the environment" in found["upstream openai"]["mend"]
    assert "sk-wrong" not in json.dumps(found)


def test_an_upstream_that_is_away_is_a_note(tmp_path: Path, openai: StandIn) -> None:
    more = keyed(openai)
    openai.shut()
    status, found = findings(tmp_path / "home", LIMNER_PORT=str(free_port()), **more)
    assert (status, found["upstream openai"]["state"]) == (0, "note")
    assert found["upstream openai"]["facts"]["reachable"] is False


@pytest.mark.extra
def test_the_doctor_tells_what_was_spent(tmp_path: Path, openai: StandIn) -> None:
    home, more = tmp_path / "home", keyed(openai)
    assert limner(home, *WISH, "--yes", "-o", str(tmp_path / "out.png"), **more).returncode == 0
    _, found = findings(home, LIMNER_PORT=str(free_port()), **more)
    facts = found["upstream openai"]["facts"]
    assert facts["spent_this_month"] > 0
    assert (facts["uncertain_calls"], facts["last_error"]) == (0, None)
