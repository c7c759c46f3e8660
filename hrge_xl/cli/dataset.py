"""Datasets and their ledgers: `hrge-xl consolidate`, `compare`, `export` and `trace` make them and look into them.

What people enter into a ledger: `hrge-xl decide`, `waive` and `sign`; and `recover`, which makes it again.
"""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from rich.cells import cell_len

import hrge_xl

from ..core.dates import day_here
from ..core.errors import Exit, UsageError
from ..core.paths import is_address, masked, quoted
from .common import (
    AS_SUITS,
    dataset_request,
    first_line,
    is_set,
    print_notes,
    print_result,
    verb,
    warn_of_ledgers,
)
from .terminal import (
    STDOUT,
    Rows,
    beside,
    data,
    line,
    output_to,
    print_json,
    print_lines,
    print_text,
    style,
    width,
)


@verb("consolidate")
def consolidate(paths: tuple[str, ...], output: Path | None, **options: Any) -> Exit:
    """Validate returned files and put them together into one dataset, in SQLite.

    For a round, the files in its `returned/` are used; several rounds may be named. data.xlsx, the overview and the
    brief are made with --write, or one by one by `export` and `report`; CSV and Parquet with --formats. What is there
    and older than the dataset is named in the last line.

    \b
    hrge-xl consolidate returned/ -o dataset
    hrge-xl consolidate 2026-H1 --received 2026-07-03
    hrge-xl consolidate 2026-H1 --write

    Next: hrge-xl report 2026-H1 --format html -o reports
    """
    options["formats"] = options["formats"] or None
    summary = hrge_xl.consolidate(dataset_request(paths, options), output, **options)
    print_lines(summary.told, err=True)
    print_lines(summary.lines())
    if not summary.dry_run:
        print_lines(hrge_xl.not_made_again(summary.out), err=True)
    warn_of_ledgers(Path(summary.out), *summary.rounds)
    return Exit.REFUSED if summary.refused else Exit.OK


# compare


@verb("compare")
def compare(
    before: str, after: str, as_json: bool, language: str, output: Path | None, **options: Any
) -> Exit:
    """Compare two versions of one return, or two rounds: answers changed, findings fixed, new and unchanged.

    For rounds (round folders, consolidated folders, or folders of returned files), the returns that count are compared
    in pairs: same project, intervention, country and team. With -q one line per pair.

    \b
    hrge-xl compare first.xlsx corrected.xlsx
    hrge-xl compare 2025-H2 2026-H1

    Next: hrge-xl waive, where an answer is right as it is
    """
    from ..outputs import compare as comparison

    folders = [Path(path).is_dir() for path in (before, after)]
    if folders[0] != folders[1]:
        raise UsageError("Name two files, or two folders: a file and a folder cannot be compared.")
    if Path(before).resolve() == Path(after).resolve():
        raise UsageError("Name two different files, or two different folders, to compare.")
    with (
        hrge_xl.both_sides(dataset_request([], options), before, after) as (earlier, later),
        output_to(output),
    ):
        print_notes(*earlier, *later)
        if not folders[0]:
            compared = hrge_xl.compare(earlier, later, language)
            if as_json:
                data(comparison.json_of_files(before, after, compared))
            else:
                print_text(*comparison.lines(compared, language))
            return Exit.OK
        sides = comparison.Side(earlier, language), comparison.Side(later, language)
        pairs, unpaired = comparison.paired(*sides)
        comparisons = comparison.compared(*sides, pairs)
        if as_json:
            for piece in comparison.json_of_rounds(comparisons, unpaired, sides, (before, after)):
                data(piece, nl=False)
        else:
            for text in comparison.round_lines(
                comparisons, unpaired, sides, language, short=is_set("quiet")
            ):
                print_text(text)
        return Exit.REFUSED if any(side.left_out["refused"] for side in sides) else Exit.OK


# export


FORMATS = ("csv", "json", "xlsx", "parquet")


