"""`hrge-xl recover`: a lost or damaged ledger made again."""

from __future__ import annotations

from pathlib import Path

import click

from .terminal import line


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Rebuild the ledger of a round or consolidated folder from its journal, ledger.jsonl.

    Receipts, decisions, waivers and seals are as they were entered. A damaged ledger is moved aside, never deleted.

    \b
    hrge-xl recover 2026-H1

    Next: hrge-xl consolidate 2026-H1
    """
    from ..dataset.recovery import recover
    from ..rounds.datasets import check_own

    check_own(folder)
    for told in recover(folder).lines(folder):
        line(told)
