"""`hrge-xl consolidate`: put returned files together into one dataset."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from .common import cores, given, jobs_option, spec_option, today_option


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("output/dataset"),
    show_default=True,
    help="Folder.",
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
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@spec_option
@today_option
@jobs_option
def command(  # noqa: PLR0913 (one parameter an option)
    paths: tuple[str, ...], output: Path, store: str | None, engine: str, only_these: bool, dry_run: bool,
    spec: str | None, today: date | None, jobs: int | None,
) -> int:  # fmt: skip
    """Validate returned files and put them together: SQLite, data.xlsx, CSV, datapackage.json.

    \b
    hrge-xl consolidate returned/ -o dataset
    """
    from ..consolidate import consolidate
    from ..errors import Exit

    about = given(paths, spec, today, jobs)
    summary = consolidate(
        about.files,
        output,
        asked=about.asked,
        store=store,
        engine=engine,
        jobs=jobs or cores(),
        dry_run=dry_run,
        only_these=only_these,
    )
    for line in summary.lines():
        click.echo(line)
    return int(Exit.REFUSED if summary.refused else Exit.OK)
