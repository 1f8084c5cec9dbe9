"""What a picture costs, in words and for every way it can be asked for. One credit is one US cent."""

from __future__ import annotations

from dataclasses import replace

from limner.engines.catalog import Model
from limner.engines.contract import DrawRequest, Size
from limner.engines.dialects import dialect_for
from limner.engines.validation import Ask, make_request
from limner.errors import Sentence, say

MIDDLE = "medium"


def costs_money(model: Model) -> bool:
    """Whether somebody is paid for this model's pictures: Storybook's credits are only a share of this machine."""
    return bool(model.upstream) and bool(model.millicredits or any(model.prices.values()))


def asked_price(request: DrawRequest, model: Model) -> int:
    """Millicredits of money that the whole request costs; 0 for a model of this machine."""
    return model.price(request) * request.n if costs_money(model) else 0


def usual_quality(model: Model) -> str:
    """The quality that we ask for by ourselves: a middle one where there is a choice."""
    return model.capabilities.quality(MIDDLE)


def price_of(model: Model, size: Size | None = None, quality: str = "") -> int:
    """Millicredits of money for one picture of `size` and `quality`, or of the usual ones."""
    if not costs_money(model):
        return 0
    wanted = size or model.capabilities.offered_sizes[0]
    request, _ = make_request(Ask(prompt="-", size=str(wanted)), dialect_for(model.name), model)
    return asked_price(replace(request, n=1, quality=quality or usual_quality(model)), model)


def money(millicredits: int) -> Sentence:
    """`nothing`, `less than 0.1 cents`, `5.3 cents`, `1 cent`, `$1.06`."""
    if millicredits <= 0:
        return say("nothing")
    if millicredits < 50:
        return say("less than 0.1 cents")
    tenths = (millicredits + 50) // 100
    if tenths >= 1000:
        cents = (millicredits + 500) // 1000
        return say("${dollars}.{cents:02d}", dollars=cents // 100, cents=cents % 100)
    whole, rest = divmod(tenths, 10)
    if tenths == 10:
        return say("1 cent")
    return say("{whole}.{rest} cents", whole=whole, rest=rest) if rest else say("{whole} cents", whole=whole)


def price_tag(model: Model) -> Sentence:
    """Beside a model's name: `about 5.3 cents a picture`, `costs nothing`, `no price set`."""
    if costs_money(model):
        return say("about {money} a picture", money=money(price_of(model)))
    return say("no price set") if model.upstream else say("costs nothing")
