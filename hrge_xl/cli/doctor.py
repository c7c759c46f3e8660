"""`hrge-xl doctor`: check this installation."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING
from xml.parsers.expat import EXPAT_VERSION

import click

import hrge_xl

from ..errors import Exit
from .settings import check_all
from .terminal import line, print_text

if TYPE_CHECKING:
    from .. import Confinement

NEEDED = ("xlsxwriter", "openpyxl", "pandas", "pandera", "pydantic", "babel", "sqlalchemy", "python-calamine")
EXTRAS = {  # by package: the extra that it comes with, and what that is for
    "psycopg": ("postgres", "a dataset in PostgreSQL"),
    "pyarrow": ("parquet", "Parquet files"),
    "distributed": ("cluster", "consolidation on a cluster"),
    "msoffcrypto-tool": ("encrypted", "workbooks with a password"),
    "olefile": ("mail", "mails of Outlook, .msg"),
    "cryptography": ("sign", "signed seals"),
}
# From here on expat is proof against entities, tokens and nesting that take any time, stack or memory.
SAFE_EXPAT = (2, 7, 2)
OUTSIDE = {
    "network": "network",
    "program": "other program",
    "process": "other process",
    "reading": "other file",
    "writing": "writing",
}
NOT_STARTED = (
    "CANNOT BE STARTED, so no file can be read. A security program may forbid it, or memory may be short."
)


@click.command()
@click.pass_context
def command(ctx: click.Context) -> int:
    """Show what is installed, what each extra would add, and what the processes that read files are kept from.

    The whole file of your settings is checked, where there is one; other commands look only at what is meant for them.

    The exit code is 1 if something is missing that every command needs.

    \b
    hrge-xl doctor

    Next: hrge-xl demo
    """
    line(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    print_text(_about_expat(EXPAT_VERSION))
    missing = [package for package in NEEDED if _version(package) is None]
    for package in NEEDED:
        line(f"{package} {_version(package) or 'MISSING: reinstall hrge-xl'}")
    for package, (extra, purpose) in EXTRAS.items():
        found = _version(package)
        told = f"installed ({package} {found})" if found else f'not installed: pip install "hrge-xl[{extra}]"'
        print_text(f"Extra {extra}, for {purpose}: {told}")
    if missing:
        return Exit.FINDINGS
    for spec in map(hrge_xl.load, hrge_xl.versions()):
        about = f"{len(spec.tools)} sheets, {', '.join(spec.languages)}"
        print_text(f"spec {spec.name} {spec.version}, {about}")
    print_text(
        f"Specs that passed every check are kept in {hrge_xl.specs_folder() or 'no folder: this user has none'}"
    )
    line(check_all(ctx.find_root()))
    confinement = hrge_xl.confinement()
    print_text(f"Reading processes: {_told(confinement) if confinement else NOT_STARTED}")
    return Exit.OK if confinement else Exit.FINDINGS


def _about_expat(found: str) -> str:
    """Say whether the parser of XML is new enough."""
    told, least = found.replace("_", " "), ".".join(map(str, SAFE_EXPAT))
    if tuple(map(int, found.removeprefix("expat_").split("."))) >= SAFE_EXPAT:
        return told
    return (
        f"{told} is OLDER than {least}: a crafted file may keep a reading process busy until its limits end it. "
        "Install the newest release of Python; where Python uses the parser of the system, update its package expat "
        "(some systems fix an older one without changing its number)."
    )


def _told(confinement: Confinement) -> str:
    """Say what a reading process is denied, and by what; then what it has."""
    closed = [f"no {what}" for attempt, what in OUTSIDE.items() if attempt not in confinement.open]
    means = f" ({', '.join(confinement.means)})" if confinement.means else ""
    told = f"{', '.join(closed) or 'limits of time and memory only'}{means}"
    if confinement.open:
        told += f"; NOT KEPT from: {', '.join(OUTSIDE[attempt] for attempt in confinement.open)}"
    return "; ".join([told, *confinement.missing])


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
