"""`hrge-xl consolidate`: put returned files together into one dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import hrge_xl

from ..errors import Exit
from .common import (
    ANYWHERE,
    CODES,
    jobs_option,
    password_option,
    paths_argument,
    question,
    received_option,
    spec_option,
    today_option,
    warn_of_ledgers,
)
from .terminal import print_lines


@click.command()
@paths_argument
@click.option(
    "-o",
    "--output",
    type=ANYWHERE,
    help="Folder (default: the round folder, where one is given, else output/dataset).",
)
@click.option("--store", metavar="URL", help="Also write into this database, e.g. postgresql://…")
@click.option(
    "--engine",
    default="local",
    show_default=True,
    metavar="ENGINE",
    help="local, dask, or tcp://scheduler:8786.",
)
@click.option(
    "--formats",
    type=CODES,
    metavar="LIST",
    help="Which files to write beside the dataset, separated by commas: xlsx, csv, parquet (default: the first two). "
    "Existing ones are always updated.",
)
@click.option("--only-these", is_flag=True, help="Take files of earlier runs out of the dataset.")
@click.option(
    "--resume/--no-resume",
    default=True,
    show_default=True,
    help="Continue from what is in the dataset, or read every file again.",
)
@click.option("--shareable", is_flag=True, help="Also write a copy with small counts of people masked.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@received_option
@password_option
@spec_option
@today_option
@jobs_option
def command(paths: tuple[str, ...], output: Path | None, **how: Any) -> Exit:
    """Validate returned files and put them together: SQLite, data.xlsx, CSV with a description, overview.

    For a round, the files in its `returned/` are used; several rounds may be named.

    \b
    hrge-xl consolidate returned/ -o dataset
    hrge-xl consolidate 2026-H1 --received 2026-07-03

    Next: hrge-xl report 2026-H1 --format html -o reports
    """
    how["formats"] = how["formats"] or None
    summary = hrge_xl.consolidate(question(paths, how), output, **how)
    print_lines(summary.told, err=True)
    print_lines(summary.lines())
    warn_of_ledgers(Path(summary.out), *summary.rounds)
    return Exit.REFUSED if summary.refused else Exit.OK
