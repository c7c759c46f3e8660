"""`hrge-xl feedback`: give each team its own answers back with what to correct."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import Exit, LimitError
from ..fault_isolation import apart, stopped
from ..under_way import steps
from .common import (
    Day,
    jobs_option,
    ledger_option,
    password_option,
    question,
    quiet,
    spec_option,
    today_option,
)
from .stdin import ReturnedPath
from .terminal import data, line

if TYPE_CHECKING:
    from ..dataset.returns import Return
    from ..reports.feedback import GivenBack
    from ..rounds.datasets import Dataset
    from ..rounds.feedback_choice import LeftOut


@dataclass(frozen=True)
class Wish:
    """What is wanted of the workbooks that are given back."""

    today: date
    output: Path
    spec: str | None = None  # where not the dataset's own
    tools: Sequence[str] | None = None  # other sheets than those issued
    all: bool = False  # also for those with nothing to correct or to look at
    reply_by: date | None = None  # where not the deadline of the workbook


@dataclass
class Given:
    """What was given back, and what was not."""

    files: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # of the workbooks


@click.command()
@click.argument("paths", nargs=-1, required=True, type=ReturnedPath())
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("output/feedback"),
    show_default=True,
    help="Folder.",
)
@click.option("--all", "all_", is_flag=True, help="Also for teams with nothing to correct or to look at.")
@click.option("--tools", default=None, metavar="CODES", help="Other sheets than those issued: 1.1,3.2.")
@click.option(
    "--reply-by",
    type=Day(),
    default=None,
    metavar="DAY",
    help="The day that the text asks for (default: the deadline of the workbook).",
)
@click.option("--json", "as_json", is_flag=True, help="What was given back, as JSON on stdout.")
@ledger_option
@password_option
@spec_option
@today_option
@jobs_option
@click.pass_context
def command(  # noqa: PLR0913 (one parameter an option)
    ctx: click.Context, paths: tuple[str, ...], output: Path, all_: bool, tools: str | None,
    reply_by: date | None, as_json: bool, ledger: Path | None, password: str | None, spec: str | None,
    today: date | None, jobs: int | None,
) -> int:  # fmt: skip
    """A fresh workbook with the team's answers, the cells to correct marked, and a text to send along.

    One for each team and intervention that has something to correct or to look at: for what it sent last. Name the
    round folder; a file that is named alone has its feedback in any case. A workbook of an older version comes back
    in the version in force. Answers that this one does not ask for any more stand on its sheet “Without a place”, in
    the text, and with --json in the output.

    \b
    hrge-xl feedback 2026-H1 -o feedback

    Next: send each team its two files; later hrge-xl compare first.xlsx corrected.xlsx
    """
    from ..rounds.datasets import datasets

    asked = question(paths, today, spec=spec, jobs=jobs, ledger=ledger, password=password)
    chosen = [code.strip() for code in tools.split(",") if code.strip()] if tools is not None else None
    given = Given()
    with datasets(asked) as opened:
        alone = not any(dataset.folder for dataset in opened) and sum(dataset.new for dataset in opened) == 1
        wish = Wish(asked.today, output, spec, chosen, all_ or alone or chosen is not None, reply_by)
        for made in (each for dataset in opened for each in _give_all(dataset, wish, given)):
            if not as_json:
                line(made["workbook"])
            if not quiet(ctx):
                _tell(made)
        lines = [line for dataset in opened for line in dataset.totals().lines()]
    if as_json:
        _print_json(given)
    for each in [] if quiet(ctx) else given.left_out:
        line(f"{each.name}: {each.why}.", err=True)
    for told in lines:
        line(told, err=True)
    return int(_exit(given))


def _exit(given: Given) -> Exit:
    """Refused files before others that have no feedback."""
    ends = {Exit.REFUSED if each.found.verdict == "refused" else each.ends for each in given.left_out}
    return max(ends, default=Exit.OK)


def _give_all(dataset: Dataset, wish: Wish, given: Given) -> Iterator[dict[str, Any]]:
    """Write the workbooks and texts of a dataset, and give what became of each."""
    from ..rounds.feedback_choice import LeftOut, choose, file_name

    chosen, left_out = choose(dataset.of_round())
    given.left_out += left_out
    for found in steps(chosen, len(chosen), "Writing feedback"):
        target = wish.output / file_name(found, dataset.spec, given.names)
        (made,) = apart(partial(_give, dataset, wish, target), [found], _stopped)
        if isinstance(made, LeftOut):
            given.left_out.append(made)
        else:
            given.files.append(made)
            yield made


def _stopped(found: Return, fault: Exception) -> list[dict[str, Any] | LeftOut]:
    """Leave out a return that a fault of ours shows with."""
    from ..rounds.feedback_choice import LeftOut
    from ..validation import finding_of
    from ..words import SOURCE_LANGUAGE

    told = finding_of(stopped(found.path, fault), found.path, SOURCE_LANGUAGE)
    why = f"{told.code} {told.message} {told.remedy}".rstrip(".")
    return [LeftOut(found, why, found.path, Exit.REFUSED)]


def _give(
    dataset: Dataset, wish: Wish, target: Path, one: Sequence[Return]
) -> list[dict[str, Any] | LeftOut]:
    """Write the workbook and the text for one return, where they can be made and are wanted; what became of it."""
    from ..rounds.feedback_choice import LeftOut

    (found,) = one
    try:
        made = _written(dataset, found, wish, target)
    except LimitError as limit:  # something in this file: the others have their feedback all the same
        why = f"no workbook can be made: {str(limit).rstrip('.')}"
        return [LeftOut(found, why, found.path, Exit.FINDINGS)]
    why = f"{found.verdict}, nothing to correct or to look at (--all gives it back too)"
    return [made or LeftOut(found, why, found.path)]


def _written(dataset: Dataset, found: Return, wish: Wish, target: Path) -> dict[str, Any] | None:
    """Write them, where they are wanted."""
    from ..dataset.returns import result
    from ..paths import write_whole
    from ..reports.feedback import give_back
    from ..reports.feedback_message import as_data, message
    from ..spec.load import load

    spec = load(wish.spec) if wish.spec else dataset.spec
    assert spec is not None
    assert found.identity is not None  # it could be read
    sent, round_ = result(dataset.store, found), dataset.round
    contacts = {team.code: team.contact for team in round_.teams} if round_ else {}
    back = give_back(
        sent, spec, today=wish.today, tools=wish.tools, key=round_.key or None if round_ else None,
        contact=contacts.get(found.team, ""),
    )  # fmt: skip
    if not (back.needed or wish.all):
        return None
    _warn(found, back)
    workbook, text = (target.with_name(f"{target.name}_{end}") for end in ("feedback.xlsx", "message.txt"))
    write_whole(workbook, back.workbook)
    deadline = wish.reply_by.isoformat() if wish.reply_by else found.identity.deadline
    write_whole(text, message(sent, back, wish.today, deadline).encode())
    return as_data(found, back, str(workbook), str(text))


def _warn(found: Return, back: GivenBack) -> None:
    """On stderr: what must not be sent before somebody has looked at it."""
    from ..findings.identity import SIGNATURE_INVALID
    from ..findings.submissions import MADE_FROM_OLDER_VERSION
    from ..stamp import INVALID, UNSIGNED

    for finding in found.findings:
        if finding.code == MADE_FROM_OLDER_VERSION.code:
            line(f"{finding.code} warning: {finding.message} {finding.remedy}", err=True)
    if not back.identity.signature and found.signature not in (INVALID, UNSIGNED):
        line(
            f"{found.name}: issued with a signature, given back without: the key lies with the round. "
            f"Name the round folder, or it comes back as a stranger's ({SIGNATURE_INVALID.code}).",
            err=True,
        )


def _print_json(given: Given) -> None:
    from ..reports.feedback_message import SCHEMA

    left_out = [
        {"path": each.path, "submission": each.found.submission, "team": each.found.team, "why": each.why}
        for each in given.left_out
    ]
    document = {"schema": SCHEMA, "files": given.files, "left_out": left_out}
    data(json.dumps(document, ensure_ascii=False, indent=2))


def _tell(file: dict[str, Any]) -> None:
    """On stderr: which version it came from, and every answer that has no place any more; it quotes none."""
    homeless = file["without_place"]
    if file["version"] != file["sent_version"]:
        line(f"  version {file['sent_version']} to {file['version']}", err=True)
    if homeless:
        line(f"  {len(homeless)} without a place, kept on the sheet for them:", err=True)
    for each in homeless:
        line(f"  {each['sheet']}!{each['cell']}: {each['question']}", err=True)
