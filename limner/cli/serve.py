"""`limner serve`, `web` and `dispatch`: three ways to run the same parts."""

from __future__ import annotations

from typing import Any

import click
from django.conf import settings

from limner.cli.listening import address_of, check_reach, listen
from limner.cli.locks import only_runner
from limner.cli.speak import say, warn
from limner.cli.start import check_targets, prepare_home

_host = click.option("--host", help="Address to listen on.  [LIMNER_HOST, else 127.0.0.1]")
_port = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.  [LIMNER_PORT, else 8080]")
_open = click.option(
    "--open", "open_", is_flag=True, help="Let everyone who reaches this machine in, without sign-in."
)


def _web_options(command: Any) -> Any:
    return _host(_port(_open(command)))


@click.command()
@_web_options
def serve(host: str | None, port: int | None, open_: bool) -> None:
    """Start the studio, the API and the model that draws."""
    _run(host, port, open_, dispatch=True)


@click.command()
@_web_options
def web(host: str | None, port: int | None, open_: bool) -> None:
    """Start the studio and the API alone; `limner dispatch` draws."""
    say(
        "Pictures are drawn by `limner dispatch` over the same database; progress and previews show only with "
        "`limner serve`, finished pictures always."
    )
    _run(host, port, open_, dispatch=False)


@click.command()
def dispatch() -> None:
    """Draw the jobs that `limner web` takes, over the same database."""
    from limner.cli.running import Running

    _check_settings()
    prepare_home()
    with only_runner(settings.LIMNER_HOME, ""):
        Running(dispatch=True).run()


def _run(host: str | None, port: int | None, open_: bool, *, dispatch: bool) -> None:
    from limner.cli.running import Running

    host, port = host or settings.LIMNER_HOST, port or settings.LIMNER_PORT
    _check_settings()
    check_reach(host, open_to_network=open_)
    prepare_home()
    address = address_of(host, port)
    if not dispatch:
        Running(listener=listen(host, port), address=address, open_to_network=open_).run()
        return
    with only_runner(settings.LIMNER_HOME, address):
        Running(listener=listen(host, port), address=address, open_to_network=open_, dispatch=True).run()


def _check_settings() -> None:
    check_targets()
    for note in settings.LIMNER_NOTES:
        warn(f"Note: {note}")
