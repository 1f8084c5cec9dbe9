"""How a picture was made, read back from its file, whichever of the usual programs wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from limner.errors import say
from limner.provenance import comfyui, foreign
from limner.provenance.infotext import facts_in
from limner.provenance.mark import read
from limner.provenance.record import Provenance
from limner.provenance.texts import PARAMETERS, texts_in
from limner.provenance.values import decimal, file_name, json_of, whole, words

LIMNER = "Limner"
A1111 = "AUTOMATIC1111"
# Spaces are begun with only where they begin: tried from each of them, a long run takes the square of its length.
_MARKED = re.compile(r"(?<!\s)\s*<(?:lora|lyco|hypernet):([^:<>]{1,80})[^<>]{0,80}>")
_BEYOND = {
    "Hires upscale": say("enlarging while drawing"),
    "Refiner": say("a refiner"),
    "ControlNet 0": "ControlNet",
    "ADetailer model": "ADetailer",
    "Clip skip": say("clip skip"),
}
"""What AUTOMATIC1111's programs name and Limner has nothing like."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says."""

    made: Provenance
    program: str
    beyond: tuple[str, ...] = ()
    """What else was at work, that no `Provenance` holds, by name."""


def settings_in(file: bytes) -> Reading | None:
    """How the picture was made; None where the file does not say. Never raises, whatever the file is."""
    made = read(file)
    if made is not None and made.software.startswith(LIMNER):
        return Reading(made, LIMNER)
    texts = texts_in(file)
    found = _foreign(texts)
    if found is None and made is not None and made.prompt:
        return Reading(replace(made, sampler=made.sampler[:80]), made.software[:80])
    return found


def _foreign(texts: dict[str, str]) -> Reading | None:
    parameters = texts.get(PARAMETERS, "")
    if said := json_of(texts.get("invokeai_metadata", "")):
        return _reading(*foreign.invokeai(said))
    if said := json_of(texts.get("sd-metadata", "")):
        return _reading(*foreign.invokeai_before_3(said))
    if (said := json_of(parameters)) and foreign.is_fooocus(said):
        return _reading(*foreign.fooocus(said))
    if (said_by_graph := comfyui.settings_of(texts)) is not None:
        return _reading(*said_by_graph)
    return _a1111(parameters)


def _a1111(parameters: str) -> Reading | None:
    """A text without its last line of facts may be anything: it is not taken for settings."""
    facts = facts_in(parameters)
    if not {"Steps", "Seed"} & facts.keys():
        return None
    sampled = " ".join(filter(None, (facts.get("Sampler"), facts.get("Schedule type"))))
    made = Provenance(
        prompt=words(facts["Prompt"]),
        negative_prompt=words(facts["Negative prompt"]),
        model=file_name(facts.get("Model")),
        seed=whole(facts.get("Seed")),
        steps=whole(facts.get("Steps")),
        guidance=decimal(facts.get("CFG scale")),
        width=whole(facts.get("Size-1")),
        height=whole(facts.get("Size-2")),
        sampler=sampled[:80],
        model_hash=facts.get("Model hash", "")[:64],
        strength=None if "Hires upscale" in facts else decimal(facts.get("Denoising strength")),
        software=A1111,
    )
    if "Fooocus" in facts.get("Version", ""):
        made = replace(made, software="Fooocus")
    return _reading(made, [said for name, said in _BEYOND.items() if name in facts])


def _reading(made: Provenance, beyond: list[str]) -> Reading | None:
    """LoRAs that are named in the prompt are no words for a model. Where nothing was understood, nothing was said."""
    marked = [f"LoRA {name.strip()}" for name in _MARKED.findall(made.prompt)[: foreign.MOST_NAMED]]
    made = replace(made, prompt=_MARKED.sub("", made.prompt).strip())
    if not made.prompt and made.seed is None and made.steps is None:
        return None
    return Reading(made, made.software, tuple(dict.fromkeys([*marked, *beyond])))
