"""Changing a picture, on a tiny model: the whole of it or a part, and the rest stays as it was."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from limner.engines.adapters.openvino.engine import OpenVinoEngine
from limner.engines.canvas import start_of
from limner.engines.catalog import Model
from limner.engines.contract import DrawEvent, Drawn, DrawOrder, DrawRequest, ImageRef, Preview, Progress, Size, Task
from limner.errors import EngineError
from tests.engines.conformance import never
from tests.engines.tiny_model import tiny

SIZE = Size(64, 64)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def engine(model: Model) -> OpenVinoEngine:
    return OpenVinoEngine(model)


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def scene(width: int = 64, height: int = 64) -> Image.Image:
    pixels = np.random.default_rng(4).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


def clear_in_the_middle(width: int = 64, height: int = 64) -> Image.Image:
    """A mask by OpenAI's rule: the middle may change."""
    mask = Image.new("RGBA", (width, height), (9, 9, 9, 255))
    box = (width // 4, height // 4, width * 3 // 4 - 1, height * 3 // 4 - 1)
    ImageDraw.Draw(mask).rectangle(box, fill=(0, 0, 0, 0))
    return mask


def an_order(
    task: Task, picture: Image.Image | None = None, mask: Image.Image | None = None, **changes: Any
) -> DrawOrder:
    images: dict[str, Image.Image] = {"picture": picture or scene()}
    if mask is not None:
        images["mask"] = mask
    refs = {name: ImageRef(name, image.width, image.height, image.mode == "RGBA") for name, image in images.items()}
    request = DrawRequest(
        "a red robot", "tiny", SIZE, SIZE, 5, 8, 3.0, task=task, images=(refs["picture"],), mask=refs.get("mask")
    )
    request = replace(request, **changes)
    files = {name: png(image) for name, image in images.items()}
    return DrawOrder("job", 1, request, tuple(range(request.n)), files)


def drawn(engine: OpenVinoEngine, order: DrawOrder) -> list[Any]:
    found = [event for event in engine.draw(order, never) if isinstance(event, Drawn)]
    return [
        np.frombuffer(event.data, np.uint8).reshape(event.size.height, event.size.width, -1).astype(int)
        for event in found
    ]


def test_each_strength_makes_another_picture(engine: OpenVinoEngine) -> None:
    changed = [drawn(engine, an_order(Task.VARY, strength=strength))[0] for strength in (0.25, 0.5, 1.0)]
    assert len({picture.tobytes() for picture in changed}) == 3


@pytest.mark.parametrize("task", [Task.EDIT, Task.VARY])
def test_the_picture_and_the_words_both_count(engine: OpenVinoEngine, task: Task) -> None:
    [first] = drawn(engine, an_order(task))
    [again] = drawn(engine, an_order(task))
    [other_words] = drawn(engine, an_order(task, prompt="a blue moon"))
    [other_picture] = drawn(engine, an_order(task, Image.new("RGB", (64, 64), "teal")))
    assert (first == again).all()
    assert (first != other_words).any()
    assert (first != other_picture).any()


def test_picture_i_of_a_change_has_the_seed_plus_i(engine: OpenVinoEngine) -> None:
    _, second = drawn(engine, an_order(Task.VARY, n=2))
    [alone] = drawn(engine, an_order(Task.VARY, seed=6))
    assert (second == alone).all()


@pytest.mark.parametrize(("strength", "steps"), [(None, 5), (1.0, 8), (0.7, 6), (0.5, 4), (0.01, 1), (0.0, 1)])
def test_every_step_that_is_taken_is_told(engine: OpenVinoEngine, strength: float | None, steps: int) -> None:
    events: list[DrawEvent] = list(engine.draw(an_order(Task.VARY, strength=strength), never))
    told = [(event.step, event.steps) for event in events if isinstance(event, Progress)]
    assert told == [(step, steps) for step in range(1, steps + 1)]
    assert isinstance(events[-1], Drawn)


@pytest.mark.parametrize(("strength", "asked"), [(None, 2), (0.9, 2), (0.3, 4), (0.0, 8), (1.0, 1)])
def test_what_draws_in_one_step_takes_one_that_leaves_something_of_the_picture(
    engine: OpenVinoEngine, strength: float | None, asked: int
) -> None:
    """`steps` × `strength` is one at least, as the card of SD-Turbo says."""
    order = an_order(Task.VARY, strength=strength, steps=1)
    assert start_of(order, 1).steps == asked
    events = list(engine.draw(order, never))
    assert [(event.step, event.steps) for event in events if isinstance(event, Progress)] == [(1, 1)]
    turned = an_order(Task.VARY, scene().rotate(90), strength=strength, steps=1)
    seen = abs(drawn(engine, order)[0] - drawn(engine, turned)[0]).mean()
    assert (seen > 2) == (strength != 1.0)  # at full strength a trace is left: 0.3


@pytest.mark.parametrize("strength", [0.0, 0.03, 0.29, 0.5, 0.57, 0.999, 1.0])
@pytest.mark.parametrize("steps", [1, 2, 7, 28, 49, 93])
def test_pipelines_that_cut_off_and_that_round_up_take_the_same_steps(steps: int, strength: float) -> None:
    """As they reckon: UNets' in whole steps, transformers' by where they begin."""
    order = an_order(Task.VARY, strength=strength, steps=steps)
    cut, up = start_of(order, 1), start_of(order, 1, rounds_up=True)
    for exact in (np.float32, np.float64):
        assert int(cut.steps * exact(cut.strength)) == cut.taken
        assert up.steps - int(max(up.steps - up.steps * exact(up.strength), 0)) == up.taken == cut.taken >= 1


def test_a_change_shows_previews_and_ends_when_it_is_cancelled(engine: OpenVinoEngine) -> None:
    order = an_order(Task.EDIT, mask=clear_in_the_middle(), steps=50)
    seen: list[DrawEvent] = []
    for event in engine.draw(order, lambda: any(isinstance(event, Preview) for event in seen)):
        seen.append(event)
    assert any(isinstance(event, Preview) for event in seen)
    assert not any(isinstance(event, Drawn) for event in seen)


def test_outside_the_mask_every_pixel_stays_and_inside_it_is_drawn_anew(engine: OpenVinoEngine) -> None:
    picture = scene()
    [changed] = drawn(engine, an_order(Task.EDIT, picture, clear_in_the_middle()))
    same = (changed == np.asarray(picture)).all(axis=2)
    inside = np.asarray(clear_in_the_middle())[..., 3] == 0
    assert same[~inside].all()
    assert not same[inside].all()
    assert same[inside].mean() < 0.1


def test_a_large_picture_keeps_its_own_pixels_though_the_model_draws_smaller(engine: OpenVinoEngine) -> None:
    picture = scene(128, 128)
    order = an_order(Task.EDIT, picture, clear_in_the_middle(128, 128), size=Size(128, 128))
    [changed] = drawn(engine, order)
    outside = np.asarray(clear_in_the_middle(128, 128))[..., 3] == 255
    assert (changed == np.asarray(picture))[outside].all()


def test_a_mask_without_an_alpha_channel_is_white_where_the_picture_may_change(engine: OpenVinoEngine) -> None:
    white = Image.new("L", (64, 64), 0)
    ImageDraw.Draw(white).rectangle((16, 16, 47, 47), fill=255)
    [by_white] = drawn(engine, an_order(Task.EDIT, mask=white))
    [by_alpha] = drawn(engine, an_order(Task.EDIT, mask=clear_in_the_middle()))
    assert (by_white == by_alpha).all()


def test_a_mask_of_another_size_is_laid_over_the_whole_picture(engine: OpenVinoEngine) -> None:
    picture = scene()
    [changed] = drawn(engine, an_order(Task.EDIT, picture, clear_in_the_middle(32, 32)))
    same = (changed == np.asarray(picture)).all(axis=2)
    assert same[:14].all()
    assert same[:, 50:].all()
    assert not same[20:44, 20:44].any()


def test_a_picture_of_another_shape_is_cut_to_the_asked_one_with_its_mask(engine: OpenVinoEngine) -> None:
    picture = scene(128, 64)
    [changed] = drawn(engine, an_order(Task.EDIT, picture, clear_in_the_middle(128, 64)))
    middle = np.asarray(picture)[:, 32:96]
    assert (changed[:15] == middle[:15]).all()
    assert (changed[20:44, 4:-4] != middle[20:44, 4:-4]).any(axis=2).all()


def test_an_opaque_mask_changes_nothing(engine: OpenVinoEngine) -> None:
    picture = scene()
    [changed] = drawn(engine, an_order(Task.EDIT, picture, Image.new("RGBA", (64, 64), "black")))
    assert (changed == np.asarray(picture)).all()


def test_what_is_clear_in_a_picture_counts_as_white_paper(engine: OpenVinoEngine) -> None:
    clear, paper = Image.new("RGBA", (64, 64), (200, 0, 0, 0)), Image.new("RGB", (64, 64), "white")
    [first], [second] = drawn(engine, an_order(Task.VARY, clear)), drawn(engine, an_order(Task.VARY, paper))
    assert (first == second).all()


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (lambda order: replace(order, images={}), "did not come with it"),
        (lambda order: replace(order, images={"picture": b"no picture"}), "its file is damaged"),
        (lambda order: replace(order, request=replace(order.request, images=())), "names no picture"),
    ],
)
def test_a_job_without_its_picture_fails_in_words(engine: OpenVinoEngine, broken: Any, why: str) -> None:
    with pytest.raises(EngineError, match=why):
        list(engine.draw(broken(an_order(Task.EDIT)), never))


