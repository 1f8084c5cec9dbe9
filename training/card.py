"""The model card: what a model draws, how well, and how it was made, filled in from the recipe and the run."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import torch

from .recipe import Recipe

MACHINE = "machine.txt"
"""A file in the run's folder that says in words what the run was made on."""

TITLES = {
    "autoencoder": "autoencoder",
    "denoiser": "denoiser and text encoder",
    "polish": "decoder again, latents fixed and made noisy",
    "probe": "probe",
}


def table(scores: dict[str, Any]) -> str:
    """Scores as a Markdown table."""
    count = scores["compositions"]
    lines = [
        f"| on {count:,} compositions it never met in training | this model | drawn scenes (the probe's own limit) |",
        "|---|---|---|",
        *(f"| {name} | {part:.1%} | {scores['truth'][name]:.1%} |" for name, part in scores["model"].items()),
        "",
        "| | |",
        "|---|---|",
        f"| kernel distance to drawn scenes of the same prompts (probe's features) | {scores['kid']:.4f} |",
        f"| autoencoder, PSNR on {scores['psnr_pictures']} scenes | {scores['psnr']:.1f} dB |",
        f"| one 512x512 picture | {scores['seconds']:.2f} s |",
        f"| loading | {scores['load_seconds']:.2f} s |",
    ]
    return "\n".join(lines)


def _lists(recipe: Recipe) -> dict[str, str]:
    world = recipe.world
    parts = {
        "subject": world.subjects,
        "colour": world.colours,
        "place": world.places,
        "time": world.times,
        "style": world.styles,
    }
    facts = {f"{name}s": ", ".join(part) for name, part in parts.items()}
    facts |= {f"{name}_count": str(len(part)) for name, part in parts.items()}
    missing = {
        "two different things in one picture, ": not world.relations,
        "sizes (small, huge), ": len(world.sizes) == 1,
        "more than three of a thing, ": max(world.counts) == 3,
        "people, ": "girl" not in world.subjects,
    }
    return {
        **facts,
        "counts": f"{min(world.counts)} to {max(world.counts)}",
        "held": ", ".join(world.held),
        "frames": ", ".join(recipe.frames),
        "cannot": "".join(text for text, absent in missing.items() if absent),
    }


def _trained(folder: Path) -> dict[str, str]:
    """What a model's card says of how its parts were trained: the lines' ends by their titles."""
    said = (folder / "card.md").read_text(encoding="utf-8") if (folder / "card.md").exists() else ""
    return dict(re.findall(r"^\| ([^|]+) \| (\d+ \| [\d,]+ \| [\d,]+) \|$", said, re.MULTILINE))


def trained(folder: Path, part: str) -> tuple[float, int]:
    """Minutes and steps that a part was trained for, by a model's card."""
    minutes, steps, _ = _trained(folder)[TITLES[part]].split(" | ")
    return float(minutes), int(steps.replace(",", ""))


def _parts(recipe: Recipe, run: Path, folder: Path) -> str:
    """How each part was trained, by the run's files; of parts that it has no file of, by the card so far."""
    batches = {
        "autoencoder": recipe.autoencoder.batch,
        "denoiser": recipe.denoiser.batch,
        "polish": recipe.polish.batch,
        "probe": recipe.probe.batch,
    }
    told = _trained(folder)
    for name, batch in batches.items():
        if (path := run / f"{name}.pt").exists():
            saved = torch.load(path, map_location="cpu", weights_only=True)
            told[TITLES[name]] = f"{saved['minutes']:.0f} | {saved['step']:,} | {saved['step'] * batch:,}"
    return "\n".join(f"| {title} | {told[title]} |" for title in TITLES.values() if title in told)


def text(recipe: Recipe, run: Path, folder: Path) -> str:
    """The card of the model in ``folder``, made or changed by a run."""
    card = (Path(__file__).parent / "card.md").read_text(encoding="utf-8")
    scores, machine = run / "scores.json", run / MACHINE
    plan = recipe.denoiser
    facts = {
        **_lists(recipe),
        "recipe": recipe.name,
        "scores": table(json.loads(scores.read_text(encoding="utf-8"))) if scores.exists() else "Not scored yet.",
        "machine": machine.read_text(encoding="utf-8").strip() if machine.exists() else "",
        "parts": _parts(recipe, run, folder),
        "text_layers": str(plan.text_layers),
        "text_width": str(plan.text_width),
        "blocks": str(plan.blocks),
        "width": str(plan.width),
        "latent": str(recipe.autoencoder.latent),
    }
    for key, value in facts.items():
        card = card.replace(f"{{{key}}}", value)
    return card


def write(recipe: Recipe, run: Path, folder: Path) -> None:
    """Write a model's card, and the checksums of the other files anew."""
    (folder / "card.md").write_text(text(recipe, run, folder), encoding="utf-8")
    seal(folder)


def seal(folder: Path) -> None:
    """Write the checksums of a model's files; not the card's, in which a word may be mended."""
    unsealed = {folder / "SHA256SUMS", folder / "card.md"}
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path not in unsealed)
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}" for path in files
    ]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")
