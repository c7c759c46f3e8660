"""`hrge-xl demo`: the whole story on simulated countries."""

from __future__ import annotations

from pathlib import Path

import click

import hrge_xl

from .common import SPEC, command_line, folder_option
from .terminal import line, print_lines


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
    returned = hrge_xl.play_teams(spec, output)
    line("Putting together what came back …", err=True)
    print_lines(hrge_xl.demonstrate(spec, output, returned, command_line()).lines(), err=True)
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
