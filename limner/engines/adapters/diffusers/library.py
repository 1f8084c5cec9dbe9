"""The libraries themselves: imported late, kept quiet, and told where to compute and how exactly."""

from __future__ import annotations

from types import ModuleType
from typing import Any


def load_library() -> tuple[ModuleType, ModuleType]:
    """`torch` and `diffusers`. Takes seconds and hundreds of megabytes: only for a process that draws. Raises
    ModuleNotFoundError."""
    import diffusers
    import torch
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
    return torch, diffusers


def device_of(torch: ModuleType) -> str:
    """The best that this machine has. ROCm calls its devices cuda too."""
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    return "cpu"


def precision_of(torch: ModuleType, device: str) -> Any:
    """The type of the numbers: halves where the device computes them faster, which a CPU without AMX does not."""
    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    if device == "mps":
        return torch.float16
    return torch.bfloat16 if torch.cpu.get_capabilities().get("amx_bf16") else torch.float32
