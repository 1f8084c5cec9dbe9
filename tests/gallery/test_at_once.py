"""Two verbs on the same rows at the same moment end as one of them, and neither breaks."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from limner.accounts.models import Account
from limner.gallery import publishing, services, trash
from limner.gallery.models import Like, Picture
from limner.jobs.threads import give_back_connections
from tests.gallery.people import keep

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*verbs: Callable[[], object]) -> None:
    """Each in a thread of its own; raises what any of them raises."""

    def one(verb: Callable[[], object]) -> None:
        try:
            verb()
        finally:
            give_back_connections()

    with ThreadPoolExecutor(len(verbs)) as threads:
        list(threads.map(one, verbs))


def test_a_like_that_is_taken_back_twice_is_counted_off_once(
    alice: Account, bob: Account, pictures: Path, settings: Settings
) -> None:
    settings.LIMNER_ACCOUNTS = True
    shown = [keep(alice, public=True) for _ in range(3)]
    for _ in range(5):
        for picture in shown:
            publishing.like(bob, picture.public_id)
        at_once(
            lambda: publishing.unlike_all(bob),
            lambda: [publishing.unlike(bob, picture.public_id) for picture in reversed(shown)],
            lambda: publishing.unlike_all(bob),
        )
        assert not Like.objects.exists()
        assert set(Picture.objects.values_list("likes", flat=True)) == {0}


def test_what_is_being_restored_is_not_in_the_trash_that_is_emptied(
    alice: Account, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = keep(alice)
    services.trash(alice, picture.public_id)
    save = Picture.save

    def slow(self: Picture, **options: Any) -> None:
        time.sleep(0.6)
        save(self, **options)

    monkeypatch.setattr(Picture, "save", slow)

    def empty() -> None:
        time.sleep(0.3)
        trash.empty(alice)

    at_once(lambda: services.restore(alice, picture.public_id), empty)
    assert Picture.objects.get().trashed_at is None
