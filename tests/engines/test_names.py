"""Names: what each model name that people have in their programs means here."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from limner.engines import dialects
from limner.engines import words as words_module
from limner.engines.catalog import catalog, facts, install, installed, model
from limner.engines.dialects import dialect_for, target_for
from limner.engines.families import families, switched_off
from limner.engines.registry import ENGINES, build_engine, dotted_name
from limner.engines.upstreams import Secret, Upstream, models_of_all
from limner.engines.words import words_of
from limner.errors import InvalidRequest, NotConfigured
from tests.engines.puppet import puppet


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        (None, dialects.UNNAMED),
        ("dall-e-2", dialects.DALL_E_2),
        ("dall-e-3", dialects.DALL_E_3),
        ("gpt-image-1", dialects.GPT_IMAGE_1),
        ("gpt-image-1-mini", dialects.GPT_IMAGE_1),
        ("gpt-image-1.5", dialects.GPT_IMAGE_1),
        ("gpt-image-1.5-2025-12-16", dialects.GPT_IMAGE_1),
        ("chatgpt-image-latest", dialects.GPT_IMAGE_1),
        ("gpt-image-2", dialects.GPT_IMAGE_2),
        ("gpt-image-2-2026-04-21", dialects.GPT_IMAGE_2),
        ("gpt-image-2.5-sunburst", dialects.GPT_IMAGE_2_5),
        ("gpt-image-2.6-flare", dialects.GPT_IMAGE_2_5),
        ("gpt-image-2.5-flare-2026-09-08", dialects.GPT_IMAGE_2_5),
        ("gpt-image-2@azure", dialects.GPT_IMAGE_2),
        ("painter@azure", dialects.LIMNER),
        ("storybook", dialects.LIMNER),
        ("gpt-image-20", dialects.LIMNER),
        ("gpt-image-9", dialects.LIMNER),
        ("", dialects.LIMNER),
    ],
)
def test_a_name_brings_its_own_rules(name: str | None, dialect: dialects.Dialect) -> None:
    assert dialect_for(name) is dialect


def test_every_family_has_a_dialect_with_its_bounds() -> None:
    assert dialects.BY_FAMILY.keys() == families().keys()
    for name, family in families().items():
        dialect = dialects.BY_FAMILY[name]
        assert (dialect.max_n, dialect.max_prompt) == (family.max_n, family.max_prompt)
        assert {*family.qualities} <= {*dialect.qualities}
        assert dialect.sizes is None or {str(size) for size in family.sizes} == {*dialect.sizes} - {"auto"}


def test_a_name_is_switched_off_on_its_day() -> None:
    assert not switched_off("gpt-image-1", date(2026, 10, 22))
    assert switched_off("gpt-image-1", date(2026, 10, 23))
    assert switched_off("dall-e-2", date(2026, 11, 21))
    for name in ("gpt-image-2", "storybook", "gpt-image-1-2025-04-23", ""):
        assert not switched_off(name, date(2099, 1, 1))


@pytest.fixture
def with_openai() -> Iterator[None]:
    """OpenAI's upstream with three of its models, and a server of one's own with two."""
    openai = Upstream("openai", "openai", "https://api.openai.com/v1", Secret("a-key"))
    own = Upstream("house", "localai", "http://localhost:8081/v1")
    first = openai.offering(["gpt-image-2.5-flare", "gpt-image-2", "gpt-image-1.5"])
    install(models_of_all([first, own.offering(["flux", "gpt-image-1.5"])]))
    yield
    install([])


@pytest.mark.parametrize(
    ("name", "target"),
    [
        (None, "gpt-image-2"),
        ("dall-e-2", "gpt-image-2"),
        ("dall-e-3", "gpt-image-2"),
        ("gpt-image-1", "gpt-image-2"),
        ("gpt-image-2.6-flare", "gpt-image-2"),
        ("gpt-image-2", "gpt-image-2"),
        ("gpt-image-1.5", "gpt-image-1.5"),
        ("gpt-image-2.5-flare", "gpt-image-2.5-flare"),
        ("flux", "flux"),
        ("gpt-image-1.5@house", "gpt-image-1.5@house"),
        ("flux@house", "flux"),
        ("gpt-image-2@openai", "gpt-image-2"),
        ("storybook", "storybook"),
    ],
)
def test_with_openais_key_its_names_draw_with_its_models(with_openai: None, name: str | None, target: str) -> None:
    assert target_for(name, {}) == target
    assert dialects.DEFAULT_MODEL == "storybook", "nobody's default changes"


def test_configuration_comes_before_a_key(with_openai: None) -> None:
    assert target_for("dall-e-2", {"dall-e-2": "storybook"}) == "storybook"
    assert target_for(None, {"dall-e-2": "flux"}) == "flux"
    assert target_for("gpt-image-2", {"gpt-image-2": "storybook"}) == "storybook"


@pytest.mark.parametrize("name", ["flux@openai", "flux@", "@house", "gpt-image-2@gone", "gpt-image-2@storybook"])
def test_a_model_at_an_upstream_that_does_not_have_it_is_refused(with_openai: None, name: str) -> None:
    with pytest.raises(InvalidRequest, match="does not exist"):
        target_for(name, {})


def test_without_todays_model_the_first_of_openais_draws() -> None:
    openai = Upstream("openai", "openai", "https://api.openai.com/v1", Secret("a-key"))
    install(models_of_all([openai.offering(["gpt-image-3"])]))
    assert target_for("dall-e-3", {}) == "gpt-image-3"
    install(models_of_all([openai]))
    assert target_for("dall-e-3", {}) == "storybook"
    install([])


@pytest.mark.parametrize("name", [None, "dall-e-2", "dall-e-3", "gpt-image-1", "gpt-image-2.6-flare", "storybook"])
def test_every_name_of_openais_draws_with_storybook_unless_told_otherwise(name: str | None) -> None:
    assert target_for(name, {}) == "storybook"


def test_configuration_says_what_a_name_draws_with() -> None:
    targets = {"dall-e-2": "sd-turbo", "my-house-style": "storybook"}
    assert target_for(None, targets) == "sd-turbo"
    assert target_for("my-house-style", targets) == "storybook"
    assert target_for("dall-e-3", targets) == "storybook"


@pytest.mark.parametrize("name", ["nonsense", "gpt-4", "dall-e-4", "x" * 100_000])
def test_a_name_that_means_nothing_is_refused(name: str) -> None:
    for ask in (lambda: target_for(name, {}), lambda: model(name)):
        with pytest.raises(InvalidRequest, match=r"^The model '[\w-]{1,100}' does not exist\.$") as caught:
            ask()
        assert caught.value.param == "model"


def test_the_catalog_is_consistent() -> None:
    assert dialects.DEFAULT_MODEL in catalog()
    for name, entry in catalog().items():
        able = entry.capabilities
        assert entry.name == name
        assert dotted_name(entry.engine)
        assert able.sizes
        assert able.offered_sizes
        assert able.min_steps <= able.default_steps <= able.max_steps
        assert entry.seconds > 0
        assert isinstance(installed(entry), bool)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (None, None),
        ("not JSON", None),
        ("{}", None),
        ("[]", None),
        ('{"words": ["a", "red"]}', frozenset({"a", "red"})),
    ],
)
def test_a_model_without_a_list_of_words_takes_any(tmp_path: Path, text: str | None, known: object) -> None:
    if text is not None:
        (tmp_path / "vocabulary.json").write_text(text)
    assert facts(tmp_path).words == known


def test_an_engine_is_named_by_its_line_by_an_entry_point_or_by_its_class() -> None:
    assert dotted_name("openvino") == ENGINES["openvino"]
    assert dotted_name("tests.engines.puppet:Puppet") == "tests.engines.puppet:Puppet"
    with pytest.raises(NotConfigured, match="no engine called 'nonsense'"):
        dotted_name("nonsense")


def test_a_strangers_package_adds_an_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tmp_path / "stranger-1.0.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (made / "entry_points.txt").write_text("[limner.engines]\nstranger = tests.engines.puppet:Puppet\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert dotted_name("stranger") == "tests.engines.puppet:Puppet"
    assert build_engine(replace(puppet(), engine="stranger")).__class__.__name__ == "Puppet"


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("no_such_package.engine:Engine", "pip install no_such_package$"),
        ("tests.engines.puppet:Nobody", "there is no Nobody there"),
        ("tests.engines.needy:Needy", "pip install no_such_library$"),
    ],
)
def test_an_engine_that_cannot_be_built_says_what_is_missing(engine: str, said: str) -> None:
    with pytest.raises(NotConfigured, match=said):
        build_engine(replace(puppet(), engine=engine))


def test_the_examples_in_the_word_functions_are_true() -> None:
    results = doctest.testmod(words_module)
    assert (results.failed, results.attempted > 2) == (0, True)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("A friendly robot, holding a flower.", ["a", "friendly", "robot", "holding", "a", "flower"]),
        ("the cat’s hot-air 'balloon'", ["the", "cat's", "hot", "air", "balloon"]),
        ("ÉTÉ 猫 2 🤖 a_b", ["été", "猫", "2", "a", "b"]),
        ("", []),
        ("\0\ud800", []),
    ],
)
def test_words_are_lower_case_and_bare(prompt: str, words: list[str]) -> None:
    assert words_of(prompt) == words
