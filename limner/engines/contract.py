"""What the rest of Limner and an engine say to each other. Frozen, plain data: it crosses process borders.

A *request* is what a person asked for, already validated and fitted to the target. An *order* is the part of it
that one attempt still has to draw. An engine answers an order with *events*. Nothing here knows of a database,
HTTP or a model library; images are named by public id (`ImageRef`) and their bytes travel beside the request.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from limner.engines.words import beyond, known_as
from limner.errors import LimnerError

CAME_BY = "came_by"
"""The key of `DrawRequest.options` that says that a program asked, and whose programs may see and stop the job as
theirs."""
ASKED_WITH = "asked_with"
"""The key of `DrawRequest.options` for a digest of what two calls under one idempotency key may differ in and the
request does not tell: whether a seed was named, and what the images are."""
REFINES = "refines"
"""The key of `DrawRequest.options` for the public id of the picture whose prompt and settings these go on from."""
ENLARGED_BY = "enlarged_by"
"""The key of `DrawRequest.options` for the name of the model that makes larger what `DrawRequest.model` drew."""
STYLED = "styled"
"""The key of `DrawRequest.options` for the name of the style whose words the prompt has; no model is told."""


class Task(StrEnum):
    CREATE = "create"
    EDIT = "edit"
    VARY = "vary"
    UPSCALE = "upscale"


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @classmethod
    def parse(cls, text: str) -> Size:
        """`"512x768"` → `Size(512, 768)`. Raises ValueError on anything else."""
        width, _, height = text.partition("x")
        if not (width.isascii() and width.isdigit() and height.isascii() and height.isdigit()):
            raise ValueError(f"{text!r} is not WIDTHxHEIGHT")
        return cls(int(width), int(height))


@dataclass(frozen=True, slots=True)
class ImageRef:
    """An upload or a picture, named by its public id; never its bytes."""

    public_id: str
    width: int
    height: int
    has_alpha: bool = False


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """One job's wish. `size` is what the person gets; `draw_size` what the model draws before any resizing.

    `seed` is the first picture's; picture i uses `seed + i`, so that a retry can draw just the missing ones.
    `strength` is denoising strength, 0–1, for edits and variations. `mask` says where to edit, by OpenAI's rule: the
    picture may change where the mask is clear and stays as it is where it is opaque; one without an alpha channel
    is white where it may change. `background` is "auto", "opaque" or "transparent".
    """

    prompt: str
    model: str
    size: Size
    draw_size: Size
    seed: int
    steps: int
    guidance: float
    task: Task = Task.CREATE
    n: int = 1
    negative_prompt: str = ""
    images: tuple[ImageRef, ...] = ()
    mask: ImageRef | None = None
    strength: float | None = None
    output_format: str = "png"
    background: str = "auto"
    quality: str = "auto"
    """In the words of the name that was asked for: "standard", "hd", "low" … "max"."""
    options: dict[str, Any] = field(default_factory=dict, hash=False)
    """What only some targets know, as plain JSON: style, moderation, user, output_compression, input_fidelity …
    And `CAME_BY`, `ASKED_WITH`, `REFINES`, `ENLARGED_BY` and `STYLED`."""

    @property
    def drawn_by(self) -> str:
        """The name of the model that has the work: `model`, or what makes larger a picture that `model` drew."""
        return str(self.options.get(ENLARGED_BY, self.model))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, as the ledger keeps it and the child process reads it."""
        return {
            **asdict(self),
            "size": str(self.size),
            "draw_size": str(self.draw_size),
            "task": str(self.task),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> DrawRequest:
        """The inverse of `to_json`."""
        return cls(
            **{
                **data,
                "size": Size.parse(data["size"]),
                "draw_size": Size.parse(data["draw_size"]),
                "task": Task(data["task"]),
                "images": tuple(ImageRef(**ref) for ref in data["images"]),
                "mask": ImageRef(**data["mask"]) if data["mask"] else None,
            }
        )


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model can do, as data: validation, the studio's fields and the price all read it."""

    tasks: frozenset[Task]
    sizes: tuple[Size, ...]
    """Sizes the model draws natively, best first."""
    offered_sizes: tuple[Size, ...]
    """Sizes a person is offered (drawn natively or drawn and resized), the default first."""
    max_n: int = 10
    max_prompt: int = 4000
    default_steps: int = 20
    min_steps: int = 1
    max_steps: int = 100
    default_guidance: float = 3.5
    negative_prompt: bool = True
    vocabulary: frozenset[str] | None = None
    """The words the model knows; None where it takes any."""
    max_words: int | None = None
    """How many words and marks that it knows the model reads of a prompt; None where nobody has said."""
    qualities: tuple[str, ...] = ()
    """The qualities it can be asked for, first the one that "auto" stands for; none: it has one."""
    free_sizes: str = ""
    """Where sizes are free within a rule: its name in `translation.RULES`; `sizes` are then the popular ones."""
    references: int = 1
    """How many images an edit may be given."""
    max_n_a_call: int = 1
    """How many pictures one call of an upstream can give: larger orders are split."""
    options: frozenset[str] = frozenset()
    """The keys of `DrawRequest.options` that it honours."""
    safety_checker: bool = False
    """Whether it came with a network that looks at each picture it drew, and blocks those that it objects to."""

    def quality(self, asked: str) -> str:
        """The quality that `asked` means here: itself where the model has it, else the one that "auto" stands for."""
        return asked if asked in self.qualities else next(iter(self.qualities), "auto")

    def unknown_words(self, words: list[str]) -> list[str]:
        """The words that the model would pass over, in order, once each."""
        if self.vocabulary is None:
            return []
        return list(dict.fromkeys(word for word in words if known_as(word, self.vocabulary) is None))

    def lost_end(self, prompt: str) -> str:
        """The words at the end of a prompt that the model knows and does not get to."""
        if self.vocabulary is None or self.max_words is None:
            return ""
        return beyond(prompt, self.vocabulary, self.max_words)


@dataclass(frozen=True, slots=True)
class DrawOrder:
    """What one attempt at a job has to draw: picture numbers `indices` of `request`, and the images it names."""

    job: str
    attempt: int
    request: DrawRequest
    indices: tuple[int, ...]
    images: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """Step `step` of `steps` of picture `index` is done."""

    job: str
    index: int
    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A small WebP (≤ 64 KB) of what the latent of this step would decode to."""

    job: str
    index: int
    step: int
    image: bytes


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished picture: `mode` is "RGB" or "RGBA" with `data` raw rows, or "file" with `data` an encoded file."""

    job: str
    index: int
    size: Size
    mode: str
    data: bytes
    seconds: float
    """Seconds the engine spent on this picture alone: the estimate learns from it."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A call for pictures `indices` is about to be sent to `upstream`. An inline engine yields it and sends only when
    it is asked for the next event: by then it is on record. `call` tells the calls of one attempt apart."""

    job: str
    call: int
    indices: tuple[int, ...]
    upstream: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The call was answered. `millicredits` is what it cost where the upstream says (None: not said), `usage` its
    own account of it, `outcome` "ok" or the code of the error that is raised next."""

    job: str
    call: int
    outcome: str = "ok"
    millicredits: int | None = None
    usage: dict[str, Any] = field(default_factory=dict)


DrawEvent = Progress | Preview | Drawn | Sending | Answered


@dataclass(frozen=True, slots=True)
class WriteOrder:
    """A text to be written: it goes on from `prompt`, or begins anew where that is empty.

    The same order writes the same text. A temperature of 0 always takes the likeliest word.
    """

    prompt: str = ""
    seed: int = 0
    most_tokens: int = 64
    temperature: float = 1.0
    top_p: float = 0.95
    top_k: int = 50


class Engine(Protocol):
    """Code that draws with one loaded model, blocking, in a process of its own (child or Ray replica).

    Heavy libraries are imported in the constructor. `draw` yields events as they come and looks at `cancelled()`
    between steps: when it answers True, `draw` returns early, without an error. Raises `EngineError`.
    """

    def draw(self, order: DrawOrder, cancelled: Callable[[], bool]) -> Iterator[DrawEvent]: ...


@runtime_checkable
class BatchingEngine(Engine, Protocol):
    """An engine that can draw the pictures of several orders at once, `batch` of them at a time.

    `draw_together` takes orders of one `compatibility`, and yields the place of an order among them with an event of
    it, or with the error that ends it and no other. What it raises may be the fault of one: then what is missing of
    each is asked for alone. `cancelled` is asked about a place; the others go on.
    """

    batch: int

    def draw_together(
        self, orders: Sequence[DrawOrder], cancelled: Callable[[int], bool]
    ) -> Iterator[tuple[int, DrawEvent | LimnerError]]: ...


class Writer(Protocol):
    """Code that writes with one loaded model, blocking, in a process of its own and beside what is drawn there.

    `write` yields pieces of text as they come, without the prompt, and looks at `cancelled()` between them: when it
    answers True, `write` returns early, without an error. Raises `EngineError`.
    """

    def write(self, order: WriteOrder, cancelled: Callable[[], bool]) -> Iterator[str]: ...


@runtime_checkable
class WritingEngine(Engine, Protocol):
    """An engine that can load the writer of its model (`Model.writer`), in the process that it draws in."""

    def writer(self) -> Writer: ...


@dataclass(frozen=True, slots=True)
class ChatOrder:
    """A text to be written by a chat model."""

    told: str
    """What it is and how it shall answer."""
    asked: str
    """What it is asked for. What a stranger wrote stands in here and never in `told`."""
    seed: int = 0
    """The same order is asked for in the same words; a server that honours seeds then writes the same text."""
    most_tokens: int = 2000
    """Thoughts that nobody sees are counted too."""


class InlineWriter(Protocol):
    """Code that writes over HTTP in an event loop, one text a call. Closing the iterator cancels the call.

    `write` yields pieces of text as they come. Raises `UpstreamError`, also after some of it: what came, came.
    """

    def write(self, order: ChatOrder) -> AsyncGenerator[str]: ...


class InlineEngine(Protocol):
    """Code that draws over HTTP in the dispatcher's own event loop. Closing the iterator cancels the call."""

    def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]: ...


class Placement(Protocol):
    """Where an engine lives. One placement draws `slots` orders at a time; `alike`: `slots` pictures, of one batch.

    `draw` raises `EngineCrashed` when the process dies (the next call starts a new one), or the engine's own error.
    `cancel` makes the running `draw` of that job end early, without an error; an unknown job is ignored.
    """

    slots: int
    alike: bool

    async def start(self) -> None:
        """Load the model; return when it can draw. Raises `EngineError`."""
        ...

    @property
    def ready(self) -> bool:
        """True when a picture can be drawn now, without loading first."""
        ...

    def draw(self, order: DrawOrder) -> AsyncIterator[DrawEvent]: ...

    async def cancel(self, job: str) -> None: ...

    async def close(self) -> None: ...
