"""A stream of pictures that another server streams to us, from end to end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.events import COMMENT, events_in
from tests.serving import Server, serving
from tests.upstream.bad_days import blocked
from tests.upstream.running import StandIn, stand_in

PATIENCE = 60.0
ASKED = {"model": "gpt-image-2", "prompt": "a cat", "size": "1024x1024", "quality": "high", "stream": True}


@pytest.fixture(scope="module")
def openai() -> Iterator[StandIn]:
    """Its first day is a good one; then it does not like what it is asked for."""
    with stand_in([None, blocked()]) as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, openai: StandIn) -> Iterator[Server]:
    home: Path = tmp_path_factory.mktemp("home")
    more = {"LIMNER_TARGETS": "gpt-image-2=gpt-image-2"}
    with serving(home, OPENAI_API_KEY=openai.key, OPENAI_BASE_URL=openai.url, **more) as running:
        yield running


def test_what_an_upstream_streams_is_passed_on_and_its_refusal_is_a_plain_answer(
    server: Server, openai: StandIn
) -> None:
    url = f"{server.url}/v1/images/generations"
    with httpx.stream("POST", url, json={**ASKED, "partial_images": 2}, timeout=PATIENCE) as answer:
        assert answer.status_code == 200, answer.read()
        *partial, completed = [event for event in events_in(answer) if event.name != COMMENT]
    assert openai.calls[0].fields["stream"] is True
    assert completed.name == "image_generation.completed"
    assert len(partial) <= 2
    assert {event.name for event in partial} <= {"image_generation.partial_image"}
    assert {event.picture().size for event in (*partial, completed)} == {(1024, 1024)}
    assert completed.data["usage"]["output_tokens"] == 7024  # the stand-in's own account
    assert completed.data["limner"]["model"] == "gpt-image-2"

    refused = httpx.post(url, json=ASKED, timeout=PATIENCE)
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "moderation_blocked"
