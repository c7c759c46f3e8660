"""`hrge-xl export`: one table of a dataset as a file, or all of them as a workbook in the language of a reader."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from .common import ANYWHERE, AS_SUITS, known_language, password_option, print_notes, today
from .groups import teams as complete_teams
from .terminal import STDOUT, Rows, line, print_lines

if TYPE_CHECKING:
    from ..dataset.store import Store

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
@click.option(
    "--lang",
    metavar="LANG",
    help="Language of the whole workbook, or of the labels of the table codebook (default: the spec's).",
)
@click.option("-o", "--output", type=ANYWHERE, help="File (default: stdout).")
@password_option
def command(
    dataset: str, table: str | None, format_: str | None, lang: str | None, output: Path | None,
    password: str | None, **rows: Any,
) -> None:  # fmt: skip
    """Write one table of a dataset, such as answers, risks or codebook; without --table the whole workbook.

    DATASET is a consolidated folder, a round (what is new in it is taken in first), or the address of a database
    (postgresql://…). In CSV, a text that a spreadsheet might take for a formula is preceded by an apostrophe.

    \b
    hrge-xl export output/dataset --table codebook -o codebook.xlsx
    hrge-xl export output/dataset --table answers --team PAK --current --format json
    hrge-xl export output/dataset --lang fr -o data_fr.xlsx

    Next: hrge-xl trace output/dataset --team PAK --field PLN_02
    """
    from ..exports import extract
    from ..rounds.datasets import one_dataset

    with one_dataset(dataset, today(), AS_SUITS, password) as opened:
        print_notes(opened)
        store = opened.store
        if table is None:
            if any(rows.values()):
                raise UsageError("Rows can be chosen in one table. Say which with --table.")
            _whole(store, lang, output, format_)
            return
        wanted = extract.table_of(store, table)
        wish = extract.Wish(**rows, language=known_language(lang))
        found = extract.rows_of(store, wanted, wish)
        chosen = format_ or _by_name(output)
        if output is not None and output != STDOUT:
            extract.write_file(output, wanted, found, chosen)
            line(output, err=True)
        elif chosen in extract.STREAMED:
            extract.write_stream(Rows(json=chosen == "json"), wanted, found, chosen)
        else:
            raise UsageError(f"{chosen} needs a file: -o {wanted.name}.{chosen}")


def _whole(store: Store, lang: str | None, output: Path | None, format_: str | None) -> None:
    """Write every table into one workbook; where no file is named, say which tables there are."""
    from ..dataset.store import SqliteStore
    from ..exports.data_xlsx import write_workbook

    language = known_language(lang)
    if output is None:
        if language is not None:
            raise UsageError("A workbook needs a file: -o data.xlsx")
        print_lines(f"{table.name}: {table.about}" for table in store.schema.shown)
        return
    if (format_ or _by_name(output)) != "xlsx":
        raise UsageError(
            "A file of all tables is a workbook: end its name in .xlsx, or name one table with --table."
        )
    if not isinstance(store, SqliteStore):
        raise UsageError(
            "The whole workbook is made from a consolidated folder or a round, not from another database."
        )
    write_workbook(store, output, today(), language)
    line(output, err=True)


def _by_name(output: Path | None) -> str:
    """Give the format that the name of the file says."""
    suffix = output.suffix.lower().lstrip(".") if output and output != STDOUT else "csv"
    if suffix not in FORMATS:
        raise UsageError(f"Which format is '{output}'? Say --format {'|'.join(FORMATS)}, or end its name so.")
    return suffix
