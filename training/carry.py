"""Carry a run's weights from one machine to another in files of at most 15 MiB, in half precision.

$ python -m training.carry pack --run training/runs/whole --to out
$ python -m training.carry pack denoiser --run training/runs/whole --to out
$ python -m training.carry unpack --run training/runs/whole --from out
"""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import argparse
import io
from collections.abc import Collection
from pathlib import Path

import torch

PART = 15 * 1024 * 1024
LEFT = ("model", "optimizer")
"""What only training needs, and is left where it is."""


def pack(run: Path, folder: Path, names: Collection[str] = ()) -> list[Path]:
    """Write what export and scores need of a run's parts, of all or of those named, into ``folder``."""
    kept = {}
    for path in sorted(run.glob("*.pt")):
        if names and path.stem not in names:
            continue
        saved = torch.load(path, map_location="cpu", weights_only=True)
        average = {
            name: value.half() if value.is_floating_point() else value for name, value in saved["average"].items()
        }
        kept[path.stem] = {key: value for key, value in saved.items() if key not in LEFT} | {"average": average}
    file = io.BytesIO()
    torch.save(kept, file)
    whole = file.getvalue()
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for index, start in enumerate(range(0, len(whole), PART)):
        parts.append(folder / f"run.{index:02}")
        parts[-1].write_bytes(whole[start : start + PART])
    return parts


def unpack(folder: Path, run: Path) -> None:
    """Write the parts' weights into a run's folder: enough to export and score, not to train on."""
    whole = b"".join(path.read_bytes() for path in sorted(folder.glob("run.*")))
    run.mkdir(parents=True, exist_ok=True)
    for name, saved in torch.load(io.BytesIO(whole), map_location="cpu", weights_only=True).items():
        average = {
            key: value.float() if value.is_floating_point() else value for key, value in saved["average"].items()
        }
        torch.save({**saved, "average": average}, run / f"{name}.pt")


def main() -> None:
    """Read the command line and pack or unpack."""
    parser = argparse.ArgumentParser(prog="python -m training.carry", description="Carry a run's weights.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, way in (("pack", "--to"), ("unpack", "--from")):
        added = verbs.add_parser(verb)
        if verb == "pack":
            added.add_argument("parts", nargs="*", help="as training.train names them (default: all there are)")
        added.add_argument("--run", type=Path, required=True)
        added.add_argument(way, type=Path, required=True, dest="folder")
    options = parser.parse_args()
    if options.verb == "pack":
        print(*pack(options.run, options.folder, options.parts), sep="\n")
    else:
        unpack(options.folder, options.run)


if __name__ == "__main__":
    main()
