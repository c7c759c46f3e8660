"""`hrge-xl compare`: what changed between two returns, or between two rounds."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import api
from ..errors import Exit, UsageError
from ..words import SOURCE_LANGUAGE
from .common import (
    RETURNED,
    jobs_option,
    json_option,
    lang_option,
    output_option,
    password_option,
    print_notes,
    question,
    spec_option,
    today_option,
)
from .groups import said
from .terminal import data, output_to, print_text

if TYPE_CHECKING:
    from ..api import Dataset


@click.command()
@click.argument("before", metavar="A", type=RETURNED)
@click.argument("after", metavar="B", type=RETURNED)
@json_option()
@output_option
@lang_option
@password_option
@spec_option
@today_option
@jobs_option
def command(
    before: str, after: str, as_json: bool, lang: str | None, output: Path | None, **how: Any
) -> Exit:  # fmt: skip
    """Compare two versions of one return, or two rounds: answers changed, findings fixed, new and unchanged.

    For rounds (round folders, consolidated folders, or folders of returned files), the returns that count are compared
    in pairs: same project, intervention, country and team. With -q one line per pair.

    \b
    hrge-xl compare first.xlsx corrected.xlsx
    hrge-xl compare 2025-H2 2026-H1

    Next: hrge-xl waive, where an answer is right as it is
    """
    folders = [Path(each).is_dir() for each in (before, after)]
    if folders[0] != folders[1]:
        raise UsageError("Name two files, or two folders: a file and a folder cannot be compared.")
    if Path(before).resolve() == Path(after).resolve():
        raise UsageError("Name two different files, or two different folders, to compare.")
    asked, language = question([], **how), lang or SOURCE_LANGUAGE
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(api.datasets(replace(asked, paths=[path]))) for path in (before, after)
        )
        print_notes(*one, *other)
        stack.enter_context(output_to(output))
        if folders[0]:
            return _rounds(one, other, (before, after), language, as_json=as_json)
        return _files(one, other, (before, after), language, as_json=as_json)


def _files(
    before: list[Dataset], after: list[Dataset], names: tuple[str, str], language: str, *, as_json: bool
) -> Exit:  # fmt: skip
    from ..reports.compare import lines
    from ..reports.compare_rounds import json_of_files

    found = api.compare(before, after, language)
    if as_json:
        data(json_of_files(*names, found))
    else:
        print_text(*lines(found, language))
    return Exit.OK


def _rounds(
    before: list[Dataset], after: list[Dataset], names: tuple[str, str], language: str, *, as_json: bool
) -> Exit:  # fmt: skip
    from ..reports.compare_rounds import Side, compared, json_of_rounds, paired, round_lines

    sides = (Side(before, language), Side(after, language))
    pairs, rest = paired(*sides)
    found = compared(*sides, pairs)
    if as_json:
        for piece in json_of_rounds(found, rest, sides, names):
            data(piece, nl=False)
    else:
        for told in round_lines(found, rest, sides, language, short=said("quiet")):
            print_text(told)
    return Exit.REFUSED if any(side.left_out["refused"] for side in sides) else Exit.OK
