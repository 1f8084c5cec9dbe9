"""The checklist's edits and variations: pictures and masks that come in, over plain HTTP, drawn on by Storybook."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Generator
from typing import Any

import httpx
import pytest
from PIL import Image, ImageChops, ImageDraw

from tests.api.checklist.conftest import PATIENCE, database
from tests.api.files import data_url, mask, opened, picture, saved, with_a_hole
from tests.serving import Server, serving

EDITS = "/v1/images/edits"
VARIATIONS = "/v1/images/variations"
LISTED = "localhost"
SMALL = {"prompt": "a red house", "size": "256x256", "steps": "1"}
"""What makes a call quick."""
HOUSE = (256, 256)


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """Personal mode, whose operator lists a host that leads to this machine."""
    more = {"LIMNER_FETCH_HOSTS": LISTED, **database()}
    with serving(tmp_path_factory.mktemp("listing"), **more) as running:
        yield running


@pytest.fixture(scope="module")
def client(listing: Server) -> Generator[httpx.Client]:
    with httpx.Client(base_url=listing.url, timeout=PATIENCE) as client:
        yield client


def edited(client: httpx.Client, files: Any, path: str = EDITS, **fields: Any) -> dict[str, Any]:
    """The answer to a small call; a field that is None is left out."""
    given = {name: value for name, value in {**SMALL, **fields}.items() if value is not None}
    answer = client.post(path, data=given, files=files)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def drawn(client: httpx.Client, files: Any, path: str = EDITS, **fields: Any) -> Image.Image:
    """The first picture of an answer in base64."""
    answer = edited(client, files, path, response_format="b64_json", **fields)
    return opened(base64.b64decode(answer["data"][0]["b64_json"])).convert("RGB")


def refused(client: httpx.Client, files: Any, path: str = EDITS, **fields: Any) -> dict[str, Any]:
    return error_in(client.post(path, data={**SMALL, **fields}, files=files or {"other": b"x"}))


def asked(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post(EDITS, json={"model": "storybook", **SMALL, "steps": 1, **body})


def error_in(answer: httpx.Response, status: int = 400) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    return error


def house() -> Image.Image:
    image = Image.new("RGB", HOUSE, (120, 180, 240))
    ImageDraw.Draw(image).rectangle((60, 120, 200, 255), fill=(200, 60, 40))
    return image


def most_difference(one: Image.Image, other: Image.Image, box: tuple[int, int, int, int]) -> int:
    """The largest difference of one colour of one pixel, inside the box."""
    bands = ImageChops.difference(one.convert("RGB").crop(box), other.convert("RGB").crop(box)).getextrema()
    return max(int(high) for _, high in bands)  # type: ignore[misc]


OUTSIDE = (0, 0, 256, 56)
"""Of a mask of HOUSE's size: where it is opaque, with a little room for its edge."""
INSIDE = (64, 64, 192, 192)

# Forms ---------------------------------------------------------------------------------------------------------


def test_078_an_edit_as_the_library_of_2023_sends_it(client: httpx.Client) -> None:
    fields = {"prompt": "a red house", "n": "2", "size": "256x256"}
    parts: list[tuple[str, Any]] = [
        ("image", ("image", picture(), "application/octet-stream")),
        ("mask", ("mask", mask(), "application/octet-stream")),
        *((name, (None, text)) for name, text in fields.items()),
    ]
    answer = client.post(EDITS, files=parts)
    assert answer.status_code == 200, answer.text
    urls = [datum["url"] for datum in answer.json()["data"]]
    assert len(set(urls)) == 2
    assert all(opened(client.get(url).content).size == (256, 256) for url in urls)


def test_079_a_file_by_name_for_a_gpt_image_name(client: httpx.Client) -> None:
    files = {"image": ("a.png", picture(), "image/png")}
    answer = edited(client, files, model="gpt-image-1", size="1024x1024")
    assert answer["data"][0].keys() == {"b64_json"}
    assert opened(base64.b64decode(answer["data"][0]["b64_json"])).size == (1024, 1024)


def test_080_of_several_images_those_beyond_the_first_are_used_or_named(client: httpx.Client) -> None:
    files = [("image[]", ("a.png", picture(), "image/png")), ("image[]", ("b.png", picture(), "image/png"))]
    answer = edited(client, files, model="gpt-image-1", size="auto")
    assert answer["usage"]["input_tokens_details"]["image_tokens"] > 0
    [warning] = [warning for warning in answer["limner"]["warnings"] if warning["param"] == "image"]
    assert "the first image" in warning["message"]


def test_081_bytes_that_are_called_nothing_are_looked_at(client: httpx.Client) -> None:
    for name, kind in (("upload", "application/octet-stream"), ("notes.txt", "text/plain")):
        assert edited(client, {"image": (name, picture(format="JPEG"), kind)}, model="storybook")["data"]


