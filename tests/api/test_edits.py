"""A picture, a mask and words over HTTP become a job that names uploads, and pictures come back."""

from __future__ import annotations

import base64
import io
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image, ImageChops
from pytest_django import Settings

from limner.api.openai import asking
from limner.engines.contract import DrawOrder, Task
from limner.gallery.models import Lineage, Upload
from limner.jobs.models import Job
from limner.jobs.threads import in_thread
from tests.api.conftest import Server
from tests.api.files import data_url, mask, opened, picture, saved, with_a_hole

EDITS = "/v1/images/edits"
VARIATIONS = "/v1/images/variations"
WORDS = {"prompt": "a red house", "size": "256x256", "response_format": "b64_json"}


async def changed(client: httpx.AsyncClient, path: str, files: Any, **fields: Any) -> dict[str, Any]:
    answer = await client.post(path, data=fields, files=files)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def the_order(server: Server) -> DrawOrder:
    [order] = server.painter.orders
    return order


async def test_a_picture_and_a_mask_reach_the_engine_as_uploads(client: httpx.AsyncClient, server: Server) -> None:
    answer = await changed(client, EDITS, {"image": picture(), "mask": mask()}, model="dall-e-2", n="2", **WORDS)

    assert len(answer["data"]) == 2
    assert opened(base64.b64decode(answer["data"][0]["b64_json"])).size == (256, 256)
    order = the_order(server)
    assert (order.request.task, order.request.prompt, order.request.n) == (Task.EDIT, "a red house", 2)
    [image] = order.request.images
    assert order.request.mask is not None
    assert (image.width, image.height, image.has_alpha) == (64, 64, False)
    assert set(order.images) == {image.public_id, order.request.mask.public_id}
    assert opened(order.images[order.request.mask.public_id]).mode == "RGBA"


async def test_the_picture_that_was_given_is_the_parent_of_what_was_drawn(
    client: httpx.AsyncClient, server: Server
) -> None:
    await changed(client, VARIATIONS, {"image": picture()}, size="256x256")

    line = await in_thread(Lineage.objects.select_related("parent_upload").get)
    assert line.kind == Lineage.Kind.VARY
    assert line.parent_upload is not None
    assert str(line.parent_upload.public_id) == the_order(server).request.images[0].public_id


async def test_a_variation_needs_no_words(client: httpx.AsyncClient, server: Server) -> None:
    answer = await changed(client, VARIATIONS, {"image": picture()}, n="2", size="256x256")

    assert [datum.keys() for datum in answer["data"]] == [{"url"}, {"url"}]
    assert the_order(server).request.task is Task.VARY


@pytest.mark.parametrize("named", ["dall-e-2", None])
async def test_without_a_mask_what_is_clear_in_the_picture_is_its_mask(
    client: httpx.AsyncClient, server: Server, named: str | None
) -> None:
    fields = {**WORDS, **({"model": named} if named else {})}
    await changed(client, EDITS, {"image": with_a_hole()}, **fields)
    request = the_order(server).request
    assert request.mask == request.images[0]
    assert await in_thread(Upload.objects.count) == 1


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
async def test_a_picture_with_nothing_clear_in_it_is_changed_all_over(
    client: httpx.AsyncClient, server: Server, mode: str
) -> None:
    await changed(client, EDITS, {"image": picture(mode=mode)}, model="dall-e-2", **WORDS)
    assert the_order(server).request.mask is None


async def test_to_the_newer_names_a_clear_part_is_only_part_of_the_picture(
    client: httpx.AsyncClient, server: Server
) -> None:
    await changed(client, EDITS, {"image": with_a_hole()}, model="gpt-image-1", prompt="a house")
    assert the_order(server).request.mask is None


@pytest.mark.parametrize("part", ["image", "image[]", "image[0]"])
async def test_the_image_is_found_under_each_of_its_names(
    client: httpx.AsyncClient, server: Server, part: str
) -> None:
    await changed(client, EDITS, {part: picture()}, **WORDS)
    assert len(the_order(server).request.images) == 1


async def test_the_newer_names_take_up_to_sixteen_images(client: httpx.AsyncClient, server: Server) -> None:
    files = [("image[]", picture((16, 16))) for _ in range(16)]
    answer = await changed(client, EDITS, files, model="gpt-image-1", prompt="a house")
    used = len(the_order(server).request.images)
    assert used >= 1
    warned = {warning["param"] for warning in answer["limner"]["warnings"]}
    assert used == 16 or warned & {"image", "images"}


@pytest.mark.parametrize(("name", "kind"), [("image", "application/octet-stream"), ("x.txt", "text/plain")])
async def test_names_and_content_types_of_files_are_not_looked_at(
    client: httpx.AsyncClient, server: Server, name: str, kind: str
) -> None:
    await changed(client, EDITS, {"image": (name, picture(), kind), "mask": (name, mask(), kind)}, **WORDS)
    assert the_order(server).request.mask is not None


async def test_text_parts_with_a_content_type_of_their_own_are_fields(
    client: httpx.AsyncClient, server: Server
) -> None:
    files = {
        "image": ("a.png", picture(), "image/png"),
        "prompt": (None, b"a red house", "text/plain; charset=utf-8"),
        "n": (None, b"2", "text/plain; charset=utf-8"),
    }
    await changed(client, EDITS, files)
    assert (the_order(server).request.prompt, the_order(server).request.n) == ("a red house", 2)


