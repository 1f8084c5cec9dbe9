"""Drawing with diffusers, on tiny models of each kind that the real libraries make, keep and load."""

from __future__ import annotations

import gc
import io
import json
import pickle
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

from limner.engines import canvas
from limner.engines.catalog import Model
from limner.engines.contract import (
    BatchingEngine,
    DrawEvent,
    Drawn,
    DrawOrder,
    DrawRequest,
    Engine,
    ImageRef,
    Preview,
    Progress,
    Size,
    Task,
)
from limner.engines.schedulers import SCHEDULERS
from limner.engines.weights import look
from limner.errors import Blocked, EngineError, ModelBroken, NoRoom, NotConfigured
from tests.engines.conformance import BatchingConformance, Conformance, never
from tests.engines.test_conformance import loaded

pytestmark = [
    pytest.mark.extra,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

SIZE = Size(64, 64)
KINDS = (
    "stable_diffusion",
    "stable_diffusion_2",
    "stable_diffusion_xl",
    "latent_consistency",
    "stable_diffusion_3",
    "flux",
    "flux_2",
    "flux_2_klein",
    "qwen_image",
    "z_image",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Model]:
    """The model of a kind, made once."""
    folder = tmp_path_factory.mktemp("checkpoints")

    def model(kind: str) -> Model:
        from tests.engines import checkpoints

        if not (folder / kind).exists():
            getattr(checkpoints, kind)(folder / kind)
        return look(folder / kind, kind)

    return model


def request(model: Model, **asked: Any) -> DrawRequest:
    able = model.capabilities
    usual = DrawRequest("a red robot", model.name, SIZE, SIZE, 7, 4, able.default_guidance)
    return replace(usual, **asked)


def drawn(engine: Engine, asked: DrawRequest, *indices: int, **images: bytes) -> list[Drawn]:
    events = engine.draw(DrawOrder("job", 1, asked, indices or (0,), images), never)
    return [event for event in events if isinstance(event, Drawn)]


def pixels(picture: Drawn) -> np.ndarray[Any, Any]:
    return np.frombuffer(picture.data, np.uint8).reshape(picture.size.height, picture.size.width, -1).astype(int)


def file(colour: str, mode: str = "RGB") -> bytes:
    kept = io.BytesIO()
    Image.new(mode, (SIZE.width, SIZE.height), colour).save(kept, "PNG")
    return kept.getvalue()


class TestDiffusers(Conformance):
    engine_name = "diffusers"
    draw_size: ClassVar[Size] = SIZE

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, made: Callable[[str], Model]) -> Engine:
        return loaded(made("stable_diffusion"))


class TestDiffusersTogether(BatchingConformance):
    """The same, four pictures at a time."""

    engine_name = "diffusers"
    draw_size: ClassVar[Size] = SIZE
    tolerance: ClassVar[int] = 2

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, fours: Callable[[str], tuple[Model, BatchingEngine]]) -> Engine:
        return fours("stable_diffusion")[1]


@pytest.fixture(scope="module")
def fours(
    made: Callable[[str], Model], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[Model, BatchingEngine]]:
    """The model of a kind, whose limner.json asks for four pictures at a time."""
    kept: dict[str, tuple[Model, BatchingEngine]] = {}

    def engine(kind: str) -> tuple[Model, BatchingEngine]:
        if kind not in kept:
            kept[kind] = in_fours(made(kind), tmp_path_factory.mktemp("fours"))
        return kept[kind]

    return engine


def in_fours(model: Model, folder: Path) -> tuple[Model, BatchingEngine]:
    """A copy of a model, and its engine, that draws four pictures at a time."""
    place = copied(model, folder)
    (place / "limner.json").write_text(json.dumps({"batch": 4}))
    copy = look(place, model.name)
    engine = loaded(copy)
    assert isinstance(engine, BatchingEngine)
    assert engine.batch == 4
    return copy, engine


