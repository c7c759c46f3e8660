"""`hrge-xl generate`: issue workbooks to teams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from ..shell_words import quoted
from ..under_way import steps
from .common import ANYWHERE, FILE, SPEC, day_is_stated, password_option, today_option
from .groups import of_spec, said
from .terminal import line, print_lines

if TYPE_CHECKING:
    from ..issuing import Order
    from ..rounds.rounds import Round
    from ..spec.choice import Choice
    from ..spec.model import Spec


APART = {  # what a round says itself: the option, and what to do instead
    "--lang": "Set the `language` of the team in {file}.",
    "--sample": "A sample is of a spec: hrge-xl generate {spec} --sample",
    "--profile": "Set the `profile` of the team in {file}.",
    "--tools": "Set the `tools` of the team in {file}.",
    "--blank-rows": "The workbooks of a round have the rows that its spec or their profile says. For another number, "
    "outside the round: hrge-xl generate {spec} --country … --blank-rows N",
    "--answers": "Each team of a round continues from its own answers: hrge-xl generate {round} --from EARLIER_ROUND. "
    "One workbook outside the round: hrge-xl generate {spec} --country … --answers FILE",
    "--password-file": "It opens the returns of --from, or the workbook of --answers.",
    "-o": "They go into {folder}, where `hrge-xl status` looks for them. Copy them from there.",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for workbooks: the options of `APART` in the order that they have there, then the rest."""

    language: str | None
    sample: bool
    profile: str | None
    tools: str | None
    blank_rows: int | None
    answers: Path | None
    password: str | None
    output: Path | None
    allow_draft: bool


def _countries(spec: Spec) -> list[str]:
    return [item.code for item in spec.vocabularies[spec.countries].items] if spec.countries else []


@click.command()
@click.argument("spec", type=SPEC, metavar="SPEC|ROUND")
@click.option(
    "--country",
    "countries",
    multiple=True,
    metavar="COUNTRY",
    shell_complete=of_spec(_countries),
    help="A country, by code or name; repeat for more.",
)
@click.option(
    "--lang",
    "language",
    metavar="TAG",
    shell_complete=of_spec(lambda spec: spec.languages),
    help="With a SPEC: language of the workbooks (default: its first).",
)
@click.option(
    "--sample", is_flag=True, help="With a SPEC: a filled sample to look at, instead of workbooks to send."
)
@click.option(
    "--profile",
    metavar="NAME",
    shell_complete=of_spec(lambda spec: spec.profiles),
    help="With a SPEC: the selection of sheets and rows that it defines under this name (default: its own default).",
)
@click.option(
    "--tools",
    metavar="CODES",
    shell_complete=of_spec(lambda spec: spec.tool),
    help="With a SPEC: only these sheets, separated by commas: 1.1,3.2 (the form is always included); with --profile: "
    "these in addition.",
)
@click.option(
    "--blank-rows", type=click.IntRange(1, 500), metavar="N", help="With a SPEC: blank rows in registers."
)
@click.option(
    "--answers",
    type=FILE,
    help="With a SPEC: continue from a returned workbook, or prefill from JSON.",
)
@click.option(
    "--from",
    "earlier",
    metavar="ROUND",
    help="With a ROUND: continue from the answers of an earlier round (its folder, or a consolidated one).",
)
@password_option
@click.option("-o", "--output", type=ANYWHERE, help="With a SPEC: folder (default: output).")
@click.option(
    "--allow-draft",
    is_flag=True,
    help="Allow a language that is not fully translated; untranslated texts are marked.",
)
@today_option
def command(
    spec: str, countries: tuple[str, ...], earlier: str | None, today: date, **choices: Any
) -> None:  # fmt: skip
    """Write one workbook for each country of a SPEC (a name or a folder), or one for each team of a ROUND folder.

    A SPEC that does not ask for a country needs none and gives one workbook. Sheets that the chosen ones depend on are
    included, and the command says which.

    A round already states who gets what in which language (round.yaml). It takes only the options --country (only the
    teams of these countries), --from and --today. A workbook that was already issued stays as it is; delete its file to
    issue it again.

    With --from, each team starts with its own answers: those of the return that counts in the earlier round, where the
    spec carries them over (its option `carry`). The earlier answer is shown beside the cell, and the checks that
    compare the two run. Closed rows are not carried over. A team without such a return gets a blank workbook, and is
    named.

    \b
    hrge-xl generate hrge_toolkit --country PAK --country Afghanistan
    hrge-xl generate hrge_toolkit --country PAK --profile quick --tools 3.4
    hrge-xl generate hrge_toolkit --sample --profile standard
    hrge-xl generate output/2026-H1
    hrge-xl generate output/2026-H2 --from output/2026-H1

    Next: hrge-xl status output/2026-H2
    """
    from ..spec.load import names

    chosen = Choices(**choices)
    if spec not in names() and (Path(spec) / "round.yaml").is_file():
        written = _round(Path(spec), countries, chosen, earlier, today)
    elif earlier is not None:
        raise UsageError(
            "--from continues from one round to another: name the new round instead of the spec. For one workbook: "
            f"hrge-xl generate {quoted(spec)} --answers FILE"
        )
    elif chosen.sample:
        given = {"--country": countries, "--today": day_is_stated(), "--answers": chosen.answers}
        written = _sample(spec, chosen, [option for option, value in given.items() if value])
    else:
        written = _spec(spec, countries, chosen, today)
    paths = list(written)  # first, for the progress bar and the paths would mix
    if not said("quiet"):
        print_lines(paths)


