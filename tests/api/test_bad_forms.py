"""Forms and JSON that are wrong, or only unusual: read as they were meant, or refused in the envelope."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pytest_django import Settings

from limner.gallery.models import Upload
from limner.jobs.models import Job
from limner.jobs.threads import in_thread
from tests.api.conftest import Server
from tests.api.files import data_url, picture
from tests.api.test_bad_input import error_in

EDITS = "/v1/images/edits"
VARIATIONS = "/v1/images/variations"
GENERATIONS = "/v1/images/generations"


def form(*parts: tuple[str, bytes], boundary: str = "b") -> bytes:
    """A form out of each part's own headers and content."""
    pieces = [f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n" for head, content in parts]
    return b"".join(pieces) + f"--{boundary}--\r\n".encode()


WORDS = ('Content-Disposition: form-data; name="prompt"', b"a house")


def image_part(name: str) -> tuple[str, bytes]:
    return f'Content-Disposition: form-data; name="image"; filename="{name}"\r\nContent-Type: image/png', picture()


async def posted(client: httpx.AsyncClient, content: Any, kind: str = "multipart/form-data; boundary=b") -> Any:
    return await client.post(EDITS, content=content, headers={"content-type": kind})


@pytest.mark.parametrize(
    "name",
    ["a.png\r\nX-Evil: 1", "a.png\nX-Evil: 1", "a\r.png", "a%0d%0aX-Evil: 1.png", "a%0AX.png", "a\0.png", "a%00.png"],
)
async def test_a_files_name_that_smuggles_a_header_is_refused_and_comes_back_nowhere(
    client: httpx.AsyncClient, name: str
) -> None:
    answer = await posted(client, form(WORDS, image_part(name)))
    error = error_in(answer, 400)
    assert (error["param"], error["code"]) == ("image", "invalid_file_name")
    assert "x-evil" not in answer.headers
    assert "Evil" not in answer.text
    assert await in_thread(Job.objects.count) == 0


@pytest.mark.parametrize(
    "name", ["a.png", "ä ö.png", "..", "../../etc/passwd", "C:\\a.png", "image", "100%.png", "a;b"]
)
async def test_any_other_name_is_fine_and_used_for_nothing(
    client: httpx.AsyncClient, server: Server, name: str
) -> None:
    answer = await posted(client, form(WORDS, image_part(name)))
    assert answer.status_code == 200, answer.text


async def test_a_form_without_a_length_is_read(client: httpx.AsyncClient, server: Server) -> None:
    whole = form(WORDS, image_part("a.png"))

    async def pieces() -> Any:
        for start in range(0, len(whole), 100):
            yield whole[start : start + 100]

    answer = await posted(client, pieces())
    assert "content-length" not in answer.request.headers
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "kind", ["Multipart/Form-Data; boundary=b", 'multipart/form-data;charset=utf-8;boundary="b"']
)
async def test_the_content_type_of_a_form_is_read_in_any_spelling(
    client: httpx.AsyncClient, server: Server, kind: str
) -> None:
    answer = await posted(client, form(WORDS, image_part("a.png")), kind)
    assert answer.status_code == 200, answer.text


async def test_a_part_without_a_files_name_is_no_file(client: httpx.AsyncClient) -> None:
    error = error_in(await posted(client, form(WORDS, image_part(""))), 400)
    assert (error["param"], error["code"]) == ("image", "invalid_type")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("prompt", "a string"), ("model", "a string"), ("n", "an integer"), ("stream", "a boolean")],
)
@pytest.mark.parametrize("strict", [False, True])
async def test_a_file_where_text_belongs_is_called_a_file(
    client: httpx.AsyncClient, settings: Settings, name: str, expected: str, strict: bool
) -> None:
    settings.LIMNER_API_STRICT = strict
    words = {"model": "gpt-image-2", "prompt": "a house"}
    words.pop(name, None)
    files = {"image": ("a.png", picture(), "image/png"), name: ("a.txt", b"text", "text/plain")}
    error = error_in(await client.post(EDITS, data=words, files=files), 400)
    assert (error["param"], error["code"]) == (name, "invalid_type")
    assert error["message"] == f"Invalid type for '{name}': expected {expected}, but got a file instead."


async def test_a_form_of_too_many_parts_says_how_many_may_be_sent(client: httpx.AsyncClient) -> None:
    fields: list[tuple[str, Any]] = [("prompt", (None, b"a house"))] * 1010
    for parts in (fields, [("image[]", picture((16, 16)))] * 101):
        error = error_in(await client.post(EDITS, files=parts), 400)
        assert error["message"] == "The form has too many parts. Send at most 1000 fields and 100 files."


TWICE = [
    (GENERATIONS, '{"prompt": "a house", "n": 1, "n": 4}'),
    (GENERATIONS, '{"prompt": "a house", "prompt": "a house"}'),
    (EDITS, '{"prompt": "a house", "images": [{"image_url": "URL", "image_url": "URL"}]}'),
]


@pytest.mark.parametrize(("path", "text"), TWICE)
async def test_a_key_that_stands_twice_in_json_is_refused(client: httpx.AsyncClient, path: str, text: str) -> None:
    content = text.replace("URL", data_url(picture())).encode()
    answer = await client.post(path, content=content, headers={"content-type": "application/json"})
    error = error_in(answer, 400)
    assert error["message"].startswith("We could not parse the JSON body of your request.")
    assert "twice" in error["message"]
    assert await in_thread(Job.objects.count) == 0


async def test_json_with_pictures_may_be_30_mb_and_no_more(client: httpx.AsyncClient) -> None:
    padding = "x" * 29_000_000
    body = {"model": "gpt-image-1", "prompt": "a house", "images": [{"image_url": data_url(picture())}]}
    answer = await client.post(EDITS, json={**body, "padding": padding})
    assert answer.status_code == 200, answer.text
    error = error_in(await client.post(EDITS, json={**body, "padding": padding + "x" * 1_000_000}), 413)
    assert error["code"] == "request_too_large"


async def test_in_strict_mode_a_file_is_what_it_calls_itself(
    client: httpx.AsyncClient, server: Server, settings: Settings
) -> None:
    settings.LIMNER_API_STRICT = True
    words = {"model": "gpt-image-2", "prompt": "a house"}
    for part in ("image", "image[]"):
        files = {part: ("a.png", picture(), "application/octet-stream")}
        error = error_in(await client.post(EDITS, data=words, files=files), 400)
        assert error["message"] == (
            "Invalid file 'image': unsupported mimetype ('application/octet-stream'). Supported file formats are "
            "'image/jpeg', 'image/png', and 'image/webp'."
        )
        assert (error["param"], error["code"]) == ("image", "unsupported_file_mimetype")
    answer = await client.post(EDITS, data=words, files={"image": ("a", picture(), "Image/PNG")})
    assert answer.status_code == 200, answer.text


async def test_in_strict_mode_there_are_no_variations(client: httpx.AsyncClient, settings: Settings) -> None:
    settings.LIMNER_API_STRICT = True
    answer = await client.post(VARIATIONS, files={"image": picture()})
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert await in_thread(Upload.objects.count) == 0
