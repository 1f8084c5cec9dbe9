"""Plans: what an account may use."""

from __future__ import annotations

from limner.accounts.models import Plan

UNLIMITED = "unlimited"


def unlimited() -> Plan:
    """The plan that everybody has until an operator makes others: no credits to run out of."""
    plan, _ = Plan.objects.get_or_create(name=UNLIMITED, defaults={"requests_per_minute": 600})
    return plan


def for_new_people() -> Plan:
    """What whoever signs up begins with."""
    return Plan.objects.filter(for_new_people=True).first() or unlimited()
