"""Files in use of each release, as they are kept under `tests/fixtures/releases`, and what is read from them.

An archive holds round folders; the JSON file beside it says what was read when it was made. `tests.write_release_files`
makes both.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from tests.command_line import ran

RELEASES = Path(__file__).parent / "fixtures" / "releases"
SUFFIX = ".txz"
TABLES = ("answers", "findings")
LEFT_OUT = frozenset({"message", "remedy"})  # columns whose words any release may better


def unpack(release: str, folder: Path) -> list[Path]:
    """Unpack the files of a release; return its round folders, with keys as secret as a round wants them."""
    with tarfile.open(RELEASES / f"{release}{SUFFIX}") as archive:
        archive.extractall(folder, filter="data")
    for key in folder.rglob("signing.key"):
        key.chmod(0o600)
    return sorted(path.parent for path in folder.rglob("round.yaml"))


def expected_of(release: str) -> dict[str, Any]:
    """Return what was read from the files of a release when they were made, and on which day."""
    document: dict[str, Any] = json.loads((RELEASES / f"{release}.json").read_text("utf-8"))
    return document


def read_round(round_: Path, day: str) -> dict[str, Any]:
    """Return what the program says of a round and of every workbook in it."""
    today = ("--today", day)
    waivers = json.loads(ran("waive", "--list", "--json", "--ledger", round_, *today).out)
    return {
        "files": read_files(round_, workbooks_of(round_), day),
        "tables": {table: read_table(round_, table) for table in TABLES},
        "decisions": len(ran("decide", round_, *today).out.split("decided 20")) - 1,
        "waivers": len(waivers["waivers"] if isinstance(waivers, dict) else waivers),
        "seals": ran("sign", "--list", "--ledger", round_, code=None).out.splitlines(),
    }


def workbooks_of(round_: Path) -> list[Path]:
    """Return what was issued, returned and given back: that as a copy beside what was issued, where its key is."""
    for folder in (round_ / "feedback", round_.parent / "feedback"):
        for path in folder.glob("*.xlsx"):
            shutil.copy(path, round_ / "issued" / f"given_back_{path.name}")
    folders = ("issued", "returned")
    return sorted(path for name in folders for path in (round_ / name).glob("*.xlsx"))


def read_files(round_: Path, paths: Sequence[Path], day: str) -> dict[str, Any]:
    """Return of each workbook its verdict, whether its stamp is genuine, who issued it, and its findings by code."""
    words = ("--spec", round_, "--json", "--today", day)
    report = json.loads(ran("validate", *paths, *words, code=None).out)
    return {
        Path(file["path"]).relative_to(round_).as_posix(): read_file(file)
        for file in report["files"]
    }


def read_file(file: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a file in a report."""
    identity = file["identity"] or {}
    codes = Counter(finding["code"] for finding in file["findings"])
    return {
        "verdict": file["verdict"],
        "signature": identity.get("signature", ""),
        "program": identity.get("program", ""),
        "findings": dict(sorted(codes.items())),
    }


def read_table(round_: Path, table: str, columns: Sequence[str] = ()) -> dict[str, Any]:
    """Return the columns of a table (those named, or all), the number of its rows, and a digest of them."""
    text = ran("export", round_, "--table", table).out.lstrip("\ufeff")
    rows = list(csv.DictReader(StringIO(text)))
    names = list(columns) or [name for name in (rows[0] if rows else ()) if name not in LEFT_OUT]
    values = sorted([row[name] for name in names] for row in rows)
    digest = hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]
    return {"columns": names, "rows": len(rows), "digest": digest}


def releases() -> Iterator[str]:
    """Yield the releases of which files are kept."""
    for path in sorted(RELEASES.glob(f"*{SUFFIX}")):
        yield path.name.removesuffix(SUFFIX)
