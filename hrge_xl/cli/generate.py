"""`hrge-xl generate`: issue workbooks to teams."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from .common import bar, quiet, the_day, today_option

if TYPE_CHECKING:
    from ..issuing import Order
    from ..spec.lookup import Names
    from ..spec.model import Spec


@click.command()
@click.argument("spec")
@click.option(
    "--country",
    "countries",
    multiple=True,
    metavar="COUNTRY",
    help="A country, by code or name; repeat for more.",
)
@click.option(
    "--lang",
    "language",
    default="",
    metavar="TAG",
    help="Language of the workbook (default: the spec's first).",
)
@click.option(
    "--tools",
    default=None,
    metavar="CODES",
    help="Only these sheets, by comma: 1.1,3.2 (the form comes anyway).",
)
@click.option(
    "--blank-rows", type=click.IntRange(1, 500), default=None, metavar="N", help="Blank rows in registers."
)
@click.option(
    "--answers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="Prefill from JSON or from a returned workbook.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("output"),
    show_default=True,
    help="Folder.",
)
@today_option
@click.pass_context
def command(  # noqa: PLR0913 (one parameter an option)
    ctx: click.Context, spec: str, countries: tuple[str, ...], language: str, tools: str | None,
    blank_rows: int | None, answers: Path | None, output: Path, today: date | None,
) -> None:  # fmt: skip
    """Write one workbook a team, for a SPEC (a name or a folder) or a ROUND folder.

    In a round a workbook that was issued already stays as it is; delete its file to issue it anew.

    \b
    hrge-xl generate hrge_toolkit --country PAK --country AFG
    hrge-xl generate output/2026-H1
    """
    if (Path(spec) / "round.yaml").is_file():
        written = _round(Path(spec), the_day(today))
    else:
        chosen = tuple(code.strip() for code in tools.split(",") if code.strip()) if tools else None
        written = _spec(spec, countries, language, chosen, blank_rows, answers, output, the_day(today))
    paths = list(written)  # first, for the progress bar and the paths would mix
    if not quiet(ctx):
        for path in paths:
            click.echo(str(path))


def _spec(  # noqa: PLR0913
    name: str, named: tuple[str, ...], language: str, tools: tuple[str, ...] | None,
    blank_rows: int | None, answers: Path | None, output: Path, today: date,
) -> Iterator[Path]:  # fmt: skip
    from ..answers import from_file
    from ..bulk import issue
    from ..issuing import Order
    from ..layout import build
    from ..paths import write_whole
    from ..spec.load import load
    from ..spec.lookup import countries

    spec = load(name)
    names = countries(spec)
    codes = [_country(name, names, spec) for name in named]
    if not codes:
        raise UsageError("For which country? Name one or more with --country CODE.")
    layout = build(spec, language or spec.languages[0], tools, blank_rows)
    filled = from_file(answers, layout) if answers else {}
    orders = [
        Order(code, today, code, layout.language, tools, blank_rows, answers=filled)
        for code in dict.fromkeys(codes)
    ]
    for order, data in bar(issue(spec, orders), len(orders), "Issuing"):
        path = output / f"{spec.name}_{order.country}_{layout.language}.xlsx"
        write_whole(path, data)
        yield path


def _country(name: str, names: Names, spec: Spec) -> str:
    code = names.code(name)
    if code is None:
        raise UsageError(f"'{name}' is no country of {spec.name}. {names.hint(name)}")
    return code


def _round(folder: Path, today: date) -> Iterator[Path]:
    from ..bulk import issue_files
    from ..dataset.files import only_writer
    from ..rounds.rounds import load_round, orders
    from ..spec.load import load

    round_ = load_round(folder)
    spec = load(round_.spec)
    wanted = orders(round_, today)
    kept = 0
    with only_writer(folder / "issued"):
        issued = issue_files(spec, wanted, lambda order: _place(folder, order, spec))
        for path, is_new in bar(issued, len(wanted), "Issuing"):
            kept += not is_new
            if is_new:
                yield path
    if kept:
        click.echo(f"{kept} of {len(wanted)} workbooks were issued before and stay as they are.", err=True)


def _place(folder: Path, order: Order, spec: Spec) -> Path:
    return folder / "issued" / f"{order.team}_{order.language or spec.languages[0]}.xlsx"