def test_082_text_parts_with_a_type_of_their_own_are_fields(client: httpx.Client) -> None:
    plain = "text/plain; charset=utf-8"
    parts = {
        "model": (None, b"storybook", plain), "prompt": (None, b"a red house", plain), "n": (None, b"2", plain),
        "size": (None, b"256x256", plain), "image": ("a.png", picture(), "image/png"),
    }  # fmt: skip
    answer = client.post(EDITS, files=parts)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["data"]) == 2


def test_083_what_is_clear_in_the_mask_changes_and_nothing_else(client: httpx.Client) -> None:
    files = {"image": saved(house()), "mask": mask(HOUSE)}
    changed = drawn(client, files, model="dall-e-2", prompt="a green tree", steps=None)
    assert most_difference(changed, house(), OUTSIDE) <= 4
    assert most_difference(changed, house(), INSIDE) > 40


def test_084_the_mask_is_the_first_images(client: httpx.Client) -> None:
    files = [("image[]", saved(house())), ("image[]", picture((64, 64))), ("mask", mask(HOUSE))]
    changed = drawn(client, files, model="storybook", prompt="a green tree")
    assert most_difference(changed, house(), OUTSIDE) <= 4
    error = refused(client, [*files[:2], ("mask", mask((64, 64)))], model="storybook")
    assert error["code"] == "invalid_mask_image_format"


@pytest.mark.parametrize("named", [{"model": "dall-e-2"}, {}], ids=["dall-e-2", "no-name"])
def test_085_without_a_mask_what_is_clear_in_the_image_is_repainted(
    client: httpx.Client, named: dict[str, str]
) -> None:
    changed = drawn(client, {"image": with_a_hole(HOUSE)}, prompt="a green tree", **named)
    teal = Image.new("RGB", HOUSE, "teal")
    assert most_difference(changed, teal, (0, 136, 256, 256)) <= 4
    assert len(changed.crop((0, 0, 120, 120)).getcolors(20_000) or []) > 50


def test_085_without_a_mask_an_opaque_image_is_changed_all_over(client: httpx.Client) -> None:
    changed = drawn(client, {"image": saved(house())}, model="dall-e-2", prompt="a green tree", steps=None)
    assert most_difference(changed, house(), OUTSIDE) > 4


@pytest.mark.parametrize("model", ["dall-e-2", "storybook"])
def test_086_a_mask_has_its_images_size_and_an_alpha_channel(client: httpx.Client, model: str) -> None:
    for file, said in ((mask((32, 32)), "mask size does not match image size"), (picture(), "alpha channel")):
        error = refused(client, {"image": picture(), "mask": file}, model=model)
        assert said in error["message"]
        assert error["code"] == "invalid_mask_image_format"


def on_its_side() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(opened(picture((96, 64))), "JPEG", exif=exif, quality=95)


def of_several_frames() -> bytes:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "teal")]
    return saved(frames[0], "MPO", save_all=True, append_images=frames[1:])


KINDS = {
    "jpeg": picture(format="JPEG"), "webp": picture(format="WEBP"), "palette": picture(mode="P"),
    "grey": picture(mode="L"), "sideways": on_its_side(), "several-frames": of_several_frames(),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_087_every_kind_of_picture_is_taken(client: httpx.Client, kind: str) -> None:
    assert edited(client, {"image": KINDS[kind]}, model="storybook")["data"]
    answer = edited(client, {"image": KINDS[kind]}, model="gpt-image-1", size="auto")
    if kind == "sideways":
        width, height = map(int, answer["size"].split("x"))
        assert width < height


@pytest.mark.parametrize("model", ["dall-e-2", "gpt-image-1", "storybook"])
@pytest.mark.parametrize("file", [picture()[:60], b"a friendly robot"], ids=["truncated", "text"])
def test_088_what_is_no_whole_picture_is_called_so(client: httpx.Client, model: str, file: bytes) -> None:
    error = refused(client, {"image": ("a.png", file)}, model=model, size="1024x1024")
    assert error["code"] == "invalid_image_file"


def test_089_an_edit_needs_an_image(client: httpx.Client) -> None:
    error = refused(client, None)
    assert (error["param"], error["code"]) == ("image", "missing_required_parameter")


def test_090_sixteen_images_are_taken_and_seventeen_are_not(client: httpx.Client) -> None:
    files = [("image[]", picture((16, 16)))] * 17
    assert edited(client, files[:16], model="storybook")["data"]
    error = refused(client, files, model="storybook")
    assert "maximum length 16" in error["message"]


def test_095_input_fidelity_does_no_harm(client: httpx.Client) -> None:
    for value in ("high", "low"):
        answer = edited(client, {"image": picture()}, model="gpt-image-1", size="auto", input_fidelity=value)
        assert answer["data"]


def test_096_numbers_are_read_from_text(client: httpx.Client) -> None:
    assert len(edited(client, {"image": picture()}, model="storybook", n="3")["data"]) == 3
    error = refused(client, {"image": picture()}, model="storybook", n="abc")
    assert (error["param"], error["code"]) == ("n", "invalid_type")


@pytest.mark.parametrize("size", [(96, 64), (64, 96), (64, 64)])
def test_097_without_a_size_the_first_images_shape_is_kept(client: httpx.Client, size: tuple[int, int]) -> None:
    sizes = [
        edited(client, {"image": picture(size)}, model="gpt-image-1", size=given)["size"] for given in ("auto", None)
    ]
    for said in sizes:
        width, height = map(int, said.split("x"))
        assert (width > height, width < height) == (size[0] > size[1], size[0] < size[1])
    assert drawn(client, {"image": picture((96, 64))}, model="storybook", size="512x512").size == (512, 512)


# JSON ----------------------------------------------------------------------------------------------------------


def test_092_images_in_json_are_data_urls(client: httpx.Client) -> None:
    answer = asked(client, images=[{"image_url": data_url(picture())}])
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]
    for images, param, code in (
        ([], "images", "empty_array"),
        ({"image_url": data_url(picture())}, "images", "invalid_type"),
        ([data_url(picture())], "images[0]", "invalid_type"),
    ):
        error = error_in(asked(client, images=images))
        assert (error["param"], error["code"]) == (param, code)


