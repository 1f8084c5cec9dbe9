"""The checklist, B: calls that draw, and what each generation of names is answered."""

from __future__ import annotations

import base64
from collections.abc import Generator
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.api.checklist.asking import GENERATIONS, PROMPT, drawn, picture
from tests.api.checklist.conftest import PATIENCE
from tests.serving import Server

SMALL = "256x256"
LIBRARYS_NAMES = (
    "gpt-image-1.5", "gpt-image-2", "gpt-image-2-2026-04-21", "gpt-image-2.5-sunburst",
    "gpt-image-2.5-sunburst-2026-09-08", "gpt-image-2.5-flare", "gpt-image-2.5-flare-2026-09-08",
    "gpt-image-2.6-sunburst", "gpt-image-2.6-flare", "gpt-image-1", "gpt-image-1-mini", "chatgpt-image-latest",
    "dall-e-2", "dall-e-3",
)  # fmt: skip
"""`ImageModel` of OpenAI's library 3.52."""
NEWER = ("background", "output_format", "quality", "size", "usage")


@pytest.fixture(scope="module")
def client(server: Server) -> Generator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        yield client


@pytest.fixture(scope="module")
def newer(client: httpx.Client) -> dict[str, Any]:
    """What one of the newer names is answered."""
    return drawn(client, model="gpt-image-1", background="auto", quality="auto")


def test_018_a_prompt_alone_is_one_picture_behind_a_url(client: httpx.Client) -> None:
    answer = client.post(GENERATIONS, json={"prompt": PROMPT}).json()
    assert type(answer["created"]) is int
    [datum] = answer["data"]
    assert datum.keys() == {"url"}


def test_019_three_small_pictures_are_three(client: httpx.Client) -> None:
    answer = drawn(client, model="dall-e-2", n=3, size=SMALL)
    pictures = [picture(datum, client) for datum in answer["data"]]
    assert [(found.format, found.size) for found in pictures] == [("PNG", (256, 256))] * 3
    assert len({found.tobytes() for found in pictures}) == 3


def test_020_dall_e_3_says_what_it_made_of_the_prompt(client: httpx.Client) -> None:
    [datum] = drawn(client, model="dall-e-3")["data"]
    assert isinstance(datum["revised_prompt"], str)
    assert datum["revised_prompt"]


def test_021_base64_has_no_prefix_and_no_url_beside_it(client: httpx.Client) -> None:
    [datum] = drawn(client, model="dall-e-2", size=SMALL, response_format="b64_json")["data"]
    assert datum.keys() == {"b64_json"}
    assert not datum["b64_json"].startswith("data:")
    assert picture(datum).size == (256, 256)


def test_022_newer_names_answer_in_base64_and_say_more(newer: dict[str, Any]) -> None:
    assert newer["data"][0].keys() == {"b64_json"}
    assert {*NEWER} <= newer.keys()


def test_023_what_they_say_is_what_was_drawn(newer: dict[str, Any]) -> None:
    assert newer["background"] in ("opaque", "transparent")
    assert newer["quality"] in ("low", "medium", "high")
    width, height = picture(newer["data"][0]).size
    assert newer["size"] == f"{width}x{height}"


def test_024_and_how_much_of_it(newer: dict[str, Any]) -> None:
    usage = newer["usage"]
    for name in ("input_tokens", "output_tokens", "total_tokens"):
        assert type(usage[name]) is int
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    for name in ("input_tokens_details", "output_tokens_details"):
        assert usage[name].keys() == {"text_tokens", "image_tokens"}


@pytest.mark.parametrize("model", ["dall-e-2", "dall-e-3"])
def test_025_dall_e_counts_no_tokens(client: httpx.Client, model: str) -> None:
    assert drawn(client, model=model).keys() == {"created", "data", "limner"}


@pytest.mark.parametrize("model", LIBRARYS_NAMES)
def test_026_every_name_that_the_library_knows_draws(client: httpx.Client, model: str) -> None:
    assert len(drawn(client, model=model, steps=1)["data"]) == 1


@pytest.mark.parametrize("asked", ["b64_json", "url"])
def test_027_newer_names_pay_no_heed_to_the_format_of_the_answer(client: httpx.Client, asked: str) -> None:
    answer = drawn(client, model="gpt-image-1", response_format=asked, steps=1)
    assert answer["data"][0].keys() == {"b64_json"}


def test_028_other_names_do(client: httpx.Client) -> None:
    body = {"model": "storybook", "size": SMALL, "steps": 1}
    assert drawn(client, **body)["data"][0].keys() == {"url"}
    assert drawn(client, **body, response_format="b64_json")["data"][0].keys() == {"b64_json"}


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_029_a_format_is_what_it_says(client: httpx.Client, format: str) -> None:
    answer = drawn(client, model="gpt-image-2", output_format=format, steps=1)
    assert answer["output_format"] == format
    assert picture(answer["data"][0]).format == format.upper()


@pytest.mark.parametrize("format", ["webp", "jpeg"])
def test_030_more_compression_is_fewer_bytes(client: httpx.Client, format: str) -> None:
    body = {"model": "gpt-image-1", "output_format": format, "seed": 7}
    files = []
    for compression in (10, 100):
        answer = drawn(client, **body, output_compression=compression)
        assert "output_compression" not in {warning["param"] for warning in answer["limner"]["warnings"]}
        files.append(base64.b64decode(answer["data"][0]["b64_json"]))
    assert len(files[0]) < len(files[1])


