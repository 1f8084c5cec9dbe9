"""The page about the native API, drawn here from its OpenAPI document: no script, nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

Schema = Mapping[str, Any]


class Reference(DocsBase):
    """What ninja calls for the page."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        document = api.get_openapi_schema()
        context = {
            "info": document["info"],
            "lead": [said(part) for part in document["info"]["description"].split("\n\n")],
            "subjects": subjects(document, f"{request.scheme}://{request.get_host()}"),
            "shapes": shapes(document),
        }
        response = render(request, "api/reference.html", context)
        response["Cache-Control"] = "private, no-cache"
        return response


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter, or a field of a body or an answer."""

    name: str
    type: Type
    needed: bool
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Type:
    """A type in words, and the shape that it names, to be linked to."""

    words: str
    shape: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One way that an operation may answer."""

    status: int
    phrase: str
    type: Type | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    scope: str
    """What its key has to open; empty: it needs no key."""
    example: str
    parameters: list[Part]
    body: list[Part]
    answers: list[Answer]


@dataclass(slots=True)
class Subject:
    """The operations about one kind of thing."""

    name: str
    operations: list[Operation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shape:
    """A body that is spoken of by its name."""

    name: str
    text: str
    fields: list[Part]


def subjects(document: Schema, origin: str) -> list[Subject]:
    """The document's operations, by subject, in its own order."""
    found: dict[str, Subject] = {}
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            name = about["tags"][0]
            operation = _operation(document, path, method.upper(), about, origin)
            found.setdefault(name, Subject(name)).operations.append(operation)
    return list(found.values())


def shapes(document: Schema) -> list[Shape]:
    """Bodies by name, and the words that one of a few is chosen from."""
    named = sorted(document["components"]["schemas"].items())
    return [Shape(name, said(_about(schema)), list(_fields(schema))) for name, schema in named]


def said(text: str) -> SafeString:
    """A text of the document for a page: what stands between backticks is code."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S308 (escaped before)


def _about(schema: Schema) -> str:
    choice = f"One of {', '.join(schema['enum'])}." if "enum" in schema else ""
    return f"{schema.get('description', '')} {choice}".strip()


def _operation(document: Schema, path: str, method: str, about: Schema, origin: str) -> Operation:
    parameters = [
        Part(
            name=given["name"],
            type=_type(given["schema"]),
            needed=given.get("required", False),
            text=said(given.get("description", "")),
            where=given["in"],
        )
        for given in about.get("parameters", ())
    ]
    kind, content = _content(about.get("requestBody", {}))
    body = _resolved(document, content.get("schema", {}))
    [scope] = next(iter(about["security"][0].values())) if about["security"] else [""]
    return Operation(
        id=about["operationId"],
        method=method,
        path=path,
        summary=about["summary"],
        text=said(about.get("description", "")),
        scope=scope,
        example=_example(origin + path, method, kind),
        parameters=parameters,
        body=list(_fields(body)),
        answers=[_answer(status, about["responses"][status]) for status in sorted(about["responses"])],
    )


def _content(said: Schema) -> tuple[str, Schema]:
    """The content type of a body, and what the document says of it."""
    return next(iter(said.get("content", {}).items()), ("", {}))


def _answer(status: int, said: Schema) -> Answer:
    kind, content = _content(said)
    if not content:
        return Answer(status, HTTPStatus(status).phrase, None)
    type = _type(content["schema"])
    return Answer(status, HTTPStatus(status).phrase, type if type.shape else Type(kind))


def _example(url: str, method: str, kind: str) -> str:
    """A line for a shell."""
    words = ["curl"] if method == "GET" else ["curl", "-X", method]
    words += ["-H", '"Authorization: Bearer $LIMNER_KEY"']
    if kind == "application/json":
        given = '{"name": "laptop"}' if url.endswith("/keys") else '{"prompt": "a friendly robot"}'
        words += ["-H", '"Content-Type: application/json"', "-d", f"'{given}'"]
    elif kind:
        words += ["-F", "image=@picture.png"]
    return " ".join([*words, url.replace("{", "$").replace("}", "")])


def _fields(schema: Schema) -> Iterator[Part]:
    needed = schema.get("required", ())
    for name, about in schema.get("properties", {}).items():
        text = about.get("description", "")
        if about.get("default") not in (None, []):
            text = f"{text} Default: {json.dumps(about['default'])}.".strip()
        yield Part(name, _type(about), name in needed, said(text))


def _type(schema: Schema) -> Type:
    """A schema's type as a person would say it."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Type(name, name)
    if "allOf" in schema:
        return _type(schema["allOf"][0])
    if "enum" in schema:
        return Type(" or ".join(json.dumps(value) for value in schema["enum"]))
    if "anyOf" in schema:
        types = [_type(one) for one in schema["anyOf"] if one.get("type") != "null"]
        nullable = len(types) < len(schema["anyOf"])
        shape = next((one for one in types if one.shape), None)
        words = " or ".join(one.words for one in types)
        end = "".join(one.after for one in types) + (" or null" if nullable else "")
        return Type(words, shape.shape if shape else "", end)
    if "const" in schema:
        return Type(json.dumps(schema["const"]))
    if schema.get("type") == "array":
        inner = _type(schema.get("items", {}))
        return Type(f"list of {inner.words}", inner.shape, inner.after)
    if schema.get("type") == "object" and "additionalProperties" in schema:
        return Type("object")
    word = _FORMATS.get(schema.get("format", "")) or str(schema.get("type", "anything"))
    return Type(f"{word} {_bounds(schema)}".strip())


_FORMATS = {"uuid": "id", "date-time": "time", "binary": "file"}


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    return f"{low}–{high}" if low is not None and high is not None else ""


def _resolved(document: Schema, schema: Schema) -> Schema:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Schema = document["components"]["schemas"][name] if name else schema
    return found
