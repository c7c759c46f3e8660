"""Datasets, made and looked into: `hrge-xl consolidate`, `compare`, `export` and `trace`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.cells import cell_len

import hrge_xl

from ..core.errors import Exit, UsageError
from ..core.paths import is_address
from .common import AS_SUITS, is_set, print_notes, question, today, verb, warn_of_ledgers
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
def consolidate(paths: tuple[str, ...], output: Path | None, **how: Any) -> Exit:
    """Validate returned files and put them together: SQLite, data.xlsx, overview; CSV and Parquet on request.

    For a round, the files in its `returned/` are used; several rounds may be named.

    \b
    hrge-xl consolidate returned/ -o dataset
    hrge-xl consolidate 2026-H1 --received 2026-07-03

    Next: hrge-xl report 2026-H1 --format html -o reports
    """
    how["formats"] = how["formats"] or None
    summary = hrge_xl.consolidate(question(paths, how), output, **how)
    print_lines(summary.told, err=True)
    print_lines(summary.lines())
    warn_of_ledgers(Path(summary.out), *summary.rounds)
    return Exit.REFUSED if summary.refused else Exit.OK


# compare


@verb("compare")
def compare(before: str, after: str, as_json: bool, lang: str, output: Path | None, **how: Any) -> Exit:
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
    with hrge_xl.both_sides(question([], how), before, after) as (one, other), output_to(output):
        print_notes(*one, *other)
        if not folders[0]:
            compared = hrge_xl.compare(one, other, lang)
            if as_json:
                data(comparison.json_of_files(before, after, compared))
            else:
                print_text(*comparison.lines(compared, lang))
            return Exit.OK
        sides = comparison.Side(one, lang), comparison.Side(other, lang)
        pairs, rest = comparison.paired(*sides)
        found = comparison.compared(*sides, pairs)
        if as_json:
            for piece in comparison.json_of_rounds(found, rest, sides, (before, after)):
                data(piece, nl=False)
        else:
            for text in comparison.round_lines(found, rest, sides, lang, short=is_set("quiet")):
                print_text(text)
        return Exit.REFUSED if any(side.left_out["refused"] for side in sides) else Exit.OK


# export


FORMATS = ("csv", "json", "xlsx", "parquet")


@verb("export", formats=FORMATS)
def export(
    dataset: str, table: str | None, format_: str | None, lang: str | None, output: Path | None,
    password: str | None, **rows: Any,
) -> None:  # fmt: skip
    """Write one table of a dataset, such as answers, risks or questions; without --table the whole workbook.

    DATASET is a consolidated folder, a round (what is new in it is taken in first), or the address of a database
    (postgresql://…). In CSV, a text that a spreadsheet might take for a formula is preceded by an apostrophe.

    \b
    hrge-xl export output/dataset --table questions -o questions.xlsx
    hrge-xl export output/dataset --table answers --team PAK --current --format json
    hrge-xl export output/dataset --lang fr -o data_fr.xlsx

    Next: hrge-xl trace output/dataset --team PAK --field PLN_02
    """
    wish, target = hrge_xl.Wish(**rows), None if output == STDOUT else output
    with hrge_xl.one_dataset(dataset, today(), AS_SUITS, password) as opened:
        print_notes(opened)
        if table is None and output is None and lang is None and wish == hrge_xl.Wish():
            print_lines(f"{shown.name}: {shown.about}" for shown in opened.store.schema.shown)
            return
        suffix = format_ or (target.suffix.lower().lstrip(".") if target else "csv")
        if suffix not in FORMATS:
            raise UsageError(
                f"Which format is '{output}'? Say --format {'|'.join(FORMATS)}, or end its name so."
            )
        if table is None and target is None and wish == hrge_xl.Wish():
            raise UsageError("A workbook needs a file: -o data.xlsx")
        hrge_xl.export(
            opened,
            target or Rows(json=suffix == "json"),
            today(),
            table=table,
            language=lang,
            wish=wish,
            format_=suffix,
        )
    if target:
        line(target, err=True)


# trace


HOW = "Say what to trace: ROUND --team TEAM --field CODE, or TABLE ROW. See: hrge-xl help trace"


@verb("trace")
def trace(
    words: tuple[str, ...], dataset: str, as_json: bool, output: Path | None, password: str | None, **what: str
) -> None:  # fmt: skip
    """Print answers or findings with the file, sheet and cell that they come from; or one row of a table.

    Rows of a table are numbered from 1, as in data.xlsx without its headings. For a round, what is new is taken in
    first. If some of the returns count, the others are left out.

    \b
    hrge-xl trace output/2026-H1 --team Kabul --field PLN_02
    hrge-xl trace output/2026-H1 --finding V006
    hrge-xl trace answers 12 --data output/dataset

    Next: open the file at the cell; hrge-xl explain V006
    """
    is_asked = any(what.values())
    is_place = bool(words) and (is_address(words[0]) or Path(words[0]).exists() or is_asked)
    place, rest = (words[0], words[1:]) if is_place else (dataset, words)
    if len(rest) not in ((0,) if is_asked else (2,)):
        raise UsageError(HOW)
    with hrge_xl.one_dataset(place, today(), AS_SUITS, password) as opened, output_to(output):
        print_notes(opened)
        if is_asked:
            _print_answers(
                hrge_xl.trace_answers(opened, today(), **what), bool(what["finding"]), as_json=as_json
            )
            return
        table, row = rest
        if not (row.isdecimal() and int(row)):
            raise UsageError(f"'{row}' is not a number of a row: they begin with 1. {HOW}")
        found = hrge_xl.trace(opened, table, int(row), today())
        if as_json:
            print_json(dict(found))
        else:
            print_lines(f"{name}: {value}" for name, value in found)


def _print_answers(found: Sequence[hrge_xl.Traced], are_findings: bool, *, as_json: bool) -> None:
    from ..core.words import counted

    if as_json:
        print_json([asdict(traced) for traced in found])
        return
    for traced in found:
        aside = "" if traced.status == "counts" else f" ({traced.status})"
        text = f"{traced.said} ← {traced.place or 'the file'} in {traced.file}{aside}"
        first, indent = f"{style(traced.what, bold=True)}: ", cell_len(traced.what) + 2
        print_lines(beside(first, text, width(), indent=indent))
    line(f"{counted(len(found), 'finding' if are_findings else 'answer')}.", err=True)
