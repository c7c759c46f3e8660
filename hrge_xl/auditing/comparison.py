"""A report held against the same report made again: all of it, but for what stands in the tables here.

Only values are left out: every key must be there, and none besides. Of a file that is not at hand (missing, changed
since, or never hashed) there is nothing to compare its row with; that its findings add up is checked all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..dataset.update_statuses import OF_ROUND
from ..findings import Severity
from ..findings.waiver import ACTIVE
from ..reports.build import run_id, summary
from ..reports.document import Document
from .differences import CHANGED, Difference, differences
from .found import Found

TAKEN_OVER = {  # the report made again repeats them: only a seal protects them
    "run.started": "no file tells when the report was made",
    "run.command": "no file tells how it was asked for",
    "run.language": "it was a choice; the texts in that language are compared",
    "run.round": "it was a choice; the folder of the round, where one is at hand, must bear the name",
    "run.spec_asked": "it was a choice; of which spec each file is, is compared",
}
TOLD_OTHERWISE = {
    "run.id": "it must fit what the report itself says",
    "run.engine_version": "another version of the program is told in a note",
    "run.spec_digest": "another spec is told in a sentence",
}
OF_ALL_FILES = {  # where a file is missing or has changed since
    "matrices": "they count the answers of all files",
    "waivers": "those of a missing file are not known here; the ledger is asked for all",
    "run.spec": "it may be the spec of a missing file",
    "run.spec_version": "it may be the spec of a missing file",
    "run.spec_title": "it may be the spec of a missing file",
}
OF_KEY = {"identity.signature": "only the key of the round tells it"}  # where the round is not at hand


def compare(
    then: Mapping[str, Any], now: Document, found: Found, *, without_round: bool
) -> Iterator[Difference]:
    """Yield what a report says otherwise than the same report made again of the files found, in their order.

    Without the round, findings that only the round can tell are left out on both sides, and so is what they decide.
    """
    again = dict(zip(found.here, now["files"], strict=True))
    rows = [_expected(row, again.get(n), without_round) for n, row in enumerate(then["files"])]
    of_round, of_key = (OF_ROUND, OF_KEY) if without_round else ((), {})
    for row, expected in zip(then["files"], rows, strict=True):
        found_in = _compared(_without(row, of_round), _without(expected, of_round), of_key)
        yield from (replace(each, file=row["path"]) for each in found_in)
    unseen = _codes(then["files"][n] for n in range(len(rows)) if n not in again) - _codes(now["files"])
    whole: dict[str, Any] = {**now, "summary": now["summary"] if rows == now["files"] else summary(rows)}
    aside = TAKEN_OVER | TOLD_OTHERWISE | (OF_ALL_FILES if found.incomplete else {})
    hidden = unseen.union(of_round)
    yield from _compared(_about_all(then, hidden), _about_all(whole, hidden), aside)


def contradictions(document: Document) -> Iterator[str]:
    """Yield where a report contradicts itself, whatever the files say."""
    run = document["run"]
    about = (run["engine_version"], run["spec_digest"], run["today"], run["redacted"])
    files = ((file["path"], file["sha256"]) for file in document["files"])
    if run_id(about, files, document["waivers"]) != run["id"]:
        yield "The number of the report is not that of its files, spec, day and waivers: something was changed."
    if run["round_given"] and run["round"] is None:
        yield "The report says that it was made with the folder of a round, and names no round."


def _expected(row: Any, again: Any, without_round: bool) -> Any:
    """Give the row made again; what cannot be told of it today is what the report says, if that adds up."""
    if again is None:
        return _adding_up(row, row)
    decided_by_round = without_round and not _codes([row, again]).isdisjoint(OF_ROUND)
    return _adding_up(row, again) if decided_by_round else again


def _adding_up(row: Any, base: Any) -> Any:
    findings = row.get("findings", [])
    severities = [finding.get("severity") for finding in findings]
    counts = {each.value: severities.count(each.value) for each in reversed(Severity)}
    counts["waived"] = sum((finding.get("waiver") or {}).get("state") == ACTIVE for finding in findings)
    return {**base, "verdict": row.get("verdict", ""), "counts": base.get("counts", {}) | counts}


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
