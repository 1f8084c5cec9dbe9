"""DALL·E is kept alive: what programs asked of it is answered, to OpenAI's library of 2023 and to today's.

Real servers, as `limner serve` starts them: one that draws with Storybook, one with a stand-in for OpenAI as its
upstream, and one whose upstream is another Limner.
"""

from __future__ import annotations

import base64
import io
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.api.files import mask, opened, picture, with_a_hole
from tests.cli.process import Process
from tests.clients.libraries import LIBRARIES, Library
from tests.upstream import StandIn, stand_in

pytestmark = [
    pytest.mark.extra,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning"),  # today's library, of variations
]

PROMPT = "a red house"
NO_KEY = {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
HOUSE = """
[house]
kind = "limner"
url = "http://127.0.0.1:{port}"
models = ["storybook"]
sizes = ["1024x1024", "512x512", "256x256"]
"""


@dataclass
class Setting:
    """A Limner, what it draws DALL·E with, and what stands behind it."""

    url: str
    model: str
    upstream: StandIn | None = None
    house: Process | None = None
    files: dict[str, Path] = field(default_factory=dict)


@contextmanager
def storybook(home: Path) -> Generator[Setting]:
    with Process(home, "serve", **NO_KEY) as limner:
        limner.wait_for("/healthz")
        yield Setting(f"http://127.0.0.1:{limner.port}/v1", "storybook")


@contextmanager
def openai(home: Path) -> Generator[Setting]:
    with stand_in() as upstream:
        told = {"OPENAI_API_KEY": upstream.key, "OPENAI_BASE_URL": upstream.url}
        with Process(home, "serve", **told) as limner:
            limner.wait_for("/healthz")
            yield Setting(f"http://127.0.0.1:{limner.port}/v1", "gpt-image-2", upstream=upstream)


@contextmanager
def another_limner(home: Path) -> Generator[Setting]:
    home.mkdir()
    with Process(home / "house", "serve", **NO_KEY) as house:
        house.wait_for("/healthz")
        (mine := home / "mine").mkdir()
        (mine / "upstreams.toml").write_text(HOUSE.format(port=house.port), encoding="utf-8")
        targets = "dall-e-2=storybook@house,dall-e-3=storybook@house"
        with Process(mine, "serve", LIMNER_TARGETS=targets, **NO_KEY) as limner:
            limner.wait_for("/healthz")
            yield Setting(f"http://127.0.0.1:{limner.port}/v1", "storybook@house", house=house)


SETTINGS = {"storybook": storybook, "openai": openai, "limner": another_limner}


@pytest.fixture(scope="module", params=SETTINGS)
def there(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Setting]:
    folder = tmp_path_factory.mktemp("dalle")
    (folder / "homes").mkdir()
    files = {}
    for name, data in {"image": picture(), "mask": mask(), "hole": with_a_hole()}.items():
        files[name] = folder / f"{name}.png"
        files[name].write_bytes(data)
    with SETTINGS[request.param](folder / "homes" / request.param) as setting:
        setting.files = files
        yield setting


@pytest.fixture(scope="module", params=LIBRARIES)
def library(request: pytest.FixtureRequest, there: Setting) -> Generator[Library]:
    with LIBRARIES[request.param](there.url) as call:
        yield call


def pictures(answer: dict[str, Any], there: Setting) -> list[Image.Image]:
    """What an answer holds or points to. Every answer says what drew it."""
    assert "error" not in answer, answer
    assert answer["limner"]["model"] == there.model
    found = []
    for datum in answer["data"]:
        assert ("url" in datum) != ("b64_json" in datum)
        if "url" in datum:
            assert datum["url"].startswith(there.url.removesuffix("v1"))
            with urllib.request.urlopen(datum["url"], timeout=30) as response:
                file = response.read()
        else:
            file = base64.b64decode(datum["b64_json"])
        found.append(opened(file))
    return found


@pytest.mark.parametrize("side", [256, 512, 1024])
def test_dall_e_2_draws_its_three_sizes(there: Setting, library: Library, side: int) -> None:
    [drawn] = pictures(library("create", prompt=PROMPT, model="dall-e-2", size=f"{side}x{side}"), there)
    assert (drawn.format, drawn.size) == ("PNG", (side, side))


def test_a_call_without_a_model_is_dall_e_2s(there: Setting, library: Library) -> None:
    [drawn] = pictures(library("create", prompt=PROMPT, n=1), there)
    assert drawn.size == (1024, 1024)


@pytest.mark.parametrize("response_format", ["url", "b64_json"])
def test_two_pictures_are_two_links_or_two_files(there: Setting, library: Library, response_format: str) -> None:
    answer = library("create", prompt=PROMPT, model="dall-e-2", n=2, size="256x256", response_format=response_format)
    assert [drawn.size for drawn in pictures(answer, there)] == [(256, 256)] * 2
    keys = {"url"} if response_format == "url" else {"b64_json"}
    assert all(datum.keys() == keys for datum in answer["data"])


@pytest.mark.parametrize(
    ("style", "quality", "size"),
    [
        ("vivid", "standard", "1024x1024"),
        ("natural", "hd", "1024x1024"),
        ("vivid", "hd", "1792x1024"),
        ("natural", "standard", "1024x1792"),
    ],
)
def test_dall_e_3_has_its_styles_qualities_and_shapes(
    there: Setting, library: Library, style: str, quality: str, size: str
) -> None:
    answer = library("create", prompt=PROMPT, model="dall-e-3", style=style, quality=quality, size=size)
    [drawn] = pictures(answer, there)
    assert f"{drawn.width}x{drawn.height}" == size
    assert answer["data"][0]["revised_prompt"].startswith(PROMPT)


def test_an_edit_with_a_mask(there: Setting, library: Library) -> None:
    files = {"image": there.files["image"], "mask": there.files["mask"]}
    answer = library("create_edit", files, prompt=PROMPT, n=1, size="256x256", model="dall-e-2")
    [drawn] = pictures(answer, there)
    assert drawn.size == (256, 256)
    if there.upstream is not None:
        assert [part.name.partition("[")[0] for part in there.upstream.calls[-1].files] == ["image", "mask"]
    else:  # what is outside the mask stays: the picture is teal on the right
        red, green, blue = drawn.convert("RGB").getpixel((250, 128))  # type: ignore[misc]
        assert red < 30
        assert abs(green - 128) < 30
        assert abs(blue - 128) < 30


def test_an_edit_of_a_picture_that_is_its_own_mask(there: Setting, library: Library) -> None:
    answer = library("create_edit", {"image": there.files["hole"]}, prompt=PROMPT, size="256x256", model="dall-e-2")
    assert [drawn.size for drawn in pictures(answer, there)] == [(256, 256)]


def test_two_variations(there: Setting, library: Library) -> None:
    answer = library("create_variation", {"image": there.files["image"]}, n=2, size="256x256")
    assert [drawn.size for drawn in pictures(answer, there)] == [(256, 256)] * 2


def test_a_size_that_never_was_is_the_librarys_error_for_it(there: Setting, library: Library) -> None:
    answer = library("create", prompt=PROMPT, model="dall-e-2", size="255x255")
    assert answer["error"] in ("InvalidRequestError", "BadRequestError")
    assert (answer["param"], answer["code"]) == ("size", "invalid_value")
    assert "'256x256', '512x512', and '1024x1024'" in answer["message"]


def test_an_image_that_dall_e_never_took_is_the_librarys_error_for_it(
    there: Setting, library: Library, tmp_path: Path
) -> None:
    text = tmp_path / "image.png"
    text.write_bytes(b"a friendly robot")
    for verb, fields in (("create_edit", {"prompt": PROMPT}), ("create_variation", {})):
        answer = library(verb, {"image": text}, model="dall-e-2", **fields)
        assert answer["error"] in ("InvalidRequestError", "BadRequestError")
        assert "Uploaded image must be a PNG and less than 4 MB." in answer["message"]


def test_another_limner_was_asked_and_has_the_pictures(there: Setting, library: Library) -> None:
    if there.house is None:
        return
    answer = library("create", prompt=PROMPT, model="dall-e-2", size="256x256", response_format="b64_json")
    [drawn] = pictures(answer, there)
    [newest] = there.house.jobs()[:1]
    assert (newest["model"], newest["state"]) == ("storybook", "done")
    with urllib.request.urlopen(newest["pictures"][0]["url"], timeout=30) as response:
        assert Image.open(io.BytesIO(response.read())).tobytes() == drawn.tobytes()
