"""A stand-in for a server that speaks OpenAI's Images API and Chat Completions, on a real socket, bad days included.

    with stand_in() as upstream:                              # any number of good answers
    with stand_in([busy(retry_after=2), broken()]) as upstream:   # the first two calls fail, the third draws
    with stand_in(odds={busy(): 0.1}, seed=7, delay=0.05) as upstream:   # one in ten, the same ones every time
        upstream.url       # "http://127.0.0.1:40123/v1"; upstream.azure_url for Azure's paths
        upstream.key       # the only key it takes; stand_in(key=None) takes any
        upstream.calls     # what was asked of it to draw: headers, fields, files, the pictures it answered with
        upstream.chats     # the texts that were asked for, from /v1/chat/completions; says("A fox") answers with one
        upstream.requests  # the same and everything else (the list of models, links that were fetched)
        upstream.asked     # an Event: the first request has come; each call has `hung_up`, when its sender has gone
        upstream.then(hang())   # the next call hangs; upstream.shut() refuses connections until upstream.open()

It runs in a thread of its own, so it serves tests with and without an event loop and other processes. For a
benchmark it is a process of its own: `python -m tests.upstream --port 9999 --busy 0.1 --delay 2`.
"""

from tests.upstream.asked import Asked, Part
from tests.upstream.bad_days import (
    BadDay,
    billing_limit,
    blocked,
    broken,
    busy,
    cut_base64,
    dying_stream,
    empty,
    fewer,
    gateway,
    hang,
    mistaken,
    no_picture,
    nonsense,
    other_size,
    out_of_money,
    redirected,
    refused,
    reset,
    slow,
    unverified,
    wrong_key,
)
from tests.upstream.running import StandIn, stand_in
from tests.upstream.texts import delta, event, said, says

__all__ = [
    "Asked",
    "BadDay",
    "Part",
    "StandIn",
    "billing_limit",
    "blocked",
    "broken",
    "busy",
    "cut_base64",
    "delta",
    "dying_stream",
    "empty",
    "event",
    "fewer",
    "gateway",
    "hang",
    "mistaken",
    "no_picture",
    "nonsense",
    "other_size",
    "out_of_money",
    "redirected",
    "refused",
    "reset",
    "said",
    "says",
    "slow",
    "stand_in",
    "unverified",
    "wrong_key",
]
