"""One URL in, Django's description of a database out."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from limner.config.env import BadSetting

EXAMPLES = "sqlite:////srv/limner/limner.sqlite3 or postgres://user:password@host:5432/name"


def database(url: str, *, home: Path, pool: int) -> dict[str, Any]:
    """Django's settings for the database at `url`; an empty `url` is a SQLite file in `home`."""
    if not url:
        return _sqlite(home / "limner.sqlite3")
    try:
        parts = urlsplit(url)
        scheme, port = parts.scheme.lower(), parts.port
    except ValueError:
        raise BadSetting(f"LIMNER_DATABASE_URL is not a URL; it takes {EXAMPLES}.") from None
    if scheme == "sqlite":
        return _sqlite(_sqlite_path(parts, home))
    if scheme in {"postgres", "postgresql"}:
        return _postgres(parts, port, pool)
    raise BadSetting(f"LIMNER_DATABASE_URL names {scheme or 'no kind of database'}; it takes {EXAMPLES}.")


def _sqlite_path(parts: SplitResult, home: Path) -> Path:
    name = unquote(parts.path)[1:]
    if parts.netloc or parts.query or not name or ":memory:" in name:
        raise BadSetting(
            "LIMNER_DATABASE_URL needs a file: sqlite:////absolute/path, or sqlite:///name in LIMNER_HOME."
        )
    return home / Path(name).expanduser()


def _sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "limner.config.sqlite",
        "NAME": str(file),
        "TEST": {"NAME": str(file.with_suffix(".test.sqlite3"))},  # a real file: tests meet the same locks as people
        "CONN_MAX_AGE": None,  # opening the file anew costs more than a read: a connection stays with its thread
        "OPTIONS": {
            # Every writer takes its place in line at once: a read that turns into a write could not wait.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: an accepted job survives a power cut, not only a crash.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        },
    }


def _postgres(parts: SplitResult, port: int | None, pool: int) -> dict[str, Any]:
    if find_spec("psycopg") is None or (pool and find_spec("psycopg_pool") is None):
        raise BadSetting("LIMNER_DATABASE_URL names PostgreSQL, which needs: pip install 'psycopg[binary,pool]'")
    name = unquote(parts.path)[1:]
    # Ten seconds for a machine that does not answer at all; the URL may say otherwise.
    options: dict[str, Any] = {"connect_timeout": 10, **dict(parse_qsl(parts.query))}
    host = options.pop("host", "") or unquote(parts.hostname or "")
    if not name:
        raise BadSetting("LIMNER_DATABASE_URL names no database: postgres://user:password@host:5432/name")
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 20}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
