"""Having a prompt written: what may be asked, of whom, and what came of it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol, cast, get_args, runtime_checkable

from django.conf import settings

from limner.accounts import credits
from limner.accounts.models import Account
from limner.engines.catalog import Model
from limner.engines.validation import MAX_SEED, check_text
from limner.errors import InvalidRequest, NotConfigured, OutOfCredits, say
from limner.moderation.words import blocked_in, refuse_blocked_text
from limner.prompts.models import Written
from limner.prompts.writers.contract import Length, Piece, PromptOrder, Writer
from limner.prompts.writers.fresh import fresh_seed
from limner.prompts.writers.registry import DEFAULT, WRITERS, build_writer

log = logging.getLogger(__name__)

_NEAR = 400
"""Characters before a new word that are looked at with it: a phrase that no prompt may have may begin there."""
_TRIES = 5
"""How many texts are asked of a writer that cannot be asked beforehand, until one is none of the recent prompts."""
KEPT = 50
"""How many of the prompts written for an account are remembered, so that none of them is written soon again."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants written: a new prompt; where there is a `beginning`, how it goes on; with `improve`, what
    makes that whole prompt better. Without a seed, one is chosen."""

    beginning: str = ""
    improve: bool = False
    seed: int | None = None
    theme: str = ""
    length: str = "medium"
    only_known: bool = True
    writer: str = ""


@dataclass(slots=True)
class Writing:
    """A prompt that is about to be written. `order.seed` writes it again, once it is written."""

    name: str
    order: PromptOrder
    writer: Writer
    remembered: bool = False
    """Whether the text is known beforehand, and remembered already: its last word then waits for no database."""
    recent: frozenset[str] = frozenset()
    """Prompts that it shall not be: the next seed is taken instead."""

    async def pieces(self) -> AsyncGenerator[Piece, None]:
        """What comes behind the beginning, as far as the model takes it. What may yet become one of the recent
        prompts is held back until it cannot. Raises Blocked before a word is said that no prompt may have, and what
        the writer raises."""
        for left in reversed(range(_TRIES)):
            text, held = self.order.beginning, list[str]()
            async with aclosing(cast("AsyncGenerator[Piece, None]", self.writer.write(self.order))) as pieces:
                async for piece in pieces:
                    if not isinstance(piece, str):
                        yield piece
                        continue
                    text += piece
                    if not self.remembered:
                        refuse_blocked_text(text[-_NEAR - len(piece) :])
                    held.append(piece)
                    if not any(other.startswith(text) for other in self.recent):
                        for kept in held:
                            yield kept
                        held.clear()
            if text not in self.recent or not left:
                break
            self.order = replace(self.order, seed=(self.order.seed + 1) % (MAX_SEED + 1))
        for kept in held:
            yield kept


@runtime_checkable
class Instant(Protocol):
    """A writer that nobody has to wait for."""

    def words(self, order: PromptOrder) -> Iterator[str]: ...


def begin(account: Account, model: Model, wish: Wish, *, field: str = "beginning") -> Writing:
    """Whatever can be wrong with a wish is said now. `field` is what its caller calls the words that are there
    already. Raises InvalidRequest, Blocked, NotConfigured, OutOfCredits. Reads and writes the database."""
    _check(wish, model, field)
    refuse_blocked_text(wish.beginning)
    name = wish.writer or DEFAULT
    writer = _built(name, account)
    if wish.theme and wish.theme not in writer.themes:
        raise _no_theme(wish.theme, name, writer.themes)
    if writer.costs and (left := credits.left(account)) is not None and left <= 0:
        raise OutOfCredits(say("This writer costs money, and you have no credits left. Choose another writer."))
    seed = secrets.randbelow(MAX_SEED + 1) if wish.seed is None else wish.seed
    length = cast("Length", wish.length)
    # A space at the end of a whole prompt means nothing, and would stand before the comma.
    beginning = wish.beginning.rstrip() if wish.improve else wish.beginning
    order = PromptOrder(
        capabilities=model.capabilities,
        seed=seed,
        beginning=beginning,
        theme=wish.theme,
        length=length,
        only_known=wish.only_known,
        improve=wish.improve,
    )
    if not isinstance(writer, Instant):
        return Writing(name, order, writer, recent=_recent(account) if wish.seed is None else frozenset())
    if wish.seed is None:
        order = replace(order, seed=fresh_seed(_allowed(writer), order, _recent(account)))
    if words := "".join(writer.words(order)):
        refuse_blocked_text(order.beginning[-_NEAR:] + words)
        _keep(account, order.beginning + words)
    return Writing(name, order, writer, remembered=True)


async def whole(writing: Writing) -> str:
    """All that comes behind the beginning. Raises as `Writing.pieces` does."""
    async with aclosing(writing.pieces()) as pieces:
        return "".join([piece async for piece in pieces if isinstance(piece, str)])


def remember(account: Account, writing: Writing, prompt: str) -> None:
    """Keep a prompt that was written for this account, where that is not done already. Writes to the database."""
    if not writing.remembered and prompt != writing.order.beginning:
        _keep(account, prompt)


def _keep(account: Account, prompt: str) -> None:
    """And forget those before the account's last fifty."""
    Written.objects.create(account=account, text=prompt)
    mine = Written.objects.filter(account=account).order_by("-id")
    if (oldest := mine.values_list("id", flat=True)[KEPT - 1 : KEPT].first()) is not None:
        mine.filter(id__lt=oldest).delete()


