"""`hrge-xl verify`: whether a report, a dataset or a round still says what its files say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import hrge_xl

from ..errors import Exit
from .common import (
    FOLDER,
    SPEC,
    THERE,
    data_options,
    jobs_option,
    password_option,
    print_result,
    redact_option,
)


@click.command()
@click.argument("target", type=THERE)
@click.option(
    "--returned",
    multiple=True,
    type=THERE,
    metavar="DIR",
    help="Folder with the files that came back; names may have changed. Repeat for more folders.",
)
@click.option(
    "--ledger",
    type=FOLDER,
    metavar="FOLDER",
    help="Round or consolidated folder: seals, waivers, key, teams (default: looked for above DIR, around REPORT).",
)
@click.option(
    "--spec",
    type=SPEC,
    metavar="SPEC",
    help="Where to find the spec of the report, if not by its name.",
)
@click.option(
    "--sample",
    type=click.IntRange(1),
    metavar="N",
    help="Of a dataset: read only this many returns again, chosen at random; the result says what may be missed.",
)
@click.option("--store", metavar="URL", help="Of a dataset: a database that must hold the same.")
@redact_option
@data_options("One JSON document on stdout.")
@password_option
@jobs_option
def command(
    target: Path, as_json: bool, output: Path | None, **how: Any
) -> Exit:  # fmt: skip
    """Verify a report, a dataset or a round: read its files again, calculate everything again, and compare.

    TARGET is a JSON report (or any other format with the JSON report of the same run beside it), with --returned; or a
    round or consolidated folder, whose dataset, exports, overview and ledger are compared with the received files. Exit
    code 0: identical; 1: something differs.

    \b
    hrge-xl verify reports/validation.json --returned dataset/received
    hrge-xl verify 2026-H1

    Next: hrge-xl trace, to find the cell behind a figure
    """
    audit = hrge_xl.verify(target, **how)
    print_result(output, as_json, audit.data(), audit.lines())
    return Exit.OK if audit.identical else Exit.FINDINGS
