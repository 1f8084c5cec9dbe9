"""An account is deleted while a picture of theirs is being drawn: nothing of it stays, and the next one is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from limner.accounts.models import Account, CreditEntry
from limner.gallery.models import Picture
from limner.jobs.models import Event, Job
from limner.jobs.states import State
from limner.jobs.threads import in_thread
from tests.cast import PASSWORD, signed_in
from tests.jobs.house import asking, dispatching, ended, kept, until
from tests.jobs.placements import Painter


def files(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db(transaction=True)
async def test_an_account_is_deleted_while_its_jobs_wait_and_run(
    alice: Account, bob: Account, pictures: Path
) -> None:
    painter = Painter()
    painter.trouble = lambda order, index: setattr(painter, "held", index == 1)
    async with dispatching(painter) as dispatcher:
        running, waiting = await asking(alice, n=2), await asking(alice)
        await until(lambda: kept(running) == [0])
        painter.trouble = lambda order, index: None

        def delete() -> int:
            return signed_in(alice).post("/account/data/delete", {"again": PASSWORD}).status_code

        assert await in_thread(delete) == 302
        await painter.let_go()
        theirs = await asking(bob)
        assert (await ended(theirs)).state == State.DONE
        assert dispatcher.ready
    assert str(waiting.public_id) not in [order.job for order in painter.orders]

    def left() -> tuple[int, ...]:
        alices = [model.objects.exclude(account=bob).count() for model in (Job, Event, Picture, CreditEntry)]
        return (*alices, Account.objects.filter(username="alice").count())

    assert await in_thread(left) == (0, 0, 0, 0, 0)
    assert len(files(pictures)) == 1
