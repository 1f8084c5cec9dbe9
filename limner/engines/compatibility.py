"""What one run of a model could draw together. The ledger fills batches by it, and the process that draws does."""

from __future__ import annotations

import hashlib

from limner.engines.contract import ASKED_WITH, CAME_BY, REFINES, STYLED, DrawRequest, Task

_NEVER_TOLD = frozenset({CAME_BY, ASKED_WITH, REFINES, STYLED})
"""Options that say something of the job and nothing to a model."""


def compatibility(request: DrawRequest) -> str:
    """A key that requests share when one batch could draw them: all but the words, the seed, the count and what is
    done with the picture afterwards. "" for what is drawn alone.

    Changes are: what they begin with is of its own size, strength and mask for each, and a pipeline that encodes one
    picture for several takes the first one's chance for all of them.
    """
    if request.task is not Task.CREATE:
        return ""
    kind = (
        request.model,
        request.draw_size,
        request.steps,
        request.guidance,
        bool(request.negative_prompt),
        sorted((name, repr(said)) for name, said in request.options.items() if name not in _NEVER_TOLD),
    )
    return hashlib.sha256(repr(kind).encode()).hexdigest()