@pytest.fixture(scope="module")
def engines(made: Callable[[str], Model]) -> Callable[[str], tuple[Model, Engine]]:
    kept: dict[str, tuple[Model, Engine]] = {}

    def engine(kind: str) -> tuple[Model, Engine]:
        if kind not in kept:
            kept[kind] = made(kind), loaded(made(kind))
        return kept[kind]

    return engine


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_known_by_its_folder_and_draws_with_previews(
    engines: Callable[[str], tuple[Model, Engine]], kind: str
) -> None:
    model, engine = engines(kind)
    assert model.engine == "diffusers"
    events: list[DrawEvent] = list(engine.draw(DrawOrder("job", 1, request(model), (0,)), never))
    [picture] = [event for event in events if isinstance(event, Drawn)]
    assert len({event.image for event in events if isinstance(event, Preview)}) == 3
    assert pixels(picture).std() > 1
    [other] = drawn(engine, request(model, prompt="a blue moon with a flower"))
    assert other.data != picture.data


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_goes_on_from_a_picture_and_leaves_what_the_mask_keeps(
    engines: Callable[[str], tuple[Model, Engine]], kind: str
) -> None:
    model, engine = engines(kind)
    whole, where = ImageRef("whole", 64, 64), ImageRef("where", 64, 64, has_alpha=True)
    half = Image.new("RGBA", (64, 64), "black")
    half.paste((0, 0, 0, 0), (0, 0, 32, 64))
    mask = io.BytesIO()
    half.save(mask, "PNG")
    edited = request(model, task=Task.EDIT, images=(whole,), mask=where)
    given = {"whole": file("red"), "where": mask.getvalue()}
    [edit] = drawn(engine, edited, **given)
    assert (pixels(edit)[:, 32:] == (255, 0, 0)).all()
    assert not (pixels(edit)[:, :24] == (255, 0, 0)).all()
    varied = request(model, task=Task.VARY, images=(whole,), strength=0.5)
    if Task.VARY in model.capabilities.tasks:
        [variation] = drawn(engine, varied, **given)
        assert variation.size == SIZE
    else:
        with pytest.raises(EngineError, match="cannot vary"):
            drawn(engine, varied, **given)


@pytest.mark.parametrize("kind", ["flux_2", "flux_2_klein"])
def test_flux_2_sees_the_picture_from_the_first_step_to_the_last(
    engines: Callable[[str], tuple[Model, Engine]], kind: str
) -> None:
    """It is a reference, so no strength makes fewer steps of it."""
    model, engine = engines(kind)
    asked = request(model, task=Task.EDIT, images=(ImageRef("whole", 64, 64),), strength=0.5)
    events = list(engine.draw(DrawOrder("job", 1, asked, (0,), {"whole": file("red")}), never))
    assert [event.step for event in events if isinstance(event, Progress)] == [1, 2, 3, 4]
    [of_red] = [event for event in events if isinstance(event, Drawn)]
    [of_blue] = drawn(engine, asked, whole=file("blue"))
    [of_words] = drawn(engine, request(model))
    assert len({of_red.data, of_blue.data, of_words.data}) == 3


def test_qwen_image_is_guided_though_nobody_says_what_to_avoid(
    engines: Callable[[str], tuple[Model, Engine]],
) -> None:
    model, engine = engines("qwen_image")
    [guided] = drawn(engine, request(model, guidance=8.0))
    [as_said] = drawn(engine, request(model, guidance=8.0, negative_prompt=" "))
    [unguided] = drawn(engine, request(model, guidance=1.0))
    assert guided.data == as_said.data != unguided.data


def test_previews_are_decoded_by_the_tiny_autoencoder_that_is_named_and_the_picture_is_not(
    engines: Callable[[str], tuple[Model, Engine]], tmp_path: Path
) -> None:
    from tests.engines import checkpoints

    model, engine = engines("stable_diffusion")
    checkpoints.tiny_autoencoder(tmp_path / "models/somebody/tiny")
    folder = copied(model, tmp_path)
    (folder / "limner.json").write_text('{"tiny": "somebody/tiny"}')
    other = loaded(look(folder, "other", tmp_path))

    def seen(engine: Engine) -> tuple[list[bytes], bytes]:
        events = list(engine.draw(DrawOrder("job", 1, request(model), (0,)), never))
        [picture] = [event.data for event in events if isinstance(event, Drawn)]
        return [event.image for event in events if isinstance(event, Preview)], picture

    usual, picture = seen(engine)
    decoded, the_same = seen(other)
    assert (len(decoded), picture) == (len(usual), the_same)
    for one, its in zip(usual, decoded, strict=True):
        assert one != its
        assert len(its) <= 64 * 1024
        assert Image.open(io.BytesIO(its)).size == (256, 256)


