"""Item 127: Open WebUI's `openai` engine, whose requests are made here as its `routers/images.py` makes them."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from tests.api.checklist.conftest import PATIENCE
from tests.api.files import opened, picture
from tests.serving import Server

pytestmark = [pytest.mark.timeout(300), pytest.mark.extra]

PEOPLE = {"X-OpenWebUI-User-Name": "Alice", "X-OpenWebUI-User-Id": "1", "X-OpenWebUI-User-Role": "user"}


def stored(answer: httpx.Response) -> list[bytes]:
    """The files that it stores: a `url` comes first and is fetched with its key, else `b64_json` is unpacked."""
    answer.raise_for_status()
    found = []
    for datum in answer.json()["data"]:
        if url := datum.get("url"):
            fetched = httpx.get(url, headers={"Authorization": "Bearer any"}, timeout=PATIENCE)
            fetched.raise_for_status()
            assert fetched.headers["content-type"].startswith("image/")
            found.append(fetched.content)
        else:
            assert "," not in datum["b64_json"]  # it would be taken for a data: URL
            found.append(base64.b64decode(datum["b64_json"], validate=True))
    return found


def drawn(server: Server, **asked: Any) -> list[bytes]:
    headers = {"Authorization": "Bearer any", "Content-Type": "application/json", **PEOPLE}
    body = json.dumps({"prompt": "a red house", "n": 1, **asked})
    return stored(httpx.post(f"{server.url}/v1/images/generations", content=body, headers=headers, timeout=PATIENCE))


def edited(server: Server, images: list[bytes], **asked: str) -> list[bytes]:
    """A form as aiohttp writes it: text parts have a content type of their own, and no file name."""
    parts: list[tuple[str, tuple[str | None, bytes | str, str]]] = [
        (name, (None, value, "text/plain; charset=utf-8")) for name, value in asked.items()
    ]
    name = "image" if len(images) == 1 else "image[]"
    parts += [(name, (f"{index}.png", file, "image/png")) for index, file in enumerate(images)]
    headers = {"Authorization": "Bearer any", **PEOPLE}
    return stored(httpx.post(f"{server.url}/v1/images/edits", files=parts, headers=headers, timeout=PATIENCE))


def test_127_open_webui_stores_one_picture_of_a_local_model(server: Server) -> None:
    [file] = drawn(server, model="storybook", size="512x512", response_format="b64_json")
    assert (opened(file).format, opened(file).size) == ("PNG", (512, 512))


def test_127_open_webui_stores_one_picture_of_each_default(server: Server) -> None:
    for asked in (
        {"model": "dall-e-2", "size": "512x512", "response_format": "b64_json"},
        {"model": "dall-e-2", "size": "512x512"},
        {"model": "gpt-image-1", "size": "auto", "quality": "low"},
    ):
        [file] = drawn(server, **asked)
        assert opened(file).format == "PNG"


def test_127_open_webui_edits_one_picture_and_several(server: Server) -> None:
    image = picture((512, 512))
    told = {"prompt": "a red house", "n": "1", "size": "512x512"}
    [one] = edited(server, [image], model="storybook", response_format="b64_json", **told)
    [several] = edited(server, [image, image], model="gpt-image-1", prompt="a red house", quality="low")
    assert opened(one).size == (512, 512)
    assert opened(several).format == "PNG"
