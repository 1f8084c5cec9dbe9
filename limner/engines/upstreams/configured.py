"""The upstreams of this process. The configuration sets them once, at the start; the engine looks its own up."""

from __future__ import annotations

from collections.abc import Iterable

from limner.engines.upstreams.upstream import Upstream
from limner.errors import NotConfigured

_configured: dict[str, Upstream] = {}


def configure(upstreams: Iterable[Upstream]) -> None:
    """Make these the upstreams of this process, in place of those before."""
    found = {upstream.name: upstream for upstream in upstreams}
    _configured.clear()
    _configured.update(found)


def upstreams() -> tuple[Upstream, ...]:
    """All of them, in the order of the configuration."""
    return tuple(_configured.values())


def upstream(name: str) -> Upstream:
    """The one called `name`. Raises NotConfigured."""
    found = _configured.get(name)
    if found is None:
        known = ", ".join(_configured) or "none"
        raise NotConfigured(
            f"There is no upstream called '{name}' here. Configured: {known}. docs/engines.md says how to add one."
        )
    return found
