"""`/api/v1/pictures`: lists, files by link, the trash."""

from __future__ import annotations

from typing import Any

import httpx

from limner.gallery.models import Picture
from limner.jobs.threads import in_thread
from tests.api.files import opened
from tests.api.native.ended import drawn

PICTURES = "/api/v1/pictures"


async def listed(client: httpx.AsyncClient, **asked: Any) -> list[str]:
    return [one["prompt"] for one in (await client.get(PICTURES, params=asked)).json()["pictures"]]


async def test_pictures_come_newest_first_in_pages_and_say_how_they_were_made(client: httpx.AsyncClient) -> None:
    jobs = [await drawn(client, prompt=prompt, seed=7, steps=3) for prompt in ("a cat", "a boat", "a house")]
    first = (await client.get(PICTURES, params={"limit": 2})).json()
    rest = (await client.get(PICTURES, params={"limit": 2, "before": first["next"]})).json()

    assert [one["prompt"] for one in first["pictures"] + rest["pictures"]] == ["a house", "a boat", "a cat"]
    assert rest["next"] is None
    assert await listed(client, job=jobs[1]["id"]) == ["a boat"]
    made = rest["pictures"][0]
    assert (made["seed"], made["steps"], made["task"], made["model"]) == (7, 3, "create", "storybook")
    assert (made["mine"], made["public"], made["trashed_at"]) == (True, False, None)
    assert (await client.get(f"{PICTURES}/{made['id']}")).json().keys() == made.keys()


async def test_a_picture_is_had_in_other_formats_and_small(client: httpx.AsyncClient) -> None:
    picture = (await drawn(client, size="512x512"))["pictures"][0]["id"]
    for variant, format, width in (
        ("original", "PNG", 512),
        ("jpeg", "JPEG", 512),
        ("webp", "WEBP", 512),
        ("thumb-256", "WEBP", 256),
    ):
        answer = await client.get(f"{PICTURES}/{picture}/file", params={"variant": variant})
        assert answer.status_code == 302
        assert answer.headers["location"] == answer.json()["url"]
        file = await client.get(answer.json()["url"])
        assert (opened(file.content).format, opened(file.content).width) == (format, width)
    assert (await client.get(f"{PICTURES}/{picture}/file", params={"variant": "gif"})).status_code == 400


async def test_in_the_trash_a_picture_and_its_links_are_gone_and_restored_it_is_back(
    client: httpx.AsyncClient,
) -> None:
    picture = (await drawn(client))["pictures"][0]
    for _ in range(2):
        trashed = await client.post(f"{PICTURES}/{picture['id']}/trash")
        assert trashed.status_code == 200
        assert (trashed.json()["url"], trashed.json()["trashed_at"] is None) == (None, False)
    assert (await client.get(picture["url"])).status_code == 404
    assert (await client.get(f"{PICTURES}/{picture['id']}/file")).status_code == 404
    assert (await client.get(f"{PICTURES}/{picture['id']}")).json()["trashed_at"]
    assert (await listed(client), await listed(client, trash=True)) == ([], ["a cat"])

    for _ in range(2):
        assert (await client.post(f"{PICTURES}/{picture['id']}/restore")).json()["trashed_at"] is None
    assert (await client.get(picture["url"])).status_code == 200
    assert await listed(client) == ["a cat"]


async def test_a_page_goes_on_where_its_last_picture_was_though_that_is_in_the_trash(
    client: httpx.AsyncClient,
) -> None:
    for prompt in ("a cat", "a boat"):
        await drawn(client, prompt=prompt)
    page = (await client.get(PICTURES, params={"limit": 1})).json()
    await client.post(f"{PICTURES}/{page['next']}/trash")
    assert await listed(client, before=page["next"]) == ["a cat"]


async def test_charlie_reaches_a_picture_of_alices_only_while_it_is_public(
    as_alice: httpx.AsyncClient, as_charlie: httpx.AsyncClient
) -> None:
    picture = (await drawn(as_alice))["pictures"][0]["id"]
    for path in ("", "/file"):
        assert (await as_charlie.get(f"{PICTURES}/{picture}{path}")).status_code == 404
    for verb in ("trash", "restore"):
        assert (await as_charlie.post(f"{PICTURES}/{picture}/{verb}")).status_code == 404
    assert await listed(as_charlie) == []

    await in_thread(Picture.objects.update, public=True)
    seen = await as_charlie.get(f"{PICTURES}/{picture}")
    assert (seen.status_code, seen.json()["mine"]) == (200, False)
    links = [seen.json()["url"], (await as_charlie.get(f"{PICTURES}/{picture}/file")).json()["url"]]
    assert [(await as_charlie.get(link)).status_code for link in links] == [200, 200]
    refused = await as_charlie.post(f"{PICTURES}/{picture}/trash")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")

    await in_thread(Picture.objects.update, public=False)
    assert [(await as_charlie.get(link)).status_code for link in links] == [404, 404]
