"""What went wrong with a call, as an error that says whose fault it is and whether it may be sent again.

Nothing here lets the key through: the upstream's sentences are searched for it, and no error holds on to the
library's own, which holds the request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from limner.engines.adapters.openai.library import Library
from limner.engines.adapters.openai.waits import wait_of
from limner.engines.upstreams import Upstream
from limner.errors import (
    REFUSALS,
    LimnerError,
    Uncertain,
    UpstreamBusy,
    UpstreamClosed,
    UpstreamError,
    UpstreamFailed,
    UpstreamRefused,
)

LONGEST_SENTENCE = 500
NO_MONEY = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance"}
)
NOT_SENT = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "LocalProtocolError"}
)
"""The connection was never there."""
CUT_SHORT = frozenset({"WriteError", "WriteTimeout"})
"""It did not take the whole request, so nobody can have drawn it."""
GATEWAY_TIMEOUTS = (504, 524)
"""A proxy did not wait: the server behind it may draw on."""
OVERLOADED = (429, 503, 529)
_LOOKS_LIKE_A_KEY = re.compile(r"\bsk-[\w*.…-]{4,}")


@dataclass(frozen=True, slots=True)
class Work:
    """What an upstream was asked for, in the words of a sentence."""

    thing: str
    done: str
    does: str
    do: str
    did: str


DRAWING = Work("this picture", "drawn", "draws", "draw", "drew")
WRITING = Work("a prompt", "written", "writes", "write", "wrote")


class Unusable(UpstreamFailed):
    """It answered that all went well, and what was asked for is not in the answer.

    It may well be paid for, so it is sent again only where the upstream's `resend` says that paying twice is fine.
    """

    def __init__(self, upstream: Upstream, what: str) -> None:
        super().__init__(f"{upstream.name} answered with {what}.")
        self.retryable = upstream.resend


@dataclass(frozen=True, slots=True)
class Said:
    """What an upstream said of an error."""

    sentence: str = ""
    code: str = ""


def trouble_of(error: Exception, library: Library, upstream: Upstream, work: Work = DRAWING) -> LimnerError:
    """The error to raise instead of one of the library's, for what the upstream was asked to do."""
    openai = library.openai
    if isinstance(error, openai.APIStatusError):
        said = said_in(error.body, upstream)
        return _of_status(error.status_code, error.response.headers, said, upstream, work)
    if isinstance(error, openai.APIConnectionError):
        return _of_connection(error.__cause__ or error, upstream, work)
    if isinstance(error, library.httpx.RequestError):
        return _of_connection(error, upstream, work)
    if isinstance(error, openai.APIError):  # in the middle of a stream
        return _of_words(said_in(error.body, upstream), upstream, work)
    if isinstance(error, TimeoutError):
        return unanswered(upstream, "its answer did not end", work)
    # What is left is an answer that the library could not read.
    return Unusable(upstream, "something that is not what was asked for")


def said_in(body: object, upstream: Upstream) -> Said:
    """Sentence and code of an error's body, in the shapes that servers have for it; a page of HTML says nothing."""
    if not isinstance(body, Mapping):
        return Said()
    inner = body.get("error", body)
    found: Mapping[str, Any] = inner if isinstance(inner, Mapping) else {"message": inner}
    sentence = found.get("message") or found.get("detail") or ""
    if isinstance(sentence, list):  # FastAPI's
        sentence = "; ".join(str(row.get("msg", "")) for row in sentence if isinstance(row, Mapping))
    code = found.get("code") or ""
    inner_code = found.get("innererror")
    if isinstance(inner_code, Mapping) and inner_code.get("code"):  # Azure's refusals
        code = "content_policy_violation" if "Policy" in str(inner_code["code"]) else code
    kind = str(found.get("type") or "")
    code = code if isinstance(code, str) and code else kind if kind in NO_MONEY | REFUSALS else ""
    return Said(clean(str(sentence), upstream), clean(code, upstream)[:60])


