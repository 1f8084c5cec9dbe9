"""Prompts by a model of GPT-2's family: what of its text is shown. What the model says is given here; Scribe itself
writes at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
from pytest_django import Settings

from limner.accounts.models import Account
from limner.engines.catalog import model
from limner.engines.contract import Capabilities, Size, Task, WriteOrder
from limner.engines.placement.writing import close_desks, desk, lend
from limner.engines.words import words_of
from limner.errors import NotConfigured
from limner.prompts.writers.contract import Length, Piece, PromptOrder, Waiting
from limner.prompts.writers.gpt2 import Gpt2
from limner.prompts.writers.registry import build_writer, writers_here
from limner.prompts.writing import Wish, begin, whole

STORYBOOK = model("storybook")
SIZE = (Size(512, 512),)
ANY = Capabilities(frozenset({Task.CREATE}), SIZE, SIZE)
FOXES = Capabilities(frozenset({Task.CREATE}), SIZE, SIZE, vocabulary=frozenset({"a", "red", "fox", "snow", "in"}))


class Dictated:
    """A placement whose model says, for each seed, what it was told to say."""

    def __init__(self, *texts: Sequence[str], first: int = 7) -> None:
        self.texts = {first + number: text for number, text in enumerate(texts)}
        self.asked: list[WriteOrder] = []
        self.hold = asyncio.Event()
        self.hold.set()

    async def write(self, order: WriteOrder) -> AsyncIterator[str]:
        self.asked.append(order)
        for piece in self.texts.get(order.seed, ()):
            await self.hold.wait()
            yield piece

    async def close(self) -> None: ...


Dictate = Callable[..., Dictated]


@pytest.fixture
async def dictate(tmp_path: Path, settings: Settings) -> AsyncIterator[Dictate]:
    """Make the model of `LIMNER_WRITER` say these texts, one a seed, from the seed 7 on."""
    settings.LIMNER_WRITER = str(tmp_path)

    def say(*texts: Sequence[str], first: int = 7) -> Dictated:
        lend(tmp_path, said := Dictated(*texts, first=first))
        return said

    yield say
    await close_desks()


def order(  # the defaults of a person who typed nothing
    beginning: str = "",
    *,
    able: Capabilities = ANY,
    length: Length = "medium",
    known: bool = True,
    improve: bool = False,
) -> PromptOrder:
    return PromptOrder(able, 7, beginning, length=length, only_known=known, improve=improve)


async def pieces(of: PromptOrder) -> list[Piece]:
    return [piece async for piece in Gpt2().write(of)]


async def written(of: PromptOrder) -> str:
    return "".join([piece async for piece in Gpt2().write(of) if isinstance(piece, str)])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ([" a", " red", " fox"], " a red fox"),
        ([" a red fox\nan", " owl"], " a red fox"),
        ([" a red", "\n", " an owl"], " a red"),
        (["\n", "a red fox", "\n", "an owl"], "a red fox"),
        ([" a\x00 red\x07", "\t fox\x7f\r"], " a red fox"),
        ([" a red ", "\t", " fox"], " a red fox"),
        ([" naïve", " 🤖", " f", "ox"], " naïve 🤖 fox"),
        ([" a\u2028red\u00a0", "fox"], " a red fox"),
        ([" a red fox", ","], " a red fox"),
    ],
)
async def test_a_prompt_is_one_line_of_plain_words(dictate: Dictate, said: list[str], shown: str) -> None:
    dictate(said)
    assert await written(order()) == shown


async def test_words_are_shown_when_they_are_whole(dictate: Dictate) -> None:
    dictate([" a r", "ed fo", "x in", " snow"])
    assert await pieces(order()) == [" a", " red", " fox", " in", " snow"]


async def test_where_nothing_is_said_the_next_seeds_are_tried_and_a_seed_still_means_one_text(
    dictate: Dictate,
) -> None:
    model = dictate([], ["\n", " "], [" a fox"])
    assert await written(order()) == " a fox"
    assert [asked.seed for asked in model.asked] == [7, 8, 9]
    assert await written(order()) == " a fox"


async def test_after_four_seeds_there_is_nothing_to_say(dictate: Dictate) -> None:
    model = dictate([], [], [], [], [" too late"])
    assert await pieces(order()) == []
    assert [asked.seed for asked in model.asked] == [7, 8, 9, 10]


async def test_the_seeds_after_the_last_are_the_first(dictate: Dictate) -> None:
    model = dictate([" a fox"], first=0)
    last = PromptOrder(ANY, 2**32 - 1)
    assert await written(last) == " a fox"
    assert [asked.seed for asked in model.asked] == [2**32 - 1, 0]


async def test_a_short_text_ends_at_an_earlier_comma_than_a_long_one(dictate: Dictate) -> None:
    model = dictate([f"{'' if number % 3 else ','} w{number}" for number in range(1, 80)])
    lengths: tuple[Length, ...] = ("short", "medium", "long")
    counts = [len((await written(order(length=length))).split()) for length in lengths]
    assert counts == [5, 14, 32]
    assert [asked.most_tokens for asked in model.asked] == [24, 48, 96]


@pytest.mark.parametrize(
    ("beginning", "asked", "shown"),
    [
        ("A  red FOX", "A  red FOX,", ", in snow"),
        ("A red fox.", "A red fox.", " in snow"),
        ("A red fox,", "A red fox,", " in snow"),
    ],
)
async def test_what_improves_a_prompt_stands_behind_a_comma(
    dictate: Dictate, beginning: str, asked: str, shown: str
) -> None:
    model = dictate([" in", " snow"])
    assert await written(order(beginning, improve=True)) == shown
    assert model.asked[0].prompt == asked


async def test_a_beginning_that_is_gone_on_from_gets_no_comma(dictate: Dictate) -> None:
    model = dictate([" fox"])
    assert await written(order("A red")) == " fox"
    assert model.asked[0].prompt == "A red"


async def test_a_text_ends_before_the_first_phrase_that_the_model_that_draws_does_not_know(dictate: Dictate) -> None:
    dictate([" a", " red fox", ",", " snow", ",", " a", " zebra", ", snow"])
    assert await written(order(able=FOXES)) == " a red fox, snow"
    assert await written(order(able=FOXES, known=False)) == " a red fox, snow, a zebra, snow"


async def test_where_the_first_phrase_is_not_known_the_next_seed_is_tried(dictate: Dictate) -> None:
    model = dictate([" a zebra,", " snow"], [" a fox"])
    assert await written(order(able=FOXES)) == " a fox"
    assert len(model.asked) == 2


async def test_a_prompt_that_is_as_long_as_it_may_be_is_left_alone(dictate: Dictate) -> None:
    model = dictate([" a fox"])
    assert await pieces(order("x" * ANY.max_prompt)) == []
    assert model.asked == []


async def test_who_waits_is_told_how_many_come_first(dictate: Dictate, tmp_path: Path) -> None:
    model = dictate([" a", " fox"])
    model.hold.clear()
    first = asyncio.create_task(written(order()))
    await asyncio.sleep(0)
    waiting = Gpt2().write(order())
    assert await anext(waiting) == Waiting(1)
    model.hold.set()
    assert await first == " a fox"
    assert [piece async for piece in waiting] == [" a", " fox"]


async def test_who_leaves_makes_room_for_the_next(dictate: Dictate, tmp_path: Path) -> None:
    dictate([" a", " fox", " in", " snow"])
    async with aclosing(Gpt2().write(order())) as leaving:
        assert await anext(leaving) == " a"
        async with aclosing(desk(tmp_path).write(WriteOrder())) as next_one:
            assert await anext(next_one) == 1
    assert await pieces(order()) == [" a", " fox", " in", " snow"]


def test_a_writer_that_is_not_here_says_how_to_get_it_and_is_not_offered(settings: Settings) -> None:
    settings.LIMNER_WRITER = "nobody/no-such-model-of-tests"
    with pytest.raises(NotConfigured, match="Get it with: hf download nobody/no-such-model-of-tests"):
        build_writer("gpt2")
    assert "gpt2" not in writers_here()


def test_scribe_writes_where_nothing_is_named() -> None:
    assert writers_here()["gpt2"] == "Scribe"


@pytest.fixture
async def _scribe() -> AsyncIterator[None]:
    yield
    await close_desks()


@pytest.mark.extra
@pytest.mark.usefixtures("_scribe")
async def test_scribe_writes_for_fifty_seeds_what_storybook_knows_and_the_same_again() -> None:
    first = [await written(PromptOrder(STORYBOOK.capabilities, seed)) for seed in range(50)]
    assert [await written(PromptOrder(STORYBOOK.capabilities, seed)) for seed in range(50)] == first
    assert len(set(first)) >= 45
    for text in first:
        assert len(words_of(text)) >= 4, text
        assert STORYBOOK.capabilities.unknown_words(words_of(text)) == []
        assert STORYBOOK.capabilities.lost_end(text) == ""


@pytest.mark.extra
@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["A  Red FOX", "a zebra, très naïve 🤖", "two robots.", "a fox, "])
def test_scribe_improves_a_prompt_and_keeps_it_to_the_letter(alice: Account, typed: str) -> None:
    writing = begin(alice, STORYBOOK, Wish(typed, improve=True, seed=3, writer="gpt2"))
    assert writing.order.beginning == typed.rstrip()

    async def added() -> str:
        try:
            return await whole(writing)
        finally:
            await close_desks()

    text = asyncio.run(added())
    assert text
    assert STORYBOOK.capabilities.unknown_words(words_of(text)) == []
    assert text.startswith(",") == (typed.rstrip()[-1] not in ".,")