def _check(wish: Wish, model: Model, field: str) -> None:
    check_text(field, wish.beginning, maximum=model.capabilities.max_prompt, minimum=0)
    if wish.improve and not wish.beginning.strip():
        message = say("Missing required parameter: '{field}'.", field=field)
        raise InvalidRequest(message, param=field, code="missing_required_parameter")
    if wish.length not in get_args(Length):
        message = say("A prompt's length is one of: {lengths}.", lengths=", ".join(get_args(Length)))
        raise InvalidRequest(message, param="length")
    if wish.seed is not None and not 0 <= wish.seed <= MAX_SEED:
        raise InvalidRequest(say("A seed is a whole number from 0 to {most}.", most=MAX_SEED), param="seed")
    if wish.writer and wish.writer not in WRITERS:
        message = say(
            "There is no writer called “{name}”. Choose one of: {names}.",
            name=wish.writer[:40], names=", ".join(WRITERS),
        )  # fmt: skip
        raise InvalidRequest(message, param="writer")


def _built(name: str, account: Account) -> Writer:
    """The writer. What has to be set up for it, and where, is for the operator to read."""
    try:
        return build_writer(name)
    except NotConfigured as error:
        if account.is_superuser:
            raise
        log.warning("writer %s: %s", name, error.message)
        raise NotConfigured(say("The writer “{name}” is not set up here.", name=name)) from None


def _no_theme(theme: str, writer: str, themes: tuple[str, ...]) -> InvalidRequest:
    message = (
        say("There is no theme “{theme}”. Choose one of: {themes}.", theme=theme[:40], themes=", ".join(themes))
        if themes
        else say("The writer “{writer}” takes no theme: leave it out.", writer=writer)
    )
    return InvalidRequest(message, param="theme")


def _allowed(source: Instant) -> Callable[[PromptOrder], str]:
    """What it writes for an order; nothing where no prompt may say that."""

    def words(order: PromptOrder) -> str:
        text = "".join(source.words(order))
        return "" if blocked_in(order.beginning[-_NEAR:] + text, settings.LIMNER_BLOCKED_WORDS) else text

    return words


def _recent(account: Account) -> frozenset[str]:
    return frozenset(Written.objects.filter(account=account).order_by("-id").values_list("text", flat=True)[:KEPT])
