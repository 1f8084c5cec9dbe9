"""What a picture costs, in words, and for every way it can be asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limner.engines.catalog import Model, catalog
from limner.engines.contract import Capabilities, Size, Task
from limner.engines.dialects import dialect_for
from limner.engines.prices import asked_price, costs_money, money, price_of, price_tag, usual_quality
from limner.engines.validation import Ask, make_request

SQUARE, TALL = Size(1024, 1024), Size(1024, 1536)


def a_model(**columns: object) -> Model:
    able = Capabilities(frozenset({Task.CREATE}), sizes=(SQUARE, TALL), offered_sizes=(SQUARE, TALL))
    plain = {"name": "brush", "engine": "openai", "title": "Brush", "description": "", "path": None}
    rest = {"capabilities": able, "seconds": 1.0, "licence": "", "millicredits": 0, "upstream": "acme"}
    return Model(**{**plain, **rest, **columns})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("millicredits", "said"),
    [
        (0, "nothing"),
        (7, "less than 0.1 cents"),
        (49, "less than 0.1 cents"),
        (50, "0.1 cents"),
        (600, "0.6 cents"),
        (1000, "1 cent"),
        (5300, "5.3 cents"),
        (21_149, "21.1 cents"),
        (21_150, "21.2 cents"),
        (50_000, "50 cents"),
        (99_949, "99.9 cents"),
        (99_950, "$1.00"),
        (106_000, "$1.06"),
        (1_234_567, "$12.35"),
    ],
)
def test_an_amount_is_said_in_cents_and_above_a_dollar_in_dollars(millicredits: int, said: str) -> None:
    assert money(millicredits) == said


def test_what_this_machine_draws_costs_no_money_whatever_its_credits() -> None:
    storybook = catalog()["storybook"]
    assert storybook.millicredits > 0
    assert not costs_money(storybook)
    assert (price_of(storybook), price_tag(storybook)) == (0, "costs nothing")


def test_an_upstream_without_prices_is_said_to_have_none() -> None:
    assert not costs_money(a_model())
    assert price_tag(a_model()) == "no price set"


def test_the_price_follows_the_size() -> None:
    brush = a_model(millicredits=5300, prices={str(TALL): 8000})
    assert (price_of(brush), price_of(brush, TALL)) == (5300, 8000)
    assert price_tag(brush) == "about 5.3 cents a picture"


def test_the_usual_quality_is_a_middle_one() -> None:
    able = replace(a_model().capabilities, qualities=("low", "medium", "high"))
    brush = a_model(capabilities=able, prices={"low": 600, "medium": 5300})
    assert (usual_quality(brush), price_of(brush), price_of(brush, quality="low")) == ("medium", 5300, 600)
    one = a_model(capabilities=replace(able, qualities=("standard", "hd")))
    assert (usual_quality(one), usual_quality(a_model())) == ("standard", "auto")


def test_a_job_costs_its_pictures() -> None:
    brush = a_model(millicredits=5300)
    request, _ = make_request(Ask(prompt="a robot", n=3), dialect_for("brush"), brush)
    assert asked_price(request, brush) == 15_900
