"""The models Limner knows, as data. The bundled one is always there; a model's weights live in its folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from limner.engines.contract import Capabilities, DrawRequest, Size, Task
from limner.errors import InvalidRequest, say

BUNDLED = Path(__file__).parent / "bundled"


@dataclass(frozen=True, slots=True)
class Model:
    """A named thing an engine draws with. Plain data: it crosses to the process that draws."""

    name: str
    engine: str
    """A key of `registry.ENGINES`, an entry point of the group `limner.engines`, or `module:Class`."""
    title: str
    description: str
    path: Path | None
    """The folder of its weights; None where the engine has none of its own (an upstream)."""
    capabilities: Capabilities
    seconds: float
    """Its speed class: the seconds one default picture takes on two cores, until this machine has measured it."""
    licence: str
    millicredits: int
    """The price of one picture."""
    bytes: int = 0
    """What its weights take, where somebody brought them to this machine: such a model is loaded on demand."""
    version: str = ""
    """Another one where somebody put other files in its place: what holds the old ones must be loaded anew."""
    writer: Path | None = None
    """The folder of the model that writes prompts beside it, in the same process."""
    inline_slots: int = 0
    """For an `InlineEngine`, which only awaits a server: how many drawings at a time. 0: a process of its own."""
    upstream: str = ""
    """The name of the configured upstream that draws it; "" for a model of this machine."""
    upstream_model: str = ""
    """What the upstream calls it."""
    prices: Mapping[str, int] = field(default_factory=dict)
    """Millicredits of one picture by "quality size", "quality" or "size"; `millicredits` where none fits."""

    @property
    def lane(self) -> str:
        """Jobs of one lane share one placement: a model's own, or its upstream's."""
        return self.upstream or self.name

    @property
    def enlarges(self) -> bool:
        """Whether it makes pictures larger and draws none."""
        return self.capabilities.tasks == {Task.UPSCALE}

    def price(self, request: DrawRequest) -> int:
        """Millicredits of one picture of `request`. Where sizes are free, the square's price by the pixels."""
        quality = self.capabilities.quality(request.quality)
        exact, square = f"{quality} {request.draw_size}", self.prices.get(f"{quality} {_SQUARE}")
        if self.capabilities.free_sizes and exact not in self.prices and square is not None:
            return -(-square * request.draw_size.pixels // _SQUARE.pixels)
        for key in (exact, quality, str(request.draw_size)):
            if key in self.prices:
                return self.prices[key]
        return self.millicredits

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, as the process that draws reads it."""
        able = self.capabilities
        return {
            **{key: getattr(self, key) for key in _PLAIN_FIELDS},
            "path": None if self.path is None else str(self.path),
            "writer": None if self.writer is None else str(self.writer),
            "capabilities": {
                **asdict(able),
                "tasks": sorted(able.tasks),
                "options": sorted(able.options),
                "sizes": [str(size) for size in able.sizes],
                "offered_sizes": [str(size) for size in able.offered_sizes],
                "vocabulary": None if able.vocabulary is None else sorted(able.vocabulary),
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Model:
        """The inverse of `to_json`."""
        able = data["capabilities"]
        return cls(
            **{key: data[key] for key in _PLAIN_FIELDS},
            path=None if data["path"] is None else Path(data["path"]),
            writer=None if data["writer"] is None else Path(data["writer"]),
            capabilities=Capabilities(
                **{
                    **able,
                    "tasks": frozenset(Task(task) for task in able["tasks"]),
                    "options": frozenset(able["options"]),
                    "qualities": tuple(able["qualities"]),
                    "sizes": tuple(Size.parse(size) for size in able["sizes"]),
                    "offered_sizes": tuple(Size.parse(size) for size in able["offered_sizes"]),
                    "vocabulary": None if able["vocabulary"] is None else frozenset(able["vocabulary"]),
                }
            ),
        )


_PLAIN_FIELDS = (
    "name",
    "engine",
    "title",
    "description",
    "seconds",
    "licence",
    "millicredits",
    "bytes",
    "version",
    "inline_slots",
    "upstream",
    "upstream_model",
    "prices",
)


_SQUARE = Size(1024, 1024)
_OFFERED = (Size(1024, 1024), Size(512, 512), Size(256, 256))


@cache
def storybook() -> Model:
    """The bundled model."""
    folder = BUNDLED / "storybook"
    said = facts(folder)
    sizes = said.sizes or (Size(512, 512),)
    return Model(
        name="storybook",
        engine="openvino",
        title="Storybook",
        description=say("The bundled model: picture-book scenes of a small world, drawn offline in seconds."),
        path=folder,
        capabilities=Capabilities(
            tasks=frozenset({Task.CREATE, Task.EDIT, Task.VARY}),
            sizes=sizes,
            offered_sizes=offered(sizes),
            default_steps=20,
            default_guidance=3.5,
            vocabulary=said.words,
            max_words=said.reads,
        ),
        seconds=1.0,
        licence="CC0-1.0",
        millicredits=1000,
        writer=BUNDLED / "scribe",
    )


def offered(sizes: tuple[Size, ...]) -> tuple[Size, ...]:
    """Sizes to offer for a model that draws `sizes` natively: squares, then each other shape doubled and as drawn."""
    shapes = [size for size in sizes if size.width != size.height]
    larger = [Size(2 * size.width, 2 * size.height) for size in shapes]
    return (*_OFFERED, *larger, *shapes)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a model's folder says about it in its vocabulary.json; whatever is not there is empty."""

    words: frozenset[str] | None = None
    """The words it knows; None: it takes any."""
    sizes: tuple[Size, ...] = ()
    """Sizes it draws natively, best first."""
    fallback: tuple[str, ...] = ()
    """Prompts that it draws well, for when nothing that it knows is named by the words that it is given."""
    naming: frozenset[str] | None = None
    """The words of `words` that name something to draw; None: nobody has said which."""
    reads: int | None = None
    """How many of its words and marks it reads of a prompt."""


def facts(folder: Path) -> Facts:
    """Read them. Loading the model checks every file against its checksum and says how to mend it: the list of
    models must not fall over a damaged file before that."""
    try:
        said = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        sizes = tuple(Size.parse(size) for size in said.get("sizes", ()))
        if any(size.pixels == 0 for size in sizes):
            return Facts()
        return Facts(
            words=frozenset(map(str, said["words"])),
            sizes=sizes,
            fallback=tuple(map(str, said.get("fallback", ()))),
            naming=frozenset(map(str, said["naming"])) if "naming" in said else None,
            reads=int(said["reads"]) if "reads" in said else None,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Facts()


class Looker(Protocol):
    """Looks whether other models lie on this machine by now, and brings them; `at_once`: even if it just looked."""

    def __call__(self, at_once: bool = False) -> None: ...


class _Known:
    """What this process knows. Threads read it while one of them changes it, so each change is one assignment."""

    looker: Looker | None = None
    brought: Mapping[str, Model] = MappingProxyType({})
    installed: Mapping[str, Model] = MappingProxyType({})


_known = _Known()


def bring(models: Iterable[Model]) -> None:
    """Make the models that lie on this machine known, in place of those known before."""
    _known.brought = {model.name: model for model in models}


def brought() -> tuple[Model, ...]:
    """Those that somebody brought to this machine."""
    return tuple(_known.brought.values())


def install(models: Iterable[Model]) -> None:
    """Make the models of the configured upstreams known, in place of those known before."""
    _known.installed = {model.name: model for model in models}


def watch(looker: Looker | None) -> None:
    """Have `looker` called whenever somebody asks for the catalog: models come and go while Limner runs."""
    _known.looker = looker


def catalog(*, at_once: bool = False) -> Mapping[str, Model]:
    """Every model by name, the default one first; `at_once`: with what came or went this very moment."""
    if _known.looker is not None:
        _known.looker(at_once)
    bundled = storybook()
    return MappingProxyType({bundled.name: bundled, **_known.brought, **_known.installed})


def model(name: str) -> Model:
    """The model called `name`. Raises InvalidRequest with the sentence OpenAI has for it."""
    found = catalog().get(name) or catalog(at_once=True).get(name)
    if found is None:
        raise InvalidRequest(say("The model '{name}' does not exist.", name=name[:100]), param="model")
    return found


def installed(model: Model) -> bool:
    """Whether its files are here, without reading them; loading checks every byte."""
    if model.path is None:
        return True
    return model.path.is_dir() if model.enlarges else (model.path / "model_index.json").is_file()


def drawing() -> list[Model]:
    """Those that can draw now, the default one first. What only makes pictures larger is not among them."""
    return [model for model in catalog().values() if installed(model) and not model.enlarges]


def enlarger() -> Model | None:
    """What makes pictures larger here: the first by name, where there are several."""
    able = sorted((model for model in catalog().values() if model.enlarges), key=lambda model: model.name)
    return next((model for model in able if installed(model)), None)
