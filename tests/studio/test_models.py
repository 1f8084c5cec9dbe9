"""The model picker, what a picture costs before it is asked for, and the question about a key."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import Settings

from limner.accounts.models import Account
from limner.accounts.sign_in import owner
from limner.engines import catalog
from limner.engines.catalog import Model
from limner.engines.contract import Capabilities, Size, Task
from limner.jobs.models import Job
from limner.jobs.states import State
from tests.studio.conftest import HTMX
from tests.studio.people import path
from tests.studio.test_make_page import ASK, text

BRUSH = "gpt-image-2"
LOCAL = "local-brush"
SQUARE, TALL = Size(1024, 1024), Size(1024, 1536)


def priced(
    name: str, *, each: int, upstream: str = "openai", max_n: int = 10, qualities: tuple[str, ...] = ()
) -> Model:
    """A model that a server draws with, for money or for none."""
    return Model(
        name=name,
        engine="openai",
        title=name,
        description="Draws what it is told.",
        path=None,
        capabilities=Capabilities(
            tasks=frozenset({Task.CREATE}),
            sizes=(SQUARE, TALL),
            offered_sizes=(SQUARE, TALL),
            max_n=max_n,
            qualities=qualities,
        ),
        seconds=10.0,
        licence="",
        millicredits=each,
        inline_slots=4,
        upstream=upstream,
        upstream_model=name,
        prices={str(TALL): each * 2} if each else {},
    )


@pytest.fixture
def key() -> Iterator[None]:
    """A key has made two models known beside Storybook."""
    catalog.install([priced(BRUSH, each=5300), priced(LOCAL, each=0, upstream="localai", max_n=4)])
    yield
    catalog.install([])


def question(page: str) -> str:
    """The words of the question, or nothing."""
    found = re.search(r'id="question"[^>]*>([^<]*)<', page)
    return found[1] if found else ""


def price(page: str) -> str:
    found = re.search(r"data-price>([^<]*)<", page)
    return found[1] if found else ""


def each_of(page: str) -> dict[str, dict[str, int]]:
    """What the page's script knows of prices: by size and quality."""
    found = re.findall(r'value="(\d+x\d+)" data-each="([^"]*)"', page)
    return {size: json.loads(html.unescape(prices)) for size, prices in found}


# The picker ---------------------------------------------------------------------------------------------------


def test_with_one_model_there_is_nothing_to_pick_and_no_price(db: None, client: Client) -> None:
    page = text(client.get("/"))
    assert 'id="model"' not in page
    assert 'id="price"' not in page


def test_every_model_is_on_offer_with_its_price_and_storybook_is_chosen(key: None, db: None, client: Client) -> None:
    page = text(client.get("/"))
    options = re.findall(r'<option value="([\w.-]+)"( selected)?>([^<]*)<', page.split('id="model"')[1])[:3]
    assert options == [
        ("storybook", " selected", "Storybook · costs nothing"),
        (BRUSH, "", f"{BRUSH} · about 5.3 cents a picture"),
        (LOCAL, "", f"{LOCAL} · no price set"),
    ]
    assert price(page) == "costs nothing"


def test_sizes_count_styles_and_price_follow_the_chosen_model(key: None, db: None, client: Client) -> None:
    page = text(client.get("/", {"model": BRUSH}))
    assert f'name="shown" value="{BRUSH}"' in page
    assert each_of(page) == {"1024x1024": {"auto": 5300}, "1024x1536": {"auto": 10600}}
    assert price(page) == "about 5.3 cents"
    assert "Watercolour" in page
    assert 'max="4"' in text(client.get("/", {"model": LOCAL}))


def test_choosing_another_model_brings_its_settings_and_keeps_what_was_chosen(
    key: None, db: None, client: Client
) -> None:
    chosen = {"model": BRUSH, "size": "1024x1536", "n": "3", "style": "night"}
    fragment = text(client.get("/settings", chosen, headers=HTMX))
    assert "<html" not in fragment
    assert fragment.count('hx-swap-oob="true"') == 5
    assert re.search(r'value="1024x1536"[^>]* selected', fragment)
    assert re.search(r'value="night" checked', fragment)
    assert 'value="3"' in fragment
    assert price(fragment) == "about 31.8 cents"


@pytest.mark.parametrize(("asked", "kept"), [("9", "4"), ("0", "1"), ("many", "1"), ("", "1")])
def test_a_count_that_the_other_model_does_not_reach_becomes_one_it_does(
    key: None, db: None, client: Client, asked: str, kept: str
) -> None:
    fragment = text(client.get("/settings", {"model": LOCAL, "n": asked}, headers=HTMX))
    assert f'max="4" value="{kept}"' in fragment


def test_a_model_that_is_gone_leaves_the_page_with_the_first(key: None, db: None, client: Client) -> None:
    page = client.get("/", {"model": "gone"})
    assert page.status_code == 200
    assert 'name="shown" value="storybook"' in text(page)


# What it costs ------------------------------------------------------------------------------------------------


def test_nothing_that_costs_money_is_drawn_before_its_price_was_to_be_seen(key: None, alices: Client) -> None:
    wish = {"prompt": "a robot", "size": "1024x1024", "n": "2", "model": BRUSH}
    answer = alices.post("/make", {**wish, "shown": "storybook"}, headers=HTMX)
    assert (answer.status_code, Job.objects.count()) == (400, 0)
    assert f"{BRUSH} costs about 5.3 cents a picture." in text(answer)
    assert alices.post("/make", {**wish, "shown": BRUSH}, headers=HTMX).status_code == 200
    assert Job.objects.get().request["model"] == BRUSH


