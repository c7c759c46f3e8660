"""A report held against the same report made again: all of it, but for what stands in the tables here.

Only values are left out: every key must be there, and none besides. Of a file that is not at hand (missing, changed
since, or never hashed) there is nothing to compare its row with; that its findings add up is checked all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..dataset.reconciliation import WORDS, Reconciliation
from ..dataset.return_status import COUNTS, STATUS_CODES
from ..findings import Severity
from ..findings.waiver import ACTIVE
from ..reports.build import run_id, summary
from ..reports.document import Document
from ..validation import REFUSED
from .differences import CHANGED, Difference, differences
from .found import Found

TAKEN_OVER = {  # the report made again repeats them: only a seal protects them
    "run.started": "no file tells when the report was made",
    "run.command": "no file tells how it was asked for",
    "run.language": "it was a choice; the texts in that language are compared",
}
TOLD_OTHERWISE = {
    "run.id": "it must fit what the report itself says",
    "run.engine_version": "another version of the program is reported in a note",
    "run.spec_digest": "another spec is reported in a sentence",
}
OF_ALL_FILES = {  # where a file is missing or has changed since
    "matrices": "they count the answers of all files",
    "waivers": "those of a missing file are not known here; the ledger is asked for all",
    "decisions": "those about a missing file are not known here; the ledger is asked for all",
}
STANDING = {  # of each file, likewise
    "status": "what counts depends on all files",
    "counted": "what counts depends on all files",
    "settled": "what counts depends on all files",
    "reason": "what counts depends on all files",
    "superseded_by": "what counts depends on all files",
}


def compare(then: Mapping[str, Any], now: Document, found: Found) -> Iterator[Difference]:
    """Yield what a report says otherwise than the same report made again of the files found.

    Where files are missing, what counts of the others is not compared, nor the findings that tell of it.
    """
    hidden, aside = (set(STATUS_CODES), STANDING) if found.incomplete else (set[str](), dict[str, str]())
    made = {_content(row): row for row in now["files"]}
    again = {n: made.get(_content(then["files"][n])) for n in found.here}
    rows = [_expected(row, again.get(n), hidden, aside) for n, row in enumerate(then["files"])]
    for n, (row, expected) in enumerate(zip(then["files"], rows, strict=True)):
        if n in again and again[n] is None:
            yield Difference("files", then=row, file=row["path"])
        found_in = _compared(_without(row, hidden), _without(expected, hidden), aside)
        yield from (replace(each, file=row["path"]) for each in found_in)
    unseen = _codes(row for n, row in enumerate(then["files"]) if n not in again) - _codes(now["files"])
    whole: dict[str, Any] = {**now, "summary": now["summary"] if rows == now["files"] else summed_up(rows)}
    digests = {f"run.datasets[{n}].spec_digest" for n in range(len(now["run"]["datasets"]))}
    besides = {*TAKEN_OVER, *TOLD_OTHERWISE, *digests, *(OF_ALL_FILES if found.incomplete else ())}
    yield from _compared(_about_all(then, hidden | unseen), _about_all(whole, hidden | unseen), besides)


def contradictions(document: Document) -> Iterator[str]:
    """Yield where a report contradicts itself, whatever the files say."""
    run, files = document["run"], document["files"]
    if run_id(run, files, document["waivers"], document["decisions"]) != run["id"]:
        yield (
            "The number of the report is not that of its files, spec, days, waivers and decisions: something was "
            "changed."
        )


def _content(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give what a file is known by in both reports: where it lay, and its content."""
    return row["dataset"], row["path"], row["sha256"]


def _expected(row: Any, again: Any, hidden: Collection[str], aside: Collection[str]) -> Any:
    """Give the row made again; what cannot be told of it today is what the report says, if that adds up."""
    if again is None:
        return _adding_up(row, row)
    taken = {**again, **{key: row[key] for key in aside if key in row}}
    return taken if _codes([row, again]).isdisjoint(hidden) else _adding_up(row, taken)


def _adding_up(row: Any, base: Any) -> Any:
    findings = row.get("findings", [])
    severities = [finding.get("severity") for finding in findings]
    counts = {each.value: severities.count(each.value) for each in reversed(Severity)}
    counts["waived"] = sum((finding.get("waiver") or {}).get("state") == ACTIVE for finding in findings)
    return {**base, "verdict": row.get("verdict", ""), "counts": base.get("counts", {}) | counts}


def summed_up(rows: Collection[Any]) -> Any:
    """Give the sums over the rows of files, added up once more."""
    counts = Counter(key for row in rows for key in ("received", row.get("verdict"), _became(row)))
    known = {"received", "accepted", "returned", REFUSED, *WORDS}
    total = Reconciliation(**{key: count for key, count in counts.items() if key in known})
    whole: Any = [{**row, "counted": row.get("counted") is True} for row in rows]
    return dict(summary(total, whole))


def _became(row: Mapping[str, Any]) -> str | None:
    """Say what became of a file that could be read, as the sums call it."""
    status = row.get("status")
    return "counted" if status == COUNTS else None if status == REFUSED else status


def _compared(then: Any, now: Any, aside: Collection[str]) -> Iterator[Difference]:
    """Yield the differences, but for values at places that are not compared."""
    inside = tuple(place + mark for place in aside for mark in ".[")
    for each in differences(then, now):
        value_only = each.kind == CHANGED and each.place in aside
        if not value_only and not each.place.startswith(inside):
            yield each


def _about_all(document: Mapping[str, Any], codes: Collection[str]) -> dict[str, Any]:
    """Give what a report says besides its files, without the explanations of some codes."""
    return {
        key: _without(value, codes) if key == "codes" else value
        for key, value in document.items()
        if key != "files"
    }


def _codes(rows: Iterable[Any]) -> set[str]:
    return {finding["code"] for row in rows for finding in row.get("findings", ()) if "code" in finding}


def _without(tree: Any, codes: Collection[str]) -> Any:
    """Leave out every item of a list that is one of the codes, or speaks of it."""
    if isinstance(tree, dict):
        return {key: _without(value, codes) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_without(each, codes) for each in tree if _code(each) not in codes]
    return tree


def _code(item: Any) -> str:
    return str(item.get("code") if isinstance(item, dict) else item)
