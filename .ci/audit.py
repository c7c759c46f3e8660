"""Holds every pin against the databases of known vulnerabilities, with pip-audit; says plainly what it could not do.

Ends with 0 where all were looked at and none is known to be vulnerable, 1 where one is, 2 where no database could be
reached or a pin is in none.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

COMMAND = (
    sys.executable,
    "-m",
    "pip_audit",
    "--format=json",
    "--progress-spinner=off",
    "--disable-pip",
    "--no-deps",
)
DATABASES = ("pypi", "osv")


def main(pins: list[str]) -> int:
    """Ask one database after the other about what was not yet looked at."""
    looked_at: dict[str, list[str]] = {}
    names: set[str] = set()
    for database in DATABASES:
        for package in _asked(database, pins):
            name = f"{package['name']} {package['version']}" if "version" in package else package["name"]
            if "skip_reason" in package:
                names.add(package["name"])
            else:
                looked_at[package["name"]] = [f"{name}: {found['id']}" for found in package["vulns"]]
    known = sorted(line for lines in looked_at.values() for line in lines)
    left = sorted(names - set(looked_at))
    sys.stdout.write("".join(f"{line}\n" for line in known))
    sys.stdout.write(
        f"{len(looked_at)} pins were looked at, {len(known)} vulnerabilities of them are known.\n"
    )
    if left or not looked_at:
        which = f"{len(left)} pins" if left else "the pins"
        sys.stdout.write(
            f"NOT AUDITED: {which}. No database of known vulnerabilities can be reached that has them.\n"
        )
    return 1 if known else 2 if left or not looked_at else 0


def _asked(database: str, pins: list[str]) -> list[dict[str, Any]]:
    """Give what a database says of each pin; nothing where it cannot be reached."""
    files = [word for file in pins for word in ("--requirement", file)]
    done = subprocess.run(
        [*COMMAND, f"--vulnerability-service={database}", *files],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except ValueError:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        sys.stdout.write(f"{database}: no answer ({''.join(last) or f'exit code {done.returncode}'})\n")
        return []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
