"""What can go wrong with an upstream: one call of the stand-in has one of these, or a good day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from limner.engines.contract import Size


@dataclass(frozen=True)
class BadDay:
    """How one call goes. Frozen and hashable, so that it can be a key of `odds`."""

    name: str
    status: int = 0
    """Answered with this instead of a picture; 0: the picture, spoiled in some way."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    content_type: str = "application/json"
    size: Size | None = None
    count: int = 0
    """Of partial pictures before the stream dies, or of pictures in the answer."""
    date: float | None = None
    """It says to come back at the time that is so many seconds later."""
    seconds: float = 0.0
    """Before anything of the answer is sent."""
    events: tuple[str, ...] = ()
    """Of a text, as they go over the wire."""
    then: str = ""
    """After them: "" the end, as it should be; `end` without a word of it; `reset`; `hang`; else this for ever."""


def _error(
    status: int, message: str, code: str | None, type: str, headers: Mapping[str, str] | None = None
) -> BadDay:
    error: dict[str, Any] = {"message": message, "type": type, "param": None, "code": code}
    if code == "moderation_blocked":
        error["moderation_details"] = {"moderation_stage": "input", "categories": ["violence"]}
    body = json.dumps({"error": error}).encode()
    return BadDay(code or str(status), status, tuple((headers or {}).items()), body)


def busy(
    retry_after: float | None = None,
    *,
    date: float | None = None,
    reset: str = "",
    said: str = "",
    status: int = 429,
) -> BadDay:
    """Too many requests. The wait by header in seconds, as an HTTP date so many seconds from now, by
    `x-ratelimit-reset-requests`, or only in words (`said="12s"`): or not told at all."""
    headers = {}
    if retry_after is not None:
        headers["retry-after"] = f"{retry_after:g}"
    if reset:
        headers |= {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": reset}
    wait = f" Please try again in {said}." if said else ""
    message = f"Rate limit reached for gpt-image-2 in organization org-x: Limit 5, Used 5, Requested 1.{wait}"
    return replace(_error(status, message, "rate_limit_exceeded", "input-images", headers), date=date)


def broken(status: int = 500) -> BadDay:
    return _error(status, "The server had an error while processing your request.", None, "server_error")


def gateway(status: int = 502) -> BadDay:
    """A proxy's page instead of an answer."""
    page = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"
    return BadDay("gateway", status, (), page, "text/html")


def wrong_key(shown: str = "sk-st***********cdef") -> BadDay:
    message = f"Incorrect API key provided: {shown}. You can find your API key at https://platform.openai.com."
    return _error(401, message, "invalid_api_key", "invalid_request_error")


def unverified() -> BadDay:
    message = "Your organization must be verified to use the model `gpt-image-2`."
    return _error(403, message, None, "invalid_request_error")


def out_of_money() -> BadDay:
    message = "You exceeded your current quota, please check your plan and billing details."
    return _error(429, message, "insufficient_quota", "insufficient_quota")


def billing_limit() -> BadDay:
    return _error(400, "Billing hard limit has been reached", "billing_hard_limit_reached", "invalid_request_error")


def refused() -> BadDay:
    """DALL·E's refusal by policy."""
    message = "Your request was rejected as a result of our safety system."
    return _error(400, message, "content_policy_violation", "invalid_request_error")


def blocked() -> BadDay:
    """The GPT image models' refusal by policy."""
    message = "Your request was rejected by the safety system. safety_violations=[violence]."
    return _error(400, message, "moderation_blocked", "image_generation_user_error")


def mistaken(message: str = "Invalid size '9x9'.", code: str = "invalid_value", status: int = 400) -> BadDay:
    """A fault of the request that is no matter of policy."""
    return _error(status, message, code, "image_generation_user_error")


def redirected(to: str, status: int = 307) -> BadDay:
    return BadDay("redirected", status, (("location", to),))


def nonsense(body: bytes = b"<html>Welcome!</html>", content_type: str = "text/html") -> BadDay:
    """A 200 with something else in it."""
    return BadDay("nonsense", 200, (), body, content_type)


def empty() -> BadDay:
    """200, and no picture in it."""
    return BadDay("fewer", count=0)


def fewer(count: int) -> BadDay:
    """200, and only so many pictures in it."""
    return BadDay("fewer", count=count)


def cut_base64() -> BadDay:
    return BadDay("cut_base64")


def no_picture() -> BadDay:
    """Right base64 of something that is no picture."""
    return BadDay("no_picture")


def other_size(width: int, height: int) -> BadDay:
    return BadDay("other_size", size=Size(width, height))


def slow(seconds: float) -> BadDay:
    return BadDay("slow", seconds=seconds)


def hang() -> BadDay:
    """Nothing ever comes; the connection stays open."""
    return BadDay("hang")


def reset(*, in_body: bool = True) -> BadDay:
    """The connection is reset in the middle of the body, or before a byte of the answer."""
    return BadDay("reset" if in_body else "reset_first")


def dying_stream(after: int = 2) -> BadDay:
    """So many partial pictures, and then the connection is gone. An answer that is not streamed is reset."""
    return BadDay("dying_stream", count=after)
