"""`hrge-xl generate`: issue workbooks to teams."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

import hrge_xl

from ..errors import UsageError
from ..shell_words import quoted
from .common import ANYWHERE, CODES, FILE, SPEC, day_is_stated, password_option, today_option
from .groups import of_spec, said
from .terminal import print_lines

if TYPE_CHECKING:
    from .. import Round, Spec

APART = {  # what a round says itself: the parameter, its option, and what to do instead
    "language": ("--lang", "Set the `language` of the team in {file}."),
    "sample": ("--sample", "A sample is of a spec: hrge-xl generate {spec} --sample"),
    "profile": ("--profile", "Set the `profile` of the team in {file}."),
    "tools": ("--tools", "Set the `tools` of the team in {file}."),
    "blank_rows": (
        "--blank-rows",
        "The workbooks of a round have the rows that its spec or their profile says. For another number, "
        "outside the round: hrge-xl generate {spec} --country … --blank-rows N",
    ),
    "answers": (
        "--answers",
        "Each team of a round continues from its own answers: hrge-xl generate {round} --from EARLIER_ROUND. "
        "One workbook outside the round: hrge-xl generate {spec} --country … --answers FILE",
    ),
    "password": ("--password-file", "It opens the returns of --from, or the workbook of --answers."),
    "output": ("-o", "They go into {folder}, where `hrge-xl status` looks for them. Copy them from there."),
}


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
    type=CODES,
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
    round_, given = hrge_xl.round_named(spec), {name: value for name, value in choices.items() if value}
    if round_ is not None:
        _refuse(round_, given if earlier is None else {**given, "password": None})
        how = {name: given[name] for name in ("password", "allow_draft") if name in given}
        issued = hrge_xl.issue_round(round_.folder, countries, today=today, earlier=earlier, **how)
    elif earlier is not None:
        raise UsageError(
            "--from continues from one round to another: name the new round instead of the spec. For one workbook: "
            f"hrge-xl generate {quoted(spec)} --answers FILE"
        )
    else:
        own = {"--country": countries, "--today": day_is_stated(), "--answers": choices["answers"]}
        if choices["sample"] and (wrong := [option for option, value in own.items() if value]):
            raise UsageError(
                *(f"{option} is not for a sample, which defines its own content." for option in wrong)
            )
        issued = hrge_xl.issue_spec(spec, countries, today=today, **given)
    print_lines(issued.notes, err=True)
    if not said("quiet"):
        print_lines(issued.paths)


def _refuse(round_: Round, given: Mapping[str, Any]) -> None:
    """Raise `UsageError` for every option that a round has no use for, with what to do instead."""
    folder = round_.folder
    facts = {
        "file": folder / "round.yaml", "folder": folder / "issued", "spec": round_.spec, "round": quoted(folder),
    }  # fmt: skip
    wrong = [
        f"{option} is not for a round. {what.format_map(facts)}"
        for name, (option, what) in APART.items()
        if given.get(name)
    ]
    if wrong:
        raise UsageError(*wrong)
