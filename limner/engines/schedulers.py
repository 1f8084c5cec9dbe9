"""How a model may be asked to sample: names that people know, and what diffusers has for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

OPTION = "scheduler"
"""The key of `DrawRequest.options`, and of limner.json for what a model is sampled with where nobody says."""
KARRAS = "karras"


@dataclass(frozen=True, slots=True)
class Scheduler:
    """One way of sampling."""

    title: str
    """AUTOMATIC1111's name for it."""
    made_by: str
    """The class in diffusers; it is given what the model's own scheduler knows of the noise."""
    settings: Mapping[str, Any]
    """What it is told beside that."""


_KARRAS = {"use_karras_sigmas": True}
_EVEN = {"use_karras_sigmas": False}
_CHANCE = {"algorithm_type": "sde-dpmsolver++"}
_NO_CHANCE = {"algorithm_type": "dpmsolver++"}

SCHEDULERS: Mapping[str, Scheduler] = MappingProxyType(
    {
        "euler": Scheduler("Euler", "EulerDiscreteScheduler", _EVEN),
        "euler_a": Scheduler("Euler a", "EulerAncestralDiscreteScheduler", {}),
        "heun": Scheduler("Heun", "HeunDiscreteScheduler", _EVEN),
        "ddim": Scheduler("DDIM", "DDIMScheduler", {"clip_sample": False, "set_alpha_to_one": False}),
        "dpmpp_2m": Scheduler("DPM++ 2M", "DPMSolverMultistepScheduler", _EVEN | _NO_CHANCE),
        "dpmpp_2m_karras": Scheduler("DPM++ 2M Karras", "DPMSolverMultistepScheduler", _KARRAS | _NO_CHANCE),
        "dpmpp_2m_sde": Scheduler("DPM++ 2M SDE", "DPMSolverMultistepScheduler", _EVEN | _CHANCE),
        "dpmpp_2m_sde_karras": Scheduler("DPM++ 2M SDE Karras", "DPMSolverMultistepScheduler", _KARRAS | _CHANCE),
        "dpmpp_sde": Scheduler("DPM++ SDE", "DPMSolverSinglestepScheduler", _EVEN | _CHANCE),
        "dpmpp_sde_karras": Scheduler("DPM++ SDE Karras", "DPMSolverSinglestepScheduler", _KARRAS | _CHANCE),
        "unipc": Scheduler("UniPC", "UniPCMultistepScheduler", _EVEN),
        "lcm": Scheduler("LCM", "LCMScheduler", {}),
    }
)
"""By the name that a request has for it. Those are left out that need what the extra `diffusers` does not bring."""


def known_as(sampler: str, schedule: str = "") -> str | None:
    """The name in `SCHEDULERS` of what is called so there or by AUTOMATIC1111's programs, which may name the schedule
    apart; None where there is no such."""
    wanted = f"{sampler} {schedule}".strip().casefold()
    return next((name for name, one in SCHEDULERS.items() if wanted in (name, one.title.casefold())), None)
