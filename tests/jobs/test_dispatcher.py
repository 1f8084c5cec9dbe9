"""The whole way of a job: submit, claim, draw, keep, end; and what may go wrong on it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image

from limner.accounts.models import Account
from limner.engines.catalog import model
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, Size
from limner.engines.placement.child import ChildPlacement
from limner.errors import EngineCrashed, EngineError, ModelBroken, ModelGone
from limner.gallery.models import Picture
from limner.jobs import ledger
from limner.jobs.bus import MemoryBus, account_channel, bus
from limner.jobs.services import cancel
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from limner.provenance import mark
from limner.storage import blobs
from tests.jobs.conftest import Disk
from tests.jobs.house import (
    LANE,
    PRICE,
    asking,
    assert_books_balance,
    began,
    dispatching,
    ended,
    entries,
    kept,
    now,
    story,
    until,
)
from tests.jobs.placements import Painter, square

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_submitted_job_is_drawn_kept_and_charged(alice: Account) -> None:
    async with dispatching(Painter()) as dispatcher:
        job = await asking(alice, n=2)
        done = await ended(job)
        assert dispatcher.ready
        assert dispatcher.models == {LANE: True}
    assert done.state == State.DONE
    assert await in_thread(kept, job) == [0, 1]
    assert await in_thread(entries, job) == {"hold": PRICE, "capture": PRICE}
    assert await in_thread(story, job) == ["queued", "running", "picture", "picture", "done"]


async def test_a_kept_picture_says_that_a_model_made_it(alice: Account) -> None:
    async with dispatching(Painter()):
        job = await ended(await asking(alice, n=2))
    picture = await in_thread(Picture.objects.get, job=job.public_id, index=1)
    made = mark.read(await in_thread(blobs.get, picture.blob))
    assert made is not None
    assert made.made_by_a_model
    assert (made.prompt, made.seed) == ("a red robot", 8)


async def test_jobs_that_were_waiting_are_drawn_after_a_start(alice: Account) -> None:
    jobs = [await asking(alice) for _ in range(3)]
    async with dispatching(Painter(slots=2)):
        for job in jobs:
            assert (await ended(job)).state == State.DONE


async def test_a_placement_draws_as_many_at_a_time_as_it_has_slots(alice: Account) -> None:
    painter = Painter(slots=3, held=True)
    jobs = [await asking(alice) for _ in range(8)]
    async with dispatching(painter):
        await until(lambda: len(painter.drawing) == 3)
        await painter.let_go()
        for job in jobs:
            await ended(job)
    assert painter.most_at_once == 3


async def test_a_model_that_draws_batches_is_given_one_after_the_other(alice: Account, bob: Account) -> None:
    painter = Painter(slots=4, alike=True, held=True)
    hers = [await asking(alice) for _ in range(5)]
    other = await asking(bob, steps=9)
    his = [await asking(bob) for _ in range(2)]
    async with dispatching(painter):
        await until(lambda: len(painter.drawing) == 4)
        batch = set(painter.drawing)
        late = await asking(bob)
        await in_thread(cancel, alice, hers[0].public_id)
        assert (await ended(hers[0])).state == State.CANCELLED
        assert len(painter.orders) == 4  # nothing is put beside a batch that is being drawn
        await painter.let_go()
        for job in (*hers[1:], other, *his, late):
            assert (await ended(job)).state == State.DONE
    assert batch == {str(job.public_id) for job in (*hers[:3], his[0])}
    # Bob's other kind is next, alone; then what is alike is together again.
    after = [order.job for order in painter.orders[4:]]
    assert after[0] == str(other.public_id)
    assert set(after[1:5]) == {str(job.public_id) for job in (*hers[3:], his[1], late)}
    assert painter.most_at_once == 4


async def test_a_child_that_draws_batches_draws_each_job_its_own_pictures(alice: Account, bob: Account) -> None:
    placement = ChildPlacement(replace(model(LANE), engine="tests.engines.puppet:Troupe", path=None))
    async with dispatching(placement, lease_seconds=20) as dispatcher:
        await until(lambda: dispatcher.ready)
        asked = [(await asking(who, seed=seed), seed) for seed, who in enumerate((alice, bob, alice, bob, alice), 40)]
        for job, seed in asked:
            assert (await ended(job)).state == State.DONE
            picture = await in_thread(Picture.objects.get, job=job.public_id)
            with Image.open(io.BytesIO(await in_thread(blobs.get, picture.blob))) as image:
                assert image.convert("RGB").getpixel((0, 0)) == (seed, 0, 0)
    await in_thread(assert_books_balance)


async def test_a_lost_bus_costs_a_moment_and_no_job(alice: Account) -> None:
    deaf = MemoryBus()
    async with dispatching(Painter(), bus=deaf):
        job = await asking(alice)
        assert (await ended(job)).state == State.DONE


async def test_a_running_job_is_cancelled_within_a_step_and_keeps_what_it_has(alice: Account) -> None:
    painter = Painter()
    painter.trouble = lambda order, index: setattr(painter, "held", index == 2)
    async with dispatching(painter):
        job = await asking(alice, n=4, price=1000)
        await until(lambda: kept(job) == [0, 1])
        assert (await in_thread(cancel, alice, job.public_id)).state == State.RUNNING
        row = await ended(job)
    assert row.state == State.CANCELLED
    assert await in_thread(entries, job) == {"hold": 1000, "capture": 500, "release": 500}
    await in_thread(assert_books_balance)


async def test_a_cancel_that_the_bus_did_not_carry_is_found_by_the_poll(alice: Account) -> None:
    async with dispatching(Painter(held=True), bus=MemoryBus()):
        job = await asking(alice)
        await began(job)
        await in_thread(cancel, alice, job.public_id)
        assert (await ended(job)).state == State.CANCELLED


class Loading(Painter):
    """Its model is loaded first, and nothing else happens meanwhile."""

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        self.orders.append(order)
        try:
            await asyncio.Event().wait()
            yield square(order, 0)
        finally:
            self.closed += 1


async def test_a_job_that_is_cancelled_while_its_model_is_loaded_ends_at_once_and_costs_nothing(
    alice: Account,
) -> None:
    painter = Loading()
    async with dispatching(painter):
        job = await asking(alice)
        await until(lambda: painter.orders)
        await in_thread(cancel, alice, job.public_id)
        assert (await ended(job)).state == State.CANCELLED
        assert painter.closed == 1
    assert await in_thread(kept, job) == []
    assert await in_thread(entries, job) == {"hold": PRICE, "release": PRICE}


class Deaf(Painter):
    """Hears of a cancel too late: a child that is started anew knows of no drawing yet."""

    async def cancel(self, job: str) -> None:
        self.cancelled.append(job)
        await self.let_go()


async def test_what_is_drawn_on_after_a_cancel_is_not_kept(alice: Account) -> None:
    painter = Deaf(held=True)
    async with dispatching(painter):
        job = await asking(alice, n=2)
        await began(job)
        await in_thread(cancel, alice, job.public_id)
        assert (await ended(job)).state == State.CANCELLED
    assert await in_thread(entries, job) == {"hold": PRICE, "release": PRICE}


async def test_a_cancel_that_comes_after_the_last_picture_changes_nothing(alice: Account) -> None:
    async with dispatching(Painter()):
        job = await ended(await asking(alice))
        assert (await in_thread(cancel, alice, job.public_id)).state == State.DONE
    await in_thread(assert_books_balance)


async def test_a_crashed_engine_gets_its_job_back_and_draws_only_what_is_missing(alice: Account) -> None:
    painter = Painter()
    painter.trouble = lambda order, index: (
        EngineCrashed("The model's process ended.") if (order.attempt, index) == (1, 1) else None
    )
    async with dispatching(painter):
        job = await ended(await asking(alice, n=3))
    assert job.state == State.DONE
    assert [order.indices for order in painter.orders] == [(0, 1, 2), (1, 2)]
    assert (job.attempt, job.failures) == (2, 1)
    await in_thread(assert_books_balance)


async def test_a_poison_job_is_given_up_after_three_attempts_and_others_go_on(alice: Account, bob: Account) -> None:
    painter = Painter()
    painter.trouble = lambda order, index: (
        EngineCrashed("The model's process ended.") if order.request.prompt == "poison" else None
    )
    async with dispatching(painter):
        poison = await asking(alice, prompt="poison")
        sound = await asking(bob)
        assert (await ended(sound)).state == State.DONE
        row = await ended(poison)
    assert (row.state, row.attempt, row.error_code) == (State.FAILED, 3, "engine_crashed")
    assert row.error_message.startswith("Limner tried 3 times and gave up.")
    assert await in_thread(entries, poison) == {"hold": PRICE, "release": PRICE}
    await in_thread(assert_books_balance)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (EngineError("The model cannot do this."), "engine_error"),
        (ModelBroken("Its files are damaged."), "model_broken"),
    ],
)
async def test_an_error_that_stays_fails_the_job_with_its_sentence(
    alice: Account, error: EngineError, code: str
) -> None:
    async with dispatching(Painter(trouble=lambda order, index: error)):
        job = await ended(await asking(alice))
    assert (job.state, job.attempt, job.error_code, job.error_message) == (State.FAILED, 1, code, error.message)


async def test_a_bug_in_an_engine_fails_its_job_and_not_the_dispatcher(
    alice: Account, caplog: pytest.LogCaptureFixture
) -> None:
    painter = Painter(trouble=lambda order, index: ZeroDivisionError() if order.request.seed == 1 else None)
    async with dispatching(painter, max_attempts=1):
        broken = await ended(await asking(alice, seed=1))
        sound = await ended(await asking(alice, seed=2))
    assert (broken.state, broken.error_code) == (State.FAILED, "internal_error")
    assert sound.state == State.DONE
    assert "ZeroDivisionError" in caplog.text


class Lazy(Painter):
    """Says that it is done before it is."""

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        yield square(order, order.indices[0])


async def test_an_engine_that_stops_early_is_asked_for_the_rest(alice: Account) -> None:
    async with dispatching(Lazy()):
        job = await ended(await asking(alice, n=2))
    assert (job.state, job.attempt) == (State.DONE, 2)


class Overdoing(Painter):
    """Draws every picture twice, and one that nobody asked for."""

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        for index in (0, 0, 7):
            yield square(order, index)


async def test_a_picture_that_was_not_asked_for_is_passed_over(alice: Account) -> None:
    async with dispatching(Overdoing()):
        job = await ended(await asking(alice))
    assert job.state == State.DONE
    assert await in_thread(kept, job) == [0]


class NoPicture(Painter):
    """Answers with a file that is none."""

    async def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]:
        yield Drawn(order.job, 0, Size(8, 8), "file", b"<html>busy</html>", 0.1)


async def test_something_that_is_not_a_picture_fails_the_job(alice: Account) -> None:
    async with dispatching(NoPicture()):
        job = await ended(await asking(alice))
    assert (job.state, job.error_code) == (State.FAILED, "engine_error")
    await in_thread(assert_books_balance)


class Unloadable(Painter):
    """A model that cannot be loaded."""

    async def start(self) -> None:
        raise ModelBroken("The model's files are missing: limner pull storybook")


async def test_a_model_that_cannot_be_loaded_says_so(alice: Account) -> None:
    broken = Unloadable(trouble=lambda order, index: ModelBroken("The model's files are missing."))
    async with dispatching(broken) as dispatcher:
        job = await ended(await asking(alice))
        assert not dispatcher.ready
        assert dispatcher.problems == {LANE: "The model's files are missing: limner pull storybook"}
    assert job.error_message == "The model's files are missing."


# The bus ------------------------------------------------------------------------------------------------------


async def test_progress_tells_steps_and_the_seconds_that_are_left(alice: Account) -> None:
    heard = []
    async with bus().subscribe(account_channel(alice.pk)) as messages, dispatching(Painter(step_seconds=0.05)):
        await asking(alice, n=2, seconds=1.0)
        async for message in messages:
            if message["kind"] == "progress":
                heard.append(message["data"])
            if message["kind"] == "state" and message["data"]["state"] == State.DONE:
                break
    assert [(data["index"], data["step"], data["steps"]) for data in heard] == [
        (index, step, 4) for index in (0, 1) for step in (1, 2, 3, 4)
    ]
    left = [data["seconds_left"] for data in heard]
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0


async def test_every_picture_shows_how_it_came_to_be_however_fast_it_is_drawn(alice: Account) -> None:
    heard = []
    async with bus().subscribe(account_channel(alice.pk)) as messages, dispatching(Painter(steps=8)):
        await asking(alice, n=2)
        async for message in messages:
            if message["kind"] == "preview":
                heard.append((message["data"]["index"], message["data"]["step"]))
            if message["kind"] == "state" and message["data"]["state"] == State.DONE:
                break
    assert {index: len({step for of, step in heard if of == index}) >= 3 for index in (0, 1)} == {0: True, 1: True}


async def test_a_reloaded_page_has_the_newest_preview_at_once(alice: Account) -> None:
    painter = Painter()
    painter.trouble = lambda order, index: setattr(painter, "held", index == 1)
    async with dispatching(painter):
        job = await asking(alice, n=2)
        await until(lambda: kept(job) == [0])
        async with bus().subscribe(account_channel(alice.pk)) as messages:
            kinds = {(await anext(messages))["kind"] for _ in range(2)}
        assert kinds == {"progress", "preview"}
        await painter.let_go()
        await ended(job)
    async with bus().subscribe(account_channel(alice.pk)) as messages:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(messages), 0.05)


# A full disk --------------------------------------------------------------------------------------------------


async def test_a_full_disk_is_tried_again_and_the_picture_kept_when_there_is_space(
    alice: Account, disk: Disk
) -> None:
    disk.full = True
    async with dispatching(Painter()):
        job = await asking(alice)
        await until(lambda: now(job).failures == 1)
        disk.full = False
        row = await ended(job)
    assert (row.state, row.attempt) == (State.DONE, 2)
    await in_thread(assert_books_balance)


async def test_a_disk_that_stays_full_fails_the_job_in_words_and_the_queue_goes_on(
    alice: Account, disk: Disk
) -> None:
    disk.full = True
    async with dispatching(Painter(), max_attempts=2):
        row = await ended(await asking(alice))
        disk.full = False
        sound = await ended(await asking(alice))
    assert (row.state, row.error_code) == (State.FAILED, "unavailable")
    assert "full" in row.error_message
    assert sound.state == State.DONE
    await in_thread(assert_books_balance)


async def test_everything_a_claim_holds_is_given_back_when_the_ledger_is_asked_to(alice: Account) -> None:
    job = await asking(alice)
    (claimed,) = await in_thread(ledger.claim, LANE, holder="house", boot="dead", lease_seconds=60)
    async with dispatching(Painter(), holder="house", boot="alive"):
        row = await ended(job)
    assert (row.state, row.attempt, row.lost) == (State.DONE, claimed.attempt + 1, 1)


async def test_a_model_that_came_while_it_runs_is_drawn_with_and_one_that_went_is_not_shown(alice: Account) -> None:
    painters: dict[str, Painter] = {LANE: Painter()}

    async def present() -> dict[str, Painter]:
        return dict(painters)

    async with dispatching(dict(painters), now=present) as dispatcher:
        painters["new"] = Painter()
        done = await ended(await asking(alice, model="new"))
        assert done.state == State.DONE
        assert dispatcher.models == {LANE: True, "new": True}
        gone = painters.pop("new")
        gone.trouble = lambda order, index: ModelGone("It was removed.")
        await until(lambda: dispatcher.models == {LANE: True})
        told = await ended(await asking(alice, model="new"))
        assert (told.state, told.error_code) == (State.FAILED, "model_gone")
        painters["new"] = gone
        await until(lambda: dispatcher.models == {LANE: True, "new": True})


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Another machine may serve it.")
async def test_what_waits_for_a_model_that_was_removed_while_limner_was_stopped_is_told_so(alice: Account) -> None:
    waits, sound = await asking(alice, model="gone", n=2), await asking(alice)

    async def present() -> dict[str, Painter]:
        return {LANE: Painter()}

    async with dispatching(Painter(), now=present):
        row = await ended(waits)
        assert (await ended(sound)).state == State.DONE
    assert (row.state, row.error_code) == (State.FAILED, "model_gone")
    assert row.error_message.startswith("gone is no longer here.")
    assert await in_thread(story, waits) == ["queued", "failed"]
    assert (await in_thread(entries, waits))["release"] == waits.price
    await in_thread(assert_books_balance)


async def test_a_dispatcher_of_some_models_leaves_the_jobs_of_others_alone(alice: Account) -> None:
    other = await asking(alice, model="other")
    async with dispatching(Painter()):
        await ended(await asking(alice))
    assert (await in_thread(now, other)).state == State.QUEUED


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite is on one machine.")
async def test_on_a_shared_database_another_machine_may_serve_what_this_one_does_not(alice: Account) -> None:
    other = await asking(alice, model="other")
    assert await in_thread(ledger.fail_unserved, [LANE], before=timezone.now()) == 0
    assert (await in_thread(now, other)).state == State.QUEUED


async def test_a_look_at_the_models_that_fails_ends_no_lane(alice: Account, caplog: pytest.LogCaptureFixture) -> None:
    looked = asyncio.Event()

    async def unreadable() -> dict[str, Painter]:
        looked.set()
        raise OSError("Input/output error")

    async with dispatching(Painter(), now=unreadable) as dispatcher:
        await looked.wait()
        assert (await ended(await asking(alice))).state == State.DONE
        assert dispatcher.models == {LANE: True}
    assert "looking again" in caplog.text
