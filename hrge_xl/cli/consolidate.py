"""`hrge-xl consolidate`: put returned files together into one dataset."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from .common import Given, cores, given, jobs_option, password_option, spec_option, today_option
from .report import overview_of_folder


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder (default: the round folder, where one is given, else output/dataset).",
)
@click.option("--store", default=None, metavar="URL", help="Also into this database, e.g. postgresql://…")
@click.option(
    "--engine",
    default="local",
    show_default=True,
    metavar="ENGINE",
    help="local, dask, or tcp://scheduler:8786.",
)
@click.option("--only-these", is_flag=True, help="Take files of earlier runs out of the dataset.")
@click.option(
    "--resume/--no-resume",
    default=True,
    show_default=True,
    help="Go on from what is in the dataset; or read every file again.",
)
@click.option("--shareable", is_flag=True, help="Also a copy with small counts of people masked.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@password_option
@spec_option
@today_option
@jobs_option
def command(  # noqa: PLR0913 (one parameter an option)
    paths: tuple[str, ...], output: Path | None, store: str | None, engine: str, only_these: bool, resume: bool,
    dry_run: bool, shareable: bool, password: str | None, spec: str | None, today: date | None, jobs: int | None,
) -> int:  # fmt: skip
    """Validate returned files and put them together: SQLite, data.xlsx, CSV, datapackage.json, overview.

    \b
    hrge-xl consolidate returned/ -o dataset
    """
    from ..dataset import consolidate
    from ..errors import Exit

    about = given(paths, spec, today, jobs, password=password)
    folder = output or (about.round.folder if about.round else Path("output/dataset"))
    summary = consolidate(
        about.files,
        folder,
        asked=about.asked,
        store=store,
        engine=engine,
        jobs=jobs or cores(),
        dry_run=dry_run,
        only_these=only_these,
        resume=resume,
    )
    for line in summary.lines():
        click.echo(line)
    if not dry_run:
        _pages(folder, about, shareable=shareable)
    return int(Exit.REFUSED if summary.refused else Exit.OK)


def _pages(folder: Path, about: Given, *, shareable: bool) -> None:
    """The overview beside the dataset, and the copies that may be shared."""
    from ..disclosure_control.shared_copy import write_shareable

    click.echo(f"Overview: {overview_of_folder(folder, folder / 'reports', round_=about.round)}")
    if shareable:
        click.echo(f"To share: {write_shareable(folder, about.asked.today)}")
        page = overview_of_folder(folder, folder / "reports", round_=about.round, masked=True)
        click.echo(f"Overview to share: {page}")
