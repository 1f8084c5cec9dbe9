"""Going on from a picture: its words and settings in the form, and its name in the job that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.test import Client

from limner.accounts.models import Account
from limner.engines.contract import REFINES, DrawRequest
from limner.gallery import services as gallery
from limner.gallery.models import Lineage, Picture
from limner.jobs.models import Job
from limner.provenance.record import Provenance
from limner.studio import refining
from tests.gallery.people import keep, wish
from tests.studio.conftest import HTMX
from tests.studio.people import a_job, a_picture
from tests.studio.test_make_page import ASK, text


def picture_of(account: Account, **columns: Any) -> Picture:
    picture = a_picture(a_job(account, "a red robot at night"))
    Picture.objects.filter(pk=picture.pk).update(**columns)
    picture.refresh_from_db()
    return picture


def opened(client: Client, picture: Picture) -> Any:
    return client.get("/", {"from": str(picture.public_id)})


def test_refine_opens_the_form_with_the_pictures_words_and_settings(alices: Client, alice: Account) -> None:
    picture = picture_of(alice, negative_prompt="rain", parameters={"steps": 12, "guidance": 4.5, "quality": "auto"})
    page = opened(alices, picture)
    assert ">a red robot at night</textarea>" in text(page)
    assert page.context["asked"].dict() == {
        "model": "storybook",
        "prompt": "a red robot at night",
        "negative_prompt": "rain",
        "size": "512x512",
        "width": "512",
        "height": "512",
        "seed": "7",
        "steps": "12",
        "guidance": "4.5",
        "quality": "auto",
        "background": "auto",
        "output_format": "png",
        "from": str(picture.public_id),
    }


def test_the_page_says_what_is_refined_and_lets_go_of_it(alices: Client, alice: Account) -> None:
    picture = picture_of(alice)
    page = text(opened(alices, picture))
    assert "Refining this picture." in page
    assert f'name="from" value="{picture.public_id}" form="make"' in page
    assert f"/pictures/{picture.public_id}/thumb-256.webp" in page
    assert "Refining" not in text(alices.get("/"))


def test_what_is_drawn_then_descends_from_the_picture(alices: Client, alice: Account, pictures: Path) -> None:
    picture = picture_of(alice)
    alices.post("/make", {**ASK, "from": str(picture.public_id)}, headers=HTMX)
    job = Job.objects.latest("pk")
    assert job.request["options"] == {REFINES: str(picture.public_id)}
    child = keep(alice, DrawRequest.from_json(job.request), job=job.public_id, index=0)
    line = Lineage.objects.get(child=child)
    assert (line.parent_picture, line.kind) == (picture, Lineage.Kind.REFINE)


def test_drawing_again_keeps_the_parent(alices: Client, alice: Account) -> None:
    picture = picture_of(alice)
    alices.post("/make", {**ASK, "from": str(picture.public_id)}, headers=HTMX)
    job = Job.objects.latest("pk")
    Job.objects.filter(pk=job.pk).update(state="done")
    alices.post(f"/jobs/{job.public_id}/again", headers=HTMX)
    again = Job.objects.latest("pk")
    assert again.pk != job.pk
    assert again.request["options"] == {REFINES: str(picture.public_id)}


def test_a_second_press_makes_no_second_job_and_another_parent_does(alices: Client, alice: Account) -> None:
    first, second = picture_of(alice), picture_of(alice)
    before = Job.objects.count()
    for picture in (first, first, second):
        alices.post("/make", {**ASK, "ask": "one-form", "from": str(picture.public_id)}, headers=HTMX)
    assert Job.objects.count() == before + 2


@pytest.mark.parametrize("named", ["robot", "\0", "'; --", "1" * 10_000])
def test_a_name_that_is_none_is_answered_in_a_sentence(alices: Client, named: str) -> None:
    page = alices.get("/", {"from": named})
    assert page.status_code == 200
    assert "not there, or not yours to see" in text(page)
    answer = alices.post("/make", {**ASK, "from": named}, headers=HTMX)
    assert answer.status_code == 400
    assert "no longer there" in text(answer)
    assert not Job.objects.exists()


def test_somebody_elses_picture_and_one_in_the_trash_are_not_there(
    alices: Client, alice: Account, bob: Account
) -> None:
    bobs, trashed = picture_of(bob), picture_of(alice)
    gallery.trash(alice, trashed.public_id)
    before = Job.objects.count()
    for picture in (bobs, trashed):
        page = text(opened(alices, picture))
        assert "not there, or not yours to see" in page
        assert "a red robot at night" not in page.split('id="wall"')[0]
        answer = alices.post("/make", {**ASK, "from": str(picture.public_id)}, headers=HTMX)
        assert answer.status_code == 400
    assert Job.objects.count() == before


def test_a_public_picture_can_be_gone_on_from_by_everybody(alices: Client, bob: Account) -> None:
    shown = picture_of(bob, public=True)
    assert opened(alices, shown).context["start"].refined == shown
    assert alices.post("/make", {**ASK, "from": str(shown.public_id)}, headers=HTMX).status_code == 200


def test_a_fault_in_the_form_keeps_the_picture_that_is_refined(alices: Client, alice: Account) -> None:
    picture = picture_of(alice)
    page = alices.post("/make", {**ASK, "n": "99", "from": str(picture.public_id)})
    assert page.status_code == 400
    assert "Refining this picture." in text(page)
    assert ASK["prompt"] in text(page)


def test_a_parent_that_is_gone_when_the_picture_is_kept_leaves_a_tombstone(alice: Account, pictures: Path) -> None:
    child = keep(alice, wish_for(str(uuid4())))
    assert (child.parents.get().kind, child.parents.get().parent_picture) == (Lineage.Kind.REFINE, None)


def wish_for(parent: str) -> DrawRequest:
    return DrawRequest.from_json({**wish().to_json(), "options": {REFINES: parent}})


# --- what a model cannot take over is said ---


def start(made: Provenance, viewer: Account) -> tuple[QueryDict, str]:
    begun = refining.start_with(viewer, made)
    return begun.asked, " ".join(begun.notes)


def test_a_model_that_is_not_here_is_named_with_the_one_that_draws(alice: Account) -> None:
    asked, said = start(Provenance(prompt="a cat", model="dreamshaper_8"), alice)
    assert asked["model"] == "storybook"
    assert said == "“dreamshaper_8” is not installed here. Storybook will draw instead."


def test_the_nearest_size_is_chosen_and_said(alice: Account) -> None:
    asked, said = start(Provenance(width=832, height=1216), alice)
    assert str(asked["size"]) in said.replace(" × ", "x")
    assert "does not draw 832 × 1216" in said


def test_numbers_beyond_the_models_are_brought_within_and_said(alice: Account) -> None:
    asked, said = start(Provenance(seed=2**60, steps=500, guidance=99.0), alice)
    assert "seed" not in asked
    assert (asked["steps"], asked["guidance"]) == ("100", "30")
    assert all(words in said for words in ("The seed", "100 instead of 500", "The guidance is 30"))


def test_a_prompt_that_is_too_long_is_cut_and_said(alice: Account) -> None:
    asked, said = start(Provenance(prompt="a " * 5000), alice)
    assert len(asked["prompt"]) == 4000
    assert "the end of the prompt was left out" in said


def test_a_size_of_nothing_is_no_size(alice: Account) -> None:
    asked, said = start(Provenance(width=0, height=-5), alice)
    assert "size" not in asked
    assert said == ""
