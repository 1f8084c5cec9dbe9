"""Styles that somebody keeps, where pictures are asked for: offered under their own heading, and drawn."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client

from limner.accounts.models import Account
from limner.engines import catalog
from limner.jobs.models import Job
from limner.prompts.models import KeptStyle
from limner.prompts.presets import STYLES
from limner.prompts.services import StyleText, add_style, delete_style
from tests.studio.conftest import HTMX
from tests.studio.test_make_page import ASK, text
from tests.studio.test_models import BRUSH, priced


@pytest.fixture
def kitchen(alice: Account) -> KeptStyle:
    """Alice's."""
    return add_style(alice, StyleText("Kitchen", "warm {prompt} . steam", "{prompt}, neon"))


@pytest.fixture
def brush() -> Iterator[None]:
    """A model beside Storybook that takes any words, but no negative ones."""
    brush = priced(BRUSH, each=0)
    catalog.install([replace(brush, capabilities=replace(brush.capabilities, negative_prompt=False))])
    yield
    catalog.install([])


def drawn(client: Client, **form: str) -> tuple[str, str]:
    """What a job says and leaves out, whose form said this."""
    assert client.post("/make", {**ASK, **form}, headers=HTMX).status_code == 200
    request = Job.objects.latest("pk").request
    return request["prompt"], request["negative_prompt"]


def headings(page: str) -> list[tuple[str, str]]:
    """The groups of styles that unfold: whether each is open, and what it is called."""
    found = re.findall(r'<details class="shelf"( open)?>.*?</svg>([^<]*?) <span', page, re.DOTALL)
    return [(is_open, html.unescape(title)) for is_open, title in found]


def test_an_own_style_stands_around_the_prompt_and_what_it_avoids_is_left_out(
    alices: Client, kitchen: KeptStyle
) -> None:
    chosen = str(kitchen.public_id)
    assert drawn(alices, prompt="a robot", style=chosen) == ("warm a robot . steam", "neon")
    assert drawn(alices, prompt="a robot", style=chosen, negative_prompt="blue", colour="red") == (
        "warm a red robot . steam",
        "blue, neon",
    )


def test_another_accounts_style_and_one_that_is_gone_are_passed_over(
    alices: Client, bobs: Client, alice: Account, kitchen: KeptStyle
) -> None:
    chosen = str(kitchen.public_id)
    assert drawn(bobs, prompt="a robot", style=chosen) == ("a robot", "")
    delete_style(alice, kitchen.public_id)
    assert drawn(alices, prompt="a robot", style=chosen) == ("a robot", "")


def test_a_model_that_takes_no_negative_prompt_is_given_none(alices: Client, kitchen: KeptStyle, brush: None) -> None:
    form = {"style": str(kitchen.public_id), "model": BRUSH, "shown": BRUSH, "size": "1024x1024"}
    assert drawn(alices, prompt="a robot", **form) == ("warm a robot . steam", "")


def test_own_styles_have_a_heading_and_nobody_else_sees_them(
    alices: Client, bobs: Client, kitchen: KeptStyle
) -> None:
    page = text(alices.get("/"))
    assert headings(page) == [(" open", "Your own")]
    assert f'value="{kitchen.public_id}"' in page
    assert "Kitchen" not in text(bobs.get("/"))
    assert all('href="/styles"' in text(client.get("/")) for client in (alices, bobs))


def test_everybodys_styles_come_before_ones_own(alices: Client, kitchen: KeptStyle) -> None:
    KeptStyle.objects.create(name="House look", words="gold leaf")
    assert [title for _, title in headings(text(alices.get("/")))] == ["This studio's", "Your own"]


def test_many_styles_are_folded_and_the_chosen_one_is_in_sight(
    alices: Client, kitchen: KeptStyle, brush: None
) -> None:
    page = text(alices.get("/", {"model": BRUSH}))
    groups = list(dict.fromkeys(style.group for style in STYLES))
    assert headings(page) == [(" open", groups[0]), *(("", group) for group in [*groups[1:], "Your own"])]
    for chosen, group in ((str(kitchen.public_id), "Your own"), ("etching", "Print")):
        swapped = text(alices.get("/settings", {"model": BRUSH, "style": chosen}, headers=HTMX))
        assert [title for is_open, title in headings(swapped) if is_open] == [group]
        assert f'value="{chosen}" checked' in swapped


def test_the_groups_of_styles_are_named_in_the_language_of_the_page(alices: Client, brush: None) -> None:
    found = headings(text(alices.get("/", {"model": BRUSH}, headers={"Accept-Language": "es"})))
    assert {"Dibujo", "Grabado y estampa"} <= {title for _, title in found}


def test_a_name_is_not_translated_and_its_markup_is_words(alices: Client, alice: Account) -> None:
    add_style(alice, StyleText("<b>Night</b> 100%%", "x"))
    page = text(alices.get("/", headers={"Accept-Language": "es"}))
    assert "<bdi>&lt;b&gt;Night&lt;/b&gt; 100%%</bdi>" in page
