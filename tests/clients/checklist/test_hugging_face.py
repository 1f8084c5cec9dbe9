"""Hugging Face's own client draws with a Limner whose address it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.api.checklist.conftest import Accounts
from tests.serving import Server

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient

pytestmark = [pytest.mark.extra, pytest.mark.timeout(300)]


def client(url: str, key: str | None = None) -> InferenceClient:
    from huggingface_hub import InferenceClient

    return InferenceClient(base_url=f"{url}/hf/storybook", api_key=key)


def test_122_words_become_a_picture_of_the_size_asked_for(server: Server) -> None:
    image = client(server.url).text_to_image(
        "a red boat", width=384, height=256, seed=7, num_inference_steps=4, negative_prompt="rain"
    )
    assert isinstance(image, Image.Image)
    assert (image.format, image.size) == ("PNG", (384, 256))
    assert "Seed: 7," in image.info["parameters"]


def test_122_its_token_is_a_key(accounts: Accounts) -> None:
    image = client(accounts.url, accounts.alice).text_to_image("a red boat", num_inference_steps=4)
    assert image.size == (1024, 1024)


def test_123_empty_inputs_are_its_own_error(server: Server, accounts: Accounts) -> None:
    from huggingface_hub.errors import HfHubHTTPError

    with pytest.raises(HfHubHTTPError, match="'inputs'"):
        client(server.url).text_to_image("")
    with pytest.raises(HfHubHTTPError, match="API key"):
        client(accounts.url, "hf_wrong").text_to_image("a red boat")
