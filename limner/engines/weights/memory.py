"""What a model's weights take in memory, told by the list of tensors in its files: nothing is loaded."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

HALF = re.compile(r"\.fp16[.-]")
"""In the name of a file whose numbers take half of the usual."""
_DTYPE = re.compile(r"[A-Z]+(\d+)")
_LARGEST_HEADER = 100_000_000
"""Bytes, as the library has it."""
_GPUS = ("/dev/nvidia0", "/dev/kfd", "/dev/dxg")


def weights_of(folder: Path, parts: Iterable[str], variant: str | None) -> list[Path]:
    """The files that are loaded: one set, of the parts that are named, however much else lies there."""
    found: list[Path] = []
    for part in sorted(parts):
        files = [path for path in sorted((folder / part).glob("*.safetensors")) if "non_ema" not in path.name]
        halves = [path for path in files if HALF.search(path.name)]
        found += halves if variant and halves else [path for path in files if path not in halves] or files
    return found


def loaded(files: Iterable[Path]) -> int:
    """Bytes that they take where torch computes with them: in 32 bits on a processor without AMX, else in 16."""
    return sum(_loaded(path) for path in files)


def _loaded(path: Path) -> int:
    """By the list of tensors at its beginning; as long as the file is, where that says nothing."""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > min(size, _LARGEST_HEADER):
                return size
            said = json.loads(file.read(length))
        return sum(int(math.prod(one["shape"])) * _bits_of(one["dtype"]) // 8
                   for name, one in said.items() if name != "__metadata__")  # fmt: skip
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError):
        return size


def _bits_of(dtype: str) -> int:
    """Of one number when it is loaded: whole ones stay what they are."""
    if dtype.startswith(("F", "BF")):
        return _bits()
    said = _DTYPE.match(dtype)
    return int(said[1]) if said else 8


@cache
def _bits() -> int:
    """As the diffusers adapter chooses them; without torch, which takes seconds to ask."""
    if sys.platform == "darwin" or any(Path(gpu).exists() for gpu in _GPUS):
        return 16
    try:
        return 16 if "amx_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace") else 32
    except OSError:
        return 32
