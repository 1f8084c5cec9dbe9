"""What upstreams offer: the catalog's models, their names, what they can do and what they cost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from limner.engines.catalog import Model, catalog, installed
from limner.engines.contract import DrawRequest, Size, Task
from limner.engines.dialects import dialect_for
from limner.engines.families import live_models
from limner.engines.sizes import RULES
from limner.engines.upstreams import (
    BadUpstream,
    Secret,
    Upstream,
    families,
    family_of,
    models_of,
    models_of_all,
    start,
    upstream,
)
from limner.engines.validation import Ask, make_request
from tests.engines.upstreams.conftest import KEY, Read

TODAY = date(2026, 11, 20)
OPENAI = Upstream(
    "openai",
    "openai",
    "https://api.openai.com/v1",
    Secret(KEY),
    concurrency=8,
    supports=frozenset({"generations", "edits", "streaming"}),
).offering(live_models(TODAY))


def model_of(name: str, one: Upstream = OPENAI) -> Model:
    return next(model for model in models_of(one) if model.upstream_model == name)


def price(model: Model, size: str, quality: str | None = None) -> int:
    request, _ = make_request(Ask("a boat", size=size, quality=quality), dialect_for(model.name), model)
    return model.price(request)


def test_openais_live_models_need_no_network() -> None:
    names = [model.name for model in models_of(OPENAI)]
    assert names[0] == "gpt-image-2"
    assert {"gpt-image-1.5", "gpt-image-2.6-flare", "chatgpt-image-latest"} <= set(names)
    assert not {"dall-e-2", "dall-e-3", "gpt-image-1"} & set(names)


def test_a_name_ends_on_its_day() -> None:
    assert "gpt-image-1.5" in live_models(date(2026, 11, 30))
    assert "gpt-image-1.5" not in live_models(date(2026, 12, 1))
    assert "dall-e-2" in live_models(date(2026, 5, 11))


def test_a_model_knows_its_upstream_and_what_it_can_do() -> None:
    model = model_of("gpt-image-2")
    able = model.capabilities
    assert (model.engine, model.upstream, model.upstream_model, model.lane) == (
        "openai",
        "openai",
        "gpt-image-2",
        "openai",
    )
    assert (model.inline_slots, model.path, installed(model)) == (8, None, True)
    assert able.tasks == {Task.CREATE, Task.EDIT}
    assert (able.max_n, able.max_n_a_call, able.references, able.max_prompt) == (10, 10, 16, 32_000)
    assert able.free_sizes in RULES
    assert set(able.qualities) == {"low", "medium", "high"}
    assert not able.negative_prompt
    assert "seed" not in able.options


def test_every_model_of_every_family_is_whole() -> None:
    for family in families().values():
        for model in models_of(OPENAI.offering(family.names)):
            able = model.capabilities
            assert able.sizes
            assert able.min_steps <= able.default_steps <= able.max_steps
            assert model.millicredits > 0
            assert model.seconds > 0
            assert Model.from_json(json.loads(json.dumps(model.to_json()))) == model
            for size in able.sizes:
                for quality in able.qualities:
                    assert model.price(request_for(model, size, quality)) > 0
                if family.rule:
                    assert RULES[family.rule].fault(size) is None


def request_for(model: Model, size: Size, quality: str) -> DrawRequest:
    request, _ = make_request(Ask("a boat"), dialect_for("storybook"), model)
    return replace(request, size=size, draw_size=size, quality=quality)


@pytest.mark.parametrize(
    ("model", "size", "quality", "dollars"),
    [
        ("gpt-image-2", "1024x1024", "low", 0.006),
        ("gpt-image-2", "1024x1024", "medium", 0.053),
        ("gpt-image-2", "1024x1024", "high", 0.211),
        ("gpt-image-2", "1024x1024", None, 0.006),
        ("gpt-image-2", "2048x2048", "low", 0.024),
        ("gpt-image-1.5", "1024x1024", "medium", 0.034),
        ("gpt-image-1.5", "1536x1024", "medium", 0.0505),
        ("gpt-image-1-mini", "1024x1024", "high", 0.036),
    ],
)
def test_prices_are_openais(model: str, size: str, quality: str | None, dollars: float) -> None:
    assert price(model_of(model), size, quality) == pytest.approx(dollars * 100_000)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("gpt-image-2", "gpt-image-2"),
        ("gpt-image-2-2027-01-01", "gpt-image-2"),
        ("gpt-image-2.5-flare", "gpt-image-2.5"),
        ("gpt-image-2.6-moonbow", "gpt-image-2.6"),
        ("gpt-image-1-mini", "gpt-image-1-mini"),
        ("gpt-image-1-mini-2025-10-06", "gpt-image-1-mini"),
        ("gpt-image-3", "gpt-image-2.6"),
        ("dall-e-3", "dall-e-3"),
        ("storybook", ""),
        ("gpt-4o", ""),
        ("Qwen/Qwen-Image", ""),
    ],
)
def test_a_name_belongs_to_a_family_or_to_none(name: str, family: str) -> None:
    assert family_of(name) == family


def test_the_first_to_offer_a_name_has_it_and_the_next_is_told_apart(toml: Read) -> None:
    text = """
    [one]
    kind = "other"
    url = "https://one.example.com"
    models = ["painter", "storybook"]
    [two]
    kind = "other"
    url = "https://two.example.com"
    models = ["painter", "sketcher"]
    """
    names = [model.name for model in models_of_all(toml(text).values())]
    assert names == ["painter", "storybook@one", "painter@two", "sketcher"]


def test_an_upstream_may_not_be_called_like_a_model_of_this_machine(toml: Read) -> None:
    text = '[storybook]\nkind = "other"\nurl = "https://one.example.com"\n'
    with pytest.raises(BadUpstream, match="cannot be called storybook"):
        models_of_all(toml(text).values())


def test_models_on_servers_of_ones_own_are_free_and_take_what_diffusion_takes(toml: Read) -> None:
    gpu = toml('[sglang]\nurl = "http://gpu:30000"\nmodels = ["flux"]\n')["sglang"]
    (model,) = models_of(gpu)
    assert (price(model, "1024x1024"), model.millicredits) == (0, 0)
    assert model.capabilities.negative_prompt
    assert {"seed", "steps", "guidance"} <= model.capabilities.options
    assert model.capabilities.max_n_a_call == 1


@pytest.mark.parametrize(
    ("prices", "size", "quality", "millicredits"),
    [
        ("0.04", "1024x1024", None, 4000),
        ("{ low = 0.01, high = 0.04 }", "1024x1024", "high", 4000),
        ('{ "1024x1024" = 0.02, "512x512" = 0.01 }', "512x512", None, 1000),
        ('{ "high 1024x1024" = 0.2, low = 0.01 }', "1024x1024", "high", 20_000),
    ],
)
def test_prices_that_were_written_down_win(
    toml: Read, prices: str, size: str, quality: str | None, millicredits: int
) -> None:
    text = f'[azure]\nurl="https://a.openai.azure.com/openai/v1"\nkey="k"\nprices={prices}\n[azure.models.mine]\n'
    family = "" if quality is None else 'family = "gpt-image-2"\n'
    (model,) = models_of(toml(text + family + 'sizes = ["1024x1024", "512x512"]\n')["azure"])
    assert price(model, size, quality) == millicredits


def test_a_deployment_has_the_rules_of_its_family(toml: Read) -> None:
    text = (
        '[azure]\nurl="https://a.openai.azure.com/openai/v1"\nkey="k"\n[azure.models.mine]\nfamily="gpt-image-1.5"\n'
    )
    (model,) = models_of(toml(text)["azure"])
    assert (model.name, model.title) == ("mine", "mine")
    assert model.capabilities.sizes == families()["gpt-image-1.5"].sizes
    assert price(model, "1024x1024", "low") == 900


def test_starting_makes_upstreams_and_their_models_known(tmp_path: Path, nobody: None) -> None:
    assert list(catalog()) == ["storybook"]
    start({"OPENAI_API_KEY": KEY}, tmp_path)
    assert next(iter(catalog())) == "storybook", "a key never changes the default"
    assert catalog()["gpt-image-2"].upstream == "openai"
    assert upstream("openai").key.reveal() == KEY
    assert list(tmp_path.iterdir()) == []
    start({}, tmp_path)
    assert list(catalog()) == ["storybook"]
