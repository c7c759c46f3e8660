"""`hrge-xl demo`: the whole story on simulated countries."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import click

from .common import facts, given, print_summary

Item = TypeVar("Item")


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
    from ..consolidate import consolidate
    from ..demonstration import story, write_story
    from ..reports.build import document
    from ..validation import spec_of, validate
    from .report import write

    told = story(spec)
    steps = _bar(write_story(spec, output), len(told.teams), "Teams fill in their workbooks")
    returned = list(steps)
    about = given([str(path) for path in returned], spec, told.today, None)
    click.echo("Validating what came back …", err=True)
    results = validate(about.files, about.asked)
    click.echo("Consolidating …", err=True)
    consolidate(returned, output / "dataset", asked=about.asked)
    report = document(results, spec_of(about.asked, results), facts(told.today, round_name=told.round))
    for name in ("html", "xlsx", "json"):
        write(report, name, output / "reports")
    print_summary(results)
    _where(output)


def _where(output: Path) -> None:
    for what, where in (
        ("what the teams received", "issued"),
        ("what came back", "returned"),
        ("the report for auditors, offline", "reports/validation.html"),
        ("the data of all teams, in Excel", "dataset/data.xlsx"),
        ("the same as a database", "dataset/dataset.sqlite"),
    ):
        click.echo(f"{output / where}  {what}")


def _bar(items: Iterable[Item], total: int, text: str) -> Iterable[Item]:
    """The items with a progress bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(items, description=text, total=total, console=console, disable=not console.is_terminal)
