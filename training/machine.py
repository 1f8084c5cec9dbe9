"""The machine a run is on: its device, and how numbers are kept there."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor


def device() -> torch.device:
    """The best device here."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def prepare(seed: int, threads: int | None = None) -> torch.device:
    """Seed the generators, use every core or so many threads, and return the device."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads or os.cpu_count() or 2)
    torch.backends.cuda.matmul.allow_tf32 = True
    return device()


def half(where: torch.device) -> torch.autocast:
    """Work in bfloat16 inside."""
    return torch.autocast(where.type, torch.bfloat16)


def tensor_of_pictures(pictures: list, where: torch.device) -> Tensor:  # type: ignore[type-arg]
    """Stack ``uint8`` pictures into one tensor in -1..1, channels first."""
    import numpy as np

    stacked = torch.from_numpy(np.stack(pictures)).to(where)
    return stacked.permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def follow(pairs: list[tuple[Tensor, Tensor]], step: int, most: float) -> None:
    """Move averaged weights (the first of each pair) a little towards the model's."""
    share = 1.0 - min(most, (step + 1) / (step + 20))
    torch._foreach_lerp_([average for average, _ in pairs], [weight for _, weight in pairs], share)


def keep(path: Path, state: Any) -> None:
    """Save a run's state; whoever reads meets the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")  # not with_suffix: a crew's workers keep files of one stem at one time
    torch.save(state, part)
    part.replace(path)


def tell(path: Path, text: str) -> None:
    """Print a line of a part's log and add it to the file beside ``path``; workers of a crew can do it too."""
    print(text, flush=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".log").open("a", encoding="utf-8") as log:
        log.write(f"{text}\n")
