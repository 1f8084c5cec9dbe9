"""Servers that draw for us: how they are configured, what they offer and what that costs. Pure; sends nothing itself
but the question which models there are."""

from __future__ import annotations

from limner.engines.upstreams.configured import configure, upstream, upstreams
from limner.engines.upstreams.secret import Secret
from limner.engines.upstreams.upstream import Offered, Upstream

__all__ = ["Offered", "Secret", "Upstream", "configure", "upstream", "upstreams"]
