"""`hrge-xl export`: one table of a dataset as a file, or all of them as a workbook in the language of a reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import hrge_xl

from ..errors import UsageError
from .common import ANYWHERE, AS_SUITS, language_option, password_option, print_notes, today
from .groups import teams as complete_teams
from .terminal import STDOUT, Rows, line, print_lines

FORMATS = ("csv", "json", "xlsx", "parquet")


@click.command()
@click.argument("dataset", metavar="DATASET")
@click.option("--table", metavar="NAME", help="Which table (without it, the whole workbook).")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Default: by the ending of the file name, otherwise csv.",
)
@click.option(
    "--team",
    "teams",
    multiple=True,
    metavar="CODE",
    shell_complete=complete_teams,
    help="Only of this team; repeat for more.",
)
@click.option(
    "--period", "periods", multiple=True, metavar="TEXT", help="Only of this period; repeat for more."
)
@click.option("--current", is_flag=True, help="Only of returns that count.")
@click.option(
    "--shareable", is_flag=True, help="Without restricted questions; small counts of people masked."
)
@language_option(
    "Language of the whole workbook, or of what the spec says, such as the questions (default: the spec's)."
)
@click.option("-o", "--output", type=ANYWHERE, help="File (default: stdout).")
@password_option
def command(
    dataset: str, table: str | None, format_: str | None, lang: str | None, output: Path | None,
    password: str | None, **rows: Any,
) -> None:  # fmt: skip
    """Write one table of a dataset, such as answers, risks or questions; without --table the whole workbook.

    DATASET is a consolidated folder, a round (what is new in it is taken in first), or the address of a database
    (postgresql://…). In CSV, a text that a spreadsheet might take for a formula is preceded by an apostrophe.

    \b
    hrge-xl export output/dataset --table questions -o questions.xlsx
    hrge-xl export output/dataset --table answers --team PAK --current --format json
    hrge-xl export output/dataset --lang fr -o data_fr.xlsx

    Next: hrge-xl trace output/dataset --team PAK --field PLN_02
    """
    wish, target = hrge_xl.Wish(**rows), None if output == STDOUT else output
    with hrge_xl.one_dataset(dataset, today(), AS_SUITS, password) as opened:
        print_notes(opened)
        if table is None and output is None and lang is None and wish == hrge_xl.Wish():
            print_lines(f"{each.name}: {each.about}" for each in opened.store.schema.shown)
            return
        suffix = format_ or (target.suffix.lower().lstrip(".") if target else "csv")
        if suffix not in FORMATS:
            raise UsageError(
                f"Which format is '{output}'? Say --format {'|'.join(FORMATS)}, or end its name so."
            )
        if table is None and target is None and wish == hrge_xl.Wish():
            raise UsageError("A workbook needs a file: -o data.xlsx")
        hrge_xl.export(
            opened,
            target or Rows(json=suffix == "json"),
            today(),
            table=table,
            language=lang,
            wish=wish,
            format_=suffix,
        )
    if target:
        line(target, err=True)
