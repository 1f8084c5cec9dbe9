"""What the doctor asks upstreams, and the ledger about them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from limner.engines.upstreams import Upstream
    from limner.jobs.standing import Known, Standing


def reports() -> list[Standing]:
    """Each configured upstream, asked once, for five seconds at the most."""
    from limner.engines.upstreams import upstreams
    from limner.engines.upstreams.looking import look_at_all

    found = upstreams()
    if not found:
        return []
    seen = asyncio.run(look_at_all(found))
    known = _known(found)
    from limner.jobs.standing import standing

    return [
        standing(one, looked, known.get(one.name), home=settings.LIMNER_HOME)
        for one, looked in zip(found, seen, strict=True)
    ]


def _known(found: tuple[Upstream, ...]) -> dict[str, Known]:
    """Nothing where there is no ledger yet, or none that can be read: the doctor makes none and mends none."""
    import django
    from django.db import Error, connection

    django.setup()
    database = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not Path(database).exists():
        return {}
    from limner.jobs.standing import known_of

    try:
        return known_of(found)
    except Error:
        return {}
    finally:
        connection.close()
