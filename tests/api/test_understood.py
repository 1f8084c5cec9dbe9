"""Any JSON object is a wish, or an error that names its field: leniently and strictly alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from limner.api.errors import ApiError, enveloped
from limner.api.openai.asking import understood
from limner.api.openai.parameters import PARAMETERS, table_of
from limner.engines.contract import Task
from limner.engines.families import families
from limner.errors import InvalidRequest

NAMES = [*(parameter.name for parameter in PARAMETERS), "guidance_scale", "width", "images", "sparkle", "\ud800"]
MODELS = [*(name for family in families().values() for name in family.names), "storybook", "unicorn-9", ""]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(["auto", "1024x1024", "transparent", "jpeg", "low", "hd", "b64_json", "a robot", *MODELS]),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.text(max_size=5), SCALARS, max_size=2))
BODIES = st.builds(
    lambda body, model: {**body, **model},
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6),
    st.sampled_from([{}, {"prompt": "a robot"}, *({"prompt": "a robot", "model": name} for name in MODELS)]),
)


@pytest.mark.parametrize("strict", [False, True])
@given(body=BODIES)
def test_whatever_comes_is_a_wish_or_an_error_that_names_its_field(strict: bool, body: dict[str, Any]) -> None:
    fault, wish = None, None
    with override_settings(LIMNER_API_STRICT=strict):
        try:
            wish = understood(body)
        except (InvalidRequest, ApiError) as error:
            fault = error
    if fault is not None:
        assert fault.status == 400
        said = enveloped(fault)["error"]
        assert said["message"]
        assert said["param"] is None or said["param"] in {*body, "model", "prompt", "guidance"}
        return
    assert wish is not None
    assert wish.request.prompt
    assert wish.request.n >= 1
    assert not strict or (wish.base64 and body["model"])


def test_a_table_is_every_parameter_and_strictly_those_of_the_name() -> None:
    lenient = {parameter.name for parameter in table_of("dall-e-2", Task.CREATE)}
    assert {"style", "seed", "background", "complexity"} <= lenient
    assert "image" not in lenient
    for name, family in families().items():
        if not name.startswith("gpt-image"):
            continue
        strictly = {parameter.name for parameter in table_of(name, Task.EDIT, strict=True)}
        assert {"model", "prompt", "image", "mask", "stream", "background"} <= strictly
        assert ("input_fidelity" in strictly) is ("input_fidelity" in family.options)
        assert not {"style", "response_format", "seed", "steps"} & strictly
