"""Servers that speak OpenAI's Images API, drawn with by OpenAI's own library."""

from limner.engines.adapters.openai.engine import OpenAiEngine

__all__ = ["OpenAiEngine"]