def clean(text: str, upstream: Upstream) -> str:
    """An upstream's sentence without the key, or anything that looks like one, or what no database can store."""
    key = upstream.key.reveal()
    if key:
        text = text.replace(key, "…")
    text = "".join(letter if letter.isprintable() else " " for letter in text)  # NUL, half a surrogate pair
    text = _LOOKS_LIKE_A_KEY.sub("…", " ".join(text.split()))
    return text if len(text) <= LONGEST_SENTENCE else text[: LONGEST_SENTENCE - 1] + "…"


def unanswered(upstream: Upstream, why: str, work: Work = DRAWING) -> Uncertain:
    return Uncertain(
        f"{upstream.name} was asked for {work.thing}, and {why}. It may have been {work.done}, and may have to be "
        "paid for."
    )


def key_refused(upstream: Upstream, sentence: str = "") -> UpstreamClosed:
    """In our own words where it is the key: theirs show a part of it."""
    table = f"[{upstream.name}] in upstreams.toml"
    if not upstream.key:
        return UpstreamClosed(f"{upstream.name} wants a key. Give it one: key_env, key_file or key of {table}.")
    where = f"key_env, key_file or key of {table}"
    if upstream.name == "openai":
        where = f"OPENAI_API_KEY, unless upstreams.toml says otherwise ({where})"
    refused = f" It says: {sentence}" if sentence else ""
    return UpstreamClosed(f"{upstream.name} does not accept the key for this. It comes from {where}.{refused}")


def _of_status(status: int, headers: Mapping[str, str], said: Said, upstream: Upstream, work: Work) -> LimnerError:
    name = upstream.name
    if said.code in NO_MONEY or status == 402:
        return UpstreamClosed(f"{name} {work.does} no more until its bill is paid: {said.sentence or said.code}")
    if status == 401:
        return key_refused(upstream)
    if status == 403 and said.code not in REFUSALS:
        return key_refused(upstream, said.sentence)
    if status in OVERLOADED:
        words = said.sentence or f"it answered with {status}."
        return UpstreamBusy(f"{name} has too much to do: {words}", retry_after=wait_of(headers, said.sentence))
    if status in GATEWAY_TIMEOUTS:
        return unanswered(upstream, f"a server in between did not wait for the answer (HTTP {status})", work)
    if status >= 500 or status == 408:
        return UpstreamFailed(f"{name} failed (HTTP {status}){_told(said)}")
    if 300 <= status < 400:
        return UpstreamClosed(
            f"{name} points to another address (HTTP {status}), and its key is not sent there. Set the final one."
        )
    if status in (404, 405, 410) and said.code not in REFUSALS:
        known = f"this model or this way to {work.do}"
        return UpstreamError(f"{name} does not know {known} (HTTP {status}){_told(said)}")
    return UpstreamRefused(
        said.sentence or f"{name} refused this (HTTP {status}).", code=said.code or "invalid_value"
    )


def _of_words(said: Said, upstream: Upstream, work: Work) -> LimnerError:
    """An error in the middle of a stream has no status: only its code tells."""
    if said.code in REFUSALS:
        return UpstreamRefused(said.sentence, code=said.code)
    if said.code in NO_MONEY:
        return _of_status(402, {}, said, upstream, work)
    if said.code == "rate_limit_exceeded":
        return _of_status(429, {}, said, upstream, work)
    return UpstreamFailed(f"{upstream.name} failed while it {work.did}{_told(said)}")


def _of_connection(cause: BaseException, upstream: Upstream, work: Work) -> LimnerError:
    kind = type(cause).__name__
    if kind in NOT_SENT:
        return UpstreamFailed(f"{upstream.name} cannot be reached at {upstream.url} ({_reason(cause, upstream)}).")
    if kind in CUT_SHORT:
        return UpstreamFailed(f"{upstream.name} did not take the whole question ({kind}).")
    if kind == "ReadTimeout":
        return unanswered(upstream, f"nothing came back for {upstream.timeout:g} seconds", work)
    return unanswered(upstream, "the connection broke before its answer was complete", work)


def _reason(cause: BaseException, upstream: Upstream) -> str:
    """Not the words of a protocol error: they quote the header that is wrong."""
    kind = type(cause).__name__
    return clean(str(cause), upstream)[:200] or kind if kind == "ConnectError" else kind


def _told(said: Said) -> str:
    return f": {said.sentence}" if said.sentence else "."
