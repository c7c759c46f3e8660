"""`hrge-xl compare`: what changed between two returns, or between two rounds."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

import hrge_xl

from ..errors import Exit, UsageError
from .common import (
    RETURNED,
    data_options,
    jobs_option,
    lang_option,
    password_option,
    print_notes,
    question,
    spec_option,
    today_option,
)
from .groups import said
from .terminal import data, output_to, print_text


@click.command()
@click.argument("before", metavar="A", type=RETURNED)
@click.argument("after", metavar="B", type=RETURNED)
@data_options()
@lang_option
@password_option
@spec_option
@today_option
@jobs_option
def command(
    before: str, after: str, as_json: bool, lang: str, output: Path | None, **how: Any
) -> Exit:  # fmt: skip
    """Compare two versions of one return, or two rounds: answers changed, findings fixed, new and unchanged.

    For rounds (round folders, consolidated folders, or folders of returned files), the returns that count are compared
    in pairs: same project, intervention, country and team. With -q one line per pair.

    \b
    hrge-xl compare first.xlsx corrected.xlsx
    hrge-xl compare 2025-H2 2026-H1

    Next: hrge-xl waive, where an answer is right as it is
    """
    from ..reports import compare_rounds
    from ..reports.compare import lines

    folders = [Path(each).is_dir() for each in (before, after)]
    if folders[0] != folders[1]:
        raise UsageError("Name two files, or two folders: a file and a folder cannot be compared.")
    if Path(before).resolve() == Path(after).resolve():
        raise UsageError("Name two different files, or two different folders, to compare.")
    asked = question([], how)
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(hrge_xl.datasets(replace(asked, paths=[path]))) for path in (before, after)
        )
        print_notes(*one, *other)
        stack.enter_context(output_to(output))
        if not folders[0]:
            compared = hrge_xl.compare(one, other, lang)
            if as_json:
                data(compare_rounds.json_of_files(before, after, compared))
            else:
                print_text(*lines(compared, lang))
            return Exit.OK
        sides = compare_rounds.Side(one, lang), compare_rounds.Side(other, lang)
        pairs, rest = compare_rounds.paired(*sides)
        found = compare_rounds.compared(*sides, pairs)
        if as_json:
            for piece in compare_rounds.json_of_rounds(found, rest, sides, (before, after)):
                data(piece, nl=False)
        else:
            for told in compare_rounds.round_lines(found, rest, sides, lang, short=said("quiet")):
                print_text(told)
        return Exit.REFUSED if any(side.left_out["refused"] for side in sides) else Exit.OK
