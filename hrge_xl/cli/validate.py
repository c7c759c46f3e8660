"""`hrge-xl validate`: check returned files; nothing is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from .common import (
    exit_code,
    facts,
    given,
    jobs_option,
    ledger_option,
    mark_together,
    password_option,
    print_results,
    print_summary,
    quiet,
    spec_option,
    today_option,
)


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON document on stdout (hrge-xl/validation-report/1)."
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="From which severity on the exit code is 1.",
)
@click.option("--redact", is_flag=True, help="Show no value that came out of a file.")
@password_option
@ledger_option
@spec_option
@today_option
@jobs_option
@click.pass_context
def command(  # noqa: PLR0913 (one parameter an option)
    ctx: click.Context, paths: tuple[str, ...], as_json: bool, fail_on: str, redact: bool,
    password: str | None, ledger: Path | None, spec: str | None, today: date | None, jobs: int | None,
) -> int:  # fmt: skip
    """Check returned workbooks: files, folders, globs, @list.txt, or a round folder.

    \b
    hrge-xl validate returned/
    hrge-xl validate PAK.xlsx AFG.xlsx --json > report.json
    hrge-xl validate output/2026-H1                 the round of that folder
    """
    from ..validation import spec_of, validate

    about = given(paths, spec, today, jobs, ledger, password=password)
    results = validate(about.files, about.asked)
    mark_together(results, about, ledger)
    if as_json:
        from ..reports.build import document
        from ..reports.json_text import render

        said = facts(today, about, redacted=redact)
        click.echo(render(document(results, spec_of(about.asked, results), said)), nl=False)
    else:
        print_results(results, quiet=quiet(ctx), redacted=redact)
    print_summary(results)
    return exit_code(results, fail_on)
