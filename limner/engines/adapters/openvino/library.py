"""The library itself: imported late, kept from calling home, and told how to use this machine."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def load_library() -> tuple[ModuleType, ModuleType]:
    """`openvino` and `openvino_genai`. Takes half a second and tens of megabytes: only for a process that draws."""
    # Importing openvino sends an "import" event to its makers where this package is found; without it, it uses a
    # stub of its own. Nothing calls home.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino
    import openvino_genai

    return openvino, openvino_genai


def properties(openvino: ModuleType) -> dict[str, Any]:
    """How a model is compiled: for one picture at a time, on the threads we may use, in bf16 where the CPU has it."""
    chosen: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": "1",
        "INFERENCE_NUM_THREADS": threads(),
    }
    if "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        chosen["INFERENCE_PRECISION_HINT"] = "bf16"
    return chosen


def threads() -> int:
    """The processors this process may use: OpenVINO sees a container's machine, not the container's share of it."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _CGROUP_QUOTA.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return allowed
    return allowed if quota == "max" else max(1, min(allowed, math.ceil(int(quota) / int(period))))
