"""What the program makes, held against what an earlier commit makes: the meaning of it, not the bytes.

`python -m tests.golden COMMIT` has this commit and that one make the same things by their command lines, and prints the
lines of meaning in which they differ: every cell of issued, sample and feedback workbooks (value, value after
recalculation by LibreOffice, dropdown, style, protection), the findings of damaged returns, the rows of a dataset, the
words and figures of the overview. Nothing is kept. A commit that changes some of it on purpose says which.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import unified_diff
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell

from tests.office.driver import Office

HERE = Path(__file__).resolve().parent.parent
SPECS = ("example", "hrge_toolkit")
LANGUAGES = ("en", "fr", "ar")
TODAY = "2026-06-30"
DAMAGES = 4  # one of so many
SHOWN = 12  # differing lines of one thing that are printed
PASSING = re.compile(
    r"\b[0-9a-f]{12,64}\b|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?\S*|/\S*/golden-\w+"
)
# tables, and keys of reports, that say when and by what something was made
TIMES = {"run", "runs", "program"}


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """Give the files of a commit in a folder, until it is left."""
    worktree = ["git", "-C", str(HERE), "worktree"]
    subprocess.run([*worktree, "add", "-q", "--detach", str(folder), commit], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*worktree, "remove", "--force", str(folder)], check=True)


def commands() -> Iterator[list[str]]:
    """Give what is made, one command after the other."""
    for spec in SPECS:
        for language in LANGUAGES:
            how = ["generate", spec, "--lang", language, "--allow-draft"]
            yield [*how, "--country", "PAK", "--today", TODAY, "-o", f"issued/{spec}-{language}"]
            yield [*how, "--sample", "-o", f"sample/{spec}-{language}"]
    yield ["demo", "-o", "demo"]
    yield ["feedback", "demo/returned", "-o", "feedback", "--all"]
    filled = ["--country", "PAK", "--answers", "demo/returned/PAK.xlsx"]
    yield ["generate", "hrge_toolkit", *filled, "-o", "issued/prefilled"]
    yield ["validate", "damaged", "--json", "--today", TODAY]


def make(checkout: Path, folder: Path, damaged: Path) -> None:
    """Let the program of a checkout make everything in a folder."""
    shutil.copytree(damaged, folder / "damaged")
    environment = os.environ | {
        "PYTHONPATH": str(checkout),
        "PYTHONHASHSEED": "0",
        "HRGE_XL_JOBS": "2",
    }
    for command in commands():
        done = subprocess.run(
            [sys.executable, "-P", "-m", "hrge_xl", *command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 1, 4):
            raise RuntimeError(
                f"{checkout}: {' '.join(command)} ended with {done.returncode}: {done.stderr}"
            )
        name = "-".join(command[:3:2]).replace("/", "-")
        (folder / f"{name}.out").write_text(done.stdout, encoding="utf-8")


def damage(folder: Path) -> None:
    """Write some damaged returns, which both commits read."""
    from tests.damages import KINDS
    from tests.damages.carriers import as_issued

    folder.mkdir()
    for number, kind in enumerate(KINDS[::DAMAGES]):
        data = as_issued().damaged(kind, calculated=kind.calculated)
        (folder / f"{number:03d}.xlsx").write_bytes(data)


def meaning(folder: Path) -> dict[str, list[str]]:
    """Give by the name of each thing that was made its lines of meaning."""
    found: dict[str, list[str]] = {}
    with Office() as office:
        for path in sorted(folder.rglob("*.xlsx")):
            name = str(path.relative_to(folder))
            if name.startswith(("issued", "sample", "feedback")):
                again = office.recalculate(path, folder / "again.xlsx")
                found[name] = list(of_workbook(path, again))
    for path in sorted(folder.rglob("*.sqlite")):
        if path.name == "dataset.sqlite":
            found[str(path.relative_to(folder))] = list(of_dataset(path))
    for path in sorted(folder.rglob("overview*.html")):
        found[str(path.relative_to(folder))] = list(of_page(path))
    for path in folder.glob("validate*.out"):
        found["findings of damaged returns"] = list(
            of_report(json.loads(path.read_text(encoding="utf-8")))
        )
    return found


def of_workbook(path: Path, recalculated: Path) -> Iterator[str]:
    """Say of every cell what it holds, shows, looks like, and lets in."""
    book, shows, again = (
        openpyxl.load_workbook(each, data_only=values)
        for each, values in ((path, False), (path, True), (recalculated, True))
    )
    for sheet in book.worksheets:
        yield f"{sheet.title}: {sheet.sheet_state}, locked {sheet.protection.sheet}, frozen {sheet.freeze_panes}"
        for row in sheet.iter_rows():
            for cell in row:
                values = [each[sheet.title][cell.coordinate].value for each in (shows, again)]
                if cell.value is not None or cell.has_style:
                    yield f"{sheet.title}!{cell.coordinate} {cell.value!r} {values!r} {look(cell)}"
        for rule in sorted(sheet.data_validations.dataValidation, key=lambda rule: str(rule.sqref)):
            yield f"{sheet.title} {rule.sqref} {rule.type} {rule.formula1} {rule.formula2} {rule.error} {rule.prompt}"
    for name, defined in sorted(book.defined_names.items()):
        yield f"{name} = {defined.attr_text}"


def look(cell: Cell) -> str:
    """Give a short sign for how a cell looks, and whether it is locked."""
    style = (cell.font, cell.fill, cell.border, cell.alignment, cell.number_format, cell.protection)
    return hashlib.sha256(repr(style).encode()).hexdigest()[:8]


def of_dataset(path: Path) -> Iterator[str]:
    """Give the rows of every table and view, in an order of their own."""
    with sqlite3.connect(path) as database:
        named = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
        for (name,) in database.execute(named).fetchall():
            rows = (
                database.execute(f'SELECT * FROM "{name}"').fetchall() if name not in TIMES else []
            )
            yield from sorted(f"{name} {row!r}" for row in rows)


def of_page(path: Path) -> Iterator[str]:
    parser = _Words()
    parser.feed(path.read_text(encoding="utf-8"))
    return iter(parser.words)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._within = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._within and data.strip():
            self.words.append(" ".join(data.split()))


def of_report(report: dict[str, object]) -> Iterator[str]:
    """Give the lines of a JSON report, but for when and by what it was made."""
    return iter(
        json.dumps({k: v for k, v in report.items() if k not in TIMES}, indent=1).splitlines()
    )


def compared(ours: dict[str, list[str]], theirs: dict[str, list[str]]) -> Iterator[str]:
    for name in sorted(ours.keys() | theirs.keys()):
        before, now = (
            [PASSING.sub("…", line) for line in each.get(name, [])] for each in (theirs, ours)
        )
        if before != now:
            changed = (
                (Counter(now) - Counter(before)).total(),
                (Counter(before) - Counter(now)).total(),
            )
            yield f"{name}: {changed[0]} of {len(now)} lines are new, {changed[1]} of {len(before)} are gone"
            lines = (
                line for line in unified_diff(before, now, lineterm="", n=0) if line[:1] in "+-"
            )
            yield from (
                f"    {line[:400]}" for line, _ in zip(lines, range(SHOWN + 2), strict=False)
            )


def main(arguments: Iterable[str] | None = None) -> int:
    """Compare this checkout with a commit; 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit", help="what is compared with")
    asked = parser.parse_args(None if arguments is None else list(arguments))
    with tempfile.TemporaryDirectory(prefix="golden-") as name:
        folder = Path(name)
        damage(folder / "damaged")
        found = []
        with checked_out(asked.commit, folder / "earlier") as earlier:
            for checkout, out in (
                (HERE, folder / "golden-ours"),
                (earlier, folder / "golden-theirs"),
            ):
                out.mkdir()
                make(checkout, out, folder / "damaged")
                found.append(meaning(out))
        lines = list(compared(*found))
        same = f"All {len(found[0])} things mean the same as with {asked.commit}."
        print("\n".join(lines or [same]))  # noqa: T201
        return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