def on_its_side() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(opened(picture((64, 32))), "JPEG", exif=exif, quality=95)


ODD_FILES = {
    "jpeg": picture(format="JPEG"),
    "webp": picture(format="WEBP"),
    "palette": picture(mode="P"),
    "grey": picture(mode="L"),
    "several": saved(
        Image.new("RGB", (64, 64), "red"), "MPO", save_all=True, append_images=[Image.new("RGB", (64, 64))]
    ),
    "sideways": on_its_side(),
}


@pytest.mark.parametrize("named", ["gpt-image-1", "storybook"])
@pytest.mark.parametrize("name", ODD_FILES)
async def test_whatever_a_phone_or_a_program_writes_is_taken(
    client: httpx.AsyncClient, server: Server, name: str, named: str
) -> None:
    await changed(client, EDITS, {"image": ODD_FILES[name]}, model=named, prompt="a house")
    order = the_order(server)
    [file] = order.images.values()
    assert opened(file).format == "PNG"
    assert not opened(file).info
    if name == "sideways":
        assert opened(file).size == (32, 64)
        assert (order.request.images[0].width, order.request.images[0].height) == (32, 64)


async def test_a_mask_fits_a_sideways_picture_as_people_see_it(client: httpx.AsyncClient, server: Server) -> None:
    await changed(client, EDITS, {"image": on_its_side(), "mask": mask((32, 64))}, model="gpt-image-1", prompt="x")
    assert the_order(server).request.mask is not None


async def test_the_same_in_json(client: httpx.AsyncClient, server: Server) -> None:
    body = {
        "model": "gpt-image-1",
        "prompt": "a red house",
        "images": [{"image_url": data_url(picture())}],
        "mask": {"image_url": data_url(mask())},
    }
    answer = await client.post(EDITS, json=body)
    assert answer.status_code == 200, answer.text
    request = the_order(server).request
    assert request.task is Task.EDIT
    assert request.mask is not None
    assert answer.json()["data"][0].keys() == {"b64_json"}


async def test_a_picture_of_several_megabytes_travels_in_json(client: httpx.AsyncClient, server: Server) -> None:
    noise = ImageChops.invert(Image.effect_noise((1500, 1500), 90).convert("RGB"))
    large = data_url(saved(noise))
    assert len(large) > 2_000_000
    answer = await client.post(EDITS, json={"prompt": "a house", "images": [{"image_url": large}]})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("shape", "ratio"), [((96, 64), 1.5), ((64, 96), 1 / 1.5), ((64, 64), 1)])
async def test_without_a_size_the_shape_of_the_picture_is_kept(
    client: httpx.AsyncClient, server: Server, shape: tuple[int, int], ratio: float
) -> None:
    answer = await changed(client, EDITS, {"image": picture(shape)}, model="gpt-image-1", prompt="a house")
    width, height = map(int, answer["size"].split("x"))
    assert width / height == pytest.approx(ratio, rel=0.02)


async def test_every_answer_says_what_drew_it(client: httpx.AsyncClient) -> None:
    for path, fields in ((EDITS, WORDS), (VARIATIONS, {"size": "256x256"})):
        answer = await client.post(path, data={**fields, "sparkle": "1"}, files={"image": picture()})
        assert answer.headers["x-limner-model"] == "storybook"
        limner = answer.json()["limner"]
        assert limner["model"] == "storybook"
        assert "sparkle" in {warning["param"] for warning in limner["warnings"]}


async def test_a_base_url_without_v1_works_too(client: httpx.AsyncClient) -> None:
    for path in ("/images/edits", "/images/variations"):
        answer = await client.post(path, data={"prompt": "x", "size": "256x256"}, files={"image": picture()})
        assert answer.status_code == 200, answer.text


async def test_numbers_of_drawing_are_read_from_text(client: httpx.AsyncClient, server: Server) -> None:
    await changed(client, EDITS, {"image": picture()}, seed="9", steps="3", guidance_scale="2.5", **WORDS)
    request = the_order(server).request
    assert (request.seed, request.steps, request.guidance) == (9, 3, 2.5)


async def test_a_job_that_nobody_may_submit_leaves_no_upload_behind(
    client: httpx.AsyncClient, server: Server, settings: Settings
) -> None:
    settings.LIMNER_API_MAX_WAIT = -1
    answer = await client.post(EDITS, data=WORDS, files={"image": picture()})
    assert answer.status_code == 429
    assert await in_thread(Upload.objects.count) == 0
    assert await in_thread(Job.objects.count) == 0


async def test_nothing_stays_of_an_edit_whose_words_are_blocked_when_it_is_submitted(
    client: httpx.AsyncClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_yet(_: object) -> None:
        """The list is made longer between reading a call and submitting it."""
        settings.LIMNER_BLOCKED_WORDS = "house"

    monkeypatch.setattr(asking, "refuse_blocked", not_yet)
    answer = await client.post(EDITS, data=WORDS, files={"image": picture(), "mask": mask()})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "content_policy_violation")
    assert await in_thread(Upload.objects.count) == 0


async def test_an_upload_is_kept_under_the_id_that_the_request_names(
    client: httpx.AsyncClient, server: Server
) -> None:
    await changed(client, EDITS, {"image": picture()}, **WORDS)
    kept = await in_thread(Upload.objects.get)
    assert kept.public_id == UUID(the_order(server).request.images[0].public_id)
    assert io.BytesIO(the_order(server).images[str(kept.public_id)]).getbuffer().nbytes == kept.bytes
