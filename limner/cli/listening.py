"""The address that people come to."""

from __future__ import annotations

import errno
import ipaddress
import socket

import click
from django.conf import settings

from limner.errors import NotConfigured


def check_reach(host: str, *, open_to_network: bool) -> None:
    """Personal mode stays on this machine unless the operator says otherwise in so many words."""
    if settings.LIMNER_ACCOUNTS or open_to_network or is_loopback(host):
        return
    raise click.UsageError(
        f"--host {host} would let everyone who reaches this machine use Limner as its owner. "
        f"Turn accounts on (LIMNER_ACCOUNTS=on, then: limner user add NAME), or say --open if that is what you want."
    )


def is_loopback(host: str) -> bool:
    """True for an address that only this machine reaches."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises NotConfigured with the way out: a taken port is found before all else."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise NotConfigured(f"{host!r} is no address of this machine. Leave --host away to use 127.0.0.1.") from None
    sock = socket.socket(family, kind)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(2048)
    except OSError as error:
        sock.close()
        raise NotConfigured(_why_not(host, port, error)) from None
    return sock


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8080
        return f"Port {port} is in use by another program. Take another one: limner serve --port {other}"
    if error.errno == errno.EACCES:
        return f"Port {port} is not open to you; ports from 1024 on are. Try: limner serve --port 8080"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine. Leave --host away to use 127.0.0.1."
    return f"Limner cannot listen on {host}:{port}: {error.strerror or error}."


def address_of(host: str, port: int) -> str:
    """The address as a person types it."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 (nothing is bound here)
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
