"""DALL·E kept alive: what is asked of one model, said in the words of the model that draws.

One row of `ROWS` per thing that may have to change; docs/dalle.md shows the same table, and a test holds the two
together. A row changes fields of the request, or says in a `Notice` what cannot be had: nothing is dropped silently.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from limner.engines.catalog import Model
from limner.engines.contract import ImageRef, Size, Task
from limner.engines.dialects import DALL_E_2, Dialect
from limner.engines.sizes import native_size
from limner.engines.words import words_of
from limner.errors import InvalidRequest, say


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know about a request that was accepted."""

    param: str
    message: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request by the rules of the name asked for. None and "" are what was not said; rows replace the fields."""

    prompt: str
    size: Size
    draw_size: Size
    task: Task = Task.CREATE
    quality: str = "auto"
    style: str = ""
    background: str = "auto"
    negative_prompt: str = ""
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    images: tuple[ImageRef, ...] = ()
    mask: ImageRef | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


Change = dict[str, Any]
Translation = tuple[Change, list[Notice]]
"""The fields of `Wanted` that become something else, and what could not be had."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: `asked` and `becomes` are its words in docs/dalle.md."""

    param: str
    asked: str
    becomes: str
    apply: Callable[[Wanted, Dialect, Model], Translation]


def translate(wanted: Wanted, dialect: Dialect, target: Model) -> tuple[Wanted, list[Notice]]:
    """`wanted`, by the rules of `dialect`, as `target` can draw it. Raises InvalidRequest where it cannot at all."""
    notices: list[Notice] = []
    for row in ROWS:
        change, said = row.apply(wanted, dialect, target)
        wanted = replace(wanted, **change)
        notices += said
    return wanted, notices


def honours(target: Model, param: str) -> bool:
    """Whether `param` (seed, steps, guidance, or a key of `options`) changes what `target` draws."""
    able = target.capabilities
    if target.upstream or param not in ("seed", "steps", "guidance"):
        return param in able.options
    return True


# ---- the task and its images

VARIATION = (
    "Another picture of the same kind: the same subject, style, colours and mood, with another arrangement, pose and "
    "details."
)
"""What an edit is told where a variation, which had no prompt, was asked for."""


def _task(wanted: Wanted, dialect: Dialect, target: Model) -> Translation:
    tasks = target.capabilities.tasks
    if wanted.task in tasks:
        return {}, []
    if wanted.task is Task.VARY and Task.EDIT in tasks:
        return {"task": Task.EDIT, "prompt": wanted.prompt.strip() or VARIATION}, []
    said = {
        Task.CREATE: say("{model} does not draw from words alone. Choose another model.", model=target.title),
        Task.EDIT: say("{model} does not edit pictures. Choose another model.", model=target.title),
        Task.VARY: say("{model} does not vary pictures. Choose another model.", model=target.title),
    }
    other = say("{model} does not {task}. Choose another model.", model=target.title, task=str(wanted.task))
    raise InvalidRequest(said.get(wanted.task, other), param="model")


def _images(wanted: Wanted, dialect: Dialect, target: Model) -> Translation:
    most = max(target.capabilities.references, 1)
    if len(wanted.images) <= most:
        return {}, []
    taken = "the first image" if most == 1 else f"the first {most} images"
    return {"images": wanted.images[:most]}, [
        Notice("image", f"{target.title} takes {taken}; the rest was left out.")
    ]


def _mask(wanted: Wanted, dialect: Dialect, target: Model) -> Translation:
    clear = wanted.task is Task.EDIT and bool(wanted.images) and wanted.images[0].has_alpha
    if not dialect.clear_is_mask or wanted.mask is not None or not clear:
        return {}, []
    return {"mask": wanted.images[0]}, []


# ---- how it is drawn

