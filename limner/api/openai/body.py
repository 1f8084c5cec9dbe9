"""A request's body, JSON or a form: read within bounds, or refused in OpenAI's words."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from limner.api.errors import ApiError
from limner.engines.validation import FILE, type_name, wrong_type
from limner.errors import InvalidRequest

JSON, FORM = "application/json", "multipart/form-data"

NOT_JSON = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library "
    "correctly. This API expects a JSON object, but what was sent was {what}.)"
)
NOT_A_FORM = (
    "We could not parse the multipart body of your request. (HINT: This likely means you aren't using your HTTP "
    "library correctly: let it write the Content-Type header with the boundary by itself.)"
)
TOO_MANY_PARTS = "The form has too many parts. Send at most {} fields and {} files."

_WHOLE = frozenset({"n", "output_compression", "partial_images", "seed", "steps", "num_inference_steps"})
_NUMBERS = frozenset({"guidance", "guidance_scale", "cfg_scale", "strength"})
_IMAGE_PART = re.compile(r"image(\[\d{0,4}\])?")
_INJECTED = re.compile(r'^"|[\x00-\x1f\x7f]|%0[0ad]', re.IGNORECASE)
"""What no file name has: a quote that a line's end has left open, control characters, line ends in disguise."""


@dataclass(slots=True)
class Form:
    """A form's fields, as JSON would have had them, and its files by what they are for, in the order they came."""

    fields: dict[str, Any] = field(default_factory=dict)
    faults: list[InvalidRequest] = field(default_factory=list)
    """Fields that could not be turned into what they should be: reported in their place."""
    images: list[bytes] = field(default_factory=list)
    mask: bytes | None = None


def essence(request: HttpRequest) -> str:
    """The content type without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_content_type(request: HttpRequest, *accepted: str) -> str:
    """The body's content type, where it is one of these."""
    if (kind := essence(request)) in accepted:
        return kind
    given = request.headers.get("content-type", "")[:100]
    said = f"the header 'Content-Type: {given}'" if given else "no Content-Type header"
    names = " or ".join(f"'{name}'" for name in accepted)
    raise ApiError(
        400,
        f"Unsupported content type: '{given}'. This API method only accepts {names} requests, but "
        f"you specified {said}. Please try again with a supported content type.",
        code="unsupported_content_type",
    )


def json_body(request: HttpRequest) -> dict[str, Any]:
    """The object in the body, which the gate has let in. Raises `ApiError` for a wrong content type or broken JSON.

    Slow where pictures may be in it: in a thread.
    """
    check_content_type(request, JSON)
    raw = request.read()
    try:
        document = json.loads(raw, parse_constant=_no_such_number, object_pairs_hook=_each_key_once)
        if b"\\u" in raw:
            # Half a surrogate pair is legal in JSON's escapes and in Python, and nowhere that text is stored.
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ApiError(400, NOT_JSON.format(what="not valid JSON")) from None
    if not isinstance(document, dict):
        raise ApiError(400, NOT_JSON.format(what=type_name(document)))
    return document


def form_body(request: HttpRequest, types: Collection[str] = ()) -> Form:
    """The form in the body. Reads files that may be large: not for the event loop.

    Content types of files are looked at only where `types` says which are taken: old clients write nonsense there,
    so the bytes have to say what they are. Their names are used for nothing, and refused where they are an attack.
    """
    check_content_type(request, FORM)
    try:
        texts, files = _FormParser(_form_headers(request), request, request.upload_handlers, "utf-8").parse()
    except RequestDataTooBig:
        _too_large("more than that", request.META.get("CONTENT_LENGTH", 0))
    except (TooManyFieldsSent, TooManyFilesSent):
        most = (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, settings.DATA_UPLOAD_MAX_NUMBER_FILES)
        raise ApiError(400, TOO_MANY_PARTS.format(*most)) from None
    except (MultiPartParserError, SuspiciousOperation, ValueError):
        raise ApiError(400, NOT_A_FORM) from None
    form = Form()
    for name, value in texts.items():
        _read_field(form, name, str(value))
    for name, values in files.lists():
        for file in values:
            with file:
                _read_file(form, name, file, types)
    return form


def _form_headers(request: HttpRequest) -> dict[str, Any]:
    """What Django's parser reads of the headers: it takes a form without a length for an empty one, and one that is
    spelled in capitals for none."""
    given = request.headers.get("content-type", "")
    length = request.META.get("CONTENT_LENGTH") or str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return {"CONTENT_TYPE": f"{FORM};{given.partition(';')[2]}", "CONTENT_LENGTH": length}


class _FormParser(MultiPartParser):
    """Django's, which would silently clean what was smuggled into a file's name, or skip the file."""

    def sanitize_file_name(self, file_name: str) -> str:
        if _INJECTED.search(file_name):
            raise ApiError(
                400,
                "Invalid file name: it has line ends or other control characters in it. Give the file another one.",
                param="image",
                code="invalid_file_name",
            )
        return "image"


def _read_file(form: Form, name: str, file: UploadedFile[bytes], types: Collection[str]) -> None:
    is_image = _IMAGE_PART.fullmatch(name) is not None
    if not is_image and name != "mask":
        form.fields[name] = FILE  # refused where the name is known, else named in the warnings
        return
    if types and (file.content_type or "").lower() not in types:
        form.faults.append(_wrong_file_type(name.partition("[")[0], file.content_type or "", types))
    if is_image:
        form.images.append(file.read())
    else:
        form.mask = file.read()


def _wrong_file_type(param: str, type: str, types: Collection[str]) -> InvalidRequest:
    *others, last = [f"'{name}'" for name in types]
    return InvalidRequest(
        f"Invalid file '{param}': unsupported mimetype ('{type[:100]}'). Supported file formats are "
        f"{', '.join(others)}, and {last}.",
        param=param,
        code="unsupported_file_mimetype",
    )


def _read_field(form: Form, name: str, value: str) -> None:
    """A form knows only text: numbers and booleans are made of it where JSON would have them."""
    kind = "an array of files or file" if _IMAGE_PART.fullmatch(name) else "a file" if name == "mask" else None
    if kind is not None:
        form.faults.append(wrong_type(name.partition("[")[0], f"one of {kind}" if "array" in kind else kind, value))
    elif name in _WHOLE:
        _number(form, name, value, "an integer", r"[+-]?[0-9]{1,400}", int)
    elif name in _NUMBERS:
        _number(form, name, value, "a number", r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?", float)
    elif name == "stream" and value.lower() in ("true", "false"):
        form.fields[name] = value.lower() == "true"
    else:
        form.fields[name] = value


def _number(form: Form, name: str, value: str, expected: str, pattern: str, made: type[int] | type[float]) -> None:
    if re.fullmatch(pattern, value):
        form.fields[name] = made(value)
        return
    form.faults.append(
        InvalidRequest(
            f"Invalid type for '{name}': expected {expected}, but got a string value that could not be converted "
            f"into {expected}.",
            param=name,
            code="invalid_type",
        )
    )


def _too_large(read: object, most: object) -> NoReturn:
    raise ApiError(413, f"Maximum content size limit ({most}) exceeded ({read} bytes read)", code="request_too_large")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs. Of a key that is there twice, two programs would read two different values."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ApiError(400, NOT_JSON.format(what=f"an object that has the key {twice[:100]!a} twice"))
    return found


def _no_such_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


__all__ = ["FORM", "JSON", "Form", "check_content_type", "form_body", "json_body"]
