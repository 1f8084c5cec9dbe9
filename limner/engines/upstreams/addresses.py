"""Where a key may be sent: https anywhere, http only where the wire is our own."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit, urlunsplit

_OWN_NAMES = ("localhost", "local", "internal", "lan", "home.arpa", "svc", "docker")


def checked_url(text: str, *, insecure: bool = False) -> str:
    """A base URL without the slash at its end, `/v1` where it has no path. Raises ValueError with a sentence."""
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("it is not a URL; it takes one such as https://api.openai.com/v1.") from None
    if parts.scheme not in {"http", "https"} or not host or any(c.isspace() or not c.isprintable() for c in text):
        raise ValueError("it takes an http:// or https:// URL such as https://api.openai.com/v1.")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it carries a name or password; keys belong into key, key_env or key_file.")
    if parts.query or parts.fragment:
        raise ValueError("it takes no ? and no #; Azure's version goes into api_version.")
    if parts.scheme == "http" and not (insecure or is_own(host)):
        raise ValueError(
            f"{host} is not on this machine or network, and http:// would show your key and pictures on the way. "
            "Use https://, or say insecure = true."
        )
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") or "/v1", "", ""))


def is_own(host: str) -> bool:
    """This machine or a private network, by address or by name; no name is looked up."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.lower().rstrip(".")
        return "." not in name or any(name.endswith(f".{own}") for own in _OWN_NAMES)
    return address.is_loopback or address.is_private or address.is_link_local