@pytest.mark.parametrize(("channels", "error"), [(16, NotConfigured), (0, ModelBroken)])
def test_a_tiny_autoencoder_that_does_not_fit_is_named(
    made: Callable[[str], Model], tmp_path: Path, channels: int, error: type[Exception]
) -> None:
    from tests.engines import checkpoints

    (tmp_path / "tiny").mkdir()
    if channels:
        checkpoints.tiny_autoencoder(tmp_path / "tiny", channels=channels)
    with pytest.raises(error, match=f"{tmp_path / 'tiny'}"):
        loaded(replace(made("stable_diffusion"), tiny=tmp_path / "tiny"))


@pytest.mark.parametrize("kind", ["stable_diffusion", "stable_diffusion_xl", "stable_diffusion_3", "flux"])
def test_a_seed_is_the_same_picture_whosoever_it_is_drawn_beside(
    fours: Callable[[str], tuple[Model, BatchingEngine]], kind: str
) -> None:
    model, engine = fours(kind)
    mine = request(model, negative_prompt="blue" if model.capabilities.negative_prompt else "")
    theirs = [replace(mine, seed=50 + number, prompt="a blue moon " * number) for number in range(1, 4)]
    [alone] = drawn(engine, mine)
    [first, *_] = together(engine, mine, *theirs)
    [again, *_] = together(engine, mine, theirs[2], replace(mine, prompt="boat"), theirs[0])
    [*_, last] = together(engine, theirs[2], replace(mine, prompt="boat"), theirs[0], mine)
    assert abs(pixels(alone) - pixels(first)).max() <= 2
    assert first.data == again.data
    # Where it stands decides how a CPU's library parts the rows among its registers.
    assert abs(pixels(last) - pixels(first)).max() <= 2
    assert first.data != together(engine, theirs[2], mine)[0].data


