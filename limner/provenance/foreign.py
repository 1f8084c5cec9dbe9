"""What InvokeAI and Fooocus write: their settings as one flat JSON object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from limner.errors import say
from limner.provenance.record import Provenance
from limner.provenance.values import decimal, file_name, part, whole, words

MOST_NAMED = 20
# Spaces are begun with only where they begin: tried from each of them, a long run takes the square of its length.
_AVOIDED = re.compile(r"(?<!\s)\s*\[([^\[\]]*)\]")
_USED = {"controlnets": "ControlNet", "ipAdapters": "IP-Adapter", "refiner_model": say("a refiner")}


def invokeai(found: dict[str, Any]) -> tuple[Provenance, list[str]]:
    """`invokeai_metadata`, as InvokeAI writes since version 3."""
    model = part(found, "model")
    made = Provenance(
        prompt=words(found.get("positive_prompt")),
        negative_prompt=words(found.get("negative_prompt")),
        model=words(model.get("name")) or words(model.get("model_name")),
        seed=whole(found.get("seed")),
        steps=whole(found.get("steps")),
        guidance=decimal(found.get("cfg_scale")),
        width=whole(found.get("width")),
        height=whole(found.get("height")),
        sampler=words(found.get("scheduler"))[:80],
        strength=_strength(found.get("strength")),
        software="InvokeAI",
    )
    return made, [*_loras(found.get("loras")), *(title for name, title in _USED.items() if found.get(name))]


def invokeai_before_3(found: dict[str, Any]) -> tuple[Provenance, list[str]]:
    """`sd-metadata`. What to avoid stands in the prompt, in square brackets."""
    image = part(found, "image")
    given = image.get("prompt")
    if isinstance(given, list):
        given = ", ".join(words(piece.get("prompt")) for piece in given[:MOST_NAMED] if isinstance(piece, dict))
    text = words(given)
    avoided = [piece.strip() for piece in _AVOIDED.findall(text)]
    made = Provenance(
        prompt=_AVOIDED.sub("", text).strip(),
        negative_prompt=", ".join(filter(None, avoided)),
        model=words(found.get("model_weights")),
        seed=whole(image.get("seed")),
        steps=whole(image.get("steps")),
        guidance=decimal(image.get("cfg_scale")),
        width=whole(image.get("width")),
        height=whole(image.get("height")),
        sampler=words(image.get("sampler"))[:80],
        strength=_strength(image.get("strength")) if image.get("type") == "img2img" else None,
        software="InvokeAI",
    )
    return made, []


def fooocus(found: dict[str, Any]) -> tuple[Provenance, list[str]]:
    """Fooocus's own scheme."""
    sides = re.findall(r"[0-9]{1,5}", words(found.get("resolution"))[:40])
    width, height = sides if len(sides) == 2 else (None, None)
    sampled = " ".join(filter(None, (words(found.get("sampler")), words(found.get("scheduler")))))
    made = Provenance(
        prompt=words(found.get("prompt")),
        negative_prompt=words(found.get("negative_prompt")),
        model=file_name(found.get("base_model")),
        seed=whole(found.get("seed")),
        steps=whole(found.get("steps")),
        guidance=decimal(found.get("guidance_scale")),
        width=whole(width),
        height=whole(height),
        sampler=sampled[:80],
        model_hash=words(found.get("base_model_hash"))[:64],
        software="Fooocus",
    )
    styles = re.findall(r"'([^']{1,60})'", words(found.get("styles"))[:4000])[:MOST_NAMED]
    refiner = file_name(found.get("refiner_model"))
    more = [say("refiner {name}", name=refiner)] if refiner and refiner != "None" else []
    return made, [*(say("style {name}", name=name) for name in styles), *_loras(found.get("loras")), *more]


def is_fooocus(found: dict[str, Any]) -> bool:
    """Their keys: others write JSON too."""
    return "base_model" in found and ("metadata_scheme" in found or "guidance_scale" in found)


def _strength(value: Any) -> float | None:
    strength = decimal(value)
    return strength if strength is not None and 0 <= strength <= 1 else None


def _loras(given: Any) -> Iterator[str]:
    """`[{"model": {"name": …}}]`, or `[[name, weight, hash]]`."""
    for one in given[:MOST_NAMED] if isinstance(given, list) else ():
        if isinstance(one, list | tuple) and one:
            name = file_name(one[0])
        else:
            model = part(one, "model") or part(one, "lora")
            name = words(model.get("name")) or words(model.get("model_name"))
        if name:
            yield f"LoRA {name[:80]}"
