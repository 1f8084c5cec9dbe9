"""A ZIP leaves piece by piece on the event loop too."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from limner.accounts.models import Account
from limner.gallery.models import Picture
from tests.cast import asigned_in, make_account
from tests.gallery.people import keep
from tests.storage.kept import pictures

__all__ = ["pictures"]


@pytest.mark.django_db(transaction=True)
async def test_a_zip_is_sent_as_it_is_made(pictures: Path, settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS = True

    def made() -> tuple[Account, list[Picture]]:
        alice = make_account("alice")
        return alice, [keep(alice) for _ in range(3)]

    alice, kept = await sync_to_async(made)()
    client = await asigned_in(alice)
    ticked = {"verb": "download", "picture": [str(one.public_id) for one in kept]}
    answer = await client.post("/history/selected", ticked)
    assert answer.streaming
    pieces = [piece async for piece in answer]  # type: ignore[attr-defined]
    assert len(pieces) > 3
    assert len(zipfile.ZipFile(io.BytesIO(b"".join(pieces))).namelist()) == 4
