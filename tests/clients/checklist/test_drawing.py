"""The checklist's pictures, as real clients get them: OpenAI's libraries, LangChain, LiteLLM, Vercel's AI SDK."""

from __future__ import annotations

import base64
import urllib.request
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.api.checklist.conftest import PATIENCE
from tests.api.files import mask, opened, picture
from tests.clients.libraries import old
from tests.clients.programs import LANGCHAIN, LITELLM, NODE, Call
from tests.serving import Server

if TYPE_CHECKING:
    import openai

pytestmark = [pytest.mark.extra, pytest.mark.timeout(300)]

PROMPT = "a red house"
QUICKLY = {"limner": {"quality": "low"}}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A picture and a mask, as people have them: in files."""
    folder = tmp_path_factory.mktemp("files")
    for name, data in {"image": picture((256, 256)), "mask": mask((256, 256))}.items():
        (folder / f"{name}.png").write_bytes(data)
    return {path.stem: path for path in folder.iterdir()}


@pytest.fixture(scope="module")
def client(server: Server) -> Generator[openai.OpenAI]:
    import openai

    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def node(server: Server) -> Generator[Call]:
    with NODE.started(f"{server.url}/v1", "any") as call:
        yield call


def behind(url: str) -> Image.Image:
    """What a link leads to, without a key."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:
        assert response.headers["content-type"].startswith("image/")
        return opened(response.read())


def within(text: str | None) -> Image.Image:
    assert text is not None
    return opened(base64.b64decode(text, validate=True))


def test_070_todays_library_has_a_type_for_each_event(client: openai.OpenAI) -> None:
    from openai.types import ImageGenCompletedEvent, ImageGenPartialImageEvent

    def events() -> list[object]:
        stream = client.images.generate(
            prompt=PROMPT, model="gpt-image-1", size="1024x1024", quality="low", stream=True, partial_images=2
        )
        return list(stream)

    # A machine that has too much to do may tell of no partial picture: of three streams one tells of some.
    *partials, last = next(found for found in (events() for _ in range(3)) if len(found) > 1)
    assert isinstance(last, ImageGenCompletedEvent)
    assert within(last.b64_json).size == (1024, 1024)
    assert last.usage.total_tokens == last.usage.input_tokens + last.usage.output_tokens
    assert len(partials) <= 2
    for index, event in enumerate(partials):
        assert isinstance(event, ImageGenPartialImageEvent)
        assert event.partial_image_index == index
        assert within(event.b64_json).size == (1024, 1024)


def test_071_todays_library_streams_an_edit(client: openai.OpenAI, files: dict[str, Path]) -> None:
    from openai.types import ImageEditCompletedEvent

    stream = client.images.edit(
        image=files["image"], mask=files["mask"], prompt=PROMPT, model="gpt-image-1", quality="low", stream=True
    )
    [event] = list(stream)
    assert isinstance(event, ImageEditCompletedEvent)
    assert within(event.b64_json).format == "PNG"


def test_072_a_wrong_stream_is_an_error_and_not_an_empty_stream(client: openai.OpenAI) -> None:
    import openai

    with pytest.raises(openai.BadRequestError) as caught:
        client.images.generate(prompt=PROMPT, model="gpt-image-1", size="255x255", stream=True)
    assert (caught.value.param, caught.value.code) == ("size", "invalid_value")


def test_078_and_098_the_library_of_2023_edits_and_varies(server: Server, files: dict[str, Path]) -> None:
    with old(f"{server.url}/v1") as library:
        edited = library("create_edit", files, prompt=PROMPT, n=2, size="256x256")
        varied = library("create_variation", {"image": files["image"]}, n=2, size="256x256")
    for answer in (edited, varied):
        assert [behind(datum["url"]).size for datum in answer["data"]] == [(256, 256)] * 2


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_099_todays_library_varies_still(client: openai.OpenAI, files: dict[str, Path]) -> None:
    with files["image"].open("rb") as image:
        answer = client.images.create_variation(image=image, size="256x256")
    [datum] = answer.data or []
    assert behind(datum.url or "").size == (256, 256)
    answer = client.images.create_variation(image=files["image"], size="256x256", response_format="b64_json")
    [datum] = answer.data or []
    assert datum.url is None
    assert within(datum.b64_json).size == (256, 256)


