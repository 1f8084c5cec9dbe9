"""The library itself: imported late, kept from calling home, and told how to use this machine."""

from __future__ import annotations

import ctypes
import math
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_MAPS = Path("/proc/self/maps")
_DONT_NEED = 4
_CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def load_library() -> tuple[ModuleType, ModuleType]:
    """`openvino` and `openvino_genai`. Takes half a second and tens of megabytes: only for a process that draws."""
    openvino = load_openvino()
    import openvino_genai

    return openvino, openvino_genai


def load_openvino() -> ModuleType:
    """`openvino` alone, which reads and runs any network."""
    # Importing openvino sends an "import" event to its makers where this package is found; without it, it uses a
    # stub of its own. Nothing calls home.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    # Its converter of other formats costs 8 MB and a tenth of a second, and drawing needs none: openvino goes on
    # without one that it does not find.
    unwanted = "openvino.tools" not in sys.modules
    if unwanted:
        sys.modules["openvino.tools"] = None  # type: ignore[assignment]
    try:
        import openvino
    finally:
        if unwanted:
            del sys.modules["openvino.tools"]

    library: ModuleType = openvino
    return library


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


def give_back_files(folder: Path) -> None:
    """Let go of the pages of the weights' files, 15 MB: compiling read them, drawing works on what it made of them.

    Where one is wanted once more the kernel reads it again. Elsewhere than on Linux this does nothing.
    """
    try:
        maps = _MAPS.read_text(encoding="utf-8").splitlines()
        advise = ctypes.CDLL(None, use_errno=True).madvise
    except (OSError, AttributeError, UnicodeDecodeError):
        return
    advise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for line in maps:
        addresses, rights, *_, name = line.split(None, 5)
        # Only what nobody can have written to: a page that differs from its file would be lost.
        if rights.startswith("r--") and name.startswith(f"{folder.resolve()}/") and name.endswith(".bin"):
            begin, end = (int(address, 16) for address in addresses.split("-"))
            advise(begin, end - begin, _DONT_NEED)


def threads() -> int:
    """The processors this process may use: OpenVINO sees a container's machine, not the container's share of it."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _CGROUP_QUOTA.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return allowed
    return allowed if quota == "max" else max(1, min(allowed, math.ceil(int(quota) / int(period))))
