"""What is said of returned files, and held against them: `validate`, `check`, `report`, `feedback` and `verify`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import hrge_xl

from ..core.errors import Exit, UsageError
from ..outputs import brief_page, overview_page, write_page, write_report
from ..outputs.formats import FORMATS
from .common import (
    command_line,
    dataset_request,
    is_set,
    next_step,
    print_notes,
    print_result,
    verb,
)
from .terminal import data, line, output_to, print_json, print_lines

if TYPE_CHECKING:
    from ..outputs.document import FileRow

OVERVIEW = "overview"
BRIEF = "brief"


@verb("validate")
def validate(
    paths: tuple[str, ...],
    as_json: bool,
    fail_on: str,
    redact: bool,
    output: Path | None,
    language: str,
    **options: Any,
) -> Exit:
    """Check returned workbooks: files, folders, globs, @list.txt, consolidated folders, or rounds.

    For a round, what is new in its returned/ is taken into its dataset; loose files leave nothing behind. Findings in a
    file that another one supersedes do not count for --fail-on.

    \b
    hrge-xl validate returned/
    hrge-xl validate PAK.xlsx AFG.xlsx --json > report.json
    hrge-xl validate output/2025-H2 output/2026-H1  two rounds

    Next: hrge-xl feedback output/2026-H1 -o feedback
    """
    request = dataset_request(paths, options)
    quiet = is_set("quiet")
    verbose = is_set("verbose")
    with hrge_xl.datasets(
        replace(request, answers=as_json)
    ) as datasets:  # then what takes long to import
        from ..outputs.build import file_rows
        from ..outputs.formats.json import render
        from .findings_view import FoldedPrinter, print_every_line

        run = facts(request, redacted=redact, language=language)
        files = file_rows(datasets, run.language, redacted=redact)
        with output_to(output):
            if as_json:
                data(render(hrge_xl.document(datasets, run, files)), nl=False)
            elif verbose:
                print_every_line(files, run.language, quiet=quiet)
            else:
                FoldedPrinter(run.language).show(files, quiet=quiet)
        print_totals(datasets, run.language)
        if not as_json and not quiet:
            _next(paths, datasets, files, run.language, every_line=verbose)
        return exit_code(files, fail_on)


def _next(
    paths: Sequence[str],
    found: Sequence[hrge_xl.Dataset],
    files: Sequence[FileRow],
    language: str,
    *,
    every_line: bool,
) -> None:
    """Say what to do about it."""
    from ..core.words import translator
    from ..outputs.feedback_files import lacks_feedback

    say = translator(language)
    counting = [file for file in files if not file["settled"]]
    if not every_line and any(file["findings"] for file in counting):
        line(
            say("Every finding, with what to do: -v. What a code means: hrge-xl explain CODE"),
            err=True,
        )
    if any(file["status"] == "conflict" for file in counting):
        next_step("decide", *paths[:1], language=language)
    elif any(file["verdict"] == "returned" for file in counting):
        if any(map(lacks_feedback, found)):
            next_step("feedback", *paths, and_then=" -o feedback", language=language)
        else:  # the teams have it
            next_step("status", *paths, language=language)
    elif any(file["verdict"] == "refused" for file in counting):
        line(say("Next: ask for the files that were refused again."), err=True)
    else:
        next_step("consolidate", *paths, language=language)


# check


@verb("check")
def check(file: str, **options: Any) -> Exit:
    """Check one workbook before it is sent, as its own sheet of checks does.

    A file in issued/ or returned/ of a round is read with the spec and the key of that round.

    \b
    hrge-xl check "3. Pakistan.xlsx"
    hrge-xl check "3. Pakistan.xlsx" --spec output/2026-H1

    Next: hrge-xl explain V001
    """
    request = dataset_request([file], {"jobs": 1, **options})
    from ..outputs.build import file_rows
    from .findings_view import print_every_line

    round_ = hrge_xl.round_named(options["spec"])
    with hrge_xl.datasets(
        replace(request, answers=False, wanted=round_.wanted if round_ else None)
    ) as datasets:
        files = file_rows(datasets)
        print_every_line(files, quiet=False)
        print_notes(*datasets)
        return exit_code(files, "error")


# report


@verb("report", formats=[*FORMATS, OVERVIEW, BRIEF])
def report(  # noqa: PLR0913 (one parameter an option)
    paths: tuple[str, ...],
    formats: tuple[str, ...],
    output: Path,
    redact: bool,
    shareable: bool,
    period: str | None,
    countries: tuple[str, ...],
    teams: tuple[str, ...],
    language: str | None,
    **options: Any,
) -> Exit:
    """Write the validation report of returned files, or the overview or brief of a round or consolidated folder.

    The brief says on one sheet of paper what the overview comes to: of all teams, or of each country or team named.

    \b
    hrge-xl report returned/ --format html --format xlsx -o reports
    hrge-xl report output/2026-H1 --format overview -o reports
    hrge-xl report output/2026-H1 --format brief --country PAK -o reports

    Next: hrge-xl sign reports/validation.json --by "A. Name"
    """
    if (countries or teams) and BRIEF not in formats:
        raise UsageError(
            "--country and --team choose what a brief is of. Add --format brief, or leave them out."
        )
    request = replace(dataset_request(paths, options), figures=True)
    with hrge_xl.datasets(request) as datasets:
        written = datasets[0].written if len(datasets) == 1 else []
        if OVERVIEW in formats:
            text = hrge_xl.overview(
                datasets, request.today, language, masked=shareable, period=period
            )
            page = write_page(overview_page(output, masked=shareable), text)
            written.append(page)
            line(page)
        if BRIEF in formats:
            pages = hrge_xl.brief(
                datasets,
                request.today,
                language,
                masked=shareable,
                period=period,
                countries=countries,
                teams=teams,
            )
            briefs = [
                write_page(brief_page(output, masked=shareable, group=group), text)
                for group, text in pages.items()
            ]
            written += briefs
            print_lines(briefs)
        document = hrge_xl.document(datasets, facts(request, redacted=redact, language=language))
        report_formats = [name for name in formats or ("html",) if name not in (OVERVIEW, BRIEF)]
        print_lines(write_report(document, name, output) for name in report_formats)
        print_totals(datasets)
        return exit_code(document["files"], "never")


# feedback


@verb("feedback")
def feedback(paths: tuple[str, ...], output: Path, as_json: bool, **options: Any) -> Exit:
    """Write a fresh workbook with the team's answers, the cells to correct marked, and a text to send along.

    There is one for each team and intervention that has something to correct or to look at, made from its latest
    return. Name the round folder; a file named on its own always gets its feedback. A workbook of an older version is
    given back in the version in force. Answers that this version no longer asks for are on its sheet “Without a place”,
    in the text, and with --json in the output.

    With --team, a team of a round gets its own file whatever became of it: with the answers that it sent last, or,
    where there are none to give back, as it was issued.

    \b
    hrge-xl feedback 2026-H1 -o feedback
    hrge-xl feedback 2026-H1 --team Kabul -o feedback

    Next: send each team its two files; later hrge-xl compare first.xlsx corrected.xlsx
    """
    request = dataset_request(paths, options)
    from ..outputs.feedback_files import SCHEMA

    feedback_result = hrge_xl.give_feedback(request, output, **options)
    print_lines(feedback_result.warnings, err=True)
    for entry in feedback_result.files:
        if not as_json:
            line(entry["workbook"])
        if not is_set("quiet"):
            print_lines(_aside(entry), err=True)
    if not as_json:
        print_lines(feedback_result.issued)
    if as_json:
        left_out = [
            {
                "path": skipped.path,
                "submission": skipped.found.submission,
                "team": skipped.found.team,
                "why": skipped.why,
            }
            for skipped in feedback_result.left_out
        ]
        issued = (
            {"issued": [str(path) for path in feedback_result.issued]}
            if options.get("teams")
            else {}
        )
        print_json(
            {"schema": SCHEMA, "files": feedback_result.files, "left_out": left_out, **issued}
        )
    if not is_set("quiet"):
        print_lines(
            (f"{skipped.name}: {skipped.why}." for skipped in feedback_result.left_out), err=True
        )
    print_lines(feedback_result.totals, err=True)
    ends = (
        Exit.REFUSED if skipped.found.verdict == "refused" else skipped.ends
        for skipped in feedback_result.left_out
    )
    return max(ends, default=Exit.OK)


def _aside(file: dict[str, Any]) -> Iterator[str]:
    """Say which version it came from, and every answer that no longer has a place; it quotes none."""
    homeless = file["without_place"]
    if file["version"] != file["sent_version"]:
        yield f"  version {file['sent_version']} to {file['version']}"
    if homeless:
        yield f"  {len(homeless)} without a place, kept on the sheet for them:"
    yield from (
        f"  {answer['sheet']}!{answer['cell']}: {answer['question']}" for answer in homeless
    )


# verify


@verb("verify")
def verify(target: Path, as_json: bool, output: Path | None, **options: Any) -> Exit:
    """Verify a report, a dataset or a round: read its files again, calculate everything again, and compare.

    TARGET is a JSON report (or any other format with the JSON report of the same run beside it), with --returned; or a
    round or consolidated folder, whose dataset, exports, overview and ledger are compared with the received files. Exit
    code 0: identical; 1: something differs.

    \b
    hrge-xl verify reports/validation.json --returned dataset/received
    hrge-xl verify 2026-H1

    Next: hrge-xl trace, to find the cell behind a figure
    """
    audit = hrge_xl.verify(target, **options)
    print_result(output, as_json, audit.data(), audit.lines())
    return Exit.OK if audit.identical else Exit.FINDINGS


# what is said of a run


def facts(
    request: hrge_xl.DatasetRequest, *, redacted: bool = False, language: str | None = None
) -> hrge_xl.Facts:
    """Return what a report says of the run. With a fixed day it began with that day: so reports repeat to the byte."""
    began = (
        datetime.combine(request.today, time.min, UTC)
        if request.day_is_stated
        else datetime.now(UTC)
    )
    command = f"{click.get_current_context().command_path} --redact" if redacted else command_line()
    return hrge_xl.Facts(
        f"{began:%Y-%m-%dT%H:%M:%SZ}", request.today, command, language or "en", redacted
    )


def print_totals(datasets: Sequence[hrge_xl.Dataset], language: str = "en") -> None:
    """Print what was received and what became of it on stderr, as the last lines."""
    from ..outputs.build import totals

    print_notes(*datasets)
    print_lines(totals(datasets).lines(language), err=True)


def exit_code(files: Sequence[FileRow], fail_on: str) -> Exit:
    """Return 4 when files were refused, 1 when findings reach `fail_on` that nobody waived or settled, else 0."""
    from ..outputs.document import is_waived

    if any(file["verdict"] == "refused" for file in files):
        return Exit.REFUSED
    levels = {"error": {"error"}, "warning": {"error", "warning"}, "never": set()}[fail_on]
    findings = (finding for file in files if not file["settled"] for finding in file["findings"])
    hit = any(finding["severity"] in levels and not is_waived(finding) for finding in findings)
    return Exit.FINDINGS if hit else Exit.OK
