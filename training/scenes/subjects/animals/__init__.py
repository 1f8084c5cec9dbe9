"""Animals of land and air."""

from . import farm, pets, wild, woodland

__all__ = ["farm", "pets", "wild", "woodland"]
