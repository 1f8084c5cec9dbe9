"""The `parameters` text that AUTOMATIC1111's programs look for in a PNG: written, and read whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator

from limner.provenance.record import Provenance
from limner.provenance.xmp import printable

NEGATIVE = "Negative prompt: "
SHORT_HASH = 10
"""Characters of a model's hash that those programs show, and know it by."""
MAX_TEXT = 200_000
FEWEST_FACTS = 3
"""A last line with fewer is a line of the prompt, as those programs read it."""


def infotext(made: Provenance) -> str:
    """Prompt, negative prompt and a last line of `Steps: …, Seed: …`, as those programs parse it."""
    lines = [printable(made.prompt)]
    if made.negative_prompt:
        lines.append(NEGATIVE + printable(made.negative_prompt))
    facts = {
        "Steps": made.steps,
        "Sampler": _value(made.sampler) or None,
        "CFG scale": None if made.guidance is None else f"{made.guidance:g}",
        "Seed": made.seed,
        "Size": f"{made.width}x{made.height}" if made.width and made.height else None,
        "Model hash": _value(made.model_hash[:SHORT_HASH]) or None,
        "Model": _value(made.model) or None,
        "Denoising strength": None if made.strength is None else f"{made.strength:g}",
        "Postprocess upscaler": _value(made.upscaler) or None,
        "Version": _value(made.software) or None,
    }
    lines.append(", ".join(f"{name}: {value}" for name, value in facts.items() if value is not None))
    return "\n".join(lines)


def facts_in(text: str) -> dict[str, str]:
    """What such a text says, by the names in it; `Prompt` and `Negative prompt` are always among them.

    `Size` is told once more as `Size-1` and `Size-2`. Never raises, whatever the text is.
    """
    *lines, last = printable(text[:MAX_TEXT]).strip().split("\n")
    found = dict(_facts(last))
    if len(found) < FEWEST_FACTS:
        lines.append(last)
        found = {}
    begins = next((place for place, line in enumerate(lines) if line.startswith(NEGATIVE.rstrip())), len(lines))
    negative = "\n".join(lines[begins:]).removeprefix(NEGATIVE.rstrip()).strip()
    width, by, height = found.get("Size", "").partition("x")
    sides = {"Size-1": width, "Size-2": height} if by and width.isdigit() and height.isdigit() else {}
    return {"Prompt": "\n".join(lines[:begins]).strip(), "Negative prompt": negative, **found, **sides}


def _facts(line: str) -> Iterator[tuple[str, str]]:
    """`Name: value` pairs between commas; a comma in quotes parts nothing."""
    for piece in _pieces(line):
        name, colon, value = piece.partition(":")
        if colon and name.strip():
            yield name.strip(), _unquoted(value.strip())


def _pieces(line: str) -> Iterator[str]:
    begin, quoted, skip = 0, False, False
    for place, letter in enumerate(line):
        if skip:
            skip = False
        elif quoted and letter == "\\":
            skip = True
        elif letter == '"':
            quoted = not quoted
        elif letter == "," and not quoted:
            yield line[begin:place]
            begin = place + 1
    yield line[begin:]


def _value(text: str) -> str:
    """A value that a comma or a colon would break is quoted, as they quote it."""
    text = " ".join(printable(text).split())
    if "," in text or ":" in text:
        text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text


def _unquoted(value: str) -> str:
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
