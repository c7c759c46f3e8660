"""`hrge-xl validate` and `hrge-xl check`: what is wrong with returned files, or with a workbook before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hrge_xl

from ..core.errors import Exit
from .common import exit_code, facts, next_step, print_notes, print_totals, question, verb
from .groups import said
from .terminal import data, line, output_to

if TYPE_CHECKING:
    from ..outputs.document import FileRow


@verb("validate")
def validate(
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
    from ..outputs.build import file_rows
    from ..outputs.formats.json import render
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


# check


@verb("check")
def check(file: str, **how: Any) -> Exit:
    """Check one workbook before it is sent, as its own sheet of checks does.

    A file in issued/ or returned/ of a round is read with the spec and the key of that round.

    \b
    hrge-xl check "3. Pakistan.xlsx"
    hrge-xl check "3. Pakistan.xlsx" --spec output/2026-H1

    Next: hrge-xl explain V001
    """
    from ..outputs.build import file_rows
    from .findings_view import print_every_line

    round_ = hrge_xl.round_named(how["spec"])
    asked = question([file], {"jobs": 1, **how})
    with hrge_xl.datasets(replace(asked, answers=False, wanted=round_.wanted if round_ else None)) as found:
        files = file_rows(found)
        print_every_line(files, quiet=False)
        print_notes(*found)
        return exit_code(files, "error")
