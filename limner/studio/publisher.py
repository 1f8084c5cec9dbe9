"""Whether pictures can be made public here, and by which verb of the gallery."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from importlib import import_module
from uuid import UUID

from limner.accounts.models import Account

Publish = Callable[[Account, UUID], object]


def publisher() -> Publish | None:
    """The verb of the gallery that makes a picture public; None where this Limner has none."""
    name = "limner.gallery.publishing"
    if importlib.util.find_spec(name) is None:
        return None
    publish: Publish = import_module(name).publish
    return publish
