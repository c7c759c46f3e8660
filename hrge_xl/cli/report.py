"""`hrge-xl report`: write the report of a consolidated folder or of returned files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .common import exit_code, facts, given, jobs_option, print_summary, spec_option, today_option

if TYPE_CHECKING:
    from ..reports.document import Document

FORMATS = ("html", "xlsx", "json", "sarif", "junit")


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Default: html.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("output/reports"),
    show_default=True,
    help="Folder.",
)
@click.option("--redact", is_flag=True, help="Show no value that came out of a file.")
@spec_option
@today_option
@jobs_option
def command(
    paths: tuple[str, ...], formats: tuple[str, ...], output: Path, redact: bool,
    spec: str | None, today: date | None, jobs: int | None,
) -> int:  # fmt: skip
    """Write the validation report of returned files, in one or more formats.

    \b
    hrge-xl report returned/ --format html --format xlsx -o reports
    """
    from ..reports.build import document
    from ..validation import spec_of, validate

    about = given(paths, spec, today, jobs)
    results = validate(about.files, about.asked)
    said = facts(today, redacted=redact, round_name=about.name)
    document_ = document(results, spec_of(about.asked, results), said)
    for name in formats or ("html",):
        click.echo(str(write(document_, name, output)))
    print_summary(results)
    return exit_code(results, "never")


def write(document: Document, name: str, folder: Path) -> Path:
    """Render one format into a folder; gives the file."""
    from ..paths import write_whole
    from ..reports import FORMATS as KNOWN
    from ..reports import report

    path = folder / f"validation.{KNOWN[name].suffix}"
    write_whole(path, report(document, name))
    return path
