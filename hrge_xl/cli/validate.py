"""`hrge-xl validate`: check returned files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import hrge_xl

from ..errors import Exit
from .common import (
    exit_code,
    facts,
    jobs_option,
    json_option,
    lang_option,
    ledger_option,
    next_step,
    output_option,
    password_option,
    paths_argument,
    print_totals,
    question,
    received_option,
    redact_option,
    spec_option,
    today_option,
)
from .groups import said
from .terminal import data, line, output_to

if TYPE_CHECKING:
    from ..reports.document import FileRow


@click.command()
@paths_argument
@json_option("One JSON document on stdout (hrge-xl/validation-report/1).")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="The lowest severity that makes the exit code 1.",
)
@redact_option
@output_option
@lang_option
@received_option
@password_option
@ledger_option
@spec_option
@today_option
@jobs_option
def command(
    paths: tuple[str, ...], as_json: bool, fail_on: str, redact: bool, output: Path | None, lang: str,
    **how: Any,
) -> Exit:  # fmt: skip
    """Check returned workbooks: files, folders, globs, @list.txt, consolidated folders, or rounds.

    For a round, what is new in its returned/ is taken into its dataset; loose files leave nothing behind. Findings in a
    file that another one supersedes do not count for --fail-on.

    \b
    hrge-xl validate returned/
    hrge-xl validate PAK.xlsx AFG.xlsx --json > report.json
    hrge-xl validate output/2025-H2 output/2026-H1  two rounds

    Next: hrge-xl feedback output/2026-H1 -o feedback
    """
    from ..reports.build import file_rows
    from ..reports.formats.json import render
    from .findings_view import print_every_line, print_folded

    asked, quiet, verbose = question(paths, how), said("quiet"), said("verbose")
    with hrge_xl.datasets(replace(asked, answers=as_json)) as found:
        run = facts(asked, redacted=redact, language=lang)
        files = file_rows(found, run.language, redacted=redact)
        with output_to(output):
            if as_json:
                data(render(hrge_xl.document(found, run, files)), nl=False)
            elif verbose:
                print_every_line(files, quiet=quiet)
            else:
                print_folded(files, run.language, quiet=quiet)
        print_totals(found)
        if not as_json and not quiet:
            _next(paths, files, every_line=verbose)
        return exit_code(files, fail_on)


def _next(paths: Sequence[str], files: Sequence[FileRow], *, every_line: bool) -> None:
    """Say what to do about it."""
    counting = [file for file in files if not file["settled"]]
    if not every_line and any(file["findings"] for file in counting):
        line("Every finding, with what to do: -v. What a code means: hrge-xl explain CODE", err=True)
    if any(file["status"] == "conflict" for file in counting):
        next_step("decide", *paths[:1])
    elif any(file["verdict"] == "returned" for file in counting):
        next_step("feedback", *paths, and_then=" -o feedback")
    elif any(file["verdict"] == "refused" for file in counting):
        line("Next: ask for the files that were refused again.", err=True)
    else:
        next_step("consolidate", *paths)
