"""What fault tests of upstreams share: the stand-in as an upstream, configured by the file an operator writes."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from limner.accounts.models import Account
from limner.engines import catalog, upstreams
from limner.engines.contract import Placement, Size
from limner.engines.placement import open_placement
from limner.jobs.models import Job, UpstreamCall
from tests.jobs.house import ask
from tests.upstream import StandIn

LANE = "openai"
MODEL = "gpt-image-2"
SIZE = Size(64, 64)
PRICE = 5300


def write_settings(folder: Path, upstream: StandIn, **settings: object) -> None:
    """upstreams.toml: OpenAI, where the stand-in is."""
    told: dict[str, object] = {"url": upstream.url, "key": upstream.key, "models": [MODEL], **settings}
    lines = [
        f"{name} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for name, value in told.items()
    ]
    folder.mkdir(exist_ok=True)
    (folder / "upstreams.toml").write_text("\n".join([f"[{LANE}]", *lines, ""]), encoding="utf-8")


@contextmanager
def configured(folder: Path) -> Generator[dict[str, Placement]]:
    """The upstreams of the folder's file, known to this process; their lane's placement."""
    upstreams.start({}, folder)
    try:
        yield {LANE: open_placement(catalog.model(MODEL))}
    finally:
        upstreams.configure([])
        catalog.install([])


def want(account: Account, *, n: int = 1) -> Job:
    """Submit a job for the upstream."""
    return ask(account, n=n, price=n * PRICE, model=MODEL, size=SIZE, draw_size=SIZE)


def outcomes(job: Job) -> list[str]:
    """Of the job's calls, in order."""
    rows = UpstreamCall.objects.filter(job=job.public_id).order_by("attempt", "call")
    return list(rows.values_list("outcome", flat=True))
