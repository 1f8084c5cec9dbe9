"""`docs/api.md` says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from limner.api.openai.asking import understood
from limner.api.openai.parameters import OTHER_NAMES, PARAMETERS
from limner.engines.catalog import catalog
from limner.engines.dialects import dialect_for
from limner.engines.families import families
from limner.errors import LimnerError
from tests.api.snapshot import contract

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "limner"
DOCUMENT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_parameter_is_in_the_document() -> None:
    names = [parameter.name for parameter in PARAMETERS] + list(OTHER_NAMES)
    assert len(names) > 20
    assert [name for name in names if f"`{name}`" not in DOCUMENT] == []


def test_every_size_of_a_name_is_in_the_document_and_is_drawn() -> None:
    openais = [name for family in families().values() for name in family.names]
    for name in (*openais, *catalog()):
        for size in dialect_for(name).sizes or ():
            assert f"`{size}`" in DOCUMENT
            assert understood({"prompt": "a cat", "model": name, "size": size}).request.prompt == "a cat"


def test_every_route_of_the_native_api_is_in_the_document() -> None:
    paths = contract()["paths"]
    assert paths
    assert [path for path in paths if path not in DOCUMENT] == []


def test_every_code_that_can_end_a_call_is_in_the_document() -> None:
    tree = {error.code for error in _tree(LimnerError) if error.__module__ == "limner.errors"}
    codes = tree | _said_where_it_is_raised()
    assert {"interrupted", "integer_below_min_value", "job_cancelled", "unknown_host", "request_too_large"} <= codes
    assert [code for code in sorted(codes) if f"`{code}`" not in DOCUMENT] == []


def _tree(root: type[LimnerError]) -> list[type[LimnerError]]:
    return [root, *(found for child in root.__subclasses__() for found in _tree(child))]


def _said_where_it_is_raised() -> set[str]:
    """Codes that no class of errors has: what the gate, the validation and the API say by themselves."""
    sources = [
        *(PACKAGE / "config").glob("*.py"),
        *(PACKAGE / "engines" / "validation").glob("*.py"),
        *(PACKAGE / "api").rglob("*.py"),
    ]
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    bounds = {f"{kind}_{side}_value" for kind in ("integer", "decimal") for side in ("below_min", "above_max")}
    return bounds | set(re.findall(r'code="(\w+)"', text)) | set(re.findall(r'Refusal\(\s*\d+,\s*"(\w+)"', text))