SCALE = {"low": 1, "standard": 2, "medium": 2, "high": 3, "hd": 3, "xhigh": 4, "max": 5}
STEPS = {"low": 0.5, "high": 1.5, "hd": 1.5, "xhigh": 2.0, "max": 3.0}
"""A quality as a multiple of the model's usual steps, for models that have steps and no qualities."""


def _quality(wanted: Wanted, dialect: Dialect, target: Model) -> Translation:
    asked, able = wanted.quality, target.capabilities
    if asked == "auto":
        asked = dialect.default_quality
    if not able.qualities:
        return _steps_for(asked, wanted, target)
    if asked == "auto" or asked in able.qualities:
        return {"quality": able.quality(asked)}, []
    if asked == "standard" and dialect.name == DALL_E_2.name and "low" in able.qualities:
        return {"quality": "low"}, []
    near = min(able.qualities, key=lambda word: (abs(SCALE.get(word, 2) - SCALE[asked]), SCALE.get(word, 2)))
    if SCALE.get(near, 2) >= SCALE[asked]:
        return {"quality": near}, []
    return {"quality": near}, [Notice("quality", f"{target.title} has no '{asked}'; its '{near}' was used.")]


def _steps_for(asked: str, wanted: Wanted, target: Model) -> Translation:
    """The quality as steps. A number of steps that was given decides by itself."""
    able = target.capabilities
    if asked not in STEPS:
        return {"quality": asked}, []
    if wanted.steps is not None:
        return {"quality": asked}, [Notice("quality", "'steps' was given too, and decides.")]
    steps = min(max(round(able.default_steps * STEPS[asked]), able.min_steps), able.max_steps)
    if not honours(target, "steps") or steps == able.default_steps:
        return {"quality": "auto"}, [Notice("quality", f"{target.title} has one quality; '{asked}' changes nothing.")]
    return {"quality": asked, "steps": steps}, []


STYLES = {"vivid": "vivid, dramatic, hyper-real", "natural": "natural, plain, true to life"}
"""What a style of DALL·E 3's becomes at the end of a prompt."""


def _style(wanted: Wanted, dialect: Dialect, target: Model) -> Translation:
    if not wanted.style:
        return {}, []
    able = target.capabilities
    if honours(target, "style"):
        return {"options": {**wanted.options, "style": wanted.style}}, []
    words = STYLES[wanted.style]
    prompt = f"{wanted.prompt}, {words}"
    if able.unknown_words(words_of(words)) or not wanted.prompt.strip():
        if wanted.style in SILENT["style"]:
            return {}, []
        return {}, [Notice("style", f"{target.title} has no styles; '{wanted.style}' changes nothing.")]
    if len(prompt) > able.max_prompt:
        return {}, [Notice("style", f"The prompt leaves no room for the words of '{wanted.style}'.")]
    return {"prompt": prompt}, []


def _background(wanted: Wanted, dialect: Dialect, target: Model) -> Translation:
    # A model of this machine draws on a plain ground, which is then cut away.
    if wanted.background == "auto" or not target.upstream:
        return {}, []
    if honours(target, "background") and (wanted.background != "transparent" or honours(target, "transparent")):
        return {}, []
    if wanted.background == "opaque":
        return {"background": "auto"}, []
    return {"background": "auto"}, [Notice("background", f"{target.title} draws no transparent background.")]


def _size(wanted: Wanted, dialect: Dialect, target: Model) -> Translation:
    drawn = native_size(wanted.size, target.capabilities)
    stretch = abs(math.log(drawn.width / drawn.height) - math.log(wanted.size.width / wanted.size.height))
    if not target.upstream or stretch < 0.02:
        return {"draw_size": drawn}, []
    said = f"{target.title} has no picture of the shape {wanted.size}: it is drawn at {drawn} and fitted."
    return {"draw_size": drawn}, [Notice("size", said)]


