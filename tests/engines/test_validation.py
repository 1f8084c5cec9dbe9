"""What may be asked for: OpenAI's sentences, and no input that breaks anything but the request."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.engines.catalog import Model
from limner.engines.contract import DrawRequest, ImageRef, Size
from limner.engines.dialects import DALL_E_2, DALL_E_3, GPT_IMAGE_1, GPT_IMAGE_2, LIMNER, Dialect
from limner.engines.sizes import native_size
from limner.engines.validation import MAX_SEED, MISSING, Ask, check_choice, check_size, make_request
from limner.errors import InvalidRequest
from tests.engines.puppet import puppet

DIALECTS = [DALL_E_2, DALL_E_3, GPT_IMAGE_1, GPT_IMAGE_2, LIMNER]


@pytest.fixture(scope="module")
def model() -> Model:
    able = puppet(negative_prompt=True).capabilities
    sizes = (Size(512, 512), Size(768, 512), Size(512, 768))
    offered = (Size(1024, 1024), Size(512, 512), Size(768, 512), Size(512, 768))
    return replace(puppet(), capabilities=replace(able, sizes=sizes, offered_sizes=offered))


def asked(model: Model, dialect: Dialect = DALL_E_2, prompt: object = "a robot", **values: Any) -> DrawRequest:
    return make_request(Ask(prompt, **values), dialect, model)[0]


def refused(model: Model, dialect: Dialect = DALL_E_2, prompt: object = "a robot", **values: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        asked(model, dialect, prompt, **values)
    return caught.value


def above(param: str, kind: str, bound: object, got: object) -> tuple[str, str]:
    """The code and sentence for a value above its maximum."""
    sentence = f"Invalid '{param}': {kind} above maximum value. Expected a value <= {bound}, but got {got} instead."
    return f"{kind}_above_max_value", sentence


def below(param: str, kind: str, bound: object, got: object) -> tuple[str, str]:
    """The code and sentence for a value below its minimum."""
    sentence = f"Invalid '{param}': {kind} below minimum value. Expected a value >= {bound}, but got {got} instead."
    return f"{kind}_below_min_value", sentence


def mistyped(param: str, expected: str, got: str) -> tuple[str, str]:
    """The code and sentence for a value of the wrong type."""
    return "invalid_type", f"Invalid type for '{param}': expected {expected}, but got {got} instead."


def unsupported(value: str, supported: str) -> tuple[str, str]:
    """The code and sentence for a value that is not among the allowed ones."""
    return "invalid_value", f"Invalid value: '{value}'. Supported values are: {supported}."


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("prompt", "code", "message"),
    [
        (MISSING, "missing_required_parameter", "Missing required parameter: 'prompt'."),
        (
            "",
            "empty_string",
            "Invalid 'prompt': empty string. Expected a string with minimum length 1, "
            "but got an empty string instead.",
        ),
        (None, "invalid_type", "Invalid type for 'prompt': expected a string, but got null instead."),
        (123, "invalid_type", "Invalid type for 'prompt': expected a string, but got an integer instead."),
        (1.5, "invalid_type", "Invalid type for 'prompt': expected a string, but got a decimal number instead."),
        (True, "invalid_type", "Invalid type for 'prompt': expected a string, but got a boolean instead."),
        ([], "invalid_type", "Invalid type for 'prompt': expected a string, but got an array instead."),
        ({}, "invalid_type", "Invalid type for 'prompt': expected a string, but got an object instead."),
        (
            "a\0b",
            "invalid_value",
            "Invalid 'prompt': it contains a NUL character (U+0000). Remove it and try again.",
        ),
        (
            "a\ud83db",
            "invalid_value",
            "Invalid 'prompt': it contains half of a character (a lone surrogate), which is not valid Unicode. "
            "Remove it and try again.",
        ),
    ],
)
def test_a_bad_prompt_is_refused_in_openais_words(
    model: Model, dialect: Dialect, prompt: object, code: str, message: str
) -> None:
    error = refused(model, dialect, prompt)
    assert (error.param, error.code, error.message) == ("prompt", code, message)


@pytest.mark.parametrize(
    ("dialect", "most"), [(DALL_E_2, 1000), (DALL_E_3, 4000), (GPT_IMAGE_1, 32_000), (LIMNER, 4000)]
)
def test_a_prompt_may_be_as_long_as_the_dialect_says_and_no_longer(model: Model, dialect: Dialect, most: int) -> None:
    assert asked(model, dialect, "🌷" * most).prompt == "🌷" * most
    for length in (most + 1, 100_000):
        error = refused(model, dialect, "a" * length)
        assert (error.param, error.code) == ("prompt", "string_above_max_length")
        assert error.message == (
            f"Invalid 'prompt': string too long. Expected a string with maximum length {most}, "
            f"but got a string with length {length} instead."
        )


@pytest.mark.parametrize(
    "prompt", [" ", "\n\t", "🤖🌼", "é", "机器人", "a\u202eb", "'; DROP TABLE jobs; --", "<script>"]
)
def test_a_strange_but_storable_prompt_is_accepted_as_it_is(model: Model, prompt: str) -> None:
    assert asked(model, prompt=prompt).prompt == prompt


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, below("n", "integer", 1, 0)),
        (11, above("n", "integer", 10, 11)),
        pytest.param(10**5000, above("n", "integer", 10, "an integer of about 5001 digits"), id="huge"),
        (True, mistyped("n", "an integer", "a boolean")),
        ("2", mistyped("n", "an integer", "a string")),
        (1.5, mistyped("n", "an integer", "a decimal number")),
        (math.nan, mistyped("n", "an integer", "a decimal number")),
    ],
)
def test_a_bad_n_is_refused_in_openais_words(model: Model, n: object, said: tuple[str, str]) -> None:
    error = refused(model, n=n)
    assert error.param == "n"
    assert (error.code, error.message) == said


def test_dall_e_3_draws_one_at_a_time(model: Model) -> None:
    assert asked(model, DALL_E_3, n=1).n == 1
    assert refused(model, DALL_E_3, n=2).message == "You must provide n=1 for this model."
    assert refused(model, DALL_E_3, n=0).code == "integer_below_min_value"


@pytest.mark.parametrize("size", ["255x255", "256x1024", "1024X1024", "bogus", "0x0", "", "auto", "9" * 5000 + "x1"])
def test_a_size_that_dall_e_2_never_had_is_refused_naming_what_it_had(model: Model, size: str) -> None:
    error = refused(model, size=size)
    assert (error.param, error.code) == ("size", "invalid_value")
    shown = size if len(size) <= 100 else size[:100] + "…"
    assert error.message == (
        f"Invalid value: '{shown}'. Supported values are: '256x256', '512x512', and '1024x1024'."
    )


@pytest.mark.parametrize(
    ("size", "why"),
    [
        ("1000x1000", "Width and height must both be divisible by 16."),
        ("4096x1024", "The longest edge must be less than or equal to 3840."),
        ("3840x1024", "The longest edge must be at most three times the shortest edge."),
        ("256x256", "Requested resolution is below the current minimum pixel budget."),
        ("3840x3840", "Requested resolution exceeds the current pixel budget."),
        ("bogus", "Expected WIDTHxHEIGHT, for example '1824x1024'."),
        ("0x0", "Width and height must both be at least 16."),
        ("16x0", "Width and height must both be at least 16."),
    ],
)
def test_free_sizes_say_which_rule_a_size_breaks(model: Model, size: str, why: str) -> None:
    error = refused(model, GPT_IMAGE_2, size=size)
    assert (error.param, error.message) == ("size", f"Invalid size '{size}'. {why}")


def test_a_size_of_another_type_is_refused(model: Model) -> None:
    error = refused(model, size=512)
    assert error.message == "Invalid type for 'size': expected a string, but got an integer instead."


def test_our_own_dialect_offers_what_the_target_offers(model: Model) -> None:
    assert asked(model, LIMNER, size="768x512").size == Size(768, 512)
    assert refused(model, LIMNER, size="640x480").message == (
        "Invalid value: '640x480'. Supported values are: '1024x1024', '512x512', '768x512', '512x768', and 'auto'."
    )


@pytest.mark.parametrize(("dialect", "size"), [(DALL_E_2, "1024x1024"), (GPT_IMAGE_1, "auto"), (LIMNER, None)])
def test_no_size_and_auto_are_the_first_that_is_offered(model: Model, dialect: Dialect, size: str | None) -> None:
    assert asked(model, dialect).size == Size(1024, 1024)
    assert asked(model, dialect, size=size).size == Size(1024, 1024)


@pytest.mark.parametrize(
    ("dialect", "like", "size"),
    [
        (LIMNER, (96, 64), "1264x848"),
        (LIMNER, (64, 96), "848x1264"),
        (LIMNER, (1000, 1010), "1024x1024"),
        (LIMNER, (9000, 100), "1776x592"),
        (GPT_IMAGE_1, (96, 64), "1536x1024"),
        (GPT_IMAGE_1, (1080, 1920), "1024x1536"),
        (DALL_E_2, (96, 64), "1024x1024"),
    ],
)
def test_a_model_of_one_shape_is_cut_to_that_of_the_first_image(
    model: Model, dialect: Dialect, like: tuple[int, int], size: str
) -> None:
    offered = (Size(1024, 1024), Size(512, 512))
    square = replace(model.capabilities, sizes=(Size(512, 512),), offered_sizes=offered)
    assert str(check_size(None, dialect, square, like=ImageRef("image", *like))) == size


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        (Size(1024, 1024), Size(512, 512)),
        (Size(256, 256), Size(512, 512)),
        (Size(1536, 1024), Size(768, 512)),
        (Size(1792, 1024), Size(768, 512)),
        (Size(1024, 1792), Size(512, 768)),
        (Size(1040, 1024), Size(512, 512)),
    ],
)
def test_the_nearest_shape_that_the_model_knows_is_drawn(model: Model, size: Size, drawn: Size) -> None:
    assert native_size(size, model.capabilities) == drawn


FORMATS = "'png', 'webp', and 'jpeg'"


@pytest.mark.parametrize(
    ("param", "value", "said"),
    [
        ("seed", -1, below("seed", "integer", 0, -1)),
        ("seed", 2**32, above("seed", "integer", MAX_SEED, 2**32)),
        ("seed", False, mistyped("seed", "an integer", "a boolean")),
        ("steps", 0, below("steps", "integer", 1, 0)),
        ("steps", 101, above("steps", "integer", 100, 101)),
        (
            "guidance",
            math.nan,
            ("invalid_value", "Invalid 'guidance': not a number. Expected a number between 0 and 30."),
        ),
        ("guidance", math.inf, above("guidance", "decimal", 30, "inf")),
        ("guidance", -math.inf, below("guidance", "decimal", 0, "-inf")),
        ("guidance", -(10**400), below("guidance", "decimal", 0, "an integer of about 401 digits")),
        ("guidance", "3", mistyped("guidance", "a number", "a string")),
        ("negative_prompt", 3, mistyped("negative_prompt", "a string", "an integer")),
        ("output_format", "bmp", unsupported("bmp", FORMATS)),
        ("output_format", "", unsupported("", FORMATS)),
        ("background", "clear", unsupported("clear", "'transparent', 'opaque', and 'auto'")),
        ("quality", "ultra", unsupported("ultra", "'standard' and 'hd'")),
        ("style", "loud", unsupported("loud", "'vivid' and 'natural'")),
        ("output_format", 3, mistyped("output_format", "one of 'png', 'webp', or 'jpeg'", "an integer")),
    ],
)
def test_a_bad_value_is_refused_naming_what_is_allowed(
    model: Model, param: str, value: Any, said: tuple[str, str]
) -> None:
    error = refused(model, **{param: value})
    assert error.param == param
    assert (error.code, error.message) == said


def test_the_first_of_several_faults_is_the_one_openai_reports(model: Model) -> None:
    assert refused(model, prompt="", n=0, size="x").param == "prompt"
    assert refused(model, n=0, size="x", output_format="x").param == "n"
    assert refused(model, size="x", output_format="x").param == "output_format"
    assert refused(model, size="x", background="x").param == "size"


def test_without_a_seed_one_is_chosen_and_a_given_one_is_kept(model: Model) -> None:
    chosen = {asked(model).seed for _ in range(20)}
    assert len(chosen) > 1
    assert all(0 <= seed <= 2**31 - 1 - 16 for seed in chosen)
    assert asked(model, seed=0).seed == 0
    assert asked(model, seed=MAX_SEED).seed == MAX_SEED


def test_what_is_not_said_is_the_models_default(model: Model) -> None:
    request = asked(model)
    able = model.capabilities
    assert (request.steps, request.guidance, request.n) == (able.default_steps, able.default_guidance, 1)
    assert (request.negative_prompt, request.output_format, request.background) == ("", "png", "auto")


def test_words_that_the_model_does_not_know_are_told(model: Model) -> None:
    knows = replace(model, capabilities=replace(model.capabilities, vocabulary=frozenset({"a", "robot"})))
    _, notices = make_request(Ask("A robot, a DRAGON and a dragon", negative_prompt="fog"), LIMNER, knows)
    assert [(notice.param, notice.message) for notice in notices] == [
        ("prompt", "Puppet does not know these words and passes over them: dragon, and."),
        ("negative_prompt", "Puppet does not know these words and passes over them: fog."),
    ]
    assert make_request(Ask("a robot, robots"), LIMNER, knows)[1] == []


def test_the_end_of_a_prompt_that_the_model_does_not_get_to_is_told(model: Model) -> None:
    able = replace(model.capabilities, vocabulary=frozenset({"a", "red", "robot", "house"}), max_words=4)
    knows = replace(model, capabilities=able)
    _, notices = make_request(Ask("A red robot, a house and a robot"), LIMNER, knows)
    assert [notice.message for notice in notices] == [
        "Puppet does not know these words and passes over them: and.",
        "Puppet reads no more than 4 words and marks that it knows, and does not get to: a house a robot.",
    ]
    assert make_request(Ask("a red robot house"), LIMNER, knows)[1] == []


def test_a_negative_prompt_that_the_model_cannot_take_is_passed_over_and_told(model: Model) -> None:
    deaf = replace(model, capabilities=replace(model.capabilities, negative_prompt=False))
    request, notices = make_request(Ask("a robot", negative_prompt="fog"), LIMNER, deaf)
    assert request.negative_prompt == ""
    assert [notice.param for notice in notices] == ["negative_prompt"]


def test_two_choices_are_listed_without_a_comma() -> None:
    with pytest.raises(InvalidRequest, match=r"Supported values are: 'auto' and 'low'\."):
        check_choice("moderation", "high", ("auto", "low"), default="auto")


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.text(st.characters(categories=["Cs", "Cc"]), max_size=5),
    st.sampled_from(
        ["1024x1024", "auto", "png", "a robot", "x" * 100_000, 10**5000, -(10**5000), [], {}, [1], MISSING]
    ),
)


CHECKED = ("options", "task", "images", "mask")
"""What the API has already looked at."""
asks = st.builds(Ask, **{name: anything for name in Ask.__slots__ if name not in CHECKED})


@given(asks, st.sampled_from(DIALECTS))
def test_whatever_comes_is_a_request_or_an_error_that_names_its_field(ask: Ask, dialect: Dialect) -> None:
    fault = None
    try:
        request, notices = make_request(ask, dialect, puppet(vocabulary=frozenset({"a"})))
    except InvalidRequest as error:
        fault = error
    if fault is not None:
        assert fault.param in {*Ask.__slots__}
        assert fault.status == 400
        assert len(fault.message) < 400
        fault.message.encode()
        assert "\0" not in fault.message
        return
    stored = json.dumps(request.to_json()).encode()
    assert DrawRequest.from_json(json.loads(stored)) == request
    for notice in notices:
        notice.message.encode()
