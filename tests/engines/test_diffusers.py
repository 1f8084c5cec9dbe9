"""Drawing with diffusers, on tiny models of each kind that the real libraries make, keep and load."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

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
from limner.engines.weights import look
from limner.errors import Blocked, ModelBroken, NoRoom, NotConfigured
from tests.engines.conformance import BatchingConformance, Conformance, never
from tests.engines.test_conformance import loaded

pytestmark = [
    pytest.mark.extra,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

SIZE = Size(64, 64)
KINDS = ("stable_diffusion", "stable_diffusion_xl", "latent_consistency", "stable_diffusion_3", "flux")


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
    events: list[DrawEvent] = list(engine.draw(DrawOrder("job", 1, request(model, steps=8), (0,)), never))
    [picture] = [event for event in events if isinstance(event, Drawn)]
    assert len({event.image for event in events if isinstance(event, Preview)}) == 3
    assert pixels(picture).std() > 1
    [other] = drawn(engine, request(model, prompt="a blue moon with a flower", steps=8))
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
    varied = request(model, task=Task.VARY, images=(whole,), strength=0.5)
    edited = request(model, task=Task.EDIT, images=(whole,), mask=where)
    given = {"whole": file("red"), "where": mask.getvalue()}
    [variation] = drawn(engine, varied, **given)
    assert variation.size == SIZE
    [edit] = drawn(engine, edited, **given)
    assert (pixels(edit)[:, 32:] == (255, 0, 0)).all()
    assert not (pixels(edit)[:, :24] == (255, 0, 0)).all()


@pytest.mark.parametrize("kind", ["stable_diffusion", "stable_diffusion_xl", "stable_diffusion_3", "flux"])
def test_a_seed_is_the_same_picture_whosoever_it_is_drawn_beside(
    fours: Callable[[str], tuple[Model, BatchingEngine]], kind: str
) -> None:
    model, engine = fours(kind)
    mine = request(model, negative_prompt="blue" if model.capabilities.negative_prompt else "")
    theirs = [replace(mine, seed=50 + number, prompt="a blue moon " * number) for number in range(1, 4)]
    [alone] = drawn(engine, mine)
    [first, *_] = together(engine, mine, *theirs)
    [*_, last] = together(engine, theirs[2], replace(mine, prompt="boat"), theirs[0], mine)
    assert abs(pixels(alone) - pixels(first)).max() <= 2
    assert first.data == last.data
    assert first.data != together(engine, theirs[2], mine)[0].data


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
