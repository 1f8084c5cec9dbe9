"""How places and times are named: phrases that go into a sentence, tags that stand alone, whole sceneries."""

from __future__ import annotations

PLACE_PHRASES: dict[str, tuple[str, ...]] = {
    "meadow": (
        "in a meadow",
        "in the meadow",
        "in a green field",
        "on a green hill",
        "in the grass",
        "in a park",
        "in the park",
        "in the countryside",
    ),
    "forest": (
        "in the forest",
        "in a forest",
        "in the woods",
        "among the trees",
        "in a deep forest",
        "in an enchanted forest",
        "in a magical forest",
    ),
    "sea": (
        "by the sea",
        "at the sea",
        "by the ocean",
        "at the ocean",
        "near the water",
        "by the water",
        "at the seaside",
        "on the coast",
    ),
    "city": (
        "in the city",
        "in a city",
        "in town",
        "on the street",
        "in a busy city",
        "on a city street",
        "in a futuristic city",
    ),
    "snow": (
        "in the snow",
        "in winter",
        "in a snowy field",
        "on a snowy hill",
        "in a snowy landscape",
        "in a winter landscape",
        "in a winter wonderland",
    ),
    "space": (
        "in space",
        "in outer space",
        "in deep space",
        "among the stars",
        "in the galaxy",
        "out in the universe",
    ),
    "desert": (
        "in the desert",
        "in a desert",
        "in a sandy desert",
        "among the dunes",
        "on a sand dune",
        "in the hot desert",
    ),
    "room": (
        "in a room",
        "indoors",
        "in a cosy room",
        "in the bedroom",
        "in a living room",
        "in the living room",
        "inside a room",
    ),
    "farm": ("on a farm", "on the farm", "at the farm", "in the farmyard", "near a barn", "by the barn"),
    "beach": ("on the beach", "at the beach", "on a sandy beach", "on a tropical beach", "on the shore"),
    "mountain": (
        "in the mountains",
        "on a mountain",
        "on a mountain top",
        "near the mountains",
        "high in the mountains",
    ),
    "market": (
        "at the market",
        "in a market",
        "at a market",
        "in the marketplace",
        "at the market stalls",
        "at a farmers market",
    ),
    "garden": ("in a garden", "in the garden", "in a flower garden", "among the flower beds", "in the backyard"),
    "underwater": (
        "under the sea",
        "underwater",
        "under the water",
        "at the bottom of the sea",
        "on the sea floor",
        "under the waves",
        "deep in the ocean",
    ),
    "plain": (
        "on a white background",
        "on a plain background",
        "on a simple background",
        "on an empty background",
        "against a white background",
        "against a plain background",
    ),
}

SWUM: dict[str, tuple[str, ...]] = {
    "sea": ("in the sea", "in the ocean", "in the water", "on the waves", "on the sea", "on the water", "at sea")
}
"""Where a place is said so of what swims or sails (and by careless people of anything)."""

FLOWN: dict[str, str] = {
    "meadow": "the meadow",
    "forest": "the forest",
    "sea": "the sea",
    "city": "the city",
    "snow": "the snow",
    "desert": "the desert",
    "farm": "the farm",
    "beach": "the beach",
    "mountain": "the mountains",
    "market": "the market",
    "garden": "the garden",
}
"""What a flying thing is over."""
OVER: tuple[str, ...] = ("over", "above", "high above", "in the sky over")

PLACE_TAGS: dict[str, tuple[str, ...]] = {
    "meadow": ("meadow", "grass", "green hills", "field", "park"),
    "forest": ("forest", "woods", "trees", "magical forest"),
    "sea": ("sea", "ocean", "water", "waves"),
    "city": ("city", "street", "city skyline", "downtown", "buildings"),
    "snow": ("snow", "winter", "snowy"),
    "space": ("space", "outer space", "galaxy", "cosmos"),
    "desert": ("desert", "sand dunes", "dunes"),
    "room": ("room", "indoors", "interior", "bedroom"),
    "farm": ("farm", "barn", "farmyard"),
    "beach": ("beach", "sandy beach", "shore"),
    "mountain": ("mountain", "mountains", "peaks"),
    "market": ("market", "market stalls", "marketplace"),
    "garden": ("garden", "flower garden", "backyard"),
    "underwater": ("underwater", "under the sea", "deep sea"),
    "plain": (
        "white background",
        "plain background",
        "isolated",
        "isolated on white",
        "sticker",
        "clipart",
        "no background",
        "simple background",
        "on white",
    ),
}

WEATHERED: dict[str, tuple[str, ...]] = {
    "meadow": ("in a {} meadow", "on a {} hill"),
    "forest": ("in a {} forest", "in the {} woods"),
    "sea": ("by the {} sea", "by a {} ocean"),
    "city": ("in a {} city", "on a {} street"),
    "desert": ("in a {} desert",),
    "farm": ("on a {} farm",),
    "beach": ("on a {} beach",),
    "mountain": ("on a {} mountain", "in the {} mountains"),
    "market": ("at a {} market",),
    "garden": ("in a {} garden",),
}
"""A place and a time in one: the adjective is one of the time's."""
WEATHERS: dict[str, tuple[str, ...]] = {
    "day": ("sunny", "sunlit"),
    "night": ("moonlit", "starlit"),
    "rain": ("rainy",),
    "storm": ("stormy",),
    "fog": ("foggy", "misty"),
}