def _check_translated(spec: Spec, chosen: Choices, languages: Iterable[str | None]) -> None:
    """Raise `UsageError` for every language that is not wholly translated, unless drafts are allowed."""
    from ..spec.translating import untranslated, with_file

    wrong = []
    for language in dict.fromkeys(filter(None, () if chosen.allow_draft else languages)):
        missing = untranslated(spec, language) if with_file(spec, language) else []
        if missing:
            wrong.append(
                f"{language}: texts of {spec.name} that are not translated: {len(missing)}, the first is {missing[0]}. "
                f"Have them translated (hrge-xl spec translate {spec.name} --lang {language} --to-xlsx FILE), "
                f"or add --allow-draft: then they appear in {spec.languages[0]}."
            )
    if wrong:
        raise UsageError(*wrong)


def _spec(name: str, countries: Sequence[str], chosen: Choices, today: date) -> Iterator[Path]:
    from ..issuing import Order, issue
    from ..layout import build
    from ..output_files import write_whole
    from ..prefill import Prefill, from_file
    from ..spec.load import load
    from ..spec.lookup import asks_for_country, country_codes

    spec = load(name)
    codes = country_codes(spec, countries)
    if not codes and asks_for_country(spec):
        raise UsageError("For which country? Name one or more with --country COUNTRY.")
    _check_translated(spec, chosen, [chosen.language])
    choice = _choice(spec, chosen)
    layout = build(spec, chosen.language or spec.languages[0], choice.tools, choice.rows, last=True)
    file = chosen.answers
    begin = from_file(file, layout, name, today, chosen.password) if file else Prefill()
    if told := ", ".join(begin.left_behind()):
        line(f"{file}: {told}.", err=True)
    blank = Order("", today, "", layout.language, choice.tools, choice.rows)
    orders = [begin.into(replace(blank, team=code, country=code)) for code in codes or [""]]
    for order, data in steps(issue(spec, orders), len(orders), "Issuing"):
        path = _path(chosen, spec.name, order.country, layout.language)
        write_whole(path, data)
        yield path


def _sample(name: str, chosen: Choices, given: Sequence[str]) -> Iterator[Path]:
    from ..filled_sample import sample_workbook
    from ..output_files import write_whole
    from ..spec.load import load

    if given:
        raise UsageError(
            *(f"{option} is not for a sample, which defines its own content." for option in given)
        )
    spec = load(name)
    _check_translated(spec, chosen, [chosen.language])
    choice = _choice(spec, chosen, first=True)
    language = chosen.language or spec.languages[0]
    path = _path(chosen, spec.name, "SAMPLE", chosen.profile, language)
    write_whole(path, sample_workbook(spec, language, choice))
    yield path


