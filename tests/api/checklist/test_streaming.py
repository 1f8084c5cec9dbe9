"""Streams: items 66 to 77 of the checklist, and 17: who hangs up takes the job along."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from PIL import Image, ImageChops, ImageStat

from tests.api.checklist.conftest import PATIENCE
from tests.api.events import Event, events_in
from tests.api.files import picture
from tests.serving import Server

GPT = {"model": "gpt-image-1", "prompt": "a red robot", "size": "1024x1024", "output_format": "webp"}
TEN = {**GPT, "n": 10}


@contextmanager
def answering(
    server: Server, route: str = "generations", headers: dict[str, str] | None = None, **asked: Any
) -> Iterator[httpx.Response]:
    url = f"{server.url}/v1/images/{route}"
    with httpx.stream("POST", url, headers=headers, timeout=PATIENCE, **asked) as answer:
        yield answer


def told(answer: httpx.Response) -> Iterator[Event]:
    """The events, without the comments that keep a slow stream alive: this machine may be a busy one."""
    return (event for event in events_in(answer) if event.name != "comment")


def streamed(server: Server, **more: Any) -> list[Event]:
    """All events of a generation."""
    with answering(server, json={**GPT, "stream": True, **more}) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        return list(told(answer))


@pytest.fixture(scope="module")
def heard(server: Server) -> list[Event]:
    """The events of one picture that two partial ones were asked of."""
    return streamed(server, partial_images=2)


def newest_job(server: Server) -> dict[str, Any]:
    job: dict[str, Any] = httpx.get(f"{server.url}/api/v1/jobs", timeout=PATIENCE).json()["jobs"][0]
    return job


def ends_as(server: Server, state: str) -> dict[str, Any]:
    """The newest job, once it is in this state."""
    end = time.monotonic() + PATIENCE
    while (job := newest_job(server))["state"] != state:
        assert time.monotonic() < end, job
        time.sleep(0.1)
    return job


def ground(image: Image.Image) -> Image.Image:
    """A picture of nothing but the other's mean colour."""
    mean = ImageStat.Stat(image.convert("RGB")).mean
    return Image.new("RGB", image.size, tuple(round(value) for value in mean))


def difference(one: Image.Image, other: Image.Image) -> float:
    """By how much two pictures differ, on the whole."""
    apart = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return sum(ImageStat.Stat(apart).mean)


def test_017_who_hangs_up_cancels_the_job_before_it_is_done(server: Server) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{server.url}/v1/images/generations", json=TEN, timeout=httpx.Timeout(PATIENCE, read=1.0))
    assert len(ends_as(server, "cancelled")["pictures"]) < 10


def test_017_who_hangs_up_on_a_stream_cancels_the_job_too(server: Server) -> None:
    with answering(server, json={**TEN, "stream": True, "partial_images": 1}) as answer:
        assert next(told(answer)).word == "partial_image"
    assert len(ends_as(server, "cancelled")["pictures"]) < 10


def test_066_without_partial_images_one_event_completes_it(server: Server) -> None:
    assert [event.name for event in streamed(server)] == ["image_generation.completed"]


def test_067_at_most_two_partial_pictures_in_order_and_then_one_completed(heard: list[Event]) -> None:
    *partial, completed = heard
    assert 1 <= len(partial) <= 2
    assert {event.name for event in partial} == {"image_generation.partial_image"}
    assert [event.data["partial_image_index"] for event in partial] == list(range(len(partial)))
    assert completed.name == "image_generation.completed"


def test_067_partial_pictures_come_from_the_drawing_and_are_as_large_as_it(heard: list[Event]) -> None:
    *partial, completed = (event.picture() for event in heard)
    assert {image.size for image in partial} == {completed.size} == {(1024, 1024)}
    assert {image.format for image in partial} == {completed.format} == {"WEBP"}
    # The same drawing, a little before it was done: far nearer to it than to a plain ground.
    assert difference(partial[-1], completed) < 0.5 * difference(ground(completed), completed)


def test_068_every_event_is_one_object_that_says_what_it_is(heard: list[Event]) -> None:
    for event in heard:
        assert event.data["type"] == event.name
        assert isinstance(event.data["created_at"], int)
        assert abs(event.data["created_at"] - time.time()) < 600
        words = ("size", "quality", "background", "output_format", "b64_json")
        assert [type(event.data[word]) for word in words] == [str] * 5
        assert (event.data["size"], event.data["output_format"]) == ("1024x1024", "webp")


def test_069_the_last_event_has_a_usage_and_the_others_have_none(heard: list[Event]) -> None:
    *partial, completed = heard
    assert not [event for event in partial if "usage" in event.data]
    usage = completed.data["usage"]
    assert usage.keys() >= {"input_tokens", "input_tokens_details", "output_tokens", "total_tokens"}
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert usage["input_tokens_details"].keys() == {"text_tokens", "image_tokens"}


def test_071_an_edit_streams_events_of_its_own_name(server: Server) -> None:
    fields = {"model": "gpt-image-1", "prompt": "a hat", "stream": "true", "partial_images": "2"}
    with answering(server, "edits", data=fields, files={"image": ("a.png", picture((512, 512)))}) as answer:
        names = [event.name for event in told(answer)]
    assert names[-1] == "image_edit.completed"
    assert 1 <= len(names) - 1 <= 2
    assert set(names[:-1]) == {"image_edit.partial_image"}


@pytest.mark.parametrize(
    ("wrong", "param"), [({"n": 0}, "n"), ({"partial_images": 4}, "partial_images"), ({"size": "9x9"}, "size")]
)
def test_072_a_wrong_parameter_is_a_plain_400_and_no_stream(
    server: Server, wrong: dict[str, Any], param: str
) -> None:
    with answering(server, json={**GPT, "stream": True, **wrong}) as answer:
        body = answer.read()
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    assert answer.json()["error"]["param"] == param
    assert b"event:" not in body


def test_074_a_client_that_accepts_json_alone_gets_its_stream(server: Server) -> None:
    asked = {**GPT, "stream": True}
    with answering(server, headers={"accept": "application/json"}, json=asked) as answer:
        assert [event.name for event in told(answer)] == ["image_generation.completed"]


def test_075_two_pictures_are_two_completed_events(server: Server) -> None:
    first, second = streamed(server, n=2, seed=7)
    assert [first.name, second.name] == ["image_generation.completed"] * 2
    assert first.data["b64_json"] != second.data["b64_json"]


@pytest.mark.parametrize("format", ["gif", "svg"])
@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-2.6-flare"])
def test_077_a_format_that_cannot_be_streamed_is_refused(server: Server, model: str, format: str) -> None:
    with answering(server, json={**GPT, "model": model, "stream": True, "output_format": format}) as answer:
        answer.read()
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "output_format"
