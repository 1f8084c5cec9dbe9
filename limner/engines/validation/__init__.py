"""From an asked-for picture to a `DrawRequest`: every rule of the dialect, with OpenAI's own sentences.

Values come as the caller gave them (decoded JSON, or form text that the API has turned into numbers). The first
fault found is reported, in OpenAI's order: prompt, n, quality, format, size, then the rest. Nothing is stored before
this is done.
"""

from __future__ import annotations

from limner.engines.translation import Notice
from limner.engines.validation.asked import FILE, MISSING, Ask, Missing
from limner.engines.validation.request import BACKGROUNDS, MAX_GUIDANCE, MAX_SEED, OUTPUT_FORMATS, make_request
from limner.engines.validation.sentences import type_name, unsupported_value, wrong_type
from limner.engines.validation.size import check_size
from limner.engines.validation.values import check_choice, check_integer, check_number, check_text

__all__ = [
    "BACKGROUNDS",
    "FILE",
    "MAX_GUIDANCE",
    "MAX_SEED",
    "MISSING",
    "OUTPUT_FORMATS",
    "Ask",
    "Missing",
    "Notice",
    "check_choice",
    "check_integer",
    "check_number",
    "check_size",
    "check_text",
    "make_request",
    "type_name",
    "unsupported_value",
    "wrong_type",
]
