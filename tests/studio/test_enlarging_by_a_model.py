"""Where a model that makes pictures larger is here, the buttons ask it; the page shows its job like any other."""

from __future__ import annotations

import pytest
from django.test import Client

from limner.accounts.models import Account
from limner.engines.catalog import Model
from limner.jobs.models import Job
from tests.gallery.people import keep, wish
from tests.sharp import sharp
from tests.storage.kept import pictures
from tests.studio.conftest import HTMX
from tests.studio.test_make_page import text

__all__ = ["pictures", "sharp"]
pytestmark = pytest.mark.usefixtures("pictures", "sharp")


def test_a_press_puts_a_card_that_is_under_way_on_the_wall(alices: Client, alice: Account) -> None:
    before = keep(alice)
    answer = alices.post(f"/edit/{before.public_id}/enlarge", {"factor": "2"}, headers=HTMX)
    job = Job.objects.get()
    assert (job.state, job.lane) == ("queued", "sharp")
    assert answer.headers["HX-Redirect"] == f"/#job-{job.public_id}"
    wall = text(alices.get("/"))
    card = wall[wall.index(f'id="job-{job.public_id}"') :]
    assert 'data-state="queued"' in card
    assert "Cancel" in card
    assert "Sharp · 192 × 128" in card


def test_the_page_says_which_model_and_no_menu_offers_it(alices: Client, alice: Account) -> None:
    page = text(alices.get(f"/edit/{keep(alice).public_id}"))
    assert "with more pixels, which Sharp makes." in page
    assert "It costs nothing" not in page
    assert 'value="sharp"' not in page + text(alices.get("/"))


def test_a_picture_that_was_made_larger_says_by_what(alices: Client, alice: Account, sharp: Model) -> None:
    request = wish()
    request.options["enlarged_by"] = sharp.name
    after = keep(alice, request)
    for page in ("", "/beside"):
        assert "<dt>Made larger by</dt><dd>Sharp</dd>" in text(alices.get(f"/pictures/{after.public_id}{page}"))


def test_what_is_alices_is_not_there_for_bob(bobs: Client, alice: Account) -> None:
    assert bobs.post(f"/edit/{keep(alice).public_id}/enlarge", {"factor": "2"}).status_code == 404
    assert not Job.objects.exists()
