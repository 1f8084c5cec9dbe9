"""Whatever is wrong with a picture that a call brings, the answer says what, and nothing is stored."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import httpx
import pytest
from PIL import Image

from limner.api.openai import images
from limner.gallery.models import Upload
from limner.jobs.models import Job
from limner.jobs.threads import in_thread
from limner.provenance.fresh_png import chunk
from tests.api.conftest import Server
from tests.api.files import data_url, mask, picture, saved
from tests.api.test_bad_input import error_in
from tests.gallery.jpegs import scanned_again

EDITS = "/v1/images/edits"
VARIATIONS = "/v1/images/variations"
ROUTES = (EDITS, VARIATIONS)
PNG = "Uploaded image must be a PNG and less than 4 MB."


@pytest.fixture(autouse=True)
async def _nothing_is_stored(client: httpx.AsyncClient) -> Any:
    yield
    assert await in_thread(Job.objects.count) == 0
    assert await in_thread(Upload.objects.count) == 0


async def refused(client: httpx.AsyncClient, files: Any, path: str = EDITS, **fields: Any) -> dict[str, Any]:
    answer = await client.post(path, data={"prompt": "a house", **fields}, files=files or {"other": b"x"})
    return error_in(answer, 400)


def bomb() -> bytes:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )


def large(width: int = 16_384, height: int = 12_288) -> bytes:
    """A whole PNG of 200 million pixels: 25 MB unpacked as it is, and 600 as RGB."""
    rows = zlib.compress(bytes(height * (1 + width // 8)))
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def deep(alpha: bool) -> bytes:
    """A PNG of 64x64 with 16 bits a colour."""
    header = struct.pack(">IIBBBBB", 64, 64, 16, 6 if alpha else 2, 0, 0, 0)
    rows = zlib.compress(bytes(64 * (1 + 64 * (8 if alpha else 6))))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def moving() -> bytes:
    red, teal = Image.new("RGB", (64, 64), "red"), Image.new("RGB", (64, 64), "teal")
    return saved(red, "GIF", save_all=True, append_images=[teal])


def heavy() -> bytes:
    """A square PNG of more than 4 MB."""
    return saved(Image.effect_noise((1300, 1300), 90).convert("RGB"), compress_level=0)


@pytest.mark.parametrize("path", ROUTES)
async def test_a_call_without_an_image_names_it(client: httpx.AsyncClient, path: str) -> None:
    error = await refused(client, {}, path)
    assert error["message"] == "Missing required parameter: 'image'."
    assert (error["param"], error["code"]) == ("image", "missing_required_parameter")


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("file", [b"", b"a friendly robot", b"<svg xmlns='http://www.w3.org/2000/svg'/>", bomb()])
async def test_what_is_no_picture_is_called_so(client: httpx.AsyncClient, path: str, file: bytes) -> None:
    for model in ("gpt-image-1", "storybook"):
        error = await refused(client, {"image": ("image", file)}, path, model=model)
        assert error["message"].startswith("Invalid image file or mode for image 1, please check your image file.")
        assert (error["param"], error["code"]) == (None, "invalid_image_file")
        kind = "image_generation_user_error" if model == "gpt-image-1" else "invalid_request_error"
        assert error["type"] == kind


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
async def test_half_a_picture_is_refused(client: httpx.AsyncClient, format: str) -> None:
    whole = saved(Image.effect_noise((200, 200), 90).convert("RGB"), format)
    error = await refused(client, {"image": ("a.png", whole[: len(whole) // 2])}, model="gpt-image-1")
    assert (error["code"], error["type"]) == ("invalid_image_file", "image_generation_user_error")


@pytest.mark.parametrize("file", [bomb(), large()])
async def test_a_pixel_bomb_is_refused_in_words(client: httpx.AsyncClient, file: bytes) -> None:
    assert "50 million pixels" in (await refused(client, {"image": file}))["message"]
    answer = await client.post(EDITS, json={"prompt": "a house", "images": [{"image_url": data_url(file)}]})
    assert error_in(answer, 400)["code"] == "invalid_image_file"


async def test_what_has_too_many_pixels_together_is_refused(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MOST_PIXELS", 2 * 64 * 64)
    files: list[tuple[str, bytes]] = [("image[]", picture()), ("image[]", picture()), ("mask", mask())]
    for error in (
        await refused(client, files, model="gpt-image-1"),
        await refused(client, files[:2] * 2, model="gpt-image-1"),
    ):
        assert "million pixels together" in error["message"]
        assert (error["param"], error["code"]) == ("image", "invalid_image_file")
    body = {"prompt": "a house", "images": [{"image_url": data_url(picture())}] * 3}
    assert error_in(await client.post(EDITS, json=body), 400)["param"] == "images"


async def test_a_jpeg_of_scans_without_end_is_refused(client: httpx.AsyncClient) -> None:
    error = await refused(client, {"image": scanned_again(120)}, model="gpt-image-1")
    assert "goes over its pixels" in error["message"]
    assert error["code"] == "invalid_image_file"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (moving(), "but a GIF"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "but an SVG"),
        (picture(format="JPEG", mode="CMYK"), "CMYK"),
        (deep(alpha=False), "16 bits"),
        (saved(Image.new("I;16", (64, 64))), "16 bits"),
    ],
)
async def test_what_no_screen_shows_as_it_is_is_refused_with_its_kind(
    client: httpx.AsyncClient, file: bytes, said: str
) -> None:
    for path in ROUTES:
        error = await refused(client, {"image": file}, path, model="gpt-image-1")
        assert said in error["message"]
        assert (error["code"], error["type"]) == ("invalid_image_file", "image_generation_user_error")


async def test_a_mask_with_16_bits_is_refused_too(client: httpx.AsyncClient) -> None:
    error = await refused(client, {"image": picture(), "mask": deep(alpha=True)}, model="gpt-image-1")
    assert (error["param"], error["code"]) == ("mask", "invalid_image_file")
    assert "16 bits" in error["message"]


async def test_the_second_of_two_images_is_called_the_second(client: httpx.AsyncClient) -> None:
    files = [("image[]", picture()), ("image[]", b"no picture")]
    error = await refused(client, files, model="gpt-image-1")
    assert "for image 2" in error["message"]


async def test_seventeen_images_are_too_many(client: httpx.AsyncClient) -> None:
    error = await refused(client, [("image[]", picture((8, 8)))] * 17, model="gpt-image-1")
    assert "maximum length 16, but got an array with length 17" in error["message"]
    assert (error["param"], error["code"]) == ("image", "array_above_max_length")


@pytest.mark.parametrize("path", ROUTES)
async def test_dall_e_takes_one_square_png_of_less_than_4_mb(client: httpx.AsyncClient, path: str) -> None:
    for file, why in (
        (picture(format="JPEG"), "This is a JPEG."),
        (picture((64, 32)), "square"),
        (heavy(), "bytes"),
        (b"a friendly robot", "not a whole"),
    ):
        error = await refused(client, {"image": file}, path, model="dall-e-2")
        assert error["message"].startswith(PNG)
        assert why in error["message"]
        assert error["type"] == "invalid_request_error"
    error = await refused(client, [("image", picture())] * 2, path, model="dall-e-2")
    assert "maximum length 1, but got an array with length 2" in error["message"]


@pytest.mark.parametrize("model", ["dall-e-2", "gpt-image-1", "storybook"])
async def test_a_mask_has_the_size_of_its_picture_and_an_alpha_channel(client: httpx.AsyncClient, model: str) -> None:
    for file, what in (
        (mask((32, 32)), "mask size does not match image size"),
        (picture(), "mask image missing alpha channel"),
    ):
        error = await refused(client, {"image": picture(), "mask": file}, model=model)
        assert error["message"] == f"Invalid mask image format - {what}"
        assert (error["param"], error["code"]) == (None, "invalid_mask_image_format")


async def test_a_mask_that_is_no_picture_is_named(client: httpx.AsyncClient) -> None:
    error = await refused(client, {"image": picture(), "mask": b"no picture"}, model="gpt-image-1")
    assert (error["param"], error["code"]) == ("mask", "invalid_image_file")
    cut = saved(Image.effect_noise((64, 64), 90).convert("RGBA"))
    error = await refused(client, {"image": picture(), "mask": cut[: len(cut) // 2]}, model="gpt-image-1")
    assert (error["param"], error["code"]) == ("mask", "invalid_image_file")


@pytest.mark.parametrize("name", ["image", "image[]", "mask"])
async def test_an_image_that_is_sent_as_text_is_told_what_it_should_be(client: httpx.AsyncClient, name: str) -> None:
    files = {"image": picture()} if name == "mask" else {}
    error = await refused(client, files, **{name: "hello"})
    assert error["message"].startswith(f"Invalid type for '{name.removesuffix('[]')}': expected ")
    assert error["message"].endswith("file, but got a string instead.")
    assert error["code"] == "invalid_type"


@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({"model": "nonsense", "n": "0"}, "model", "invalid_value"),
        ({"prompt": "", "n": "0"}, "prompt", "empty_string"),
        ({"prompt": "x" * 1001, "model": "dall-e-2"}, "prompt", "string_above_max_length"),
        ({"n": "abc", "quality": "ultra"}, "n", "invalid_type"),
        ({"n": "0"}, "n", "integer_below_min_value"),
        ({"n": "1.5"}, "n", "invalid_type"),
        ({"n": "9" * 5000}, "n", "invalid_type"),
        ({"quality": "ultra", "size": "1x1"}, "quality", "invalid_value"),
        ({"size": "255x255"}, "size", "invalid_value"),
        ({"output_compression": "x"}, "output_compression", "invalid_type"),
        ({"output_compression": "101"}, "output_compression", "integer_above_max_value"),
        ({"stream": "yes"}, "stream", "invalid_type"),
        ({"input_fidelity": "middling"}, "input_fidelity", "invalid_value"),
        ({"guidance": "warm"}, "guidance", "invalid_type"),
    ],
)
async def test_a_wrong_field_of_a_form_is_named(
    client: httpx.AsyncClient, fields: dict[str, str], param: str, code: str
) -> None:
    error = await refused(client, {"image": picture()}, **fields)
    assert (error["param"], error["code"]) == (param, code)


async def test_faults_are_told_in_openais_order(client: httpx.AsyncClient) -> None:
    bad: dict[str, Any] = {"image": b"no picture"}
    assert (await refused(client, bad, prompt="", n="0"))["param"] == "prompt"
    assert (await refused(client, bad, n="0", quality="ultra"))["code"] == "invalid_image_file"
    assert (await refused(client, {"image": picture()}, n="abc", size="1x1"))["param"] == "n"


async def test_images_and_image_are_told_apart_by_the_kind_of_body(client: httpx.AsyncClient) -> None:
    error = await refused(client, {"image": picture()}, images="x")
    assert error["message"] == "Unknown parameter: 'images'. For multipart/form-data use 'image' or 'image[]'."
    answer = await client.post(EDITS, json={"prompt": "a house", "image": "x"})
    error = error_in(answer, 400)
    assert error["message"].startswith("Unknown parameter: 'image'. For application/json on /v1/images/edits")
    assert (error["param"], error["code"]) == ("image", "invalid_value")


PNG_URL = data_url(picture((8, 8)))


@pytest.mark.parametrize(
    ("images", "param", "code", "said"),
    [
        ([], "images", "empty_array", "minimum length 1"),
        ({}, "images", "invalid_type", "got an object"),
        (None, "images", "invalid_type", "got null"),
        ([PNG_URL], "images[0]", "invalid_type", "expected an object, but got a string"),
        ([{"image_url": PNG_URL}, "x"], "images[1]", "invalid_type", "expected an object"),
        ([{}], "images[0]", "missing_required_parameter", "image_url"),
        ([{"file_id": "file-1"}], "images[0].file_id", "invalid_value", "keeps no files"),
        ([{"image_url": 5}], "images[0].image_url", "invalid_type", "expected a string"),
        ([{"image_url": "https://example.com/a.png"}], "images[0].image_url", "invalid_value", "data: URL"),
        ([{"image_url": "http://127.0.0.1/a.png"}], "images[0].image_url", "invalid_value", "does not fetch"),
        ([{"image_url": "file:///etc/passwd"}], "images[0].image_url", "invalid_value", "https://"),
        ([{"image_url": "data:image/png;base64,!!!"}], "images[0].image_url", "invalid_value", "base64"),
        ([{"image_url": "data:image/png,x"}], "images[0].image_url", "invalid_value", "base64"),
        ([{"image_url": "data:"}], "images[0].image_url", "invalid_value", "base64"),
        ([{"image_url": PNG_URL}] * 17, "images", "array_above_max_length", "length 17"),
    ],
)
async def test_a_wrong_image_in_json_is_named(
    client: httpx.AsyncClient, images: Any, param: str, code: str, said: str
) -> None:
    answer = await client.post(EDITS, json={"model": "gpt-image-1", "prompt": "a house", "images": images})
    error = error_in(answer, 400)
    assert (error["param"], error["code"]) == (param, code)
    assert said in error["message"]


async def test_json_without_images_is_told_their_name(client: httpx.AsyncClient) -> None:
    error = error_in(await client.post(EDITS, json={"prompt": "a house"}), 400)
    assert error["message"] == "Missing required parameter: 'images'."


async def test_an_address_that_is_too_long_is_measured(client: httpx.AsyncClient) -> None:
    url = "data:image/png;base64," + "A" * 20_971_520
    error = error_in(await client.post(EDITS, json={"prompt": "a house", "images": [{"image_url": url}]}), 400)
    assert (error["param"], error["code"]) == ("images[0].image_url", "string_above_max_length")


async def test_a_broken_form_is_called_broken(client: httpx.AsyncClient) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary="):
        answer = await client.post(EDITS, content=b"--x\r\n", headers={"content-type": kind})
        assert error_in(answer, 400)["message"].startswith("We could not parse the multipart body")
    many = {f"field{number}": "x" for number in range(1001)}
    answer = await client.post(EDITS, data=many, files={"image": picture()})
    assert error_in(answer, 400)["message"].startswith("The form has too many parts.")


async def test_other_kinds_of_bodies_are_refused_in_words(client: httpx.AsyncClient) -> None:
    error = error_in(await client.post(VARIATIONS, json={"image": "x"}), 400)
    assert "only accepts 'multipart/form-data' requests" in error["message"]
    assert error["code"] == "unsupported_content_type"
    for content in (b"", b"prompt=x"):
        answer = await client.post(EDITS, content=content, headers={"content-type": "text/plain"})
        assert error_in(answer, 400)["code"] == "unsupported_content_type"
    broken = await client.post(EDITS, content=b"{", headers={"content-type": "application/json"})
    assert error_in(broken, 400)["message"].startswith("We could not parse the JSON body")


async def test_too_large_an_upload_is_an_error_object(client: httpx.AsyncClient, server: Server) -> None:
    error = await refused(client, {"image": bytes(50 * 1024 * 1024 + 1)}, model="gpt-image-1")
    assert "larger than 50 MB" in error["message"]
    answer = await client.post(EDITS, data={"prompt": "x"}, files={"image": bytes(64_000_001)})
    assert error_in(answer, 413)["code"] == "request_too_large"
    assert server.painter.orders == []
