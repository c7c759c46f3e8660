"""`hrge-xl verify`: whether a report still says what its files say."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ..errors import Exit
from .common import SpecName, jobs_option, password_option
from .terminal import data, line


@click.command()
@click.argument("report", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--returned",
    multiple=True,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="DIR",
    help="Folder with the files that came back; names may have changed. Several times for several.",
)
@click.option(
    "--ledger",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    metavar="FOLDER",
    help="Round or consolidated folder: seals, waivers, key, teams (default: looked for above DIR, around REPORT).",
)
@click.option(
    "--spec", type=SpecName(), metavar="SPEC", help="Where the spec of the report is, if not under its name."
)
@click.option("--redact", is_flag=True, help="Show no value that came out of a file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout (hrge-xl/verification/1).")
@password_option
@jobs_option
def command(  # noqa: PLR0913 (one parameter an option)
    report: Path, returned: tuple[Path, ...], ledger: Path | None, spec: str | None, redact: bool, as_json: bool,
    password: str | None, jobs: int | None,
) -> int:  # fmt: skip
    """Read the files of a report again, check them as it says, and compare; then read every cell with openpyxl.

    REPORT is the JSON report, or any other format with the JSON report of the same run beside it. Exit code 0:
    identical; 1: something differs.

    \b
    hrge-xl verify reports/validation.json --returned dataset/received
    """
    from ..auditing import verify
    from ..auditing.verify import Asked
    from ..intake import cores

    audit = verify(Asked(report, returned, ledger, spec, password, jobs or cores(), redact))
    if as_json:
        data(json.dumps(audit.data(), ensure_ascii=False, indent=2))
    else:
        for told in audit.lines():
            line(told)
    return int(Exit.OK if audit.identical else Exit.FINDINGS)
