"""What a card says in numbers: the strip above the wall and the page's title are made of them."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from limner.accounts.models import Account
from limner.jobs.states import State
from tests.studio.people import a_job, a_picture, done, path


def card(client: Client, job: object) -> str:
    return client.get(path(job, "card")).content.decode()  # type: ignore[arg-type]


def number(name: str, words: str) -> float:
    found = re.search(rf'data-{name}="([0-9.]+)"', words)
    assert found is not None, f"no data-{name}"
    return float(found[1])


def test_a_waiting_card_counts_what_is_ahead_and_the_seconds_of_it_all(alices: Client, alice: Account) -> None:
    first, second = card(alices, a_job(alice)), card(alices, a_job(alice, n=2))
    assert (number("ahead", first), number("ahead", second)) == (0, 1)
    assert number("left", first) == 3
    assert number("left", second) == 9
    assert number("share", second) == 0


def test_a_card_that_is_drawn_says_about_how_much_of_it_is_done(alices: Client, alice: Account) -> None:
    now = timezone.now()
    job = a_job(alice, n=4, state=State.RUNNING, started_at=now, lease_until=now + timedelta(minutes=1))
    before = number("share", card(alices, job))
    a_picture(job)
    after = number("share", card(alices, job))
    assert 0 <= before < 0.25 <= after < 0.5


def test_a_card_of_a_job_that_ended_has_no_such_numbers(alices: Client, alice: Account) -> None:
    words = card(alices, done(alice))
    for name in ("left", "ahead", "share"):
        assert f"data-{name}=" not in words


def test_a_tile_names_its_picture_and_its_file_for_the_lightbox(alices: Client, alice: Account) -> None:
    job = a_job(alice, state=State.DONE)
    picture = a_picture(job)
    words = card(alices, job)
    assert f'data-picture="{picture.public_id}" data-file="/pictures/{picture.public_id}.png"' in words
