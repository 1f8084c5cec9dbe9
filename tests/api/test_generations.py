"""A prompt over HTTP becomes pictures, in the shape that the asked name's clients expect."""

from __future__ import annotations

import asyncio
import base64
import io
import re
from datetime import timedelta
from typing import Any

import httpx
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from limner.engines.contract import Size
from limner.errors import EngineError, ModelBroken
from limner.jobs.models import Job
from limner.jobs.threads import in_thread
from limner.storage.signing import opened
from tests.api.conftest import PATIENCE, Server
from tests.api.painter import colour_of

GENERATIONS = "/v1/images/generations"
PROMPT = "a friendly robot holding a flower"


def decoded(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


async def generate(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post(GENERATIONS, json={"prompt": PROMPT, **body})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_a_prompt_alone_becomes_one_picture_behind_a_url(client: httpx.AsyncClient, server: Server) -> None:
    answer = await generate(client)

    assert isinstance(answer["created"], int)
    assert answer.keys() == {"created", "data", "limner"}
    [datum] = answer["data"]
    assert datum.keys() == {"url"}
    url = httpx.URL(datum["url"])
    assert str(url).startswith(server.url + "/files/")
    assert url.path.endswith(".png")
    async with httpx.AsyncClient() as stranger:
        fetched = await stranger.get(url)
    assert fetched.status_code == 200
    assert fetched.headers["content-type"] == "image/png"
    assert decoded(fetched.content).size == (1024, 1024)


async def test_a_link_is_good_for_an_hour_at_least_and_dies_with_its_signature(client: httpx.AsyncClient) -> None:
    url = (await generate(client))["data"][0]["url"]
    token = url.rpartition("/")[2].removesuffix(".png")

    said = opened(token)
    assert said.variant == "png"
    assert said.expires_at - timezone.now() > timedelta(minutes=60)
    other = "y" if token[0] == "x" else "x"
    assert (await client.get(url.replace(token, other + token[1:]))).status_code == 404


async def test_base64_decodes_to_a_picture_and_has_no_prefix(client: httpx.AsyncClient) -> None:
    answer = await generate(client, response_format="b64_json", size="256x256", seed=5)

    [datum] = answer["data"]
    assert datum.keys() == {"b64_json"}
    picture = decoded(base64.b64decode(datum["b64_json"], validate=True))
    assert picture.size == (256, 256)
    assert picture.convert("RGB").getpixel((9, 9)) == tuple(colour_of(5))


async def test_three_pictures_are_three_different_ones(client: httpx.AsyncClient) -> None:
    answer = await generate(client, model="dall-e-2", n=3, size="256x256", seed=7, response_format="b64_json")

    pictures = [decoded(base64.b64decode(datum["b64_json"])).convert("RGB") for datum in answer["data"]]
    assert [picture.getpixel((0, 0)) for picture in pictures] == [tuple(colour_of(seed)) for seed in (7, 8, 9)]


async def test_gpt_image_names_always_get_base64_and_the_newer_fields(client: httpx.AsyncClient) -> None:
    for name in ("gpt-image-1", "gpt-image-2.6-flare"):
        answer = await generate(client, model=name, response_format="url")

        assert answer["data"][0].keys() == {"b64_json"}
        assert answer["background"] == "opaque"
        assert answer["output_format"] == "png"
        assert answer["quality"] == "low"
        picture = decoded(base64.b64decode(answer["data"][0]["b64_json"]))
        assert answer["size"] == str(Size(*picture.size))
        usage = answer["usage"]
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
        assert usage["input_tokens_details"].keys() == {"text_tokens", "image_tokens"}


async def test_dall_e_3_is_told_its_revised_prompt(client: httpx.AsyncClient) -> None:
    answer = await generate(client, model="dall-e-3", style="vivid", quality="hd")

    assert answer["data"][0]["revised_prompt"] == PROMPT
    assert answer["data"][0]["url"]
    assert "usage" not in answer


async def test_our_own_name_gets_a_url_unless_base64_is_asked_for(client: httpx.AsyncClient) -> None:
    assert "url" in (await generate(client, model="storybook", size="512x512"))["data"][0]
    asked = await generate(client, model="storybook", size="512x512", response_format="b64_json")
    assert asked["data"][0].keys() == {"b64_json"}


async def test_seed_steps_guidance_and_negative_prompt_reach_the_engine(
    client: httpx.AsyncClient, server: Server
) -> None:
    await generate(client, seed=11, steps=4, guidance=2.5, negative_prompt="rain")
    await generate(client, num_inference_steps=6, cfg_scale=4)

    first, second = (order.request for order in server.painter.orders)
    assert (first.seed, first.steps, first.guidance, first.negative_prompt) == (11, 4, 2.5, "rain")
    assert (second.steps, second.guidance) == (6, 4.0)


async def test_the_same_seed_gives_the_same_bytes(client: httpx.AsyncClient) -> None:
    first = await generate(client, seed=3, response_format="b64_json", size="256x256")
    second = await generate(client, seed=3, response_format="b64_json", size="256x256")
    pixels = [decoded(base64.b64decode(answer["data"][0]["b64_json"])).tobytes() for answer in (first, second)]
    assert pixels[0] == pixels[1]


async def test_nulls_are_the_same_as_leaving_out(client: httpx.AsyncClient) -> None:
    nothing = dict.fromkeys(
        ("model", "n", "size", "quality", "style", "user", "stream", "output_compression", "partial_images")
    )
    assert len((await generate(client, **nothing))["data"]) == 1


async def test_an_emoji_and_a_prompt_of_spaces_are_drawn(client: httpx.AsyncClient) -> None:
    assert (await generate(client, prompt="🤖 🌻"))["data"]
    assert (await generate(client, prompt="   "))["data"]


async def test_unknown_keys_are_passed_over_with_a_warning(client: httpx.AsyncClient) -> None:
    answer = await generate(client, sparkle=True, width=512, user="alice", moderation="auto")

    assert answer["limner"]["model"] == "storybook"
    warned = {warning["param"] for warning in answer["limner"]["warnings"]}
    assert {"sparkle", "width"} <= warned
    assert not warned & {"user", "moderation"}


async def test_every_answer_names_its_request_and_the_model(client: httpx.AsyncClient) -> None:
    first, second = await asyncio.gather(
        *(client.post(GENERATIONS, json={"prompt": PROMPT, "size": "256x256"}) for _ in range(2))
    )
    ids = {answer.headers["x-request-id"] for answer in (first, second)}
    assert len(ids) == 2
    assert all(re.fullmatch(r"req_[0-9a-f]{32}", given) for given in ids)
    assert float(first.headers["openai-processing-ms"]) >= 0
    assert first.headers["x-limner-model"] == "storybook"
    assert first.json()["data"][0]["url"] != second.json()["data"][0]["url"]


async def test_a_base_url_without_v1_works_too(client: httpx.AsyncClient) -> None:
    assert (await client.post("/images/generations", json={"prompt": PROMPT})).status_code == 200


async def test_jpeg_and_webp_are_what_they_say(client: httpx.AsyncClient) -> None:
    for format, extension in (("jpeg", ".jpg"), ("webp", ".webp")):
        answer = await generate(client, output_format=format, size="256x256")
        url = answer["data"][0]["url"]
        assert url.endswith(extension)
        assert decoded((await client.get(url)).content).format == format.upper()


async def test_what_the_engine_could_not_draw_is_said_with_its_status_and_code(
    client: httpx.AsyncClient, server: Server
) -> None:
    server.painter.trouble = ModelBroken("The model's files are damaged. Mend them with: limner doctor")
    answer = await client.post(GENERATIONS, json={"prompt": PROMPT})

    assert answer.status_code == 500
    error = answer.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["code"] == "model_broken"
    assert "limner doctor" in error["message"]
    assert answer.headers["x-should-retry"] == "false"


async def test_the_pages_are_answered_while_many_calls_wait(client: httpx.AsyncClient, server: Server) -> None:
    server.painter.may_paint.clear()
    waiting = [asyncio.create_task(generate(client, size="256x256")) for _ in range(20)]
    await asyncio.wait_for(server.painter.started.wait(), PATIENCE)

    assert (await client.get("/v1/models")).status_code == 200
    server.painter.may_paint.set()
    answers = await asyncio.gather(*waiting)
    assert len({answer["data"][0]["url"] for answer in answers}) == 20


async def test_a_wait_that_would_be_too_long_is_refused_at_once_and_nothing_is_stored(
    client: httpx.AsyncClient, server: Server, settings: Settings
) -> None:
    settings.LIMNER_API_MAX_WAIT = 0.001
    server.painter.may_paint.clear()
    first = asyncio.create_task(generate(client))
    await asyncio.wait_for(server.painter.started.wait(), PATIENCE)

    answer = await client.post(GENERATIONS, json={"prompt": PROMPT})

    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "rate_limit_exceeded"
    assert 1 <= int(answer.headers["retry-after"]) <= 120
    assert await in_thread(Job.objects.count) == 1
    server.painter.may_paint.set()
    await first


async def test_a_call_after_a_failed_one_is_drawn(client: httpx.AsyncClient, server: Server) -> None:
    server.painter.trouble = EngineError("No.")
    assert (await client.post(GENERATIONS, json={"prompt": PROMPT})).status_code == 500
    server.painter.trouble = None
    assert (await generate(client))["data"]


async def test_a_background_that_nothing_could_be_cut_out_of_is_opaque_and_told(client: httpx.AsyncClient) -> None:
    answer = await generate(client, model="gpt-image-1", background="transparent", n=2)
    assert answer["background"] == "opaque"
    [warning] = [said for said in answer["limner"]["warnings"] if said["param"] == "background"]
    assert warning["message"].startswith("Of the pictures, 1, 2 stayed opaque")


async def test_jpeg_and_webp_are_as_small_as_was_asked_for(client: httpx.AsyncClient) -> None:
    sizes = []
    for compression in (0, 100):
        answer = await generate(
            client, output_format="jpeg", size="256x256", output_compression=compression, response_format="b64_json"
        )
        sizes.append(len(answer["data"][0]["b64_json"]))
    assert sizes[0] < sizes[1]
