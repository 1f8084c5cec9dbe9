"""Storybook's world: scenes as data (:class:`Scene`), and in ``drawing`` the code that draws them.

>>> from training.scenes import Figure, Scene
>>> from training.scenes.drawing import draw
>>> draw(Scene(Figure("robot", "blue"), place="meadow", time="day"), 256).shape
(256, 256, 3)
"""

from .scene import Figure, Held, Relation, Scene
from .world import WHOLE, World

__all__ = ["WHOLE", "Figure", "Held", "Relation", "Scene", "World"]
