"""XMP packets: writing ours, and reading anybody's without believing them."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from xml.parsers import expat
from xml.sax.saxutils import escape

from limner.provenance.record import Provenance

LIMNER = "https://limner.invalid/ns/1.0/"
"""Our namespace. A namespace is a name and not an address; `.invalid` makes sure that nobody is ever asked."""
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
XMP = "http://ns.adobe.com/xap/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

MAX_PACKET = 1024 * 1024
MAX_DEPTH = 32
MAX_PROPERTIES = 1000

# What XML 1.0 cannot hold, even escaped: control characters, lone surrogates, the two non-characters.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text without control characters (tabs and line ends stay)."""
    return _NOT_XML.sub("", text)


def packet(made: Provenance, *, limit: int | None = None) -> bytes:
    """The XMP packet that says how a picture was made.

    Where a file format has a `limit` in bytes (JPEG: one segment), the longest text is shortened until it fits;
    the mark itself is never left out.
    """
    data = _packet(made)
    while limit is not None and len(data) > limit:
        longest = max(("prompt", "negative_prompt", "model", "software"), key=lambda name: len(getattr(made, name)))
        text = getattr(made, longest)
        made = replace(made, **{longest: text[: len(text) * 3 // 4].rstrip("…") + "…"})
        data = _packet(made)
    return data


def _packet(made: Provenance) -> bytes:
    properties = {
        "xmp:CreatorTool": made.software,
        "Iptc4xmpExt:DigitalSourceType": made.source_type,
        "Iptc4xmpExt:AISystemUsed": made.model,
        "Iptc4xmpExt:AIPromptInformation": made.prompt,
        "limner:Prompt": made.prompt,
        "limner:NegativePrompt": made.negative_prompt,
        "limner:Model": made.model,
        "limner:Seed": made.seed,
        "limner:Steps": made.steps,
        "limner:Guidance": made.guidance,
        "limner:Width": made.width,
        "limner:Height": made.height,
        "limner:Sampler": made.sampler,
        "limner:ModelHash": made.model_hash,
        "limner:Strength": made.strength,
        "limner:Upscaler": made.upscaler,
    }
    lines = [
        f"   <{name}>{_escape(str(value))}</{name}>" for name, value in properties.items() if value not in ("", None)
    ]
    agent = _escape(made.software)
    text = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about="" xmlns:xmp="{XMP}" xmlns:Iptc4xmpExt="{IPTC}" xmlns:limner="{LIMNER}"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#">
{chr(10).join(lines)}
   <xmpMM:History>
    <rdf:Seq><rdf:li stEvt:action="created" stEvt:softwareAgent={_quote(agent)}/></rdf:Seq>
   </xmpMM:History>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
    return text.encode("utf-8")


def _escape(text: str) -> str:
    # A bare carriage return would be read back as a line feed.
    return escape(printable(text), {"\r": "&#13;", "\x85": "&#133;", "\u2028": "&#8232;"})


def _quote(escaped: str) -> str:
    return '"' + escaped.replace('"', "&quot;").replace("\n", " ") + '"'


class _Refused(Exception):
    """The packet asks for something that no honest packet needs."""


class _Properties:
    """Collects the simple properties of every rdf:Description, in expat's handlers."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._text = []
        if len(self._path) > MAX_DEPTH:
            raise _Refused("nested too deeply")
        if name == f"{RDF} Description" and self._path.count(name) == 1:
            for attribute, value in attributes.items():
                self._keep(attribute, value)

    def end(self, name: str) -> None:
        self._path.pop()
        if self._path and self._path[-1] == f"{RDF} Description" and self._path.count(self._path[-1]) == 1:
            self._keep(name, "".join(self._text))
        self._text = []

    def text(self, text: str) -> None:
        self._text.append(text)

    def doctype(self, *_: object) -> None:
        raise _Refused("a document type has no place in XMP")

    def _keep(self, name: str, value: str) -> None:
        if len(self.found) >= MAX_PROPERTIES:
            raise _Refused("too many properties")
        self.found.setdefault(name, value)


def parse(data: bytes) -> Provenance | None:
    """What a packet says, or None when it says nothing about a model or is not XMP. Never raises."""
    if len(data) > MAX_PACKET:
        return None
    properties = _Properties()
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = properties.start
    parser.EndElementHandler = properties.end
    parser.CharacterDataHandler = properties.text
    # No document type means no entities beyond XML's five: nothing to expand, nothing to fetch.
    parser.StartDoctypeDeclHandler = properties.doctype
    try:
        parser.Parse(data.strip(b"\x00"), True)
    except (expat.ExpatError, _Refused, ValueError):
        return None
    found = properties.found
    source_type = found.get(f"{IPTC} DigitalSourceType", "").strip()
    prompt = found.get(f"{LIMNER} Prompt", found.get(f"{IPTC} AIPromptInformation", ""))
    model = found.get(f"{LIMNER} Model", found.get(f"{IPTC} AISystemUsed", ""))
    if not (source_type or prompt or model):
        return None
    return Provenance(
        prompt=prompt,
        negative_prompt=found.get(f"{LIMNER} NegativePrompt", ""),
        model=model,
        seed=_integer(found.get(f"{LIMNER} Seed")),
        steps=_integer(found.get(f"{LIMNER} Steps")),
        guidance=_number(found.get(f"{LIMNER} Guidance")),
        width=_integer(found.get(f"{LIMNER} Width")),
        height=_integer(found.get(f"{LIMNER} Height")),
        sampler=found.get(f"{LIMNER} Sampler", ""),
        model_hash=found.get(f"{LIMNER} ModelHash", ""),
        strength=_number(found.get(f"{LIMNER} Strength")),
        upscaler=found.get(f"{LIMNER} Upscaler", ""),
        software=found.get(f"{XMP} CreatorTool", ""),
        source_type=source_type,
    )


def _integer(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if re.fullmatch(r"-?[0-9]{1,19}", text) else None


def _number(text: str | None) -> float | None:
    try:
        number = float((text or "")[:40])
    except ValueError:
        return None
    return number if math.isfinite(number) else None