@pytest.mark.parametrize(("prompt", "steps"), [("a red robot", 20), ("a castle in the snow", 1), ("a balloon", 1)])
def test_031_a_clear_background_is_clear_or_said_to_have_stayed(
    client: httpx.Client, prompt: str, steps: int
) -> None:
    body = {"model": "gpt-image-1", "output_format": "png", "background": "transparent", "seed": 1}
    answer = drawn(client, **body, prompt=prompt, steps=steps)
    found = picture(answer["data"][0])
    told = [said["message"] for said in answer["limner"]["warnings"] if said["param"] == "background"]
    if answer["background"] == "transparent":
        assert found.mode == "RGBA"
        assert alpha_of(found)[0] == 0
        assert told == []
    else:
        assert answer["background"] == "opaque"
        assert alpha_of(found) == (255, 255)
        assert told == ["The picture stayed opaque: no plain ground was found that could be cut away."]


def test_031_an_opaque_background_is_opaque(client: httpx.Client) -> None:
    answer = drawn(client, model="gpt-image-1", background="opaque")
    assert answer["background"] == "opaque"
    assert alpha_of(picture(answer["data"][0])) == (255, 255)


def alpha_of(found: Image.Image) -> tuple[int, int]:
    """The least and the greatest alpha of a picture."""
    low, high = found.convert("RGBA").getchannel("A").getextrema()
    assert isinstance(low, int)
    assert isinstance(high, int)
    return low, high


def test_032_a_free_size_is_drawn_as_it_is(client: httpx.Client) -> None:
    answer = drawn(client, model="gpt-image-2", size="1536x864")
    assert answer["size"] == "1536x864"
    assert picture(answer["data"][0]).size == (1536, 864)


@pytest.mark.parametrize("size", [{"size": "auto"}, {"size": None}, {}])
def test_033_a_size_may_be_left_to_the_model(client: httpx.Client, size: dict[str, Any]) -> None:
    for model in ("gpt-image-1", "gpt-image-2", "storybook"):
        assert drawn(client, model=model, steps=1, **size)["data"]


def test_034_a_local_model_draws_512(client: httpx.Client) -> None:
    answer = drawn(client, model="storybook", size="512x512")
    assert picture(answer["data"][0], client).size == (512, 512)


@pytest.mark.parametrize("model", ["dall-e-2", "gpt-image-1", "storybook"])
def test_035_null_is_left_out(client: httpx.Client, model: str) -> None:
    nothing = dict.fromkeys(("n", "output_compression", "partial_images", "quality"))
    assert len(drawn(client, model=model, steps=1, **nothing)["data"]) == 1


def test_036_a_prompt_may_be_spaces(client: httpx.Client) -> None:
    assert drawn(client, prompt="   ", size=SMALL)["data"]


@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-2"])
def test_037_a_prompt_of_32000_characters_is_drawn(client: httpx.Client, model: str) -> None:
    assert drawn(client, model=model, prompt="robots " * 4571 + "so")["data"]
    assert drawn(client, model=model, prompt="x" * 32_000, steps=1)["data"]


@pytest.mark.parametrize(
    ("model", "qualities"),
    [
        ("dall-e-3", ("standard", "hd")),
        ("gpt-image-1", ("low", "medium", "high", "auto")),
        ("gpt-image-2.5-flare", ("xhigh", "max")),
        ("gpt-image-2.6-sunburst", ("xhigh", "max")),
    ],
)
def test_038_every_quality_of_a_name_draws(client: httpx.Client, model: str, qualities: tuple[str, ...]) -> None:
    for quality in qualities:
        answer = drawn(client, model=model, quality=quality)
        assert answer.get("quality", quality) == (quality if quality != "auto" else "low")


@pytest.mark.parametrize(
    "more",
    [
        {"style": "vivid"},
        {"style": "natural"},
        {"user": "someone"},
        {"safety_identifier": "someone"},
        {"moderation": "low"},
        {"moderation": "auto"},
    ],
)
def test_039_what_only_some_models_take_is_taken(client: httpx.Client, more: dict[str, str]) -> None:
    for model in ("dall-e-3", "gpt-image-2"):
        assert drawn(client, model=model, steps=1, **more)["data"]


def test_040_other_servers_keys_are_taken_and_the_same_seed_is_the_same_picture(client: httpx.Client) -> None:
    body: dict[str, Any] = {"size": SMALL, "response_format": "b64_json", "seed": 42, "negative_prompt": "a house"}
    pictures = []
    for _ in range(2):
        answer = drawn(client, **body, guidance_scale=4, width=256, height=256)
        assert answer["limner"]["seed"] == 42
        assert {"width", "height"} <= {warning["param"] for warning in answer["limner"]["warnings"]}
        pictures.append(picture(answer["data"][0]).tobytes())
    assert pictures[0] == pictures[1]
    other = drawn(client, **{**body, "seed": 43}, cfg_scale=4)
    assert picture(other["data"][0]).tobytes() != pictures[0]


def test_041_who_asked_is_repeated_to_newer_names(client: httpx.Client) -> None:
    body = {"model": "gpt-image-1", "steps": 1}
    assert drawn(client, **body, safety_identifier="s", user="u")["safety_identifier"] == "s"
    assert drawn(client, **body, user="u")["safety_identifier"] == "u"
    assert "safety_identifier" not in drawn(client, **body)
