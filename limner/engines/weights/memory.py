"""What a model's weights take in memory, told by the first bytes of its files: nothing is loaded."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

HALF = re.compile(r"\.fp16[.-]")
"""In the name of a file whose numbers take half of the usual."""
_DTYPE = re.compile(rb'"dtype"\s*:\s*"([A-Z]+)(\d+)')
_HEADER = 65536
"""Bytes of a safetensors file that say of which type its first numbers are."""
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
    return sum(path.stat().st_size * _bits() // _bits_in(path) for path in files)


def _bits_in(path: Path) -> int:
    with path.open("rb") as file:
        said = _DTYPE.search(file.read(_HEADER))
    return int(said[2]) if said and int(said[2]) in {8, 16, 32, 64} else _bits()


@cache
def _bits() -> int:
    """As the diffusers adapter chooses them; without torch, which takes seconds to ask."""
    if sys.platform == "darwin" or any(Path(gpu).exists() for gpu in _GPUS):
        return 16
    try:
        return 16 if "amx_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace") else 32
    except OSError:
        return 32
