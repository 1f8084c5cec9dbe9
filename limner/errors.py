"""The root of every error that Limner raises on purpose.

An error says four things beside its sentence: a stable `code`, the HTTP `status` an API answers with, whether
trying again may help (`retryable`), and whose fault it is. The sentence tells the person what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Sentence(str):
    """English that knows what it is made of, so that a page can say it in another language (`look/speech.py`)."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]


def say(template: str, **values: object) -> Sentence:
    """`say("{size} is too large.", size=size)`: for rooms that may not import Django. `make messages` finds it."""
    made = Sentence(template.format(**values))
    made.template, made.values = template, values
    return made


class Fault(StrEnum):
    """Whose fault an error is: the caller's request, the operator's set-up, this server, or an upstream."""

    CALLER = "caller"
    OPERATOR = "operator"
    SERVER = "server"
    UPSTREAM = "upstream"


class LimnerError(Exception):
    """Root of the tree. `retry_after` is in seconds, where a time is known."""

    code: str = "internal_error"
    status: int = 500
    retryable: bool = False
    fault: Fault = Fault.SERVER

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class InvalidRequest(LimnerError):
    """The request is wrong and will be wrong again: `param` names the field, the sentence the allowed values."""

    code = "invalid_value"
    status = 400
    fault = Fault.CALLER

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        if code is not None:
            self.code = code


class Blocked(LimnerError):
    """The prompt has what no prompt may have here."""

    code = "content_policy_violation"
    status = 400
    fault = Fault.CALLER


class NotAllowed(LimnerError):
    code = "permission_denied"
    status = 403
    fault = Fault.CALLER


class NotFound(LimnerError):
    """There is no such thing, or not for this viewer: both read the same."""

    code = "not_found"
    status = 404
    fault = Fault.CALLER


class RateLimited(LimnerError):
    code = "rate_limit_exceeded"
    status = 429
    retryable = True
    fault = Fault.CALLER


class OutOfCredits(LimnerError):
    code = "insufficient_quota"
    status = 429
    fault = Fault.CALLER


class OutOfStorage(LimnerError):
    """The account keeps as much as its plan allows: something has to be deleted first."""

    code = "storage_full"
    status = 429
    fault = Fault.CALLER


class NotConfigured(LimnerError):
    """Something that has to be installed or set is not: the sentence is the command that mends it."""

    code = "not_configured"
    status = 503
    fault = Fault.OPERATOR


class Unavailable(LimnerError):
    """Limner is starting, stopping, or short of something (disk): the same request may work later."""

    code = "unavailable"
    status = 503
    retryable = True


class Broken(LimnerError):
    """Something that should not happen did, and may not happen again: the log has all of it."""

    retryable = True


class Interrupted(LimnerError):
    """Limner itself stopped too often while it drew a job, and gave it up."""

    code = "interrupted"


class UnreadableJob(LimnerError):
    """A job that another version of Limner wrote, in words that this one does not know."""

    code = "unreadable_job"


class EngineError(LimnerError):
    """An engine failed while drawing. Subclasses say whether another attempt makes sense."""

    code = "engine_error"
    status = 500


class EndedEarly(EngineError):
    """The engine said that it was done, and was not."""

    retryable = True


class EngineCrashed(EngineError):
    """The process that held the model died: the job may run again, a bounded number of times."""

    code = "engine_crashed"
    retryable = True


class NoRoom(EngineError):
    """The model, or what it draws, does not fit into the memory."""

    code = "no_room"


class ModelBroken(EngineError):
    """The model's files are missing or damaged: no attempt will help until they are mended."""

    code = "model_broken"
    fault = Fault.OPERATOR


class ModelGone(EngineError):
    """Somebody removed the model while jobs waited for it."""

    code = "model_gone"


class UpstreamError(EngineError):
    """A server we draw with answered with an error."""

    code = "upstream_error"
    status = 502
    fault = Fault.UPSTREAM


class UpstreamBusy(UpstreamError):
    """The server we draw with has too much to do, or lets us do only so much: later it will. No fault of the job."""

    code = "upstream_busy"
    status = 429
    retryable = True


class UpstreamFailed(UpstreamError):
    """The server we draw with broke, or could not be reached: nothing was drawn, another attempt makes sense."""

    code = "upstream_failed"
    retryable = True


class UpstreamRefused(UpstreamError):
    """The server we draw with does not want to draw this: `code` and sentence are its own."""

    code = "content_policy_violation"
    status = 400
    fault = Fault.CALLER

    def __init__(self, message: str, *, code: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        if code is not None:
            self.code = code


REFUSALS = frozenset({"content_policy_violation", "moderation_blocked", "content_filter", "contentFilter"})
"""Codes of a refusal by policy: the older names', the newer ones', Azure's. An upstream may say any to any name."""


class UpstreamClosed(UpstreamError):
    """The key is wrong, or the balance is used up: the operator has to mend it before anything can be drawn there."""

    code = "upstream_closed"
    fault = Fault.OPERATOR


class Uncertain(UpstreamError):
    """It was sent and no answer came: it may have been drawn and paid for. `resend` decides about another attempt."""

    code = "uncertain"
