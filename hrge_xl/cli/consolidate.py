"""`hrge-xl consolidate`: put returned files together into one dataset."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import Exit
from .common import (
    ANYWHERE,
    jobs_option,
    password_option,
    paths_argument,
    question,
    received_option,
    spec_option,
    today_option,
    warn_of_ledgers,
)
from .terminal import line, print_lines

if TYPE_CHECKING:
    from ..rounds.rounds import Round


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
def command(  # noqa: PLR0913 (one parameter an option)
    paths: tuple[str, ...], output: Path | None, formats: str | None, dry_run: bool, shareable: bool,
    received: date | None, password: str | None, spec: str | None, today: date, jobs: int | None, **options: Any,
) -> Exit:  # fmt: skip
    """Validate returned files and put them together: SQLite, data.xlsx, CSV with a description, overview.

    For a round, the files in its `returned/` are used; several rounds may be named.

    \b
    hrge-xl consolidate returned/ -o dataset
    hrge-xl consolidate 2026-H1 --received 2026-07-03

    Next: hrge-xl report 2026-H1 --format html -o reports
    """
    from ..consolidation import consolidate
    from ..exports.exports import USUAL
    from ..rounds.datasets import places, sources
    from ..rounds.rounds import REPORTS, terms_of

    asked = question(paths, today, spec=spec, jobs=jobs, password=password, received=received)
    named = places(paths)
    print_lines(filter(None, (place.told for place in named)), err=True)
    rounds = [place.round for place in named if place.round]
    round_ = rounds[0] if len(rounds) == 1 == len(paths) else None
    folder = output or (round_.folder if round_ else Path("output/dataset"))
    summary = consolidate(
        sources(asked), folder, jobs=asked.jobs, dry_run=dry_run, received=received, terms=terms_of(rounds),
        formats=formats.replace(",", " ").split() if formats else USUAL,
        overview=folder / REPORTS, round_=round_, **options,
    )  # fmt: skip
    print_lines(summary.lines())
    warn_of_ledgers(folder, *(each.folder for each in rounds))
    if shareable and not dry_run:
        _share(folder, round_, asked.today)
    return Exit.REFUSED if summary.refused else Exit.OK


def _share(folder: Path, round_: Round | None, today: date) -> None:
    """Write the copies that may be shared."""
    from ..exports.exports import formats_there, write_shareable
    from ..reports.overview import overview_of_folder
    from ..rounds.rounds import REPORTS

    line(f"To share: {write_shareable(folder, today, formats_there(folder))}")
    page = overview_of_folder(folder, folder / REPORTS, round_=round_, masked=True)
    line(f"Overview to share: {page}")
