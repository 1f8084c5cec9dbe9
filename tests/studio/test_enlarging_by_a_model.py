"""Where a model that makes pictures larger is here, the buttons ask it; the page shows its job like any other."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import Settings

from limner.accounts.models import Account, Plan
from limner.engines import catalog
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


def test_the_page_says_what_it_takes_before_it_is_pressed(alices: Client, alice: Account, settings: Settings) -> None:
    settings.LIMNER_ACCOUNTS, settings.LIMNER_CREDITS_PER_SECOND = True, 2.0
    alice.plan = Plan.objects.create(name="some", credits_per_month=40_000)
    alice.save()
    before = keep(alice)
    page = text(alices.get(f"/edit/{before.public_id}"))
    said = re.findall(r"(\d) times as large · 1–\d s · ([\d.]+) of your 40 credits", page)
    assert [factor for factor, _ in said] == ["2", "4"]
    alices.post(f"/edit/{before.public_id}/enlarge", {"factor": "4"}, headers=HTMX)
    assert Job.objects.get().price == float(said[1][1]) * 1000 > 0


def test_a_plan_without_that_model_is_told_that_it_costs_nothing(alices: Client, alice: Account) -> None:
    alice.plan = Plan.objects.create(name="few", allowed_models=["storybook"])
    alice.save()
    before = keep(alice)
    page = text(alices.get(f"/edit/{before.public_id}"))
    assert ("It costs nothing." in page, "Sharp" in page) == (True, False)
    alices.post(f"/edit/{before.public_id}/enlarge", {"factor": "2"}, headers=HTMX)
    assert (Job.objects.get().state, Job.objects.get().price) == ("done", 0)


def test_one_that_failed_is_tried_again_by_what_is_here_then(alices: Client, alice: Account) -> None:
    alices.post(f"/edit/{keep(alice).public_id}/enlarge", {"factor": "4"}, headers=HTMX)
    job = Job.objects.get()
    assert "Try again" not in text(alices.get(f"/jobs/{job.public_id}/card"))
    Job.objects.update(state="failed", error_code="model_gone")
    assert "Try again" in text(alices.get(f"/jobs/{job.public_id}/card"))
    alices.post(f"/jobs/{job.public_id}/again", headers=HTMX)
    again = Job.objects.exclude(pk=job.pk).get()
    assert (again.state, again.lane, again.request["size"]) == ("queued", "sharp", "384x256")
    catalog.bring([])
    alices.post(f"/jobs/{job.public_id}/again", headers=HTMX)
    last = Job.objects.latest("pk")
    assert (last.state, last.price, last.request["size"]) == ("done", 0, "384x256")
    assert "Draw again" not in text(alices.get(f"/jobs/{last.public_id}/card"))


def test_a_picture_that_was_made_larger_says_by_what(alices: Client, alice: Account, sharp: Model) -> None:
    request = wish()
    request.options["enlarged_by"] = sharp.name
    after = keep(alice, request)
    for page in ("", "/beside"):
        assert "<dt>Made larger by</dt><dd>Sharp</dd>" in text(alices.get(f"/pictures/{after.public_id}{page}"))


def test_what_is_alices_is_not_there_for_bob(bobs: Client, alice: Account) -> None:
    assert bobs.post(f"/edit/{keep(alice).public_id}/enlarge", {"factor": "2"}).status_code == 404
    assert not Job.objects.exists()
