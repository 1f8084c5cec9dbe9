"""What travels in the frames: orders one way, events and errors the other, as plain JSON and bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from limner import errors
from limner.engines.contract import (
    Answered,
    DrawEvent,
    Drawn,
    DrawOrder,
    DrawRequest,
    Preview,
    Progress,
    Sending,
    Size,
    WriteOrder,
)
from limner.engines.placement.frames import BadFrame, Frame


def order_frame(order: DrawOrder) -> Frame:
    """An order and the images it names."""
    header = {
        "job": order.job,
        "attempt": order.attempt,
        "request": order.request.to_json(),
        "indices": list(order.indices),
        "images": [[name, len(data)] for name, data in order.images.items()],
    }
    return header, b"".join(order.images.values())


def order_from(header: dict[str, Any], body: bytes) -> DrawOrder:
    """The inverse of `order_frame`."""
    images, start = {}, 0
    for name, length in header["images"]:
        images[name] = body[start : start + length]
        start += length
    return DrawOrder(
        job=header["job"],
        attempt=header["attempt"],
        request=DrawRequest.from_json(header["request"]),
        indices=tuple(header["indices"]),
        images=images,
    )


def write_header(order: WriteOrder) -> dict[str, Any]:
    """An order to write."""
    return {"order": asdict(order)}


def write_order_from(header: dict[str, Any]) -> WriteOrder:
    """The inverse of `write_header`."""
    return WriteOrder(**header["order"])


def text_from(header: dict[str, Any]) -> str:
    """A piece of a text. Raises BadFrame."""
    text = header.get("text")
    if not isinstance(text, str):
        raise BadFrame(f"a broken text: {header!r:.200}")
    return text


def event_frame(event: DrawEvent) -> Frame:
    """One event of a drawing."""
    match event:
        case Progress(job, index, step, steps):
            return {"event": "progress", "job": job, "index": index, "step": step, "steps": steps}, b""
        case Preview(job, index, step, image):
            return {"event": "preview", "job": job, "index": index, "step": step}, image
        case Drawn(job, index, size, mode, data, seconds):
            header = {"event": "drawn", "job": job, "index": index, "size": str(size), "mode": mode}
            return {**header, "seconds": seconds}, data
        case Sending() | Answered():
            raise TypeError("A model in a process of its own sends nothing to an upstream.")


def event_from(header: dict[str, Any], body: bytes) -> DrawEvent:
    """The inverse of `event_frame`. Raises BadFrame."""
    try:
        job, index = header["job"], header["index"]
        match header["event"]:
            case "progress":
                return Progress(job, index, header["step"], header["steps"])
            case "preview":
                return Preview(job, index, header["step"], body)
            case "drawn":
                size = Size.parse(header["size"])
                return Drawn(job, index, size, header["mode"], body, header["seconds"])
            case unknown:
                raise BadFrame(f"no such event: {unknown!r}")
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadFrame(f"a broken event: {header!r:.200}") from error


def error_header(error: errors.LimnerError) -> dict[str, Any]:
    """An error as data: enough to raise the same one on the other side."""
    return {
        "class": type(error).__name__,
        "message": error.message,
        "code": error.code,
        "param": getattr(error, "param", None),
        "retryable": error.retryable,
        "retry_after": error.retry_after,
    }


def error_from(header: object) -> errors.LimnerError:
    """The inverse of `error_header`. A class that only the other side knows becomes an EngineError like it."""
    if not isinstance(header, dict):
        raise BadFrame(f"a broken error: {header!r:.200}")
    message = str(header.get("message", "The engine failed and did not say why."))
    kinds = {kind.__name__: kind for kind in _descendants(errors.LimnerError)}
    kind = kinds.get(str(header.get("class")), errors.EngineError)
    error: errors.LimnerError
    if issubclass(kind, errors.InvalidRequest):
        error = kind(message, param=header.get("param"))
    else:
        error = kind(message, retry_after=header.get("retry_after"))
    error.code = str(header.get("code") or kind.code)
    error.retryable = bool(header.get("retryable"))
    return error


def _descendants(kind: type[errors.LimnerError]) -> Iterator[type[errors.LimnerError]]:
    # Only classes of limner.errors: a stranger's subclass may take other arguments.
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from _descendants(child)
