"""The `parameters` text that AUTOMATIC1111's programs look for in a PNG."""

from __future__ import annotations

from limner.provenance.record import Provenance
from limner.provenance.xmp import printable


def infotext(made: Provenance) -> str:
    """Prompt, negative prompt and a last line of `Steps: …, Seed: …`, as those programs parse it."""
    lines = [printable(made.prompt)]
    if made.negative_prompt:
        lines.append(f"Negative prompt: {printable(made.negative_prompt)}")
    facts = {
        "Steps": made.steps,
        "CFG scale": None if made.guidance is None else f"{made.guidance:g}",
        "Seed": made.seed,
        "Size": f"{made.width}x{made.height}" if made.width and made.height else None,
        "Model": _value(made.model) or None,
        "Version": _value(made.software) or None,
    }
    lines.append(", ".join(f"{name}: {value}" for name, value in facts.items() if value is not None))
    return "\n".join(lines)


def _value(text: str) -> str:
    """A value that a comma or a colon would break is quoted, as they quote it."""
    text = " ".join(printable(text).split())
    if "," in text or ":" in text:
        text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text
