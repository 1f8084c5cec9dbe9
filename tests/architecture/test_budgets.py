"""Sizes and habits that keep a room readable in one sitting."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import Module, modules

LONGEST_FILE = 500
LONGEST_FUNCTION = 80
LONGEST_INSTANT = 12
"""Lines of an async handler that never awaits: long enough to answer from memory, too short to work."""
BANNED_NAMES = {"utils", "util", "common", "core", "helpers", "helper", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Module) -> Iterator[Function]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def broad_handlers(module: Module) -> Iterator[ast.ExceptHandler]:
    """`except:`, `except Exception` and `except BaseException`, alone or in a tuple."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(k is None or (isinstance(k, ast.Name) and k.id in {"Exception", "BaseException"}) for k in kinds):
                yield node


def swallows(handler: ast.ExceptHandler) -> bool:
    """True unless the handler ends by raising."""
    return not isinstance(handler.body[-1], ast.Raise)


def names_its_boundary(module: Module, handler: ast.ExceptHandler) -> bool:
    """A comment beside the handler, with the word *boundary* or *border*, says what stands behind it."""
    around = (module.line(number) for number in range(handler.lineno - 1, handler.body[0].lineno + 1))
    return any(re.search("#.*(boundary|border)", line, re.IGNORECASE) for line in around)


def is_handler(module: Module) -> bool:
    """Modules whose async functions answer requests."""
    parts = module.path.parts
    return "views" in module.path.stem or bool({"views", "api", "ops"} & set(parts))


def awaits(function: ast.AsyncFunctionDef) -> bool:
    kinds = ast.Await | ast.AsyncFor | ast.AsyncWith | ast.Yield
    return any(
        isinstance(node, kinds) or (isinstance(node, ast.comprehension) and node.is_async)
        for node in ast.walk(function)
    )


def test_no_file_is_too_long_to_read_at_once() -> None:
    long = {m.name: lines for m in modules() if (lines := len(m.text.splitlines())) > LONGEST_FILE}
    assert not long, f"make these a folder: {long}"


def test_no_function_is_too_long_to_read_at_once() -> None:
    long = [
        f"{module.name}:{function.lineno} {function.name}: {lines} lines"
        for module in modules()
        for function in functions(module)
        if (lines := (function.end_lineno or function.lineno) - function.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_a_broad_except_raises_or_names_the_boundary_it_stands_at() -> None:
    wrong = [
        f"{module.name}:{handler.lineno} {module.line(handler.lineno).strip()}"
        for module in modules()
        for handler in broad_handlers(module)
        if swallows(handler) and not names_its_boundary(module, handler)
    ]
    assert not wrong, "catch what can happen, or write `# boundary: …` beside it:\n" + "\n".join(wrong)


def test_nothing_suppresses_every_exception() -> None:
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) == "suppress"
        and any(isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"} for kind in node.args)
    ]
    assert not wrong


def test_a_handler_is_async_only_if_it_awaits_or_answers_at_once() -> None:
    """An async handler that never awaits does its work on the event loop, in front of everybody."""
    wrong = [
        f"{module.name}:{function.lineno} {function.name}"
        for module in modules()
        if is_handler(module)
        for function in functions(module)
        if isinstance(function, ast.AsyncFunctionDef)
        and not awaits(function)
        and (function.end_lineno or 0) - function.body[0].lineno > LONGEST_INSTANT
    ]
    assert not wrong, "\n".join(wrong)


def test_every_module_is_called_after_what_it_does() -> None:
    wrong = [m.name for m in modules() if BANNED_NAMES & {m.path.stem, *m.path.parent.parts}]
    assert not wrong


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("try:\n    f()\nexcept Exception:\n    pass\n", 1),
        ("try:\n    f()\nexcept (ValueError, Exception):\n    log()\n", 1),
        ("try:\n    f()\nexcept Exception:\n    tidy()\n    raise\n", 0),
        ("try:\n    f()\nexcept Exception:  # boundary: a plug-in\n    log()\n", 0),
        ("try:\n    f()\nexcept OSError:\n    pass\n", 0),
    ],
)
def test_the_reader_of_handlers_sees_what_it_should(source: str, expected: int) -> None:
    module = Module(modules()[0].path, source, ast.parse(source))
    found = [h for h in broad_handlers(module) if swallows(h) and not names_its_boundary(module, h)]
    assert len(found) == expected
