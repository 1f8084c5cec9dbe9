"""A model that dies or hangs while it draws: items 65, 73 and 76 of the checklist."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise

import httpx
import openai
import pytest

from tests.api.checklist.conftest import PATIENCE
from tests.api.events import COMMENT, Event, events_in
from tests.serving import Server

TEN = {"model": "gpt-image-1", "prompt": "a red robot", "size": "1024x1024", "n": 10}
TRACES = ("Traceback", 'File "', "line ", ".py", "limner.", "0x")


@contextmanager
def dying(server: Server) -> Iterator[None]:
    """Inside, the process that holds the model dies again and again."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.05):
            if (model := server.model_process()) is not None:
                with suppress(ProcessLookupError):
                    os.kill(model, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()


@contextmanager
def still(server: Server) -> Iterator[None]:
    """Inside, the process that holds the model does nothing."""
    end = time.monotonic() + PATIENCE
    while (model := server.model_process()) is None:
        assert time.monotonic() < end
        time.sleep(0.1)
    os.kill(model, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(model, signal.SIGCONT)


@contextmanager
def streaming(server: Server, *, comments: bool = False) -> Iterator[Iterator[Event]]:
    """The events of ten pictures as they come."""
    asked, url = {**TEN, "stream": True}, f"{server.url}/v1/images/generations"
    with httpx.stream("POST", url, json=asked, timeout=PATIENCE) as answer:
        assert answer.status_code == 200
        yield (event for event in events_in(answer) if comments or event.name != COMMENT)


def test_065_a_model_that_crashes_is_a_500_without_a_stack_trace(server: Server) -> None:
    with dying(server):
        answer = httpx.post(f"{server.url}/v1/images/generations", json=TEN, timeout=PATIENCE)
    assert answer.status_code == 500
    error = answer.json()["error"]
    assert error["type"] in ("server_error", "image_generation_server_error")
    assert error["message"]
    assert not [trace for trace in TRACES if trace in error["message"]]
    assert answer.headers["x-should-retry"] in ("true", "false")


def test_073_what_fails_after_the_first_event_is_an_event_that_todays_library_raises(server: Server) -> None:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0, timeout=PATIENCE) as client:
        stream = client.images.generate(model="gpt-image-1", prompt="a red robot", n=10, stream=True)
        events = iter(stream)
        assert next(events).type == "image_generation.completed"
        with dying(server), pytest.raises(openai.APIError) as caught:
            list(events)
    assert isinstance(caught.value.body, dict)
    assert caught.value.body.keys() == {"type", "code", "message", "param"}
    assert (caught.value.type, caught.value.param) == ("server_error", None)
    assert caught.value.code == caught.value.body["code"] == "engine_crashed"


def test_073_the_event_is_called_error_and_ends_the_stream(server: Server) -> None:
    with streaming(server) as events:
        assert next(events).word == "completed"
        with dying(server):
            *others, last = events
    assert {event.word for event in others} <= {"completed"}
    assert last.name == last.data["type"] == "error"
    assert last.data["error"].keys() == {"type", "code", "message", "param"}


@pytest.mark.extra
def test_076_while_the_model_takes_its_time_a_comment_comes_at_least_every_15_seconds(server: Server) -> None:
    with still(server):
        heard = [time.monotonic()]
        with streaming(server, comments=True) as events:
            while len(heard) < 3:
                assert next(events).name == COMMENT
                heard.append(time.monotonic())
    assert max(after - before for before, after in pairwise(heard)) <= 15


@pytest.mark.extra
def test_076_todays_library_passes_over_comments(server: Server) -> None:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0, timeout=PATIENCE) as client:
        with still(server):
            # It returns with the headers, and those come with the first comment.
            stream = client.images.generate(model="gpt-image-1", prompt="a red robot", stream=True)
        assert [event.type for event in stream] == ["image_generation.completed"]
