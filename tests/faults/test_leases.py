"""Dispatchers that stall, dream or crowd: leases and fencing (reference: fault tests 5, 6, 7, 8)."""

from __future__ import annotations

import signal
from collections import Counter
from contextlib import ExitStack

import pytest

from limner.accounts.models import Account
from limner.gallery.models import Picture
from limner.jobs.models import Job
from limner.jobs.states import ENDED, State
from tests.cast import make_account
from tests.faults.processes import drawer, go_on, is_stopped, kill, program
from tests.faults.waiting import wait_for
from tests.jobs.house import ask, assert_books_balance, now

pytestmark = pytest.mark.django_db(transaction=True)


CALM = 9
"""Seconds of a lease that a machine which stalls for a while does not lose, and that run out within a test."""


def all_ended() -> bool:
    return not Job.objects.exclude(state__in=ENDED).exists()


def test_a_dispatcher_that_was_frozen_past_its_lease_writes_nothing_when_it_wakes(alice: Account) -> None:
    job = ask(alice)
    with drawer("frozen", lease=1, freeze=True) as frozen:
        wait_for(lambda: is_stopped(frozen))
        with drawer("awake", lease=CALM):
            wait_for(all_ended)
            frozen.send_signal(signal.SIGCONT)
            later = ask(alice)  # it goes on claiming, so it has woken when this has ended
            wait_for(lambda: now(later).state == State.DONE)
    assert now(job).attempt >= 2
    assert Picture.objects.get(job=job.public_id).attempt == now(job).attempt
    assert_books_balance()


def test_a_dispatcher_whose_loop_stood_still_past_its_lease_is_fenced_off(alice: Account) -> None:
    job = ask(alice)
    said: list[str] = []
    with drawer("starved", said=said, lease=1, block=True, step=0.2) as starved:
        wait_for(lambda: now(job).state == State.RUNNING)
        with drawer("awake", lease=CALM):
            wait_for(all_ended)
            attempt = now(job).attempt
            assert attempt >= 2
            go_on(starved)
            # Its next heartbeat tells it, or, where that comes late, the picture that it may not keep.
            wait_for(lambda: any("was lost" in line or "came too late" in line for line in said))
        assert starved.poll() is None
    assert Picture.objects.get(job=job.public_id).attempt == now(job).attempt == attempt
    assert_books_balance()


@pytest.mark.extra
def test_wrong_clocks_neither_take_leases_away_nor_make_them_last(alice: Account) -> None:
    jobs = [ask(alice) for _ in range(6)]
    with (
        drawer("early", lease=CALM, clock=3600, step=0.15) as early,
        drawer("late", lease=CALM, clock=-3600, step=0.15),
    ):
        wait_for(lambda: Job.objects.filter(state=State.DONE).count() >= 4)
        assert {now(job).attempt for job in jobs if now(job).state == State.DONE} == {1}
        more = [ask(alice) for _ in range(4)]
        wait_for(lambda: Job.objects.filter(state=State.RUNNING, holder="early").exists())
        kill(early)
        wait_for(all_ended, seconds=60)
    assert {now(job).state for job in (*jobs, *more)} == {State.DONE}
    assert sum(now(job).lost for job in (*jobs, *more)) <= 1
    assert_books_balance()


def test_a_crowd_of_dispatchers_claims_every_job_once(alice: Account, bob: Account) -> None:
    jobs = {str(ask(account).public_id) for _ in range(100) for account in (alice, bob)}
    with ExitStack() as stack:
        crowd = [stack.enter_context(program("claimer", f"claimer {number}")) for number in range(3)]
        for process in crowd:
            go_on(process)
        claimed: Counter[str] = Counter()
        for process in crowd:
            assert process.stdout is not None
            claimed.update(line.split()[0] for line in process.stdout)
            assert process.wait() == 0
    assert set(claimed) == jobs
    assert set(claimed.values()) == {1}
    assert set(Job.objects.values_list("state", "attempt")) == {("running", 1)}


@pytest.mark.extra
def test_a_newcomer_waits_for_one_turn_of_the_others_even_when_a_dispatcher_dies(alice: Account) -> None:
    """Alice asked for much before; twenty newcomers come; one of two dispatchers is killed."""
    for _ in range(100):
        ask(alice)
    newcomers = [make_account(f"newcomer {number}") for number in range(20)]
    with drawer("first", slots=2, lease=1, step=0.02) as first, drawer("second", slots=2, lease=1, step=0.02):
        wait_for(lambda: Job.objects.filter(state=State.DONE).count() >= 2)
        firsts = [ask(account).pk for account in newcomers for _ in range(2)][::2]
        kill(first)
        wait_for(all_ended)
    order = list(Picture.objects.order_by("id").values_list("job", flat=True))
    ids = dict(Job.objects.values_list("public_id", "pk"))
    of_alice = set(Job.objects.filter(account=alice).values_list("pk", flat=True))
    drawn = [ids[job] for job in order]
    last_newcomer = max(drawn.index(pk) for pk in firsts)
    still_waiting_then = [pk for pk in drawn[last_newcomer:] if pk in of_alice]
    assert len(still_waiting_then) > 5, "newcomers waited until alice had everything"
    assert_books_balance()
