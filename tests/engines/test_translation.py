"""What is asked of one model, said in the words of the model that draws; and what cannot be had is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.engines.catalog import Model, model
from limner.engines.contract import Capabilities, DrawRequest, ImageRef, Size, Task
from limner.engines.dialects import dialect_for
from limner.engines.sizes import RULES, native_size
from limner.engines.translation import STYLES, VARIATION
from limner.engines.upstreams import Secret, Upstream, models_of
from limner.engines.validation import MISSING, Ask, make_request
from limner.errors import InvalidRequest
from tests.engines.puppet import puppet

STORYBOOK = model("storybook")
EDITS = frozenset({"generations", "edits"})


def upstream_model(name: str, kind: str = "openai", **more: Any) -> Model:
    return models_of(Upstream(kind, kind, "https://x.org/v1", Secret("k"), supports=EDITS, **more).offering([name]))[
        0
    ]


GPT_IMAGE_2 = upstream_model("gpt-image-2")
GPT_IMAGE_1_5 = upstream_model("gpt-image-1.5")
GPT_IMAGE_2_6 = upstream_model("gpt-image-2.6-flare")
DALL_E_3 = upstream_model("dall-e-3", "azure")
FLUX = upstream_model("flux", "sglang", extra={"seed": "seed", "steps": "num_inference_steps"})
PICTURE = ImageRef("picture", 1536, 1024)
CLEAR = ImageRef("clear", 512, 512, has_alpha=True)


def asked(
    target: Model, name: str | None, prompt: object = "a red boat", **values: Any
) -> tuple[DrawRequest, list[str]]:
    """The request that comes of asking for `name`, and the parameters that a warning was given for."""
    request, notices = make_request(Ask(prompt, **values), dialect_for(name), target)
    return request, [notice.param for notice in notices]


# ---- sizes


@pytest.mark.parametrize(
    ("name", "size", "drawn"),
    [
        ("dall-e-2", "256x256", "816x816"),
        ("dall-e-2", "512x512", "816x816"),
        ("dall-e-2", "1024x1024", "1024x1024"),
        ("dall-e-3", "1792x1024", "1792x1024"),
        ("dall-e-3", "1024x1792", "1024x1792"),
        ("gpt-image-1", "1536x1024", "1536x1024"),
        ("gpt-image-2", "3840x2160", "3840x2160"),
        (None, None, "1024x1024"),
    ],
)
def test_a_size_is_drawn_as_it_is_or_at_the_nearest_legal_one(name: str | None, size: str | None, drawn: str) -> None:
    request, warned = asked(GPT_IMAGE_2, name, size=size)
    assert str(request.size) == (size or "1024x1024")
    assert str(request.draw_size) == drawn
    assert warned == []


def test_a_model_with_a_list_of_sizes_draws_the_nearest_shape_and_says_when_it_is_another() -> None:
    request, warned = asked(GPT_IMAGE_1_5, "dall-e-3", size="1792x1024")
    assert (str(request.size), str(request.draw_size)) == ("1792x1024", "1536x1024")
    assert warned == ["size"]
    assert asked(GPT_IMAGE_1_5, "dall-e-2", size="256x256")[1] == []


@given(st.integers(1, 6000), st.integers(1, 6000))
def test_every_size_has_a_legal_one_of_its_shape(width: int, height: int) -> None:
    rule, size = RULES["gpt-image-2"], Size(width, height)
    drawn = rule.nearest(size)
    assert rule.fault(drawn) is None
    if rule.fault(size) is None:
        assert drawn == size
    elif 1 / 3 <= width / height <= 3:
        assert drawn.width / drawn.height == pytest.approx(width / height, rel=0.011)
        if width <= 2400 and height <= 2400 and size.pixels < 5_000_000:
            assert drawn.width >= width
            assert drawn.height >= height
            assert drawn.pixels <= 1.3 * max(655_360, size.pixels)


def test_free_sizes_may_be_asked_for_by_a_name_of_ones_own() -> None:
    mine = replace(GPT_IMAGE_2, name="mine")
    assert asked(mine, "mine", size="1824x1024")[0].size == Size(1824, 1024)
    with pytest.raises(InvalidRequest, match="divisible by 16"):
        asked(mine, "mine", size="1000x1000")
    with pytest.raises(InvalidRequest, match="Expected WIDTHxHEIGHT"):
        asked(mine, "mine", size="big")


def test_an_edit_without_a_size_has_the_shape_of_its_picture() -> None:
    request, _ = asked(GPT_IMAGE_2, "gpt-image-2", task=Task.EDIT, images=(PICTURE,))
    assert str(request.size) == "1536x1024"
    tall = ImageRef("tall", 1000, 1500)
    assert str(asked(GPT_IMAGE_2, "gpt-image-2", task=Task.EDIT, images=(tall,), size="auto")[0].size) == "1024x1536"
    assert str(asked(GPT_IMAGE_2, "dall-e-2", task=Task.EDIT, images=(tall,))[0].size) == "1024x1024"


def test_a_phone_s_photo_edited_in_auto_is_not_drawn_as_a_poster() -> None:
    photo = ImageRef("photo", 2160, 3840)
    size = asked(GPT_IMAGE_2, "gpt-image-2", task=Task.EDIT, images=(photo,), size="auto")[0].size
    assert str(size) == "1024x1536"


# ---- quality and style


@pytest.mark.parametrize(
    ("target", "name", "quality", "drawn", "warned"),
    [
        (GPT_IMAGE_2, "dall-e-2", None, "low", []),
        (GPT_IMAGE_2, None, None, "low", []),
        (GPT_IMAGE_2, "dall-e-3", None, "medium", []),
        (GPT_IMAGE_2, "dall-e-3", "standard", "medium", []),
        (GPT_IMAGE_2, "dall-e-3", "hd", "high", []),
        (GPT_IMAGE_2, "gpt-image-1", None, "low", []),
        (GPT_IMAGE_2, "gpt-image-1", "medium", "medium", []),
        (GPT_IMAGE_2, "gpt-image-2.5-flare", "max", "high", ["quality"]),
        (GPT_IMAGE_2_6, "gpt-image-2.6-flare", "max", "max", []),
        (GPT_IMAGE_2_6, "gpt-image-2.6-flare", "auto", "low", []),
        (GPT_IMAGE_1_5, "gpt-image-1.5", "auto", "high", []),
        (DALL_E_3, "gpt-image-2", "high", "hd", []),
        (DALL_E_3, "gpt-image-2", "low", "standard", []),
        (DALL_E_3, "gpt-image-2.6-flare", "max", "hd", ["quality"]),
        (upstream_model("painter", "localai"), "gpt-image-2", "high", "auto", ["quality"]),
        (upstream_model("painter", "localai"), "dall-e-3", "standard", "standard", []),
    ],
)
def test_a_quality_is_the_targets_own_word(
    target: Model, name: str | None, quality: str | None, drawn: str, warned: list[str]
) -> None:
    request, said = asked(target, name, quality=quality)
    assert (request.quality, said) == (drawn, warned)


@pytest.mark.parametrize(
    ("name", "quality", "steps"),
    [
        ("gpt-image-2", None, 20),
        ("gpt-image-2", "low", 10),
        ("gpt-image-2", "medium", 20),
        ("dall-e-3", "standard", 20),
        ("dall-e-3", "hd", 30),
        ("gpt-image-2.6-flare", "xhigh", 40),
        ("gpt-image-2.6-flare", "max", 60),
    ],
)
def test_a_quality_is_steps_for_models_that_have_steps(name: str, quality: str | None, steps: int) -> None:
    for target in (STORYBOOK, FLUX):
        request, warned = asked(target, name, quality=quality)
        assert (request.steps, warned) == (steps, [])


def test_a_number_of_steps_decides_against_a_quality() -> None:
    request, warned = asked(STORYBOOK, "gpt-image-2", quality="high", steps=7)
    assert (request.steps, warned) == (7, ["quality"])


def test_a_style_becomes_words_where_the_model_knows_words() -> None:
    for style, words in STYLES.items():
        request, warned = asked(GPT_IMAGE_2, "dall-e-3", style=style)
        assert (request.prompt, warned) == (f"a red boat, {words}", [])
        assert "style" not in request.options


def test_a_style_stays_one_where_the_model_has_styles() -> None:
    request, warned = asked(DALL_E_3, "dall-e-3", style="natural", options={"style": "natural"})
    assert (request.prompt, request.options, warned) == ("a red boat", {"style": "natural"}, [])


def test_a_style_that_the_model_has_no_words_for_is_told() -> None:
    assert asked(STORYBOOK, "dall-e-3", style="natural")[1] == ["style"]
    assert asked(STORYBOOK, "dall-e-3", style="vivid")[1] == [], "it was the usual one"
    assert asked(STORYBOOK, "dall-e-3", style="natural")[0].prompt == "a red boat"


def test_a_prompt_as_long_as_allowed_keeps_its_words_and_loses_its_style() -> None:
    able = replace(GPT_IMAGE_2.capabilities, max_prompt=1000)
    request, warned = asked(replace(GPT_IMAGE_2, capabilities=able), "dall-e-2", "x" * 1000, style="vivid")
    assert (len(request.prompt), warned) == (1000, ["style"])


# ---- tasks and images


def test_a_variation_becomes_an_edit_where_there_are_no_variations() -> None:
    request, warned = asked(GPT_IMAGE_2, "dall-e-2", MISSING, task=Task.VARY, images=(PICTURE,), size="512x512", n=3)
    assert (request.task, request.prompt, request.n, warned) == (Task.EDIT, VARIATION, 3, [])
    assert request.images == (PICTURE,)
    assert str(request.draw_size) == "816x816"


def test_a_variation_stays_one_where_the_model_draws_variations() -> None:
    request, _ = asked(STORYBOOK, "dall-e-2", MISSING, task=Task.VARY, images=(PICTURE,))
    assert (request.task, request.prompt) == (Task.VARY, "")


def test_a_model_that_cannot_do_it_at_all_is_an_error() -> None:
    for task, said in ((Task.EDIT, "edit pictures"), (Task.VARY, "vary pictures")):
        with pytest.raises(InvalidRequest, match=f"does not {said}") as caught:
            asked(DALL_E_3, "dall-e-2", task=task, images=(PICTURE,))
        assert caught.value.param == "model"


def test_an_edit_needs_words_and_a_variation_none() -> None:
    with pytest.raises(InvalidRequest, match="Missing required parameter: 'prompt'"):
        asked(GPT_IMAGE_2, "gpt-image-2", MISSING, task=Task.EDIT, images=(PICTURE,))
    assert asked(GPT_IMAGE_2, "dall-e-2", None, task=Task.VARY, images=(PICTURE,))[0].prompt == VARIATION


def test_the_clear_parts_of_a_picture_are_dall_es_mask() -> None:
    for name in ("dall-e-2", None):
        assert asked(GPT_IMAGE_2, name, task=Task.EDIT, images=(CLEAR,))[0].mask == CLEAR
    assert asked(GPT_IMAGE_2, "gpt-image-2", task=Task.EDIT, images=(CLEAR,))[0].mask is None
    assert asked(GPT_IMAGE_2, "dall-e-2", task=Task.EDIT, images=(CLEAR,), mask=PICTURE)[0].mask == PICTURE
    assert asked(GPT_IMAGE_2, "dall-e-2", task=Task.EDIT, images=(PICTURE,))[0].mask is None


def test_more_images_than_the_model_takes_are_left_out_and_told() -> None:
    many = (PICTURE,) * 16
    assert asked(GPT_IMAGE_2, "gpt-image-2", task=Task.EDIT, images=many)[0].images == many
    request, warned = asked(STORYBOOK, "gpt-image-2", task=Task.EDIT, images=many)
    assert (request.images, warned) == ((PICTURE,), ["image"])


# ---- the rest


def test_a_background_is_kept_where_it_can_be_had_and_told_where_not() -> None:
    assert asked(GPT_IMAGE_1_5, "gpt-image-1", background="transparent")[0].background == "transparent"
    assert asked(STORYBOOK, "gpt-image-1", background="transparent")[0].background == "transparent"
    request, warned = asked(FLUX, "gpt-image-1", background="transparent")
    assert (request.background, warned) == ("auto", ["background"])
    assert asked(FLUX, "gpt-image-1", background="opaque")[1] == []


def test_what_openai_never_had_is_told() -> None:
    values = {"seed": 7, "steps": 30, "guidance": 5.0, "negative_prompt": "fog"}
    request, warned = asked(GPT_IMAGE_2, "gpt-image-2", **values)
    assert warned == ["negative_prompt", "seed", "steps", "guidance"]
    assert (request.negative_prompt, request.steps) == ("", GPT_IMAGE_2.capabilities.default_steps)
    request, warned = asked(FLUX, "flux", **values)
    assert (request.seed, request.steps, warned) == (7, 30, ["negative_prompt", "guidance"])


@pytest.mark.parametrize(
    ("target", "options", "kept", "warned"),
    [
        (GPT_IMAGE_2, {"user": "u", "moderation": "low"}, {"user": "u", "moderation": "low"}, []),
        (GPT_IMAGE_2, {"safety_identifier": "u"}, {"user": "u"}, []),
        (GPT_IMAGE_2_6, {"safety_identifier": "u"}, {"safety_identifier": "u"}, []),
        (GPT_IMAGE_2, {"input_fidelity": "high"}, {}, ["input_fidelity"]),
        (GPT_IMAGE_2, {"input_fidelity": "low"}, {}, []),
        (GPT_IMAGE_1_5, {"input_fidelity": "high"}, {"input_fidelity": "high"}, []),
        (STORYBOOK, {"user": "u", "moderation": "auto", "input_fidelity": "low"}, {}, []),
        (STORYBOOK, {"output_compression": 50, "moderation": "low"}, {"output_compression": 50}, ["moderation"]),
    ],
)
def test_options_reach_only_who_knows_them(
    target: Model, options: dict[str, Any], kept: dict[str, Any], warned: list[str]
) -> None:
    request, said = asked(target, "gpt-image-1", options=options)
    assert (request.options, said) == (kept, warned)


def test_a_prompt_longer_than_an_upstream_takes_is_cut_and_told() -> None:
    request, warned = asked(DALL_E_3, "gpt-image-2", "x" * 5000)
    assert (len(request.prompt), warned) == (4000, ["prompt"])
    assert len(asked(STORYBOOK, "gpt-image-2", "a " * 5000)[0].prompt) == 10_000


def test_what_a_name_asks_of_its_own_model_goes_through_unchanged() -> None:
    values: dict[str, Any] = {"size": "2048x1152", "quality": "high", "background": "opaque", "n": 4}
    request, warned = asked(GPT_IMAGE_2, "gpt-image-2", options={"moderation": "low"}, **values)
    assert warned == []
    assert (str(request.size), request.size) == ("2048x1152", request.draw_size)
    assert (request.quality, request.background, request.n) == ("high", "opaque", 4)
    assert request.options == {"moderation": "low"}
    assert request.prompt == "a red boat"


TARGETS = [STORYBOOK, puppet(), GPT_IMAGE_2, GPT_IMAGE_1_5, GPT_IMAGE_2_6, DALL_E_3, FLUX]
NAMES = [None, "dall-e-2", "dall-e-3", "gpt-image-1", "gpt-image-2", "gpt-image-2.5-flare", "storybook"]


@given(
    target=st.sampled_from(TARGETS),
    name=st.sampled_from(NAMES),
    quality=st.sampled_from([None, *"standard hd low medium high xhigh max auto".split()]),  # noqa: SIM905
    style=st.sampled_from([None, "vivid", "natural"]),
    background=st.sampled_from([None, "transparent", "opaque"]),
    size=st.sampled_from([None, "auto", "256x256", "1024x1024", "1792x1024", "2048x1152"]),
    task=st.sampled_from(list(Task)[:3]),
    images=st.lists(st.sampled_from([PICTURE, CLEAR]), min_size=1, max_size=3).map(tuple),
)
def test_every_old_call_is_drawn_by_every_model_or_refused_with_a_field(
    target: Model, name: str | None, task: Task, images: tuple[ImageRef, ...], **values: Any
) -> None:
    fault = None
    try:
        request, _ = asked(target, name, task=task, images=images if task is not Task.CREATE else (), **values)
    except InvalidRequest as error:
        fault = error
    if fault is not None:
        assert fault.param in {"size", "quality", "model"}
        return
    able: Capabilities = target.capabilities
    assert request.task in able.tasks
    assert request.draw_size == native_size(request.size, able)
    assert not able.qualities or request.quality in (*able.qualities, "auto")
    assert able.min_steps <= request.steps <= able.max_steps
    assert len(request.images) <= max(able.references, 1)
    assert not target.upstream or set(request.options) <= able.options
    assert target.price(request) >= 0