@verb("export", formats=FORMATS)
def export(
    dataset: str,
    table: str | None,
    format_: str | None,
    language: str | None,
    output: Path | None,
    password: str | None,
    **rows: Any,
) -> None:
    """Write one table of a dataset, such as answers, risks or questions; without --table the whole workbook.

    DATASET is a consolidated folder, a round (what is new in it is taken in first), or the address of a database
    (postgresql://…). In CSV, a text that a spreadsheet might take for a formula is preceded by an apostrophe.

    \b
    hrge-xl export output/dataset --table questions -o questions.xlsx
    hrge-xl export output/dataset --table answers --team PAK --current --format json
    hrge-xl export output/dataset --language fr -o data_fr.xlsx

    Next: hrge-xl trace output/dataset --team PAK --field PLN_02
    """
    row_filter = hrge_xl.RowFilter(**rows)
    target = None if output == STDOUT else output
    with hrge_xl.one_dataset(dataset, None, AS_SUITS, password) as opened:
        print_notes(opened)
        if (
            table is None
            and output is None
            and language is None
            and row_filter == hrge_xl.RowFilter()
        ):
            print_lines(f"{shown.name}: {shown.about}" for shown in opened.store.schema.shown)
            return
        suffix = format_ or (target.suffix.lower().lstrip(".") if target else "csv")
        if suffix not in FORMATS:
            raise UsageError(
                f"Which format is '{output}'? Say --format {'|'.join(FORMATS)}, or end its name so."
            )
        if table is None and target is None and row_filter == hrge_xl.RowFilter():
            raise UsageError("A workbook needs a file: -o data.xlsx")
        hrge_xl.export(
            opened,
            target or Rows(json=suffix == "json"),
            day_here(),
            table=table,
            language=language,
            where=row_filter,
            format_=suffix,
        )
    if target:
        line(target, err=True)


# trace


HOW = "Say what to trace: ROUND --team TEAM --field CODE, or TABLE ROW. See: hrge-xl help trace"
MOST_PLACES = 5  # of a figure on one page or in one table
ROWS = re.compile(r"[1-9]\d{0,8}(-[1-9]\d{0,8})?(,[1-9]\d{0,8}(-[1-9]\d{0,8})?)*")


@verb("trace")
def trace(
    words: tuple[str, ...],
    dataset: str,
    as_json: bool,
    output: Path | None,
    password: str | None,
    value: str,
    **query: str,
) -> None:
    """Print answers or findings with the cells that they come from; or rows of a table; or where a figure stands.

    Rows of a table are numbered from 1, as in data.xlsx without its headings; several are named as 3-7,12. For a round,
    what is new is taken in first. If some of the returns count, the others are left out.

    \b
    hrge-xl trace output/2026-H1 --team Kabul --field PLN_02
    hrge-xl trace output/2026-H1 --finding V006
    hrge-xl trace output/2026-H1 --value 37
    hrge-xl trace answers 12 --data output/dataset

    Next: open the file at the cell; hrge-xl explain V006
    """
    is_asked = any(query.values()) or bool(value)
    is_place = bool(words) and (is_address(words[0]) or Path(words[0]).exists() or is_asked)
    place, row_address = (words[0], words[1:]) if is_place else (dataset, words)
    if len(row_address) not in ((0,) if is_asked else (2,)):
        raise UsageError(HOW)
    if value and any(query.values()):
        raise UsageError("--value looks for a figure everywhere.", remedy="Leave out the others.")
    with (
        hrge_xl.one_dataset(place, None, AS_SUITS, password, figures=False) as opened,
        output_to(output),
    ):
        print_notes(opened)
        if value:
            most = None if as_json or output else MOST_PLACES
            named = quoted(masked(place))
            _print_places(
                hrge_xl.trace(opened, value=value, most=most, named=named), value, as_json
            )
        elif is_asked:
            _print_answers(
                hrge_xl.trace_answers(opened, None, **query),
                "finding" if query["finding"] else "answer",
                as_json=as_json,
            )
        else:
            _print_rows(opened, row_address[0], _numbers_of_rows(row_address[1]), as_json=as_json)


