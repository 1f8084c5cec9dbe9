"""Plans: what an account may use."""

from __future__ import annotations

from typing import Any

from limner.accounts.models import Plan

UNLIMITED = "unlimited"
GUESTS = "guests"
_FEW: dict[str, Any] = {
    "weight": 0.5,
    "credits_per_day": 2_000,
    "requests_per_minute": 20,
    "running_jobs": 2,
    "largest_pixels": 1024 * 1024,
    "allowed_models": ["storybook"],  # never one that costs money because a key was found
    "storage_bytes": 100_000_000,
}
"""A few pictures a day of the model that comes with Limner, until the owner decides otherwise."""


def unlimited() -> Plan:
    """The plan that everybody has until an operator makes others: no credits to run out of."""
    plan, _ = Plan.objects.get_or_create(name=UNLIMITED, defaults={"requests_per_minute": 600})
    return plan


def for_new_people() -> Plan:
    """What whoever signs up begins with."""
    return Plan.objects.filter(for_new_people=True).first() or unlimited()


def guests_plan() -> Plan:
    """What visitors without an account have. Not stored where nobody has drawn as a guest yet."""
    marked = Plan.objects.filter(for_guests=True).first()
    return marked or Plan.objects.filter(name=GUESTS).first() or Plan(name=GUESTS, for_guests=True, **_FEW)


def for_guests() -> Plan:
    """The same as a row."""
    plan = guests_plan()
    return plan if plan.pk else Plan.objects.get_or_create(name=GUESTS, defaults={"for_guests": True, **_FEW})[0]
