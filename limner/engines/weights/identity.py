"""Which model's files these are, and how they sample: what a picture's file says of the model that drew it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from limner.engines.schedulers import OPTION, SCHEDULERS
from limner.engines.weights.checksums import NOTE, SUMS

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
    if chosen := SCHEDULERS.get(_said(folder, NOTE, OPTION)):
        return chosen.title
    name = _said(folder, "scheduler/scheduler_config.json", "_class_name")
    return _SAMPLERS.get(name, name.removesuffix("Scheduler"))


def _said(folder: Path, file: str, key: str) -> str:
    try:
        return str(json.loads((folder / file).read_text(encoding="utf-8"))[key])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
