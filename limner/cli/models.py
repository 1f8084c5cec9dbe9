"""`limner models`: what can draw."""

from __future__ import annotations

import json

import click

from limner.cli.speak import console
from limner.engines.catalog import Model, catalog, installed


@click.group()
def models() -> None:
    """The models that can draw."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(as_json: bool) -> None:
    """Every model Limner knows, the default one first."""
    rows = [described(model) for model in catalog().values()]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    from rich.table import Table

    table = Table("model", "engine", "sizes", "seconds a picture", "installed", "licence", box=None, pad_edge=False)
    for row in rows:
        here = "yes" if row["installed"] else "no"
        sizes = ", ".join(row["sizes"])  # type: ignore[arg-type]
        table.add_row(row["name"], row["engine"], sizes, f"about {row['seconds']:g}", here, row["licence"])  # type: ignore[arg-type]
    console().print(table)


def described(model: Model) -> dict[str, object]:
    """A model as plain JSON."""
    return {
        "name": model.name,
        "title": model.title,
        "description": model.description,
        "engine": model.engine,
        "sizes": [str(size) for size in model.capabilities.offered_sizes],
        "seconds": model.seconds,
        "installed": installed(model),
        "licence": model.licence,
    }
