"""The key is shown to nobody: not printed, not logged, not dumped, not sent to another process."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from limner.engines.upstreams import Secret, Upstream, models_of, read, remembered
from limner.engines.upstreams.remembering import FILE_NAME, remember
from tests.engines.upstreams.conftest import KEY

UPSTREAM = Upstream("house", "limner", "https://limner.example.com/v1", Secret(KEY)).offering(["storybook"])
MODEL = models_of(UPSTREAM)[0]


def logged(thing: object) -> str:
    out = io.StringIO()
    log = logging.Logger("test", logging.DEBUG)
    log.addHandler(logging.StreamHandler(out))
    log.debug("%s %r %s", thing, thing, {"thing": thing})
    return out.getvalue()


def traced(thing: object) -> str:
    try:
        raise ValueError(thing)
    except ValueError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def dumped(thing: object) -> str:
    return json.dumps(thing, default=str)


WAYS: list[Callable[[object], str]] = [repr, str, "{}".format, ascii, pprint.pformat, logged, traced, dumped]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(UPSTREAM.key, id="secret"),
        pytest.param(UPSTREAM, id="upstream"),
        pytest.param([UPSTREAM], id="list"),
        pytest.param(MODEL, id="model"),
        pytest.param(dataclasses.asdict(UPSTREAM), id="asdict"),
        pytest.param(dataclasses.asdict(MODEL), id="model asdict"),
        pytest.param(MODEL.to_json(), id="model json"),
    ],
)
def test_no_way_to_show_a_thing_shows_the_key(way: Callable[[object], str], thing: object) -> None:
    shown = way(thing)
    assert shown
    assert KEY not in shown
    assert KEY[8:] not in shown


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_cannot_be_pickled_alone_or_in_its_upstream(protocol: int) -> None:
    for thing in (UPSTREAM.key, UPSTREAM, {"a": UPSTREAM.key}):
        with pytest.raises(TypeError, match="cannot be pickled") as caught:
            pickle.dumps(thing, protocol)
        assert KEY not in str(caught.value)
    assert KEY.encode() not in pickle.dumps(MODEL)


def test_json_refuses_a_secret() -> None:
    with pytest.raises(TypeError):
        json.dumps(UPSTREAM.key)


def test_what_upstreams_said_is_kept_without_the_key(tmp_path: Path) -> None:
    remember(UPSTREAM, ["a"], tmp_path)
    assert remembered(UPSTREAM, tmp_path) == ("a",)
    assert KEY not in (tmp_path / FILE_NAME).read_text()


def test_only_revealing_it_gives_a_secret_out() -> None:
    assert UPSTREAM.key.reveal() == KEY
    assert UPSTREAM.auth() == {"authorization": f"Bearer {KEY}"}
    assert dataclasses.replace(UPSTREAM, key_header="api-key").auth() == {"api-key": KEY}
    assert dataclasses.replace(UPSTREAM, key=Secret()).auth() == {}


def test_secrets_are_alike_when_their_texts_are_and_never_change() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert copy.deepcopy(UPSTREAM.key) is copy.copy(UPSTREAM.key) is UPSTREAM.key
    assert not Secret()
    assert UPSTREAM.key
    assert (str(Secret()), repr(Secret()), f"{UPSTREAM.key:>5}") == ("", "Secret('')", "  •••")
    with pytest.raises(AttributeError, match="does not change"):
        UPSTREAM.key._text = "other"


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        (f'[house]\nkind = "limner"\nurl = "https://x.org"\nkey = "{KEY} "\nkey_env = "A"', {}),
        (f'[house]\nkind = "limner"\nurl = "https://x.org"\nkey = "{KEY} {KEY}"', {}),
        (f'[house]\nkind = "limner"\nurl = "https://me:{KEY}@x.org"', {}),
        (f'[house]\nkind = "limner"\nurl = "https://x.org"\nkey_env = "{KEY}"', {}),
        (f'[house]\nkind = "{KEY}"\nurl = "https://x.org"', {}),
        (f'[house]\nkind = "limner"\nurl = "https://x.org"\nsupports = ["{KEY}"]', {}),
        (f'[house]\nkey = "{KEY}', {}),
        (f'key = "{KEY}"', {}),
        ("", {"OPENAI_API_KEY": f"{KEY}\n{KEY}"}),
        ("", {"OPENAI_API_KEY": KEY, "OPENAI_API_KEY_FILE": "/nowhere"}),
        ("", {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://example.com"}),
    ],
)
def test_no_error_of_the_configuration_quotes_the_key(tmp_path: Path, text: str, environment: dict[str, str]) -> None:
    if text:
        (tmp_path / "upstreams.toml").write_text(text)
    with pytest.raises(Exception, match=r".") as caught:
        read(environment, tmp_path)
    shown = "".join(traceback.format_exception(caught.value))
    assert KEY not in shown
    assert "upstreams.toml" in str(caught.value) or "OPENAI_" in str(caught.value)
