"""Pages and files of pictures, as a browser or a program gets them."""

from __future__ import annotations

import asyncio
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.handlers.asgi import ASGIHandler
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from limner.accounts.models import Account
from limner.accounts.sign_in import owner
from limner.gallery import services
from limner.gallery.models import Picture
from limner.gallery.views import friendly_name, signed
from limner.provenance.mark import encode, read
from limner.storage import blobs
from limner.storage.signing import sign
from tests.cast import signed_in
from tests.gallery.people import keep, wish
from tests.storage.kept import opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _with_accounts(settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True


def got(client: Client, url: str, **options: Any) -> Any:
    """The answer, read to its end as a browser would, so that the file behind it is closed."""
    response: Any = client.get(url, **options)
    response.getvalue()
    return response


def body(client: Client, url: str) -> bytes:
    response: Any = client.get(url)
    assert response.status_code == 200
    return bytes(response.getvalue())


def url_of(picture: Picture, ext: str = "png") -> str:
    return reverse("gallery:file", kwargs={"public_id": picture.public_id, "ext": ext})


def thumb_of(picture: Picture, width: int = 256) -> str:
    return reverse("gallery:thumb", kwargs={"public_id": picture.public_id, "width": width})


def signed_url(picture: Picture, variant: str = "png", ext: str = "png", *, seconds: float = 3600) -> str:
    token = sign(picture.public_id, variant, timezone.now() + timedelta(seconds=seconds))
    return reverse("gallery:signed", kwargs={"token": token, "ext": ext})


def everywhere(picture: Picture) -> list[str]:
    """Every address under which the picture might be found."""
    return [f"/pictures/{picture.public_id}", url_of(picture), url_of(picture, "webp"), thumb_of(picture)]


# --- who sees what ---


def test_alice_sees_her_picture_everywhere(alice: Account, pictures: Path) -> None:
    client, picture = signed_in(alice), keep(alice)
    for url in everywhere(picture):
        assert got(client, url).status_code == 200


def test_others_are_told_that_there_is_no_such_picture(alice: Account, bob: Account, pictures: Path) -> None:
    picture = keep(alice)
    for client in (signed_in(bob), Client()):
        for url in everywhere(picture):
            assert got(client, url).status_code == 404
    assert got(signed_in(bob), f"/pictures/{uuid.uuid4()}").status_code == 404


def test_everybody_sees_a_public_picture(alice: Account, bob: Account, pictures: Path) -> None:
    picture = keep(alice, public=True)
    for client in (signed_in(bob), Client()):
        for url in everywhere(picture):
            assert got(client, url).status_code == 200


def test_a_trashed_picture_is_gone_from_every_address(alice: Account, bob: Account, pictures: Path) -> None:
    picture = keep(alice, public=True)
    client, links = signed_in(alice), [signed_url(picture), signed_url(picture, "thumb-256", "webp")]
    assert [got(Client(), link).status_code for link in links] == [200, 200]
    services.trash(alice, picture.public_id)
    for url in everywhere(picture)[1:] + links:
        assert got(client, url).status_code == 404
        assert got(signed_in(bob), url).status_code == 404
    assert got(signed_in(bob), everywhere(picture)[0]).status_code == 404


def test_in_personal_mode_the_owner_needs_no_sign_in(settings: Settings, pictures: Path) -> None:
    settings.LIMNER_ACCOUNTS = False
    picture = keep(owner())
    for url in everywhere(picture):
        assert got(Client(), url).status_code == 200


# --- files ---


@pytest.mark.parametrize("made_as", ["png", "jpeg", "webp"])
@pytest.mark.parametrize(
    ("ext", "content_type"), [("png", "image/png"), ("jpg", "image/jpeg"), ("webp", "image/webp")]
)
def test_a_picture_can_be_had_in_every_format_with_its_mark(
    alice: Account, pictures: Path, made_as: str, ext: str, content_type: str
) -> None:
    client, picture = signed_in(alice), keep(alice, format=made_as)
    assert (response := got(client, url_of(picture, ext)))["Content-Type"] == content_type
    assert response["X-Content-Type-Options"] == "nosniff"
    file = body(client, url_of(picture, ext))
    assert int(response["Content-Length"]) == len(file)
    assert f"image/{opened(file).format}".lower() == content_type
    assert opened(file).size == (96, 64)
    made = read(file)
    assert made is not None
    assert (made.prompt, made.seed, made.made_by_a_model) == ("a red boat", 42, True)


def test_the_pictures_own_file_is_sent_as_it_was_kept(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    assert body(signed_in(alice), url_of(picture)) == blobs.get(picture.blob)


def test_a_format_that_nobody_promised_is_not_there(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    for ext in ("gif", "svg", "thumb-256", "png.exe"):
        assert got(signed_in(alice), f"/pictures/{picture.public_id}.{ext}").status_code == 404
    assert got(signed_in(alice), thumb_of(picture, 257)).status_code == 404


def test_no_answer_shows_where_the_blob_is_kept(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    secret = picture.blob.rpartition("-")[2].removesuffix(".png")
    client = signed_in(alice)
    for url in [*everywhere(picture), signed_url(picture), url_of(picture) + "?download=1"]:
        response = got(client, url)
        assert secret not in url
        assert secret not in str(response.headers)
        if response["Content-Type"].startswith("text/"):
            assert secret.encode() not in response.content


def test_a_download_has_a_name_made_of_the_prompts_first_words(alice: Account, pictures: Path) -> None:
    picture = keep(alice, wish('A friendly robot: "holding" a flower / in ../the rain, by night'))
    response = got(signed_in(alice), url_of(picture, "jpg") + "?download=1")
    assert response["Content-Disposition"] == (
        'attachment; filename="a-friendly-robot-holding-a-flower-in-the-rain-by-night.jpg"'
    )


@pytest.mark.parametrize("made_as", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("ext", ["png", "jpg", "webp"])
def test_a_download_without_metadata_says_only_that_a_model_made_it(
    alice: Account, pictures: Path, made_as: str, ext: str
) -> None:
    client, picture = signed_in(alice), keep(alice, format=made_as)
    response = got(client, url_of(picture, ext) + "?download=1&metadata=0")
    assert response["Content-Disposition"] == f'attachment; filename="picture.{ext}"'
    assert response["ETag"] != got(client, url_of(picture, ext))["ETag"]
    file = body(client, url_of(picture, ext) + "?download=1&metadata=0")
    made = read(file)
    assert made is not None
    assert (made.made_by_a_model, made.prompt, made.model, made.seed) == (True, "", "", None)
    assert b"boat" not in file
    assert opened(file).size == (96, 64)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("", "picture.png"),
        ("🤖🌼", "picture.png"),
        ("../../etc/passwd", "etcpasswd.png"),
        ('a"b\r\nSet-Cookie: x', "ab-set-cookie-x.png"),
        ("gato rojo en la montaña", "gato-rojo-en-la-montaña.png"),
        ("word " * 100, "-".join(["word"] * 12) + ".png"),
        ("x" * 500, "picture.png"),
        ("rtl \u202eexe", "rtl-exe.png"),
    ],
)
def test_a_friendly_name_is_safe_on_every_system(prompt: str, name: str) -> None:
    assert friendly_name(Picture(prompt=prompt), "png") == name


def test_a_browser_keeps_a_picture_and_asks_only_whether_it_may(alice: Account, bob: Account, pictures: Path) -> None:
    client, picture = signed_in(alice), keep(alice)
    for url in everywhere(picture)[1:]:
        first = got(client, url)
        assert first["Cache-Control"] == "private, max-age=31536000, immutable"
        assert first["Vary"] == "Cookie"
        for question in ({"if-none-match": first["ETag"]}, {"if-modified-since": first["Last-Modified"]}):
            again = got(client, url, headers=question)
            assert again.status_code == 304
            assert again.content == b""
            assert (again["ETag"], again["Cache-Control"]) == (first["ETag"], first["Cache-Control"])
            # Knowing the tag is not permission.
            assert got(signed_in(bob), url, headers=question).status_code == 404


def test_each_variant_has_a_tag_of_its_own(alice: Account, pictures: Path) -> None:
    client, picture = signed_in(alice), keep(alice)
    urls = [*everywhere(picture)[1:], thumb_of(picture, 640)]
    assert len({client.head(url)["ETag"] for url in urls}) == 4


def test_head_says_what_get_would_send(alice: Account, pictures: Path) -> None:
    client, picture = signed_in(alice), keep(alice)
    for url in everywhere(picture)[1:]:
        head, get = client.head(url), got(client, url)
        assert head.getvalue() == b""
        for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
            assert head[name] == get[name]


def test_other_methods_are_refused(alice: Account, pictures: Path) -> None:
    client, picture = signed_in(alice), keep(alice)
    for url in everywhere(picture):
        assert client.post(url).status_code == 405
    assert got(client, f"/pictures/{picture.public_id}/trash").status_code == 405


def test_a_picture_whose_file_is_lost_is_not_there(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    blobs.delete(picture.blob)
    assert got(signed_in(alice), url_of(picture)).status_code == 404
    assert got(signed_in(alice), thumb_of(picture)).status_code == 404


def test_a_storage_that_is_away_is_said_plainly(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    pictures.rename(pictures.with_name("elsewhere"))
    pictures.write_text("a file where the folder should be")
    response = got(signed_in(alice), url_of(picture))
    assert response.status_code == 503
    assert b"folder that keeps the pictures cannot be used" in response.content


@pytest.mark.django_db(transaction=True)
def test_a_large_file_goes_out_piece_by_piece(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    made = services.provenance_of(wish(), 0)
    large = encode("RGB", (700, 700), bytes(700 * 700 * 3), format="png", metadata=made, compression=0)
    stored = blobs.put("large", large, "png")
    Picture.objects.filter(pk=picture.pk).update(blob=stored.key, bytes=stored.bytes)
    pieces: list[bytes] = []

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        async def note(message: Any) -> None:
            if message["type"] == "http.response.body":
                pieces.append(message.get("body", b""))
            await send(message)

        await ASGIHandler()(scope, receive, note)

    async def ask() -> bytes:
        transport = httpx.ASGITransport(noting)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return bytes((await client.get(signed_url(picture))).content)

    assert asyncio.run(ask()) == large
    assert max(map(len, pieces)) <= 256 * 1024
    assert len(pieces) > 5


@pytest.mark.django_db(transaction=True)
def test_a_file_on_its_way_holds_no_database_connection(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    token = sign(picture.public_id, "png", timezone.now() + timedelta(hours=1))

    def answer() -> tuple[bytes, bool]:
        response: Any = signed(RequestFactory().get("/"), token, "png")
        held = connection.connection is not None
        body = response.getvalue()
        response.close()
        return body, held

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(answer).result() == (blobs.get(picture.blob), False)


# --- signed addresses ---


def test_a_signed_address_needs_no_sign_in(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    assert body(Client(), signed_url(picture)) == blobs.get(picture.blob)
    response = got(Client(), signed_url(picture))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    lasts = re.fullmatch(r"private, max-age=(\d+), immutable", response["Cache-Control"])
    assert lasts is not None
    assert 3500 < int(lasts[1]) <= 3600  # no longer than the address itself
    assert not response.cookies


@pytest.mark.parametrize("named", [("jpg", "jpg"), ("webp", "webp"), ("thumb-640", "webp"), ("original", "png")])
def test_a_signed_address_names_one_variant(alice: Account, pictures: Path, named: tuple[str, str]) -> None:
    picture, (variant, ext) = keep(alice), named
    assert got(Client(), signed_url(picture, variant, ext)).status_code == 200
    other = "jpg" if ext == "png" else "png"
    assert got(Client(), signed_url(picture, variant, other)).status_code == 404


def test_a_signed_address_dies_with_its_time(alice: Account, pictures: Path) -> None:
    assert got(Client(), signed_url(keep(alice), seconds=-1)).status_code == 404


def test_a_forged_address_opens_nothing(alice: Account, pictures: Path) -> None:
    url = signed_url(keep(alice))
    assert got(Client(), url[:-8] + ("AAAA" if url[-8:-4] != "AAAA" else "BBBB") + ".png").status_code == 404
    assert got(Client(), "/files/" + "A" * 60 + ".png").status_code == 404


# --- the page ---


def test_the_page_shows_the_picture_and_how_it_was_made(alice: Account, pictures: Path) -> None:
    picture = keep(alice, wish("a <b>red</b> boat"))
    page = body_of_page(signed_in(alice), picture)
    assert f'<img src="{url_of(picture)}" width="96" height="64" alt="a &lt;b&gt;red&lt;/b&gt; boat">' in page
    for words in ("Storybook", "42", "rain", "96 × 64", "Made by a model"):
        assert words in page
    for ext in ("png", "jpg", "webp"):
        assert f'href="{url_of(picture, ext)}?download=1"' in page


def body_of_page(client: Client, picture: Picture) -> str:
    return body(client, f"/pictures/{picture.public_id}").decode()


def test_only_the_owner_is_offered_the_trash(alice: Account, bob: Account, pictures: Path) -> None:
    picture = keep(alice, public=True)
    assert "Put into the trash" in body_of_page(signed_in(alice), picture)
    assert "trash" not in body_of_page(signed_in(bob), picture)


def test_a_picture_goes_into_the_trash_and_comes_back(alice: Account, pictures: Path) -> None:
    client, picture = signed_in(alice), keep(alice)
    page = client.post(f"/pictures/{picture.public_id}/trash", follow=True).content.decode()
    assert "This picture is in the trash" in page
    assert '<img src="/pictures' not in page
    page = client.post(f"/pictures/{picture.public_id}/restore", follow=True).content.decode()
    assert "Put into the trash" in page


def test_nobody_else_can_put_it_there(alice: Account, bob: Account, pictures: Path) -> None:
    private, public = keep(alice), keep(alice, public=True)
    assert signed_in(bob).post(f"/pictures/{private.public_id}/trash").status_code == 404
    assert Client().post(f"/pictures/{public.public_id}/trash").status_code == 404
    refused = signed_in(bob).post(f"/pictures/{public.public_id}/trash")
    assert refused.status_code == 403
    assert b"Only the person who made" in refused.content


def test_a_page_of_elsewhere_cannot_trash_in_ones_name(alice: Account, pictures: Path) -> None:
    picture = keep(alice)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(f"/pictures/{picture.public_id}/trash").status_code == 403
    assert Picture.objects.get(pk=picture.pk).trashed_at is None
