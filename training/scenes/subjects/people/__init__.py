"""People, and those who nearly are: their colour is that of what they wear."""

from . import children, odd, tales

__all__ = ["children", "odd", "tales"]
