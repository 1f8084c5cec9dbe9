"""What is known about one server that draws for us."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from limner.engines.contract import Size
from limner.engines.upstreams.secret import Secret


@dataclass(frozen=True, slots=True)
class Offered:
    """One model of an upstream, as it is configured: whatever is empty comes from its family."""

    name: str
    """What the upstream calls it."""
    family: str = ""
    """A family of families.toml; "": none of OpenAI's."""
    sizes: tuple[Size, ...] = ()
    prices: Mapping[str, int] | None = None
    """Millicredits of one picture, by "quality size", "quality", "size" or "" for all others. None: the family's."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """One configured server that speaks OpenAI's Images API or Chat Completions. Never crosses to another process: it
    holds the key."""

    name: str
    kind: str
    """A key of `kinds.KINDS`."""
    url: str
    """Its base URL, without a slash at the end; `{model}` in it stands for the model (Azure's deployments)."""
    key: Secret = field(default_factory=Secret)
    key_header: str = "authorization"
    """`authorization` carries it as a Bearer; any other header as it is."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with each call: OpenAI-Organization, OpenAI-Project."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Added to each URL: Azure's api-version."""
    models: tuple[Offered, ...] = ()
    listed: bool = False
    """Whether the models were written down by the operator, be it that there are none; else they are OpenAI's known
    ones, or were asked for."""
    writes: str = ""
    """Its chat model that writes prompts; "": it writes none."""
    concurrency: int = 4
    """How many calls at a time, at most."""
    per_minute: int = 0
    """How many calls a minute, at most; 0: as many as it takes."""
    resend: bool = False
    """Whether a call that was sent and not answered is sent again, which may be paid for twice."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """What the upstream calls our seed, steps, negative_prompt and guidance; what is not in it is not sent. Steps and
    guidance are sent where they differ from the model's defaults: an upstream knows its own better than we do."""
    supports: frozenset[str] = frozenset({"generations"})
    """Of generations, edits, variations, streaming, response_format."""
    timeout: float = 300.0
    """Seconds without a byte after which an answer no longer comes."""
    connect_timeout: float = 10.0
    fallback: Offered = Offered("")
    """Family, sizes and prices of its models that were not written down one by one."""

    def base(self, model: str) -> str:
        """The base URL for calls that draw with `model`: append `/images/generations` to it."""
        return self.url.replace("{model}", quote(model, safe=""))

    def offering(self, names: Iterable[str]) -> Upstream:
        """The same upstream with the models of these names."""
        return replace(self, models=tuple(replace(self.fallback, name=name) for name in names))

    def auth(self) -> dict[str, str]:
        """The header that carries the key, for the one place that sends it; none where there is no key."""
        if not self.key:
            return {}
        text = self.key.reveal()
        return {self.key_header: f"Bearer {text}" if self.key_header == "authorization" else text}
