"""How an upstream is doing just now, told within a few seconds whatever it does, and where its key stands."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from limner.engines.upstreams import Secret, Upstream
from limner.engines.upstreams.looking import State, key_source, look_at, look_at_all
from tests.upstream.running import stand_in

AZURE = Upstream("house", "azure", "http://127.0.0.1:9/openai/deployments/{model}", Secret("sk-not-shown"))


async def test_one_that_answers_takes_the_key_and_says_how_many_models_it_has() -> None:
    with stand_in() as server:
        seen = await look_at(Upstream("openai", "openai", server.url, Secret(server.key)))
        assert (seen.state, seen.reachable, seen.key_accepted, seen.models) == (State.ANSWERS, True, True, 7)
        assert [(asked.method, asked.path) for asked in server.requests] == [("GET", "/v1/models")]


async def test_a_wrong_key_is_told_from_a_server_that_is_away() -> None:
    with stand_in() as server:
        wrong = Upstream("openai", "openai", server.url, Secret("sk-wrong-key"))
        seen = await look_at(wrong)
        assert (seen.state, seen.reachable, seen.key_accepted) == (State.REFUSES, True, False)
        assert "sk-wrong" not in repr(seen)
        server.shut()
        seen = await look_at(wrong)
        assert (seen.state, seen.reachable, seen.key_accepted) == (State.TROUBLE, False, None)


async def test_a_server_that_hangs_holds_nobody_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hangs = Upstream("slow", "openai", f"http://127.0.0.1:{silent.getsockname()[1]}/v1", Secret("sk-x"))
        begun = time.monotonic()
        seen = await look_at_all([hangs, replace(hangs, name="slower")], 0.3)
        assert time.monotonic() - begun < 3
        assert [one.state for one in seen] == [State.TROUBLE, State.TROUBLE]
        assert seen[1].said == "slower did not answer within 0.3 seconds."


async def test_what_has_no_list_of_models_is_not_asked() -> None:
    seen = await look_at(AZURE)
    assert (seen.state, seen.reachable, seen.key_accepted) == (State.UNASKED, None, None)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[house]\nkey = "sk-not-shown"\n', "key in upstreams.toml"),
        ('[house]\nkey_file = "key.txt"\n', "key_file in upstreams.toml"),
        ('[house]\nkey_env = "HOUSE_KEY"\n', "HOUSE_KEY in the environment"),
        ("not toml", "upstreams.toml"),
    ],
)
def test_a_key_is_told_by_its_place_and_never_shown(tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "upstreams.toml").write_text(table)
    assert key_source(AZURE, {"HOUSE_KEY": "sk-not-shown"}, tmp_path, tmp_path / "elsewhere") == said


def test_the_key_of_openai_is_told_by_the_file_that_it_stands_in(tmp_path: Path) -> None:
    openai, home, here = replace(AZURE, name="openai"), tmp_path / "home", tmp_path / "here"
    for folder in (home, here):
        folder.mkdir()
    (here / ".env").write_text("OPENAI_API_KEY=sk-not-shown\n")
    assert key_source(openai, {}, home, here) == "OPENAI_API_KEY in .env"
    (home / ".env").write_text("OPENAI_API_KEY_FILE=/run/key\n")
    assert key_source(openai, {}, home, here) == "OPENAI_API_KEY in LIMNER_HOME/.env"
    assert key_source(replace(openai, key=Secret()), {}, home, here) == "no key"
