"""Going on from what somebody has typed: "a red", "two cats", "in the forest", "A fox by the sea,"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from random import Random

from limner.engines.contract import Capabilities
from limner.engines.words import words_of
from limner.prompts.styles import COLOURS, colours_for
from limner.prompts.writers.contract import Length
from limner.prompts.writers.wordlist import composing, grammar
from limner.prompts.writers.wordlist.composing import Medium
from limner.prompts.writers.wordlist.lists import Cast, Deck, World, simple_casts

_WANTS_THING = frozenset(words_of("of with and or to like draw paint show me make imagine please want without"))
_PLACED = grammar.PREPOSITIONS - {"of", "with", "like", "for", "from", "without"}
NOBODY = Cast("nobody", "any", False, 1, Deck(), Deck(), Deck(), Deck())
"""Stands for a thing that is in no list: only what suits any scene is said of it."""
_READ = 1000
"""Characters of a beginning that are gone on from: nobody sees the rest of a long one in what follows."""
_ENDS = (".", "!", "?", "…")


def continuation(beginning: str, world: World, able: Capabilities, length: Length, chance: Random) -> Iterator[str]:
    """What follows the beginning, each part with what stands before it."""
    beginning = beginning[-_READ:]
    said = words_of(beginning)
    end = beginning.rstrip()
    cast: Cast | None
    if not said:
        cast = composing.any_cast(world, chance)
        words = composing.subject(cast, able, chance, 0.5).text
    elif end.endswith(_ENDS):
        yield from _sentence(beginning, world, able, length, chance)
        return
    else:
        words, cast = _clause(said, end, named(said, world), world, able, chance)
    text = " ".join((end, words)).strip()
    if words:
        apart = end[-1:] in ",;:" or not _is_new(words, said)
        yield f"{_gap(beginning)}{words}" if apart or beginning[-1].isspace() else f", {words}"
    medium = composing.medium_for(world, text, composing.SHARES[length]["media"] if words else 1, chance)
    tags = composing.tags(world, cast or NOBODY, text, medium, length, chance)
    yield from tags_after(beginning, tags, medium, begun=bool(words), simple=world.simple)


def additions(beginning: str, world: World, able: Capabilities, chance: Random) -> Iterator[str]:
    """What makes a prompt better that is whole: where it is, if it does not say, and how it is made and lit. Nothing
    new comes into the picture, and of what it says itself nothing is said again, nor against it."""
    beginning = beginning[-_READ:].rstrip()
    if beginning.endswith(_ENDS):
        yield from _sentence(beginning, world, able, "long", chance)
        return
    said, text = words_of(beginning), beginning
    about = named(said, world)
    if (
        about
        and not _PLACED & set(said)
        and not set(",;:") & set(text)
        and (place := _place(text, about, world, chance))
    ):
        text = f"{text} {place}"
        yield f" {place}"
    told = {name for name in world.tags if _speaks_of(name, said, world)}
    if "media" in told:
        told.add("movements")  # a manner of painting; whether this is painted is told
    medium = None if "media" in told else composing.medium_for(world, text, 1, chance)
    for name, tag in composing.named_tags(world, about or NOBODY, text, medium, "long", chance):
        if name not in told:
            yield f" {tag}" if text[-1] in ",;:" else f", {tag}"
            text = f"{text}, {tag}"


def _speaks_of(name: str, said: Sequence[str], world: World) -> bool:
    """Whether a word of weight is said of those in that list: of a medium, a light, a mood."""
    phrases = (phrase for deck in world.tags.get(name, {}).values() for phrase in deck.phrases)
    small = grammar.PREPOSITIONS | grammar.ARTICLES | {"and", "very", "full"}
    return bool(({word for phrase in phrases for word in words_of(phrase)} - small) & set(said))


def _clause(
    said: Sequence[str], end: str, cast: Cast | None, world: World, able: Capabilities, chance: Random
) -> tuple[str, Cast | None]:
    """What the sentence lacks, as far as it can be told from its last word, and what it is then about."""
    last, text = said[-1], " ".join(said)
    if end[-1:] in ",;:":
        last = ""
    about = cast or _cast_at(said, world, chance) or _picked(_ordinary(world.casts), chance)
    if last in grammar.PREPOSITIONS | grammar.ARTICLES and (place := _rest_of_place(said, about, world, chance)):
        return place, about
    if last in ("is", "are"):
        if cast is None:
            return _place(text, simple_casts()[0] if not world.simple else about, world, chance), about
        return _with_place(composing.doing_for(about, last == "are", text, chance), text, about, chance), about
    if _waits(last, world, able):
        noun, about = _noun(said, world, able, chance)
        return _lived(noun, _is_number(last), text, about, world, chance), about
    if last in _WANTS_THING or last in grammar.PREPOSITIONS:
        other = _picked(_ordinary(world.casts), chance)
        return composing.subject(other, able, chance, 0.5).text, cast or other
    placed = bool(_PLACED & set(said))
    if cast is None and (said[0] in grammar.PREPOSITIONS or world.simple):
        who = composing.subject(about, able, chance, 0.6)
        place = "" if placed else _place(f"{text} {who.text}", about, world, chance)
        doing = composing.doing_for(about, who.many, f"{text} {who.text}", chance)
        return " ".join(part for part in (who.text, doing, place) if part), about
    if cast is None:
        return "", None
    acting = any(word.endswith("ing") for word in said)
    doing = ""
    if not acting and last in _names(cast) and chance.random() < 0.7:
        doing = composing.doing_for(cast, last not in _ones(cast), text, chance)
    place = "" if placed or chance.random() < 0.1 else _place(f"{text} {doing}", cast, world, chance)
    return " ".join(part for part in (doing, place) if part) or _time(world, cast, text, chance), cast


def _waits(last: str, world: World, able: Capabilities) -> bool:
    """Whether a thing has to follow that word."""
    known = last in colours_for(able) if world.simple else last in COLOURS
    return known or last in grammar.ARTICLES or _is_number(last) or last == "very" or last in _looks(world)


def _noun(said: Sequence[str], world: World, able: Capabilities, chance: Random) -> tuple[str, Cast]:
    """A thing for the end of "a", "two", "a small red", and its cast."""
    last = said[-1]
    many = _is_number(last)

    def fits(name: str) -> bool:
        if many:
            return " | " in name
        if name.startswith(("~ ", "the ")):
            return False
        return last not in ("a", "an") or grammar.sounds_vowel(name) == (last == "an")

    pool = [cast for cast in world.everyday if cast.painted] if last in COLOURS else _ordinary(world.casts)
    cast = _picked([cast for cast in pool if any(map(fits, cast.things.phrases))] or pool or world.casts, chance)
    name = cast.things.pick_where(fits, chance, 100) or cast.things.pick(chance)
    one, _, several = name.removeprefix("~ ").partition(" | ")
    noun = (several or one) if many else one.removeprefix("the ")
    if last in ("the", "my", "our", "your", "very", "his", "her", "their", "one") or many:
        noun = composing.dressed(noun, cast, able, chance, 1 if last == "very" else 0.4, 0.4)
    return noun, cast


def _lived(noun: str, many: bool, text: str, cast: Cast, world: World, chance: Random) -> str:
    """The thing with what it does and where."""
    said = f"{text} {noun}"
    doing = composing.doing_for(cast, many, said, chance) if chance.random() < 0.7 else ""
    placed = bool(_PLACED & set(text.split()))
    place = "" if placed else _place(f"{said} {doing}", cast, world, chance)
    return " ".join(part for part in (noun, doing, place) if part)


def _with_place(doing: str, text: str, cast: Cast, chance: Random) -> str:
    return f"{doing} {composing.place_for(cast, f'{text} {doing}', chance)}".strip()


def _place(said: str, cast: Cast, world: World, chance: Random) -> str:
    place = composing.place_for(cast, said, chance)
    when = _time(world, cast, f"{said} {place}", chance) if chance.random() < 0.6 else ""
    return f"{place} {when}".strip()


def _time(world: World, cast: Cast, said: str, chance: Random) -> str:
    return composing.time_for(world, cast, said, chance) if world.simple else ""


def _rest_of_place(said: Sequence[str], cast: Cast, world: World, chance: Random) -> str:
    """What is left of a place that begins as the beginning ends: "on a" goes on as "foggy pier"."""
    ends = [" ".join(said[-count:]) + " " for count in (2, 1) if len(said) >= count]
    for start in ends if said[-1] in grammar.PREPOSITIONS else ends[:1]:
        for casts in ([cast], [other for other in world.casts if other.scene == cast.scene]):
            places = [place for other in casts for place in other.places.phrases if place.startswith(start)]
            if places:
                return places[int(chance.random() * len(places))].removeprefix(start)
    return ""


def _sentence(beginning: str, world: World, able: Capabilities, length: Length, chance: Random) -> Iterator[str]:
    """A sentence of its own after one that is closed: how the picture is made and lit."""
    cast = named(words_of(beginning), world) or NOBODY
    medium = composing.medium_for(world, beginning, 1, chance)
    for count, tag in enumerate(composing.tags(world, cast, beginning, medium, length, chance)):
        yield f", {tag}" if count else f"{_gap(beginning)}{grammar.capital(tag)}"


def tags_after(
    beginning: str, tags: Iterator[str], medium: Medium | None, *, begun: bool, simple: bool
) -> Iterator[str]:
    """The tags with their commas. Where the beginning ends in a space there can be no comma: "as a painting"."""
    for tag in tags:
        if begun or not (beginning[-1].isspace() or beginning[-1] in ",;:"):
            yield f", {tag}"
        elif beginning.rstrip()[-1] in ",;:" or simple or medium is None or tag != medium.text:
            yield f"{_gap(beginning)}{tag}"
        else:
            yield f"as {grammar.with_article(tag) if medium.of else tag}"
        begun = True


def _gap(beginning: str) -> str:
    return "" if beginning[-1].isspace() else " "


def _is_new(words: str, said: Sequence[str]) -> bool:
    """Whether these are a thing of their own, which a comma parts from a whole phrase before it."""
    first = words.split(" ", 1)[0]
    return first in ("a", "an", *grammar.NUMBERS) and not _wants(said[-1:])


def _wants(last: Sequence[str]) -> bool:
    """Whether the phrase is open at its end: "a dog and"; nothing said is."""
    return not last or last[0] in _WANTS_THING | grammar.PREPOSITIONS | grammar.ARTICLES | {"very"}


def named(said: Sequence[str], world: World) -> Cast | None:
    """The cast of the first thing that is named, and not as the place of another."""
    nouns = _nouns(world)
    free = (word for at, word in enumerate(said) if not _PLACED & set(said[max(0, at - 3) : at]))
    return next((nouns[word] for word in free if word in nouns), None)


def _cast_at(said: Sequence[str], world: World, chance: Random) -> Cast | None:
    """A cast that can be where the beginning is, as nearly as any: "in the forest"."""
    casts = _ordinary((*world.everyday, *world.casts))
    near = [max((_shared(said, words_of(place)) for place in cast.places.phrases), default=0.0) for cast in casts]
    best = [cast for cast, share in zip(casts, near, strict=True) if share == max(near)]
    return _picked(best, chance) if any(near) else None


def _shared(one: Sequence[str], other: Sequence[str]) -> float:
    """The share of their words that two phrases have in common, where one of them is of weight."""
    both, either = (set(one) & set(other)) - grammar.ARTICLES, (set(one) | set(other)) - grammar.ARTICLES
    return len(both) / len(either) if both - grammar.PREPOSITIONS else 0.0


def _picked(casts: Sequence[Cast], chance: Random) -> Cast:
    return casts[int(chance.random() * len(casts))]


def _is_number(word: str) -> bool:
    return word in grammar.NUMBERS or (word.isdecimal() and word != "1")


def _ordinary(casts: Sequence[Cast]) -> Sequence[Cast]:
    """Those whose things can stand anywhere in a sentence; a poster for the wall cannot."""
    return [cast for cast in casts if cast.scene != "plain"] or casts


@lru_cache(maxsize=64)
def _looks(world: World) -> frozenset[str]:
    casts = world.casts if world.simple else (*world.casts, *simple_casts())
    return frozenset(look for cast in casts for look in cast.looks.phrases)


@lru_cache(maxsize=64)
def _nouns(world: World) -> dict[str, Cast]:
    """The word that names a thing → its cast: simple things first, and those of the fairy tales last."""
    nouns: dict[str, Cast] = {}
    for cast in world.casts if world.simple else (*simple_casts(), *reversed(world.casts)):
        for word in _names(cast):
            nouns.setdefault(word, cast)
    return nouns


@lru_cache(maxsize=256)
def _names(cast: Cast) -> frozenset[str]:
    forms = [form for name in cast.things.phrases for form in name.removeprefix("~ ").split(" | ")]
    return frozenset(map(_head, forms)) | {f"{_head(form)}s" for form in forms}


@lru_cache(maxsize=256)
def _ones(cast: Cast) -> frozenset[str]:
    return frozenset(_head(name.partition(" | ")[0]) for name in cast.things.phrases)


def _head(name: str) -> str:
    """The word that says what the thing is: "girl" of "girl in a yellow raincoat"."""
    words = words_of(name.removeprefix("the "))
    stop = next((at for at, word in enumerate(words) if at and word in grammar.PREPOSITIONS | {"and"}), len(words))
    return words[stop - 1]
