"""What pressing Draw will take, said before it is pressed: seconds, and credits where there are accounts."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from limner.accounts import credits
from limner.accounts.models import Account
from limner.engines.catalog import Model
from limner.engines.contract import DrawRequest
from limner.engines.prices import costs_money
from limner.errors import InvalidRequest
from limner.gallery.models import Picture, Upload
from limner.jobs import pace, prices
from limner.jobs.enlarging import enlarger_for, larger
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
    return _takes(viewer, request, offered.model)


def larger_ahead(viewer: Account, source: Picture | Upload, factor: int) -> Ahead:
    """The same of making a picture larger; nothing is said where no model does it."""
    by = enlarger_for(viewer)
    return Ahead() if by is None else _takes(viewer, larger(viewer, source, factor), by)


def _takes(viewer: Account, request: DrawRequest, model: Model) -> Ahead:
    each = pace.predict(request)
    seconds = wording.seconds(each.low * request.n, each.high * request.n)
    if not settings.LIMNER_ACCOUNTS or costs_money(model):
        return Ahead(seconds)
    price, left = prices.price_of(request), credits.left(viewer)
    return Ahead(seconds, wording.credits(price, left), left is not None and price > left)
