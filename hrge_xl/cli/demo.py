"""`hrge-xl demo`: the whole story on simulated countries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from .common import bar, facts, given, print_summary


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("output/demo"),
    show_default=True,
    help="Folder.",
)
@click.option("--spec", default="hrge_toolkit", show_default=True, help="The spec whose demo.yaml is played.")
def command(output: Path, spec: str) -> None:
    """Issue workbooks, let simulated teams fill them in, validate, consolidate, report.

    \b
    hrge-xl demo -o output/demo
    """
    from ..consolidation import consolidate
    from ..demonstration import demonstration_round, story, write_story
    from ..reports.build import document
    from ..validation import spec_of, validate
    from .report import overview_of_folder, write

    told = story(spec)
    steps = bar(write_story(spec, output), len(told.teams), "Teams fill in their workbooks")
    returned = list(steps)
    about = given([str(path) for path in returned], spec, told.today, None)
    click.echo("Validating what came back …", err=True)
    results = validate(about.files, about.asked)
    click.echo("Consolidating …", err=True)
    consolidate(returned, output / "dataset", asked=about.asked)
    said = replace(facts(told.today, about), round=told.round)
    report = document(results, spec_of(about.asked, results), said)
    for name in ("html", "xlsx", "json"):
        write(report, name, output / "reports")
    expected = demonstration_round(told, spec, output)
    for masked in (False, True):
        overview_of_folder(output / "dataset", output / "reports", round_=expected, masked=masked)
    print_summary(results)
    _where(output)


def _where(output: Path) -> None:
    for what, where in (
        ("what the teams received", "issued"),
        ("what came back", "returned"),
        ("all teams at a glance, offline", "reports/overview.html"),
        ("the same with small counts of people masked, to share", "reports/overview_shareable.html"),
        ("the report for auditors, offline", "reports/validation.html"),
        ("the data of all teams, in Excel", "dataset/data.xlsx"),
        ("the same as a database", "dataset/dataset.sqlite"),
    ):
        click.echo(f"{output / where}  {what}")
