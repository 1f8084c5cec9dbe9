"""Who is next: self-clocked fair queuing, in predicted seconds. Pure.

Every job gets a *tag* when it is submitted: the virtual time at which it would finish if the waiting accounts shared
the machine by the weights of their plans. Jobs are drawn in the order of their tags. Virtual time is never stored: it
is the highest tag that was ever drawn (`virtual_now`), so there is no clock that every submit would have to write. A
batch may be filled with jobs whose turn comes later; virtual time stays at the job whose turn is next, and their
account goes on from where they end.

Each pair of lane and priority is a queue of its own, with its own virtual time.
"""

from __future__ import annotations


def tag(*, virtual_now: float, own_last: float | None, seconds: float, weight: float) -> float:
    """The virtual finish time of a job of `seconds` predicted seconds.

    `own_last` is the highest tag among the account's jobs that wait or were drawn; None when there are none. An
    account that was away starts level with everybody else, and one that cancels its waiting jobs gets their turns
    back.
    """
    if seconds < 0 or weight <= 0:
        raise ValueError("A job takes no negative time, and a plan's weight is above zero.")
    start = virtual_now if own_last is None else max(virtual_now, own_last)
    return start + seconds / weight
