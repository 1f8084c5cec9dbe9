"""`limner` with one model more: the puppet, which is as slow, and as clumsy, as its prompts tell it to be.

$ python -m tests.scripted serve --port 8080
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from limner.engines import catalog
from limner.engines.catalog import Model
from limner.engines.contract import Size
from tests.engines.puppet import puppet

SIZES = (Size(512, 512), Size(1024, 1024), Size(768, 512), Size(512, 768))

install = catalog.install


def with_puppet(models: Iterable[Model]) -> None:
    """What the program itself does at its start, and the puppet."""
    wooden = puppet("A wooden model that is as slow as it is told.")
    able = replace(wooden.capabilities, sizes=SIZES, offered_sizes=SIZES, default_steps=8)
    install([*models, replace(wooden, capabilities=able)])


if __name__ == "__main__":
    catalog.install = with_puppet
    with_puppet(())

    from limner.cli import main

    main()
