"""The sampler and the schedule that a body names, as one of the ways that its model can be sampled in."""

from __future__ import annotations

from limner.api.sdapi.shapes import Drawing
from limner.engines.catalog import Model
from limner.engines.schedulers import OPTION, known_as
from limner.engines.validation import Notice
from limner.engines.weights import sampler

AUTOMATIC = frozenset({"", "automatic", "use same scheduler", "none"})


def scheduler_for(asked: Drawing, model: Model) -> tuple[str | None, list[Notice]]:
    """One of `SCHEDULERS`, None for the model's own; and what was asked for and cannot be had."""
    own = sampler(model.path)
    name = asked.sampler_name or asked.sampler_index or ""
    schedule = asked.scheduler or ""
    if schedule.casefold() in AUTOMATIC:
        schedule = ""
    may_choose = OPTION in model.capabilities.options
    if may_choose and (name or schedule) and (both := known_as(name or own, schedule)):
        return both, []
    chosen = known_as(name) if may_choose else None
    notices = []
    if name and chosen is None and name.casefold() != own.casefold():
        how = f"always samples with {own}" if own else "has a sampler of its own"
        if may_choose:
            how = f"knows no such sampler and used its own, {own}"
        notices.append(Notice("sampler_name", f"{model.title} {how}; '{name}' was passed over."))
    if schedule:
        said = f"{model.title} has a schedule of its own; '{schedule}' was passed over."
        notices.append(Notice("scheduler", said))
    return chosen, notices
