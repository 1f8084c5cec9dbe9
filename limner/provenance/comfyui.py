"""ComfyUI's graphs: the settings of the first sampler, found by following its links.

A graph is `{node: {"class_type": …, "inputs": {name: value or [node, slot]}}}`. The page's own form of it, the
`workflow`, names values by their place; that of the nodes below is brought into the first form.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from limner.errors import say
from limner.provenance.foreign import MOST_NAMED
from limner.provenance.record import Provenance
from limner.provenance.values import decimal, file_name, json_of, part, whole, words

Graph = dict[str, dict[str, Any]]

MOST_NODES = 5000
_TEXTS = ("text", "text_g", "text_l", "t5xxl", "clip_l", "prompt", "string", "value", "positive", "negative")
"""Inputs that hold the words of a prompt, the one that is read first before the others."""
_MODELS = ("ckpt_name", "unet_name", "model_name")
_WIDGETS = {
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": ("", "noise_seed", "", "steps", "cfg", "sampler_name", "scheduler"),
    "CLIPTextEncode": ("text",),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "UNETLoader": ("unet_name",),
    "LoraLoader": ("lora_name",),
    "EmptyLatentImage": ("width", "height"),
    "EmptySD3LatentImage": ("width", "height"),
    "RandomNoise": ("noise_seed",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "KSamplerSelect": ("sampler_name",),
    "CFGGuider": ("cfg",),
    "FluxGuidance": ("guidance",),
}
_BEYOND = {
    "ControlNet": "ControlNet",
    "IPAdapter": "IP-Adapter",
    "Upscale": say("upscaling"),
    "LoadImage": say("the image it was drawn from"),
}
"""What Limner has nothing like, by a part of the node's class."""


def settings_of(texts: dict[str, str]) -> tuple[Provenance, list[str]] | None:
    """What the sampler of a graph was set to, and what else was at work; None where there is no sampler."""
    graph = _graph(json_of(texts.get("prompt", ""))) or _from_page(json_of(texts.get("workflow", "")))
    sampler = _sampler(graph)
    if sampler is None:
        return None
    set_to = graph[sampler]["inputs"]
    behind = [graph[key] for key in _behind(graph, sampler)]
    values = {name: _value(graph, set_to.get(name)) for name in set_to}

    def found(*names: str) -> Any:
        """What the sampler says itself, else the nearest node behind it."""
        mine = (values.get(name) for name in names)
        theirs = (_value(graph, node["inputs"].get(name)) for name in names for node in behind)
        return next((value for value in (*mine, *theirs) if value is not None), None)

    guider = next((node for node in behind if "positive" in node["inputs"] or "conditioning" in node["inputs"]), None)
    leads = set_to if "positive" in set_to else guider["inputs"] if guider else {}
    sampled = " ".join(filter(None, (words(found("sampler_name")), words(found("scheduler")))))
    made = Provenance(
        prompt=_text(graph, leads.get("positive", leads.get("conditioning"))),
        negative_prompt=_text(graph, leads.get("negative")),
        model=file_name(found(*_MODELS)),
        seed=whole(found("seed", "noise_seed")),
        steps=whole(found("steps")),
        guidance=decimal(found("cfg", "guidance")),
        width=whole(found("width")),
        height=whole(found("height")),
        sampler=sampled[:80],
        strength=_part_drawn(decimal(found("denoise"))),
        software="ComfyUI",
    )
    return made, list(_beyond(graph))


def _graph(found: dict[str, Any]) -> Graph:
    """Only what is a node: the rest of the module need not ask again."""
    nodes = list(found.items())[:MOST_NODES]
    return {
        key: {"class_type": words(node.get("class_type"))[:100], "inputs": part(node, "inputs")}
        for key, node in nodes
        if isinstance(node, dict) and isinstance(node.get("class_type"), str)
    }


def _from_page(found: dict[str, Any]) -> Graph:
    nodes, links = found.get("nodes"), found.get("links")
    if not isinstance(nodes, list) or not isinstance(links, list):
        return {}
    begins = {link[0]: link[1] for link in links[:MOST_NODES] if _is_link_row(link)}
    graph: Graph = {}
    for node in nodes[:MOST_NODES]:
        if not isinstance(node, dict) or not isinstance(node.get("type"), str):
            continue
        inputs: dict[str, Any] = {}
        given = node.get("widgets_values")
        if isinstance(given, list):
            inputs.update(zip(_WIDGETS.get(node["type"], ()), given, strict=False))
        sockets = node.get("inputs")
        for socket in sockets[:100] if isinstance(sockets, list) else ():
            link = socket.get("link") if isinstance(socket, dict) else None
            if isinstance(link, int) and link in begins and isinstance(socket.get("name"), str):
                inputs[socket["name"]] = [str(begins[link]), 0]
        graph[str(node.get("id"))] = {"class_type": node["type"][:100], "inputs": inputs}
    return graph


def _is_link_row(link: Any) -> bool:
    return isinstance(link, list) and len(link) >= 2 and all(isinstance(part, int) for part in link[:2])


def _sampler(graph: Graph) -> str | None:
    """The sampler that began: one that no other sampler stands behind."""
    samplers = [
        key for key, node in graph.items() if "Sampler" in node["class_type"] and "latent_image" in node["inputs"]
    ]
    samplers = samplers[:50]
    first = (key for key in samplers if not any(other in samplers for other in _behind(graph, key)))
    return next(first, samplers[0] if samplers else None)


def _behind(graph: Graph, start: str) -> Iterator[str]:
    """The nodes whose values reach this one, the nearest first, each once."""
    seen, waiting = {start}, [start]
    while waiting:
        coming = []
        for key in waiting:
            for value in graph[key]["inputs"].values():
                link = _link(graph, value)
                if link is not None and link not in seen:
                    seen.add(link)
                    coming.append(link)
                    yield link
        waiting = coming


def _link(graph: Graph, value: Any) -> str | None:
    """The node that an input is linked to."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int) and str(value[0]) in graph:
        return str(value[0])
    return None


def _value(graph: Graph, value: Any) -> Any:
    """A plain value, or the one of the node that it is linked to; None where that has none."""
    link = _link(graph, value)
    if link is not None:
        inputs = graph[link]["inputs"]
        value = next((inputs[name] for name in ("value", "seed", "int", "float", "string") if name in inputs), None)
    return value if isinstance(value, str | int | float) else None


def _text(graph: Graph, value: Any) -> str:
    """The words at the end of a conditioning's links: of the first node that has some."""
    start = _link(graph, value)
    if start is None:
        return words(value)
    for key in (start, *_behind(graph, start)):
        inputs = graph[key]["inputs"]
        for name in _TEXTS:
            if text := words(inputs.get(name)):
                return text
    return ""


def _part_drawn(denoise: float | None) -> float | None:
    """Where all was drawn anew there was nothing that it was drawn from."""
    return denoise if denoise is not None and 0 <= denoise < 1 else None


def _beyond(graph: Graph) -> Iterator[str]:
    loras = (file_name(node["inputs"].get("lora_name")) for node in graph.values() if "Lora" in node["class_type"])
    for name in islice(filter(None, loras), MOST_NAMED):
        yield f"LoRA {name[:80]}"
    for sign, name in _BEYOND.items():
        if any(sign in node["class_type"] for node in graph.values()):
            yield name
