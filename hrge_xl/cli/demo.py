"""`hrge-xl demo`: the whole story on simulated countries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from ..under_way import steps
from .common import SPEC, facts, folder_option, print_totals, question
from .terminal import line


@click.command()
@folder_option("output/demo")
@click.option(
    "--spec",
    type=SPEC,
    default="hrge_toolkit",
    show_default=True,
    help="The spec whose demo.yaml is used.",
)
def command(output: Path, spec: str) -> None:
    """Issue workbooks, let simulated teams fill them in, consolidate what came back, and write the reports.

    \b
    hrge-xl demo -o output/demo

    Next: open output/demo/reports/overview.html; hrge-xl help round
    """
    from ..consolidation import consolidate
    from ..dataset.work import arrivals
    from ..demonstration import demonstration_round, story, write_story
    from ..ledger.events import Arrived
    from ..ledger.ledger import Ledger
    from ..paths import way_to
    from ..reports import write_report
    from ..reports.build import document
    from ..reports.overview import overview_of_folder
    from ..rounds.datasets import datasets, sources

    told = story(spec)
    returned = list(steps(write_story(spec, output), len(told.teams), "Teams fill in their workbooks"))
    line("Putting together what came back …", err=True)
    (output / "dataset").mkdir(parents=True, exist_ok=True)
    with Ledger.open(output / "dataset") as ledger:
        for path, day in returned:
            ledger.receive(arrivals([way_to(path, ledger.home)], ledger.home), Arrived(day, stated=True))
    expected = demonstration_round(told, spec, output)
    given = sources(question([str(path) for path, _ in returned], told.today))
    consolidate(given, output / "dataset", only_these=True, overview=output / "reports", round_=expected)
    asked = question([str(output / "dataset")], told.today)
    with datasets(asked) as found:
        report = document([replace(each, round=expected) for each in found], facts(asked))
        for name in ("html", "xlsx", "json"):
            write_report(report, name, output / "reports")
        print_totals(found)
    overview_of_folder(output / "dataset", output / "reports", round_=expected, masked=True)
    for what, where in (
        ("what the teams received", "issued"),
        ("what came back", "returned"),
        ("all teams at a glance, offline", "reports/overview.html"),
        ("the same with small counts of people masked, to share", "reports/overview_shareable.html"),
        ("the report for auditors, offline", "reports/validation.html"),
        ("the data of all teams, in Excel", "dataset/data.xlsx"),
        ("the same as a database", "dataset/dataset.sqlite"),
    ):
        line(f"{output / where}  {what}")