def _numbers_of_rows(text: str) -> Iterable[int]:
    """Return the numbers that are typed as 3-7,12. Raises `UsageError`."""
    if not ROWS.fullmatch(text):
        raise UsageError(f"'{text}' is not a number of a row: they begin with 1. {HOW}")
    spans = [sorted(map(int, span.split("-"))) for span in text.split(",")]
    return chain.from_iterable(range(span[0], span[-1] + 1) for span in spans)


def _print_rows(opened: hrge_xl.Dataset, table: str, rows: Iterable[int], *, as_json: bool) -> None:
    """Print rows of a table, each with what it is made of; as JSON one as an object, several as a list."""
    objects = []
    for row in rows:
        values = hrge_xl.trace(opened, table, row)
        behind = hrge_xl.answers_behind(opened, table, row)
        if as_json:
            answers = {"answers": [asdict(traced) for traced in behind]} if behind else {}
            objects.append(dict(values) | answers)
            continue
        print_lines(map(str, values))
        if behind:
            _print_answers(behind, "row")
    if as_json:
        print_json(objects if len(objects) > 1 else objects[0])


def _print_places(places: Sequence[hrge_xl.FigureHits], value: str, as_json: bool) -> None:
    """Print where a figure stands, page by page and table by table. Raises `UsageError` where it stands nowhere."""
    if not places:
        raise UsageError(
            f"'{value}' stands nowhere.",
            value=value,
            remedy=(
                "Looked for on the brief and the overview of the period, in the answers and in every table of figures. "
                "Codes of teams and questions are traced with --team and --field."
            ),
        )
    if as_json:
        print_json([asdict(page) for page in places])
        return
    for page in places:
        line(style(f"{page.where}: {page.count}", bold=True))
        for hit in page.hits:
            cell = f" ← {hit.place or 'the file'} in {hit.file}" if hit.file else ""
            aside = "" if hit.status in ("", "counts") else f" ({hit.status})"
            print_lines(beside("  ", f"{hit.what}: {hit.said}{cell}{aside}", width()))
            print_lines([f"    {hit.command}"] if hit.command else [])
        if page.count > len(page.hits):
            line(f"  … and {page.count - len(page.hits)} more: --json, or -o FILE")


def _print_answers(answers: Sequence[hrge_xl.Traced], kind: str, *, as_json: bool = False) -> None:
    from ..core.words import counted

    if as_json:
        print_json([asdict(traced) for traced in answers])
        return
    for traced in answers:
        aside = "" if traced.status == "counts" else f" ({traced.status})"
        text = f"{traced.said} ← {traced.place or 'the file'} in {traced.file}{aside}"
        first = f"{style(traced.what, bold=True)}: "
        indent = cell_len(traced.what) + 2
        print_lines(beside(first, text, width(), indent=indent))
    line(f"{counted(len(answers), kind)}.", err=True)


# what people enter into a ledger

WAITS = {
    "conflict": "waits for a decision",
    "excluded": "is excluded",
    "waiting": "waits for a corrected version",
}
MOST_DIFFERENCES = 10  # between two returns, in the list of what waits
OPTIONS = {"counts": "use", "withdrawn": "withdraw"}
HOW_TO_CORRECT = (
    "Correct one answer of one return: hrge-xl decide DATASET RETURN --cell SHEET!CELL --value VALUE --reason TEXT; "
    "take that back with --withdraw in place of --value."
)


