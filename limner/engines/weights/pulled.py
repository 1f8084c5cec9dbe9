"""Models that somebody brought to this machine, found by their folder or by name. Nothing is fetched."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from limner.engines.catalog import BUNDLED
from limner.engines.weights.checksums import SUMS, verify, whole
from limner.errors import NotConfigured, say

PULLED = "models"
"""The folder in Limner's home where each model that was pulled has a folder of its name."""
_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
_SNAPSHOTS = "snapshots"
_CACHED = "models--"


def find(said: str, home: Path, *, pulls: bool = False) -> Path:
    """The folder of the model that is meant by its path or its name (`gpt2`, `someone/their-gpt2`). A name is looked
    for in `home` and then in the cache that Hugging Face's programs share. Raises NotConfigured, which says how to
    get it; `pulls`: by Limner's own command, which does not know writers."""
    if os.path.isdir(folder := Path(os.path.expanduser(said))):
        return folder
    if not _NAME.fullmatch(said):
        raise NotConfigured(say("There is no folder {folder}, in which a model should be.", folder=folder))
    pulled, cache = home / PULLED / said, _cache() / (_CACHED + said.replace("/", "--"))
    for folder in (pulled, *_snapshot(cache)):
        if os.path.isdir(folder):
            return folder
    by_hand = f"hf download {said} --local-dir {shlex.quote(str(pulled))}"
    message = say(
        "There is no model '{name}' here: {folder} is no folder, and Hugging Face's cache does not have it. "
        "Get it with: {command}",
        name=said, folder=pulled, command=f"limner models pull {said}" if pulls else by_hand,
    )  # fmt: skip
    raise NotConfigured(message)


def title_of(folder: Path) -> str:
    """What people call the model in a folder."""
    named = folder.name
    if folder.parent.name == _SNAPSHOTS:
        named = folder.parent.parent.name.removeprefix(_CACHED).rpartition("--")[2]
    return named[:1].upper() + named[1:]


def verify_pulled(folder: Path, title: str = "") -> None:
    """`verify` for a model that may be a stranger's: those come without a list of checksums; Limner's own never do.
    Raises ModelBroken."""
    if folder.parent == BUNDLED or os.path.exists(folder / SUMS):
        verify(folder, title)


def check(folder: Path, title: str = "") -> None:
    """What is looked at whenever a model that was brought here is loaded: each file's length, or its checksum where
    nobody wrote the lengths down. Raises ModelBroken."""
    if not whole(folder, title):
        verify_pulled(folder, title)


def _cache() -> Path:
    """Where Hugging Face's programs keep what they download, by their own settings."""
    general = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    theirs = os.environ.get("HF_HOME") or os.path.join(general, "huggingface")
    return Path(os.path.expanduser(os.environ.get("HF_HUB_CACHE") or os.path.join(theirs, "hub")))


def _snapshot(cached: Path) -> list[Path]:
    """The newest version that was downloaded of a model, or nothing."""
    try:
        commit = (cached / "refs" / "main").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return []
    return [cached / _SNAPSHOTS / commit] if commit.isalnum() else []
