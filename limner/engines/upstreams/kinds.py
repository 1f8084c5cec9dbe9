"""What is usual for each kind of server: the presets that a table of upstreams.toml begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GENERATIONS, EDITS, VARIATIONS = "generations", "edits", "variations"
STREAMING, RESPONSE_FORMAT = "streaming", "response_format"
SUPPORTS = (GENERATIONS, EDITS, VARIATIONS, STREAMING, RESPONSE_FORMAT)
EXTRA = ("seed", "steps", "negative_prompt", "guidance")
"""What our own requests know and OpenAI's do not."""

_DIFFUSION = {
    "seed": "seed",
    "steps": "num_inference_steps",
    "negative_prompt": "negative_prompt",
    "guidance": "guidance_scale",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A preset. Whatever a table says itself wins."""

    title: str
    supports: frozenset[str]
    extra: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    key_header: str = "authorization"
    needs_key: bool = False
    costs: bool = True
    """False for servers that people run on machines of their own: a picture there is free unless a price is given."""
    millicredits: int = 1000
    """The price of a picture where nobody says one."""
    concurrency: int = 4
    timeout: float = 600.0
    seconds: float = 15.0
    max_n_a_call: int = 1


KINDS: Mapping[str, Kind] = {
    "openai": Kind(
        "OpenAI",
        frozenset({GENERATIONS, EDITS, STREAMING}),
        url="https://api.openai.com/v1",
        needs_key=True,
        concurrency=8,
        timeout=300.0,
        max_n_a_call=10,
    ),
    "azure": Kind(
        "Azure OpenAI",
        frozenset({GENERATIONS, EDITS, STREAMING}),
        key_header="api-key",
        needs_key=True,
        timeout=300.0,
        max_n_a_call=10,
    ),
    "vllm-omni": Kind(
        "vLLM-Omni",
        frozenset({GENERATIONS, EDITS, RESPONSE_FORMAT}),
        _DIFFUSION,
        costs=False,
        millicredits=0,
        concurrency=2,
    ),
    "sglang": Kind(
        "SGLang Diffusion",
        frozenset({GENERATIONS, EDITS, RESPONSE_FORMAT}),
        _DIFFUSION,
        costs=False,
        millicredits=0,
        concurrency=2,
    ),
    "localai": Kind(
        "LocalAI",
        frozenset({GENERATIONS, RESPONSE_FORMAT}),
        {"seed": "seed", "steps": "step"},
        costs=False,
        millicredits=0,
        concurrency=1,
    ),
    "limner": Kind(
        "Limner",
        frozenset({GENERATIONS, EDITS, VARIATIONS, RESPONSE_FORMAT}),
        {name: name for name in EXTRA},
        max_n_a_call=10,
    ),
    "other": Kind("Another server", frozenset({GENERATIONS, RESPONSE_FORMAT})),
}
