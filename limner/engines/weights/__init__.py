"""Where a model's files are, and whether they are the ones that they should be."""

from limner.engines.weights.checksums import verify
from limner.engines.weights.enlargers import network_in
from limner.engines.weights.identity import fingerprint, sampler
from limner.engines.weights.looking import left_out, look, note_of, refuse_what_runs
from limner.engines.weights.pulled import check, find, title_of, verify_pulled

__all__ = [
    "check",
    "find",
    "fingerprint",
    "left_out",
    "look",
    "network_in",
    "note_of",
    "refuse_what_runs",
    "sampler",
    "title_of",
    "verify",
    "verify_pulled",
]