class Doorbell:
    """A port of this machine that counts who comes by."""

    def __init__(self) -> None:
        self.rung = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.rung += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


INWARD = (
    "http://127.0.0.1:{port}/a.png", "https://127.0.0.1:{port}/a.png", "http://localhost:{port}/a.png",
    "https://localhost:{port}/a.png", "https://localhost/a.png", "http://[::1]:{port}/a.png",
    "http://[::ffff:127.0.0.1]:{port}/a.png", "http://0.0.0.0:{port}/a.png", "http://2130706433:{port}/a.png",
    "http://0x7f.1:{port}/a.png", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/a.png",
    "http://192.168.0.1/a.png", "https://example.com/a.png", "file:///etc/passwd", "gopher://127.0.0.1:{port}/",
)  # fmt: skip


def test_093_addresses_of_our_own_network_are_refused_and_nobody_is_called(client: httpx.Client) -> None:
    bell = Doorbell()
    try:
        for url in INWARD:
            images = [{"image_url": url.format(port=bell.port)}]
            assert error_in(asked(client, images=images))["param"] == "images[0].image_url", url
        assert bell.rung == 0
    finally:
        bell.close()


def test_093_a_picture_of_our_own_is_read_and_not_fetched(client: httpx.Client) -> None:
    url = client.post("/v1/images/generations", json={**SMALL, "steps": 1}).json()["data"][0]["url"]
    answer = asked(client, images=[{"image_url": url}])
    assert answer.status_code == 200, answer.text
    error = error_in(asked(client, images=[{"image_url": url.replace("/files/", "/files/x")}]))
    assert "no such picture" in error["message"]


def test_094_image_in_json_is_told_its_other_name(client: httpx.Client) -> None:
    error = error_in(asked(client, image=data_url(picture())))
    assert (error["param"], error["code"]) == ("image", "invalid_value")
    assert "'images'" in error["message"]


# Variations ----------------------------------------------------------------------------------------------------


def test_098_a_variation_as_the_library_of_2023_sends_it(client: httpx.Client) -> None:
    parts: dict[str, Any] = {
        "image": ("image", picture(), "application/octet-stream"),
        "n": (None, "2"),
        "size": (None, "256x256"),
    }
    answer = client.post(VARIATIONS, files=parts)
    assert answer.status_code == 200, answer.text
    urls = [datum["url"] for datum in answer.json()["data"]]
    assert len(set(urls)) == 2
    assert all(opened(client.get(url).content).size == (256, 256) for url in urls)


def test_099_a_variation_comes_as_it_is_asked_for(client: httpx.Client) -> None:
    files = {"image": ("a.png", picture(), "image/png")}
    assert edited(client, files, VARIATIONS)["data"][0].keys() == {"url"}
    assert drawn(client, files, VARIATIONS, model="dall-e-2").size == (256, 256)


@pytest.mark.parametrize("named", [{"model": "dall-e-2"}, {}], ids=["dall-e-2", "no-name"])
def test_100_what_is_no_picture_cannot_be_varied(client: httpx.Client, named: dict[str, str]) -> None:
    error = refused(client, {"image": ("a.png", b"a friendly robot")}, VARIATIONS, **named)
    png = error["message"].startswith("Uploaded image must be a PNG and less than 4 MB.")
    assert png or error["code"] == "invalid_image_file"
