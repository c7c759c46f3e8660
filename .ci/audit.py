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
NONE = "No database of known vulnerabilities that can be reached has them.\n"


def main(files: list[str]) -> int:
    """Ask about each file of pins on its own, for one package may stand in two of them with two versions."""
    codes = [audit(file) for file in files]
    return 1 if 1 in codes else max(codes)


def audit(file: str) -> int:
    """Ask one database after the other, and tell what they say."""
    known: dict[str, list[str]] = {}
    skipped: set[str] = set()
    for database in DATABASES:
        for package in asked(database, file):
            if "skip_reason" in package:
                skipped.add(package["name"])
            else:
                known[package["name"]] = [
                    f"{package['version']}: {found['id']}" for found in package["vulns"]
                ]
    lines = [f"{name} {what}\n" for name, whats in sorted(known.items()) for what in whats]
    left = len(skipped - set(known))
    lines.append(
        f"{file}: {len(known)} pins were looked at, {len(lines)} vulnerabilities of them are known.\n"
    )
    vulnerable = len(lines) > 1
    if left or not known:
        lines.append(f"NOT AUDITED: {left or 'all'} pins of {file}. {NONE}")
    sys.stdout.writelines(lines)
    return 1 if vulnerable else 2 if left or not known else 0


def asked(database: str, file: str) -> list[dict[str, Any]]:
    """Give what a database says of each pin; nothing where it cannot be reached."""
    command = [*COMMAND, f"--vulnerability-service={database}", f"--requirement={file}"]
    done = subprocess.run(command, capture_output=True, check=False)
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except ValueError:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        sys.stdout.write(
            f"{database}: no answer ({''.join(last) or f'exit code {done.returncode}'})\n"
        )
        return []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
