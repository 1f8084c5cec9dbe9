"""A document that points somewhere points at something that is there."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT, tracked_files

LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
NAMED_FILE = re.compile(r"`((?:limner|tests|docs|benchmarks|training|\.ci)/[\w./-]+\.\w+)`")
FEWEST_LINKS = 15


def test_every_link_in_a_document_leads_somewhere() -> None:
    links = [
        (document, target)
        for document in tracked_files()
        if document.suffix == ".md"
        for target in LINK.findall(document.read_text())
    ]
    assert len(links) >= FEWEST_LINKS, "the reader of links has gone blind"
    wrong = [
        f"{document.relative_to(ROOT)} → {target}"
        for document, target in links
        if not (document.parent / target).exists()
    ]
    assert not wrong, "\n".join(wrong)


def test_every_file_that_our_guides_name_is_there() -> None:
    guides = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    wrong = [
        f"{guide.relative_to(ROOT)} names {name}"
        for guide in guides
        if "progress" not in guide.parts
        for name in NAMED_FILE.findall(guide.read_text())
        if not (ROOT / name).exists()
    ]
    assert not wrong, "\n".join(wrong)


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert len(records) >= 9
    assert [name for name in records if f"({name})" not in index] == []
