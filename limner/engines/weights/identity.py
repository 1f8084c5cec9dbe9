"""Which model's files these are, and how they sample: what a picture's file says of the model that drew it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from limner.engines.weights.checksums import SUMS

_SAMPLERS = {
    "DDIMScheduler": "DDIM",
    "DPMSolverMultistepScheduler": "DPM++ 2M",
    "EulerAncestralDiscreteScheduler": "Euler a",
    "EulerDiscreteScheduler": "Euler",
    "FlowMatchEulerDiscreteScheduler": "Euler",
    "HeunDiscreteScheduler": "Heun",
    "LCMScheduler": "LCM",
    "LMSDiscreteScheduler": "LMS",
    "PNDMScheduler": "PLMS",
    "UniPCMultistepScheduler": "UniPC",
}
"""diffusers' names for samplers, as AUTOMATIC1111's programs have them."""


def fingerprint(folder: Path | None) -> str:
    """SHA-256 of the folder's list of checksums, which stands for every byte of the model; "" where there is none."""
    if folder is None:
        return ""
    try:
        return hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()
    except OSError:
        return ""


def sampler(folder: Path | None) -> str:
    """How the model in `folder` samples, by AUTOMATIC1111's name for it; "" where that is not known."""
    if folder is None:
        return ""
    try:
        said = json.loads((folder / "scheduler" / "scheduler_config.json").read_text(encoding="utf-8"))
        name = str(said["_class_name"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return _SAMPLERS.get(name, name.removesuffix("Scheduler"))
