"""Limner: words in, pictures out, on your own machine."""

__version__ = "0.1.0"
