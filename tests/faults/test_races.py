"""Two things at the same moment (reference: fault tests 17, 18, 19)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from limner.accounts.models import Account
from limner.engines.contract import DrawOrder
from limner.jobs import ledger, pipeline
from limner.jobs.ledger import Claim
from limner.jobs.models import Job
from limner.jobs.services import cancel
from limner.jobs.states import ENDED, State
from limner.jobs.threads import give_back_connections
from tests.cast import make_account
from tests.faults.processes import drawer
from tests.faults.waiting import wait_for
from tests.jobs.house import LANE, ask, asking, assert_books_balance, began, dispatching, ended, now
from tests.jobs.placements import Painter, square
from tests.jobs.test_sse import hear, listening

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 15


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Do all of this at the same moment, each in a thread of its own; answer what each answered."""
    together = Barrier(len(actions))

    def act(action: Callable[[], object]) -> object:
        together.wait()
        try:
            return action()
        finally:
            give_back_connections()

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(act, actions))


def take() -> list[Claim]:
    return ledger.claim(LANE, holder="house", boot="boot", lease_seconds=30)


def draw(claimed: Claim) -> bool:
    drawn = square(DrawOrder(str(claimed.job), claimed.attempt, claimed.request, claimed.indices), 0)
    return pipeline.keep(claimed, drawn, pipeline.store(claimed, drawn), last=True, lease_seconds=30)


def test_cancel_and_claim(alice: Account) -> None:
    for _ in range(ROUNDS):
        job = ask(alice)
        at_once(partial(cancel, alice, job.public_id), take)
        row = now(job)
        if row.state == State.RUNNING:
            assert row.cancel_requested
            Job.objects.filter(pk=row.pk).update(boot="dead")
            ledger.take_back("house", "boot")
        assert now(job).state == State.CANCELLED
    assert_books_balance()


def test_cancel_and_the_last_picture(alice: Account) -> None:
    outcomes = set()
    for _ in range(ROUNDS):
        job = ask(alice)
        (claimed,) = take()
        at_once(partial(cancel, alice, job.public_id), partial(draw, claimed))
        outcomes.add(now(job).state)
        ledger.finish(claimed)
    assert outcomes == {State.DONE}
    assert_books_balance()


def test_cancel_twice_at_once(alice: Account) -> None:
    for _ in range(ROUNDS):
        job = ask(alice)
        at_once(*[partial(cancel, alice, job.public_id)] * 4)
        assert now(job).state == State.CANCELLED
    assert_books_balance()


def test_the_end_and_the_reaper(alice: Account) -> None:
    for _ in range(ROUNDS):
        job = ask(alice)
        (claimed,) = take()
        Job.objects.filter(pk=job.pk).update(boot="dead")
        at_once(partial(draw, claimed), partial(ledger.take_back, "house", "boot"))
        if now(job).state == State.QUEUED:
            draw(*take())
        assert now(job).state == State.DONE
    assert_books_balance()


