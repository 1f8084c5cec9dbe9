"""Words around what is drawn that change nothing in the picture, and the two ways to spell."""

from __future__ import annotations

import re

OPENINGS: tuple[str, ...] = (
    "a picture of",
    "a drawing of",
    "a storybook illustration of",
    "storybook illustration of",
    "an illustration of",
    "an image of",
    "a painting of",
    "a cartoon of",
    "a cute drawing of",
    "picture of",
    "draw",
    "draw me",
    "please draw",
    "paint",
    "show me",
    "make",
    "create",
    "i want",
    "i would like",
    "imagine",
    "generate an image of",
    "create an image of",
    "make a picture of",
    "can you draw",
    "give me a picture of",
)
CAREFUL_OPENINGS: tuple[str, ...] = (
    "a picture of",
    "a storybook illustration of",
    "an illustration of",
    "a painting of",
    "a cheerful drawing of",
)
CLOSINGS: tuple[str, ...] = (
    "storybook style",
    "storybook",
    "digital art",
    "high quality",
    "highly detailed",
    "best quality",
    "cartoon",
    "cartoon style",
    "children book illustration",
    "for kids",
    "for children",
    "picture book",
    "trending",
    "masterpiece",
    "4k",
    "very detailed",
    "illustration",
    "kawaii",
)
MOODS: tuple[str, ...] = (
    "calm and peaceful",
    "full of wonder",
    "with a dreamy mood",
    "warm and cosy",
    "quiet and gentle",
    "in storybook style",
    "like a picture from a storybook",
    "cheerful and charming",
    "simple and beautiful",
    "with a touch of magic",
    "full of joy",
    "for a bedtime story",
)

_AMERICAN = {
    "colour": "color",
    "colours": "colors",
    "coloured": "colored",
    "colourful": "colorful",
    "watercolour": "watercolor",
    "watercolours": "watercolors",
    "grey": "gray",
    "cosy": "cozy",
    "centre": "center",
    "centred": "centered",
    "aeroplane": "airplane",
    "disc": "disk",
    "jumper": "sweater",
}
_BRITISH_WORD = re.compile(rf"\b({'|'.join(_AMERICAN)})\b")


def american(text: str) -> str:
    """The text, written in British, as an American spells it."""
    return _BRITISH_WORD.sub(lambda found: _AMERICAN[found[1]], text)
