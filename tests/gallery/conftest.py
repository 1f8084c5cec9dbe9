from __future__ import annotations

from tests.storage.kept import pictures

__all__ = ["pictures"]