def test_124_langchain_gets_a_link(server: Server) -> None:
    with LANGCHAIN.started(f"{server.url}/v1", "any") as langchain:
        assert behind(langchain("run", query=PROMPT, fields={})["said"]).size == (1024, 1024)
        two = langchain("run", query=PROMPT, fields={"n": 2, "size": "256x256"})["said"]
    assert [behind(url).size for url in two.split("\n")] == [(256, 256)] * 2


@pytest.mark.parametrize(("model", "size"), [("storybook", "512x512"), ("gpt-image-2", "1024x1024")])
def test_125_vercels_sdk_gets_two_pictures(node: Call, model: str, size: str) -> None:
    answer = node("vercel", model=model, prompt=PROMPT, n=2, size=size, providerOptions=QUICKLY)
    assert [f"{(found := within(image['base64'])).width}x{found.height}" for image in answer["images"]] == [size] * 2
    assert answer["calls"] == 1
    assert answer["warnings"] == []


def test_125_vercels_sdk_gets_an_edit(node: Call, files: dict[str, Path]) -> None:
    image = str(files["image"])
    for model, images in (("storybook", [image]), ("gpt-image-1", [image, image])):
        answer = node("vercel", model=model, prompt=PROMPT, files=images, size="1024x1024", providerOptions=QUICKLY)
        assert [within(image["base64"]).size for image in answer["images"]] == [(1024, 1024)]


def test_126_litellm_draws_and_edits(server: Server, files: dict[str, Path]) -> None:
    image = str(files["image"])
    with LITELLM.started(f"{server.url}/v1", "any") as litellm:
        link = litellm("image_generation", fields={"model": "openai/dall-e-2", "prompt": PROMPT, "size": "256x256"})
        newer = {"model": "openai/gpt-image-1", "prompt": PROMPT, "quality": "low"}
        bytes_ = litellm("image_generation", fields=newer)
        edited = litellm("image_edit", files=[image, image], fields=newer)
    assert [answer.get("class") for answer in (link, bytes_, edited)] == ["ImageResponse"] * 3, (link, bytes_, edited)
    assert behind(link["data"][0]["url"]).size == (256, 256)
    assert within(bytes_["data"][0]["b64_json"]).format == "PNG"
    assert within(edited["data"][0]["b64_json"]).format == "PNG"
    assert edited["usage"]["input_tokens_details"]["image_tokens"] > 0


def test_128_nodes_library_streams_an_edit_of_several_images(node: Call, files: dict[str, Path]) -> None:
    image = str(files["image"])
    fields = {"model": "gpt-image-1", "prompt": PROMPT, "quality": "low", "partial_images": 2}
    *partials, last = node("edit_streamed", files=[image, image], fields=fields)["events"]
    assert last["type"] == "image_edit.completed"
    assert within(last["b64_json"]).format == "PNG"
    assert [event["type"] for event in partials] == ["image_edit.partial_image"] * len(partials)
    assert [event["partial_image_index"] for event in partials] == list(range(len(partials)))
    assert len(partials) <= 2


def test_128_nodes_library_draws_and_says_what_is_wrong(node: Call) -> None:
    answer = node("generate", fields={"model": "dall-e-2", "prompt": PROMPT, "size": "256x256", "n": 2})
    assert [behind(datum["url"]).size for datum in answer["data"]] == [(256, 256)] * 2
    wrong = node("generate", fields={"model": "dall-e-2", "prompt": PROMPT, "size": "255x255"})
    assert (wrong["error"], wrong["param"], wrong["code"]) == ("BadRequestError", "size", "invalid_value")