def test_a_task_that_the_model_is_not_said_to_do_is_refused(model: Model) -> None:
    able = replace(model.capabilities, tasks=frozenset({Task.CREATE}))
    engine = OpenVinoEngine(replace(model, capabilities=able))
    with pytest.raises(EngineError, match="cannot edit pictures"):
        list(engine.draw(an_order(Task.EDIT), never))
    assert len(drawn(engine, an_order(Task.CREATE))) == 1


def test_a_picture_whose_ground_is_not_plain_comes_opaque(engine: OpenVinoEngine) -> None:
    [event] = [e for e in engine.draw(an_order(Task.CREATE, background="transparent"), never) if isinstance(e, Drawn)]
    assert event.mode == "RGB"


def test_a_plain_ground_comes_out_transparent(engine: OpenVinoEngine) -> None:
    paper = Image.new("RGB", (64, 64), "white")
    order = an_order(Task.EDIT, paper, clear_in_the_middle(), background="transparent")
    [event] = [e for e in engine.draw(order, never) if isinstance(e, Drawn)]
    assert event.mode == "RGBA"
    alpha = np.frombuffer(event.data, np.uint8).reshape(64, 64, 4)[..., 3]
    assert (alpha[:14] == 0).all()
    assert alpha[32, 32] == 255


@pytest.mark.parametrize(("shape", "box"), [((96, 64), (0, 10, 64, 53)), ((64, 96), (10, 0, 53, 64))])
def test_what_is_drawn_square_and_cut_to_another_shape_is_of_the_whole_picture(
    shape: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    picture = scene(*shape)
    everywhere = Image.new("RGBA", shape, (0, 0, 0, 0))
    start = start_of(an_order(Task.EDIT, picture, everywhere, size=Size(*shape)), 1)
    seen = Image.fromarray(start.pixels[0])
    assert seen.size == (64, 64)
    whole = ImageOps.fit(picture, (box[2] - box[0], box[3] - box[1]), Image.Resampling.LANCZOS)
    assert seen.crop(box).tobytes() == whole.tobytes()
    assert start.mask is not None
    where = Image.fromarray(start.mask[0, ..., 0])
    assert where.getbbox() == box
