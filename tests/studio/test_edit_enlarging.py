"""Making a picture larger: kept at once, as a job that is done, with its mark and its lineage."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from limner.accounts.limits import forget_counts
from limner.accounts.models import Account, Plan
from limner.engines.contract import ImageRef, Task
from limner.errors import InvalidRequest, NotAllowed
from limner.gallery import publishing
from limner.gallery.models import Lineage, Picture
from limner.gallery.queries import image_refs_visible_to
from limner.gallery.services import store_upload
from limner.jobs import enlarging, services
from limner.jobs.models import Event, Job
from limner.moderation.models import Flag, Rule
from limner.provenance import mark
from limner.storage import blobs
from tests.api import files
from tests.gallery.people import keep, wish
from tests.gallery.test_publishing import shown
from tests.jobs.house import ask
from tests.storage.kept import pictures
from tests.studio.conftest import HTMX
from tests.studio.test_make_page import text

__all__ = ["pictures"]
pytestmark = pytest.mark.usefixtures("pictures")


def enlarge(browser: Client, public_id: object, factor: str, ask: str = "") -> object:
    return browser.post(f"/edit/{public_id}/enlarge", {"factor": factor, "ask": ask}, headers=HTMX)


@pytest.mark.parametrize("factor", [2, 4])
def test_a_picture_is_kept_larger_with_its_mark_and_its_parent(alices: Client, alice: Account, factor: int) -> None:
    before = keep(alice)
    enlarge(alices, before.public_id, str(factor))
    after = Picture.objects.exclude(pk=before.pk).get()
    assert (after.width, after.height) == (96 * factor, 64 * factor)
    file = blobs.get(after.blob)
    assert files.opened(file).size == (after.width, after.height)
    made = mark.read(file)
    assert made is not None
    assert (made.prompt, made.seed, made.width) == (before.prompt, 42, after.width)
    line = Lineage.objects.get(child=after)
    assert (line.kind, line.parent_picture) == ("upscale", before)
    assert (after.prompt, after.model, after.seed) == (before.prompt, before.model, before.seed)


def test_it_hangs_on_the_wall_and_watchers_are_told(alices: Client, alice: Account) -> None:
    enlarge(alices, keep(alice).public_id, "2")
    job = Job.objects.get()
    assert (job.state, job.price, job.account) == ("done", 0, alice)
    assert job.ended_at is not None
    assert list(Event.objects.filter(job=job).order_by("number").values_list("kind", flat=True)) == [
        "picture",
        "state",
    ]
    wall = text(alices.get("/"))
    assert f'id="job-{job.public_id}"' in wall
    assert "Draw again" not in wall


def test_an_upload_is_made_larger_too_and_is_not_called_the_work_of_a_model(alices: Client, alice: Account) -> None:
    brought = store_upload(alice, files.picture((40, 30)))
    enlarge(alices, brought.public_id, "4")
    after = Picture.objects.get()
    assert (after.width, after.height, after.model) == (160, 120, "lanczos")
    assert "Made by a model" not in text(alices.get(f"/pictures/{after.public_id}"))
    assert mark.read(blobs.get(after.blob)) is None
    assert Lineage.objects.get().parent_upload == brought
    assert alices.get("/").status_code == 200


def test_an_enlarged_upload_has_no_words_and_pages_say_so(alices: Client, alice: Account) -> None:
    enlarge(alices, store_upload(alice, files.picture((256, 256))).public_id, "2")
    after = Picture.objects.get()
    assert after.prompt == Job.objects.get().request["prompt"] == ""
    wall = text(alices.get("/"))
    assert "label-wordless" in wall  # what ↑ recalls leaves it out
    assert 'alt="A picture without words"' in wall
    assert "data-words" not in wall
    shown = text(alices.get(f"/pictures/{after.public_id}"))
    assert "<title>A picture without words" in shown
    assert 'alt="A picture without words"' in shown
    assert "Guidance" not in shown
    beside = text(alices.get(f"/pictures/{after.public_id}/beside"))
    assert (">A picture without words</bdi></h2>" in beside, "data-copy-prompt" in beside) == (True, False)
    edited = text(alices.get(f"/edit/{after.public_id}"))
    assert ("></textarea>" in edited, 'alt="A picture without words"' in edited) == (True, True)
    assert "Una imagen sin palabras" in text(alices.get("/", headers={"Accept-Language": "es"}))


def test_going_on_from_an_enlarged_upload_asks_the_usual_model_for_the_usual(alices: Client, alice: Account) -> None:
    enlarge(alices, store_upload(alice, files.picture((256, 256))).public_id, "2")
    page = alices.get("/", {"from": str(Picture.objects.get().public_id)})
    assert page.context["start"].notes == ()
    asked = page.context["asked"]
    assert (asked["model"], asked["prompt"], asked["size"]) == ("storybook", "", "512x512")
    assert not {"seed", "steps", "guidance"} & set(asked)


def test_it_is_a_request_of_the_minute_that_a_plan_allows(alices: Client, alice: Account) -> None:
    forget_counts()
    picture = keep(alice)
    alice.plan = Plan.objects.create(name="slow", requests_per_minute=1)
    alice.save()
    answers = [enlarge(alices, picture.public_id, "2") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 429]  # type: ignore[attr-defined]
    assert "your plan allows 1 requests a minute" in text(answers[1])


def test_what_would_be_too_large_is_refused_and_not_offered(alices: Client, alice: Account) -> None:
    brought = store_upload(alice, files.picture((1500, 1500)))
    answer = enlarge(alices, brought.public_id, "4")
    assert "That would be too large. This picture can be made 2 times as large at most." in text(answer)
    page = text(alices.get(f"/edit/{brought.public_id}"))
    assert ("2 times as large" in page, "4 times as large" in page) == (True, False)
    assert not Job.objects.exists()


@pytest.mark.parametrize("factor", ["", "3", "-2", "2.0", "¾"])
def test_other_factors_are_refused(alices: Client, alice: Account, factor: str) -> None:
    assert enlarge(alices, keep(alice).public_id, factor).status_code == 400  # type: ignore[attr-defined]


def test_a_second_press_makes_no_second_job_and_another_factor_does(
    alices: Client, alice: Account, pictures: Path
) -> None:
    before = keep(alice)
    ask = re.findall(r'name="ask" value="([^"]+)"', text(alices.get(f"/edit/{before.public_id}")))[-1]
    for _ in range(2):
        answer = enlarge(alices, before.public_id, "2", ask)
        assert answer.headers["HX-Redirect"] == f"/#job-{Job.objects.get().public_id}"  # type: ignore[attr-defined]
    assert Picture.objects.count() == files_kept(pictures) == 2
    enlarge(alices, before.public_id, "4", ask)
    assert Job.objects.count() == 2


def test_every_form_of_the_edit_page_says_which_press_it_is(alices: Client, alice: Account) -> None:
    page = text(alices.get(f"/edit/{keep(alice).public_id}"))
    forms = re.findall(r'<form id="(?:edit|vary|enlarge)".*?</form>', page, re.DOTALL)
    assert [form.count('name="ask"') for form in forms] == [1, 1, 1]


def test_two_processes_that_are_asked_for_the_same_at_once_keep_one(
    alice: Account, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, looks = keep(alice), iter([None])
    first = enlarging.enlarge(alice, before, 2, idempotency_key="pressed")
    # The second process looks before the first one has written its job.
    monkeypatch.setattr(enlarging, "asked_before", lambda *said: next(looks, services.asked_before(*said)))
    assert enlarging.enlarge(alice, before, 2, idempotency_key="pressed") == first
    assert Picture.objects.count() == files_kept(pictures) == 2


def test_one_picture_is_made_larger_at_a_time(alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    free = []
    put = blobs.put
    monkeypatch.setattr(blobs, "put", lambda *args: free.append(enlarging._turn._value) or put(*args))  # type: ignore[func-returns-value]
    before = keep(alice)
    enlarging.enlarge(alice, before, 2)
    assert free == [1, 0]
    with pytest.raises(InvalidRequest):
        enlarging.enlarge(alice, before, 3)
    assert enlarging._turn._value == 1


def files_kept(folder: Path) -> int:
    return sum(file.is_file() for file in folder.rglob("*"))


def test_it_costs_nothing_but_has_its_place_in_the_plan_and_among_what_was_used(
    alices: Client, alice: Account
) -> None:
    before = keep(alice)
    alice.plan = Plan.objects.create(name="limited", largest_pixels=192 * 128, allowed_models=["another"])
    alice.save()
    enlarge(alices, before.public_id, "2")
    assert [(bar.label, bar.pictures) for bar in alices.get("/usage").context["by_model"]] == [("storybook", 1)]
    assert "larger than your plan allows" in text(enlarge(alices, before.public_id, "4"))
    Plan.objects.update(storage_bytes=1)
    assert "Delete pictures for good" in text(enlarge(alices, before.public_id, "2"))
    assert Job.objects.count() == 1


def test_a_larger_copy_is_no_way_around_a_moderator(
    alices: Client, alice: Account, bob: Account, settings: Settings
) -> None:
    settings.LIMNER_ACCOUNTS, bob.is_staff = True, True
    Rule.objects.create(name="robots", kind="words", pattern="robot", action="flag")
    before = keep(alice, wish("a robot"), job=ask(alice).public_id)
    for _ in range(2):
        enlarge(alices, before.public_id, "2")
    changed = keep(alice, wish("a boat", task=Task.VARY, images=(ImageRef(str(before.public_id), 96, 64),)))
    Flag.objects.filter(target=before.job).update(settled_at=timezone.now(), outcome="dismiss")
    copy, again = Picture.objects.exclude(pk__in=[before.pk, changed.pk])
    assert not shown(copy, alice).public  # of itself
    Flag.objects.filter(target=again.job).update(settled_at=timezone.now(), outcome="dismiss")
    assert shown(again, alice).public
    publishing.take_down(bob, before.public_id, "no")
    assert not shown(changed, alice).public  # for what it was made from
    for press in ("enlarge", "vary"):
        answer = alices.post(f"/edit/{before.public_id}/{press}", {"factor": "2", "model": "storybook", "n": "1"})
        assert answer.status_code == 403
        assert "took this picture down" in text(answer)
    assert image_refs_visible_to(alice, [before.public_id]) == {}
    assert Job.objects.count() == 3


def test_who_was_banned_meanwhile_makes_nothing_larger(alice: Account) -> None:
    picture = keep(alice)
    Account.objects.update(is_active=False)
    with pytest.raises(NotAllowed, match="closed"):
        enlarging.enlarge(alice, picture, 2)
    assert not Job.objects.exists()
