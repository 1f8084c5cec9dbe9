"""Files that are damaged and packets that strangers write are read without harm."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import PngImagePlugin

from limner.provenance.mark import TRAINED_ALGORITHMIC_MEDIA, Provenance, UnreadablePicture, mark, read
from tests.provenance.striped import FORMATS, ROBOT, encoded, stripes

whole = {format: encoded(format) for format in FORMATS}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(FORMATS))
def test_reading_a_damaged_file_never_raises(data: st.DataObject, format: str) -> None:
    file = bytearray(whole[format])
    for _ in range(data.draw(st.integers(0, 6))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(file[: data.draw(st.integers(0, len(file)))])
    found = read(cut)
    assert found is None or isinstance(found, Provenance)
    with suppress(UnreadablePicture):
        mark(cut, ROBOT)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"\xff\xd8\xff\xe1",
            b"RIFF\xff\xff\0\0WEBP",
            b"RIFF\x0c\0\0\0WEBP",
        ]
    ),
    st.binary(max_size=200),
)
def test_reading_garbage_never_raises(start: bytes, rest: bytes) -> None:
    read(start + rest)


def test_words_instead_of_a_picture_cannot_be_marked() -> None:
    with pytest.raises(UnreadablePicture, match="not a PNG, JPEG or WebP"):
        mark(b"a friendly robot", ROBOT)


def png_with(packet: bytes, *, compressed: bool = False) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet.decode("latin-1"), zip=compressed)
    file = io.BytesIO()
    stripes().save(file, "PNG", pnginfo=info)
    return file.getvalue()


RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
IPTC = 'xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'


@pytest.mark.parametrize("compressed", [False, True])
def test_another_programs_mark_is_read_from_an_attribute(compressed: bool) -> None:
    packet = f'<rdf:RDF {RDF}><rdf:Description {IPTC} i:DigitalSourceType="{TRAINED_ALGORITHMIC_MEDIA}"/></rdf:RDF>'
    found = read(png_with(packet.encode(), compressed=compressed))
    assert found == Provenance(software="")
    assert found.made_by_a_model


def test_a_camera_is_not_a_model() -> None:
    camera = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    found = read(
        png_with(
            f'<r:RDF xmlns:r="{RDF[11:-1]}"><r:Description {IPTC} i:DigitalSourceType="{camera}"/></r:RDF>'.encode()
        )
    )
    assert found is not None
    assert not found.made_by_a_model


def test_a_packet_about_nothing_is_no_mark() -> None:
    assert read(png_with(f"<rdf:RDF {RDF}><rdf:Description/></rdf:RDF>".encode())) is None


def test_entities_are_refused_before_they_grow() -> None:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(12))
    bomb = "<i:DigitalSourceType>&l11;</i:DigitalSourceType>"
    packet = f"<!DOCTYPE x [{laughs}]><rdf:RDF {RDF}><rdf:Description {IPTC}>{bomb}</rdf:Description></rdf:RDF>"
    assert read(png_with(packet.encode())) is None


def test_a_deep_packet_is_refused() -> None:
    assert read(png_with(b"<a>" * 5000 + b"</a>" * 5000)) is None


def test_a_packet_that_unpacks_to_a_hundred_megabytes_is_refused() -> None:
    assert read(png_with(b" " * 100_000_000, compressed=True)) is None


def test_numbers_that_are_none_are_passed_over() -> None:
    ns = 'xmlns:l="https://limner.invalid/ns/1.0/"'
    values = f'l:Prompt="p" l:Seed="1e400" l:Guidance="nan" l:Steps="{"9" * 5000}"'
    packet = f"<rdf:RDF {RDF}><rdf:Description {ns} {values}/></rdf:RDF>"
    found = read(png_with(packet.encode()))
    assert found == Provenance(prompt="p", software="", source_type="")
