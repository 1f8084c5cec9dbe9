"""The parts of a caption: a thing, what it does, where, when, in which style. A :class:`Pen` writes them."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence
from functools import lru_cache

from ..scenes.scene import Figure, Held, Scene
from ..scenes.world import HOLDABLE, HOLDERS, PLACES, SUBJECTS, World
from . import looks, settings
from .choosing import Said
from .subjects import ADJECTIVES, CASUAL, CLOTHES, NOUNS, PRAISE, plurals, verbs

STRANGE = 0.05
"""How often a thing has an adjective nobody knows, in captions that are not exact."""
EVERY_ADJECTIVE = (*PRAISE, *CASUAL, *dict.fromkeys(word for words in ADJECTIVES.values() for word in words))
UNCOUNTED_SIZES = (*looks.SIZES["small"], *looks.SIZES["large"])
"""In a world where all is of one size these change nothing."""
FLYERS = frozenset(name for name, kind in SUBJECTS.items() if kind.floats and kind.kind not in ("sea", "shape"))
SWIMMERS = frozenset(("boat", *(name for name, kind in SUBJECTS.items() if kind.kind == "sea")))
_SIZE_LIKE = ("little", "baby", "tall")
"""Idle praise, but not beside a size."""
_EN_EXCEPTIONS = ("uf", "one")


def article(words: str) -> str:
    """``a`` or ``an``, as the words after it want."""
    return "an" if words[0] in "aeiou" and not words.startswith(_EN_EXCEPTIONS) else "a"


@lru_cache(maxsize=16)
def _kinds(world: World) -> dict[str, tuple[str, ...]]:
    """Adjectives that change nothing, by subject, for those who choose with care."""
    return {subject: (*PRAISE, *ADJECTIVES[SUBJECTS[subject].kind]) for subject in world.subjects}


class Pen:
    """Writes the parts of one caption. A ``careful`` one writes for those who read sentences."""

    def __init__(self, rng: random.Random, world: World, said: Said, *, careful: bool = False) -> None:
        self.rng = rng
        self.world = world
        self.said = said
        self.careful = careful

    def one_of(self, phrases: Sequence[str]) -> str:
        """Any of these, even."""
        return phrases[int(self.rng.random() * len(phrases))]

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.rng.random() < share

    def thing(
        self, figure: Figure, *, colour: bool, count: int = 1, number: bool = False, plain: bool = False
    ) -> str:
        """A figure's name with its article or number and what is said of it; ``plain`` ones have no adjectives."""
        sized = figure.size != "medium"
        noun = self.noun(figure.subject, count, usual=sized)
        name, after = ([self.colour(figure.colour)] if colour else []), ""
        if colour and figure.subject in CLOTHES and self.chance(1.0 if self.careful else 0.6):
            name, after = [], self._worn(figure, name[0], count)
        elif colour and not self.careful and self.chance(0.02):
            name, after = [], f" that {'are' if count > 1 else 'is'} {figure.colour}"
        kind = [] if plain else self._adjectives(figure, noun)
        if name and kind and not self.careful and self.chance(0.15):
            kind, name = name, kind
        if sized:
            kind = [self.one_of(looks.SIZES[figure.size]), *(word for word in kind if word not in _SIZE_LIKE)]
        words = " ".join([*kind, *name, noun])
        return self._counted(words, count, number) + after

    def noun(self, subject: str, count: int = 1, *, usual: bool = False) -> str:
        """One of a subject's names, mostly the usual one."""
        nouns = NOUNS[subject]
        noun = nouns[0] if usual or self.chance(0.72) else self.one_of(nouns)
        return self.one_of(plurals(noun)) if count > 1 else noun

    def colour(self, colour: str) -> str:
        """A colour's name, or another name that leaves no doubt."""
        if not self.chance(0.12):
            return colour
        return self.one_of(looks.COLOUR_NAMES[colour]) if self.careful or self.chance(0.85) else f"{colour} coloured"

    def _worn(self, figure: Figure, colour: str, count: int) -> str:
        clothes = self.one_of(CLOTHES[figure.subject])
        worn = f"{colour} {plurals(clothes)[0]}" if count > 1 else f"{article(colour)} {colour} {clothes}"
        way = self.rng.random()
        if way < 0.5:
            return f" in {worn}"
        if way < 0.75:
            return f" wearing {worn}"
        if way < 0.85:
            return f" with {worn}"
        return f" {self.one_of(('in', 'dressed in', 'wearing'))} {figure.colour}"

    def _adjectives(self, figure: Figure, noun: str) -> list[str]:
        words: list[str] = []
        if self.chance(0.75 if self.careful else 0.3):
            own = self.careful or self.chance(0.85)
            words.append(self.one_of(_kinds(self.world)[figure.subject] if own else EVERY_ADJECTIVE))
            if not self.careful and self.chance(0.1):
                words.append(self.one_of(PRAISE))
        if len(self.world.sizes) == 1 and self.chance(0.08):
            words.insert(0, self.one_of(UNCOUNTED_SIZES))
        if not self.careful and not self.said.exact and self.chance(STRANGE):
            words.append("".join(self.rng.choices(string.ascii_lowercase, k=self.rng.randint(3, 8))))
        taken = {*noun.split(), *("little" for word in words if word in UNCOUNTED_SIZES)}
        return [word for at, word in enumerate(words) if word not in taken and word not in words[:at]]

    def side(self, position: str) -> str:
        """On which side it is."""
        return self.one_of((looks.CAREFUL_POSITIONS if self.careful else looks.POSITIONS)[position])

    def _counted(self, words: str, count: int, number: bool) -> str:
        if count > 1:
            return self._number(count, words)
        way = self.rng.random()
        if number:
            return f"{self.one_of(looks.EXACT[1] if self.careful or self.said.exact else looks.NUMBERS[1])} {words}"
        if self.careful:
            return f"{'the' if way < 0.1 else article(words)} {words}"
        if way < 0.72:
            return f"{article(words)} {words}"
        if way < 0.83:
            return f"the {words}"
        return words if way < 0.98 else f"my {words}"

    def _number(self, count: int, words: str) -> str:
        if self.careful:
            return f"{self.one_of([number for number in looks.EXACT[count] if not number.isdigit()])} {words}"
        if self.said.exact:
            return f"{self.one_of(looks.EXACT[count])} {words}"
        way = self.rng.random()
        if way < 0.07:
            return words
        if way < 0.15 and count > 2:
            return f"{self.one_of(looks.MANY)} {words}"
        number = self.one_of(looks.NUMBERS[count])
        return f"the {number} {words}" if way > 0.97 and " " not in number else f"{number} {words}"

    def held(self, held: Held, count: int) -> str:
        """What is in the hand, after whose hand it is."""
        thing = Figure(held.thing, held.colour)
        own = looks.HOLDING_OWN.get(held.thing, ())
        if count > 1:
            if self.chance(0.3):
                return f"each holding {self._held_thing(thing)}"
            return f"{self.one_of((*looks.HOLDING, *own))} {self._held_thing(thing, many=True)}"
        return f"{self.one_of((*looks.HOLDING_ONE, *own))} {self._held_thing(thing)}"

    def _held_thing(self, thing: Figure, *, many: bool = False) -> str:
        words = [self.colour(thing.colour)] if self.said.held_colour else []
        if not many and self.chance(0.3 if self.careful else 0.12):
            words.insert(0, self.one_of(PRAISE))
        phrase = " ".join([*words, plurals(thing.subject)[0] if many else thing.subject])
        if many or (not self.careful and self.chance(0.1)):
            return phrase
        return f"{article(phrase)} {phrase}"

    def action(self, subject: str) -> str:
        """What a subject is doing: nothing that shows."""
        return self.one_of(verbs(subject))

    def place(self, place: str, subject: str | None) -> str:
        """Where it is."""
        if subject in FLYERS and place in settings.FLOWN and self.chance(0.4):
            return f"{self.one_of(settings.OVER)} {settings.FLOWN[place]}"
        if place in settings.SWUM and self.chance(0.5 if subject in SWIMMERS else 0.0 if self.careful else 0.15):
            return self.one_of(settings.SWUM[place])
        return self.one_of(settings.PLACE_PHRASES[place])

    def time(self, time: str, place: str) -> str:
        """When it is; little is said of it where it is always the same."""
        if len(PLACES[place].times) == 1 and not self.said.exact and self.chance(0.75):
            return ""
        phrases = settings.QUIET_PHRASES if place in settings.SKYLESS else settings.TIME_PHRASES
        return self.one_of(phrases[time])

    def weathered(self, place: str, time: str) -> str:
        """Where and when in one phrase, or nothing where there is none."""
        if place not in settings.WEATHERED or time not in settings.WEATHERS:
            return ""
        return self.one_of(settings.WEATHERED[place]).format(self.one_of(settings.WEATHERS[time]))

    def related(self, scene: Scene) -> str:
        """A figure and how it stands to the other."""
        if scene.figure is None or scene.relation is None:
            raise ValueError("a scene without a relation")
        name, other = scene.relation.name, scene.relation.other
        forms = list((looks.CAREFUL_RELATIONS if self.careful else looks.RELATIONS)[name])
        if name == "beside" and not (scene.figure.subject in HOLDERS and other.subject in HOLDABLE):
            forms.append("{one} with {two}")
        if name == "inside" and other.subject in ("cup", "boat", "gift"):
            forms.append("{one} peeking out of {two}")
        one = self.thing(scene.figure, colour=self.said.colour)
        two = self.thing(other, colour=self.said.other_colour, plain=len(one) > 24)
        return self.one_of(forms).format(one=one, two=two)

    def scenery(self, place: str, time: str) -> tuple[str, bool]:
        """A place alone, and whether the words have said the time."""
        noun = self.one_of(settings.SCENERY[place])
        words = [self.one_of((*settings.SCENIC, *settings.SCENIC_OWN.get(place, ())))] if self.chance(0.7) else []
        told = self.said.time and time in settings.WEATHERS and place in settings.WEATHERED and self.chance(0.2)
        if told:
            words.append(self.one_of(settings.WEATHERS[time]))
        phrase = " ".join([*words, noun])
        if not self.careful and self.chance(0.2):
            return phrase, told
        return f"{article(phrase)} {phrase}", told
