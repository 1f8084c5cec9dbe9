"""The library itself: imported late, kept quiet, and given one thread."""

from __future__ import annotations

from types import ModuleType


def load_library() -> tuple[ModuleType, ModuleType]:
    """`torch` and `transformers`. Takes seconds and hundreds of megabytes: only for a process that writes. Raises
    ModuleNotFoundError."""
    import torch
    import transformers

    # Words come faster than anybody reads, and pictures that are drawn meanwhile need the rest.
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return torch, transformers
