"""`hrge-xl validate`: check returned files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from .common import (
    exit_code,
    facts,
    jobs_option,
    lang_option,
    ledger_option,
    password_option,
    print_files,
    print_totals,
    question,
    quiet,
    received_option,
    spec_option,
    today_option,
)
from .terminal import data


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
@lang_option
@received_option
@password_option
@ledger_option
@spec_option
@today_option
@jobs_option
@click.pass_context
def command(  # noqa: PLR0913 (one parameter an option)
    ctx: click.Context, paths: tuple[str, ...], as_json: bool, fail_on: str, redact: bool, lang: str | None,
    received: date | None, password: str | None, ledger: Path | None, spec: str | None, today: date | None,
    jobs: int | None,
) -> int:  # fmt: skip
    """Check returned workbooks: files, folders, globs, @list.txt, consolidated folders, or rounds.

    Of a round what is new in its returned/ is taken into its dataset; loose files leave nothing behind. Findings of a
    file in whose place another one counts do not reach --fail-on.

    \b
    hrge-xl validate returned/
    hrge-xl validate PAK.xlsx AFG.xlsx --json > report.json
    hrge-xl validate output/2025-H2 output/2026-H1  two rounds
    """
    from ..reports.build import document, file_rows
    from ..reports.formats.json import render
    from ..rounds.datasets import datasets

    asked = question(paths, today, spec=spec, jobs=jobs, ledger=ledger, password=password, received=received)
    with datasets(replace(asked, answers=as_json)) as found:
        said = facts(today, redacted=redact, language=lang)
        files = file_rows(found, said.language, redacted=redact)
        if as_json:
            data(render(document(found, said, files)), nl=False)
        else:
            print_files(files, quiet=quiet(ctx))
        print_totals(found)
        return exit_code(files, fail_on)
