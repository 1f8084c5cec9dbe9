"""What the command line says, and how: plain sentences, nothing that a stranger's text could do to a terminal."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console


def plain(text: str) -> str:
    """Text from elsewhere with its control characters made visible: a prompt cannot move the cursor."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def say(text: str) -> None:
    """A line for the person, on standard output."""
    click.echo(text)
    sys.stdout.flush()  # a supervisor's log shows it when it happens


def warn(text: str) -> None:
    """A line beside the result, on standard error."""
    click.echo(text, err=True)


@cache
def console() -> Console:
    """For tables and progress; imported late because `serve` needs neither."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)
