"""What a call cost, from the tokens that the upstream says it used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from limner.engines.upstreams import Upstream, family_of


@dataclass(frozen=True, slots=True)
class Rates:
    """Millicredits for a thousand tokens: a hundred times the US dollars for a million."""

    text_in: float
    image_in: float
    image_out: float


_SINCE_2 = Rates(text_in=500.0, image_in=800.0, image_out=3000.0)
"""$5, $8 and $30 a million."""
RATES: Mapping[str, Rates] = {"gpt-image-2": _SINCE_2, "gpt-image-2.5": _SINCE_2, "gpt-image-2.6": _SINCE_2}
"""By family. Sources: `families.toml`."""


def cost_of(upstream: Upstream, model: str, usage: Mapping[str, Any]) -> int | None:
    """Millicredits for the tokens of `usage`; None where they or their rates are not known.

    Only of OpenAI itself: another server's prices are not in our list, whatever its model is called.
    """
    rates = RATES.get(family_of(model)) if upstream.kind == "openai" else None
    out = usage.get("output_tokens")
    if rates is None or not isinstance(out, int):
        return None
    details = usage.get("input_tokens_details")
    details = details if isinstance(details, Mapping) else {}
    images = _count(details.get("image_tokens"))
    text = _count(details.get("text_tokens")) or max(_count(usage.get("input_tokens")) - images, 0)
    return round((text * rates.text_in + images * rates.image_in + _count(out) * rates.image_out) / 1000)


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
