"""Storybook's world: scenes as data (:class:`Scene`), and in ``drawing`` the code that draws them.

>>> from training.scenes import Scene
>>> from training.scenes.drawing import draw
>>> draw(Scene(subject="robot", colour="blue", place="meadow", time="day"), 256).shape
(256, 256, 3)
"""

from .scene import Held, Scene, random_scene
from .world import HOLDABLE, HOLDERS, PLACES, SUBJECTS, TIMES

__all__ = ["HOLDABLE", "HOLDERS", "PLACES", "SUBJECTS", "TIMES", "Held", "Scene", "random_scene"]
