"""The noise a picture begins with: the same for the same seed, on every machine and in every release."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np


def noise(openvino: ModuleType, genai: ModuleType, seed: int) -> Any:
    """A generator for the pipeline.

    GenAI's own TorchGenerator needs torch, and its C++ one promises nothing between platforms. NumPy's RandomState
    is frozen for good.
    """

    class Noise(genai.Generator):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self._state = np.random.RandomState(seed)

        def next(self) -> float:
            return float(self._state.standard_normal())

        def randn_tensor(self, shape: Any) -> Any:
            return openvino.Tensor(self._state.standard_normal(list(shape)).astype(np.float32))

    return Noise()
