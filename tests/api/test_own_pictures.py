"""Pictures that were drawn here and are named by their address: read where they lie, by whoever may see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from django.utils import timezone
from pytest_django import Settings

from limner.accounts.keys import make_key
from limner.accounts.models import Account
from limner.accounts.sign_in import owner
from limner.gallery import services as gallery
from limner.gallery.models import Lineage, Picture, Upload
from limner.jobs.models import Job
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server
from tests.api.files import data_url, mask
from tests.api.test_bad_input import error_in
from tests.api.test_fetching import EDITS, PARAM, body, refused

SMALL = {"prompt": "a house", "size": "256x256"}


@pytest.fixture
async def drawn(client: httpx.AsyncClient, server: Server) -> str:
    """The signed address of a picture that was drawn here."""
    answer = await client.post("/v1/images/generations", json={"prompt": "a house", "size": "256x256"})
    server.painter.orders.clear()
    return str(answer.json()["data"][0]["url"])


async def the_picture() -> Picture:
    return await in_thread(Picture.objects.get)


async def test_a_picture_of_ours_is_changed_by_its_signed_address_and_is_the_parent(
    client: httpx.AsyncClient, server: Server, drawn: str
) -> None:
    parent = await the_picture()
    answer = await client.post(EDITS, json=body(drawn))
    assert answer.status_code == 200, answer.text
    [order] = server.painter.orders
    assert list(order.images) == [str(parent.public_id)]
    assert await in_thread(Upload.objects.count) == 0
    line = await in_thread(Lineage.objects.get)
    assert (line.parent_picture_id, line.kind) == (parent.pk, Lineage.Kind.EDIT)


@pytest.mark.parametrize("form", ["/pictures/{id}", "/pictures/{id}.png", "/pictures/{id}/thumb-256.webp"])
async def test_a_picture_of_ours_is_found_by_its_public_id(
    client: httpx.AsyncClient, server: Server, drawn: str, form: str
) -> None:
    parent = await the_picture()
    port = server.url.rpartition(":")[2]
    for host in (server.url, f"http://localhost:{port}", f"http://[::1]:{port}"):
        answer = await client.post(EDITS, json=body(host + form.format(id=parent.public_id)))
        assert answer.status_code == 200, answer.text
    assert {next(iter(order.images)) for order in server.painter.orders} == {str(parent.public_id)}


async def test_a_picture_in_the_trash_is_gone_by_every_address(
    client: httpx.AsyncClient, server: Server, drawn: str
) -> None:
    parent = await the_picture()
    await in_thread(gallery.trash, await in_thread(owner), parent.public_id)
    for url in (drawn, f"{server.url}/pictures/{parent.public_id}.png"):
        error = await refused(client, url)
        assert "no such picture" in error["message"]
        assert (error["param"], error["code"]) == (PARAM, "invalid_value")


@pytest.mark.parametrize(
    "path",
    ["/", "/v1/models", "/pictures/nonsense.png", "/files/nonsense.png", "/files/" + "A" * 60 + ".png",
     "/pictures/00000000-0000-4000-8000-000000000000.png", "/pictures/../../etc/passwd"],
)  # fmt: skip
async def test_other_addresses_of_ours_are_no_pictures_and_nothing_is_asked_of_them(
    client: httpx.AsyncClient, server: Server, path: str
) -> None:
    error = await refused(client, server.url + path)
    assert "no such picture here" in error["message"]
    assert await in_thread(Job.objects.count) == 0


async def test_nothing_is_made_from_a_picture_that_was_taken_down(
    client: httpx.AsyncClient, server: Server, drawn: str
) -> None:
    await in_thread(lambda: Picture.objects.update(taken_down_at=timezone.now()))
    assert "took this picture down" in (await refused(client, drawn))["message"]


async def test_a_name_of_ours_in_the_settings_is_ours(
    client: httpx.AsyncClient, server: Server, drawn: str, settings: Settings
) -> None:
    settings.LIMNER_HOSTS = (".example",)
    path = drawn.removeprefix(server.url)
    answer = await client.post(EDITS, json=body(f"https://limner.example{path}"))
    assert answer.status_code == 200, answer.text
    settings.LIMNER_FETCH_HOSTS = ("cdn.example",)
    error = error_in(await client.post(EDITS, json=body(f"http://cdn.example{path}")), 400)
    assert "over https only" in error["message"]


async def test_a_mask_is_laid_over_a_picture_of_ours(client: httpx.AsyncClient, server: Server, drawn: str) -> None:
    answer = await client.post(EDITS, json=body(drawn, mask={"image_url": data_url(mask((256, 256)))}))
    assert answer.status_code == 200, answer.text
    request = server.painter.orders[0].request
    assert request.mask is not None
    kept = await in_thread(Upload.objects.get)
    assert request.mask.public_id == str(kept.public_id)
    error = error_in(await client.post(EDITS, json=body(drawn, mask={"image_url": data_url(mask())})), 400)
    assert error["code"] == "invalid_mask_image_format"


# With accounts -------------------------------------------------------------------------------------------------


@pytest.fixture
async def people(server_with_accounts: Server, alice: Account, bob: Account) -> AsyncIterator[dict[str, Any]]:
    """A client of Alice's and one of Bob's, and a picture that she has drawn: its signed address, and itself."""
    found: dict[str, Any] = {"server": server_with_accounts}
    clients = {}
    for account in (alice, bob):
        _, key = await in_thread(make_key, account, "laptop")
        headers = {"authorization": f"Bearer {key}"}
        clients[account.username] = httpx.AsyncClient(
            base_url=server_with_accounts.url, timeout=PATIENCE, headers=headers
        )
    answer = await clients["alice"].post("/v1/images/generations", json=SMALL)
    found["url"] = answer.json()["data"][0]["url"]
    found["picture"] = await the_picture()
    server_with_accounts.painter.orders.clear()
    yield found | clients
    for client in clients.values():
        await client.aclose()


async def test_who_was_given_a_signed_address_may_draw_on_from_it_and_learns_nothing_more(
    people: dict[str, Any],
) -> None:
    answer = await people["bob"].post(EDITS, json=body(people["url"]))
    assert answer.status_code == 200, answer.text
    [order] = people["server"].painter.orders
    copied = await in_thread(Upload.objects.select_related("account").get)
    assert copied.account.username == "bob"
    assert list(order.images) == [str(copied.public_id)]
    line = await in_thread(Lineage.objects.get)
    assert (line.parent_picture_id, line.parent_upload_id) == (None, copied.pk)


async def test_a_public_id_opens_nothing_that_its_caller_may_not_see(people: dict[str, Any]) -> None:
    picture: Picture = people["picture"]
    url = f"{people['server'].url}/pictures/{picture.public_id}.png"
    error = error_in(await people["bob"].post(EDITS, json=body(url)), 400)
    assert (error["param"], error["code"]) == (PARAM, "invalid_value")
    nonsense = url.replace(str(picture.public_id), "00000000-0000-4000-8000-000000000000")
    gone = error_in(await people["bob"].post(EDITS, json=body(nonsense)), 400)
    assert gone == error
    await in_thread(Picture.objects.filter(pk=picture.pk).update, public=True)
    answer = await people["bob"].post(EDITS, json=body(url))
    assert answer.status_code == 200, answer.text
    line = await in_thread(Lineage.objects.get)
    assert line.parent_picture_id == picture.pk