@verb("decide")
def decide(
    folder: Path,
    returns: tuple[str, ...],
    by: str | None,
    password: str | None,
    today: date,
    cell: str | None,
    value: str | None,
    **options: Any,
) -> None:
    """Decide which of several returns counts (X003, X004), withdraw one, or correct an answer for a team.

    The dataset follows at once, and with --write the files beside it.

    DATASET is a consolidated folder, or a round: what is new in it is taken in first. A RETURN is named by its file,
    its number or its submission. Without one, or with a RETURN and no option, show what waits for a decision, what was
    decided and what was corrected.

    \b
    hrge-xl decide output/dataset
    hrge-xl decide output/dataset PAK_final.xlsx
    hrge-xl decide output/dataset PAK_final.xlsx --use --reason "The team confirmed it."
    hrge-xl decide 2026-H1 PAK.xlsx --cell "Plan!E9" --value 37 --reason "E-mail of the team"
    hrge-xl decide 2026-H1 PAK.xlsx --cell "Plan!E9" --withdraw --reason "It was 73"

    Next: hrge-xl report output/dataset --format overview
    """
    choice, *further_choices = [
        name for name in ("counts", "withdrawn", "undone") if options.pop(name)
    ] or [""]
    if not (choice or options["reason"] or cell is not None or value is not None):
        print_lines(_to_decide(folder, today, password, returns))
    elif not returns:
        raise UsageError("Say which return: hrge-xl decide DATASET RETURN …")
    elif cell is not None or value is not None:
        options |= {"by": by or getpass.getuser(), "password": password, "day": today}
        _correct(folder, returns, cell, value, choice, further_choices, **options)
    elif further_choices or not choice:
        raise UsageError("Say what becomes of it: either --use, --withdraw or --undo.")
    else:
        from ..core.message_templates import text_of

        by, options["password"] = by or getpass.getuser(), password
        decided = hrge_xl.decide(
            folder, returns, choice, by=by, day=today, jobs=AS_SUITS, **options
        )
        print_lines(
            f"{_named(return_)}: {return_.status}. {text_of(return_.reason)}".rstrip()
            for return_ in decided.changed
        )
        waiting = sum(return_.status == "conflict" for return_ in decided)
        line(f"{len(decided.changed)} changed, {waiting} still wait for a decision.", err=True)
        print_lines(hrge_xl.not_made_again(folder), err=True)
    warn_of_ledgers(folder)


def _correct(
    folder: Path,
    returns: Sequence[str],
    cell: str | None,
    value: str | None,
    choice: str,
    further_choices: Sequence[str],
    **options: Any,
) -> None:
    """Correct an answer, or take that back, and say what came of it."""
    place = _place(cell)
    taken_back = choice in ("withdrawn", "undone")
    if place is None or len(returns) != 1 or further_choices or (value is None) != bool(choice):
        raise UsageError(HOW_TO_CORRECT)
    if value is None and not taken_back:
        raise UsageError(HOW_TO_CORRECT)
    correction = hrge_xl.correct(folder, returns[0], place, value, jobs=AS_SUITS, **options)
    line(f"{correction.number}: {correction.day}: {correction.text}")
    line(f"Verdict of the file: {correction.verdict}.", err=True)
    if value is not None:
        line("It holds for this file only: a newer version counts as it comes.", err=True)
    print_lines(hrge_xl.not_made_again(folder), err=True)


def _to_decide(
    folder: Path, day: date, password: str | None, returns: Sequence[str]
) -> Iterator[str]:
    """List what waits, what is excluded, and every decision and correction ever made; of some returns, or of all."""
    from ..core.message_templates import text_of
    from ..core.words import and_more

    decisions = hrge_xl.decisions(folder, day, AS_SUITS, password, returns)
    print_lines(decisions.notes, err=True)
    by_submission = {return_.submission: return_ for return_ in decisions.returns}
    for return_ in decisions.returns if returns else ():
        if return_.status not in WAITS:
            yield f"{_named(return_)}: {return_.status}. {text_of(return_.reason)}".rstrip()
    for status, waits in WAITS.items():
        for return_ in (return_ for return_ in decisions.returns if return_.status == status):
            rival = by_submission.get(return_.superseded_by or "")
            # what waits too has a line of its own
            against = f" Other: {_named(rival)}." if rival and rival.status not in WAITS else ""
            yield f"{_named(return_)} {waits}: {return_.reason}{against}"
            differing = decisions.differing.get(return_.submission, ())
            yield from (f"  {difference}" for difference in differing[:MOST_DIFFERENCES])
            if differing == []:
                yield "  Both give the same answers."
            if rival and len(differing) > MOST_DIFFERENCES:
                paths = f"{quoted(folder / return_.path)} {quoted(folder / rival.path)}"
                yield f"  {and_more(len(differing) - MOST_DIFFERENCES).strip()}: hrge-xl compare {paths}"
            for choice in decisions.choices[return_.submission]:
                named = return_.return_number or return_.submission
                yield f'  hrge-xl decide {quoted(folder)} {named} --{OPTIONS[choice]} --reason "…"'
    yield from (f"{_named(return_)}: {why}" for return_, why in decisions.doubted)
    yield from (f"decided {decision.text}" for decision in decisions.made)
    yield from (f"corrected {entry.day}: {entry.text}" for entry in decisions.corrections)
    if (
        not decisions.made
        and not decisions.corrections
        and not decisions.doubted
        and not returns
        and not any(return_.status in WAITS for return_ in decisions.returns)
    ):
        yield "Nothing waits for a decision, and none was made."


