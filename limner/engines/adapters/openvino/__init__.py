"""Local models on the CPU by OpenVINO GenAI."""

from limner.engines.adapters.openvino.engine import OpenVinoEngine

__all__ = ["OpenVinoEngine"]
