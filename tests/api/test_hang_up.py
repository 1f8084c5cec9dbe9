"""A caller who hangs up takes the job along; a server that stops does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from limner.accounts.models import Account
from limner.engines.contract import DrawRequest, Size
from limner.errors import Unavailable
from limner.jobs import events, waiting, watch
from limner.jobs.bus import MemoryBus, bus
from limner.jobs.models import Job
from limner.jobs.services import cancel, submit
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.api.conftest import PATIENCE, Server, until

GENERATIONS = "/v1/images/generations"
ASKED = {"prompt": "a cat", "size": "256x256"}
REQUEST = DrawRequest("a cat", "storybook", Size(256, 256), Size(512, 512), seed=1, steps=4, guidance=3.0)


async def state_of_the_job() -> str:
    return (await in_thread(Job.objects.get)).state


async def until_the_job_is(state: State) -> None:
    await until(lambda: Job.objects.get().state == state)


@pytest.fixture
async def held(client: httpx.AsyncClient, server: Server) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """A call whose picture is being drawn and does not get done by itself."""
    server.painter.may_paint.clear()
    call = asyncio.create_task(client.post(GENERATIONS, json=ASKED))
    await asyncio.wait_for(server.painter.started.wait(), PATIENCE)
    yield call
    call.cancel()
    await asyncio.wait([call])


async def test_a_caller_who_hangs_up_takes_the_running_job_along(
    held: asyncio.Task[httpx.Response], server: Server
) -> None:
    held.cancel()

    await until_the_job_is(State.CANCELLED)
    assert server.painter.cancelled == [server.painter.orders[0].job]


async def test_a_caller_who_hangs_up_takes_the_queued_job_along(
    held: asyncio.Task[httpx.Response], client: httpx.AsyncClient, server: Server
) -> None:
    second = asyncio.create_task(client.post(GENERATIONS, json=ASKED))
    await until(lambda: Job.objects.count() == 2)
    second.cancel()

    await until(lambda: Job.objects.filter(state=State.CANCELLED).count() == 1)
    assert len(server.painter.orders) == 1


async def test_when_the_server_stops_waiting_calls_get_503_and_their_jobs_stay(
    held: asyncio.Task[httpx.Response], client: httpx.AsyncClient, server: Server
) -> None:
    waiting.stop_waiting()
    try:
        answer = await asyncio.wait_for(held, PATIENCE)
        late = await client.post(GENERATIONS, json=ASKED)
    finally:
        waiting.wait_again()

    for refused in (answer, late):
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["error"]["code"] == "unavailable"
    assert await state_of_the_job() == State.RUNNING
    server.painter.may_paint.set()
    await until_the_job_is(State.DONE)


async def test_a_job_that_its_owner_cancels_elsewhere_ends_the_call(
    held: asyncio.Task[httpx.Response], client: httpx.AsyncClient
) -> None:
    job = await in_thread(Job.objects.select_related("account").get)
    await in_thread(cancel, job.account, job.public_id)

    answer = await asyncio.wait_for(held, PATIENCE)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "job_cancelled"


@pytest.fixture
def polls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many accounts each poll asked for. They are quick."""
    asked: list[int] = []
    real = watch.newest_numbers

    def counted(accounts: list[int]) -> dict[int, int]:
        asked.append(len(accounts))
        return real(accounts)

    monkeypatch.setattr(watch, "newest_numbers", counted)
    monkeypatch.setattr(watch, "POLL_SECONDS", 0.05)
    return asked


@pytest.mark.django_db(transaction=True)
async def test_an_end_that_the_bus_never_told_of_is_found_by_the_poll(
    alice: Account, polls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await in_thread(submit, alice, REQUEST, price=0)
    call = asyncio.create_task(waiting.wait_until_ended(alice.pk, job.public_id))
    await until(lambda: len(polls) > 3)  # they find nothing

    # Another process cancels it: what that one publishes is not heard here.
    monkeypatch.setattr(events, "bus", MemoryBus)
    await in_thread(cancel, alice, job.public_id)
    await asyncio.wait_for(call, PATIENCE)


@pytest.mark.django_db(transaction=True)
async def test_a_job_whose_account_is_deleted_is_not_waited_for(alice: Account, polls: list[int]) -> None:
    job = await in_thread(submit, alice, REQUEST, price=0)
    call = asyncio.create_task(waiting.wait_until_ended(alice.pk, job.public_id))
    await until(lambda: len(polls) > 3)
    await in_thread(alice.delete)
    await asyncio.wait_for(call, PATIENCE)


@pytest.mark.django_db(transaction=True)
async def test_a_bus_that_is_closed_lets_the_waiting_go(alice: Account, polls: list[int]) -> None:
    job = await in_thread(submit, alice, REQUEST, price=0)
    call = asyncio.create_task(waiting.wait_until_ended(alice.pk, job.public_id))
    await until(lambda: len(polls) > 3)
    bus().close()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(call, PATIENCE)


@pytest.mark.django_db(transaction=True)
async def test_an_end_between_the_first_look_and_the_wait_is_not_missed(alice: Account) -> None:
    job = await in_thread(submit, alice, REQUEST, price=0)
    call = asyncio.create_task(waiting.wait_until_ended(alice.pk, job.public_id))
    await in_thread(cancel, alice, job.public_id)

    await asyncio.wait_for(call, PATIENCE)


@pytest.mark.django_db(transaction=True)
async def test_a_job_that_has_ended_is_not_waited_for(alice: Account) -> None:
    job = await in_thread(submit, alice, REQUEST, price=0)
    await in_thread(cancel, alice, job.public_id)
    await asyncio.wait_for(waiting.wait_until_ended(alice.pk, job.public_id), PATIENCE)


@pytest.mark.django_db(transaction=True)
async def test_a_caller_who_hangs_up_while_the_job_is_written_leaves_no_job_behind(alice: Account) -> None:
    call = asyncio.create_task(waiting.submit_and_wait(alice, REQUEST, longest_wait=300))
    await asyncio.sleep(0)  # the thread has it now
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert await state_of_the_job() == State.CANCELLED