def _named(return_: hrge_xl.Return) -> str:
    team = f", {return_.team}" if return_.team else ""
    return f"{return_.name} ({return_.known_by}{team})"


# waive


@verb("waive")
def waive(  # noqa: PLR0913 (one parameter an option)
    code: str | None,
    file: str | None,
    cell: str | None,
    listed: bool,
    withdraw: int | None,
    as_json: bool,
    ledger: Path,
    output: Path | None,
    today: date,
    by: str,
    reason: str,
    until: date | None,
    **options: Any,
) -> None:
    """Accept the findings with CODE of one file as they are. They stay in every report, marked as waived.

    The dataset of the folder is updated at once, and with --write the files beside it; for a round, what is new is
    taken in first.

    \b
    hrge-xl waive V001 --file PAK.xlsx --cell "Plan!E6" --reason "No such unit there" --by "A. Name" --ledger 2026-H1
    hrge-xl waive --list --ledger 2026-H1
    hrge-xl waive --withdraw 1 --by "A. Name" --ledger 2026-H1

    Next: hrge-xl status 2026-H1
    """
    from ..core.words import counted

    options |= {"by": by, "day": today, "jobs": AS_SUITS}
    if listed or as_json:
        waivers = hrge_xl.waivers(ledger, today)
        print_result(
            output, as_json, [asdict(waiver) for waiver in waivers], map(_waiver_line, waivers)
        )
        if not as_json:
            line(f"{counted(len(waivers), 'waiver')}.", err=True)
    elif withdraw is not None:
        line(_waiver_line(hrge_xl.withdraw(ledger, withdraw, **options)))
        print_lines(hrge_xl.not_made_again(ledger), err=True)
    elif code and file:
        new_waiver = hrge_xl.waive(
            ledger, code, file, reason=reason, until=until, place=_place(cell), **options
        )
        line(_waiver_line(new_waiver))
        accepted = f"{counted(new_waiver.count, 'finding')} of {new_waiver.file} accepted."
        line(f"{accepted} Verdict of the file: {new_waiver.verdict}.", err=True)
        print_lines(hrge_xl.not_made_again(ledger), err=True)
    else:
        raise UsageError(
            "Say what to waive: hrge-xl waive CODE --file FILE --ledger FOLDER --reason TEXT --by NAME; or --list."
        )
    warn_of_ledgers(ledger)


def _place(cell: str | None) -> tuple[str, str] | None:
    if cell is None:
        return None
    sheet, _, address = cell.rpartition("!")
    if not sheet or not address:
        raise UsageError(f"--cell {cell} names no cell. Write it as the reports do: Sheet!D12.")
    return sheet.strip("'"), address.replace("$", "")


def _waiver_line(waiver: hrge_xl.Waiver) -> str:
    place = f" {waiver.place}" if waiver.place else ""
    withdrawn = (
        f"; withdrawn {waiver.withdrawn} by {waiver.withdrawn_by}" if waiver.withdrawn else ""
    )
    return f"{waiver.number}: {waiver.code} {waiver.file}{place} ({waiver.sha256[:12]}) {waiver.told}{withdrawn}"