TIME_PHRASES: dict[str, tuple[str, ...]] = {
    "day": (
        "by day",
        "during the day",
        "on a sunny day",
        "in the sunshine",
        "under a blue sky",
        "at noon",
        "on a clear day",
        "in the bright sunlight",
    ),
    "sunset": (
        "at sunset",
        "in the evening",
        "at dusk",
        "in the sunset",
        "in the evening light",
        "as the sun sets",
        "at twilight",
        "at golden hour",
    ),
    "night": (
        "at night",
        "under the stars",
        "in the moonlight",
        "at midnight",
        "under a starry sky",
        "under a night sky",
        "in the dark",
        "under the night sky",
        "on a starry night",
    ),
    "dawn": (
        "at dawn",
        "at sunrise",
        "at daybreak",
        "in the early morning",
        "as the sun rises",
        "in the morning light",
        "at first light",
    ),
    "rain": ("in the rain", "on a rainy day", "while it rains", "in rainy weather", "in the pouring rain"),
    "storm": (
        "in a storm",
        "in a thunderstorm",
        "on a stormy day",
        "during a storm",
        "in stormy weather",
        "under storm clouds",
    ),
    "fog": ("in the fog", "in the mist", "on a foggy day", "on a misty day", "in thick fog", "in foggy weather"),
    "rainbow": ("with a rainbow", "under a rainbow", "with a rainbow in the sky", "beneath a rainbow"),
}
QUIET_PHRASES: dict[str, tuple[str, ...]] = {
    "day": ("by day", "during the day", "at noon"),
    "sunset": ("at sunset", "in the evening", "at dusk", "at twilight"),
    "night": ("at night", "at midnight"),
    "dawn": ("at dawn", "at sunrise", "at daybreak", "in the early morning"),
    "rain": ("on a rainy day", "while it rains outside", "with rain outside the window"),
    "storm": ("on a stormy day", "during a storm", "with a storm outside the window"),
    "fog": ("on a foggy day", "on a misty day", "with fog outside the window"),
    "rainbow": ("with a rainbow outside the window", "with a rainbow outside"),
}
"""Of places without a sky: in a room, under water."""
SKYLESS: tuple[str, ...] = ("room", "underwater", "plain", "space")

TIME_TAGS: dict[str, tuple[str, ...]] = {
    "day": ("day", "sunny", "daylight", "blue sky", "noon"),
    "sunset": ("sunset", "evening", "dusk", "golden hour"),
    "night": ("night", "stars", "starry night", "moonlight", "midnight"),
    "dawn": ("dawn", "sunrise", "early morning", "morning light"),
    "rain": ("rain", "rainy", "raining", "rainy day"),
    "storm": ("storm", "stormy", "thunderstorm", "lightning"),
    "fog": ("fog", "foggy", "mist", "misty"),
    "rainbow": ("rainbow", "rainbow in the sky"),
}

SCENERY: dict[str, tuple[str, ...]] = {
    "meadow": ("meadow", "green field", "grassy hill", "park", "meadow with soft hills", "country landscape"),
    "forest": ("forest", "wood", "forest with glowing trees", "forest with tall trees", "woodland"),
    "sea": ("sea", "ocean", "seascape", "sea with soft waves", "ocean view"),
    "city": ("cityscape", "city", "city skyline", "city street", "city with tall buildings", "town"),
    "snow": ("snowy landscape", "winter landscape", "snowy field", "winter wonderland"),
    "space": ("galaxy", "view of outer space", "space scene", "universe full of stars"),
    "desert": ("desert", "sandy desert", "desert landscape", "desert with dunes"),
    "room": ("room", "living room", "bedroom", "room with a window"),
    "farm": ("farm", "farm with a barn", "farm landscape", "farmyard"),
    "beach": ("beach", "sandy beach", "tropical beach", "shore"),
    "mountain": ("mountain", "mountain landscape", "mountain valley", "mountain view"),
    "market": ("market", "marketplace", "market with stalls", "farmers market"),
    "garden": ("garden", "flower garden", "garden with flower beds", "backyard"),
    "underwater": ("underwater world", "underwater scene", "sea floor", "coral reef"),
}
"""Pictures of a place alone; ``plain`` alone would be an empty sheet."""
SCENIC: tuple[str, ...] = (
    "calm",
    "quiet",
    "peaceful",
    "magical",
    "beautiful",
    "dreamy",
    "cosy",
    "lovely",
    "enchanted",
)
SCENIC_OWN: dict[str, tuple[str, ...]] = {
    "city": ("futuristic", "busy", "modern"),
    "market": ("busy", "colourful"),
    "forest": ("deep", "old"),
    "space": ("endless",),
    "mountain": ("high",),
}
