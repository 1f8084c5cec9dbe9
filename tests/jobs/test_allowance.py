"""What a plan allows: refused in a sentence, with nothing stored; and the balance that no crowd can overdraw."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum
from django.db.models.functions import Now

from limner.accounts import credits
from limner.accounts.models import Account, CreditEntry, Plan
from limner.engines.contract import Size
from limner.errors import InvalidRequest, LimnerError, OutOfCredits, OutOfStorage, RateLimited, Unavailable
from limner.jobs.models import Event, Job
from limner.jobs.services import cancel
from limner.jobs.threads import give_back_connections
from tests.jobs.house import LANE, ask, assert_books_balance, now

pytestmark = pytest.mark.django_db(transaction=True)


def on_plan(account: Account, **limits: Any) -> Account:
    account.plan = Plan.objects.create(name="limited", **limits)
    account.save()
    return account


def refused(account: Account, error: type[LimnerError], sentence: str, **changes: Any) -> LimnerError:
    before = Job.objects.count(), CreditEntry.objects.count(), Event.objects.count()
    with pytest.raises(error, match=sentence) as caught:
        ask(account, **changes)
    assert (Job.objects.count(), CreditEntry.objects.count(), Event.objects.count()) == before
    return caught.value


def test_of_a_hundred_at_once_exactly_as_many_are_accepted_as_the_balance_covers(alice: Account) -> None:
    on_plan(alice, credits_per_month=60_000)

    def submit(_: int) -> Job | None:
        try:
            return ask(alice, price=1000)
        except OutOfCredits:
            return None
        finally:
            give_back_connections()

    with ThreadPoolExecutor(100) as threads:
        jobs = [job for job in threads.map(submit, range(100)) if job is not None]
    assert len(jobs) == Job.objects.count() == 60
    assert credits.balance(alice) == 0
    assert CreditEntry.objects.aggregate(held=Sum("amount"))["held"] == 60_000
    for job in jobs:
        cancel(alice, job.public_id)
        assert (now(job).captured, now(job).kept) == (0, 0)
    assert credits.balance(alice) == 60_000
    assert_books_balance()


def test_guests_of_one_address_cannot_overdraw_it_together(db: None) -> None:
    plan = Plan.objects.create(name="guests", credits_per_day=5_000)
    guests = [
        Account.objects.create(username=f"guest-{number}", is_guest=True, came_from="there", plan=plan)
        for number in range(4)
    ]

    def submit(number: int) -> bool:
        try:
            return bool(ask(guests[number % 4], price=1000))
        except OutOfCredits:
            return False
        finally:
            give_back_connections()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(submit, range(16))) == Job.objects.count() == 5
    assert {credits.balance_today(guest) for guest in guests} == {0}


def test_a_model_that_the_plan_has_not_is_refused_by_field_with_those_it_has(alice: Account) -> None:
    error = refused(on_plan(alice, allowed_models=["brush", "pen"]), InvalidRequest, "one of these: brush, pen")
    assert isinstance(error, InvalidRequest)
    assert error.param == "model"
    Plan.objects.update(allowed_models=[LANE])
    assert ask(alice).model == LANE


def test_a_picture_larger_than_the_plan_is_refused_by_field(alice: Account) -> None:
    error = refused(on_plan(alice, largest_pixels=64), InvalidRequest, "8×8", size=Size(16, 8))
    assert isinstance(error, InvalidRequest)
    assert error.param == "size"
    ask(alice)


def test_so_many_jobs_at_the_same_time_and_not_one_more(alice: Account) -> None:
    on_plan(alice, running_jobs=2)
    first, _ = ask(alice), ask(alice)
    refused(alice, RateLimited, "2 jobs at the same time")
    cancel(alice, first.public_id)
    ask(alice)


def test_whoever_keeps_too_much_is_told_what_to_delete(alice: Account) -> None:
    on_plan(alice, storage_bytes=2 * 1024**2)
    Account.objects.update(bytes_kept=2 * 1024**2)
    refused(alice, OutOfStorage, "Delete pictures for good")


def test_what_is_under_way_takes_its_place_in_the_storage_too(alice: Account) -> None:
    on_plan(alice, storage_bytes=1_000_000)
    jobs = [ask(alice, n=1, size=Size(512, 512)) for _ in range(3)]
    refused(alice, OutOfStorage, "will fill the 1 MB")
    for job in jobs:
        cancel(alice, job.public_id)
    ask(alice)


def test_the_credits_of_a_day_are_renewed_the_next_day(alice: Account) -> None:
    on_plan(alice, credits_per_day=1000, credits_per_month=10_000)
    ask(alice, price=1000)
    refused(alice, OutOfCredits, "left today.*midnight UTC", price=1)
    CreditEntry.objects.update(created_at=Now() - timedelta(days=1))
    ask(alice, price=1000)


def test_a_disk_that_is_nearly_full_takes_no_new_jobs(alice: Account, settings: Any) -> None:
    settings.LIMNER_FREE_DISK_MB = 10**9
    refused(alice, Unavailable, "set LIMNER_FREE_DISK_MB lower")
    settings.LIMNER_PICTURES = "s3://bucket"
    ask(alice)
