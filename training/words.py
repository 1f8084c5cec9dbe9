"""The words of the world, as tables: what captions are made of and what the tokenizer knows."""

from __future__ import annotations

NOUNS: dict[str, tuple[str, ...]] = {
    "robot": ("robot",),
    "flower": ("flower", "blossom"),
    "cat": ("cat", "kitten", "kitty"),
    "castle": ("castle", "palace"),
    "house": ("house", "cottage", "home"),
    "tree": ("tree",),
    "boat": ("boat", "sailboat", "ship"),
    "moon": ("moon", "crescent moon"),
    "car": ("car",),
    "rocket": ("rocket", "spaceship", "rocket ship"),
    "fish": ("fish",),
    "balloon": ("balloon",),
    "lighthouse": ("lighthouse",),
    "mushroom": ("mushroom", "toadstool"),
}
"""What a subject is called, the usual word first."""

VERBS: dict[str, tuple[str, ...]] = {
    "robot": ("standing", "smiling", "waving", "walking"),
    "flower": ("growing", "blooming", "smiling"),
    "cat": ("sitting", "smiling", "resting"),
    "castle": ("standing",),
    "house": ("standing",),
    "tree": ("growing", "standing"),
    "boat": ("sailing", "floating"),
    "moon": ("shining", "sleeping", "smiling"),
    "car": ("driving", "parked"),
    "rocket": ("flying", "launching"),
    "fish": ("swimming", "flying", "smiling"),
    "balloon": ("floating", "flying"),
    "lighthouse": ("standing", "shining"),
    "mushroom": ("growing", "smiling"),
}

HOLDING: tuple[str, ...] = ("holding", "with", "carrying", "who is holding")

PLACE_PHRASES: dict[str, tuple[str, ...]] = {
    "meadow": (
        "in a meadow",
        "in the meadow",
        "in a green field",
        "on a green hill",
        "in the grass",
        "in a park",
        "in a garden",
    ),
    "sea": (
        "by the sea",
        "at the sea",
        "by the ocean",
        "at the ocean",
        "on the beach",
        "at the beach",
        "near the water",
    ),
    "city": ("in the city", "in a city", "in town", "on the street", "in a big city", "downtown"),
    "snow": ("in the snow", "in winter", "in a snowy field", "on a snowy hill", "in snow"),
}
PLACE_TAGS: dict[str, tuple[str, ...]] = {
    "meadow": ("meadow", "grass", "green hills"),
    "sea": ("sea", "ocean", "beach"),
    "city": ("city", "street", "city skyline"),
    "snow": ("snow", "winter", "snowy"),
}
TIME_PHRASES: dict[str, tuple[str, ...]] = {
    "day": ("by day", "during the day", "on a sunny day", "in the morning", "in the sunshine", "under a blue sky"),
    "sunset": ("at sunset", "in the evening", "at dusk", "at sunrise", "in the sunset"),
    "night": ("at night", "under the stars", "in the moonlight", "at midnight", "under a starry sky", "in the dark"),
}
TIME_TAGS: dict[str, tuple[str, ...]] = {
    "day": ("day", "sunny", "daylight"),
    "sunset": ("sunset", "evening", "golden light"),
    "night": ("night", "stars", "starry night"),
}

ADJECTIVES: tuple[str, ...] = (
    "friendly",
    "cute",
    "little",
    "happy",
    "big",
    "beautiful",
    "magical",
    "small",
    "tiny",
    "smiling",
    "lovely",
    "pretty",
    "sweet",
    "funny",
    "shiny",
    "bright",
    "cozy",
    "large",
    "nice",
    "adorable",
    "colorful",
    "kind",
    "brave",
    "old",
    "new",
)
"""Words that change nothing in the picture."""

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
    "there is",
    "draw",
    "a photo of",
    "a children book picture of",
)
CLOSINGS: tuple[str, ...] = (
    "storybook style",
    "in storybook style",
    "flat illustration",
    "digital art",
    "storybook",
    "high quality",
    "cartoon",
    "children book illustration",
    "watercolor",
    "soft colors",
    "highly detailed",
    "vector art",
)
