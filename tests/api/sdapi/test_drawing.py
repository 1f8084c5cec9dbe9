"""What AUTOMATIC1111's programs ask for is drawn as they mean it, or it is said what was not."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from limner.accounts.keys import make_key
from limner.accounts.models import Account, Plan, Scope
from limner.engines.contract import Size, Task
from limner.errors import ModelBroken
from limner.gallery.models import Lineage, Picture, Upload
from limner.jobs.models import Job
from limner.jobs.threads import in_thread
from tests.api.conftest import Server
from tests.api.files import data_url, opened, picture
from tests.api.sdapi.people import ASKED, info_of, program, program_of, warned


def raw(file: bytes) -> str:
    return base64.b64encode(file).decode()


async def test_what_is_left_out_is_the_models_own(webui: httpx.AsyncClient, server: Server) -> None:
    answer = await webui.post("/txt2img", json={"prompt": "a cat"})
    assert warned(answer) == {}
    request = server.painter.orders[0].request
    assert (request.size, request.n, request.steps, request.guidance) == (Size(512, 512), 1, 20, 3.5)


async def test_numbers_may_be_texts_and_null_is_nothing(webui: httpx.AsyncClient, server: Server) -> None:
    asked = {**ASKED, "seed": "7", "steps": 4.0, "cfg_scale": None, "negative_prompt": None, "sampler_name": None}
    assert warned(await webui.post("/txt2img", json=asked)) == {}
    request = server.painter.orders[0].request
    assert (request.seed, request.steps, request.guidance) == (7, 4, 3.5)


async def test_no_words_are_drawn_too(webui: httpx.AsyncClient) -> None:
    for path, more in (("/txt2img", {}), ("/img2img", {"init_images": [raw(picture())]})):
        answer = await webui.post(path, json={**ASKED, "prompt": "", **more})
        assert len(answer.json()["images"]) == 1


async def test_what_a_model_cannot_reach_is_as_near_as_it_gets(webui: httpx.AsyncClient, server: Server) -> None:
    answer = await webui.post("/txt2img", json={**ASKED, "steps": 150, "cfg_scale": 99})
    assert {"steps", "cfg_scale"} == set(warned(answer))
    request = server.painter.orders[0].request
    assert (request.steps, request.guidance) == (100, 30.0)


@pytest.mark.parametrize(
    ("hires", "size"),
    [
        ({"hr_scale": 1.5}, Size(96, 96)),
        ({"hr_resize_x": 128}, Size(128, 128)),
        ({"hr_resize_x": 128, "hr_resize_y": 80}, Size(128, 80)),
    ],
)
async def test_a_larger_second_pass_is_a_larger_picture(
    webui: httpx.AsyncClient, hires: dict[str, Any], size: Size
) -> None:
    answer = await webui.post("/txt2img", json={**ASKED, "enable_hr": True, "hr_upscaler": "Latent", **hires})
    assert "enable_hr" in warned(answer)
    assert opened(base64.b64decode(answer.json()["images"][0])).size == (size.width, size.height)
    assert (info_of(answer)["width"], info_of(answer)["height"]) == (size.width, size.height)


async def test_what_nobody_asked_for_is_not_told(webui: httpx.AsyncClient) -> None:
    quiet = {
        "eta": 1.0, "s_tmax": 0, "subseed": -1, "mask_blur": 4, "restore_faces": False, "styles": [],
        "script_name": None, "hr_upscaler": "Latent", "refiner_checkpoint": None, "save_images": True,
        "alwayson_scripts": {"ADetailer": {"args": [False]}, "ControlNet": {"args": []}},
        "override_settings": {"sd_vae": "Automatic", "CLIP_stop_at_last_layers": 1},
    }  # fmt: skip
    assert warned(await webui.post("/txt2img", json={**ASKED, **quiet})) == {}


async def test_what_was_asked_for_and_is_not_done_is_told(webui: httpx.AsyncClient) -> None:
    asked = {
        "tiling": True, "styles": ["Anime"], "subseed_strength": 0.5, "scheduler": "Karras",
        "override_settings": {"sd_vae": "other.pt", "sd_model_checkpoint": "storybook"},
        "override_settings_restore_afterwards": False,
    }  # fmt: skip
    told = warned(await webui.post("/txt2img", json={**ASKED, **asked}))
    assert told.keys() == {*asked, "override_settings"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"width": 8}, "greater than or equal to 64"),
        ({"width": "wide"}, "valid integer"),
        ({"width": 4096, "height": 4096}, "8,294,400 pixels"),
        ({"enable_hr": True, "hr_scale": 64, "width": 512}, "64 to 4096"),
        ({"batch_size": 4, "n_iter": 4}, "at most 10"),
        ({"batch_size": 0}, "greater than or equal to 1"),
        ({"script_name": "X/Y/Z plot"}, "Script 'X/Y/Z plot' not found"),
        ({"prompt": "x" * 5000}, "maximum length 4000"),
        ({"prompt": ["a cat"]}, "valid string"),
        ({"denoising_strength": 2}, "less than or equal to 1"),
        ({"seed": 2**40}, "seed"),
        ({"override_settings": []}, "valid dictionary"),
    ],
)
async def test_a_wrong_value_is_named_and_nothing_is_drawn(
    webui: httpx.AsyncClient, wrong: dict[str, Any], said: str
) -> None:
    answer = await webui.post("/txt2img", json={**ASKED, **wrong})
    assert answer.status_code == 422
    assert said in str(answer.json()["detail"])
    assert "x" * 5000 not in answer.text
    assert await in_thread(Job.objects.count) == 0


async def test_values_beyond_json_and_any_depth_break_nothing(webui: httpx.AsyncClient) -> None:
    deep = "[" * 400 + "]" * 400
    for told, status in (('{"a": 1e999}', 200), (f'{{"a": {deep}}}', 422)):
        body = f'{{"prompt": "a cat", "width": 64, "height": 64, "alwayson_scripts": {told}, "junk": {deep}}}'
        answer = await webui.post("/txt2img", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == status, answer.text
        assert "Infinity" not in answer.text


@pytest.mark.parametrize("name", ["storybook [0123456789]", "STORYBOOK.ckpt"])
async def test_a_model_is_known_by_the_title_of_an_older_version(webui: httpx.AsyncClient, name: str) -> None:
    answer = await webui.post("/txt2img", json={**ASKED, "override_settings": {"sd_model_checkpoint": name}})
    assert info_of(answer)["sd_model_name"] == "storybook"


async def test_what_is_no_json_is_said_in_their_shape(webui: httpx.AsyncClient) -> None:
    for body in (b"", b"{", b"[]", b'{"prompt": "a", "prompt": "b"}'):
        answer = await webui.post("/txt2img", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400
        assert isinstance(answer.json()["detail"], str)


async def test_a_model_that_breaks_is_told_without_its_insides(webui: httpx.AsyncClient, server: Server) -> None:
    server.painter.trouble = ModelBroken("The model's files are damaged.")
    answer = await webui.post("/txt2img", json=ASKED)
    assert answer.status_code == 500
    assert answer.json()["detail"] == "The model's files are damaged."


async def test_every_answer_can_be_found_in_the_log(webui: httpx.AsyncClient) -> None:
    for answer in (await webui.get("/options"), await webui.get("/nothing"), await webui.post("/txt2img", json={})):
        assert answer.headers["x-request-id"].startswith("req_")
        assert answer.headers["cache-control"] == "no-store"


async def test_a_key_that_may_only_read_draws_nothing(server_with_accounts: Server, alice: Account) -> None:
    _, secret = await in_thread(lambda: make_key(alice, "reader", scopes=[Scope.READ]))
    async with program(server_with_accounts, auth=("alice", secret)) as reader:
        assert (await reader.get("/progress")).status_code == 200
        refused = await reader.post("/txt2img", json=ASKED)
        assert refused.status_code == 403
        assert "draw" in refused.json()["detail"]


# img2img -------------------------------------------------------------------------------------------------------


async def test_a_picture_is_changed_as_much_as_was_asked_for(webui: httpx.AsyncClient, server: Server) -> None:
    asked = {**ASKED, "width": 128, "init_images": [raw(picture())], "denoising_strength": 0.4, "seed": 3}
    answer = await webui.post("/img2img", json=asked)
    request = server.painter.orders[0].request
    assert (request.task, request.strength, request.mask) == (Task.EDIT, 0.4, None)
    assert (request.images[0].width, request.images[0].height) == (128, 64)
    assert "Denoising strength: 0.4" in info_of(answer)["infotexts"][0]
    child = await in_thread(Picture.objects.get)
    assert await in_thread(Lineage.objects.get, child=child, parent_upload__isnull=False)


async def test_only_the_first_picture_is_changed_and_that_is_told(webui: httpx.AsyncClient) -> None:
    asked = {**ASKED, "init_images": [raw(picture()), raw(picture())], "inpaint_full_res": 1, "mask": raw(picture())}
    assert {"init_images", "inpaint_full_res"} == set(warned(await webui.post("/img2img", json=asked)))
    soft = {**ASKED, "init_images": [raw(picture())], "mask": raw(picture()), "mask_blur": 12, "inpainting_fill": 2}
    assert {"mask_blur", "inpainting_fill"} == set(warned(await webui.post("/img2img", json=soft)))
    usual = soft | {"mask_blur": 4, "inpainting_fill": 1}
    assert warned(await webui.post("/img2img", json=usual)) == {}


async def test_the_pictures_that_came_are_told_back_only_when_asked_for(webui: httpx.AsyncClient) -> None:
    asked = {**ASKED, "init_images": [raw(picture())]}
    assert (await webui.post("/img2img", json=asked)).json()["parameters"]["init_images"] is None
    told = (await webui.post("/img2img", json={**asked, "include_init_images": True})).json()["parameters"]
    assert told["init_images"] == asked["init_images"]


async def test_one_of_ones_own_pictures_may_be_named_by_its_address(webui: httpx.AsyncClient, server: Server) -> None:
    drawn = (await webui.post("/txt2img", json=ASKED)).json()["limner"]["job"]
    public_id = (await in_thread(Picture.objects.get, job=drawn)).public_id
    asked = {**ASKED, "init_images": [f"{server.url}/pictures/{public_id}"]}
    assert (await webui.post("/img2img", json=asked)).status_code == 200


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a.png", "http://169.254.169.254/", "https://example.com/a.png"])
async def test_no_other_address_is_asked(webui: httpx.AsyncClient, url: str) -> None:
    answer = await webui.post("/img2img", json={**ASKED, "init_images": [url]})
    assert answer.status_code == 422
    assert "Invalid 'image'" in answer.json()["detail"]
    assert await in_thread(Upload.objects.count) == 0


@pytest.mark.parametrize("text", ["", "data:image/png;base64,", "!!!!", "bm8gcGljdHVyZQ==", data_url(b"GIF89a")])
async def test_what_is_no_picture_is_refused(webui: httpx.AsyncClient, text: str) -> None:
    answer = await webui.post("/img2img", json={**ASKED, "init_images": [text or "    "]})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("Invalid encoded image")


async def test_nothing_stays_of_what_came_with_a_call_that_is_refused(
    server_with_accounts: Server, alice: Account
) -> None:
    def broke() -> None:
        alice.plan = Plan.objects.create(name="empty", credits_per_month=0)
        alice.save()

    await in_thread(broke)
    async with await program_of(alice, server_with_accounts) as hers:
        answer = await hers.post("/img2img", json={**ASKED, "init_images": [raw(picture())], "mask": raw(picture())})
    assert answer.status_code == 429
    assert isinstance(answer.json()["detail"], str)
    assert await in_thread(Upload.objects.count) == 0
