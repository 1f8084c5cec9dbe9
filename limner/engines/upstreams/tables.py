"""One table of upstreams.toml, key by key. Every error names the file, the table and the key, and what it takes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limner.engines.contract import Size
from limner.engines.families import families, millicredits
from limner.engines.upstreams.addresses import checked_url
from limner.engines.upstreams.kinds import EXTRA, KINDS, SUPPORTS, Kind
from limner.engines.upstreams.secret import Secret
from limner.engines.upstreams.upstream import Offered, Upstream
from limner.errors import NotConfigured

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
MAX_KEY = 4096
MAX_DOLLARS = 1000.0
MAX_EDGE = 16_384
KEYS = (
    *("kind", "url", "key", "key_env", "key_file", "api_version", "organization", "project", "insecure"),
    *("models", "writes", "family", "sizes", "prices", "supports", "extra"),
    *("concurrency", "per_minute", "resend", "timeout"),
)
MODEL_KEYS = ("family", "sizes", "prices")


class BadUpstream(NotConfigured):
    """An upstream that is configured wrongly: the sentence says where, and what is allowed."""

    code = "bad_setting"


@dataclass(frozen=True, slots=True)
class Table:
    """A table and where it stands."""

    file: Path
    name: str
    rows: Mapping[str, Any]

    def wrong(self, key: str, takes: str) -> BadUpstream:
        """An error that never shows the value: it may be a key in the wrong place."""
        return BadUpstream(f"{self.file}, [{self.name}], {key}: {takes}")

    def text(self, key: str) -> str:
        value = self.rows.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(key, "it takes a text between quotes.")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self.rows.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "it takes true or false.")
        return value

    def number(self, key: str, low: float, high: float, default: float) -> float:
        value = self.rows.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.wrong(key, f"it takes a number from {low:g} to {high:g}.")
        return float(value)

    def whole(self, key: str, low: int, high: int, default: int) -> int:
        value = self.rows.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.wrong(key, f"it takes a whole number from {low} to {high}.")
        return value

    def known(self, allowed: Sequence[str]) -> None:
        for key in self.rows:
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, n=1, cutoff=0.6)
                hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(allowed)}."
                raise self.wrong(key, f"Limner does not know it.{hint}")


def upstream_of(table: Table, environment: Mapping[str, str], inherited: Secret | None) -> Upstream:
    """The upstream that `table` describes. `inherited` is the key of OPENAI_API_KEY, where it may be used."""
    if not NAME.fullmatch(table.name):
        raise BadUpstream(
            f"{table.file}, [{table.name}]: a name has small letters, digits, dots and dashes, at most 40, such as "
            "[localai]."
        )
    table.known(KEYS)
    kind_name = table.text("kind") or (table.name if table.name in KINDS else "")
    if kind_name not in KINDS:
        raise table.wrong("kind", f"it takes one of {', '.join(KINDS)}.")
    kind = KINDS[kind_name]
    models = _models(table) or _deployment(table, kind_name)
    fallback = _offered(table, "")
    key = _key(table, environment) or inherited or Secret()
    if kind.needs_key and not key:
        raise table.wrong("key", f"{kind.title} needs one: key_env, key_file or key.")
    return Upstream(
        name=table.name,
        kind=kind_name,
        url=_url(table, kind_name, kind, models),
        key=key,
        key_header=kind.key_header,
        headers=_headers(table),
        query={"api-version": version} if (version := table.text("api_version")) else {},
        models=models,
        listed=bool(models) or "models" in table.rows,
        writes=_writes(table),
        concurrency=table.whole("concurrency", 1, 1000, kind.concurrency),
        per_minute=table.whole("per_minute", 0, 1_000_000, 0),
        resend=table.flag("resend", all(_free(kind, model) for model in models or (fallback,))),
        extra=_extra(table, kind),
        supports=_supports(table, kind),
        timeout=table.number("timeout", 1, 86_400, kind.timeout),
        fallback=fallback,
    )


def key_text(environment: Mapping[str, str], name: str) -> str:
    """A key of the environment: NAME, or the file that NAME_FILE names. Both at once is an error."""
    text, file = environment.get(name, "").strip(), environment.get(f"{name}_FILE", "")
    if text and file:
        raise BadUpstream(f"{name} and {name}_FILE are both set: keep one.")
    if file:
        text = _file_text(Path(file), f"{name}_FILE")
    return _fit_for_a_header(text, name)


def _key(table: Table, environment: Mapping[str, str]) -> Secret | None:
    given = [name for name in ("key", "key_env", "key_file") if table.text(name)]
    if len(given) > 1:
        raise table.wrong(given[1], f"{given[0]} is set as well: keep one.")
    if not given:
        return None
    where = f"{table.file}, [{table.name}], {given[0]}"
    value = table.text(given[0])
    if given[0] == "key":
        return Secret(_fit_for_a_header(value.strip(), where))
    if given[0] == "key_file":
        return Secret(_fit_for_a_header(_file_text(table.file.parent / Path(value).expanduser(), where), where))
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", value):
        raise table.wrong("key_env", "it takes the name of an environment variable, not the key itself.")
    text = key_text(environment, value)
    if not text:
        raise table.wrong("key_env", f"{value} is not set, neither in the environment nor in a .env.")
    return Secret(text)


def _file_text(file: Path, where: str) -> str:
    try:
        text = file.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadUpstream(f"{where}: {file} cannot be read ({type(error).__name__}).") from None
    if not text:
        raise BadUpstream(f"{where}: {file} is empty.")
    return text


def _fit_for_a_header(text: str, where: str) -> str:
    if len(text) > MAX_KEY or not text.isascii() or not text.isprintable() or " " in text:
        raise BadUpstream(f"{where}: this is no key: a key is one line of letters and digits without spaces.")
    return text


def _url(table: Table, kind_name: str, kind: Kind, models: tuple[Offered, ...]) -> str:
    given = table.text("url") or kind.url
    if not given:
        raise table.wrong("url", "it is missing; it takes a base URL such as http://localhost:8080/v1.")
    try:
        url = checked_url(given, insecure=table.flag("insecure", False))
    except ValueError as error:
        raise table.wrong("url", str(error)) from None
    return url if kind_name != "azure" else _azure_url(table, url, models)


def _azure_url(table: Table, url: str, models: tuple[Offered, ...]) -> str:
    """Azure has a URL for each deployment, and wants a version; its newer /openai/v1 wants neither."""
    if not models and not table.text("writes"):
        raise table.wrong("models", "name your deployments: Azure does not list them.")
    if url.endswith("/openai/v1"):
        return url
    if not table.text("api_version"):
        raise table.wrong("api_version", "Azure wants one, such as 2025-04-01-preview.")
    if "/openai/deployments/" in url:
        return url
    return f"{url.removesuffix('/v1').removesuffix('/openai')}/openai/deployments/{{model}}"


def _deployment(table: Table, kind_name: str) -> tuple[Offered, ...]:
    """The one model of an Azure URL that names its deployment."""
    _, sign, rest = table.text("url").rstrip("/").partition("/openai/deployments/")
    return (_offered(table, rest),) if kind_name == "azure" and sign and rest and "/" not in rest else ()


def _headers(table: Table) -> dict[str, str]:
    found = {}
    for key, header in (("organization", "OpenAI-Organization"), ("project", "OpenAI-Project")):
        text = table.text(key)
        if not (text.isascii() and text.isprintable()):
            raise table.wrong(key, "it has characters that a header cannot carry.")
        if text:
            found[header] = text
    return found


def _models(table: Table) -> tuple[Offered, ...]:
    said = table.rows.get("models", [])
    if isinstance(said, list) and all(isinstance(name, str) for name in said):
        said = {name: {} for name in said}
    if not isinstance(said, dict):
        raise table.wrong("models", 'it takes a list of names, ["a", "b"], or a table for each.')
    found = []
    for name, rows in said.items():
        if not is_model_name(name):
            raise table.wrong("models", "a model's name has 1 to 200 printable characters.")
        if not isinstance(rows, dict):
            raise table.wrong(f"models.{name}", "it takes a table: family, sizes, prices.")
        inner = Table(table.file, f"{table.name}.models.{name}", rows)
        inner.known(MODEL_KEYS)
        usual = {key: table.rows[key] for key in MODEL_KEYS if key in table.rows}
        found.append(_offered(Table(table.file, inner.name, {**usual, **rows}), name))
    return tuple(found)


def is_model_name(name: str) -> bool:
    return 0 < len(name) <= 200 and name.isprintable()


def _writes(table: Table) -> str:
    name = table.text("writes")
    if "writes" in table.rows and not is_model_name(name):
        raise table.wrong("writes", "it takes the name of a chat model, of 1 to 200 printable characters.")
    return name


def _offered(table: Table, name: str) -> Offered:
    family = table.text("family")
    if family and family not in families():
        raise table.wrong("family", f"it takes one of {', '.join(families())}.")
    return Offered(name, family, _sizes(table), _prices(table))


def _sizes(table: Table) -> tuple[Size, ...]:
    said = table.rows.get("sizes", [])
    try:
        sizes = tuple(Size.parse(size) for size in said)
    except (ValueError, AttributeError, TypeError):
        sizes = (Size(0, 0),)
    if not isinstance(said, list) or any(not 0 < edge <= MAX_EDGE for s in sizes for edge in (s.width, s.height)):
        raise table.wrong("sizes", 'it takes a list such as ["1024x1024", "1536x1024"].')
    return sizes


def _prices(table: Table) -> dict[str, int] | None:
    """US dollars in the file, millicredits from here on."""
    said = table.rows.get("prices")
    if said is None:
        return None
    rows = said if isinstance(said, dict) else {"": said}
    for dollars in rows.values():
        if isinstance(dollars, bool) or not isinstance(dollars, int | float) or not 0 <= dollars <= MAX_DOLLARS:
            raise table.wrong(
                "prices",
                "it takes US dollars for a picture, 0.04, or a table by quality and size: "
                '{ low = 0.01, "high 1024x1024" = 0.2 }.',
            )
    return {key: millicredits(dollars) for key, dollars in rows.items()}


def _free(kind: Kind, model: Offered) -> bool:
    """Whether sending it twice costs nobody any money."""
    return not any(model.prices.values()) if model.prices is not None else not kind.costs


def _extra(table: Table, kind: Kind) -> dict[str, str]:
    said = table.rows.get("extra", {})
    if not isinstance(said, dict):
        raise table.wrong("extra", f"it takes a table with {', '.join(EXTRA)}.")
    Table(table.file, f"{table.name}.extra", said).known(EXTRA)
    for name, field in said.items():
        if field is not False and not (isinstance(field, str) and re.fullmatch(r"[A-Za-z_][\w.-]{0,63}", field)):
            raise table.wrong(f"extra.{name}", "it takes the name of the field there, or false.")
    merged = {**kind.extra, **said}
    return {name: field for name, field in merged.items() if field is not False}


def _supports(table: Table, kind: Kind) -> frozenset[str]:
    said = table.rows.get("supports")
    if said is None:
        return kind.supports
    if not isinstance(said, list) or not said or any(word not in SUPPORTS for word in said):
        raise table.wrong("supports", f"it takes a list of {', '.join(SUPPORTS)}.")
    return frozenset(said)
