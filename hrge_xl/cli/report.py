"""`hrge-xl report`: write the report of a consolidated folder or of returned files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

from .common import facts, given, jobs_option, print_summary, spec_option, today_option

FORMATS = {"html": "html", "xlsx": "xlsx", "json": "json_text", "sarif": "sarif", "junit": "junit"}
SUFFIXES = {"html": "html", "xlsx": "xlsx", "json": "json", "sarif": "sarif", "junit": "xml"}


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--format", "formats", multiple=True, type=click.Choice(list(FORMATS)), help="Default: html.")
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
) -> None:  # fmt: skip
    """Write the validation report of returned files, in one or more formats.

    \b
    hrge-xl report returned/ --format html --format xlsx -o reports
    """
    from ..reports.build import document
    from ..validation import spec_of, validate

    about = given(paths, spec, today, jobs)
    results = validate(about.files, about.asked)
    said = facts(today, redacted=redact, round_name=about.name)
    report = document(results, spec_of(about.asked, results), said)
    for name in formats or ("html",):
        path = output / f"validation.{SUFFIXES[name]}"
        write(report, name, path)
        click.echo(str(path))
    print_summary(results)


def write(report: object, name: str, path: Path) -> None:
    """Render one format into a file."""
    from importlib import import_module

    from ..paths import write_whole

    render: Callable[[object], str | bytes] = import_module(f"..reports.{FORMATS[name]}", __package__).render
    data = render(report)
    write_whole(path, data if isinstance(data, bytes) else data.encode())
