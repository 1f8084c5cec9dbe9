"""What the operator reads of an upstream's calls: spend, uncertain calls, the last error; old records are swept."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from limner.jobs import calls
from limner.jobs.models import UpstreamCall
from limner.jobs.queries import spend, uncertain_calls, upstream_states

pytestmark = pytest.mark.django_db(transaction=True)


def call(outcome: str, *, cost: int | None = None, upstream: str = "openai", **values: object) -> UpstreamCall:
    return UpstreamCall.objects.create(
        job=uuid4(),
        attempt=1,
        call=0,
        upstream=upstream,
        model="gpt-image-2",
        outcome=outcome,
        cost=cost,
        **{"indices": [0, 1], "estimate": 1000, "answered_at": Now() if outcome == "ok" else None, **values},
    )


def test_spend_is_what_was_said_else_the_price_and_what_may_come_on_top() -> None:
    call("ok", cost=700)
    call("ok")
    call("moderation_blocked", cost=10)
    for outcome in ("uncertain", "cancelled", ""):
        call(outcome)
    call("ok", upstream="other", cost=5)
    call("ok", cost=9999, sent_at=timezone.now() - timedelta(days=40))
    spent = spend("openai", timezone.now() - timedelta(days=30))
    assert spent.pictures == 4
    assert (spent.millicredits, spent.estimated, spent.possible) == (1710, 1000, 3000)
    nothing = spend("nobody", timezone.now())
    assert (nothing.pictures, nothing.millicredits, nothing.possible) == (0, 0, 0)


def test_uncertain_calls_are_listed_newest_first() -> None:
    old = call("uncertain", sent_at=timezone.now() - timedelta(days=1))
    new = call("uncertain")
    call("ok")
    assert list(uncertain_calls()) == [new, old]


def test_an_upstreams_state_is_its_last_error() -> None:
    call("ok")
    call("upstream_closed", message="The key is wrong.", sent_at=timezone.now() - timedelta(hours=1))
    call("uncertain", upstream="other")
    states = upstream_states()
    assert set(states) == {"openai", "other"}
    assert (states["openai"].last_error, states["openai"].last_error_code) == ("The key is wrong.", "upstream_closed")
    assert states["openai"].last_error_at is not None
    assert states["other"].last_error == "uncertain"


def test_records_are_swept_after_400_days() -> None:
    call("ok", sent_at=timezone.now() - timedelta(days=401))
    young = call("ok", sent_at=timezone.now() - timedelta(days=399))
    assert calls.sweep(at_once=1) == 1
    assert list(UpstreamCall.objects.all()) == [young]
