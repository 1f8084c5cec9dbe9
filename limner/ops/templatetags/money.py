"""Prices in the operator's pages."""

from __future__ import annotations

from django import template

from limner.engines import prices
from limner.look.speech import spoken

register = template.Library()


@register.filter
def money(millicredits: int) -> str:
    """`5.3 cents`, in the page's language."""
    return spoken(prices.money(millicredits))


@register.filter
def percent(share: float) -> str:
    """`12` for 0.12."""
    return f"{100 * share:.0f}"
