"""How each time and weather colours the world."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ..palette import Colour, mix, vary


@dataclass(frozen=True)
class Light:
    """How a time colours the world: the sky's ends, and a tint laid over everything behind the figures.

    ``lit`` says whether lamps and windows shine; ``bare`` that the sky goes without its own moon and far
    planet, since a figure is one.
    """

    time: str
    top: Colour
    bottom: Colour
    tint: Colour
    strength: float
    lit: bool = False
    bare: bool = False

    def on(self, colour: Colour, rng: random.Random) -> Colour:
        """A thing's colour in this light."""
        return mix(vary(colour, rng, 4), self.tint, self.strength)

    def near(self, colour: Colour, rng: random.Random) -> Colour:
        """The colour of a thing that is lit by a lamp as well: half as much of the tint."""
        return mix(vary(colour, rng, 4), self.tint, self.strength / 2)


LIGHTS: dict[str, Light] = {
    light.time: light
    for light in (
        Light("day", (104, 184, 242), (230, 244, 246), (255, 250, 230), 0.0),
        Light("sunset", (220, 74, 74), (255, 190, 104), (250, 126, 60), 0.36, lit=True),
        Light("night", (18, 20, 68), (70, 74, 148), (26, 32, 96), 0.55, lit=True),
        Light("dawn", (152, 140, 214), (255, 208, 214), (206, 140, 206), 0.3),
        Light("rain", (112, 132, 156), (178, 192, 204), (92, 112, 138), 0.4, lit=True),
        Light("storm", (40, 42, 62), (104, 104, 126), (40, 42, 62), 0.52, lit=True),
        Light("fog", (204, 210, 214), (230, 232, 232), (220, 224, 226), 0.52),
        Light("rainbow", (132, 190, 232), (244, 246, 232), (255, 250, 210), 0.06),
    )
}
"""The light of every time by name; the names are those of ``world.TIMES``."""
