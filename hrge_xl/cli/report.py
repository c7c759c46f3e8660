"""What is written about returned files, and held against them: `hrge-xl report`, `feedback` and `verify`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hrge_xl

from ..core.errors import Exit
from ..outputs import FORMATS, write_report
from .common import exit_code, facts, print_result, print_totals, question, verb
from .groups import said
from .terminal import line, print_json, print_lines

OVERVIEW = "overview"


@verb("report", formats=[*FORMATS, OVERVIEW])
def report(
    paths: tuple[str, ...], formats: tuple[str, ...], output: Path, redact: bool, shareable: bool,
    period: str | None, lang: str | None, **how: Any,
) -> Exit:  # fmt: skip
    """Write the validation report of returned files, or the overview of a round or of a consolidated folder.

    \b
    hrge-xl report returned/ --format html --format xlsx -o reports
    hrge-xl report output/2026-H1 --format overview -o reports

    Next: hrge-xl sign reports/validation.json --by "A. Name"
    """
    from ..outputs.overview import write_overview

    asked = question(paths, how)
    with hrge_xl.datasets(asked) as found:
        if OVERVIEW in formats:
            text = hrge_xl.overview(found, asked.today, lang, masked=shareable, period=period)
            line(write_overview(text, output, masked=shareable))
        made = hrge_xl.document(found, facts(asked, redacted=redact, language=lang))
        wanted = [each for each in formats or ("html",) if each != OVERVIEW]
        print_lines(write_report(made, name, output) for name in wanted)
        print_totals(found)
        return exit_code(made["files"], "never")


# feedback


@verb("feedback")
def feedback(paths: tuple[str, ...], output: Path, as_json: bool, **how: Any) -> Exit:
    """Write a fresh workbook with the team's answers, the cells to correct marked, and a text to send along.

    There is one for each team and intervention that has something to correct or to look at, made from its latest
    return. Name the round folder; a file named on its own always gets its feedback. A workbook of an older version is
    given back in the version in force. Answers that this version no longer asks for are on its sheet “Without a place”,
    in the text, and with --json in the output.

    \b
    hrge-xl feedback 2026-H1 -o feedback

    Next: send each team its two files; later hrge-xl compare first.xlsx corrected.xlsx
    """
    from ..outputs.feedback_files import SCHEMA

    given = hrge_xl.give_feedback(question(paths, how), output, **how)
    print_lines(given.warnings, err=True)
    for made in given.files:
        if not as_json:
            line(made["workbook"])
        if not said("quiet"):
            print_lines(_aside(made), err=True)
    if as_json:
        left_out = [
            {"path": each.path, "submission": each.found.submission, "team": each.found.team, "why": each.why}
            for each in given.left_out
        ]
        print_json({"schema": SCHEMA, "files": given.files, "left_out": left_out})
    if not said("quiet"):
        print_lines((f"{each.name}: {each.why}." for each in given.left_out), err=True)
    print_lines(given.totals, err=True)
    ends = (Exit.REFUSED if each.found.verdict == "refused" else each.ends for each in given.left_out)
    return max(ends, default=Exit.OK)


def _aside(file: dict[str, Any]) -> Iterator[str]:
    """Say which version it came from, and every answer that no longer has a place; it quotes none."""
    homeless = file["without_place"]
    if file["version"] != file["sent_version"]:
        yield f"  version {file['sent_version']} to {file['version']}"
    if homeless:
        yield f"  {len(homeless)} without a place, kept on the sheet for them:"
    yield from (f"  {each['sheet']}!{each['cell']}: {each['question']}" for each in homeless)


# verify


@verb("verify")
def verify(target: Path, as_json: bool, output: Path | None, **how: Any) -> Exit:
    """Verify a report, a dataset or a round: read its files again, calculate everything again, and compare.

    TARGET is a JSON report (or any other format with the JSON report of the same run beside it), with --returned; or a
    round or consolidated folder, whose dataset, exports, overview and ledger are compared with the received files. Exit
    code 0: identical; 1: something differs.

    \b
    hrge-xl verify reports/validation.json --returned dataset/received
    hrge-xl verify 2026-H1

    Next: hrge-xl trace, to find the cell behind a figure
    """
    audit = hrge_xl.verify(target, **how)
    print_result(output, as_json, audit.data(), audit.lines())
    return Exit.OK if audit.identical else Exit.FINDINGS
