"""What differs between a report and the same report made again: finding by finding, and fact by fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..dataset.update_statuses import OF_ROUND
from ..reports.build import run_id, summary
from ..reports.document import Document, FileRow, FindingRow

GONE, NEW, CHANGED, FACT = "gone", "new", "changed", "fact"
PLACE = ("code", "sheet", "cell", "tool", "row", "field")
FACTS = ("size", "verdict", "identity", "counts", "completeness", "checks", "unplaced")
FROM_FINDINGS = ("verdict", "counts")  # what follows from the findings
LONGEST = 80  # of a value that is shown


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the report says otherwise. `then` or `now` is None where it is on one side only."""

    kind: str  # gone, new, changed, fact
    file: str | None
    what: str  # code and place of a finding, or the name of a fact
    then: Any = None
    now: Any = None

    def line(self, *, redacted: bool) -> str:
        """The difference to read; redacted, without anything that may have come out of a file."""
        where = f"{self.file}: " if self.file else ""
        if self.kind in (GONE, NEW):
            side = "in the report, not found again" if self.kind == GONE else "found now, not in the report"
            row: Mapping[str, Any] = self.then if self.kind == GONE else self.now
            return f"{where}{self.kind}: {self.what}, {side}." + ("" if redacted else f" {row['message']}")
        if self.kind == CHANGED:
            parts = [
                _change(key, self.then[key], self.now[key], redacted) for key in _unlike(self.then, self.now)
            ]
            return f"{where}changed: {self.what}: {', '.join(parts)}."
        return f"{where}{_change(self.what, self.then, self.now, redacted)}."


def _change(name: str, then: Any, now: Any, redacted: bool) -> str:
    plain = all(each is None or isinstance(each, str | int | float) for each in (then, now))
    if redacted or not plain:
        return f"{name} differs"
    return f"{name}: “{_short(then)}” in the report, “{_short(now)}” now"


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"


def _unlike(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return [key for key in then if key in now and then[key] != now[key]]


def of_file(then: FileRow, now: FileRow, *, without_round: bool) -> Iterator[Difference]:
    """What differs in one file. Without its round, what only the round can tell is set aside on both sides."""
    if without_round:
        aside = [_of_round(row) for row in (then, now)]
        then, now = (_without_round(row) for row in (then, now))
        facts = [key for key in FACTS if not any(aside) or key not in FROM_FINDINGS]
    else:
        facts = list(FACTS)
    yield from _findings(then["path"], then["findings"], now["findings"])
    old, new = dict(then), dict(now)
    for key in facts:
        if old[key] != new[key]:
            yield Difference(FACT, then["path"], key, old[key], new[key])


def _of_round(row: FileRow) -> bool:
    return any(finding["code"] in OF_ROUND for finding in row["findings"])


def _without_round(row: FileRow) -> FileRow:
    kept: FileRow = {**row}
    kept["findings"] = [each for each in row["findings"] if each["code"] not in OF_ROUND]
    kept["checks"] = {
        "run": [code for code in row["checks"]["run"] if code not in OF_ROUND],
        "not_run": [each for each in row["checks"]["not_run"] if each["code"] not in OF_ROUND],
    }
    if row["identity"] is not None:
        kept["identity"] = {**row["identity"], "signature": ""}
    return kept


def _findings(path: str, then: Sequence[FindingRow], now: Sequence[FindingRow]) -> Iterator[Difference]:
    """Findings matched by code and place; several at one place in their order."""
    before, after = _by_place(then), _by_place(now)
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key, []), after.get(key, [])
        for one, other in zip(old, new, strict=False):
            if one != other:
                yield Difference(CHANGED, path, _what(one), one, other)
        yield from (Difference(GONE, path, _what(each), then=each) for each in old[len(new) :])
        yield from (Difference(NEW, path, _what(each), now=each) for each in new[len(old) :])


def _by_place(findings: Iterable[FindingRow]) -> dict[tuple[Any, ...], list[FindingRow]]:
    found: dict[tuple[Any, ...], list[FindingRow]] = defaultdict(list)
    for each in findings:
        found[tuple(dict(each)[key] for key in PLACE)].append(each)
    return found


def _what(finding: FindingRow) -> str:
    place = "!".join(part for part in (finding["sheet"], finding["cell"]) if part)
    return f"{finding['code']} {place}".strip()


def within(document: Document) -> Iterator[str]:
    """Where a report contradicts itself, whatever the files say."""
    for file in document["files"]:
        counted = [finding["severity"] for finding in file["findings"]]
        if any(file["counts"][key] != counted.count(key) for key in ("error", "warning", "info")):
            yield f"{file['path']}: its numbers of findings are not those of the findings listed."
    right = summary(document["files"])
    for key in _unlike(right, document["summary"]):
        yield f"The summary says {key}: {document['summary'][key]}; the files listed give {right[key]}."
    run = document["run"]
    about = (run["engine_version"], run["spec_digest"], run["today"], run["redacted"])
    files = ((file["path"], file["sha256"]) for file in document["files"])
    if run_id(about, files, document["waivers"]) != run["id"]:
        yield "The number of the report is not that of its files, spec, day and waivers: something was changed."


def of_whole(then: Document, now: Document) -> Iterator[Difference]:
    """What differs besides the files."""
    yield from _codes(then, now)
    old, new = dict(then), dict(now)
    for key in ("matrices", "waivers"):
        if old[key] != new[key]:
            yield Difference(FACT, None, key, old[key], new[key])
    for key in ("spec", "spec_version", "spec_title"):
        if dict(then["run"])[key] != dict(now["run"])[key]:
            yield Difference(FACT, None, key, dict(then["run"])[key], dict(now["run"])[key])


def _codes(then: Document, now: Document) -> Iterator[Difference]:
    """The explanations of codes; those of files that nobody can find again are left alone."""
    unread = {each["code"] for file in then["files"] if file["sha256"] is None for each in file["findings"]}
    old, new = ({row["code"]: row for row in document["codes"]} for document in (then, now))
    for code in sorted({*old, *new}):
        if old.get(code) != new.get(code) and not (code in unread and code not in new):
            yield Difference(FACT, None, f"the explanation of {code}", old.get(code), new.get(code))
