"""What subjects are called, what they do and how they are praised. The usual word is the first."""

from __future__ import annotations

from ..scenes.world import SUBJECTS

NOUNS: dict[str, tuple[str, ...]] = {
    "girl": ("girl", "little girl", "young girl"),
    "boy": ("boy", "little boy", "young boy"),
    "wizard": ("wizard", "magician", "sorcerer"),
    "knight": ("knight",),
    "princess": ("princess", "queen"),
    "pirate": ("pirate", "pirate captain"),
    "astronaut": ("astronaut", "spaceman", "cosmonaut"),
    "robot": ("robot", "toy robot"),
    "snowman": ("snowman",),
    "cat": ("cat", "kitten", "kitty"),
    "dog": ("dog", "puppy", "doggy"),
    "fox": ("fox", "fox cub"),
    "owl": ("owl", "owlet"),
    "rabbit": ("rabbit", "bunny", "hare", "bunny rabbit"),
    "bear": ("bear", "teddy bear", "bear cub", "teddy"),
    "bird": ("bird", "songbird"),
    "penguin": ("penguin",),
    "duck": ("duck", "duckling"),
    "mouse": ("mouse",),
    "frog": ("frog", "toad"),
    "turtle": ("turtle", "tortoise"),
    "elephant": ("elephant",),
    "horse": ("horse", "pony"),
    "cow": ("cow",),
    "pig": ("pig", "piglet"),
    "sheep": ("sheep", "lamb"),
    "lion": ("lion", "lion cub"),
    "dragon": ("dragon",),
    "butterfly": ("butterfly",),
    "fish": ("fish",),
    "whale": ("whale",),
    "octopus": ("octopus",),
    "crab": ("crab",),
    "flower": ("flower", "blossom"),
    "sunflower": ("sunflower",),
    "tree": ("tree",),
    "mushroom": ("mushroom", "toadstool"),
    "cactus": ("cactus",),
    "house": ("house", "cottage", "cabin"),
    "castle": ("castle", "palace", "fortress"),
    "lighthouse": ("lighthouse",),
    "skyscraper": ("skyscraper", "tower", "tall building"),
    "windmill": ("windmill", "mill"),
    "tent": ("tent", "camping tent"),
    "boat": ("boat", "sailboat", "ship", "sailing boat"),
    "car": ("car", "automobile", "toy car"),
    "bus": ("bus", "school bus"),
    "train": ("train", "locomotive", "steam train", "toy train"),
    "airplane": ("airplane", "plane", "aeroplane"),
    "rocket": ("rocket", "spaceship", "rocket ship", "spacecraft"),
    "balloon": ("balloon", "party balloon"),
    "apple": ("apple",),
    "cake": ("cake", "birthday cake"),
    "cup": ("cup", "mug", "teacup", "coffee cup", "cup of tea"),
    "icecream": ("ice cream", "ice cream cone", "icecream"),
    "ball": ("ball", "toy ball"),
    "book": ("book",),
    "umbrella": ("umbrella", "parasol"),
    "kite": ("kite",),
    "gift": ("gift", "present", "gift box"),
    "crown": ("crown",),
    "chair": ("chair", "wooden chair"),
    "lamp": ("lamp", "table lamp"),
    "moon": ("moon", "crescent moon"),
    "star": ("star",),
    "planet": ("planet",),
    "ufo": ("ufo", "flying saucer", "alien spaceship"),
    "circle": ("circle", "disc"),
    "square": ("square",),
    "triangle": ("triangle",),
    "heart": ("heart", "heart shape"),
    "diamond": ("diamond", "diamond shape"),
}

_PLURALS = {
    "mouse": ("mice",),
    "sheep": ("sheep",),
    "fish": ("fish", "fish", "fishes"),
    "snowman": ("snowmen",),
    "spaceman": ("spacemen",),
    "cactus": ("cacti", "cactuses"),
    "octopus": ("octopuses",),
    "spacecraft": ("spacecraft",),
    "cup of tea": ("cups of tea",),
}


def plurals(noun: str) -> tuple[str, ...]:
    """More than one of them; some have two ways to be said."""
    if noun in _PLURALS:
        return _PLURALS[noun]
    if noun.endswith(("s", "x", "ch", "sh")):
        return (f"{noun}es",)
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return (f"{noun[:-1]}ies",)
    return (f"{noun}s",)


