"""The options of the make page: what is offered of them, how they are read, and what they take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import AsyncClient, Client
from pytest_django import Settings

from limner.accounts.models import Account, Plan
from limner.engines import catalog
from limner.engines.words import words_of
from limner.jobs.models import Job
from limner.jobs.states import State
from limner.studio import asking, options
from tests.cast import asigned_in
from tests.prompts.told import events_in
from tests.studio.conftest import HTMX, WORDS
from tests.studio.people import path
from tests.studio.test_make_page import ASK, text
from tests.studio.test_models import BRUSH, priced

EVERY = {
    "steps": "12",
    "guidance": "4.5",
    "negative_prompt": "blue",
    "seed": "77",
    "background": "transparent",
    "output_format": "webp",
}


@pytest.fixture
def brush() -> Iterator[None]:
    """A model of a server beside Storybook, which takes none of the numbers."""
    brush = priced(BRUSH, each=5300)
    catalog.install([replace(brush, capabilities=replace(brush.capabilities, negative_prompt=False))])
    yield
    catalog.install([])


def offered_fields(page: str) -> set[str]:
    return {name for name in options.FIELDS if f'name="{name}"' in page}


def told(page: str) -> str:
    """What the page says that it will take."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.split('id="ahead"')[1].split(">", 1)[1].split("</p>")[0]).split())


def test_every_option_is_drawn_with(alices: Client) -> None:
    alices.post("/make", {**ASK, **EVERY}, headers=HTMX)
    request = Job.objects.get().request
    assert {name: request[name] for name in EVERY} == {**EVERY, "steps": 12, "guidance": 4.5, "seed": 77}


def test_options_that_say_nothing_are_the_models_own_choice(alices: Client) -> None:
    alices.post("/make", {**ASK, **dict.fromkeys(EVERY, "")}, headers=HTMX)
    request = Job.objects.get().request
    assert (request["steps"], request["guidance"], request["negative_prompt"]) == (20, 3.5, "")
    assert (request["background"], request["output_format"]) == ("auto", "png")


def test_only_what_the_model_takes_is_offered(brush: None, alices: Client) -> None:
    assert offered_fields(text(alices.get("/"))) == set(options.FIELDS)
    assert offered_fields(text(alices.get("/", {"model": BRUSH}))) == {"output_format"}


def test_what_was_typed_for_another_model_is_passed_over(brush: None, alices: Client) -> None:
    wish = {"prompt": "a robot", "size": "1024x1024", "n": "1", "model": BRUSH, "shown": BRUSH}
    assert alices.post("/make", {**wish, **EVERY, "steps": "9999"}, headers=HTMX).status_code == 200
    assert Job.objects.get().request["output_format"] == "webp"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"steps": "0"}, "Invalid &#x27;steps&#x27;"),
        ({"steps": "many"}, "&#x27;steps&#x27;: expected an integer"),
        ({"guidance": "31"}, "Invalid &#x27;guidance&#x27;"),
        ({"guidance": "strong"}, "&#x27;guidance&#x27;: expected a number"),
        ({"guidance": "nan"}, "Invalid &#x27;guidance&#x27;"),
        ({"seed": "-1"}, "&#x27;seed&#x27;"),
        ({"seed": "99999999999"}, "Invalid &#x27;seed&#x27;"),
        ({"background": "plaid"}, "plaid"),
        ({"output_format": "gif"}, "gif"),
        ({"background": "transparent", "output_format": "jpeg"}, "Choose PNG or WebP"),
        ({"size": "custom", "width": "", "height": "512"}, "Invalid &#x27;width&#x27;"),
        ({"size": "custom", "width": "512", "height": "½"}, "Invalid &#x27;height&#x27;"),
        ({"size": "custom", "width": "9000", "height": "512"}, "Width and height must be 64 to 4096."),
    ],
)
def test_a_bad_option_names_its_field_and_keeps_the_form(
    alices: Client, change: dict[str, str], sentence: str
) -> None:
    page = text(alices.post("/make", {**ASK, "seed": "5", **change}))
    assert sentence in page
    assert ASK["prompt"] in page
    assert not Job.objects.exists()
    if "size" not in change:
        assert re.search(r'id="more"[^>]* data-open', page)
    for name, value in {"seed": "5", **change}.items():
        if value in ("plaid", "gif"):  # no list has them
            continue
        assert value in page.split(f'name="{name}"')[1].split("</div>")[0]


def test_a_typed_size_is_drawn_at_the_nearest_and_given_as_asked(alices: Client) -> None:
    alices.post("/make", {**ASK, "size": "custom", "width": "640", "height": "480"}, headers=HTMX)
    request = Job.objects.get().request
    assert (request["size"], request["draw_size"]) == ("640x480", "512x512")


