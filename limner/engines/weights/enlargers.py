"""Models that make pictures larger: a folder with one network, as ONNX or in OpenVINO's form, beside its settings.

There is no index that says what they are, so they are known by the architecture in their config.json, or by their
name where it says none; a bare network that somebody put into a folder is taken for one. Whether it is one is seen
when it is loaded. A model that writes may lie in a folder like it, and is told by its tokenizer.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limner.engines.catalog import Model
from limner.engines.contract import Capabilities, Size, Task
from limner.engines.weights.checksums import NOTE
from limner.engines.weights.watching import stamp_of
from limner.errors import NotConfigured, Sentence, say

if TYPE_CHECKING:
    from limner.engines.weights.hub import File, Repository

ENGINE = "openvino-enlarging"
"""Its name in the registry."""
_USUAL = ("openvino_model.xml", "onnx/model.onnx", "model.onnx")
_SETTINGS = ("config.json", "preprocessor_config.json")
_KIND = "ForImageSuperResolution"
"""How the names of such architectures end, where the settings name one."""
_CALLED = re.compile(r"esrgan|swin2?-?(sr|ir)|super-?res|upscal|enlarg|\b(x[2348]|[2348]x)\b")
"""In the names of those whose settings name none."""
_ENLARGES = "enlarges"
"""In limner.json: false, and it is left out."""
_PICKLED = ".pth"
"""As the makers of most of them publish them."""
_SECONDS = 60.0
"""Of 512×512 pixels made twice as large, until this machine has measured it."""


def network_in(folder: Path) -> Path:
    """The file of the network in `folder`. Raises NotConfigured where there is none, or only a pickled one."""
    found = network_of(_names(folder))
    if not found:
        raise NotConfigured(_no_network(folder.name))
    return folder / found


def network_of(names: Iterable[str]) -> str:
    """The one of these files that is the network; "" where there is none, or nobody knows which."""
    names = set(names)
    usual = [name for name in _USUAL if name in names]
    onnx = [name for name in names if name.endswith(".onnx") and name.rpartition("/")[0] in ("", "onnx")]
    return (usual + onnx)[0] if usual or len(onnx) == 1 else ""


def may_enlarge(folder: Path) -> bool:
    """Whether what lies in `folder`, which has no index of parts, is taken for one."""
    names = _names(folder)
    if any("tokenizer" in name for name in names):
        return False
    pickled = any(name.endswith(_PICKLED) for name in names)  # it is refused in words rather than passed over
    if not network_of(names) and not pickled:
        return False
    fits = "config.json" not in names or _fits(_said(folder / "config.json"), folder.name)
    return fits and _said(folder / NOTE).get(_ENLARGES) is not False


def look_at(folder: Path, name: str, title: str, note: Mapping[str, Any]) -> Model:
    """The model in `folder`; `note` is what its limner.json says. Raises NotConfigured as `network_in`, and for one
    that wants other values than those from 0 to 1."""
    network = network_in(folder)
    if _said(folder / "preprocessor_config.json").get("do_normalize"):
        raise NotConfigured(
            say(
                "{title} wants the values of its pictures shifted (do_normalize in its preprocessor_config.json), "
                "which Limner does not do. Choose one that takes them from 0 to 1.",
                title=title,
            )
        )
    weights = network.with_suffix(".bin") if network.suffix == ".xml" else network
    beside = sum(path.stat().st_size for path in folder.glob(f"{network.relative_to(folder)}?data"))
    about = (Size(512, 512),)  # what its seconds are told of: it takes any size
    return Model(
        name=name,
        engine=ENGINE,
        title=str(note.get("title") or title),
        description=say("Makes pictures larger, on this machine."),
        path=folder,
        capabilities=Capabilities(
            tasks=frozenset({Task.UPSCALE}),
            sizes=about,
            offered_sizes=about,
            max_n=1,
            default_steps=2,
            default_guidance=0.0,
            negative_prompt=False,
        ),
        seconds=float(note.get("seconds", _SECONDS)),
        licence=str(note.get("licence") or ""),
        millicredits=1000,
        bytes=max((weights.stat().st_size if weights.is_file() else 0) + beside, 1),
        version=stamp_of(folder),
    )


def wanted_of(repository: Repository) -> list[File]:
    """The files of a repository that has no index of parts. Raises NotConfigured, also where neither its settings nor
    its name say that it makes pictures larger: the first by name takes over all enlarging."""
    files = {file.name: file for file in repository.files}
    network = network_of(files)
    if not network or any("tokenizer" in name for name in files):
        raise NotConfigured(_no_network(repository.name))
    if not _fits(repository.index, repository.name.rpartition("/")[2]):
        raise NotConfigured(
            say(
                "Neither the architecture in the config.json of {name} (…ForImageSuperResolution) nor its name says "
                "that it makes pictures larger. Where it does, put its network into a folder in LIMNER_HOME/models.",
                name=repository.name,
            )
        )
    weights = f"{network.removesuffix('.xml')}.bin" if network.endswith(".xml") else network
    beside = [name for name in files if name in (weights, f"{network}_data", f"{network}.data")]
    # The network comes first: before it is there, nothing can be told of the rest.
    return [files[name] for name in (network, *sorted({*beside} - {network}), *_SETTINGS) if name in files]


def _fits(settings: Mapping[str, Any], name: str) -> bool:
    """Whether the settings of a network, or its name where they name no architecture, say that it is one."""
    kinds = settings.get("architectures")
    if kinds is None:
        return _CALLED.search(re.sub(r"[_. ]", "-", name.lower())) is not None
    return isinstance(kinds, list) and bool(kinds) and all(str(kind).endswith(_KIND) for kind in kinds)


def _names(folder: Path) -> list[str]:
    found = []
    for inside in ("", "onnx/"):
        with contextlib.suppress(OSError):  # it is not there, or nobody may look into it
            found += [f"{inside}{name}" for name in os.listdir(folder / inside) if not name.startswith(".")]
    return found


def _said(settings: Path) -> dict[str, Any]:
    """What they say; nothing where they are not there, or damaged: the network is told by itself."""
    try:
        said = json.loads(settings.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _no_network(name: str) -> Sentence:
    return say(
        "{name} is neither a model in diffusers' or OpenVINO's form (it has no model_index.json) nor one that makes "
        "pictures larger: that has one network as ONNX (model.onnx) or OpenVINO's (openvino_model.xml). A pickled "
        "one (.pth) is not read: to read it is to run whatever it says.",
        name=name,
    )
