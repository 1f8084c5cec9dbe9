"""Upstreams on bad days: real dispatcher, ledger and engine, and a stand-in on a real socket (reference: 2, 15, 16).

Whatever happens, the job ends in plain words or with its pictures, the account is charged once, and nothing that was
sent and not answered is sent again unless the operator said so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from limner.accounts.models import Account
from limner.gallery.models import Picture
from limner.jobs.models import Job, UpstreamCall
from limner.jobs.queries import spend, uncertain_calls, upstream_states
from limner.jobs.services import cancel
from limner.jobs.states import ENDED, State
from limner.jobs.threads import in_thread
from tests.faults.far_away import LANE, PRICE, SIZE, configured, outcomes, want, write_settings
from tests.faults.processes import Process, kill, program
from tests.faults.waiting import wait_for
from tests.jobs.house import assert_books_balance, dispatching, ended, entries, kept, now, until
from tests.upstream import (
    BadDay,
    StandIn,
    billing_limit,
    blocked,
    broken,
    busy,
    cut_base64,
    dying_stream,
    empty,
    gateway,
    hang,
    no_picture,
    nonsense,
    other_size,
    out_of_money,
    refused,
    reset,
    stand_in,
    wrong_key,
)

pytestmark = pytest.mark.django_db(transaction=True)

CHARGED = {"hold": PRICE, "capture": PRICE}
NOT_CHARGED = {"hold": PRICE, "release": PRICE}


@pytest.fixture
def upstream() -> Iterator[StandIn]:
    with stand_in() as upstream:
        yield upstream


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "limner"


async def drawn(folder: Path, account: Account, upstream: StandIn, n: int = 1, **settings: object) -> Job:
    """A job of `n` pictures, from submit to its end."""
    write_settings(folder, upstream, **settings)
    with configured(folder) as placements:
        async with dispatching(placements):
            job = await ended(await in_thread(want, account, n=n), seconds=60)
    await in_thread(assert_books_balance)
    return job


# It goes on ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day",
    [
        busy(retry_after=0.3),
        busy(),
        busy(said="200ms"),
        busy(status=503),
        broken(),
        gateway(),
    ],
    ids=["429 and when", "429", "429 in words", "503", "500", "502 of a proxy"],
)
async def test_what_passes_is_tried_again_and_charged_once(
    alice: Account, upstream: StandIn, folder: Path, day: BadDay
) -> None:
    upstream.then(day)
    job = await drawn(folder, alice, upstream)
    assert (job.state, job.attempt, len(upstream.calls)) == (State.DONE, 2, 2)
    assert job.failures == (0 if day.status in (429, 503) else 1)
    assert await in_thread(outcomes, job) == ["upstream_busy" if not job.failures else "upstream_failed", "ok"]
    assert await in_thread(entries, job) == CHARGED


async def test_an_upstream_that_cannot_be_reached_is_tried_until_it_can(
    alice: Account, upstream: StandIn, folder: Path
) -> None:
    upstream.shut()
    write_settings(folder, upstream)
    with configured(folder) as placements:
        async with dispatching(placements):
            job = await in_thread(want, alice)
            await until(lambda: now(job).failures == 1)
            upstream.open()
            row = await ended(job)
    assert row.state == State.DONE
    assert (await in_thread(outcomes, job))[-1] == "ok"
    assert await in_thread(entries, job) == CHARGED


async def test_a_picture_of_another_size_is_made_fit(alice: Account, upstream: StandIn, folder: Path) -> None:
    upstream.then(other_size(96, 80))
    job = await drawn(folder, alice, upstream)
    picture = await in_thread(Picture.objects.get, job=job.public_id)
    assert (picture.width, picture.height) == (SIZE.width, SIZE.height)
    assert await in_thread(entries, job) == CHARGED


async def test_a_storm_of_429s_ends_with_every_picture_and_every_account_charged_once(
    alice: Account, folder: Path
) -> None:
    odds = {busy(retry_after=0.1): 0.25, busy(): 0.25}
    with stand_in(odds=odds, seed=3, delay=0.02) as upstream:
        write_settings(folder, upstream, concurrency=8)
        with configured(folder) as placements:
            jobs = [await in_thread(want, alice) for _ in range(20)]
            async with dispatching(placements):
                for job in jobs:
                    row = await ended(job, seconds=100)
                    assert (row.state, row.failures) == (State.DONE, 0)
        turned_away = sum(asked.status == 429 for asked in upstream.calls)
        assert turned_away >= 5
        assert len(upstream.calls) == 20 + turned_away
        assert upstream.most_at_once <= 8
    await in_thread(assert_books_balance)


# It ends ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "code", "words"),
    [
        (refused(), "content_policy_violation", "safety system"),
        (blocked(), "moderation_blocked", "safety system"),
        (wrong_key(), "upstream_closed", "does not accept the key"),
        (out_of_money(), "upstream_closed", "until its bill is paid"),
        (billing_limit(), "upstream_closed", "until its bill is paid"),
        (empty(), "upstream_failed", "no picture"),
        (cut_base64(), "upstream_failed", "answered with"),
        (no_picture(), "upstream_failed", "answered with"),
        (nonsense(), "upstream_failed", "answered with"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_will_not_pass_ends_the_job_at_once_in_plain_words_and_costs_nothing(
    alice: Account, upstream: StandIn, folder: Path, day: BadDay, code: str, words: str
) -> None:
    upstream.then(day)
    job = await drawn(folder, alice, upstream)
    assert (job.state, job.error_code) == (State.FAILED, code)
    assert words in job.error_message
    assert upstream.key not in job.error_message
    assert len(upstream.calls) == 1
    assert await in_thread(outcomes, job) == [code]
    assert await in_thread(entries, job) == NOT_CHARGED
    state = (await in_thread(upstream_states))[LANE]
    assert (state.last_error, state.last_error_code) == (job.error_message, code)


async def test_a_closed_upstream_is_a_problem_of_the_dispatcher(
    alice: Account, upstream: StandIn, folder: Path
) -> None:
    upstream.then(wrong_key())
    write_settings(folder, upstream)
    with configured(folder) as placements:
        async with dispatching(placements) as dispatcher:
            await ended(await in_thread(want, alice))
            await until(lambda: dispatcher.problems)
            assert "does not accept the key" in dispatcher.problems[LANE]
            assert dispatcher.models == {LANE: False}


async def test_one_that_stays_broken_is_given_up_after_three_attempts(
    alice: Account, upstream: StandIn, folder: Path
) -> None:
    upstream.then(broken(), gateway(), broken())
    job = await drawn(folder, alice, upstream)
    assert (job.state, job.error_code, len(upstream.calls)) == (State.FAILED, "upstream_failed", 3)
    assert job.error_message.startswith("Limner tried 3 times and gave up.")
    assert await in_thread(entries, job) == NOT_CHARGED


# Nobody knows -------------------------------------------------------------------------------------------------

NO_ANSWER = [hang(), reset(), reset(in_body=False), dying_stream(after=2)]
NAMES = ["hangs for ever", "reset in the body", "reset before the answer", "stream dies after two partials"]


@pytest.mark.parametrize("day", NO_ANSWER, ids=NAMES)
async def test_what_was_sent_and_not_answered_is_not_sent_again(
    alice: Account, upstream: StandIn, folder: Path, day: BadDay
) -> None:
    upstream.then(day)
    job = await drawn(folder, alice, upstream, timeout=2)
    assert (job.state, job.error_code) == (State.FAILED, "uncertain")
    assert f"{LANE} may have drawn it, for about 5.3 credits" in job.error_message
    assert len(upstream.calls) == 1
    assert await in_thread(outcomes, job) == ["uncertain"]
    assert await in_thread(entries, job) == NOT_CHARGED
    [row] = await in_thread(lambda: list(uncertain_calls()))
    assert (row.job, row.estimate, row.resent) == (job.public_id, PRICE, False)
    assert (await in_thread(spend, LANE, row.sent_at - timedelta(seconds=1))).possible == PRICE


@pytest.mark.parametrize("day", NO_ANSWER, ids=NAMES)
async def test_where_paying_twice_is_fine_it_is_sent_again_and_the_account_pays_once(
    alice: Account, upstream: StandIn, folder: Path, day: BadDay
) -> None:
    upstream.then(day)
    job = await drawn(folder, alice, upstream, timeout=2, resend=True)
    assert (job.state, len(upstream.calls)) == (State.DONE, 2)
    assert await in_thread(outcomes, job) == ["uncertain", "ok"]
    assert [row.resent for row in await in_thread(lambda: list(uncertain_calls()))] == [True]
    assert await in_thread(entries, job) == CHARGED


async def test_a_cancel_hangs_up_and_says_what_it_may_cost(alice: Account, upstream: StandIn, folder: Path) -> None:
    upstream.then(hang())
    write_settings(folder, upstream)
    with configured(folder) as placements:
        async with dispatching(placements):
            job = await in_thread(want, alice)
            await until(lambda: upstream.calls)
            await in_thread(cancel, alice, job.public_id)
            row = await ended(job)
            assert await in_thread(upstream.calls[0].hung_up.wait, 10)
    assert row.state == State.CANCELLED
    assert f"{LANE} may have drawn it" in row.error_message
    assert await in_thread(outcomes, job) == ["cancelled"]
    assert await in_thread(entries, job) == NOT_CHARGED


# It is we who die ---------------------------------------------------------------------------------------------


@contextmanager
def far_drawer(folder: Path, boot: str, *options: object) -> Iterator[Process]:
    with program("far_drawer", folder, "--boot", boot, *options) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def ends(job: Job) -> bool:
    return now(job).state in ENDED


@pytest.mark.parametrize("resend", [False, True])
def test_a_server_killed_between_sending_and_the_answer_knows_that_it_does_not_know(
    alice: Account, upstream: StandIn, folder: Path, resend: bool
) -> None:
    write_settings(folder, upstream, resend=resend)
    upstream.then(hang())
    with configured(folder):
        job = want(alice)
    with far_drawer(folder, "1") as first:
        wait_for(lambda: upstream.calls, seconds=60)
        kill(first)
    assert now(job).state == State.RUNNING
    assert outcomes(job) == [""]
    with far_drawer(folder, "2"):
        wait_for(lambda: ends(job), seconds=60)
    if resend:
        assert (now(job).state, outcomes(job)) == (State.DONE, ["uncertain", "ok"])
        assert len(upstream.calls) == 2
        assert entries(job) == CHARGED
    else:
        assert (now(job).state, now(job).error_code) == (State.FAILED, "uncertain")
        assert len(upstream.calls) == 1
        assert outcomes(job) == ["uncertain"]
        assert entries(job) == NOT_CHARGED
    assert_books_balance()


def test_a_server_killed_between_two_calls_keeps_the_first_picture_and_asks_for_the_second_only(
    alice: Account, upstream: StandIn, folder: Path
) -> None:
    """Each picture has a call of its own where a seed is sent; the second hangs when the server dies."""
    write_settings(folder, upstream, kind="localai", resend=False)
    upstream.then(None, hang())
    with configured(folder):
        job = want(alice, n=3)
    with far_drawer(folder, "1") as first:
        wait_for(lambda: len(upstream.calls) == 2 and kept(job) == [0], seconds=60)
        kill(first)
    with far_drawer(folder, "2"):
        wait_for(lambda: ends(job), seconds=60)
    assert (now(job).state, kept(job)) == (State.FAILED, [0])
    assert outcomes(job) == ["ok", "uncertain"]
    assert entries(job) == {"hold": 3 * PRICE, "capture": PRICE, "release": 2 * PRICE}
    assert_books_balance()


def test_a_server_killed_between_the_answer_and_the_picture_pays_twice_and_shows_it(
    alice: Account, upstream: StandIn, folder: Path
) -> None:
    """The answer is on record, so there is no doubt: it was paid for, the picture is lost, and is asked for anew."""
    write_settings(folder, upstream)
    with configured(folder):
        job = want(alice)
    with far_drawer(folder, "1", "--die", "after-answer") as first:
        first.wait(60)
    with far_drawer(folder, "2"):
        wait_for(lambda: ends(job), seconds=60)
    assert (now(job).state, outcomes(job)) == (State.DONE, ["ok", "ok"])
    assert UpstreamCall.objects.filter(cost__isnull=False).count() in (0, 2)
    assert entries(job) == CHARGED
    assert_books_balance()
