"""What a request brings along is counted and timed as it comes, while others are served."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from limner.config import body as bodies
from limner.config.body import Body, Limit, limit_of
from limner.config.door import Refusal
from limner.config.wire import Message
from tests.cli.process import Process

LINE = b"POST %s HTTP/1.1\r\nhost: localhost\r\n"
EDITS, GENERATIONS = b"/v1/images/edits", b"/v1/images/generations"
FORM = b"content-type: multipart/form-data; boundary=x\r\n"
JSON = b"content-type: application/json\r\n"
PIECE = bytes(100_000)
DRIPS = 30


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with Process(tmp_path_factory.mktemp("body") / "home", "web") as process:
        process.wait_for("/livez")
        yield process


def connected(web: Process) -> socket.socket:
    return socket.create_connection(("127.0.0.1", web.port), timeout=40)


def answer_on(wire: socket.socket) -> tuple[int, dict[str, str], Any]:
    """Everything that comes until the other side ends: an answer, its headers, and the JSON in it."""
    said = b""
    while piece := wire.recv(65536):
        said += piece
    head, _, content = said.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert len(content) == int(headers["content-length"])
    return int(first.split()[1]), headers, json.loads(content)


def refused(wire: socket.socket, status: int) -> str:
    """The sentence of a refusal in the envelope."""
    told, headers, document = answer_on(wire)
    assert told == status, document
    assert headers["content-type"] == "application/json"
    assert headers["x-request-id"].startswith("req_")
    assert float(headers["openai-processing-ms"]) >= 0
    error = document["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    message: str = error["message"]
    return message


# Size -----------------------------------------------------------------------------------------------------------


def test_a_client_that_sends_all_of_too_large_a_body_before_it_reads_still_reads_why(web: Process) -> None:
    with connected(web) as wire:
        wire.sendall(LINE % EDITS + FORM + b"content-length: 70000000\r\n\r\n")
        for _ in range(700):
            wire.sendall(PIECE)
        assert "LIMNER_MAX_BODY_MB" in refused(wire, 413)


def test_too_large_a_body_without_a_length_is_answered_when_it_passes_the_limit(web: Process) -> None:
    with connected(web) as wire:
        wire.sendall(LINE % EDITS + FORM + b"transfer-encoding: chunked\r\n\r\n")
        for _ in range(700):
            wire.sendall(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
        wire.sendall(b"0\r\n\r\n")
        assert refused(wire, 413).startswith("Maximum content size limit (64000000) exceeded")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (GENERATIONS, 1_000_000),
        (b"/v1/models", 1_000_000),
        (b"/api/v1/jobs", 1_000_000),
        (b"/make", 1_000_000),
        (EDITS, 30_000_000),
        (b"/images/edits", 30_000_000),
        (b"/openai/deployments/any/images/edits", 30_000_000),
        (b"/sdapi/v1/img2img", 30_000_000),
    ],
)
def test_json_may_be_large_only_where_pictures_come_in_it(web: Process, path: bytes, allowed: int) -> None:
    limit = limit_of(path.decode(), {"content-type": "Application/JSON; charset=utf-8"}, 64_000_000)
    assert limit.most == allowed
    answer = web.ask("POST", path.decode(), content_length=str(allowed + 1), content_type="application/json")
    assert answer.status == 413
    assert f"({allowed})" in answer.text


def test_what_only_calls_itself_a_form_is_json() -> None:
    kind = 'application/json; profile="multipart/form-data"'
    assert limit_of("/v1/images/generations", {"content-type": kind}, 64_000_000).most == 1_000_000
    assert (
        limit_of("/v1/images/edits", {"content-type": "MULTIPART/form-data; boundary=x"}, 64_000_000).most
        == 64_000_000
    )


def test_the_operators_limit_holds_for_json_too() -> None:
    limit = limit_of("/v1/images/edits", {"content-type": "application/json"}, 5_000_000)
    assert limit.most == 5_000_000
    assert "LIMNER_MAX_BODY_MB" in limit.advice


def test_a_client_that_asks_first_need_not_send_what_is_too_large(web: Process) -> None:
    with connected(web) as wire:
        wire.sendall(LINE % GENERATIONS + JSON + b"expect: 100-continue\r\ncontent-length: 2000000\r\n\r\n")
        assert wire.recv(65536).startswith(b"HTTP/1.1 413 ")
    with connected(web) as wire:
        wire.sendall(LINE % GENERATIONS + JSON + b"expect: 100-continue\r\ncontent-length: 2\r\n\r\n")
        assert wire.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.sendall(b"{}")
        assert wire.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_after_a_refusal_the_same_client_is_served_again(web: Process) -> None:
    for _ in range(3):
        with connected(web) as wire:
            wire.sendall(LINE % GENERATIONS + JSON + b"content-length: 1000001\r\n\r\n" + bytes(1_000_001))
            assert refused(wire, 413).startswith("Maximum content size limit (1000000) exceeded")
        assert web.ask("GET", "/v1/models").status == 200


def test_a_refused_page_says_it_in_a_sentence(web: Process) -> None:
    kind = "application/x-www-form-urlencoded"
    answer = web.ask("POST", "/make", content_length="2000000", content_type=kind, accept="text/html")
    assert answer.status == 413
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "key"), [("/sdapi/v1/txt2img", "detail"), ("/hf/storybook", "error"), ("/api/v1/jobs", "error")]
)
def test_each_api_is_refused_in_its_own_words(web: Process, path: str, key: str) -> None:
    answer = web.ask("POST", path, content_length="99000000", content_type="application/json")
    assert answer.status == 413
    said = answer.json[key]
    assert "Maximum content size limit" in (said["message"] if isinstance(said, dict) else said)


# Time -----------------------------------------------------------------------------------------------------------


@pytest.mark.extra
def test_bodies_slower_than_a_byte_a_second_are_refused_while_others_are_served(web: Process) -> None:
    began = time.monotonic()
    with ExitStack() as opened:
        wires = [opened.enter_context(connected(web)) for _ in range(DRIPS)]
        for wire in wires:
            wire.sendall(LINE % GENERATIONS + JSON + b"content-length: 40\r\n\r\n{")
        slowest = 0.0
        while time.monotonic() - began < 12:
            time.sleep(1.5)
            for wire in wires[1:]:  # the first sends nothing more
                wire.sendall(b" ")
            asked = time.monotonic()
            assert web.ask("GET", "/v1/models").status == 200
            slowest = max(slowest, time.monotonic() - asked)
        for wire in wires:
            assert "too slowly" in refused(wire, 408)
    assert slowest < 2
    assert web.ask("POST", GENERATIONS.decode(), b"{}", content_type="application/json").status == 400


class Slow:
    """A client that sends `pieces`, each after its own number of seconds, and then no more."""

    def __init__(self, *pieces: tuple[float, bytes]) -> None:
        self._pieces = list(pieces)

    async def receive(self) -> Message:
        if not self._pieces:
            await asyncio.Event().wait()
        seconds, piece = self._pieces.pop(0)
        await asyncio.sleep(seconds)
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}


async def read(client: Slow, **headers: str) -> bytes:
    body = Body(client.receive, Limit(1_000_000, ""), {"content-length": "1000", **headers})
    whole = b""
    while not body.complete:
        message = await body.receive()
        if message["type"] == "http.disconnect" and body.refusal is not None:
            raise body.refusal
        whole += message.get("body", b"")
    return whole


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything goes a hundred times as fast."""
    monkeypatch.setattr(bodies, "PATIENCE", 0.15)
    monkeypatch.setattr(bodies, "SLOWEST", 100_000)


