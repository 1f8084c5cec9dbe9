"""What pressing Draw will take, said before it is pressed: seconds, and credits where there are accounts."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from limner.accounts import credits
from limner.accounts.models import Account
from limner.engines.prices import costs_money
from limner.errors import InvalidRequest
from limner.jobs import pace, prices
from limner.studio import asking, wording
from limner.studio.options import Form


@dataclass(frozen=True)
class Ahead:
    """In words; nothing is said of a form that cannot be drawn as it stands: pressing the button says why."""

    seconds: str = ""
    credits: str = ""
    short: bool = False
    """Whether the account has fewer credits than that."""


def ahead(viewer: Account, offered: asking.Offer, form: Form) -> Ahead:
    """What the form would take, whatever its words are."""
    try:
        request = asking.drawn_as(offered.fitting(form), offered, prompt="-")
    except InvalidRequest:
        return Ahead()
    each = pace.predict(request)
    seconds = wording.seconds(each.low * request.n, each.high * request.n)
    if not settings.LIMNER_ACCOUNTS or costs_money(offered.model):
        return Ahead(seconds)
    price, left = prices.price_of(request), credits.left(viewer)
    return Ahead(seconds, wording.credits(price, left), left is not None and price > left)
