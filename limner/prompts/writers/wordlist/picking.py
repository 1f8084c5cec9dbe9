"""A phrase of each class for those who write sentences of their own."""

from __future__ import annotations

from random import Random

from limner.engines.words import words_of
from limner.prompts.writers.contract import PromptOrder
from limner.prompts.writers.wordlist import composing
from limner.prompts.writers.wordlist.going_on import NOBODY, named
from limner.prompts.writers.wordlist.lists import vocabulary_of, world_for

_CLASSES = {
    "details": "detail", "media": "medium", "movements": "style", "views": "view", "light": "light",
    "palettes": "palette", "moods": "mood",
}  # fmt: skip


def picked(order: PromptOrder) -> dict[str, str]:
    """Class → phrase, of those that a prompt of this length has: subject, action, setting, time, detail, medium,
    style, view, light, palette, mood. What is improved has its subject: it gets the others. The same order picks the
    same; only words that the model knows are picked, where the order asks for that."""
    able, chance = order.capabilities, Random(order.seed)  # noqa: S311 (a game, no secret)
    world = world_for(order.theme, vocabulary_of(able, order.only_known))
    length = "long" if order.improve else order.length
    said = order.beginning
    found: dict[str, str] = {}
    if order.improve:
        cast = named(words_of(said), world) or NOBODY
    else:
        cast = composing.any_cast(world, chance)
        who = composing.subject(cast, able, chance, composing.SHARES[length]["look"])
        found["subject"] = who.text
        found["action"] = composing.doing_for(cast, who.many, who.text, chance)
        found["setting"] = composing.place_for(cast, " ".join(found.values()), chance)
        said = " ".join(found.values())
        found["time"] = composing.time_for(world, cast, said, chance) if world.simple else ""
    medium = composing.medium_for(world, said, composing.SHARES[length]["media"], chance)
    for name, phrase in composing.named_tags(world, cast, said, medium, length, chance):
        found[_CLASSES[name]] = phrase
    return {name: phrase for name, phrase in found.items() if phrase}
