"""The bundled model, as it ships: whole, listed truthfully, and small enough for a small machine."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from limner.engines.adapters.openvino.wording import Wording
from limner.engines.catalog import facts, installed, model
from limner.engines.contract import Drawn, DrawOrder, DrawRequest, ImageRef, Size, Task
from limner.engines.dialects import LIMNER
from limner.engines.placement import open_placement
from limner.engines.placement.child import ChildPlacement
from limner.engines.validation import Ask, make_request
from limner.engines.weights import verify
from limner.engines.words import words_of

STORYBOOK = model("storybook")
MOST_RESIDENT = 320 * 1024


def resident(pid: int) -> int:
    """Kilobytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def test_storybook_is_here_and_whole() -> None:
    assert installed(STORYBOOK)
    assert STORYBOOK.path is not None
    verify(STORYBOOK.path, STORYBOOK.title)


def test_storybook_knows_the_words_of_the_first_prompt_anybody_types() -> None:
    assert STORYBOOK.capabilities.unknown_words(words_of("a friendly robot holding a flower")) == []


@pytest.mark.extra
async def test_storybook_reads_exactly_as_many_words_and_marks_as_it_says() -> None:
    able = STORYBOOK.capabilities
    assert able.max_words is not None
    full = "a red cat" + ", a" * ((able.max_words - 4) // 2) + " snow" * (1 + able.max_words % 2)
    shorter = full.removesuffix(" snow")
    assert (able.lost_end(full), able.lost_end(f"{full} night")) == ("", "night")
    placement = open_placement(STORYBOOK)
    try:
        shorter_one, full_one, longer_one = [
            [event.data async for event in placement.draw(_quick(prompt)) if isinstance(event, Drawn)]
            for prompt in (shorter, full, f"{full} night")
        ]
    finally:
        await placement.close()
    assert full_one != shorter_one
    assert full_one == longer_one


def _quick(prompt: str) -> DrawOrder:
    request, _ = make_request(Ask(prompt, size="512x512", seed=3, steps=2), LIMNER, STORYBOOK)
    return DrawOrder("job", 1, request, (0,))


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "my grandmother",
        "a dancing king",
        "just do it",
        "it",
        "wearing",
        "left and right",
        "very beautiful",
        "a red",
    ],
)
def test_what_names_nothing_in_storybooks_world_brings_a_scene_that_does(prompt: str) -> None:
    assert STORYBOOK.path is not None
    said = facts(STORYBOOK.path)
    wording = Wording(said.words, said.fallback, said.naming)
    request = DrawRequest(prompt, "storybook", Size(512, 512), Size(512, 512), 0, 20, 3.5)
    assert [wording.prompt(request, seed) for seed in range(24)] == list(map(wording.known, said.fallback))


@pytest.mark.parametrize(
    "prompt", ["kittens", "two foxes", "a sunny day", "the sea", "in the rain", "a blue sky", "a cup of tea", "stars"]
)
def test_one_word_that_names_something_is_enough(prompt: str) -> None:
    assert STORYBOOK.path is not None
    said = facts(STORYBOOK.path)
    wording = Wording(said.words, said.fallback, said.naming)
    request = DrawRequest(prompt, "storybook", Size(512, 512), Size(512, 512), 0, 20, 3.5)
    assert wording.prompt(request, 0) == wording.known(prompt)


@pytest.fixture
def _two_processors() -> Iterator[None]:
    """What is started here runs on two processors: OpenVINO takes memory for as many threads as it finds."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:2])
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.extra
@pytest.mark.usefixtures("_two_processors")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc; elsewhere nothing says it")
async def test_storybook_draws_within_the_memory_it_is_allowed() -> None:
    ask = Ask("a friendly robot holding a flower", size="1024x1024", n=2, seed=1)
    request, notices = make_request(ask, LIMNER, STORYBOOK)
    assert notices == []
    file = io.BytesIO()
    Image.new("RGBA", (1024, 1024), (90, 160, 90, 0)).save(file, "PNG")
    image = ImageRef("image", 1024, 1024, has_alpha=True)
    edit = replace(request, n=1, task=Task.EDIT, images=(image,), mask=image, background="transparent")
    placement = open_placement(STORYBOOK)
    assert isinstance(placement, ChildPlacement)
    try:
        order = DrawOrder("job", 1, request, (0, 1))
        pictures = [event async for event in placement.draw(order) if isinstance(event, Drawn)]
        edited = DrawOrder("job 2", 1, edit, (0,), {"image": file.getvalue()})
        assert len([event async for event in placement.draw(edited) if isinstance(event, Drawn)]) == 1
        assert placement.pid is not None
        assert resident(placement.pid) <= MOST_RESIDENT
    finally:
        await placement.close()
    assert [len(picture.data) for picture in pictures] == [1024 * 1024 * 3] * 2
