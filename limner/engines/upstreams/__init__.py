"""Servers that draw for us: how they are configured, what they offer and what that costs. Pure: no Django, and
nothing is sent but the question which models there are, when somebody asks for it."""

from __future__ import annotations

from limner.engines.families import Family, families, family_of
from limner.engines.upstreams.configured import configure, upstream, upstreams
from limner.engines.upstreams.offering import models_of, models_of_all, start
from limner.engines.upstreams.reading import read
from limner.engines.upstreams.refreshing import models_there, refresh
from limner.engines.upstreams.remembering import remembered
from limner.engines.upstreams.secret import Secret
from limner.engines.upstreams.tables import BadUpstream
from limner.engines.upstreams.upstream import Offered, Upstream

__all__ = [
    "BadUpstream",
    "Family",
    "Offered",
    "Secret",
    "Upstream",
    "configure",
    "families",
    "family_of",
    "models_of",
    "models_of_all",
    "models_there",
    "read",
    "refresh",
    "remembered",
    "start",
    "upstream",
    "upstreams",
]
