"""Where a model's files are, and whether they are the ones that they should be."""

from limner.engines.weights.checksums import verify
from limner.engines.weights.identity import fingerprint, sampler

__all__ = ["fingerprint", "sampler", "verify"]
