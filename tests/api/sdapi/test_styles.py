"""Styles by name, as AUTOMATIC1111's programs say them."""

from __future__ import annotations

import httpx
import pytest

from limner.accounts.models import Account
from limner.accounts.sign_in import owner
from limner.jobs.threads import in_thread
from limner.prompts.services import StyleText, add_style
from tests.api.conftest import Server
from tests.api.sdapi.people import ASKED, program_of, warned

KITCHEN = StyleText("Kitchen", "warm {prompt} . steam", "neon")


@pytest.fixture
async def kitchen(webui: httpx.AsyncClient) -> None:
    """A style of the owner's."""
    account = await in_thread(owner)
    await in_thread(add_style, account, KITCHEN)


async def test_the_list_has_ones_own_beside_limners(webui: httpx.AsyncClient, kitchen: None) -> None:
    found = {style["name"]: style for style in (await webui.get("/prompt-styles")).json()}
    assert found["Kitchen"] == {"name": "Kitchen", "prompt": KITCHEN.words, "negative_prompt": "neon"}
    assert found["Night"]["prompt"] == "at night"


async def test_styles_are_drawn_one_after_the_other(webui: httpx.AsyncClient, server: Server, kitchen: None) -> None:
    asked = {**ASKED, "styles": ["Night", "kitchen", "None"], "negative_prompt": "blue"}
    assert "styles" not in warned(await webui.post("/txt2img", json=asked))
    request = server.painter.orders[0].request
    assert (request.prompt, request.negative_prompt) == ("warm a cat, at night . steam", "blue, neon")


async def test_a_style_that_is_not_there_is_told_and_the_others_are_drawn(
    webui: httpx.AsyncClient, server: Server
) -> None:
    told = warned(await webui.post("/txt2img", json={**ASKED, "styles": ["Night", "Anime of mine"]}))
    assert "Anime of mine" in told["styles"]
    assert "Night" not in told["styles"]
    assert server.painter.orders[0].request.prompt == "a cat, at night"


async def test_words_that_double_with_each_style_fill_no_memory(webui: httpx.AsyncClient, kitchen: None) -> None:
    account = await in_thread(owner)
    await in_thread(add_style, account, StyleText("Echo", "{prompt} {prompt}"))
    answer = await webui.post("/txt2img", json={**ASKED, "styles": ["Echo"] * 500})
    assert answer.status_code == 422
    assert "maximum length" in answer.text


async def test_alices_style_is_not_there_for_bobs_program(
    server_with_accounts: Server, alice: Account, bob: Account
) -> None:
    await in_thread(add_style, alice, KITCHEN)
    asked = {**ASKED, "styles": ["Kitchen"]}
    async with await program_of(bob, server_with_accounts) as bobs:
        assert "Kitchen" not in (await bobs.get("/prompt-styles")).text
        assert "Kitchen" in warned(await bobs.post("/txt2img", json=asked))["styles"]
    async with await program_of(alice, server_with_accounts) as alices:
        assert "Kitchen" in (await alices.get("/prompt-styles")).text
        assert "styles" not in warned(await alices.post("/txt2img", json=asked))
