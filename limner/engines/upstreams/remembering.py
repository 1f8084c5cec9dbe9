"""What upstreams last said of their models, kept in LIMNER_HOME so that a start needs no network."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from limner.engines.upstreams.upstream import Upstream

FILE_NAME = "upstream-models.json"


def remembered(upstream: Upstream, folder: Path) -> tuple[str, ...]:
    """The models it named when it was last asked, at the address that it has now; none if it never was."""
    row = _all(folder).get(upstream.name)
    if not isinstance(row, dict) or row.get("url") != upstream.url or not isinstance(row.get("models"), list):
        return ()
    return tuple(name for name in row["models"] if isinstance(name, str))


def remember(upstream: Upstream, models: Sequence[str], folder: Path) -> None:
    """Write them down, whole or not at all."""
    rows = _all(folder)
    rows[upstream.name] = {"url": upstream.url, "models": list(models)}
    handle, made = tempfile.mkstemp(dir=folder, prefix=f".{FILE_NAME}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(rows, out, indent=1, ensure_ascii=False)
        os.replace(made, folder / FILE_NAME)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(made)
        raise


def _all(folder: Path) -> dict[str, Any]:
    """Nothing where the file is not there or damaged: it can be asked for again."""
    try:
        rows = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return rows if isinstance(rows, dict) else {}
