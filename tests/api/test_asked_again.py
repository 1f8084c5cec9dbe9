"""What an `Idempotency-Key` is not answered with: pictures of another request, or those that were deleted."""

from __future__ import annotations

import httpx
import pytest
from django.utils import timezone
from PIL import Image

from limner.gallery.models import Picture
from limner.jobs.models import Job
from limner.jobs.threads import in_thread
from tests.api.files import mask, picture, saved
from tests.api.test_idempotency import ASKED, GENERATIONS, KEY


async def refused_as_another(answer: httpx.Response) -> None:
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "idempotency_key_reused"
    assert await in_thread(Job.objects.count) == 1


@pytest.mark.parametrize(("first", "then"), [(7, 8), (7, None), (None, 7)])
async def test_another_seed_is_another_request(
    client: httpx.AsyncClient, first: int | None, then: int | None
) -> None:
    made = await client.post(GENERATIONS, json=ASKED | {"seed": first}, headers=KEY)
    again = await client.post(GENERATIONS, json=ASKED | {"seed": first}, headers=KEY)
    assert (again.status_code, again.json()) == (200, made.json())
    for more in ({}, {"stream": True}):
        await refused_as_another(await client.post(GENERATIONS, json=ASKED | {"seed": then} | more, headers=KEY))


async def test_another_picture_or_mask_of_the_same_size_is_another_request(client: httpx.AsyncClient) -> None:
    async def edit(image: bytes, where: bytes | None) -> httpx.Response:
        form = {"prompt": "a red house", "size": "256x256", "response_format": "b64_json"}
        files = {"image": image} | ({} if where is None else {"mask": where})
        return await client.post("/v1/images/edits", data=form, files=files, headers=KEY)

    other, elsewhere = saved(Image.new("RGB", (64, 64), "gold")), saved(Image.new("RGBA", (64, 64)))
    first, again = [(await edit(picture(), mask())).json() for _ in range(2)]
    assert again == first
    for files in ((other, mask()), (picture(), elsewhere), (picture(), None)):
        await refused_as_another(await edit(*files))


@pytest.mark.parametrize("how", [{}, {"stream": True}])
async def test_what_was_drawn_and_deleted_is_not_there(client: httpx.AsyncClient, how: dict[str, bool]) -> None:
    await client.post(GENERATIONS, json=ASKED, headers=KEY)
    await in_thread(lambda: Picture.objects.update(trashed_at=timezone.now()))

    answer = await client.post(GENERATIONS, json=ASKED | how, headers=KEY)

    assert answer.status_code == 404
    error = answer.json()["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "not_found")
    assert "deleted" in error["message"]
    assert await in_thread(Job.objects.count) == 1


async def test_of_two_pictures_one_of_which_was_deleted_the_other_is_there(client: httpx.AsyncClient) -> None:
    made = (await client.post(GENERATIONS, json=ASKED | {"n": 2}, headers=KEY)).json()
    await in_thread(lambda: Picture.objects.filter(index=0).update(trashed_at=timezone.now()))
    again = (await client.post(GENERATIONS, json=ASKED | {"n": 2}, headers=KEY)).json()
    assert again["data"] == made["data"][1:]
