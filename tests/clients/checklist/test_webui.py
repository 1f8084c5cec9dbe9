"""AUTOMATIC1111's API as `webuiapi`, the Python client that most programs use for it, reads it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageChops

from tests.api.checklist.conftest import Accounts
from tests.serving import Server

pytestmark = [pytest.mark.extra, pytest.mark.timeout(300)]

SMALL: dict[str, Any] = {"prompt": "a red boat on the sea", "width": 256, "height": 256, "steps": 4}


def client(url: str, **more: Any) -> Any:
    from webuiapi import WebUIApi

    where = urlsplit(url)
    return WebUIApi(host=where.hostname, port=where.port, **more)


@pytest.fixture
def webui(server: Server) -> Any:
    return client(server.url)


def half_white() -> Image.Image:
    image = Image.new("L", (256, 256))
    image.paste(255, (0, 0, 128, 256))
    return image


def test_104_its_current_model_is_one_of_its_models(webui: Any) -> None:
    assert webui.util_get_current_model() in webui.util_get_model_names()


def test_105_it_sets_a_model_and_waits_until_it_is_ready(webui: Any) -> None:
    webui.util_set_model("storybook")
    webui.util_wait_for_ready(check_interval=0.5)
    webui.set_options({**webui.get_options(), "CLIP_stop_at_last_layers": 2})


def test_106_107_its_lists_are_read(webui: Any) -> None:
    assert "storybook" in {model["model_name"] for model in webui.get_sd_models()}
    assert webui.get_upscalers()[0]["name"] == "None"
    assert "Euler" in webui.util_get_sampler_names()
    assert webui.util_get_scheduler_names() == ["automatic"]
    assert webui.get_scripts() == {"txt2img": [], "img2img": []}
    for names in (webui.get_sd_vae, webui.get_loras, webui.get_face_restorers, webui.get_hypernetworks):
        assert names() == []
    assert webui.refresh_checkpoints() == webui.skip() == webui.get_cmd_flags() == {}


def test_108_109_112_a_batch_comes_with_its_seeds_and_texts(webui: Any) -> None:
    result = webui.txt2img(**SMALL, batch_size=2, seed=42, negative_prompt="snow", cfg_scale=4)
    assert [image.size for image in result.images] == [(256, 256)] * 2
    assert result.info["all_seeds"] == [42, 43]
    assert [image.info["parameters"] for image in result.images] == result.info["infotexts"]
    again = webui.txt2img(**SMALL, seed=42, negative_prompt="snow", cfg_scale=4)
    assert ImageChops.difference(result.images[0], again.image).getbbox() is None
    assert {notice["param"] for notice in result.json["limner"]["warnings"]} == {"sampler_name"}


def test_110_its_extensions_do_no_harm(webui: Any) -> None:
    from webuiapi import ADetailer

    result = webui.txt2img(**SMALL, adetailer=[ADetailer(ad_model="face.pt")], enable_hr=True, hr_scale=1.5)
    assert result.image.size == (384, 384)
    assert {"alwayson_scripts", "enable_hr"} <= {notice["param"] for notice in result.json["limner"]["warnings"]}


def test_115_a_masked_picture_changes_where_the_mask_is_white(webui: Any) -> None:
    before = webui.txt2img(**SMALL, seed=1).image
    after = webui.img2img(
        images=[before],
        mask_image=half_white(),
        inpainting_fill=1,
        denoising_strength=1.0,
        **{**SMALL, "prompt": "a purple castle", "steps": 8},
    ).image
    changed = ImageChops.difference(before, after)
    assert max(changed.crop((136, 0, 256, 256)).tobytes()) <= 2
    assert max(changed.crop((0, 0, 120, 256)).tobytes()) > 40


def test_117_118_progress_is_followed_and_the_drawing_interrupted(webui: Any) -> None:
    with ThreadPoolExecutor(1) as other:
        call = other.submit(webui.txt2img, prompt="a castle", steps=100, batch_size=8)
        while not webui.get_progress()["state"]["sampling_step"]:
            threading.Event().wait(0.1)
        assert 0 < webui.get_progress()["progress"] <= 1
        assert webui.interrupt() == {}
        assert len(call.result(timeout=10).images) < 8
    webui.util_wait_for_ready(check_interval=0.2)


def test_119_a_picture_is_read_and_enlarged(webui: Any) -> None:
    from webuiapi import Upscaler

    image = webui.txt2img(**SMALL, seed=9).image
    assert "Seed: 9," in webui.png_info(image).info
    larger = webui.extra_single_image(image, upscaler_1=Upscaler.Lanczos, upscaling_resize=1.5)
    assert larger.image.size == (384, 384)
    assert "Lanczos" in larger.info


def test_120_it_signs_in_with_a_key_as_its_password(accounts: Accounts) -> None:
    hers = client(accounts.url, username="alice", password=accounts.alice)
    assert hers.txt2img(**SMALL).image.size == (256, 256)
    with pytest.raises(RuntimeError, match="Incorrect username or password"):
        client(accounts.url, username="alice", password="wrong").txt2img(**SMALL)
