"""`hrge-xl recover`: a lost or damaged ledger made again."""

from __future__ import annotations

from pathlib import Path

import click

import hrge_xl

from .common import FOLDER
from .terminal import print_lines


@click.command()
@click.argument("folder", type=FOLDER)
def command(folder: Path) -> None:
    """Rebuild the ledger of a round or consolidated folder from its journal, ledger.jsonl.

    Receipts, decisions, waivers and seals are as they were entered. A damaged ledger is moved aside, never deleted.

    \b
    hrge-xl recover 2026-H1

    Next: hrge-xl consolidate 2026-H1
    """
    print_lines(hrge_xl.recover(folder).lines(folder))
