"""Small readers that turn the words of the environment into typed values, and fail loudly when they cannot."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from dotenv import dotenv_values

from limner.errors import NotConfigured

PREFIX = "LIMNER_"
BORROWED = frozenset(
    {"OPENAI_API_KEY", "OPENAI_API_KEY_FILE", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"}
)
"""Names that OpenAI's own library reads, so that a key which is already there is found."""
SERVICE_LINK = re.compile(r"^(tcp|udp|sctp)://[^/]+:\d+$")
"""What Kubernetes writes into LIMNER_PORT when a Service is called `limner`: never meant for us."""


class BadSetting(NotConfigured):
    """A setting has a value that cannot be used: the sentence names the variable and what is allowed."""

    code = "bad_setting"


EVERYWHERE = ("0.0.0.0/0", "::/0")

Reader = Callable[[str], object]
"""Turns the text of a variable into its value; raises ValueError whose text says what is allowed."""


def text(value: str) -> str:
    return value


def path(value: str) -> Path:
    return Path(value).expanduser()


def flag(value: str) -> bool:
    word = value.strip().lower()
    if word in {"on", "true", "yes", "1"}:
        return True
    if word in {"off", "false", "no", "0"}:
        return False
    raise ValueError("on or off")


def whole(low: int, high: int) -> Reader:
    """A whole number from `low` to `high`."""

    def read(value: str) -> int:
        if re.fullmatch(r"\s*\d{1,18}\s*", value) and low <= int(value) <= high:
            return int(value)
        raise ValueError(f"a whole number from {low} to {high}")

    return read


def amount(value: str) -> float:
    """A number that is not negative, written with a point: 0.1."""
    if re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", value):
        return float(value)
    raise ValueError("a number such as 0.1")


def choice(*allowed: str) -> Reader:
    """One of a few words."""

    def read(value: str) -> str:
        if value.strip().lower() in allowed:
            return value.strip().lower()
        raise ValueError("one of " + ", ".join(allowed))

    return read


def names(value: str) -> tuple[str, ...]:
    """Names between commas or spaces."""
    return tuple(part for part in re.split(r"[,\s]+", value) if part)


def hosts(value: str) -> tuple[str, ...]:
    """Host names between commas: without scheme, path or port; `.example.com` stands for every name under it."""
    found = tuple(name.lower() for name in names(value))
    for name in found:
        if not re.fullmatch(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]", name):
            raise ValueError(
                "host names between commas, without http:// and without a port, such as limner.example.com"
            )
    return found


def origins(value: str) -> tuple[str, ...]:
    """Web origins between commas: scheme, host and port, nothing after."""
    found = tuple(name.lower() for name in names(value))
    for name in found:
        if not re.fullmatch(r"(https?|[a-z][a-z0-9+.-]*-extension)://[^/\s*?#@]+", name):
            raise ValueError("web origins between commas, such as http://localhost:3000 (no path, never *)")
    return found


def networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks between commas; `*` is every one."""
    try:
        found = [
            ip_network(part, strict=False)
            for name in names(value)
            for part in (EVERYWHERE if name == "*" else [name])
        ]
    except ValueError:
        raise ValueError("addresses between commas, such as 10.0.0.2 or 172.16.0.0/12") from None
    return tuple(found)


def pairs(value: str) -> dict[str, str]:
    """`name=value` between commas or spaces."""
    found = {}
    for part in names(value):
        left, sign, right = part.partition("=")
        if not (left and sign and right):
            raise ValueError("name=model between commas, such as dall-e-3=storybook")
        found[left] = right
    return found


@dataclass(frozen=True)
class Setting:
    """One row of the table of settings: everything that is known about one variable."""

    name: str
    kind: str
    read: Reader
    default: str
    help: str
    secret: bool = False

    @property
    def variables(self) -> tuple[str, ...]:
        return (self.name, f"{self.name}_FILE") if self.secret else (self.name,)


@dataclass(frozen=True)
class Source:
    """Some variables and where they stand, as an error names it."""

    where: str
    values: Mapping[str, str]
    strict: bool
    """True for a `.env` that a person wrote for Limner; False for the environment, where others write too."""


def lines(folder: Path) -> dict[str, str]:
    """Every line of `folder/.env`, the keys of upstreams among them; none when there is no such file."""
    file = folder / ".env"
    found = dotenv_values(file, interpolate=False) if file.is_file() else {}
    return {name: value or "" for name, value in found.items()}


def dotenv(folder: Path) -> Source:
    """The lines of `folder/.env` that are settings: `LIMNER_*`, and OpenAI's own names."""
    return Source(str(folder / ".env"), ours(lines(folder)), True)


def ours(variables: Mapping[str, str]) -> dict[str, str]:
    """Those of some variables that are settings of Limner's."""
    return {name: value for name, value in variables.items() if name.startswith(PREFIX) or name in BORROWED}


def read_all(table: tuple[Setting, ...], sources: tuple[Source, ...]) -> tuple[dict[str, object], list[str]]:
    """Every setting's value (the first source that has it wins), and sentences worth telling the operator."""
    notes = _unknown(table, sources)
    values: dict[str, object] = {}
    for setting in table:
        values[setting.name] = _value(setting, sources, notes)
    return values, notes


def _value(setting: Setting, sources: tuple[Source, ...], notes: list[str]) -> object:
    for source in sources:
        raw = source.values.get(setting.name, "")
        file = source.values.get(f"{setting.name}_FILE", "") if setting.secret else ""
        if raw and file:
            raise BadSetting(f"{setting.name} and {setting.name}_FILE are both set in {source.where}: keep one.")
        if file:
            return _checked(setting, _from_file(setting, file, source), source)
        if not raw:  # an empty variable says nothing: the next source, or the default, speaks
            continue
        try:
            return _checked(setting, raw, source)
        except BadSetting:
            if source.strict or not SERVICE_LINK.match(raw):
                raise
            notes.append(
                f"{setting.name}={raw} in {source.where} was passed over: it is what Kubernetes sets for a Service "
                f"called limner. Set enableServiceLinks: false, or call the Service something else."
            )
    return setting.read(setting.default) if setting.default else _nothing(setting)


def _nothing(setting: Setting) -> object:
    """What an empty default means for this kind: an empty list, an empty table, or no text."""
    return setting.read("") if setting.read in (names, hosts, networks, origins, pairs, text) else ""


def _checked(setting: Setting, raw: str, source: Source) -> object:
    try:
        return setting.read(raw)
    except ValueError as error:
        shown = "its value" if setting.secret else repr(raw)
        raise BadSetting(f"{setting.name} in {source.where}: {shown} is not allowed; it takes {error}.") from None


def _from_file(setting: Setting, file: str, source: Source) -> str:
    try:
        content = Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{setting.name}_FILE in {source.where}: {file} cannot be read ({error}).") from None
    if not content:
        raise BadSetting(f"{setting.name}_FILE in {source.where}: {file} is empty.")
    return content


def _unknown(table: tuple[Setting, ...], sources: tuple[Source, ...]) -> list[str]:
    """Refuse what nobody knows in a `.env`; only tell of it in the environment, where others write too."""
    known = [variable for setting in table for variable in setting.variables]
    notes = []
    for source in sources:
        for name in source.values:
            if not name.startswith(PREFIX) or name in known:
                continue
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
            hint = f" Did you mean {near[0]}?" if near else " docs/settings.md lists every setting."
            if source.strict:
                raise BadSetting(f"{source.where} sets {name}, which Limner does not know.{hint}")
            notes.append(f"{name} in {source.where} was passed over: Limner does not know it.{hint}")
    return notes