# sign


@verb("sign")
def sign(  # noqa: PLR0913 (one parameter an option)
    report: Path | None,
    by: str,
    key: Path | None,
    new_key: Path | None,
    passphrase_file: Path | None,
    check: bool,
    digest: str | None,
    trust: tuple[Path, ...],
    listed: bool,
    everything: bool,
    ledger: Path | None,
) -> Exit:
    """Write the SHA-256 of a report into the ledger, chained to the previous entry. The report itself stays as it is.

    For a round, its terms are sealed: period, spec, teams and deadlines. They are also sealed with each of its reports.

    \b
    hrge-xl sign 2026-H1/reports/validation.json --by "A. Name" --key mine.pem
    hrge-xl sign 2026-H1/reports/validation.json --check --trust colleagues.txt
    hrge-xl sign --new-key mine.pem

    Next: hrge-xl verify reports/validation.json --returned returned
    """
    passphrase = first_line(passphrase_file) if passphrase_file else None
    if new_key is not None:
        public, public_file = hrge_xl.new_key(new_key, by, passphrase)
        line(public)
        keep = f"The private key is in {new_key}. Keep it outside round folders, and do not give it to anybody."
        give = f"The public key, as above, is in {public_file}: for those who check your seals (--trust)."
        print_lines((keep, give), err=True)
        return Exit.OK
    if listed or everything:
        return _list_seals(hrge_xl.chain(ledger, report), everything=everything)
    if report is None:
        hrge_xl.chain(ledger)  # where there is no ledger either, that is told first
        raise UsageError("Say which report: hrge-xl sign REPORT --by NAME; or --list.")
    if check or digest or trust:
        digest = (digest or "").lower()
        return _check(hrge_xl.check_seal(ledger, report, digest=digest, trust=trust), digest)
    seal = hrge_xl.sign(ledger, report, by=by, key=key, passphrase=passphrase)
    line(f"Sealed: {seal.text}.")
    line(f"SHA-256 of the {'terms' if report.is_dir() else 'report'}: {seal.sha256}")
    line(f"Digest of the seal: {seal.digest}")
    print_lines((f"Before this seal: {doubt}" for doubt in seal.doubts), err=True)
    line("Note the digest of the seal outside this folder: see docs/auditing.md.", err=True)
    return Exit.OK


def _check(seal: hrge_xl.SealCheck, digest: str) -> Exit:
    print_lines(seal.lines)
    if not seal.is_noted:
        line(
            f"No seal of {seal.name} has the digest {digest}: the ledger or the report was replaced."
        )
    if not seal.is_trusted:
        line(f"No seal of {seal.name} is signed with a key that you trust.")
    return Exit.OK if seal.holds else Exit.FINDINGS


def _list_seals(chain: hrge_xl.Chain, *, everything: bool) -> Exit:
    from ..core.words import counted

    if everything:
        for entry in chain.entries:
            by = f" {entry.by}" if entry.by else ""
            line(f"{entry.n}: {entry.time}{by}: {entry.about}; digest {entry.digest}")
    else:
        print_lines(
            f"{seal.n}: {seal.time} {seal.by}: {seal.name} {seal.sha256}; digest {seal.digest}"
            for seal in chain.seals
        )
    print_lines(chain.doubts)
    print_lines(chain.limits, err=True)
    line(
        f"{counted(len(chain.seals), 'seal')}, {counted(len(chain.entries), 'entry', 'entries')}.",
        err=True,
    )
    return Exit.FINDINGS if chain.doubts else Exit.OK


# recover


@verb("recover")
def recover(folder: Path) -> None:
    """Rebuild the ledger of a round or consolidated folder from its journal, ledger.jsonl.

    Receipts, decisions, waivers and seals are as they were entered. A damaged ledger is moved aside, never deleted.

    \b
    hrge-xl recover 2026-H1

    Next: hrge-xl consolidate 2026-H1
    """
    print_lines(hrge_xl.recover(folder).lines(folder))
