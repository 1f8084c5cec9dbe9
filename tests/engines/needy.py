"""An engine whose library is not installed: it finds out when it is built, as real ones do."""

from __future__ import annotations

from importlib import import_module

from limner.engines.catalog import Model


class Needy:
    """Cannot be built."""

    def __init__(self, model: Model) -> None:
        import_module("no_such_library.inner")