def test_in_half_precision_a_seed_is_the_same_picture_within_40_decibels(
    made: Callable[[str], Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr("limner.engines.adapters.diffusers.engine.precision_of", lambda *_: torch.bfloat16)
    model, engine = in_fours(made("flux"), tmp_path)
    mine = request(model, steps=2)  # CPUs without bfloat16 take seconds for one
    theirs = [replace(mine, seed=50 + number, prompt="a blue moon " * number) for number in range(1, 4)]
    alone, first = drawn(engine, mine)[0], together(engine, mine, *theirs)[0]
    wrong = ((pixels(alone) - pixels(first)) ** 2).mean()
    assert wrong == 0 or 10 * np.log10(255**2 / wrong) >= 40


def test_negative_prompts_are_each_jobs_own(fours: Callable[[str], tuple[Model, BatchingEngine]]) -> None:
    model, engine = fours("stable_diffusion")
    one, other = (request(model, negative_prompt=said) for said in ("blue", "flower with moon"))
    [first, second] = together(engine, one, other)
    assert first.data != second.data
    assert abs(pixels(second) - pixels(drawn(engine, other)[0])).max() <= 2


def test_so_many_as_the_memory_has_no_room_for_are_drawn_in_halves(
    fours: Callable[[str], tuple[Model, BatchingEngine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, engine = fours("stable_diffusion")
    tried: list[int] = []
    draws = engine.generate  # type: ignore[attr-defined]

    def generate(pieces: Sequence[Any], *said: Any) -> Any:
        tried.append(len(pieces))
        if len(pieces) > 1 or pieces[0].order.request.seed == 13:
            raise NoRoom("The memory is full.")
        return draws(pieces, *said)

    monkeypatch.setattr(engine, "generate", generate)
    monkeypatch.setattr(engine, "_fitted", {})
    jobs = [request(model, steps=1, seed=seed) for seed in (1, 2, 3)]
    assert len({picture.data for picture in together(engine, *jobs)}) == 3
    assert tried == [3, 1, 1, 1]
    together(engine, *jobs)
    assert tried[4:] == [1, 1, 1]  # it has learnt
    with pytest.raises(NoRoom):
        together(engine, replace(jobs[0], seed=13))


def test_what_had_no_room_is_let_go_before_less_is_tried(
    fours: Callable[[str], tuple[Model, BatchingEngine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    model, engine = fours("stable_diffusion")
    network = engine._pipelines.creating.unet  # type: ignore[attr-defined]
    computes = network.forward
    held: list[weakref.ref[Any]] = []
    alive: list[bool] = []

    def forward(latents: Any, *said: Any, **more: Any) -> Any:
        alive.extend(one() is not None for one in held)
        if len(latents) > 2:  # of each picture one with its words and one without
            large = latents.clone()
            held.append(weakref.ref(large))
            raise torch.OutOfMemoryError
        return computes(latents, *said, **more)

    monkeypatch.setattr(network, "forward", forward)
    monkeypatch.setattr(engine, "_fitted", {})
    gc.disable()
    try:
        together(engine, *(request(model, steps=1, seed=seed) for seed in (1, 2)))
    finally:
        gc.enable()
    assert alive == [False, False]


def test_a_picture_that_may_not_be_shown_blocks_its_own_job_alone(
    fours: Callable[[str], tuple[Model, BatchingEngine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, engine = fours("stable_diffusion")
    draws = engine.generate  # type: ignore[attr-defined]

    def objecting(pieces: Sequence[Any], *said: Any) -> Any:
        made = draws(pieces, *said)
        return [
            None if piece.order.job == "bad" and piece.index == 1 else one
            for piece, one in zip(pieces, made, strict=True)
        ]

    monkeypatch.setattr(engine, "generate", objecting)
    bad = DrawOrder("bad", 1, request(model, steps=1), (0, 1, 2, 3, 4))
    good = replace(bad, job="good", indices=(0,))
    said = [(place, type(event), getattr(event, "index", None)) for place, event in engine.draw_together([good, bad],
            lambda _: False) if not isinstance(event, Progress | Preview)]  # fmt: skip
    # What was drawn beside it is kept; what was still to come of its job is not drawn.
    assert said == [(0, Drawn, 0), (1, Drawn, 0), (1, Drawn, 2), (1, Blocked, None)]


def test_a_picture_that_cannot_be_finished_fails_its_own_job_alone(
    fours: Callable[[str], tuple[Model, BatchingEngine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, engine = fours("stable_diffusion")

    def finished(picture: Image.Image, asked: DrawRequest, *said: Any) -> Image.Image:
        if asked.seed == 13:
            raise ValueError("no such ground")
        return canvas.finished(picture, asked, *said)

    monkeypatch.setattr("limner.engines.adapters.diffusers.drawing.finished", finished)
    orders = [DrawOrder(f"job {seed}", 1, request(model, steps=1, seed=seed), (0,)) for seed in (1, 13, 2)]
    ends = [(place, event) for place, event in engine.draw_together(orders, lambda _: False)
            if not isinstance(event, Progress | Preview)]  # fmt: skip
    assert [(place, type(event)) for place, event in ends] == [(0, Drawn), (2, Drawn), (1, EngineError)]
    assert "ValueError: no such ground" in str(ends[-1][1])


@pytest.mark.parametrize("batch", [0, 65, "4"])
def test_a_batch_that_cannot_be_is_refused_before_anything_is_loaded(
    made: Callable[[str], Model], tmp_path: Path, batch: object
) -> None:
    folder = copied(made("stable_diffusion"), tmp_path)
    (folder / "limner.json").write_text(json.dumps({"batch": batch}))
    with pytest.raises(ModelBroken, match="batch of 1 to 64"):
        loaded(look(folder, "wrong"))


def together(engine: BatchingEngine, *asked: DrawRequest) -> list[Drawn]:
    """The pictures of several jobs of one picture, drawn at once."""
    orders = [DrawOrder(f"job {place}", 1, one, (0,)) for place, one in enumerate(asked)]
    pictures = {place: event for place, event in engine.draw_together(orders, lambda _: False)
                if isinstance(event, Drawn)}  # fmt: skip
    return [pictures[place] for place in range(len(asked))]


@pytest.mark.parametrize("task", [Task.CREATE, Task.VARY])
def test_what_a_models_own_checker_objects_to_is_not_kept(tmp_path: Path, task: Task) -> None:
    from tests.engines import checkpoints

    given = {"images": (ImageRef("whole", 64, 64),), "strength": 0.5} if task is Task.VARY else {}
    for name, strict in (("strict", True), ("mild", False)):
        checkpoints.watched(tmp_path / name, strict=strict)
    strict_one, mild_one = (look(tmp_path / name, name) for name in ("strict", "mild"))
    assert strict_one.capabilities.safety_checker
    assert len(drawn(loaded(mild_one), request(mild_one, task=task, **given), whole=file("red"))) == 1
    events = loaded(strict_one).draw(
        DrawOrder("job", 1, request(strict_one, task=task, **given), (0,), {"whole": file("red")}), never
    )
    seen: list[DrawEvent] = []
    with pytest.raises(Blocked, match="Strict found that it drew what it may not show"):
        seen.extend(events)
    assert not any(isinstance(event, Drawn) for event in seen)


def test_a_scheduler_that_was_asked_for_is_used_for_that_drawing_alone(
    engines: Callable[[str], tuple[Model, Engine]],
) -> None:
    model, engine = engines("stable_diffusion")
    whole = {"images": (ImageRef("whole", 64, 64),), "task": Task.VARY, "strength": 0.5}
    for asked, names in (({}, list(SCHEDULERS)), (whole, ["heun", "dpmpp_2m"])):
        usual = request(model, **asked)
        [before] = drawn(engine, usual, whole=file("red"))
        found = {
            name: drawn(engine, replace(usual, options={"scheduler": name}), whole=file("red"))[0] for name in names
        }
        assert all(pixels(picture).std() > 1 for picture in found.values())
        assert [name for name in names if found[name].data == before.data] == names[:1] * (
            not asked
        )  # euler, its own
        assert len({picture.data for picture in found.values()}) == len(names)
        assert drawn(engine, usual, whole=file("red"))[0].data == before.data


def test_the_scheduler_beside_a_model_is_its_usual_one(made: Callable[[str], Model], tmp_path: Path) -> None:
    model = made("stable_diffusion")
    folder = copied(model, tmp_path)
    (folder / "limner.json").write_text('{"scheduler": "ddim"}')
    [usual] = drawn(loaded(look(folder, "usual")), request(model))
    [asked] = drawn(loaded(model), request(model, options={"scheduler": "ddim"}))
    assert usual.data == asked.data


@pytest.fixture(scope="module")
def dressed(made: Callable[[str], Model], tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Engine]:
    """Stable Diffusion with a folder of LoRAs: one that is its, one of another kind of model, and no LoRA at all."""
    from tests.engines import checkpoints

    folder = tmp_path_factory.mktemp("loras")
    checkpoints.lora(folder / "ink wash.safetensors")
    checkpoints.lora(folder / "other.safetensors", width=48)
    (folder / "damaged.safetensors").write_bytes(b"nothing")
    (folder / "strange.safetensors").write_bytes(
        (folder / "ink wash.safetensors").read_bytes().replace(b"unet.", b"wall.")
    )
    model = replace(made("stable_diffusion"), loras=folder)
    return model, loaded(model)


def test_a_lora_changes_the_drawing_that_asks_for_it_and_no_other(dressed: tuple[Model, Engine]) -> None:
    model, engine = dressed

    def picture(prompt: str) -> bytes:
        return drawn(engine, request(model, prompt=prompt, steps=3))[0].data

    before = picture("a red robot")
    whole = picture("a red robot <lora:ink wash>")
    assert len({before, whole, picture("a red robot <lora:ink wash:0.5>")}) == 3
    assert picture("a red <lora:ink wash:1.0> robot") == whole
    assert picture("a red robot <lora:ink wash:0>") == before
    assert picture("a red robot") == before


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many graphs torch made of networks. They are run as they are: to compile C++ of them takes minutes here."""
    import torch
    from torch._dynamo.utils import counters

    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    counters.clear()
    return lambda: counters["stats"]["unique_graphs"]


def test_a_compiled_model_draws_what_it_does_without_and_takes_loras(
    dressed: tuple[Model, Engine], counted: Callable[[], int], tmp_path: Path
) -> None:
    model, engine = dressed
    folder = copied(model, tmp_path)
    (folder / "limner.json").write_text('{"compile": true}')
    compiled = replace(look(folder, "compiled"), loras=model.loras)
    quick = loaded(compiled)
    for prompt in ("a red robot", "a red robot <lora:ink wash>", "a red robot"):
        before = counted()
        [usual] = drawn(engine, request(model, prompt=prompt, steps=2))
        assert counted() == before
        [other] = drawn(quick, request(model, prompt=prompt, steps=2))
        assert counted() > 0
        assert abs(pixels(usual) - pixels(other)).max() <= 2


def test_a_network_that_names_no_blocks_is_compiled_whole(
    made: Callable[[str], Model], counted: Callable[[], int], tmp_path: Path
) -> None:
    folder = copied(made("stable_diffusion_3"), tmp_path)
    (folder / "limner.json").write_text('{"compile": true}')
    compiled = look(folder, "compiled")
    assert drawn(loaded(compiled), request(compiled, steps=2))
    assert counted() > 0


@pytest.mark.parametrize("name", ["other", "damaged", "strange"])
def test_a_lora_that_does_not_fit_is_said_and_the_next_drawing_is_as_ever(
    dressed: tuple[Model, Engine], name: str
) -> None:
    model, engine = dressed
    [before] = drawn(engine, request(model, steps=3))
    with pytest.raises(EngineError, match=f"The LoRA '{name}' does not fit Stable Diffusion, or is damaged"):
        drawn(engine, request(model, prompt=f"a boat <lora:ink wash> <lora:{name}>"))
    assert drawn(engine, request(model, steps=3))[0].data == before.data


@pytest.mark.parametrize(
    ("layer", "takes", "gives"),
    [("x_embedder", 8, 32), ("transformer_blocks.0.attn.to_q", 40, 32), ("transformer_blocks.0.attn.to_q", 32, 40)],
    ids=["of more channels", "wider", "that gives more"],
)
def test_a_lora_that_is_larger_than_the_model_changes_it_for_nobody(
    made: Callable[[str], Model], tmp_path: Path, layer: str, takes: int, gives: int
) -> None:
    from tests.engines import checkpoints

    checkpoints.flux_lora(tmp_path / "right.safetensors", "x_embedder", 4, 32)
    checkpoints.flux_lora(tmp_path / "large.safetensors", layer, takes, gives)
    model = replace(made("flux"), loras=tmp_path)
    engine = loaded(model)
    network = engine._pipelines.creating.transformer  # type: ignore[attr-defined]

    def picture(prompt: str) -> bytes:
        return drawn(engine, request(model, prompt=prompt, steps=2))[0].data

    before, dressed = picture("a red robot"), picture("a red robot <lora:right>")
    with pytest.raises(EngineError, match="The LoRA 'large' does not fit FLUX, or is damaged"):
        picture("a red robot <lora:large>")
    assert (network.config.in_channels, picture("a red robot")) == (4, before)
    assert picture("a red robot <lora:right>") == dressed != before


def test_a_pickled_model_is_refused(made: Callable[[str], Model], tmp_path: Path) -> None:
    folder = copied(made("stable_diffusion"), tmp_path)
    for path in folder.rglob("*.safetensors"):
        path.with_suffix(".bin").write_bytes(pickle.dumps("anything"))
        path.unlink()
    with pytest.raises(NotConfigured, match="pickled"):
        loaded(look(folder, "pickled"))


def test_a_damaged_file_is_named_with_what_mends_it(made: Callable[[str], Model], tmp_path: Path) -> None:
    folder = copied(made("stable_diffusion"), tmp_path)
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    whole = weights.read_bytes()
    for content in (whole[:5000], b"?" * 8 + whole[8:]):
        weights.write_bytes(content)
        with pytest.raises(ModelBroken, match=r"cannot be loaded.* limner models verify damaged$"):
            loaded(look(folder, "damaged"))


def copied(model: Model, folder: Path) -> Path:
    import shutil

    assert model.path is not None
    return Path(shutil.copytree(model.path, folder / "copy"))
