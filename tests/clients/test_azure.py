"""Azure's clients: openai 0.27.8 with its operations of 2023, and today's `AzureOpenAI` with the model in the URL."""

from __future__ import annotations

import io
from collections.abc import Generator
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.clients.libraries import Library, old
from tests.serving import Server, serving

pytestmark = [pytest.mark.extra, pytest.mark.timeout(300)]

OF_2023: dict[str, Any] = {"api_type": "azure", "api_version": "2023-06-01-preview"}


@pytest.fixture(scope="module")
def limner(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    with serving(tmp_path_factory.mktemp("azure")) as running:
        yield running


@pytest.fixture(scope="module")
def of_2023(limner: Server) -> Generator[Library]:
    with old(limner.url) as library:
        yield library


def size_of(url: str) -> tuple[int, int]:
    with Image.open(io.BytesIO(httpx.get(url).content)) as picture:
        return picture.size


def test_a_program_of_2023_submits_and_asks_until_it_has_its_pictures(of_2023: Library) -> None:
    answer = of_2023("create", prompt="a red house", n=2, size="256x256", **OF_2023)
    assert [size_of(datum["url"]) for datum in answer["data"]] == [(256, 256)] * 2


def test_a_program_of_2023_is_told_what_is_wrong(of_2023: Library) -> None:
    told = of_2023("create", prompt="a red house", size="255x255", **OF_2023)
    assert (told["error"], told["param"], told["code"]) == ("InvalidRequestError", "size", "invalid_value")


@pytest.mark.parametrize("deployment", [None, "dall-e-3"])
def test_todays_library_has_the_model_in_the_url(limner: Server, deployment: str | None) -> None:
    import openai

    named = {} if deployment is None else {"azure_deployment": deployment}
    with openai.AzureOpenAI(
        azure_endpoint=limner.url, api_version="2025-04-01-preview", api_key="any", max_retries=0, **named
    ) as client:
        drawn = client.images.generate(model="dall-e-3", prompt="a red house", size="1024x1024")
        assert drawn.data[0].revised_prompt
        assert size_of(drawn.data[0].url) == (1024, 1024)
        file = io.BytesIO()
        Image.new("RGB", (64, 64), "teal").save(file, "PNG")
        if deployment is None:
            edited = client.images.edit(
                model="gpt-image-1", prompt="a red house", image=("a.png", file.getvalue(), "image/png")
            )
            assert edited.data[0].b64_json
        assert "dall-e-3" in [model.id for model in client.models.list()]
