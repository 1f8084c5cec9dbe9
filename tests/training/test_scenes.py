"""What is drawn, and where it stands."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from training.scenes import WHOLE, Figure, Held, Relation, Scene
from training.scenes.world import (
    HOLDABLE,
    HOLDERS,
    INSIDE,
    PLACES,
    POSITIONS,
    RELATIONS,
    SIZES,
    STYLES,
    SUBJECTS,
    SUPPORTS,
)

if TYPE_CHECKING:
    from training.scenes.layout import Box, Placed

pytestmark = pytest.mark.extra

FRAMES = ((1.0, 1.0), (1.75, 1.0), (1.0, 1.75), (1.5, 1.0))


def _placed(scene: Scene) -> list[Placed]:
    from training.scenes.layout import layout

    return layout(scene)


def _shared(first: Box, second: Box) -> float:
    """How much of the smaller box the other covers."""
    wide = min(first[2], second[2]) - max(first[0], second[0])
    high = min(first[3], second[3]) - max(first[1], second[1])
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (first, second)]
    return max(0.0, wide) * max(0.0, high) / min(areas)


def _middle(piece: Placed) -> tuple[float, float]:
    left, top, right, bottom = piece.box()
    return (left + right) / 2, (top + bottom) / 2


def _any_scene(rng: random.Random) -> Scene:
    """Some scene of the whole world: a size, a count, a position, a held thing or a relation."""
    subject, place = rng.choice(WHOLE.subjects), rng.choice(WHOLE.places)
    figure = Figure(subject, "blue", rng.choice(SIZES))
    parts: dict[str, object] = {}
    match rng.randrange(4):
        case 0:
            parts["count"] = rng.choice(WHOLE.counts)
        case 1:
            parts["position"] = rng.choice(POSITIONS)
        case 2:
            figure = Figure(
                rng.choice(list(HOLDERS)), "red", rng.choice(SIZES), Held(rng.choice(list(HOLDABLE)), "lime")
            )
        case _:
            name = rng.choice(RELATIONS)
            others = {"inside": tuple(INSIDE), "on": SUPPORTS}.get(name, WHOLE.subjects)
            parts["relation"] = Relation(name, Figure(rng.choice(others), "green"))
    return Scene(figure, place, "day", frame=rng.choice(FRAMES), seed=rng.randrange(10**6), **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_can_be_drawn_and_changes_the_picture_much(subject: str) -> None:
    import numpy as np

    from training.scenes.drawing import draw

    bare = draw(Scene(None, "meadow", "day"), 64)
    drawn = draw(Scene(Figure(subject, "blue"), "meadow", "day"), 64)
    assert drawn.shape == (64, 64, 3)
    assert drawn.dtype == np.uint8
    assert np.abs(drawn.astype(int) - bare.astype(int)).mean() > 5


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_fills_its_frame_and_does_not_leave_it(subject: str) -> None:
    from training.scenes.layout import extent

    left, top, right, bottom = extent(subject)
    assert max(right - left, bottom - top) > 0.8
    assert min(left, top) >= -0.56
    assert max(right, bottom) <= 0.56


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("thing", HOLDABLE)
def test_whoever_can_hold_can_hold_everything_and_its_colour_shows(holder: str, thing: str) -> None:
    import numpy as np

    from training.scenes.drawing import draw

    held = [
        draw(Scene(Figure(holder, "blue", held=Held(thing, colour)), "snow", "day"), 64).astype(int)
        for colour in WHOLE.colours
    ]
    assert all(np.abs(held[0] - other).mean() > 0.3 for other in held[1:])


def test_a_scene_drawn_twice_is_the_same_picture() -> None:
    import numpy as np

    from training.scenes.drawing import draw

    for style in STYLES:
        scene = Scene(Figure("cat", "orange", held=Held("balloon", "blue")), "city", "night", style, seed=7)
        assert np.array_equal(draw(scene, 96), draw(scene, 96))


def test_another_seed_is_another_picture() -> None:
    import numpy as np

    from training.scenes.drawing import draw

    one, other = (draw(Scene(Figure("cat", "orange"), "city", "night", seed=seed), 96) for seed in (1, 2))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("place", PLACES)
def test_every_place_can_be_drawn_alone_at_its_times_in_every_style(place: str) -> None:
    import numpy as np

    from training.scenes.drawing import draw

    for style in STYLES:
        times = WHOLE.times_of(place, style)
        drawn = [draw(Scene(None, place, time, style), 64).astype(int) for time in times]
        assert all(np.abs(drawn[0] - other).mean() > 3 for other in drawn[1:])


@pytest.mark.parametrize("place", ["meadow", "room", "underwater"])
def test_each_style_is_another_picture(place: str) -> None:
    import numpy as np

    from training.scenes.drawing import draw

    drawn = [draw(Scene(Figure("fox", "orange"), place, "night", style), 128).astype(int) for style in STYLES]
    for index, one in enumerate(drawn):
        assert all(np.abs(one - other).mean() > 6 for other in drawn[index + 1 :])


@pytest.mark.parametrize("style", STYLES)
def test_the_fourteen_colours_stay_apart_in_every_style(style: str) -> None:
    import numpy as np

    from training.scenes.drawing import draw

    time = WHOLE.times_of("meadow", style)[0]
    drawn = [draw(Scene(Figure("ball", name), "meadow", time, style), 64).astype(float) for name in WHOLE.colours]
    for index, one in enumerate(drawn):
        for other in drawn[index + 1 :]:
            # where the ball is, by the strongest difference in any part: hue or lightness
            assert np.sort(np.abs(one - other).max(2).ravel())[-400:].mean() > 20


def test_pixel_art_has_hard_pixels() -> None:
    import numpy as np

    from training.scenes.drawing import draw

    drawn = draw(Scene(Figure("robot", "blue"), "city", "day", "pixel"), 256)
    assert np.array_equal(drawn, drawn[::4, ::4].repeat(4, 0).repeat(4, 1))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("frame", "shape"), [((1.75, 1.0), (64, 112)), ((1.0, 1.75), (112, 64)), ((1.5, 1), (64, 96))]
)
def test_wide_and_tall_frames_have_their_size_in_pixels(
    style: str, frame: tuple[float, float], shape: tuple[int, int]
) -> None:
    from training.scenes.drawing import draw

    scene = Scene(Figure("tree", "green"), "forest", "night", style, frame=frame)
    assert draw(scene, 64).shape == (*shape, 3)
    assert draw(scene, 50).shape == (round(50 * frame[1]), round(50 * frame[0]), 3)


def test_a_plain_ground_is_one_flat_tone_outside_the_figure() -> None:
    import numpy as np

    from training.scenes.drawing import draw

    for subject in ("heart", "cat", "house"):
        scene = Scene(Figure(subject, "red"), "plain", "day", frame=(1.5, 1.0))
        drawn = draw(scene, 128)
        left, top, right, bottom = (round(edge * 128) for edge in _placed(scene)[0].box())
        outside = np.ones(drawn.shape[:2], bool)
        outside[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = False
        assert outside.sum() > 4000
        assert len(np.unique(drawn[outside], axis=0)) == 1


def test_no_figure_is_cut_by_the_frame() -> None:
    rng = random.Random(1)
    for _ in range(600):
        scene = _any_scene(rng)
        for piece in _placed(scene):
            left, top, right, bottom = piece.box()
            assert left >= 0, scene
            assert top >= 0, scene
            assert right <= scene.frame[0], scene
            assert bottom <= scene.frame[1], scene


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("count", [2, 3, 4])
def test_as_many_stand_there_as_are_counted_and_none_hides_another(count: int, frame: tuple[float, float]) -> None:
    for seed, subject in enumerate(SUBJECTS):
        placed = _placed(Scene(Figure(subject, "blue"), "meadow", "day", count=count, frame=frame, seed=seed))
        assert len(placed) == count
        boxes = [piece.box() for piece in placed]
        for index, box in enumerate(boxes):
            assert max(box[2] - box[0], box[3] - box[1]) > 0.15
            assert all(_shared(box, other) <= 0.1 for other in boxes[index + 1 :]), subject


@pytest.mark.parametrize("frame", FRAMES)
def test_left_means_left_and_right_means_right(frame: tuple[float, float]) -> None:
    for seed, subject in enumerate(SUBJECTS):
        left, middle, right = (
            _middle(
                _placed(Scene(Figure(subject, "red"), "snow", "day", position=position, frame=frame, seed=seed))[0]
            )[0]
            / frame[0]
            for position in ("left", "middle", "right")
        )
        assert 0.22 < left < 0.28
        assert 0.469 < middle < 0.531
        assert 0.72 < right < 0.78


def test_small_is_smaller_and_large_is_larger() -> None:
    for seed, subject in enumerate(SUBJECTS):
        small, medium, large = (
            _placed(Scene(Figure(subject, "red", size), "meadow", "day", seed=seed))[0].scale
            for size in ("small", "medium", "large")
        )
        assert small < 0.75 * medium
        assert large > 1.05 * medium


def test_what_stands_has_its_feet_on_the_ground_and_what_floats_has_not() -> None:
    for place, kind in PLACES.items():
        for subject in ("cat", "house", "butterfly", "moon"):
            piece = _placed(Scene(Figure(subject, "red"), place, "day", frame=(1.0, 1.75)))[0]
            bottom = piece.box()[3] / 1.75
            stands = not (SUBJECTS[subject].floats or kind.weightless)
            assert piece.stands == stands
            assert (abs(bottom - kind.ground) < 0.03) == stands


@pytest.mark.parametrize("frame", FRAMES)
def test_relations_are_as_they_are_called(frame: tuple[float, float]) -> None:
    rng = random.Random(3)
    for seed in range(60):
        subjects = [rng.choice(WHOLE.subjects) for _ in range(2)]
        first, other = Figure(subjects[0], "red"), Figure(subjects[1], "blue")

        def pair(name: str, one: Figure, two: Figure, seed: int = seed) -> tuple[Placed, Placed]:
            placed = _placed(Scene(one, "meadow", "day", relation=Relation(name, two), frame=frame, seed=seed))
            assert len(placed) == 2
            return next(piece for piece in placed if piece.figure == one), next(
                piece for piece in placed if piece.figure == two
            )

        one, two = pair("left of", first, other)
        assert one.box()[2] < two.box()[0] + 0.02
        one, two = pair("beside", first, other)
        assert _shared(one.box(), two.box()) < 0.1
        one, two = pair("above", first, other)
        assert one.box()[3] < two.box()[1] + 0.02
        one, two = pair("on", first, Figure(rng.choice(SUPPORTS), "blue"))
        assert _middle(one)[1] < _middle(two)[1]
        one, two = pair("inside", first, Figure(rng.choice(list(INSIDE)), "blue"))
        assert two.box()[0] < _middle(one)[0] < two.box()[2]


@pytest.mark.parametrize("outer", [name for name, opening in INSIDE.items() if opening.behind])
def test_who_looks_out_of_something_is_hidden_below_its_edge_and_seen_above_it(outer: str) -> None:
    from training.scenes.drawing import draw

    scene = Scene(Figure("cat", "orange"), "plain", "day", relation=Relation("inside", Figure(outer, "blue")), seed=2)
    around, cat = _placed(scene)
    assert around.edge is not None
    edge = around.at(0.0, around.edge)[1]
    assert cat.box()[1] < edge < cat.box()[3]
    red, green, blue = (draw(scene, 256)[:, :, part].astype(int) for part in range(3))
    fur = (red > 200) & (green > 100) & (green < 175) & (blue < 90)
    line = round(edge * 256)
    assert fur[:line].sum() > 300
    assert fur[line + 5 :].sum() == 0


@pytest.mark.parametrize("outer", [name for name, opening in INSIDE.items() if not opening.behind])
def test_who_is_in_a_door_stands_on_its_threshold(outer: str) -> None:
    around, cat = _placed(
        Scene(Figure("cat", "orange"), "meadow", "day", relation=Relation("inside", Figure(outer, "blue")), seed=2)
    )
    assert around.edge is None
    assert abs(cat.box()[3] - around.box()[3]) < 0.05
