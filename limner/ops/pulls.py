"""The pulls that this process runs, each in a thread of its own. What they have fetched lies on the disk: a pull that
ends with the process is gone on with from there."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

from limner.engines.catalog import catalog
from limner.engines.weights import begun, pulling
from limner.engines.weights.hub import Repository, Stopped
from limner.engines.weights.placing import not_written
from limner.errors import LimnerError, Unavailable, say

log = logging.getLogger(__name__)


@dataclass
class Pull:
    """One of them."""

    going: bool = True
    trouble: str = ""
    """Why it ended without a model, in a sentence."""
    place: str = ""
    """The folder that is there now."""
    stop: Event = field(default_factory=Event)
    """Set when somebody wants it no more."""


_pulls: dict[str, Pull] = {}
_turn = Lock()


def begin(home: Path, repository: Repository, size: int) -> bool:
    """Pull it beside whatever else is done; False where that is under way already. Raises Unavailable where nothing
    can be written."""
    with _turn:
        if going(repository.name):
            return False
        try:
            begun.write_down(home, repository, size)
        except OSError as error:
            raise not_written(error, repository.name, home) from error
        _pulls[repository.name] = pull = Pull()
    # A daemon: who stops Limner does not wait for gigabytes.
    Thread(target=_pull, args=(pull, home, repository), name=f"pull {repository.name}", daemon=True).start()
    return True


def going(name: str) -> bool:
    """Whether this process pulls it."""
    pull = _pulls.get(name)
    return pull is not None and pull.going


def stop(name: str) -> None:
    """End it soon, where this process pulls it: what came stays to be gone on with."""
    if pull := _pulls.get(name):
        pull.stop.set()


def stopping(name: str) -> bool:
    """Whether it was told to end and has not yet."""
    pull = _pulls.get(name)
    return pull is not None and pull.going and pull.stop.is_set()


def trouble(name: str) -> str:
    """Why its last pull ended without a model; "" where it did not."""
    return _pulls[name].trouble if name in _pulls else ""


def failed() -> list[str]:
    """The names of those that ended without a model."""
    return sorted(name for name, pull in list(_pulls.items()) if pull.trouble)


def forget(name: str) -> None:
    """Somebody has read why its pull ended."""
    with _turn:
        if not going(name):
            _pulls.pop(name, None)


def arrived(*, forget: bool) -> list[str]:
    """The folders of those that came and that nobody was told of yet; `forget`: somebody is told now."""
    with _turn:
        came = {name: pull.place for name, pull in _pulls.items() if pull.place}
        for name in came if forget else ():
            del _pulls[name]
        return sorted(came.values())


def _pull(pull: Pull, home: Path, repository: Repository) -> None:
    try:
        place = pulling.pull(home, repository, pull.stop)
        catalog(at_once=True)
        pull.place = place.name
    except Stopped:
        log.info("The pull of %s was stopped.", repository.name)
    except LimnerError as error:
        log.warning("%s was not pulled: %s", repository.name, error.message)
        # A hub that fell silent is no news to who stopped it; a model that was refused meanwhile is.
        if not (pull.stop.is_set() and isinstance(error, Unavailable)):
            pull.trouble = error.message
    except Exception:  # boundary: a thread has nobody above it who would tell of this
        log.exception("%s was not pulled.", repository.name)
        pull.trouble = say("Something broke while it was pulled. The log has the details.")
    finally:
        pull.going = False
