"""`limner prompt`: a prompt, written to standard output word by word."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

import click
from django.conf import settings

from limner.cli.speak import warn
from limner.cli.start import prepare

if TYPE_CHECKING:
    from limner.prompts.writing import Writing


@click.command()
@click.argument("beginning", default="")
@click.option("--improve", is_flag=True, help="BEGINNING is a prompt: keep it, and add what makes a better picture.")
@click.option("--theme", default="", help="What it is about, such as nature; a wrong one is answered with all.")
@click.option("--length", default="medium", show_default=True, help="short, medium or long.")
@click.option("--seed", type=int, help="The same seed writes the same words.  [one that is new to you]")
@click.option("--writer", default="", help="wordlist, gpt2 or chat.  [wordlist]")
@click.option("--model", "model_name", help="The model it is for; `limner models list` shows them.")
@click.option("--any-words", is_flag=True, help="Also words that the model does not know.")
def prompt(
    beginning: str,
    improve: bool,
    theme: str,
    length: str,
    seed: int | None,
    writer: str,
    model_name: str | None,
    any_words: bool,
) -> None:
    """Write a prompt, or go on from BEGINNING. Needs no server."""
    from limner.engines.catalog import model
    from limner.engines.dialects import DEFAULT_MODEL, target_for

    target = model(target_for(model_name or DEFAULT_MODEL, settings.LIMNER_TARGETS))
    prepare()
    logging.getLogger("limner").setLevel(logging.ERROR)  # what is written stands alone
    from limner.accounts.sign_in import owner
    from limner.prompts.writing import Wish, begin, remember

    account = owner()
    wish = Wish(
        beginning=beginning,
        improve=improve,
        seed=seed,
        theme=theme,
        length=length,
        only_known=not any_words,
        writer=writer,
    )
    writing = begin(account, target, wish)
    try:
        added = asyncio.run(_said(writing))
    except KeyboardInterrupt:
        click.echo()
        sys.exit(130)
    remember(account, writing, writing.order.beginning + added)
    warn(f"Seed {writing.order.seed}")


async def _said(writing: Writing) -> str:
    """Write it out as it comes. The line is ended whatever happens, so that an error stands on its own."""
    from limner.engines.placement.writing import close_desks

    added = ""
    click.echo(writing.order.beginning, nl=False)
    try:
        async with aclosing(writing.pieces()) as pieces:
            async for piece in pieces:
                if isinstance(piece, str):
                    added += piece
                    click.echo(piece, nl=False)
                    with suppress(OSError):
                        sys.stdout.flush()
    finally:
        click.echo()
        await close_desks()
    return added
