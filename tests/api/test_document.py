"""`docs/api.md` says what the code does."""

from __future__ import annotations

from pathlib import Path

from limner.api.openai.generations import understood
from limner.api.openai.models import NAMES
from limner.api.openai.parameters import OTHER_NAMES, PARAMETERS
from limner.engines.catalog import catalog
from limner.engines.dialects import dialect_for
from limner.errors import LimnerError
from tests.api.snapshot import contract

DOCUMENT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_parameter_is_in_the_document() -> None:
    names = [parameter.name for parameter in PARAMETERS] + list(OTHER_NAMES)
    assert len(names) > 20
    assert [name for name in names if f"`{name}`" not in DOCUMENT] == []


def test_every_size_of_a_name_is_in_the_document_and_is_drawn() -> None:
    for name in (*NAMES, *catalog()):
        for size in dialect_for(name).sizes or ():
            assert f"`{size}`" in DOCUMENT
            assert understood({"prompt": "a cat", "model": name, "size": size}).request.prompt == "a cat"


def test_every_route_of_the_native_api_is_in_the_document() -> None:
    paths = contract()["paths"]
    assert paths
    assert [path for path in paths if path not in DOCUMENT] == []


def test_every_code_that_can_end_a_call_is_in_the_document() -> None:
    unheard_of_here = {"internal_error", "not_found", "permission_denied", "upstream_error"}
    codes = {error.code for error in _tree(LimnerError) if error.__module__ == "limner.errors"} - unheard_of_here
    assert len(codes) > 5
    assert [code for code in codes if f"`{code}`" not in DOCUMENT] == []


def _tree(root: type[LimnerError]) -> list[type[LimnerError]]:
    return [root, *(found for child in root.__subclasses__() for found in _tree(child))]
