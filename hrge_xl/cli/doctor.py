"""`hrge-xl doctor`: whether this machine has what is needed."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import click

from .terminal import line

NEEDED = ("xlsxwriter", "openpyxl", "pandas", "pandera", "pydantic", "babel", "sqlalchemy", "python-calamine")
EXTRAS = {
    "psycopg": "postgres",
    "pyarrow": "parquet",
    "distributed": "cluster",
    "msoffcrypto-tool": "encrypted",
    "cryptography": "sign",
}


@click.command()
def command() -> None:
    """Versions of what is installed, and what an extra would add."""
    from ..spec.load import load, names

    line(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    for package in NEEDED:
        line(f"{package} {_version(package) or 'MISSING: reinstall hrge-xl'}")
    for package, extra in EXTRAS.items():
        found = _version(package)
        line(f"{package} {found}" if found else f"{package} not installed: pip install 'hrge-xl[{extra}]'")
    for name in names():
        spec = load(name)
        line(f"spec {spec.name} {spec.version}, {len(spec.tools)} sheets, {', '.join(spec.languages)}")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
