"""`hrge-xl trace`: trace a figure to its file and cell."""

from __future__ import annotations

import click

from .common import AS_SUITS, the_day
from .terminal import line


@click.command()
@click.argument("table")
@click.argument("row", type=click.IntRange(1))
@click.option(
    "--data",
    default="output/dataset",
    metavar="DATASET",
    show_default=True,
    help="Consolidated folder, round, or the address of a database.",
)
def command(table: str, row: int, data: str) -> None:
    """Print one row of a table (numbered from 1, as in data.xlsx without its heads) and where it comes from.

    Of a round what is new is taken in first.

    \b
    hrge-xl trace answers 12 --data output/dataset
    """
    from ..dataset.tracing import trace
    from ..exports.extract import table_of
    from ..rounds.datasets import one_dataset

    with one_dataset(data, the_day(None), AS_SUITS) as dataset:
        store = dataset.store
        for name, value in trace(store, table_of(store, table), row):
            line(f"{name}: {value}")
