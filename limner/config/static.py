"""Static files under hashed names, with no `collectstatic` for anyone to forget.

The first use copies every room's static files into LIMNER_HOME under names that carry their content's hash (Django's
manifest storage does it, references between CSS and ES modules included), in a folder named after what was copied.
What packs well lies beside it packed too.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import Storage
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor
from whitenoise.responders import Response, StaticFile

import limner
from limner.config.wire import App, Receive, Send

# Texts for readers, and what Django's administration brings a second time, packed, and uses only so.
LEFT_OUT = ["*.md", ".*", "*/jquery.js", "*/select2.full.js", "*/xregexp.js"]
_collecting = threading.Lock()


class HashedStorage(ManifestStaticFilesStorage):
    """Django's manifest storage, which makes its folder itself when what it would copy has changed."""

    support_js_module_import_aggregation = True
    manifest_strict = True

    def __init__(self, location: str | None = None) -> None:
        super().__init__(location=location or str(collected()), base_url=settings.STATIC_URL)


def collected() -> Path:
    """The folder that holds today's static files under hashed names; made when it is not there yet.

    One thread makes it while the others wait: twelve first visitors who each made it waited half a minute.
    """
    with _collecting:
        sources = dict(_sources())
        folder = Path(settings.STATIC_ROOT) / _fingerprint(sources)
        if folder.is_dir():
            return folder
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
        try:
            _collect(sources, work)
            work.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process has just made the same folder
                raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
        _forget_others(folder)
        return folder


def _sources() -> Iterator[tuple[str, Storage]]:
    seen = set()
    for finder in get_finders():
        for path, storage in finder.list(LEFT_OUT):
            if path not in seen:
                seen.add(path)
                yield path, storage


def _fingerprint(sources: dict[str, Storage]) -> str:
    """A name for these files as they are: their paths, sizes and times, and the version of Limner."""
    digest = hashlib.sha256(limner.__version__.encode())
    for path, storage in sorted(sources.items()):
        stat = os.stat(storage.path(path))
        digest.update(f"\0{path}\0{stat.st_size}\0{stat.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def _collect(sources: dict[str, Storage], work: Path) -> None:
    for path, storage in sources.items():
        target = work / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(storage.path(path), target)
    maker = HashedStorage(location=str(work))
    for name, _, outcome in maker.post_process({path: (maker, path) for path in sources}):
        if isinstance(outcome, Exception):
            raise RuntimeError(f"static file {name} cannot be given its hashed name") from outcome
    packer = Compressor(use_brotli=False, quiet=True)
    for file in [file for file in work.rglob("*") if file.is_file() and packer.should_compress(file.name)]:
        packer.compress(str(file))


def _forget_others(folder: Path) -> None:
    """Remove what an older Limner collected here; unfinished work of a living process is left to it."""
    for other in folder.parent.iterdir():
        if other != folder and not other.name.startswith("making-"):
            shutil.rmtree(other, ignore_errors=True)


class StaticFiles:
    """WhiteNoise's file table behind ASGI: its middleware would put every request, SSE streams too, on a thread.

    WhiteNoise decides (conditional requests, ranges, types, caching); only reading a file leaves the loop.
    docs/decisions/0011-static-files.md.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self._files: dict[str, StaticFile] = {}
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(settings.STATIC_URL):
            await self.app(scope, receive, send)
            return
        async with self._lock:
            if not self._files:
                self._files = await asyncio.to_thread(file_table)
        file = self._files.get(scope["path"])
        if file is None:
            await self.app(scope, receive, send)  # Django's own 404, in the look of every page
            return
        asked = {
            f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode("latin-1")
            for name, value in scope["headers"]
        }
        answer, body = await asyncio.to_thread(_read, file, scope["method"], asked)
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
        await send({"type": "http.response.body", "body": body})


def file_table() -> dict[str, StaticFile]:
    """Every static file by path. Names that carry a hash never change; the plain ones are asked after each time."""
    folder = collected()
    manifest = json.loads((folder / "staticfiles.json").read_text(encoding="utf-8"))
    hashed = {settings.STATIC_URL + name for name in manifest["paths"].values()}
    files: dict[str, StaticFile] = WhiteNoise(
        None,
        root=str(folder),
        prefix=settings.STATIC_URL,
        max_age=0,
        allow_all_origins=False,
        immutable_file_test=lambda path, url: url in hashed,
    ).files
    return files


def _read(file: StaticFile, method: str, asked: dict[str, str]) -> tuple[Response, bytes]:
    answer = file.get_response(method, asked)
    if answer.file is None:
        return answer, b""
    with answer.file:
        return answer, answer.file.read()