def test_without_scripts_the_price_comes_with_the_words_that_were_typed(key: None, alices: Client) -> None:
    wish = {"prompt": "a robot by the sea", "size": "1024x1536", "n": "2", "model": BRUSH, "shown": "storybook"}
    page = text(alices.post("/make", wish))
    assert "a robot by the sea</textarea>" in page
    assert f'name="shown" value="{BRUSH}"' in page
    assert price(page) == "about 21.2 cents"
    answer = alices.post("/make", {**wish, "shown": BRUSH})
    assert (answer.status_code, answer.url) == (302, f"/?model={BRUSH}")  # type: ignore[attr-defined]


def test_a_form_that_names_no_model_is_drawn_by_storybook(key: None, alices: Client, alice: Account) -> None:
    alice.studio_model = BRUSH
    alice.save()
    alices.post("/make", ASK, headers=HTMX)
    assert Job.objects.get().request["model"] == "storybook"


def test_a_choice_of_qualities_begins_in_the_middle_and_its_price_is_the_one_that_is_charged(
    alices: Client, key: None
) -> None:
    brush = priced(BRUSH, each=5300)
    brush = replace(brush, capabilities=replace(brush.capabilities, qualities=("low", "medium", "high")))
    by_quality = {"low": 600, "medium 1024x1024": 5300, "high 1024x1024": 21_100}
    catalog.install([replace(brush, prices=by_quality)])
    page = text(alices.get("/", {"model": BRUSH}))
    assert '<option value="medium" selected>Medium</option>' in page
    assert price(page) == "about 5.3 cents"
    assert each_of(page)["1024x1024"] == {"low": 600, "medium": 5300, "high": 21_100}
    wish = {"prompt": "a robot", "size": "1024x1024", "n": "2", "model": BRUSH, "shown": BRUSH}
    alices.post("/make", wish)
    assert Job.objects.get().request["quality"] == "medium"
    assert alices.post("/make", {**wish, "quality": "huge"}, headers=HTMX).status_code == 400
    assert price(text(alices.get("/settings", {**wish, "quality": "high"}))) == "about 42.2 cents"
    alices.post("/make", {**wish, "quality": "high"})
    job = Job.objects.order_by("-pk").first()
    assert job is not None
    assert (job.request["quality"], job.price) == ("high", 42_200)


def test_drawing_again_says_what_it_costs(key: None, alices: Client) -> None:
    wish = {"prompt": "a robot", "size": "1024x1024", "n": "2", "model": BRUSH, "shown": BRUSH}
    alices.post("/make", wish, headers=HTMX)
    job = Job.objects.get()
    Job.objects.update(state=State.DONE)
    assert "Draw again · about 10.6 cents" in text(alices.get(path(job, "card")))


# The question -------------------------------------------------------------------------------------------------


def test_a_key_is_asked_about_with_its_price_and_used_for_nothing(key: None, db: None, client: Client) -> None:
    page = text(client.get("/"))
    assert question(page) == (
        "An OpenAI key was found. Use gpt-image-2 at about 5.3 cents a picture, "
        "or keep drawing with Storybook for nothing?"
    )
    assert 'name="shown" value="storybook"' in page


@pytest.mark.parametrize("answer", [BRUSH, "storybook"])
def test_the_answer_is_remembered_and_nobody_is_asked_again(key: None, db: None, client: Client, answer: str) -> None:
    assert client.post("/begin-with", {"model": answer}).status_code == 302
    page = text(client.get("/"))
    assert question(page) == ""
    assert f'name="shown" value="{answer}"' in page
    assert owner().studio_model == answer


def test_nobody_is_asked_without_a_model_that_costs_money(key: None, db: None, client: Client) -> None:
    catalog.install([])
    assert question(text(client.get("/"))) == ""
    catalog.install([priced(LOCAL, each=0, upstream="localai")])
    assert question(text(client.get("/"))) == ""


def test_the_question_is_about_todays_model_or_the_one_that_is_configured(
    key: None, db: None, client: Client, settings: Settings
) -> None:
    catalog.install([priced("gpt-image-3", each=9000, upstream="acme"), priced(BRUSH, each=5300)])
    assert f"An OpenAI key was found. Use {BRUSH}" in question(text(client.get("/")))
    settings.LIMNER_TARGETS = {"dall-e-3": "gpt-image-3"}
    assert "A key for acme was found. Use gpt-image-3" in question(text(client.get("/")))


def test_only_the_owner_is_asked_and_only_the_owner_may_answer(key: None, alices: Client, alice: Account) -> None:
    assert question(text(alices.get("/"))) == ""
    assert alices.post("/begin-with", {"model": BRUSH}, headers=HTMX).status_code == 403
    alice.refresh_from_db()
    assert alice.studio_model == ""


def test_an_answer_that_is_no_model_is_refused(key: None, db: None, client: Client) -> None:
    assert client.post("/begin-with", {"model": "gone"}, headers=HTMX).status_code == 400
    assert owner().studio_model == ""


def test_a_remembered_model_that_is_gone_leaves_storybook(key: None, db: None, client: Client) -> None:
    client.post("/begin-with", {"model": BRUSH})
    catalog.install([])
    assert 'id="prompt"' in text(client.get("/"))