@pytest.mark.usefixtures("quick")
async def test_a_body_that_keeps_coming_may_take_its_time() -> None:
    pieces = [(0.05, bytes(20_000))] * 10
    assert len(await read(Slow(*pieces))) == 200_000


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("pieces", [[], [(0.0, bytes(50_000))], [(0.05, b"x")] * 100], ids=["none", "stops", "drips"])
async def test_a_body_that_stops_or_drips_is_given_up(pieces: list[tuple[float, bytes]]) -> None:
    began = asyncio.get_running_loop().time()
    with pytest.raises(Refusal) as refusal:
        await read(Slow(*pieces, (10.0, b"")))
    assert refusal.value.status == 408
    assert asyncio.get_running_loop().time() - began < 2


@pytest.mark.usefixtures("quick")
async def test_once_the_body_is_there_the_answer_may_take_as_long_as_it_likes() -> None:
    client = Slow((0.0, b"{}"), (0.5, b""))
    body = Body(client.receive, Limit(1_000_000, ""), {})
    assert body.complete
    await body.receive()
    await body.receive()  # half a second: over three times the patience with a body


async def test_whoever_is_refused_may_finish_sending_and_no_more_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LINGER", 0.4)
    monkeypatch.setattr(bodies, "LINGER_PAUSE", 0.2)
    for client, at_least, complete in (
        (Slow((0.05, PIECE), (0.05, PIECE)), 0.1, True),
        (Slow((0.05, PIECE), (30.0, PIECE)), 0.2, False),
        (Slow(*[(0.01, PIECE)] * 1000), 0.4, False),
    ):
        body = Body(client.receive, Limit(10, ""), {"transfer-encoding": "chunked"})
        began = asyncio.get_running_loop().time()
        await body.linger()
        assert at_least * 0.9 < asyncio.get_running_loop().time() - began < at_least + 1.5
        assert body.complete is complete