CLOTHES: dict[str, tuple[str, ...]] = {
    "girl": ("dress", "dress", "coat"),
    "boy": ("shirt", "jumper", "coat"),
    "wizard": ("robe", "cloak"),
    "knight": ("cape",),
    "princess": ("dress", "gown"),
    "pirate": ("coat", "jacket"),
    "astronaut": ("suit", "spacesuit"),
}
"""What wears the colour of people."""

_VERBS: dict[str, tuple[str, ...]] = {
    "person": ("standing", "smiling", "waving", "walking", "playing", "resting", "dancing"),
    "animal": ("sitting", "standing", "smiling", "resting", "playing", "looking around", "waiting for a friend"),
    "sea": ("swimming", "smiling", "floating", "resting"),
    "plant": ("growing", "standing"),
    "building": ("standing", "waiting for guests"),
    "vehicle": ("waiting", "parked"),
    "food": ("waiting", "waiting to be tasted"),
    "thing": ("waiting", "lying around"),
    "space": ("shining", "glowing", "floating"),
    "shape": ("floating",),
}
_OWN_VERBS: dict[str, tuple[str, ...]] = {
    "wizard": ("casting a spell",),
    "bird": ("singing", "flying"),
    "owl": ("keeping watch",),
    "butterfly": ("flying", "fluttering", "dancing"),
    "dragon": ("flying", "guarding a treasure"),
    "crab": ("walking", "smiling", "resting", "waving"),
    "fish": ("swimming", "smiling", "blowing bubbles"),
    "flower": ("growing", "blooming", "swaying"),
    "sunflower": ("growing", "blooming", "swaying"),
    "lighthouse": ("standing", "shining", "keeping watch"),
    "boat": ("sailing", "floating", "drifting"),
    "car": ("driving", "parked", "waiting"),
    "bus": ("driving", "parked", "waiting"),
    "train": ("rolling along", "waiting", "speeding along"),
    "airplane": ("flying", "gliding"),
    "rocket": ("flying", "launching", "taking off"),
    "balloon": ("floating", "flying", "drifting"),
    "kite": ("flying", "dancing in the wind"),
    "lamp": ("glowing", "shining"),
    "crown": ("shining", "waiting for a king"),
    "cup": ("steaming", "waiting"),
    "ball": ("bouncing", "rolling along"),
    "book": ("waiting to be read",),
    "umbrella": ("dancing in the wind", "waiting"),
    "gift": ("waiting to be opened",),
    "chair": ("standing", "waiting for a guest"),
    "moon": ("shining", "sleeping", "smiling", "glowing"),
    "ufo": ("flying", "hovering", "landing"),
}


def verbs(subject: str) -> tuple[str, ...]:
    """What a subject can be doing, in words that change nothing in the picture."""
    own, subject_kind = _OWN_VERBS.get(subject, ()), SUBJECTS[subject]
    if own and (subject_kind.floats or subject_kind.kind not in ("person", "animal")):
        return own
    return (*own, *_VERBS[subject_kind.kind])


PRAISE: tuple[str, ...] = (
    "cute",
    "beautiful",
    "lovely",
    "pretty",
    "little",
    "charming",
    "magical",
    "colourful",
    "wonderful",
    "adorable",
    "funny",
    "whimsical",
)
"""Adjectives for anything. They change nothing in the picture, and neither do the next."""
CASUAL: tuple[str, ...] = ("nice", "cool", "awesome", "amazing", "pretty cool", "super cute")
"""What only the careless say."""

_LIVING = ("friendly", "happy", "smiling", "sweet", "kind", "brave", "cheerful", "curious", "gentle", "clever", "shy")
ADJECTIVES: dict[str, tuple[str, ...]] = {
    "person": (*_LIVING, "young", "proud"),
    "animal": (*_LIVING, "playful", "sleepy", "fluffy", "baby", "old", "wise"),
    "sea": (*_LIVING, "playful", "baby"),
    "plant": ("fresh", "wild", "old", "enchanted"),
    "building": ("old", "cosy", "tall", "quiet", "new", "ancient", "enchanted"),
    "vehicle": ("fast", "old", "new", "shiny", "toy"),
    "food": ("delicious", "tasty", "fresh", "yummy", "sweet"),
    "thing": ("old", "new", "shiny", "simple"),
    "space": ("bright", "mysterious", "glowing", "shining", "faraway"),
    "shape": ("simple", "bold", "perfect"),
}
"""Adjectives by kind of subject."""
