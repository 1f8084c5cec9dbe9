"""What the gate knows of a key before anything is read: that there is none, or that its minute is used up."""

from __future__ import annotations

from collections.abc import Mapping

from limner.api.refusals import PATHS
from limner.config.door import Refusal


def key_refused(path: str, headers: Mapping[str, str], coming: bool) -> Refusal | None:
    """What a call is told at once, where its key says it all. A body that is still `coming` need not be let in for
    somebody who shows nothing that could be a key. What is imported has rows, and those need Django set up."""
    from limner.api.auth import too_often
    from limner.api.errors import answer, rate_headers

    if coming and path.startswith(PATHS) and (refusal := _no_key(path, headers)) is not None:
        return refusal
    if (error := too_often(headers)) is None:
        return None
    told = {name: value for name, value in answer(error).items() if name.lower() != "content-type"}
    return Refusal(error.status, error.code, error.message, told | rate_headers(error.rate))


def _no_key(path: str, headers: Mapping[str, str]) -> Refusal | None:
    """As the API that is asked would say it."""
    from limner.api.auth import no_possible_key
    from limner.api.sdapi.routes import NO_ENTRANCE, with_the_password_as_key

    webui = path.startswith("/sdapi/")
    error = no_possible_key(with_the_password_as_key(headers) if webui else headers)
    if error is None:
        return None
    said, scheme = (NO_ENTRANCE, "Basic") if webui else (error.message, "Bearer")
    return Refusal(error.status, error.envelope_code, said, {"www-authenticate": f'{scheme} realm="limner"'})
