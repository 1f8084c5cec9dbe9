"""The bundled prompt writer, as it ships: whole, small, in Storybook's process, writing what Storybook can draw."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from limner.engines.catalog import model
from limner.engines.contract import Drawn, DrawOrder, WriteOrder
from limner.engines.dialects import LIMNER
from limner.engines.placement.child import ChildPlacement
from limner.engines.placement.writing import close_desks, desk
from limner.engines.validation import Ask, make_request
from limner.engines.weights import verify
from limner.engines.words import words_of
from limner.errors import ModelBroken
from tests.engines.test_child import events_of
from tests.engines.test_storybook import MOST_RESIDENT, resident
from tests.engines.test_writing import text_of

pytestmark = pytest.mark.extra

STORYBOOK = model("storybook")
assert STORYBOOK.writer is not None
SCRIBE = STORYBOOK.writer
MOST_BYTES = 4 * 1024 * 1024


@pytest.fixture
def _two_processors() -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:2])
    yield
    os.sched_setaffinity(0, before)


@pytest.fixture
async def placement() -> AsyncIterator[ChildPlacement]:
    placement = ChildPlacement(STORYBOOK)
    yield placement
    await placement.close()


def picture(job: str = "job", *, size: str = "512x512") -> DrawOrder:
    request, _ = make_request(Ask("a friendly robot holding a flower", size=size, seed=1), LIMNER, STORYBOOK)
    return DrawOrder(job, 1, request, (0,))


def test_scribe_is_here_and_whole_and_small() -> None:
    verify(SCRIBE)
    assert sum(path.stat().st_size for path in SCRIBE.iterdir()) <= MOST_BYTES


async def test_the_same_seed_writes_the_same_prompt_and_another_seed_another(placement: ChildPlacement) -> None:
    first = [await text_of(placement, WriteOrder(seed=seed)) for seed in range(10)]
    assert [await text_of(placement, WriteOrder(seed=seed)) for seed in range(10)] == first
    assert len(set(first)) >= 9
    likeliest = {await text_of(placement, WriteOrder(seed=seed, temperature=0)) for seed in range(3)}
    assert len(likeliest) == 1


async def test_every_word_is_one_that_storybook_knows_and_every_space_is_right(placement: ChildPlacement) -> None:
    for seed in range(50):
        text = await text_of(placement, WriteOrder(seed=seed))
        assert len(words_of(text)) >= 4, text
        assert STORYBOOK.capabilities.unknown_words(words_of(text)) == []
        assert text == " ".join(text.split())
        assert " ," not in text


@pytest.mark.parametrize(
    "beginning",
    ["a red", "A Red ", "two", "A picture of", "a zebra", "naïve 🤖 \0 \ud800", "<|endoftext|>", "a cat " * 400],
)
async def test_any_beginning_is_gone_on_from(placement: ChildPlacement, beginning: str) -> None:
    text = await text_of(placement, WriteOrder(beginning, seed=3, most_tokens=8))
    assert STORYBOOK.capabilities.unknown_words(words_of(text)) == []
    joined = beginning + text
    assert "  " not in joined or "  " in beginning


@pytest.mark.parametrize("most", [-1, 0, 1, 3, 10**9])
async def test_a_text_has_at_most_the_tokens_that_it_may_have(placement: ChildPlacement, most: int) -> None:
    text = await text_of(placement, WriteOrder(seed=3, most_tokens=most))
    assert 1 <= len(words_of(text)) <= min(max(most, 1), 64)


async def test_a_prompt_is_written_while_a_picture_is_drawn(placement: ChildPlacement) -> None:
    calm = await text_of(placement, WriteOrder(seed=5))
    drawing = placement.draw(picture(size="1024x1024"))
    await anext(drawing)
    assert await text_of(placement, WriteOrder(seed=5)) == calm
    assert isinstance([event async for event in drawing][-1], Drawn)


async def test_a_writer_that_is_damaged_names_its_cure_and_pictures_are_drawn_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "scribe"
    shutil.copytree(SCRIBE, folder)
    weights = folder / "openvino_model.bin"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    placement = ChildPlacement(replace(STORYBOOK, writer=folder))
    try:
        with pytest.raises(ModelBroken, match=r"Scribe is damaged: .*openvino_model.bin .* Mend it with"):
            await text_of(placement, WriteOrder())
        assert isinstance((await events_of(placement, picture()))[-1], Drawn)
    finally:
        await placement.close()


async def test_a_writer_of_somebody_elses_comes_without_a_list_of_checksums(tmp_path: Path) -> None:
    folder = tmp_path / "scribe"
    shutil.copytree(SCRIBE, folder)
    (folder / "SHA256SUMS").unlink()
    (config := folder / "config.json").write_text(
        config.read_text().replace("n_positions", "max_position_embeddings")  # as GPT-Neo says it
    )
    text = desk(folder).write(WriteOrder(seed=5))
    try:
        assert len(words_of("".join([piece async for piece in text if isinstance(piece, str)]))) >= 4
    finally:
        await close_desks()


@pytest.mark.usefixtures("_two_processors")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc; elsewhere nothing says it")
async def test_both_models_together_stay_within_the_memory_they_are_allowed(placement: ChildPlacement) -> None:
    await events_of(placement, picture(size="1024x1024"))
    for seed in range(20):
        await text_of(placement, WriteOrder(seed=seed))
    await events_of(placement, picture(size="1024x1024"))
    assert placement.pid is not None
    assert resident(placement.pid) <= MOST_RESIDENT
