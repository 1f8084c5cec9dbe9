"""What tests of jobs share: a request, a running dispatcher, and waiting for a condition instead of for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from limner.accounts.models import Account, CreditEntry
from limner.engines.contract import DrawRequest, Placement, Size
from limner.gallery.models import Picture
from limner.jobs import services
from limner.jobs.bus import bus
from limner.jobs.dispatcher import Dispatcher
from limner.jobs.models import Event, Job
from limner.jobs.states import ENDED, State
from limner.jobs.threads import in_thread

T = TypeVar("T")

LANE = "storybook"
REQUEST = DrawRequest(
    prompt="a red robot",
    model=LANE,
    size=Size(8, 8),
    draw_size=Size(8, 8),
    seed=7,
    steps=4,
    guidance=3.5,
)
PRICE = 1200


def ask(account: Account, *, n: int = 1, price: int = PRICE, seconds: float = 1.0, **changes: Any) -> Job:
    """Submit a small job of `n` pictures that is predicted to take `seconds` in all."""
    options = {key: changes.pop(key) for key in ("idempotency_key", "priority") if key in changes}
    request = replace(REQUEST, n=n, **changes)
    return services.submit(account, request, price=price, predicted=seconds, **options)


@asynccontextmanager
async def dispatching(placements: Mapping[str, Placement] | Placement, **options: Any) -> AsyncIterator[Dispatcher]:
    """A dispatcher that runs meanwhile, and stops without a drain."""
    lanes = placements if isinstance(placements, Mapping) else {LANE: placements}
    settings = {
        "holder": "house",
        "boot": "boot-1",
        "bus": bus(),
        "poll_seconds": 0.1,
        "lease_seconds": 5.0,
        **options,
    }
    dispatcher = Dispatcher(lanes, **settings)
    running = asyncio.create_task(dispatcher.run())
    try:
        yield dispatcher
    finally:
        await dispatcher.stop(0)
        await running


async def until(condition: Callable[[], T | None], seconds: float = 20.0) -> T:
    """What `condition` answers, read in a thread again and again until it is true."""
    end = time.monotonic() + seconds
    while not (answer := await in_thread(condition)):
        assert time.monotonic() < end, "what was waited for did not come"
        await asyncio.sleep(0.01)
    return answer


def now(job: Job | UUID) -> Job:
    """The job as it stands in the ledger."""
    return Job.objects.get(public_id=job.public_id if isinstance(job, Job) else job)


async def ended(job: Job, seconds: float = 20.0) -> Job:
    """The job, once it has ended."""
    await until(lambda: now(job).state in ENDED, seconds)
    return await in_thread(now, job)


async def began(job: Job) -> None:
    """Return once the job is drawn."""
    await until(lambda: now(job).state == State.RUNNING)


async def asking(account: Account, **options: Any) -> Job:
    """`ask` from an event loop."""
    return await in_thread(ask, account, **options)


def entries(job: Job) -> dict[str, int]:
    """The job's credit entries by kind. There is at most one of each."""
    rows = CreditEntry.objects.filter(job=job.public_id).values_list("kind", "amount")
    found = dict(rows)
    assert len(found) == len(rows)
    return found


def kept(job: Job) -> list[int]:
    """The indices of the job's kept pictures."""
    return sorted(Picture.objects.filter(job=job.public_id).values_list("index", flat=True))


def story(job: Job) -> list[str]:
    """The job's durable events: its states, and `picture` for each picture."""
    rows = Event.objects.filter(job=job).order_by("number")
    return [row.data["state"] if row.kind == "state" else row.kind for row in rows]


def assert_books_balance() -> None:
    """The oracle of every fault test: nothing accepted is lost, doubled or charged twice; numbers have no gaps."""
    for job in Job.objects.all():
        book = entries(job)
        assert job.state in ENDED, f"{job} did not end"
        assert book.get("hold", 0) == book.get("capture", 0) + book.get("release", 0), book
        assert book.get("capture", 0) == job.price * len(kept(job)) // job.n
        told = story(job)
        assert told[0] == "queued"
        assert [state for state in told if state in ENDED] == [job.state]
        assert told[-1] == job.state
        assert told.count("picture") == len(kept(job))
    for account in Account.objects.all():
        numbers = list(Event.objects.filter(account=account).order_by("id").values_list("number", flat=True))
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        assert account.last_event == len(numbers)
