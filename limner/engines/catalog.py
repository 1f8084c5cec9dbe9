"""The models Limner knows, as data. The bundled one is always there; a model's weights live in its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from limner.engines.contract import Capabilities, Size, Task
from limner.errors import InvalidRequest

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
    inline_slots: int = 0
    """For an `InlineEngine`, which only awaits a server: how many drawings at a time. 0: a process of its own."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, as the process that draws reads it."""
        able = self.capabilities
        return {
            **{key: getattr(self, key) for key in _PLAIN_FIELDS},
            "path": None if self.path is None else str(self.path),
            "capabilities": {
                **asdict(able),
                "tasks": sorted(able.tasks),
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
            capabilities=Capabilities(
                **{
                    **able,
                    "tasks": frozenset(Task(task) for task in able["tasks"]),
                    "sizes": tuple(Size.parse(size) for size in able["sizes"]),
                    "offered_sizes": tuple(Size.parse(size) for size in able["offered_sizes"]),
                    "vocabulary": None if able["vocabulary"] is None else frozenset(able["vocabulary"]),
                }
            ),
        )


_PLAIN_FIELDS = ("name", "engine", "title", "description", "seconds", "licence", "millicredits", "inline_slots")


def _storybook() -> Model:
    return Model(
        name="storybook",
        engine="openvino",
        title="Storybook",
        description="The bundled model: picture-book scenes, drawn offline in seconds. It knows about 150 words.",
        path=BUNDLED / "storybook",
        capabilities=Capabilities(
            tasks=frozenset({Task.CREATE}),
            sizes=(Size(512, 512),),
            offered_sizes=(Size(1024, 1024), Size(512, 512), Size(256, 256)),
            default_steps=20,
            default_guidance=3.5,
            vocabulary=vocabulary(BUNDLED / "storybook"),
        ),
        seconds=1.0,
        licence="CC0-1.0",
        millicredits=1000,
    )


def vocabulary(folder: Path) -> frozenset[str] | None:
    """The words that the model in `folder` knows, from the `words` of its vocabulary.json; None: it takes any."""
    try:
        text = (folder / "vocabulary.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return frozenset(str(word) for word in json.loads(text)["words"])
    except (ValueError, KeyError, TypeError):
        # Loading the model checks every file against its checksum and says how to mend it; the list of models
        # must not fall over a damaged file before that.
        return None


@cache
def catalog() -> Mapping[str, Model]:
    """Every model by name, the default one first."""
    models = (_storybook(),)
    return MappingProxyType({model.name: model for model in models})


def model(name: str) -> Model:
    """The model called `name`. Raises InvalidRequest with the sentence OpenAI has for it."""
    found = catalog().get(name)
    if found is None:
        raise InvalidRequest(f"The model '{name[:100]}' does not exist.", param="model")
    return found


def installed(model: Model) -> bool:
    """Whether its files are here, without reading them; loading checks every byte."""
    return model.path is None or (model.path / "model_index.json").is_file()
