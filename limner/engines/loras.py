"""LoRAs: small changes to a model's networks, in files of their own. A prompt asks for them as it does in
AUTOMATIC1111's programs: `<lora:NAME:0.8>`, or `<lora:NAME>` for all of it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from limner.errors import InvalidRequest, say

if TYPE_CHECKING:
    from limner.engines.catalog import Model

FOLDER = "loras"
"""In `models` in Limner's home: one file each."""
MOST = 10.0
"""The largest weight, either way."""
_ENDING = ".safetensors"
_OPENING = "<lora:"
# No part of it can match the same characters as the part before: whatever the text, it is read once.
_TAG = re.compile(r"<lora:([^:<>]+)(?::([-+]?(?:\d+(?:\.\d*)?|\.\d+)))?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lora:
    """One that a prompt asks for: the name of its file, and how much of it."""

    name: str
    weight: float = 1.0


def parted(prompt: str) -> tuple[str, tuple[Lora, ...]]:
    """The words of a prompt that are the model's, and the LoRAs it asks for: of one that is named twice, the last."""
    if _OPENING not in prompt.lower():
        return prompt, ()
    found, words, after = dict[str, float](), list[str](), 0
    for match in _TAG.finditer(prompt):
        found[match[1].strip()] = float(match[2] or 1)
        words.append(prompt[after : match.start()].rstrip())
        after = match.end()
    words.append(prompt[after:])
    return "".join(words).strip() if found else prompt, tuple(Lora(*each) for each in found.items())


def there(folder: Path | None) -> dict[str, Path]:
    """The files in `folder` by name. What is asked for is looked up here, and never made a path."""
    try:
        names = sorted(os.listdir(folder)) if folder else []
    except OSError:
        return {}
    return {
        name.removesuffix(_ENDING): folder / name
        for name in names
        if folder and name.endswith(_ENDING) and not name.startswith(".") and (folder / name).is_file()
    }


def refuse_unknown(prompt: str, model: Model) -> None:
    """Raise InvalidRequest where a prompt asks for what `model` cannot be given. An upstream gets the text as it is:
    what it makes of it is its own affair."""
    if model.upstream or _OPENING not in prompt.lower():
        return
    words, asked = parted(prompt)
    if model.loras is None:
        message = say("Invalid 'prompt': {model} takes no LoRAs. Take '<lora:…>' out of it, or choose another model.",
                      model=model.title)  # fmt: skip
        raise InvalidRequest(message, param="prompt")
    if _OPENING in words.lower() or any(abs(one.weight) > MOST for one in asked):
        message = say("Invalid 'prompt': a LoRA is asked for as <lora:NAME:0.8>, with a weight of at most {most}.",
                      most=f"{MOST:g}")  # fmt: skip
        raise InvalidRequest(message, param="prompt")
    here = there(model.loras)
    if missing := next((one.name for one in asked if one.name not in here), None):
        known = ", ".join(f"'{name}'" for name in here) or say("none")
        message = say("Invalid 'prompt': there is no LoRA '{name}' here as {ending}. Here are: {known}.",
                      name=missing[:100], ending=_ENDING, known=known)  # fmt: skip
        raise InvalidRequest(message, param="prompt")
