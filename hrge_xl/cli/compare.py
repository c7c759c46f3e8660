"""`hrge-xl compare`: what changed between two returns, or between two rounds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ..errors import Exit, UsageError
from .common import given, jobs_option, password_option, quiet, spec_option, today_option

if TYPE_CHECKING:
    from ..reports.compare_rounds import Side
    from .common import Given


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@password_option
@spec_option
@today_option
@jobs_option
@click.pass_context
def command(ctx: click.Context, /, before: str, after: str, as_json: bool, **how: Any) -> int:
    """Two versions of one return, or two rounds: answers changed, findings fixed, new and unchanged.

    Of rounds (round folders, consolidated folders, or folders of returned files) the returns that count are compared
    pair by pair: those of one project, intervention, country and team. With -q one line a pair.

    \b
    hrge-xl compare first.xlsx corrected.xlsx
    hrge-xl compare 2025-H2 2026-H1
    """
    folders = [Path(each).is_dir() for each in (before, after)]
    if folders[0] != folders[1]:
        raise UsageError("Name two files, or two folders: a file and a folder cannot be compared.")
    if folders[0]:
        return _rounds(ctx, (before, after), as_json, Reading(**how))
    return _files(before, after, as_json, Reading(**how)._replace(jobs=1))


class Reading(NamedTuple):
    """How returned files are read."""

    spec: str | None
    today: date | None
    jobs: int | None
    password: str | None

    def given(self, paths: Sequence[str]) -> Given:
        """The files that paths mean, and what is asked of them."""
        return given(paths, self.spec, self.today, self.jobs, password=self.password)


def _files(before: str, after: str, as_json: bool, how: Reading) -> int:
    from ..reports.compare import compare, lines
    from ..reports.compare_output import json_of_files
    from ..validation import validate

    about = how.given([before, after])
    if len(about.files) != 2:
        raise UsageError("Name two different files to compare.")
    one, two = validate(about.files, about.asked)
    for result in (one, two):
        if result.submission is None:
            raise UsageError(f"{result.path} could not be read. Try `hrge-xl validate` to see why.")
    found = compare(one, two)
    for line in [json_of_files(before, after, found)] if as_json else lines(found):
        click.echo(line)
    return int(Exit.OK)


def _rounds(ctx: click.Context, names: tuple[str, str], as_json: bool, how: Reading) -> int:
    from ..reports.compare_output import json_of_rounds, round_lines
    from ..reports.compare_rounds import compared, paired

    with ExitStack() as stack:
        sides = (
            stack.enter_context(_side(names[0], how)),
            stack.enter_context(_side(names[1], how)),
        )
        pairs, rest = paired(*sides)
        found = compared(*sides, pairs)
        if as_json:
            for piece in json_of_rounds(found, rest, sides, names):
                click.echo(piece, nl=False)
        else:
            for line in round_lines(found, rest, sides, short=quiet(ctx)):
                click.echo(line)
        return int(Exit.REFUSED if any(side.left_out["refused"] for side in sides) else Exit.OK)


@contextmanager
def _side(name: str, how: Reading) -> Iterator[Side]:
    """A folder with a dataset as it is; any other with returned files is read now."""
    from ..dataset.opening import DATASET
    from ..dataset.store import open_file
    from ..reports.compare_rounds import DatasetSide, FilesSide

    if (Path(name) / DATASET).is_file():
        with open_file(Path(name) / DATASET, write=False) as store:
            yield DatasetSide(store)
        return
    about = how.given([name])
    with tempfile.TemporaryDirectory(prefix="hrge-xl-") as folder:
        yield FilesSide(about.files, about.asked, Path(folder), Path(name))
