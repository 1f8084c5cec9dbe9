"""The contract crosses process borders: what goes over as JSON comes back the same."""

from __future__ import annotations

import json
import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner import errors
from limner.engines.catalog import Model
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, DrawRequest, ImageRef, Preview, Progress, Size, Task
from limner.engines.placement import messages
from limner.engines.placement.frames import BadFrame, pack
from tests.engines.puppet import puppet

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
names = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=36)
sizes = st.builds(Size, st.integers(1, 9999), st.integers(1, 9999))
references = st.builds(ImageRef, names, st.integers(1, 9999), st.integers(1, 9999), st.booleans())
requests = st.builds(
    DrawRequest,
    prompt=texts,
    model=names,
    size=sizes,
    draw_size=sizes,
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(1, 200),
    guidance=st.floats(0, 30),
    task=st.sampled_from(Task),
    n=st.integers(1, 10),
    negative_prompt=texts,
    images=st.lists(references, max_size=3).map(tuple),
    mask=st.none() | references,
    strength=st.none() | st.floats(0, 1),
    output_format=st.sampled_from(["png", "jpeg", "webp"]),
    background=st.sampled_from(["auto", "opaque", "transparent"]),
)
orders = st.builds(
    DrawOrder,
    job=names,
    attempt=st.integers(1, 9),
    request=requests,
    indices=st.lists(st.integers(0, 9), unique=True).map(tuple),
    images=st.dictionaries(names, st.binary(max_size=50), max_size=3),
)
events = st.one_of(
    st.builds(Progress, names, st.integers(0, 9), st.integers(1, 99), st.integers(1, 99)),
    st.builds(Preview, names, st.integers(0, 9), st.integers(1, 99), st.binary(max_size=50)),
    st.builds(
        Drawn,
        names,
        st.integers(0, 9),
        sizes,
        st.sampled_from(["RGB", "RGBA", "file"]),
        st.binary(max_size=50),
        st.floats(0, 9),
    ),
)


@given(requests)
def test_a_request_comes_back_from_json_the_same(request: DrawRequest) -> None:
    assert DrawRequest.from_json(json.loads(json.dumps(request.to_json()))) == request


def test_a_request_of_an_older_limner_says_nothing_of_the_background() -> None:
    request = DrawRequest("a cat", "storybook", Size(8, 8), Size(8, 8), 1, 4, 3.0)
    old = request.to_json()
    del old["background"]
    assert DrawRequest.from_json(old) == request


@given(orders)
def test_an_order_comes_back_from_its_frame_the_same(order: DrawOrder) -> None:
    header, body = messages.order_frame(order)
    assert messages.order_from(json.loads(json.dumps(header)), body) == order


@given(events)
def test_an_event_comes_back_from_its_frame_the_same(event: DrawEvent) -> None:
    header, body = messages.event_frame(event)
    assert messages.event_from(json.loads(json.dumps(header)), body) == event


@pytest.mark.parametrize("vocabulary", [None, frozenset({"a", "robot"})])
def test_a_model_comes_back_from_json_the_same(vocabulary: frozenset[str] | None) -> None:
    model = puppet("says nothing", vocabulary=vocabulary)
    assert Model.from_json(json.loads(json.dumps(model.to_json()))) == model


def _every_error() -> list[type[errors.LimnerError]]:
    def below(kind: type[errors.LimnerError]) -> list[type[errors.LimnerError]]:
        return [kind, *(found for child in kind.__subclasses__() for found in below(child))]

    return [kind for kind in below(errors.LimnerError) if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", _every_error()[1:])
def test_every_error_comes_back_as_itself(kind: type[errors.LimnerError]) -> None:
    error = kind("Do this instead.")
    again = messages.error_from(json.loads(json.dumps(messages.error_header(error))))
    assert type(again) is kind
    assert (again.message, again.code, again.status) == (error.message, error.code, error.status)
    assert (again.retryable, again.fault) == (error.retryable, error.fault)


def test_an_error_class_of_a_stranger_comes_back_as_an_engine_error_with_its_words() -> None:
    class Overheated(errors.EngineError):
        code = "overheated"
        retryable = True

    again = messages.error_from(messages.error_header(Overheated("Let it cool.")))
    assert type(again) is errors.EngineError
    assert (again.message, again.code, again.retryable) == ("Let it cool.", "overheated", True)


fields = st.sampled_from(["event", "job", "index", "step", "steps", "size", "mode", "seconds"])
values = st.sampled_from(["progress", "preview", "drawn", "", "8x8", 1, -1, 2.5, None, True, [], {}, [1], {"a": 1}])


@given(st.dictionaries(fields, values))
def test_a_broken_event_is_a_bad_frame_and_nothing_else(header: dict[str, object]) -> None:
    with suppress(BadFrame):
        messages.event_from(header, b"")


@pytest.mark.parametrize("text", ["", "x", "1x", "x1", "1x2x3", "-1x2", " 1x2", "1X2", "1.0x2", "１x２", "axb"])
def test_a_size_that_is_not_two_plain_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not WIDTHxHEIGHT"):
        Size.parse(text)


@given(sizes)
def test_a_size_reads_as_it_is_written(size: Size) -> None:
    assert Size.parse(str(size)) == size


def test_a_frame_says_its_lengths_before_its_contents() -> None:
    start, body = pack({"kind": "end"}, b"abc")
    assert start == b"LIM1" + (14).to_bytes(4, "big") + (3).to_bytes(4, "big") + b'{"kind":"end"}'
    assert body == b"abc"
