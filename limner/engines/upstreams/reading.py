"""The configured upstreams, from the environment and from upstreams.toml. Reads files; sends nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from limner.engines.families import live_models
from limner.engines.upstreams.addresses import checked_url
from limner.engines.upstreams.kinds import KINDS
from limner.engines.upstreams.remembering import remembered
from limner.engines.upstreams.secret import Secret
from limner.engines.upstreams.tables import BadUpstream, Table, is_model_name, key_text, upstream_of
from limner.engines.upstreams.upstream import Upstream

FILE_NAME = "upstreams.toml"
OPENAI = "openai"
SETTING = "LIMNER_UPSTREAMS"
CHAT_SETTING = "LIMNER_CHAT_MODEL"


def read(environment: Mapping[str, str], folder: Path) -> tuple[Upstream, ...]:
    """Every upstream: OpenAI where its key is in the environment, then the tables of upstreams.toml.

    `folder` is LIMNER_HOME: the file lies there unless LIMNER_UPSTREAMS names another, and so does what upstreams
    last said of their models. Raises BadUpstream naming file, table and key.
    """
    found: dict[str, Upstream] = {}
    file, tables = _tables(environment, folder)
    fallback = _from_environment(environment)
    if fallback is not None:
        found[OPENAI] = fallback  # first; a table of the same name takes its place
    for name, rows in tables.items():
        inherited = None
        if fallback is not None and name == OPENAI and rows.get("kind", OPENAI) == OPENAI:
            rows = {"url": fallback.url, **rows}
            if _same_place(rows["url"], fallback.url):
                inherited = fallback.key
                rows = {"writes": fallback.writes, **rows} if fallback.writes else rows
        found[name] = upstream_of(Table(file, name, rows), environment, inherited)
    return tuple(_with_models(upstream, folder) for upstream in found.values())


def _tables(environment: Mapping[str, str], folder: Path) -> tuple[Path, dict[str, dict[str, Any]]]:
    named = environment.get(SETTING, "")
    file = folder / Path(named).expanduser() if named else folder / FILE_NAME
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):  # a home that cannot be one is said where it is made
        if named:
            raise BadUpstream(f"{SETTING} names {file}, and there is no such file.") from None
        return file, {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadUpstream(f"{file} cannot be read ({type(error).__name__}).") from None
    except tomllib.TOMLDecodeError as error:
        # The sentence names line and column and quotes nothing: a key on that line stays where it is.
        raise BadUpstream(f"{file} is not TOML: {error}.") from None
    for name, rows in said.items():
        if not isinstance(rows, dict):
            raise BadUpstream(
                f"{file}: '{name}' stands outside of a table. Begin each upstream with its name: [openai]."
            )
    return file, said


def _same_place(url: object, openai: str) -> bool:
    """OPENAI_API_KEY goes to OpenAI, or where OPENAI_BASE_URL points, and to no other address."""
    try:
        return checked_url(str(url)) == openai
    except ValueError:
        return False


def _from_environment(environment: Mapping[str, str]) -> Upstream | None:
    key = key_text(environment, "OPENAI_API_KEY")
    if not key:
        return None
    kind = KINDS[OPENAI]
    writes = environment.get(CHAT_SETTING, "").strip()
    if writes and not is_model_name(writes):
        raise BadUpstream(f"{CHAT_SETTING}: it takes the name of a chat model, of 1 to 200 printable characters.")
    try:
        url = checked_url(environment.get("OPENAI_BASE_URL") or kind.url)
    except ValueError as error:
        raise BadUpstream(f"OPENAI_BASE_URL: {error}") from None
    named = {"OpenAI-Organization": "OPENAI_ORG_ID", "OpenAI-Project": "OPENAI_PROJECT_ID"}
    headers = {header: text for header, name in named.items() if (text := environment.get(name, "").strip())}
    for header, text in headers.items():
        if not (text.isascii() and text.isprintable()):
            raise BadUpstream(f"{named[header]} has characters that a header cannot carry.")
    return Upstream(
        name=OPENAI,
        kind=OPENAI,
        url=url,
        key=Secret(key),
        headers=headers,
        writes=writes,
        concurrency=kind.concurrency,
        supports=kind.supports,
        timeout=kind.timeout,
    )


def _with_models(upstream: Upstream, folder: Path) -> Upstream:
    if upstream.listed:
        return upstream
    names = remembered(upstream, folder)
    if not names and upstream.kind == OPENAI:
        names = live_models(datetime.now(UTC).date())
    return upstream.offering(names)


__all__ = ["BadUpstream", "read"]
