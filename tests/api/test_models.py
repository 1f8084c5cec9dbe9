"""The list of names that a program may ask for."""

from __future__ import annotations

import httpx
from pytest_django import Settings

from limner.api.openai.asking import understood


async def test_the_list_has_our_models_and_every_name_of_openais(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/v1/models")).json()

    assert answer["object"] == "list"
    by_name = {model["id"]: model for model in answer["data"]}
    assert {"storybook", "dall-e-2", "dall-e-3", "gpt-image-1", "gpt-image-2.6-sunburst"} <= by_name.keys()
    for model in by_name.values():
        assert model["object"] == "model"
        assert isinstance(model["created"], int)
        assert isinstance(model["owned_by"], str)


async def test_every_name_in_the_list_draws(client: httpx.AsyncClient) -> None:
    for model in (await client.get("/models")).json()["data"]:
        answer = await client.post("/v1/images/generations", json={"prompt": "a cat", "model": model["id"]})
        assert answer.status_code == 200, answer.text


async def test_one_model_is_the_same_as_in_the_list(client: httpx.AsyncClient) -> None:
    one = (await client.get("/v1/models/storybook")).json()
    assert one in (await client.get("/v1/models")).json()["data"]


async def test_a_name_that_configuration_adds_is_listed_and_found(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    settings.LIMNER_TARGETS = {"stabilityai/sd-turbo": "storybook"}
    answer = await client.get("/v1/models/stabilityai/sd-turbo")
    assert answer.json()["limner"] == {"model": "storybook"}


def test_a_name_that_only_looks_like_openais_brings_limners_own_rules_whole(settings: Settings) -> None:
    settings.LIMNER_TARGETS = {"gpt-image-9": "storybook"}
    wish = understood({"prompt": "a cat", "model": "gpt-image-9", "size": "256x256", "quality": "hd"})
    assert (str(wish.request.size), wish.family, wish.base64) == ("256x256", "any", False)


async def test_an_unknown_model_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/models/unicorn-9")
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert (error["param"], error["code"]) == ("model", "model_not_found")
    assert error["message"] == "The model 'unicorn-9' does not exist"
