"""The models of upstreams, as the catalog has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from limner.engines import catalog
from limner.engines.catalog import Model
from limner.engines.contract import Capabilities, Size, Task
from limner.engines.families import Family, families, family_of
from limner.engines.upstreams.configured import configure
from limner.engines.upstreams.configured import upstreams as configured
from limner.engines.upstreams.kinds import EDITS, GENERATIONS, KINDS, RESPONSE_FORMAT, VARIATIONS, Kind
from limner.engines.upstreams.reading import read
from limner.engines.upstreams.tables import BadUpstream
from limner.engines.upstreams.upstream import Offered, Upstream
from limner.errors import Sentence, say

ENGINE = "openai"
USUAL_SIZES = (Size(1024, 1024), Size(768, 768), Size(512, 512))
"""For models that nobody says the sizes of: what diffusion models on people's own servers draw."""
_TASKS = {GENERATIONS: Task.CREATE, EDITS: Task.EDIT, VARIATIONS: Task.VARY}


def start(environment: Mapping[str, str], folder: Path) -> tuple[Upstream, ...]:
    """Read the configured upstreams and make them and their models known to this process. Sends nothing."""
    found = read(environment, folder)
    _bring(catalog.brought(), found)
    configure(found)
    return found


def bring(models: Iterable[Model]) -> None:
    """Make these the models of this machine, beside those of the upstreams, as a start of Limner does."""
    _bring(models, configured())


def _bring(models: Iterable[Model], upstreams: tuple[Upstream, ...]) -> None:
    """A model that somebody brought to this machine, and whose name is an upstream's or one of its models', is called
    by its owner too: no pull changes what a name draws with, or who sees its prompts."""
    taken = {upstream.name for upstream in upstreams}
    for upstream in upstreams:
        for offered in upstream.models:
            taken |= {offered.name, f"{offered.name}@{upstream.name}"}
    catalog.bring(_told_apart(model, taken) for model in models)
    catalog.install(models_of_all(upstreams))


def _told_apart(model: Model, taken: set[str]) -> Model:
    if model.path is None or model.name not in taken:
        return model
    name = f"{model.path.name}@{model.path.parent.name}"
    if name in taken:
        name += ".local"  # its owner is called like the upstream
    return replace(model, name=name)


def models_of_all(upstreams: Iterable[Upstream]) -> list[Model]:
    """Every model of every upstream. The first to offer a name has it; for the others it is `name@upstream`.

    So a second upstream changes no name of the first. Raises BadUpstream for an upstream called like a local model.
    """
    local = {catalog.storybook().name, *(model.name for model in catalog.brought())}
    taken, found = set(local), []
    for upstream in upstreams:
        if upstream.name in local:
            raise BadUpstream(f"An upstream cannot be called {upstream.name}: a model on this machine has that name.")
        for model in models_of(upstream, taken):
            taken.add(model.name)
            found.append(model)
    return found


def models_of(upstream: Upstream, taken: Iterable[str] = ()) -> list[Model]:
    """What `upstream` offers, with the names in `taken` told apart by an @ and its own name."""
    names = set(taken)
    return [_model(upstream, offered, offered.name in names) for offered in upstream.models]


def _model(upstream: Upstream, offered: Offered, told_apart: bool) -> Model:
    kind = KINDS[upstream.kind]
    family = families().get(offered.family or family_of(offered.name))
    prices, other = _prices(kind, family, offered)
    return Model(
        name=f"{offered.name}@{upstream.name}" if told_apart else offered.name,
        engine=ENGINE,
        title=offered.name if family is None or offered.name not in family.names else _title(family, offered.name),
        description=_drawn_by(upstream, kind.title),
        path=None,
        capabilities=_capabilities(upstream, kind, family, offered),
        seconds=family.seconds if family else kind.seconds,
        licence="the upstream's terms",
        millicredits=other,
        inline_slots=upstream.concurrency,
        upstream=upstream.name,
        upstream_model=offered.name,
        prices=prices,
    )


def _drawn_by(upstream: Upstream, kind: str) -> Sentence:
    if upstream.name == upstream.kind:
        return say("Drawn by {upstream}.", upstream=upstream.name)
    return say("Drawn by {upstream} ({kind}).", upstream=upstream.name, kind=kind)


def _title(family: Family, name: str) -> str:
    """`GPT Image 2.5 flare` for gpt-image-2.5-flare, dated names by their date."""
    rest = name.removeprefix(family.name).lstrip("-") if name.startswith(family.name) else name
    return f"{family.title} {rest}".strip()


def _capabilities(upstream: Upstream, kind: Kind, family: Family | None, offered: Offered) -> Capabilities:
    tasks = frozenset(task for word, task in _TASKS.items() if word in upstream.supports)
    steers = frozenset(upstream.extra) - {"negative_prompt"}
    draws_in_steps = "steps" in upstream.extra
    sizes = offered.sizes or (family.sizes if family else USUAL_SIZES)
    free = family.rule if family and not offered.sizes else ""
    options = set(family.options if family else ())
    if RESPONSE_FORMAT not in upstream.supports:
        options.discard("response_format")
    if upstream.kind == "limner":
        options |= {"quality", "style", "background", "transparent", "output_format", "user"}
    return Capabilities(
        tasks=tasks & family.tasks if family else tasks,
        sizes=sizes,
        offered_sizes=sizes,
        max_n=10,
        max_prompt=family.max_prompt if family else 4000,
        default_steps=20 if draws_in_steps else 1,
        max_steps=200,
        default_guidance=3.5 if "guidance" in upstream.extra else 0.0,
        negative_prompt="negative_prompt" in upstream.extra,
        qualities=family.qualities if family else (),
        free_sizes=free,
        references=family.references if family else 1,
        max_n_a_call=min(family.max_n, kind.max_n_a_call) if family else kind.max_n_a_call,
        options=frozenset(options | steers),
    )


def _prices(kind: Kind, family: Family | None, offered: Offered) -> tuple[Mapping[str, int], int]:
    """The table, and the price of whatever is not in it: what was configured, else the family's, else the kind's."""
    if offered.prices is not None:
        rest = {key: price for key, price in offered.prices.items() if key}
        return rest, offered.prices.get("", max(rest.values(), default=0))
    if family is not None and kind.costs:
        return dict(family.prices), max(family.prices.values())
    return {}, kind.millicredits
