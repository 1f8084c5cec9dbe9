"""Having a prompt written: what is refused before a word, what nobody is given twice, and what no prompt may say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from pytest_django import Settings

from limner.accounts.models import Account, Plan
from limner.engines.catalog import model
from limner.engines.validation import MAX_SEED
from limner.errors import Blocked, InvalidRequest, NotConfigured, OutOfCredits
from limner.prompts.models import Written
from limner.prompts.sse import events
from limner.prompts.writers.contract import Piece, PromptOrder, Waiting
from limner.prompts.writers.fresh import fresh_seed
from limner.prompts.writers.wordlist import WordList
from limner.prompts.writing import KEPT, Wish, Writing, begin, remember, whole

STORYBOOK = model("storybook")


def text_of(writing: Writing) -> str:
    return writing.order.beginning + asyncio.run(whole(writing))


class Rude:
    """A writer that says what it likes."""

    title = "Rude"
    themes: tuple[str, ...] = ()
    costs = False

    async def write(self, order: PromptOrder) -> AsyncGenerator[Piece, None]:
        for piece in ("a", Waiting(2), " friendly", " basi", "lisk", " sleeping"):
            yield piece


def test_where_there_is_no_room_for_a_word_few_seeds_are_tried() -> None:
    tried = []

    def nothing(order: PromptOrder) -> str:
        tried.append(order.seed)
        return ""

    assert fresh_seed(nothing, PromptOrder(STORYBOOK.capabilities, MAX_SEED), []) == MAX_SEED
    assert len(tried) < 10
    assert max(tried) <= MAX_SEED


@pytest.mark.django_db
def test_what_has_to_be_set_up_for_a_writer_is_for_the_operator_to_read(
    alice: Account, bob: Account, settings: Settings
) -> None:
    settings.LIMNER_WRITER = "nobody/nothing"
    alice.is_superuser = True
    with pytest.raises(NotConfigured, match="hf download"):
        begin(alice, STORYBOOK, Wish(writer="gpt2"))
    with pytest.raises(NotConfigured, match=r"^The writer “gpt2” is not set up here\.$"):
        begin(bob, STORYBOOK, Wish(writer="gpt2"))


class Parrot(Rude):
    """A writer that has three prompts, by the seed."""

    async def write(self, order: PromptOrder) -> AsyncGenerator[Piece, None]:
        for piece in (("a", " cat"), ("a", " cat", " asleep"), ("a", " dog"))[order.seed % 3]:
            yield piece


@pytest.mark.parametrize(
    ("recent", "seed", "said"),
    [
        ({"a cat"}, 0, ["a", " cat", " asleep"]),
        ({"a cat", "a cat asleep"}, 0, ["a", " dog"]),
        ({"a cat asleep"}, 0, ["a", " cat"]),
        ({"a cat", "a cat asleep", "a dog"}, 0, ["a", " cat", " asleep"]),
        (set(), 0, ["a", " cat"]),
    ],
)
async def test_a_writer_that_cannot_be_asked_beforehand_writes_none_of_the_recent_prompts(
    recent: set[str], seed: int, said: list[str]
) -> None:
    writing = Writing("parrot", PromptOrder(STORYBOOK.capabilities, seed), Parrot(), recent=frozenset(recent))
    assert [piece async for piece in writing.pieces()] == said
    again = Writing("parrot", writing.order, Parrot())
    assert [piece async for piece in again.pieces()] == said


class Paid(Rude):
    """A writer that is paid for what it says."""

    costs = True


@pytest.mark.django_db
@pytest.mark.parametrize("limit", ["credits_per_month", "credits_per_day"])
def test_who_has_no_credits_left_is_written_nothing_that_costs_money(
    alice: Account, bob: Account, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limner.prompts.writing.build_writer", lambda _: Paid())
    bob.plan = Plan.objects.create(name="looks only", **{limit: 0})
    bob.save()
    assert begin(alice, STORYBOOK, Wish(writer="chat")).name == "chat"
    with pytest.raises(OutOfCredits, match="Choose another writer"):
        begin(bob, STORYBOOK, Wish(writer="chat"))


class Broken(Rude):
    """A writer that breaks."""

    async def write(self, order: PromptOrder) -> AsyncGenerator[Piece, None]:
        yield "a cat"
        raise ZeroDivisionError("a secret")


async def test_a_writer_that_breaks_is_an_event_that_keeps_its_secrets(caplog: pytest.LogCaptureFixture) -> None:
    async def keep(prompt: str) -> None:
        raise AssertionError("nothing whole was written")

    writing = Writing("broken", PromptOrder(STORYBOOK.capabilities, 1), Broken())
    said = [piece.decode() async for piece in events(writing, keep)]
    assert said[1] == 'event: text\ndata: {"text": "a cat"}\n\n'
    assert "What was written stays" in said[-1]
    assert "secret" not in said[-1]
    assert "a secret" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wish", "field", "said"),
    [
        (Wish(improve=True), "words", "Missing required parameter: 'words'"),
        (Wish(" \n", improve=True), "words", "Missing"),
        (Wish("x" * 10_000), "words", "maximum length 4000, but got a string with length 10000"),
        (Wish("a fox \0 in"), "words", "NUL"),
        (Wish("a fox \udcff"), "words", "half of a character"),
        (Wish(theme="war"), "theme", "fairy-tale, science, history, nature, city, still-life, classroom"),
        (Wish(theme="nature", writer="gpt2"), "theme", "takes no theme"),
        (Wish(length="endless"), "length", "short, medium, long"),
        (Wish(seed=-1), "seed", "0 to"),
        (Wish(seed=2**40), "seed", "0 to"),
        (Wish(writer="Shakespeare"), "writer", "wordlist, gpt2, chat"),
    ],
)
def test_what_is_wrong_with_a_wish_is_said_before_anything_is_written(
    alice: Account, wish: Wish, field: str, said: str
) -> None:
    with pytest.raises(InvalidRequest, match=said) as refused:
        begin(alice, STORYBOOK, wish, field="words")
    assert refused.value.param == field


@pytest.mark.django_db
def test_a_seed_that_is_given_writes_the_same_whatever_was_written_before(alice: Account) -> None:
    first = text_of(begin(alice, STORYBOOK, Wish(seed=5)))
    assert text_of(begin(alice, STORYBOOK, Wish(seed=5))) == first


@pytest.mark.django_db
def test_without_a_seed_nobody_is_given_one_of_the_last_fifty_again(
    alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limner.prompts.writing.secrets.randbelow", lambda _: 5)
    assert len({text_of(begin(alice, STORYBOOK, Wish())) for _ in range(3)}) == 3
    assert begin(bob, STORYBOOK, Wish()).order.seed == 5


@pytest.mark.django_db
def test_fifty_are_remembered_of_each_account_and_no_more(alice: Account, bob: Account) -> None:
    written = Writing("rude", PromptOrder(STORYBOOK.capabilities, 1), Rude())
    remember(bob, written, "Bob's")
    for number in range(KEPT + 5):
        remember(alice, written, f"prompt {number}")
    kept = list(Written.objects.filter(account=alice).order_by("id").values_list("text", flat=True))
    assert kept == [f"prompt {number}" for number in range(5, KEPT + 5)]
    assert Written.objects.filter(account=bob).count() == 1


@pytest.mark.django_db
def test_words_that_no_prompt_may_have_are_neither_gone_on_from_nor_chosen(
    alice: Account, settings: Settings
) -> None:
    settings.LIMNER_BLOCKED_WORDS = "boat, cat, fox, dragon, robot"
    with pytest.raises(Blocked, match="boat"):
        begin(alice, STORYBOOK, Wish("a red boat"))
    for _ in range(20):
        text = "".join(WordList().words(begin(alice, STORYBOOK, Wish()).order))
        assert not {"boat", "cat", "fox", "dragon", "robot"} & set(text.lower().split())


@pytest.mark.django_db
async def test_a_writer_is_stopped_before_the_word_that_no_prompt_may_have_is_whole(settings: Settings) -> None:
    settings.LIMNER_BLOCKED_WORDS = "basilisk"
    pieces = Writing("rude", PromptOrder(STORYBOOK.capabilities, 1), Rude()).pieces()
    assert [await anext(pieces) for _ in range(4)] == ["a", Waiting(2), " friendly", " basi"]
    with pytest.raises(Blocked, match="basilisk"):
        await anext(pieces)
