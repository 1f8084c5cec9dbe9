"""How everything else is named: colours, numbers, sizes, sides, relations, styles, hands."""

from __future__ import annotations

COLOUR_NAMES: dict[str, tuple[str, ...]] = {
    "red": ("scarlet", "crimson", "bright red", "ruby red"),
    "orange": ("bright orange", "orange coloured"),
    "yellow": ("golden", "gold", "bright yellow", "lemon yellow"),
    "green": ("emerald", "bright green", "emerald green"),
    "blue": ("bright blue", "royal blue", "cobalt blue"),
    "purple": ("violet", "bright purple"),
    "pink": ("rose", "bright pink", "rose coloured"),
    "white": ("pure white", "ivory", "ivory white"),
    "black": ("jet black", "pitch black"),
    "brown": ("chestnut", "chestnut brown", "chocolate brown"),
    "grey": ("silver", "silver grey"),
    "teal": ("turquoise", "cyan", "blue green", "aqua"),
    "lime": ("light green", "lime green", "yellow green"),
    "navy": ("dark blue", "navy blue", "deep blue"),
}
"""Other names of the colours, and only those that leave no doubt."""

NUMBERS: dict[int, tuple[str, ...]] = {
    1: ("one", "a single", "1", "only one", "just one"),
    2: ("two", "two", "2", "a pair of", "a couple of"),
    3: ("three", "three", "3", "a trio of"),
    4: ("four", "four", "4"),
}
EXACT: dict[int, tuple[str, ...]] = {1: ("one", "a single"), 2: ("two", "2"), 3: ("three", "3"), 4: ("four", "4")}
"""Numbers that cannot be read in another way."""
MANY: tuple[str, ...] = ("several", "some", "a few", "many", "a group of")
"""More than two, nobody says how many."""

SIZES: dict[str, tuple[str, ...]] = {
    "medium": (),
    "small": ("small", "tiny", "very small", "tiny little"),
    "large": ("big", "large", "huge", "giant", "very big", "enormous"),
}

POSITIONS: dict[str, tuple[str, ...]] = {
    "middle": ("in the middle", "in the centre", "in the middle of the picture", "in the centre of the picture"),
    "left": ("on the left", "on the left side", "to the left", "on the left of the picture", "at the left"),
    "right": ("on the right", "on the right side", "to the right", "on the right of the picture", "at the right"),
}
CAREFUL_POSITIONS: dict[str, tuple[str, ...]] = {
    "middle": ("in the middle of the picture", "in the centre of the picture"),
    "left": ("on the left", "on the left side", "on the left of the picture"),
    "right": ("on the right", "on the right side", "on the right of the picture"),
}
POSITION_TAGS: dict[str, tuple[str, ...]] = {
    "middle": ("centred", "in the centre"),
    "left": ("left side", "on the left"),
    "right": ("right side", "on the right"),
}

RELATIONS: dict[str, tuple[str, ...]] = {
    "beside": (
        "{one} beside {two}",
        "{two} beside {one}",
        "{one} next to {two}",
        "{one} and {two}",
        "{two} and {one}",
        "{one} and {two} side by side",
        "{one} near {two}",
    ),
    "above": (
        "{one} above {two}",
        "{one} over {two}",
        "{one} floating above {two}",
        "{one} high above {two}",
        "{two} below {one}",
        "{two} under {one}",
        "{two} beneath {one}",
        "{two} with {one} above it",
    ),
    "left of": (
        "{one} to the left of {two}",
        "{one} left of {two}",
        "{one} on the left of {two}",
        "{two} to the right of {one}",
        "{two} right of {one}",
        "{one} on the left and {two} on the right",
        "{two} on the right and {one} on the left",
    ),
    "inside": ("{one} inside {two}", "{one} in {two}", "{one} inside of {two}", "{two} with {one} inside"),
    "on": ("{one} on {two}", "{one} on top of {two}", "{one} standing on {two}", "{two} with {one} on top"),
}
"""A scene's figure is ``one``, the relation's other is ``two``."""
CAREFUL_RELATIONS: dict[str, tuple[str, ...]] = {
    "beside": ("{one} beside {two}", "{one} next to {two}", "{one} and {two} side by side"),
    "above": ("{one} above {two}", "{one} floating above {two}", "{two} beneath {one}", "{one} high above {two}"),
    "left of": ("{one} to the left of {two}", "{two} to the right of {one}"),
    "inside": ("{one} inside {two}", "{two} with {one} inside"),
    "on": ("{one} on top of {two}", "{one} standing on {two}", "{two} with {one} on top"),
}
"""Those after which a sentence goes on without doubt about what is where."""

STYLE_PHRASES: dict[str, tuple[str, ...]] = {
    "flat": ("in a flat style", "in flat colours", "as a flat illustration"),
    "watercolour": (
        "in watercolour",
        "in watercolours",
        "in a watercolour style",
        "as a watercolour painting",
        "painted in watercolour",
    ),
    "neon": ("in neon colours", "in neon", "in a neon style", "with neon lights", "in glowing neon lines"),
    "woodcut": ("as a woodcut", "in a woodcut style", "as a woodcut print", "carved as a woodcut"),
    "pastel": ("in pastel colours", "in pastels", "in soft pastel colours", "in a pastel style", "in pastel tones"),
    "pixel": ("in pixel art", "as pixel art", "in a pixel art style", "in pixels"),
}
STYLE_TAGS: dict[str, tuple[str, ...]] = {
    "flat": ("flat illustration", "flat style", "flat colours", "flat design", "vector art"),
    "watercolour": (
        "watercolour",
        "watercolour painting",
        "watercolour style",
        "watercolour painting, soft washes, paper texture",
    ),
    "neon": ("neon", "neon lights", "neon style", "neon glow", "synthwave"),
    "woodcut": ("woodcut", "woodcut print", "linocut", "woodcut print, bold lines, two colours"),
    "pastel": ("pastel", "pastel colours", "soft pastel", "soft colours", "pastel tones"),
    "pixel": ("pixel art", "pixelated", "retro pixel art", "pixel art, limited palette, crisp edges", "pixel style"),
}
STYLE_OPENINGS: dict[str, tuple[str, ...]] = {
    "flat": ("a flat illustration of", "a flat drawing of"),
    "watercolour": ("a watercolour of", "a watercolour painting of", "watercolour painting of", "watercolour of"),
    "neon": ("a neon picture of", "a neon sign of", "neon art of"),
    "woodcut": ("a woodcut of", "a woodcut print of", "woodcut of"),
    "pastel": ("a pastel drawing of", "a soft pastel picture of", "pastel drawing of"),
    "pixel": ("a pixel art picture of", "pixel art of", "pixel art picture of"),
}
STYLE_ADJECTIVES: dict[str, str] = {"watercolour": "watercolour", "neon": "neon", "pixel": "pixel art"}

HOLDING: tuple[str, ...] = ("holding", "with", "carrying")
HOLDING_ONE: tuple[str, ...] = (*HOLDING, "who is holding", "that holds")
HOLDING_OWN: dict[str, tuple[str, ...]] = {
    "book": ("reading",),
}
"""How some things are held besides."""
