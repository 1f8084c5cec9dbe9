"""`limner generate`: from a prompt to a file, with or without a server."""

from __future__ import annotations

import asyncio
import logging
import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from django.conf import settings

from limner.cli import files
from limner.cli.speak import plain, warn
from limner.cli.start import prepare
from limner.errors import InvalidRequest

if TYPE_CHECKING:
    from limner.engines.catalog import Model
    from limner.engines.contract import DrawRequest

FORMATS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}


@click.command()
@click.argument("prompt")
@click.option("-o", "--output", help="File to write: .png, .jpg or .webp; - for standard output.  [picture.png]")
@click.option(
    "--n", type=int, default=1, show_default=True, help="How many pictures; 2 and more: out-1.png, out-2.png…"
)
@click.option("--size", help="Such as 512x512.  [the model's own]")
@click.option("--seed", type=int, help="The same seed and prompt give the same picture.  [random]")
@click.option("--steps", type=int, help="More steps, more care, more time.  [the model's own]")
@click.option("--guidance", type=float, help="How closely to follow the prompt.  [the model's own]")
@click.option("--negative", "negative_prompt", help="What to avoid.")
@click.option("--scheduler", help="How to sample, such as euler_a or dpmpp_2m_karras.  [the model's own]")
@click.option("--quality", help="Such as low, medium or high, where the model has qualities.  [a middle one]")
@click.option("--model", "model_name", help="Which model draws; `limner models list` shows them.")
@click.option("--yes", is_flag=True, help="Spend what it costs without being asked.")
def generate(
    prompt: str,
    output: str | None,
    n: int,
    size: str | None,
    seed: int | None,
    steps: int | None,
    guidance: float | None,
    negative_prompt: str | None,
    scheduler: str | None,
    quality: str | None,
    model_name: str | None,
    yes: bool,
) -> None:
    """Draw PROMPT into a file. Needs no server; one that runs from the same home is used."""
    from limner.engines.catalog import model
    from limner.engines.dialects import DEFAULT_MODEL, dialect_for, target_for
    from limner.engines.prices import usual_quality
    from limner.engines.validation import Ask, make_request

    name = model_name or DEFAULT_MODEL
    target = model(target_for(name, settings.LIMNER_TARGETS))
    ask = Ask(
        prompt=prompt,
        n=n,
        size=size,
        seed=seed,
        steps=steps,
        guidance=guidance,
        negative_prompt=negative_prompt,
        scheduler=scheduler,
        output_format=format_of(output),
        quality=quality,
    )
    request, notices = make_request(ask, dialect_for(name), target)
    if quality is None:
        request = replace(request, quality=usual_quality(target))
    targets = files_for(output, request)
    for notice in notices:
        warn(f"Note: {plain(notice.message)}")
    if not _agreed(request, target, yes=yes):
        warn("Nothing was drawn and nothing was spent.")
        sys.exit(1)
    prepare()
    logging.getLogger("limner").setLevel(logging.ERROR)  # progress is shown by a bar here, not by a log
    sys.exit(asyncio.run(_draw(request, targets)))


def _agreed(request: DrawRequest, target: Model, *, yes: bool) -> bool:
    """Say what it costs, where it costs money, and ask whoever sits there. Without a terminal only --yes agrees."""
    from limner.engines.prices import asked_price, money

    price = asked_price(request, target)
    if not price:
        return True
    each = f" ({request.n} pictures, about {money(price // request.n)} each)" if request.n > 1 else ""
    quality = f", {request.quality} quality" if request.quality != "auto" else ""
    sentence = f"{target.title} by {target.upstream} costs about {money(price)}{each}: {request.size}{quality}."
    if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InvalidRequest(f"{sentence} There is no terminal to ask: add --yes to spend that.", param="yes")
    warn(plain(sentence))
    return yes or click.confirm("Draw it?", default=False, err=True)


async def _draw(request: DrawRequest, targets: list[Path] | None) -> int:
    from limner.cli.drawing import Drawing

    return await Drawing(request, files=targets).run(secrets.token_hex(8))


def format_of(output: str | None) -> str:
    """The picture's format by the file's ending. Raises InvalidRequest naming the endings there are."""
    if output in {None, "-"}:
        return "png"
    found = FORMATS.get(Path(str(output)).suffix.lower())
    if found is None:
        raise InvalidRequest(f"{plain(str(output))} does not end in {', '.join(FORMATS)}.", param="output")
    return found


def files_for(output: str | None, request: DrawRequest) -> list[Path] | None:
    """A file for each picture; None for standard output. Raises InvalidRequest before any time is spent."""
    if output == "-":
        if request.n > 1:
            raise InvalidRequest("Standard output takes one picture: leave --n away, or name a file.", param="n")
        return None
    path = Path(output or "picture.png")
    numbered = [path.with_stem(f"{path.stem}-{number}") for number in range(1, request.n + 1)]
    found = numbered if request.n > 1 else [path]
    for file in found:
        files.check(file)
    return found
