"""What each run left: files, findings and figures, so that the next one can tell what changed since.

The ledger keeps a line a run that changed something; of the last two it keeps what they found. Nothing of it stands
in the dataset, which says the same whatever the runs were that it was made in.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..core.paths import name_of
from ..core.words import SOURCE_LANGUAGE, translator
from ..core.work import grouped
from ..ledger.ledger import Ledger, look_up
from .reconciliation import over_periods, reconciliation
from .store import Store

DETAILED = 2  # runs of which it is known what they found
SHORT = 10  # hexadecimal digits that a finding is known by
ANSWERED = "answered"
REQUIRED = "required"
LEVEL = "level"
INDICATOR = "indicator"
FigureKey = tuple[
    str, str, str
]  # a part of the reconciliation, a level, an indicator; which; the period


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that is another one than before."""

    what: str  # a part of the reconciliation, ANSWERED, REQUIRED, LEVEL or INDICATOR
    code: str  # which level or indicator
    period: str
    before: float | None
    now: float | None


@dataclass(frozen=True, slots=True)
class RunChange:
    """What the last run changed."""

    day: str
    before: str  # the day of the run before it
    came: Sequence[str] = ()  # names of files
    gone: Sequence[str] = ()
    status: Sequence[tuple[str, str, str]] = ()  # file, status before, status now
    fixed: Mapping[str, int] = field(default_factory=dict)  # findings by code
    new: Mapping[str, int] = field(default_factory=dict)
    moved: Sequence[FigureChange] = ()

    def lines(self, language: str = SOURCE_LANGUAGE) -> Iterator[str]:
        """Say it, a sentence per line."""
        say = translator(language)
        files = (
            (say("new: {count}"), self.came),
            (say("no longer there: {count}"), self.gone),
            (say("with another status: {count}"), self.status),
        )
        parts = ", ".join(text.format(count=len(names)) for text, names in files if names)
        since = say("Since the run of {day}, files: {files}.")
        yield since.format(day=self.before, files=parts or say("none changed"))
        if self.fixed or self.new:
            findings = say("Findings fixed: {fixed}; new: {new}.")
            yield findings.format(fixed=_counted(self.fixed), new=_counted(self.new))
        if self.moved:
            figures = say("Figures that moved: {count}. The overview lists them.")
            yield figures.format(count=len(self.moved))


def _counted(codes: Mapping[str, int]) -> str:
    """Say how many findings there are, and of which codes the most."""
    total = str(sum(codes.values()))
    if not codes:
        return total
    most = [f"{code} {count}" for code, count in Counter(codes).most_common(3)]
    if len(codes) > len(most):
        most.append("…")
    return f"{total} ({', '.join(most)})"


def record_run(ledger: Ledger, store: Store, day: date) -> None:
    """Write down what a run left, where that is something else than before."""
    rows = ledger.rows_of("runs")
    run_text = json.dumps(run_result(store), sort_keys=True)
    if not rows or rows[-1]["found"] != run_text:
        rows.append({"n": rows[-1]["n"] + 1 if rows else 1, "day": str(day), "found": run_text})
        ledger.put("runs", rows[-1])
        for row in rows[:-DETAILED]:
            if row["found"]:
                ledger.put("runs", row | {"found": ""})


def last_change(folder: str | Path | None) -> RunChange | None:
    """Return what the last run in a folder changed; None where it was the first one, or where no ledger knows of
    any.
    """
    last = folder and look_up(Path(folder), lambda ledger: ledger.rows_of("runs")[-DETAILED:])
    return _change(*last) if last and len(last) == DETAILED else None


# what a run left


def run_result(store: Store) -> dict[str, Any]:
    """Return what a run left in a dataset: its files with their status, its findings and its figures."""
    files = store["submissions"].c
    named = store.select(sa.select(files.submission, files.path, files.status))
    return {
        "files": {name: [name_of(path), status] for name, path, status in named},
        "findings": _findings(store),
        "figures": [[*key, value] for key, value in _figures(store).items()],
    }


def _findings(store: Store) -> dict[str, list[str]]:
    """Return the findings that count and nobody has accepted, as short hashes by code.

    Each goes by its team and question, not by its file.
    """
    table = store["findings"].c
    about = (table.team, table.tool, table.row_code, table.field)
    # a question keeps its name where a cell has moved
    place = sa.case((table.field.is_(None), table.cell))
    query = sa.select(table.code, *about, place).where(table.current, sa.not_(table.waived))
    hashes = []
    for code, *columns in store.select(query):
        text = "\0".join(map(str, columns)).encode("utf-8", "replace")
        hashes.append((code, hashlib.sha256(text).hexdigest()[:SHORT]))
    return {code: sorted(of_code) for code, of_code in grouped(hashes).items()}


def _figures(store: Store) -> dict[FigureKey, float]:
    """Return the figures that are followed from run to run."""
    figures: dict[FigureKey, float] = {}
    for name, count in asdict(reconciliation(store)).items():
        figures[name, "", ""] = count
    if store.schema.spec is not None:
        for period in over_periods(store):
            figures[ANSWERED, "", period.name] = period.answered
            figures[REQUIRED, "", period.name] = period.required
            for level, count in period.levels.items():
                figures[LEVEL, level, period.name] = count
    if "aggregate_indicators" in store.tables:
        lines = store["aggregate_indicators"].c
        totals = sa.select(lines.indicator, lines.value_period, lines.total)
        for indicator, period_name, total in store.select(totals.where(lines.total.is_not(None))):
            figures[INDICATOR, indicator, period_name] = total
    return figures


# what changed


def _change(previous_run: Mapping[str, Any], last_run: Mapping[str, Any]) -> RunChange:
    """Return what has changed in the later of two runs, which are rows of the ledger."""
    old = json.loads(previous_run["found"])
    new = json.loads(last_run["found"])
    changed_status = []
    for key, (name, status) in sorted(new["files"].items(), key=itemgetter(1)):
        if key in old["files"] and old["files"][key][1] != status:
            changed_status.append((name, old["files"][key][1], status))
    old_figures = _figures_of_run(old)
    new_figures = _figures_of_run(new)
    moved = [
        FigureChange(*key, old_figures.get(key), new_figures.get(key))
        for key in dict.fromkeys([*new_figures, *old_figures])
        if old_figures.get(key) != new_figures.get(key)
    ]
    return RunChange(
        last_run["day"],
        previous_run["day"],
        _names(new["files"], old["files"]),
        _names(old["files"], new["files"]),
        changed_status,
        _less(old["findings"], new["findings"]),
        _less(new["findings"], old["findings"]),
        moved,
    )


def _figures_of_run(run: Mapping[str, Any]) -> dict[FigureKey, float]:
    return {(kind, code, period): value for kind, code, period, value in run["figures"]}


def _names(
    files: Mapping[str, Sequence[str]], subtracted: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return the names of the files of one run that the other has not."""
    return sorted(files[key][0] for key in files.keys() - subtracted.keys())


def _less(
    findings: Mapping[str, Iterable[str]], subtracted: Mapping[str, Iterable[str]]
) -> dict[str, int]:
    """Count by code the findings of one run that the other has not."""
    counts = dict[str, int]()
    for code, hashes in sorted(findings.items()):
        remaining = Counter(hashes) - Counter(subtracted.get(code, ()))
        if remaining:
            counts[code] = remaining.total()
    return counts
