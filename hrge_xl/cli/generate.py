"""`hrge-xl generate`: issue workbooks to teams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from .common import SpecName, bar, password_option, quiet, the_day, today_option
from .terminal import line

if TYPE_CHECKING:
    from ..issuing import Order
    from ..spec.model import Spec


APART = {  # what a round says itself: the option, and what to do instead
    "--lang": "Set the `language` of the team in {file}.",
    "--tools": "Set the `tools` of the team in {file}.",
    "--blank-rows": "All workbooks of a round have the rows that its spec says. For another number, outside the "
    "round: hrge-xl generate {spec} --country … --blank-rows N",
    "--answers": "The workbooks of a round are issued blank. Prefilled, outside the round: "
    "hrge-xl generate {spec} --country … --answers FILE",
    "--password-file": "It opens the workbook of --answers.",
    "-o": "They go into {folder}, where `hrge-xl status` looks for them. Copy them from there.",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for workbooks that are issued outside a round."""

    language: str | None
    tools: str | None
    blank_rows: int | None
    answers: Path | None
    password: str | None
    output: Path | None

    @property
    def given(self) -> list[str]:
        """The options that were given, as they are typed."""
        values = (self.language, self.tools, self.blank_rows, self.answers, self.password, self.output)
        return [option for option, value in zip(APART, values, strict=True) if value is not None]


@click.command()
@click.argument("spec", type=SpecName(), metavar="SPEC|ROUND")
@click.option(
    "--country",
    "countries",
    multiple=True,
    metavar="COUNTRY",
    help="A country, by code or name; repeat for more.",
)
@click.option(
    "--lang", "language", metavar="TAG", help="With a SPEC: language of the workbooks (default: its first)."
)
@click.option(
    "--tools",
    metavar="CODES",
    help="With a SPEC: only these sheets, by comma: 1.1,3.2 (the form comes anyway).",
)
@click.option(
    "--blank-rows", type=click.IntRange(1, 500), metavar="N", help="With a SPEC: blank rows in registers."
)
@click.option(
    "--answers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With a SPEC: prefill from JSON or from a returned workbook.",
)
@password_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="With a SPEC: folder (default: output)."
)
@today_option
@click.pass_context
def command(
    ctx: click.Context, /, spec: str, countries: tuple[str, ...], today: date | None, **choices: Any
) -> None:
    """Write one workbook for each country, of a SPEC (a name or a folder); or one for each team of a ROUND folder.

    A round says itself who gets what in which language (round.yaml): of the options it takes --country, for the teams
    of these countries only, and --today. A workbook that was issued already stays as it is; delete its file to issue
    it anew.

    \b
    hrge-xl generate hrge_toolkit --country PAK --country Afghanistan
    hrge-xl generate output/2026-H1
    hrge-xl generate output/2026-H1 --country PAK
    """
    from ..spec.load import names

    if spec not in names() and (Path(spec) / "round.yaml").is_file():
        written = _round(Path(spec), countries, Choices(**choices), the_day(today))
    else:
        written = _spec(spec, countries, Choices(**choices), the_day(today))
    paths = list(written)  # first, for the progress bar and the paths would mix
    if not quiet(ctx):
        for path in paths:
            line(str(path))


def _spec(name: str, countries: Sequence[str], chosen: Choices, today: date) -> Iterator[Path]:
    from ..answers import from_file
    from ..bulk import issue
    from ..issuing import Order
    from ..layout import build
    from ..paths import write_whole
    from ..spec.load import load
    from ..spec.lookup import country_codes

    spec = load(name)
    codes = country_codes(spec, countries)
    if not codes and spec.countries is not None:
        raise UsageError("For which country? Name one or more with --country COUNTRY.")
    tools = tuple(code.strip() for code in (chosen.tools or "").split(",") if code.strip()) or None
    layout = build(spec, chosen.language or spec.languages[0], tools, chosen.blank_rows)
    filled = from_file(chosen.answers, layout, name, chosen.password) if chosen.answers else {}
    orders = [
        Order(code, today, code, layout.language, tools, chosen.blank_rows, answers=filled)
        for code in codes or [""]  # a spec without countries has one workbook for all
    ]
    for order, data in bar(issue(spec, orders), len(orders), "Issuing"):
        named = [part for part in (spec.name, order.country, layout.language) if part]
        path = (chosen.output or Path("output")) / f"{'_'.join(named)}.xlsx"
        write_whole(path, data)
        yield path


def _round(folder: Path, countries: Sequence[str], chosen: Choices, today: date) -> Iterator[Path]:
    from ..bulk import issue_files
    from ..dataset.files import only_writer
    from ..rounds.rounds import load_round, only_countries, orders
    from ..spec.load import load

    round_ = load_round(folder)
    spec = load(round_.spec_source)
    _refuse(chosen, folder, spec)
    wanted = orders(only_countries(round_, countries) if countries else round_, today)
    kept = 0
    with only_writer(folder / "issued"):
        issued = issue_files(spec, wanted, lambda order: _place(folder, order, spec))
        for path, is_new in bar(issued, len(wanted), "Issuing"):
            kept += not is_new
            if is_new:
                yield path
    if kept:
        line(f"{kept} of {len(wanted)} workbooks were issued before and stay as they are.", err=True)


def _refuse(chosen: Choices, folder: Path, spec: Spec) -> None:
    """Raise `UsageError` for every option that a round has no use for, with what to do instead."""
    facts = {"file": folder / "round.yaml", "folder": folder / "issued", "spec": spec.name}
    wrong = [f"{option} is not for a round. {APART[option].format_map(facts)}" for option in chosen.given]
    if wrong:
        raise UsageError(*wrong)


def _place(folder: Path, order: Order, spec: Spec) -> Path:
    return folder / "issued" / f"{order.team}_{order.language or spec.languages[0]}.xlsx"
