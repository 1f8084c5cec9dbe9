"""AUTOMATIC1111's API, as its clients use it: items 104 to 121 of the checklist, on the bundled model."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from PIL import Image, ImageChops

from tests.api.checklist.conftest import PATIENCE
from tests.api.files import data_url, picture
from tests.serving import Server

SMALL: dict[str, Any] = {"prompt": "a red boat on the sea", "width": 256, "height": 256, "steps": 4}
LONG: dict[str, Any] = {"prompt": "a red boat on the sea", "width": 512, "height": 512, "steps": 100, "batch_size": 8}


@pytest.fixture(scope="module")
def webui(server: Server) -> Generator[httpx.Client]:
    with httpx.Client(base_url=f"{server.url}/sdapi/v1", timeout=PATIENCE) as client:
        yield client


def drawn(webui: httpx.Client, path: str = "/txt2img", **asked: Any) -> dict[str, Any]:
    answer = webui.post(path, json={**SMALL, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def info_of(answer: dict[str, Any]) -> dict[str, Any]:
    assert isinstance(answer["info"], str)
    found: dict[str, Any] = json.loads(answer["info"])
    return found


def opened(text: str) -> Image.Image:
    image = Image.open(io.BytesIO(base64.b64decode(text, validate=True)))
    image.load()
    return image


def warned(answer: dict[str, Any]) -> set[str]:
    return {notice["param"] for notice in answer["limner"]["warnings"]}


@pytest.fixture
def busy(webui: httpx.Client) -> Generator[Future[dict[str, Any]]]:
    """A long call that is being drawn, its progress known."""
    with ThreadPoolExecutor(1) as other:
        call = other.submit(drawn, webui, **LONG)
        until(lambda: webui.get("/progress").json()["state"]["sampling_step"] > 0)
        yield call
        webui.post("/interrupt")


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.1)


def test_104_options_name_a_model_of_the_list(webui: httpx.Client) -> None:
    answer = webui.get("/options")
    assert answer.status_code == 200
    titles = {model["title"] for model in webui.get("/sd-models").json()}
    assert answer.json()["sd_model_checkpoint"] in titles


def test_105_options_are_taken_back_whole_and_then_nothing_is_under_way(webui: httpx.Client) -> None:
    options = webui.get("/options").json()
    answer = webui.post("/options", json={**options, "no_such_option": {"deep": [1]}, "sd_vae": "Automatic"})
    assert (answer.status_code, answer.json()) == (200, None)
    until(lambda: (now := webui.get("/progress").json())["progress"] == 0 and now["state"]["job_count"] == 0, 20)
    assert webui.get("/options").json() == options


def test_106_models_have_every_key_that_clients_read(webui: httpx.Client) -> None:
    models = webui.get("/sd-models").json()
    for model in models:
        assert {"title", "model_name", "hash", "sha256", "filename", "config"} <= model.keys()
    storybook = next(model for model in models if model["model_name"] == "storybook")
    assert storybook["title"] == f"storybook [{storybook['hash']}]"
    assert storybook["sha256"].startswith(storybook["hash"])


def test_107_lists_are_there_and_the_first_upscaler_is_none(webui: httpx.Client) -> None:
    for name in ("samplers", "schedulers", "upscalers", "latent-upscale-modes", "sd-vae"):
        answer = webui.get(f"/{name}")
        assert (answer.status_code, type(answer.json())) == (200, list)
    assert webui.get("/upscalers").json()[0]["name"] == "None"
    assert "Euler" in {sampler["name"] for sampler in webui.get("/samplers").json()}


def test_108_a_batch_of_two_is_two_images_in_raw_base64(webui: httpx.Client) -> None:
    images = drawn(webui, batch_size=2)["images"]
    assert len(images) == 2
    for image in images:
        assert "data:" not in image
        assert "," not in image
        assert opened(image).size == (256, 256)


def test_109_info_is_a_string_with_a_seed_and_a_text_for_each_image(webui: httpx.Client) -> None:
    answer = drawn(webui, batch_size=2, seed=5)
    info = info_of(answer)
    assert info["seed"] == 5
    assert info["all_seeds"] == [5, 6]
    assert len(info["infotexts"]) == len(answer["images"]) == 2
    assert "Seed: 6" in info["infotexts"][1]


def test_110_keys_that_nobody_knows_do_no_harm(webui: httpx.Client) -> None:
    answer = drawn(
        webui,
        url="http://localhost:7860",
        auth="me:secret",
        clip_skip=2,
        alwayson_scripts={"ADetailer": {"args": [True, {"ad_model": "face.pt"}]}},
        firstphase_width=0,
        soft_inpainting=None,
    )
    assert {"clip_skip", "alwayson_scripts"} <= warned(answer)
    assert "secret" not in json.dumps(answer)


@pytest.mark.parametrize(
    "asked",
    [
        {"sampler_name": "DPM++ 2M Karras"},
        {"sampler_index": "Euler a"},
        {"sampler_name": "no such sampler", "scheduler": "Karras"},
    ],
)
def test_111_every_sampler_is_taken_for_the_models_own_and_that_is_said(
    webui: httpx.Client, asked: dict[str, str]
) -> None:
    answer = drawn(webui, **asked)
    assert "sampler_name" in warned(answer)
    assert info_of(answer)["sampler_name"] == "Euler"


def test_111_the_models_own_sampler_is_no_news(webui: httpx.Client) -> None:
    assert not {"sampler_name", "scheduler"} & warned(drawn(webui, sampler_name="Euler", scheduler="Automatic"))


def test_112_a_seed_draws_the_same_picture_twice_and_minus_one_is_told(webui: httpx.Client) -> None:
    first, second = (opened(drawn(webui, seed=42)["images"][0]) for _ in range(2))
    assert ImageChops.difference(first, second).getbbox() is None
    answer = drawn(webui, seed=-1)
    told = info_of(answer)["all_seeds"][0]
    assert told >= 0
    again = opened(drawn(webui, seed=told)["images"][0])
    assert ImageChops.difference(opened(answer["images"][0]), again).getbbox() is None


def test_113_a_model_is_chosen_for_one_call_alone(webui: httpx.Client) -> None:
    before = webui.get("/options").json()
    hash = webui.get("/sd-models").json()[0]["hash"]
    for name in ("storybook", "Storybook.safetensors", hash, before["sd_model_checkpoint"]):
        answer = drawn(webui, override_settings={"sd_model_checkpoint": name})
        assert info_of(answer)["sd_model_name"] == "storybook"
    refused = webui.post("/txt2img", json={**SMALL, "override_settings": {"sd_model_checkpoint": "dreamshaper"}})
    assert refused.status_code == 404
    assert refused.json()["detail"].startswith("Checkpoint not found: 'dreamshaper'")
    assert webui.get("/options").json() == before


def test_114_two_times_two_are_four_images_and_none_where_none_are_wanted(webui: httpx.Client) -> None:
    answer = drawn(webui, n_iter=2, batch_size=2)
    assert len(answer["images"]) == len(info_of(answer)["all_seeds"]) == 4
    assert drawn(webui, send_images=False)["images"] == []


def most(difference: Image.Image) -> int:
    """The largest difference of any pixel in any channel."""
    return max(difference.tobytes())


def half_white(size: tuple[int, int] = (256, 256)) -> bytes:
    """A mask that is white on its left half."""
    image = Image.new("L", size)
    image.paste(255, (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("as_url", [True, False])
@pytest.mark.parametrize("invert", [0, 1])
def test_115_what_is_white_in_the_mask_is_repainted(webui: httpx.Client, *, as_url: bool, invert: int) -> None:
    before, mask = picture((256, 256)), half_white()
    sent = data_url if as_url else (lambda file: base64.b64encode(file).decode())
    answer = drawn(
        webui,
        "/img2img",
        init_images=[sent(before)],
        mask=sent(mask),
        inpainting_mask_invert=invert,
        denoising_strength=1,
        steps=8,
    )
    after, original = opened(answer["images"][0]).convert("RGB"), Image.open(io.BytesIO(before)).convert("RGB")
    changed = ImageChops.difference(after, original)
    left, right = changed.crop((0, 0, 120, 256)), changed.crop((136, 0, 256, 256))
    painted, kept = (right, left) if invert else (left, right)
    assert most(kept) <= 2
    assert most(painted) > 40
    assert answer["parameters"]["init_images"] is None


def test_116_img2img_without_an_image_says_so(webui: httpx.Client) -> None:
    for body in (SMALL, {**SMALL, "init_images": []}, {**SMALL, "init_images": None}):
        answer = webui.post("/img2img", json=body)
        assert answer.status_code == 404
        assert answer.json()["detail"] == "Init image not found"
    damaged = webui.post("/img2img", json={**SMALL, "init_images": ["bm90IGEgcGljdHVyZQ=="]})
    assert damaged.status_code == 422
    assert damaged.json()["detail"].startswith("Invalid encoded image")


def test_117_progress_while_idle_is_nothing(webui: httpx.Client) -> None:
    now = webui.get("/progress").json()
    assert (now["progress"], now["eta_relative"], now["current_image"]) == (0, 0, None)
    assert now["state"]["job_count"] == 0
    assert {"skipped", "interrupted", "job", "job_timestamp", "job_no", "sampling_step"} <= now["state"].keys()


def test_117_progress_while_busy_has_steps_and_a_preview(webui: httpx.Client, busy: Future[dict[str, Any]]) -> None:
    now = webui.get("/progress").json()
    assert 0 < now["progress"] <= 1
    assert now["eta_relative"] > 0
    assert now["state"]["sampling_steps"] == 100
    assert now["state"]["job_count"] == 8
    until(lambda: webui.get("/progress").json()["current_image"] is not None)
    assert opened(webui.get("/progress").json()["current_image"]).format == "PNG"
    assert webui.get("/progress", params={"skip_current_image": "true"}).json()["current_image"] is None


def test_118_interrupt_ends_the_running_call_with_what_is_done(
    webui: httpx.Client, busy: Future[dict[str, Any]]
) -> None:
    begun = time.monotonic()
    answer = webui.post("/interrupt", content=b"")
    assert (answer.status_code, answer.json()) == (200, {})
    interrupted = busy.result(timeout=10)
    assert time.monotonic() - begun < 10
    assert len(interrupted["images"]) == len(info_of(interrupted)["infotexts"]) < 8
    assert "interrupt" in warned(interrupted)


def test_119_a_picture_says_how_it_was_made(webui: httpx.Client) -> None:
    answer = drawn(webui, seed=77, negative_prompt="rain")
    for image in (answer["images"][0], "data:image/png;base64," + answer["images"][0]):
        told = webui.post("/png-info", json={"image": image}).json()
        assert told["info"] == info_of(answer)["infotexts"][0]
        assert "Steps: 4," in told["info"]
        assert "Seed: 77," in told["info"]
        assert told["parameters"]["Negative prompt"] == "rain"
        assert "parameters" not in told["items"]


@pytest.mark.parametrize("header", ["", "Basic", "Basic bWU6d3Jvbmc=", "Basic !!!", "Bearer wrong"])
def test_120_without_accounts_any_authorization_will_do(webui: httpx.Client, header: str) -> None:
    assert webui.get("/options", headers={"authorization": header}).status_code == 200


def test_121_the_api_stands_at_the_root(webui: httpx.Client, server: Server) -> None:
    assert httpx.get(f"{server.url}/sdapi/v1/options", timeout=PATIENCE).status_code == 200
    unknown = webui.get("/no-such-thing")
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Not Found"})
    assert webui.get("/txt2img").status_code == 405
