"""One call in the words of the Images API: what is sent, and where to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from limner.engines.adapters.openai.images import mask_file, picture_file
from limner.engines.catalog import Model
from limner.engines.contract import DrawOrder, DrawRequest, Task
from limner.engines.upstreams import Upstream, family_of
from limner.errors import EngineError

_METHODS = {Task.CREATE: "generate", Task.EDIT: "edit", Task.VARY: "create_variation"}
MOST_PARTIALS = 3
PARTIAL_MILLICREDITS = 300
"""A partial picture is 100 output tokens more."""
PARTIALS_SHARE = 5
"""All partial pictures together may cost a fifth of the picture: a cheap one is worth no previews that cost more."""
_REQUESTS_OWN = frozenset({"output_format", "background", "response_format", "transparent", "output_compression"})
"""Options that say what a model can do with fields of the request."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A method of the library's `images` and its arguments."""

    method: str
    arguments: Mapping[str, Any] = field(repr=False)
    partials: int = 0
    """Partial pictures that are asked for; 0: no stream."""


def split(order: DrawOrder, model: Model, upstream: Upstream) -> list[tuple[int, ...]]:
    """The picture numbers of each call. Where the upstream takes a seed each picture has a call of its own, so that
    it gets its own seed and can be drawn again alone."""
    at_once = 1 if "seed" in upstream.extra else max(1, model.capabilities.max_n_a_call)
    return [order.indices[start : start + at_once] for start in range(0, len(order.indices), at_once)]


def asking(order: DrawOrder, indices: tuple[int, ...], model: Model, upstream: Upstream) -> Asking:
    """Blocking where pictures have to be made fit: run it in a thread. Raises EngineError."""
    request = order.request
    method = _METHODS.get(request.task)
    if method is None:
        raise EngineError(f"{upstream.name} cannot {request.task} pictures.")
    words: dict[str, Any] = {"model": model.upstream_model, "n": len(indices), "size": str(request.draw_size)}
    body: dict[str, Any] = {}
    if method != "create_variation":
        words["prompt"] = request.prompt
        body |= _options(request, model)
    if method != "generate":
        files = [picture_file(order.images[ref.public_id], number) for number, ref in enumerate(request.images)]
        if not files:
            raise EngineError("There is no picture to change.")
        words["image"] = files if len(files) > 1 and method == "edit" else files[0]
        if request.mask is not None and method == "edit":
            first = order.images[request.images[0].public_id]
            words["mask"] = mask_file(order.images[request.mask.public_id], first)
    if _takes_response_format(model, upstream):
        words["response_format"] = "b64_json"
    partials = _partials(model.price(request)) if _can_stream(method, indices, upstream) else 0
    if partials:
        words |= {"stream": True, "partial_images": partials}
    body |= _extra(request, indices[0], model, upstream)
    return Asking(method, {**words, **({"extra_body": body} if body else {})}, partials)


def _options(request: DrawRequest, model: Model) -> dict[str, Any]:
    """What this model knows beside prompt, number and size."""
    able = model.capabilities
    found = {key: value for key, value in request.options.items() if key in able.options and key not in _REQUESTS_OWN}
    if able.qualities:
        found["quality"] = able.quality(request.quality)  # never "auto": its price would not be known
    elif "quality" in able.options and request.quality != "auto":
        found["quality"] = request.quality
    if "background" in able.options and (
        request.background == "opaque" or (request.background == "transparent" and "transparent" in able.options)
    ):
        found["background"] = request.background
    # What has to be scaled afterwards comes without loss; what does not is asked for as it is wanted, byte for byte.
    as_wanted = request.draw_size == request.size
    if "output_format" in able.options and as_wanted:
        found["output_format"] = request.output_format
        compression = request.options.get("output_compression")
        if request.output_format != "png" and compression is not None and "output_compression" in able.options:
            found["output_compression"] = compression
    return found


def _extra(request: DrawRequest, index: int, model: Model, upstream: Upstream) -> dict[str, Any]:
    """Seed, steps, guidance and negative prompt, under the names that the upstream has for them."""
    able = model.capabilities
    values = {
        "seed": request.seed + index,
        "steps": request.steps if request.steps != able.default_steps else None,
        "guidance": request.guidance if request.guidance != able.default_guidance else None,
        "negative_prompt": request.negative_prompt or None,
    }
    found: dict[str, Any] = {}
    for ours, theirs in upstream.extra.items():
        if values.get(ours) is not None:
            *folders, last = theirs.split(".")
            place = found
            for folder in folders:
                place = place.setdefault(folder, {})
            place[last] = values[ours]
    return found


def _takes_response_format(model: Model, upstream: Upstream) -> bool:
    """OpenAI's newer models refuse the parameter; of their own accord they do what it would say."""
    if "response_format" not in upstream.supports:
        return False
    return "response_format" in model.capabilities.options or not family_of(model.upstream_model)


def _can_stream(method: str, indices: tuple[int, ...], upstream: Upstream) -> bool:
    """Events do not say which of several pictures they belong to."""
    return "streaming" in upstream.supports and method != "create_variation" and len(indices) == 1


def _partials(price: int) -> int:
    return MOST_PARTIALS if not price else min(MOST_PARTIALS, price // PARTIALS_SHARE // PARTIAL_MILLICREDITS)