def test_a_model_with_a_rule_of_its_own_says_what_is_wrong_with_a_size(alices: Client, brush: None) -> None:
    free = priced(BRUSH, each=5300)
    catalog.install([replace(free, capabilities=replace(free.capabilities, free_sizes="gpt-image-2"))])
    wish = {"prompt": "a robot", "n": "1", "model": BRUSH, "shown": BRUSH, "size": "custom", "height": "1024"}
    answer = alices.post("/make", {**wish, "width": "1001"}, headers=HTMX)
    assert "divisible by 16" in text(answer)
    assert alices.post("/make", {**wish, "width": "1008"}, headers=HTMX).status_code == 200


def test_a_form_begins_with_what_another_picture_was_made_with(db: None) -> None:
    offered = asking.offer("storybook")
    filled = offered.filled({"size": "640x480", "n": 3, "steps": 9, "seed": 0, "background": "auto"})
    assert (filled["size"], filled["width"], filled["height"], filled["more"]) == ("custom", "640", "480", 2)


def test_seconds_are_said_before_and_follow_the_count(alices: Client) -> None:
    one, ten = (text(alices.get("/ahead", {**ASK, "n": n}, headers=HTMX)) for n in ("1", "10"))
    assert "about 1 s" in one or "1–2 s" in one
    assert one != ten
    assert "<html" not in ten


def test_credits_are_said_where_there_are_accounts_and_what_is_left_where_there_is_an_end(
    alices: Client, alice: Account, settings: Settings
) -> None:
    settings.LIMNER_CREDITS_PER_SECOND = 4.0  # foretold: a quarter of a second
    alice.plan = None
    alice.save()
    assert "1 credit" in told(text(alices.get("/")))
    alice.plan = Plan.objects.create(name="small", requests_per_minute=60, credits_per_month=1500)
    alice.save()
    assert "1 of your 1.5 credits" in told(text(alices.get("/")))
    assert "too-much" in text(alices.get("/ahead", {**ASK, "n": "2"}))


def test_in_personal_mode_nobody_counts_credits(db: None, client: Client) -> None:
    assert "credit" not in told(text(client.get("/")))


def test_nothing_is_foretold_of_what_cannot_be_drawn(alices: Client) -> None:
    assert text(alices.get("/ahead", {**ASK, "steps": "0"}, headers=HTMX)).strip() == ""


def test_the_seed_of_the_last_job_can_be_kept(alices: Client) -> None:
    answer = text(alices.post("/make", {**ASK, "seed": "77"}, headers=HTMX))
    assert 'data-seed="77"' in answer
    assert 'data-seed="77"' in text(alices.get("/"))


def test_drawing_again_keeps_a_transparent_background(alices: Client) -> None:
    alices.post("/make", {**ASK, **EVERY}, headers=HTMX)
    first = Job.objects.get()
    Job.objects.update(state=State.DONE)
    alices.post(path(first, "again"), headers=HTMX)
    assert Job.objects.latest("pk").request["background"] == "transparent"


async def _told(answer: object) -> list[tuple[str, dict[str, Any]]]:
    """The events of an answer: their names and what they say."""
    return events_in(b"".join([piece async for piece in answer.streaming_content]).decode())  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
async def test_a_random_prompt_comes_word_by_word_and_of_words_that_the_model_knows(
    alice: Account, accounts_on: None
) -> None:
    client = await asigned_in(alice)
    told = await _told(await client.post("/write", {"wish": "random"}))
    assert [name for name, _ in told[:1] + told[-1:]] == ["begin", "end"]
    pieces = [said["text"] for name, said in told if name == "text"]
    assert len(pieces) > 1
    assert set(words_of("".join(pieces))) <= set(WORDS)
    assert (told[-1][1]["prompt"], told[-1][1]["added"]) == ("".join(pieces), "".join(pieces))
    more = await _told(await client.post("/write", {"wish": "finish", "prompt": "a red"}))
    assert more[-1][1]["prompt"].startswith("a red ")
    better = await _told(await client.post("/write", {"wish": "improve", "prompt": "a red boat"}))
    assert better[-1][1]["prompt"] == "a red boat" + better[-1][1]["added"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"wish": "sing"}, "random, finish, improve"),
        ({"wish": "finish", "prompt": " "}, "Write a few words first"),
        ({"wish": "random", "theme": "war"}, "fairy-tale, science, history, nature"),
        ({"wish": "random", "writer": "nobody"}, "wordlist, gpt2"),
        ({"wish": "random", "writing_seed": "seven"}, "whole number"),
        ({"wish": "improve", "prompt": "a" * 10_000}, "length 10000"),
    ],
)
async def test_what_cannot_be_written_is_said_before_anything_is(
    alice: Account, accounts_on: None, form: dict[str, str], said: str
) -> None:
    answer = await (await asigned_in(alice)).post("/write", form)
    assert answer.status_code == 400
    assert said in answer.content.decode()


@pytest.mark.django_db(transaction=True)
async def test_a_stranger_is_written_nothing(accounts_on: None) -> None:
    assert (await AsyncClient().post("/write", {"wish": "random"})).status_code == 401
