"""The safety net under the bus: one query a second a process, for all watched accounts together.

An event that another process wrote, or that the bus lost, shows as a higher number on the account's row. The poll
then publishes `{"kind": "number"}` on the account's channel, and whoever is behind reads the ledger.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from django.db import DatabaseError, InterfaceError

from limner.accounts.models import Account
from limner.jobs.bus import GAP, account_channel, bus
from limner.jobs.threads import in_thread

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0


def newest_numbers(accounts: Collection[int]) -> dict[int, int]:
    """The number of the newest durable event of each of these accounts."""
    return dict(Account.objects.filter(pk__in=accounts).values_list("pk", "last_event"))


class _Poll:
    """The accounts watched on one event loop. It asks only while somebody watches."""

    def __init__(self) -> None:
        self._watchers: Counter[int] = Counter()
        self._published: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, account_id: int) -> Iterator[None]:
        self._watchers[account_id] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._ask(), name="watch: safety poll")
        try:
            yield
        finally:
            self._watchers[account_id] -= 1
            if not self._watchers[account_id]:
                del self._watchers[account_id]
                self._published.pop(account_id, None)
            if not self._watchers:
                self._task.cancel()
                self._task = None

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                asked = list(self._watchers)
                numbers = await in_thread(newest_numbers, asked)
            except (DatabaseError, InterfaceError):
                log.warning("The ledger did not answer the watchers' poll; asking again.", exc_info=True)
                continue
            for account_id in asked:
                number = numbers.get(account_id, 0)
                if account_id in self._watchers and self._published.get(account_id) != number:
                    self._published[account_id] = number
                    gone = account_id not in numbers  # and its jobs with it
                    message = GAP if gone else {"kind": "number", "number": number, "job": None, "data": {}}
                    bus().publish(account_channel(account_id), message)


_polls: WeakKeyDictionary[asyncio.AbstractEventLoop, _Poll] = WeakKeyDictionary()


@contextmanager
def watched(account_id: int) -> Iterator[None]:
    """While this lasts, the account's channel says at the latest after a second that there is something new."""
    with _polls.setdefault(asyncio.get_running_loop(), _Poll()).watching(account_id):
        yield
