"""The files of models: whether they are whole."""

from limner.engines.weights.checksums import verify

__all__ = ["verify"]
