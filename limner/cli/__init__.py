"""The command line. Every command's module is imported when it is asked for: `limner serve` starts lean."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

import limner
from limner.cli.speak import plain, warn
from limner.errors import Fault, LimnerError

COMMANDS = {
    "serve": ("limner.cli.serve", "The studio and the API, and the model that draws, in one program."),
    "web": ("limner.cli.serve", "Only the studio and the API; `limner dispatch` draws."),
    "dispatch": ("limner.cli.serve", "Only the drawing; `limner web` takes the jobs."),
    "generate": ("limner.cli.generate", "Draw a picture into a file, with or without a server."),
    "prompt": ("limner.cli.prompt", "Write a prompt, go on from a beginning, or improve one."),
    "models": ("limner.cli.models", "The models that can draw."),
    "bench": ("limner.cli.bench", "How fast a model draws on this machine."),
    "doctor": ("limner.cli.doctor", "What is installed, what is missing, and the command that mends it."),
    "user": ("limner.cli.people", "Accounts of people."),
    "key": ("limner.cli.people", "API keys."),
}

BAD_INPUT = 2
FAILED = 1


class Commands(click.Group):
    """Knows its commands by name and one line each; turns our own errors into one plain sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LimnerError as error:
            warn(plain(error.message))
            sys.exit(exit_code(error))


def exit_code(error: LimnerError) -> int:
    """2 for what the caller can write differently, 1 for what went wrong."""
    return BAD_INPUT if error.fault is Fault.CALLER or error.code == "bad_setting" else FAILED


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(limner.__version__, prog_name="limner")
def group() -> None:
    """Words in, pictures out, on your own machine."""


def main() -> None:
    """The `limner` program."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limner.config.settings")
    group(prog_name="limner")
