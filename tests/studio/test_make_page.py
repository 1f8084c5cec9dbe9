"""The make page through its front door: what it offers, what it takes, what it says, and to whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from limner.accounts.models import Account
from limner.accounts.sign_in import owner
from limner.engines import catalog
from limner.gallery.models import Picture
from limner.jobs.ledger import request_of
from limner.jobs.models import Job
from limner.jobs.states import State
from tests.gallery.people import SIZE, keep
from tests.studio.conftest import HTMX
from tests.studio.people import a_job, a_picture, done, path

ASK = {"prompt": "a friendly robot holding a flower", "size": "512x512", "n": "2"}


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_in_personal_mode_the_page_opens_for_the_owner_without_signing_in(db: None, client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert 'id="prompt"' in text(page)


def test_with_accounts_on_a_stranger_is_asked_to_sign_in(db: None, accounts_on: None, client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 302
    assert page.url == "/sign-in?next=%2F"  # type: ignore[attr-defined]


def test_a_fragment_sends_a_strangers_page_to_sign_in(db: None, accounts_on: None, client: Client) -> None:
    answer = client.post("/make", ASK, headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/sign-in?next=%2F"
    assert not Job.objects.exists()


def test_the_form_offers_1024_squares_first_and_only_words_the_model_knows(db: None, client: Client) -> None:
    page = text(client.get("/"))
    assert page.index('value="1024x1024"') < page.index('value="512x512"')
    assert "Sunset" in page
    assert "Watercolour" not in page
    assert "swatch-red" in page
    assert "swatch-green" not in page


def test_asking_submits_the_job_and_answers_with_its_card(alices: Client, alice: Account) -> None:
    answer = alices.post("/make", ASK, headers=HTMX)
    job = Job.objects.get()
    assert answer.status_code == 200
    assert f'id="job-{job.public_id}"' in text(answer)
    assert (job.account, job.n, job.request["size"]) == (alice, 2, "512x512")
    assert job.price == round(job.predicted_seconds * 100)  # a tenth of a credit a second, where none is set


def test_a_second_press_of_the_same_form_makes_no_second_job(alices: Client) -> None:
    for _ in range(2):
        alices.post("/make", {**ASK, "ask": "one-form"}, headers=HTMX)
    assert Job.objects.count() == 1


def test_a_form_that_was_gone_back_to_asks_for_its_new_words(alices: Client) -> None:
    for change in ({}, {"prompt": "a blue boat"}, {"colour": "red"}, {"style": "sunset"}, {"n": "3"}, {}):
        alices.post("/make", {**ASK, "ask": "one-form", **change})
    assert [job.request["prompt"] for job in Job.objects.order_by("pk")] == [
        ASK["prompt"],
        "a blue boat",
        "a red friendly robot holding a flower",
        "a friendly robot holding a flower, at sunset",
        ASK["prompt"],
    ]


@pytest.mark.parametrize("token", ["\0", "x" * 10_000, "🤖"])
def test_a_strange_token_is_a_token(alices: Client, token: str) -> None:
    for _ in range(2):
        assert alices.post("/make", {**ASK, "ask": token}, headers=HTMX).status_code == 200
    assert Job.objects.count() == 1


def test_each_answer_brings_the_form_a_new_token(alices: Client) -> None:
    first, second = (text(alices.post("/make", ASK, headers=HTMX)) for _ in range(2))
    assert 'hx-swap-oob="true"' in first
    assert first.split('name="ask" value="')[1][:36] != second.split('name="ask" value="')[1][:36]


def test_style_and_colour_are_said_in_the_prompt(alices: Client) -> None:
    alices.post("/make", {**ASK, "style": "sunset", "colour": "red"}, headers=HTMX)
    assert Job.objects.get().request["prompt"] == "a red friendly robot holding a flower, at sunset"


def test_a_picture_is_found_by_the_style_it_was_asked_in(alices: Client, alice: Account, pictures: Path) -> None:
    for style in ("sunset", ""):
        alices.post("/make", {**ASK, "style": style}, headers=HTMX)
        wish = request_of(Job.objects.latest("pk"))
        assert wish is not None
        keep(alice, replace(wish, size=SIZE))
    found = text(alices.get("/history", {"style": "sunset"}))
    assert found.count('name="picture"') == 1
    assert str(Picture.objects.get(style="sunset").public_id) in found


def test_a_style_whose_words_the_model_does_not_know_is_passed_over(alices: Client) -> None:
    alices.post("/make", {**ASK, "style": "watercolour"}, headers=HTMX)
    assert Job.objects.get().request["prompt"] == ASK["prompt"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"prompt": "   "}, "Write a few words first"),
        ({"prompt": "nul \0"}, "NUL"),
        ({"prompt": "a" * 100_000}, "too long"),
        ({"n": "0"}, "Expected a value &gt;= 1"),
        ({"n": "11"}, "Expected a value &lt;= 10"),
        ({"n": "many"}, "integer"),
        ({"size": "255x255"}, "Invalid value: &#x27;255x255&#x27;"),
        ({"model": "sd-turbo"}, "not installed"),
    ],
)
def test_a_bad_wish_is_answered_in_place_and_stores_nothing(
    alices: Client, change: dict[str, str], sentence: str
) -> None:
    answer = alices.post("/make", {**ASK, **change}, headers=HTMX)
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert "<html" not in text(answer)
    assert not Job.objects.exists()


def test_without_scripts_a_bad_wish_keeps_what_was_typed(alices: Client) -> None:
    answer = alices.post("/make", {**ASK, "n": "11"})
    assert answer.status_code == 400
    assert ASK["prompt"] in text(answer)
    assert 'role="alert"><p' in text(answer)


def test_without_scripts_asking_comes_back_to_the_page(alices: Client) -> None:
    answer = alices.post("/make", ASK)
    assert (answer.status_code, answer.url) == (302, "/")  # type: ignore[attr-defined]
    assert Job.objects.count() == 1


def test_a_post_without_the_forms_token_is_refused(alice: Account, accounts_on: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post("/make", ASK, headers=HTMX).status_code == 403
    assert not Job.objects.exists()


def test_an_emoji_prompt_is_taken_as_it_is(alices: Client) -> None:
    alices.post("/make", {**ASK, "prompt": "a robot 🤖"}, headers=HTMX)
    assert Job.objects.get().request["prompt"] == "a robot 🤖"


def test_words_are_escaped_wherever_they_are_shown(alices: Client, alice: Account) -> None:
    done(alice, '<script>alert("x")</script> robot')
    assert "<script>alert" not in text(alices.get("/"))


def test_everything_is_found_again_newest_first(alices: Client, alice: Account) -> None:
    first, second = done(alice, "a red robot", n=2), a_job(alice, "a blue boat", state=State.RUNNING)
    page = text(alices.get("/"))
    assert page.index(f"job-{second.public_id}") < page.index(f"job-{first.public_id}")
    assert page.count('class="tile-picture"') == 2


def test_a_job_has_a_place_for_each_of_its_pictures_before_there_is_one(alices: Client, alice: Account) -> None:
    card = text(alices.get(path(a_job(alice, n=4), "card")))
    assert card.count('class="tile-shape"') == 4
    assert 'viewBox="0 0 512 512"' in card


def test_a_waiting_job_says_its_place_and_how_long(alices: Client, alice: Account) -> None:
    a_job(alice)
    waiting = text(alices.get(path(a_job(alice), "card")))
    assert "1 ahead in line · " in waiting
    assert " s left" in waiting


def test_words_the_model_does_not_know_are_named_on_the_card(alices: Client, alice: Account) -> None:
    card = text(alices.get(path(a_job(alice, "a red zeppelin and a robot"), "card")))
    assert "Storybook does not know “zeppelin” yet and passes over it." in card


def test_words_the_model_does_not_know_are_named_while_typing(alices: Client) -> None:
    hint = text(alices.get("/words", {"prompt": "a zeppelin, a dragon and a robot"}))
    assert "Storybook does not know “zeppelin” and “dragon” yet and passes over them." in hint
    assert "does not know" not in text(alices.get("/words", {"prompt": "a robot by the sea"}))


def test_several_of_what_the_model_knows_is_known_too(alices: Client) -> None:
    hint = text(alices.get("/words", {"prompt": "cats and dogs"}))
    assert "Storybook does not know “dogs” yet and passes over it." in hint


def test_cancel_ends_a_waiting_job_and_answers_with_its_card(alices: Client, alice: Account) -> None:
    job = a_job(alice)
    card = text(alices.post(path(job, "cancel"), headers=HTMX))
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert "Cancelled" in card
    assert ">Cancel<" not in card


def test_a_job_that_is_being_cancelled_says_so(alices: Client, alice: Account) -> None:
    job = a_job(alice, state=State.RUNNING)
    assert "Stopping…" in text(alices.post(path(job, "cancel"), headers=HTMX))


def test_a_failure_is_said_in_plain_words_and_can_be_tried_again(alices: Client, alice: Account) -> None:
    job = a_job(alice, state=State.FAILED, error_code="engine_crashed", error_message="exit code -11")
    card = text(alices.get(path(job, "card")))
    assert "Not drawn" in card
    assert "The model stopped while it was drawing" in card
    assert "exit code" not in card
    assert "Try again" in card


def test_a_failure_keeps_the_pictures_it_has(alices: Client, alice: Account) -> None:
    job = a_job(alice, n=3, state=State.FAILED, error_code="engine_error", error_message="The engine is down.")
    a_picture(job)
    card = text(alices.get(path(job, "card")))
    assert "Stopped after 1 of 3. The engine is down." in card
    assert card.count('class="tile-picture"') == 1


def test_where_people_share_a_limner_an_upstreams_address_is_its_operators_business(
    alices: Client, alice: Account
) -> None:
    where = "house cannot be reached at http://10.0.0.7/v1."
    job = a_job(alice, state=State.FAILED, error_code="upstream_failed", error_message=where)
    card = text(alices.get(path(job, "card")))
    assert "10.0.0.7" not in card
    assert "could not be reached" in card


def test_trying_again_after_a_failure_asks_for_the_same_picture(alices: Client, alice: Account) -> None:
    before = a_job(alice, state=State.FAILED)
    alices.post(path(before, "again"), headers=HTMX)
    after = Job.objects.exclude(pk=before.pk).get()
    assert after.request == before.request


def test_drawing_again_asks_for_another_picture(alices: Client, alice: Account) -> None:
    before = done(alice)
    alices.post(path(before, "again"), headers=HTMX)
    after = Job.objects.exclude(pk=before.pk).get()
    assert after.request["seed"] != before.request["seed"]
    assert {**after.request, "seed": 0} == {**before.request, "seed": 0}


def test_drawing_an_edit_again_edits_the_same_image(alices: Client, alice: Account) -> None:
    before = done(alice)
    image = {"public_id": "00000000-0000-0000-0000-000000000001", "width": 512, "height": 512, "has_alpha": False}
    Job.objects.update(request={**before.request, "task": "edit", "images": [image]})
    alices.post(path(before, "again"), headers=HTMX)
    after = Job.objects.exclude(pk=before.pk).get()
    assert (after.request["task"], after.request["images"]) == ("edit", [image])


def test_what_a_program_asked_for_is_drawn_again_as_it_was(alices: Client, alice: Account) -> None:
    before = done(alice)
    Job.objects.update(
        request={**before.request, "size": "384x256", "strength": 0.4, "options": {"came_by": "sdapi"}}
    )
    alices.post(path(before, "again"), headers=HTMX)
    after = Job.objects.exclude(pk=before.pk).get()
    assert (after.request["size"], after.request["strength"], after.request["options"]) == ("384x256", 0.4, {})


@pytest.mark.parametrize(("verb", "method"), [("card", "get"), ("cancel", "post"), ("again", "post")])
def test_bob_is_told_there_is_no_such_job(bobs: Client, alice: Account, verb: str, method: str) -> None:
    job = a_job(alice)
    assert getattr(bobs, method)(path(job, verb)).status_code == 404
    job.refresh_from_db()
    assert job.state == State.QUEUED
    assert Job.objects.count() == 1


def test_bob_sees_nothing_of_alices_wall(bobs: Client, alice: Account) -> None:
    done(alice, "alice's robot")
    assert "alice" not in text(bobs.get("/")).lower()


def test_earlier_pictures_are_a_press_away(alices: Client, alice: Account) -> None:
    jobs = [done(alice, f"robot {number}") for number in range(26)]
    page = text(alices.get("/"))
    assert page.count('class="card-job"') == 24
    more = text(alices.get("/earlier", {"before": str(jobs[2].public_id)}, headers=HTMX))
    assert more.count('class="card-job"') == 2
    assert "Show earlier" not in more


def test_without_a_model_the_page_says_how_to_get_one(db: None, client: Client, tmp_path: Path) -> None:
    (tmp_path / "storybook" / "model_index.json").unlink()
    catalog.storybook.cache_clear()
    page = text(client.get("/"))
    assert "No model is installed" in page
    assert 'id="prompt"' not in page


def test_a_job_of_a_model_that_is_gone_still_has_its_card(db: None, client: Client) -> None:
    job = a_job(owner(), state=State.FAILED)
    Job.objects.filter(pk=job.pk).update(request={**job.request, "model": "gone"})
    assert "gone ·" in text(client.get("/"))


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.DONE, State.FAILED])
def test_a_job_of_another_version_says_so_and_the_others_are_as_ever(
    alices: Client, alice: Account, state: State
) -> None:
    done(alice, "a red robot")
    unread = done(alice)
    Job.objects.filter(pk=unread.pk).update(state=state, request={"words": "of another version"})
    a_job(alice, "a blue boat")
    page = alices.get("/")
    assert page.status_code == 200
    assert "Made by another version of Limner" in text(page)
    assert "a red robot" in text(page)
    assert "a blue boat" in text(page)
    assert text(page).count('class="tile-picture"') == 2
    assert text(page).count("Draw again") == 1
    answer = alices.post(path(unread, "again"), headers=HTMX)
    assert (answer.status_code, Job.objects.count()) == (400, 3)
    assert "Ask for it anew." in text(answer)


def test_no_page_has_a_style_or_a_handler_in_its_markup(alices: Client, alice: Account) -> None:
    done(alice)
    a_job(alice, state=State.RUNNING)
    page = text(alices.get("/"))
    assert " style=" not in page
    assert "<style" not in page
    assert " on" + "click" not in page
    assert all("src=" in tag[:200] for tag in page.split("<script")[1:])
