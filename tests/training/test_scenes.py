"""What is drawn."""

import pytest

from training.scenes import HOLDABLE, HOLDERS, PLACES, SUBJECTS, TIMES, Held, Scene
from training.scenes.palette import COLOURS

pytestmark = pytest.mark.extra


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_can_be_drawn_and_changes_the_picture_much(subject: str) -> None:
    import numpy as np

    from training.scenes.drawing import draw

    other = "car" if subject == "balloon" else "balloon"
    first = draw(Scene(subject, "blue", "meadow", "day"), 64)
    second = draw(Scene(other, "blue", "meadow", "day"), 64)
    assert first.shape == (64, 64, 3)
    assert first.dtype == np.uint8
    assert np.abs(first.astype(int) - second.astype(int)).mean() > 5


def test_a_scene_drawn_twice_is_the_same_picture() -> None:
    import numpy as np

    from training.scenes.drawing import draw

    scene = Scene("cat", "orange", "city", "night", Held("balloon", "blue"), seed=7)
    assert np.array_equal(draw(scene, 96), draw(scene, 96))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("time", TIMES)
def test_every_place_can_be_drawn_at_every_time(place: str, time: str) -> None:
    from training.scenes.drawing import draw

    assert draw(Scene("tree", "green", place, time), 64).std() > 10


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("thing", HOLDABLE)
def test_whoever_can_hold_can_hold_everything(holder: str, thing: str) -> None:
    import numpy as np

    from training.scenes.drawing import draw

    colours = list(COLOURS)
    held = [draw(Scene(holder, "blue", "snow", "day", Held(thing, colour)), 64).astype(int) for colour in colours]
    assert all(np.abs(held[0] - other).sum() > 0 for other in held[1:])