def _choice(spec: Spec, chosen: Choices, *, first: bool = False) -> Choice:
    """Choose the tools of the workbooks, and say what comes along unasked."""
    from ..spec.choice import choose

    codes = [code.strip() for code in (chosen.tools or "").split(",") if code.strip()]
    choice = choose(spec, chosen.profile or "", codes, chosen.blank_rows, first=first)
    if choice.explained:
        line(f"{choice.explained}.", err=True)
    return choice


def _path(chosen: Choices, *parts: str | None) -> Path:
    """Give the file of a workbook that belongs to no round."""
    return (chosen.output or Path("output")) / f"{'_'.join(filter(None, parts))}.xlsx"


def _round(
    folder: Path, countries: Sequence[str], chosen: Choices, earlier: str | None, today: date
) -> Iterator[Path]:
    from ..guides import guide, guide_name
    from ..issuing import issue_files
    from ..ledger.files import only_writer
    from ..output_files import write_if_changed
    from ..rounds.rounds import load_round, only_countries, orders, taken_along
    from ..spec.load import load

    round_ = load_round(folder)
    spec = load(round_.spec_source)
    _refuse(chosen if earlier is None else replace(chosen, password=None), folder, spec)
    teams = only_countries(round_, countries) if countries else round_
    print_lines((f"{', '.join(named)}: {why}." for named, why in taken_along(teams)), err=True)
    wanted = orders(teams, today)
    _check_translated(spec, chosen, [order.language for order in wanted])
    if earlier is not None:
        wanted = _going_on(wanted, round_, earlier, spec, today, chosen.password)
    kept = 0
    with only_writer(folder / "issued"):
        issued = issue_files(spec, wanted, lambda order: _place(folder, order, spec))
        for path, is_new in steps(issued, len(wanted), "Issuing"):
            kept += not is_new
            if is_new:
                yield path
    for name in {guide_name(order.language or spec.languages[0]) for order in wanted}:
        write_if_changed(folder / "issued" / name, guide(name))
    if kept:
        line(f"{kept} of {len(wanted)} workbooks were issued before and stay as they are.", err=True)


def _going_on(
    wanted: Sequence[Order], round_: Round, earlier: str, spec: Spec, today: date, password: str | None
) -> list[Order]:
    """Have the orders of a round go on from an earlier one, and say of each team what does not."""
    from ..rounds.datasets import one_dataset
    from ..rounds.last_round import prefilled

    if Path(earlier).resolve() == round_.folder.resolve():
        raise UsageError(f"{earlier} is the round itself. Name an earlier one after --from.")
    with one_dataset(earlier, today, password=password) as dataset:
        found = list(prefilled(wanted, dataset, spec))
    print_lines((each.left_behind for each in found if each.left_behind), err=True)
    blank = sum(each.is_blank for each in found)
    line(f"Workbooks that continue from {earlier}: {len(found) - blank}; blank ones: {blank}.", err=True)
    return [each.order for each in found]


def _refuse(chosen: Choices, folder: Path, spec: Spec) -> None:
    """Raise `UsageError` for every option that a round has no use for, with what to do instead."""
    facts = {
        "file": folder / "round.yaml", "folder": folder / "issued", "spec": spec.name, "round": quoted(folder),
    }  # fmt: skip
    given = zip(APART.items(), astuple(chosen), strict=False)
    wrong = [
        f"{option} is not for a round. {what.format_map(facts)}"
        for (option, what), value in given
        if value not in (None, False)
    ]
    if wrong:
        raise UsageError(*wrong)


def _place(folder: Path, order: Order, spec: Spec) -> Path:
    """Give the path of an order's workbook: named after its intervention too where a team has several."""
    from ..paths import file_part

    parts = order.team, file_part(order.intervention), order.language or spec.languages[0]
    return folder / "issued" / f"{'_'.join(filter(None, parts))}.xlsx"
