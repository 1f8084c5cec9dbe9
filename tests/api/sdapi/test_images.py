"""Pictures in bodies: masks and sizes as AUTOMATIC1111's server has them, and a picture made larger."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from typing import Any

import httpx
import pytest
from PIL import Image

from limner.api.sdapi import images
from limner.api.sdapi.images import change_of
from limner.engines.contract import Size
from limner.provenance.mark import Provenance, mark, read
from tests.api.files import data_url, opened, picture, saved

WIDE = picture((80, 40))
"""A red half and a teal half."""


def halves(mode: str, left: Any, right: Any, size: tuple[int, int] = (80, 40)) -> bytes:
    image = Image.new(mode, size, right)
    image.paste(left, (0, 0, size[0] // 2, size[1]))
    return saved(image)


def changed(mask: bytes | None, *, invert: bool = False, mode: int = 0, size: Size | None = None) -> Any:
    return change_of(WIDE, mask, size or Size(80, 40), mode, invert=invert)


def painted(data: bytes) -> tuple[object, object]:
    """The mask's value at the left and at the right."""
    image = Image.open(io.BytesIO(data)).convert("L")
    return image.getpixel((4, 20)), image.getpixel((image.width - 4, 20))


@pytest.mark.parametrize(
    ("mask", "where"),
    [
        (halves("L", 255, 0), (255, 0)),
        (halves("L", 200, 60), (255, 0)),
        (halves("RGB", "white", "black"), (255, 0)),
        (halves("RGBA", (0, 0, 0, 255), (0, 0, 0, 0)), (255, 0)),
        (halves("RGBA", (255, 255, 255, 255), (0, 0, 0, 255)), (255, 0)),
        (halves("L", 255, 0, (40, 20)), (255, 0)),
    ],
)
def test_white_is_where_a_picture_may_change_and_opaque_where_some_is_clear(
    mask: bytes, where: tuple[int, int]
) -> None:
    assert painted(changed(mask).mask.data) == where
    assert painted(changed(mask, invert=True).mask.data) == where[::-1]


@pytest.mark.parametrize("mode", [0, 1, 2, 3])
def test_picture_and_mask_are_made_the_size_that_is_asked_for(mode: int) -> None:
    change = changed(halves("L", 255, 0), mode=mode, size=Size(64, 64))
    for made in (change.picture, change.mask):
        assert opened(made.data).size == (made.width, made.height) == (64, 64)
    assert painted(change.mask.data)[0] == 255


def test_a_picture_is_stretched_cut_or_filled() -> None:
    tall = Size(40, 80)
    edges = {}
    for mode in (0, 1, 2):
        image = opened(changed(halves("L", 255, 0), mode=mode, size=tall).mask.data).convert("L")
        edges[mode] = [image.getpixel((4, 2)), image.getpixel((4, 40))]
    assert edges == {0: [255, 255], 1: [255, 255], 2: [0, 255]}


def test_what_is_clear_in_a_picture_becomes_paper() -> None:
    clear = halves("RGBA", (0, 0, 0, 0), (0, 0, 0, 255))
    made = change_of(clear, None, Size(80, 40), 0, invert=False)
    assert painted(made.picture.data) == (255, 0)
    assert not made.picture.has_alpha


# extra-single-image --------------------------------------------------------------------------------------------


async def enlarged(webui: httpx.AsyncClient, file: bytes = WIDE, **asked: Any) -> httpx.Response:
    return await webui.post("/extra-single-image", json={"image": base64.b64encode(file).decode(), **asked})


def size_of(answer: httpx.Response) -> tuple[int, int]:
    assert answer.status_code == 200, answer.text
    return opened(base64.b64decode(answer.json()["image"])).size


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"upscaling_resize": 2.5}, (200, 100)),
        ({"upscaling_resize": 0.5, "upscaler_1": "Nearest"}, (40, 20)),
        ({"resize_mode": 1, "upscaling_resize_w": 100, "upscaling_resize_h": 100}, (100, 100)),
        (
            {"resize_mode": 1, "upscaling_resize_w": 100, "upscaling_resize_h": 100, "upscaling_crop": False},
            (200, 100),
        ),
        ({"upscaling_resize": 4, "upscaler_1": "None"}, (80, 40)),
    ],
)
async def test_a_picture_is_made_the_size_asked_for(
    webui: httpx.AsyncClient, asked: dict[str, Any], size: tuple[int, int]
) -> None:
    assert size_of(await enlarged(webui, **{"upscaler_1": "Lanczos", **asked})) == size


async def test_an_upscaler_that_is_not_here_is_lanczos_and_that_is_said(webui: httpx.AsyncClient) -> None:
    answer = await enlarged(webui, upscaler_1="R-ESRGAN 4x+")
    assert size_of(answer) == (160, 80)
    assert "Lanczos" in answer.json()["html_info"]


async def test_a_larger_picture_still_says_that_a_model_made_it(webui: httpx.AsyncClient) -> None:
    made = Provenance(prompt="a cat", model="storybook", seed=7)
    larger = await enlarged(webui, mark(WIDE, made), upscaler_1="Lanczos")
    assert read(base64.b64decode(larger.json()["image"])) == replace(made, width=160, height=80)
    plain = await enlarged(webui, WIDE, upscaler_1="Lanczos")
    assert read(base64.b64decode(plain.json()["image"])) is None


@pytest.mark.parametrize(
    "asked",
    [
        {"upscaling_resize": 64, "image": base64.b64encode(picture((1024, 1024))).decode()},
        {"resize_mode": 1, "upscaling_resize_w": 100_000, "upscaling_resize_h": 100_000},
        {"upscaling_resize": 0},
        {"image": "no picture"},
        {"image": None},
    ],
)
async def test_what_is_too_large_or_no_picture_is_refused(webui: httpx.AsyncClient, asked: dict[str, Any]) -> None:
    assert (await enlarged(webui, **asked)).status_code == 422


async def test_several_are_made_larger_one_after_the_other(webui: httpx.AsyncClient) -> None:
    images = [{"name": "wide", "data": data_url(WIDE)}, {"name": "square", "data": data_url(picture((20, 20)))}]
    answer = await webui.post("/extra-batch-images", json={"imageList": images, "upscaler_1": "Lanczos"})
    assert [opened(base64.b64decode(image)).size for image in answer.json()["images"]] == [(160, 80), (40, 40)]
    assert (await webui.post("/extra-batch-images", json={"imageList": images * 9})).status_code == 422


@pytest.mark.parametrize("upscaler", ["Lanczos", "None"])
async def test_what_is_too_large_together_is_refused(
    webui: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, upscaler: str
) -> None:
    wide, high = (160, 80) if upscaler == "Lanczos" else (80, 40)
    monkeypatch.setattr(images, "MOST_PIXELS", 160 * 80 if upscaler == "Lanczos" else 3 * 80 * 40)
    room = images.MOST_PIXELS // (wide * high)
    asked = {"upscaler_1": upscaler, "upscaling_resize": wide / 80}
    for count, status in ((room, 200), (room + 1, 422)):
        listed = [{"name": "wide", "data": data_url(WIDE)}] * count
        answer = await webui.post("/extra-batch-images", json={"imageList": listed, **asked})
        assert answer.status_code == status
    assert "Too large" in answer.json()["detail"]


async def test_a_picture_that_says_nothing_says_nothing(webui: httpx.AsyncClient) -> None:
    answer = await webui.post("/png-info", json={"image": base64.b64encode(WIDE).decode()})
    assert answer.json() == {"info": "", "items": {}, "parameters": {}}
    assert (await webui.post("/png-info", json={})).status_code == 422
