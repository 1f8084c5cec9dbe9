"""What a call cost, from the tokens that the upstream says it used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limner.engines.families import millicredits
from limner.engines.upstreams import Upstream, families, family_of


def cost_of(upstream: Upstream, model: str, usage: Mapping[str, Any]) -> int | None:
    """Millicredits for the tokens of `usage`; None where they or their rates are not known.

    Only of OpenAI itself: another server's prices are not in our list, whatever its model is called.
    """
    family = families().get(family_of(model)) if upstream.kind == "openai" else None
    out = usage.get("output_tokens")
    if family is None or not family.rates or not isinstance(out, int):
        return None
    details = usage.get("input_tokens_details")
    details = details if isinstance(details, Mapping) else {}
    images = _count(details.get("image_tokens"))
    text = _count(details.get("text_tokens")) or max(_count(usage.get("input_tokens")) - images, 0)
    rates = family.rates
    dollars = text * rates["text_in"] + images * rates["image_in"] + _count(out) * rates["image_out"]
    return millicredits(dollars / 1_000_000)


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
