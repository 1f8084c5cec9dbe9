"""How often someone may ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from limner.accounts.keys import make_key
from limner.accounts.limits import TooManyRequests, check_rate, forget_counts
from limner.accounts.models import Account, Plan
from limner.errors import RateLimited

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> Iterator[None]:
    forget_counts()
    yield
    forget_counts()


@pytest.fixture
def slow(alice: Account) -> Account:
    alice.plan = Plan.objects.create(name="slow", requests_per_minute=3)
    alice.save()
    return alice


def test_a_plans_minute_ends_with_the_time_to_come_back(slow: Account) -> None:
    key, _ = make_key(slow, "laptop")
    for _ in range(3):
        check_rate(key)
    with pytest.raises(RateLimited, match="3 requests a minute") as caught:
        check_rate(key)
    assert caught.value.retry_after is not None
    assert 1 <= caught.value.retry_after <= 60


def test_each_request_says_what_is_left_of_the_minute(slow: Account) -> None:
    key, _ = make_key(slow, "laptop")
    rates = [check_rate(key) for _ in range(3)]
    assert [(rate.limit, rate.remaining) for rate in rates] == [(3, 2), (3, 1), (3, 0)]
    with pytest.raises(TooManyRequests) as caught:
        check_rate(key)
    assert (caught.value.rate.limit, caught.value.rate.remaining) == (3, 0)
    assert caught.value.rate.reset == caught.value.retry_after


def test_a_plan_without_requests_lets_none_in(slow: Account) -> None:
    assert slow.plan is not None
    slow.plan.requests_per_minute = 0
    with pytest.raises(TooManyRequests, match="0 requests a minute") as caught:
        check_rate(slow)
    assert (caught.value.rate.limit, caught.value.rate.remaining) == (0, 0)


def test_each_key_is_counted_for_itself(slow: Account) -> None:
    laptop, _ = make_key(slow, "laptop")
    phone, _ = make_key(slow, "phone")
    for _ in range(3):
        check_rate(laptop)
    check_rate(phone)


def test_an_account_without_a_plan_has_the_unlimited_ones_rate(alice: Account) -> None:
    for _ in range(100):
        check_rate(alice)