def _prompt(wanted: Wanted, dialect: Dialect, target: Model) -> Translation:
    most = target.capabilities.max_prompt
    if not target.upstream or len(wanted.prompt) <= most:
        return {}, []
    return {"prompt": wanted.prompt[:most]}, [
        Notice("prompt", f"{target.title} reads {most} characters; the rest of the prompt was left out.")
    ]


# ---- what OpenAI's own never had, or no longer have


def _negative_prompt(wanted: Wanted, dialect: Dialect, target: Model) -> Translation:
    if not wanted.negative_prompt or target.capabilities.negative_prompt:
        return {}, []
    said = f"{target.title} takes no negative prompt; it was passed over."
    return {"negative_prompt": ""}, [Notice("negative_prompt", said)]


def _numbers(wanted: Wanted, dialect: Dialect, target: Model) -> Translation:
    lost = [
        name
        for name in ("seed", "steps", "guidance")
        if getattr(wanted, name) is not None and not honours(target, name)
    ]
    return dict.fromkeys(lost), [
        Notice(name, f"{target.title} takes no {name}; it was passed over.") for name in lost
    ]


PERSON = ("user", "safety_identifier")
OURS = ("output_compression",)
"""What is done after the drawing, whoever drew."""
SILENT = {"moderation": ("auto",), "input_fidelity": ("low",), "style": ("vivid",)}
"""Values that ask for nothing special: a target that does not know the parameter loses nothing."""


def _options(wanted: Wanted, dialect: Dialect, target: Model) -> Translation:
    kept: dict[str, Any] = {}
    notices = []
    for name, value in wanted.options.items():
        if name in PERSON:
            for word in (name, *(other for other in PERSON if other != name)):
                if honours(target, word):
                    kept.setdefault(word, value)
                    break
        elif name in OURS or honours(target, name):
            kept[name] = value
        elif value not in SILENT.get(name, ()):
            notices.append(Notice(name, f"{target.title} knows no '{name}'; it was passed over."))
    return {"options": kept}, notices


ROWS: tuple[Row, ...] = (
    Row(
        "mask",
        "by any but a `gpt-image` name, an edit without a mask of a picture with clear parts",
        "the clear parts are the mask, as DALL·E 2 had it",
        _mask,
    ),
    Row(
        "task",
        "`/images/variations`",
        "a variation where the model draws variations; else an edit, told: “" + VARIATION + "”",
        _task,
    ),
    Row("image", "more images than the model takes", "the first ones, with a warning", _images),
    Row(
        "size",
        "a size that the model does not draw",
        "the nearest size of the same shape, larger where there is one, scaled to what was asked",
        _size,
    ),
    Row(
        "style",
        "`vivid`, `natural`",
        "words at the end of the prompt: “" + STYLES["vivid"] + "”, “" + STYLES["natural"] + "”; "
        "a warning where the model does not know them",
        _style,
    ),
    Row(
        "quality",
        "`standard`, `hd`, `low` … `max`",
        "the model's own word: `standard` is `low` for `dall-e-2` and `medium` for `dall-e-3`, `hd` is `high`, one "
        "that it lacks is its nearest, with a warning; for a model with steps, half (`low`) to three times (`max`) "
        "its usual steps",
        _quality,
    ),
    Row(
        "background",
        "`transparent`",
        "itself; cut out of a plain ground by models of this machine; a warning where it cannot be had",
        _background,
    ),
    Row("prompt", "a prompt longer than an upstream takes", "its beginning, with a warning", _prompt),
    Row("negative_prompt", "a negative prompt", "itself, or a warning", _negative_prompt),
    Row("seed", "`seed`, `steps`, `guidance`", "themselves, or a warning (OpenAI takes none of them)", _numbers),
    Row(
        "options",
        "`user`, `safety_identifier`, `moderation`, `input_fidelity`, `complexity`, `output_compression`",
        "themselves; `user` and `safety_identifier` are one another's other name; a warning for the rest where the "
        "model does not know it and the value asks for something; Limner compresses by itself where it must",
        _options,
    ),
)
