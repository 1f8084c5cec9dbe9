"""`/api/v1/uploads`: images given, listed, deleted."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest

from limner.gallery.models import Upload
from limner.jobs.threads import in_thread
from tests.api.conftest import Server
from tests.api.files import mask, picture
from tests.api.native.ended import drawn, ended, submitted

UPLOADS = "/api/v1/uploads"


async def given(client: httpx.AsyncClient, file: bytes) -> str:
    answer = await client.post(UPLOADS, files={"image": ("x", file, "application/octet-stream")})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_an_upload_is_kept_for_a_day(server: Server, client: httpx.AsyncClient) -> None:
    answer = await client.post(UPLOADS, files={"image": ("..\\cat.exe", mask((60, 40)), "text/plain")})
    upload = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{server.url}{UPLOADS}/{upload['id']}"
    assert (upload["width"], upload["height"], upload["has_alpha"]) == (60, 40, True)
    made, gone = (datetime.fromisoformat(upload[name]) for name in ("created_at", "expires_at"))
    assert gone - made == timedelta(hours=24)
    assert (await client.get(f"{UPLOADS}/{upload['id']}")).json() == upload


async def test_uploads_come_newest_first_in_pages(client: httpx.AsyncClient) -> None:
    ids = [await given(client, picture((size, size))) for size in (16, 24, 32)]
    first = (await client.get(UPLOADS, params={"limit": 2})).json()
    rest = (await client.get(UPLOADS, params={"limit": 2, "before": first["next"]})).json()
    assert [one["id"] for one in first["uploads"] + rest["uploads"]] == ids[::-1]
    assert rest["next"] is None


async def test_an_upload_is_deleted_unless_something_needs_it(server: Server, client: httpx.AsyncClient) -> None:
    unused, used, waiting = [await given(client, picture()) for _ in range(3)]
    assert (await client.delete(f"{UPLOADS}/{unused}")).status_code == 204
    assert (await client.get(f"{UPLOADS}/{unused}")).status_code == 404
    assert (await client.delete(f"{UPLOADS}/{unused}")).status_code == 404

    await drawn(client, images=[used])
    assert (await client.get(f"{UPLOADS}/{used}")).json()["expires_at"] is None
    server.painter.may_paint.clear()
    job = await submitted(client, images=[waiting])
    for needed in (used, waiting):
        refused = await client.delete(f"{UPLOADS}/{needed}")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "upload_in_use")
    await client.post(f"/api/v1/jobs/{job['id']}/cancel")
    await ended(client, job)
    assert (await client.delete(f"{UPLOADS}/{waiting}")).status_code == 204


@pytest.mark.parametrize(
    ("form", "param", "code"),
    [
        ({"files": {"image": b"words"}}, "image", "invalid_image_file"),
        ({"files": {"other": picture()}}, "other", "unknown_parameter"),
        ({"files": [("image", picture()), ("image", picture())]}, "image", "array_above_max_length"),
        ({"files": {"image": picture()}, "data": {"name": "cat"}}, "name", "unknown_parameter"),
        ({"json": {"image": "cat"}}, None, "unsupported_content_type"),
        ({"content": b"--x", "headers": {"content-type": "multipart/form-data; boundary=x"}}, "image", None),
    ],
)
async def test_what_is_no_upload_is_refused_and_not_kept(
    client: httpx.AsyncClient, form: dict[str, object], param: str | None, code: str | None
) -> None:
    answer = await client.post(UPLOADS, **form)  # type: ignore[arg-type]
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["param"] in (param, None)
    assert code is None or error["code"] == code
    assert not await in_thread(Upload.objects.exists)


async def test_alices_uploads_are_hers(as_alice: httpx.AsyncClient, as_charlie: httpx.AsyncClient) -> None:
    hers = await given(as_alice, picture())
    assert (await as_charlie.get(f"{UPLOADS}/{hers}")).status_code == 404
    assert (await as_charlie.delete(f"{UPLOADS}/{hers}")).status_code == 404
    assert (await as_charlie.get(UPLOADS)).json()["uploads"] == []
    refused = await as_charlie.post("/api/v1/jobs", json={"prompt": "a cat", "images": [hers]})
    assert refused.status_code == 400