def test_everything_at_once_for_several_accounts(alice: Account, bob: Account, charlie: Account) -> None:
    """Submits, claims, ends and cancels cross, and no two transactions wait for each other for ever."""
    people = [alice, bob, charlie]

    def busy(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(12):
            account = chance.choice(people)
            job = ask(account)
            if chance.random() < 0.3:
                cancel(account, job.public_id)
            for claimed in ledger.claim(LANE, holder="house", boot="boot", lease_seconds=30, limit=3):
                draw(claimed)

    at_once(*[partial(busy, seed) for seed in range(5)])
    while claims := take():
        for claimed in claims:
            draw(claimed)
    Job.objects.exclude(state__in=ENDED).update(boot="dead")
    ledger.take_back("house", "boot")  # a cancel that came while its job was drawn
    assert_books_balance()


async def test_cancelling_one_of_several_that_are_drawn_leaves_the_others_alone(alice: Account) -> None:
    painter = Painter(slots=3, held=True)
    async with dispatching(painter):
        jobs = [await asking(alice) for _ in range(3)]
        for job in jobs:
            await began(job)
        await asyncio.to_thread(cancelled_from_a_thread, alice, jobs[1])
        assert (await ended(jobs[1])).state == State.CANCELLED
        assert len(painter.drawing) == 2
        await painter.let_go()
        assert {(await ended(jobs[number])).state for number in (0, 2)} == {State.DONE}


def cancelled_from_a_thread(account: Account, job: Job) -> None:
    try:
        cancel(account, job.public_id)
    finally:
        give_back_connections()


async def test_a_watcher_that_comes_and_goes_sees_the_end_exactly_once(alice: Account) -> None:
    chance = random.Random(18)
    async with dispatching(Painter(slots=2, step_seconds=0.01)):
        for _ in range(8):
            last = await newest(alice)
            job = await asking(alice)
            told: list[tuple[int, str]] = []
            while not any(word in ENDED for _, word in told):
                async with listening(alice, last=last) as events:
                    leave_after = chance.randint(1, 4)
                    async with asyncio.timeout(20):
                        async for event in events:
                            if event.kind != "hello" and event.id is not None:
                                last = event.id
                                told.append((event.id, event.word))
                            leave_after -= 1
                            if leave_after == 0 or (event.kind == "state" and event.word in ENDED):
                                break
            assert [word for _, word in told] == ["queued", "running", "picture", "done"]
            numbers = [number for number, _ in told]
            assert numbers == list(range(numbers[0], numbers[0] + 4))
            await ended(job)


async def newest(account: Account) -> int:
    async with listening(account) as events:
        return int((await anext(events)).data["number"])


async def test_what_another_process_draws_is_seen_here(alice: Account) -> None:
    job = await asking(alice)
    async with listening(alice, last=0) as events:
        with drawer():
            heard = await hear(events, "done")
    assert [told.word for told in heard if told.kind != "hello"] == ["queued", "running", "picture", "done"]
    assert heard[-1].data["job"] == str(job.public_id)


# Fairness among many ------------------------------------------------------------------------------------------

SLOTS = 4


def position_of_newcomers(alice: Account, *, after: Callable[[list[Job]], None]) -> int:
    """Alice has much waiting, 20 newcomers come with 3 each: after how many claims has the last had its first?"""
    greedy = [ask(alice) for _ in range(80)]
    ledger.claim(LANE, holder="house", boot="boot", lease_seconds=60, limit=SLOTS)
    after(greedy)
    newcomers = [make_account(f"newcomer {number}") for number in range(20)]
    waiting = {account.pk for account in newcomers}
    for _ in range(3):
        for account in newcomers:
            ask(account)
    claims = 0
    while waiting:
        (claimed,) = take()
        claims += 1
        waiting.discard(claimed.account_id)
    return claims


def test_a_newcomer_waits_for_one_turn_of_each(alice: Account) -> None:
    assert position_of_newcomers(alice, after=lambda jobs: None) <= 21 + SLOTS


def test_a_newcomer_waits_no_longer_after_the_greedy_one_cancels_most(alice: Account) -> None:
    def cancel_most(jobs: list[Job]) -> None:
        for job in jobs[10:]:
            cancel(alice, job.public_id)

    assert position_of_newcomers(alice, after=cancel_most) <= 21 + SLOTS


def test_urgent_jobs_go_first_and_do_not_change_the_turns_of_the_rest(alice: Account, bob: Account) -> None:
    def be_urgent(jobs: list[Job]) -> None:
        for _ in jobs[:10]:
            ask(bob, priority=1)

    assert position_of_newcomers(alice, after=be_urgent) <= 10 + 21 + SLOTS


def test_two_dispatchers_in_other_processes_leave_nothing_behind(alice: Account, bob: Account) -> None:
    jobs = [ask(account, n=2) for _ in range(10) for account in (alice, bob)]
    with drawer("one", slots=3, step=0), drawer("two", slots=3, step=0):
        wait_for(lambda: not Job.objects.exclude(state__in=ENDED).exists())
    assert {now(job).attempt for job in jobs} == {1}
    assert_books_balance()
