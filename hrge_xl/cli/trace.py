"""`hrge-xl trace`: the way of a figure back to its file and cell."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("table")
@click.argument("row", type=click.IntRange(1))
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("output/dataset"),
    show_default=True,
    help="Folder of the dataset.",
)
def command(table: str, row: int, data: Path) -> None:
    """Print one row of a table (numbered from 1, as in data.xlsx without its heads) and where it comes from.

    \b
    hrge-xl trace answers 12 --data output/dataset
    """
    from ..dataset.opening import open_dataset
    from ..dataset.tracing import trace
    from ..exports.extract import table_of

    with open_dataset(data) as store:
        for name, value in trace(store, table_of(store, table), row):
            click.echo(f"{name}: {value}")
