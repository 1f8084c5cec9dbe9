"""Writers by name: one line each, imported when first used."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import cast

from limner.errors import NotConfigured
from limner.prompts.writers.contract import Writer

WRITERS: dict[str, str] = {
    "wordlist": "limner.prompts.writers.wordlist:WordList",
    "gpt2": "limner.prompts.writers.gpt2:Gpt2",
    "chat": "limner.prompts.writers.chat:Chat",
}
"""Name → where its class lives."""
DEFAULT = "wordlist"


def build_writer(name: str = DEFAULT) -> Writer:
    """The writer called `name`. Raises NotConfigured."""
    if name not in WRITERS:
        raise NotConfigured(f"There is no writer called '{name}'. Known here: {', '.join(WRITERS)}.")
    module, _, kind = WRITERS[name].partition(":")
    return cast("Writer", getattr(import_module(module), kind)())


def writers_here() -> dict[str, str]:
    """The writers that are set up here, and what each is called."""
    here = {}
    for name in WRITERS:
        with suppress(NotConfigured):
            here[name] = build_writer(name).title
    return here
