"""A report held against the same report made again: all of it, but for the places listed here.

Only values are left out: every key must be there, and none besides. Of a file that is not at hand (missing, changed
since, or never hashed) there is nothing to compare its row with; that its findings add up is checked all the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final, NamedTuple

from ..dataset.reconciliation import WORDS, Reconciliation
from ..dataset.return_status import COUNTS, STATUS_CODES
from ..findings import Severity
from ..findings.waiver import ACTIVE
from ..ledger.files import sha256_of
from ..paths import name_of, path_text
from ..reports.build import run_id, summary
from ..reports.document import Document, FileRow
from ..validation import REFUSED
from ..words import counted

# The report made again repeats them, so only a seal protects them: no file tells when the report was made or how it was
# asked for, and its language was a choice.
TAKEN_OVER = ("run.started", "run.command", "run.language")
# They must fit what the report itself says, or another version or spec is told in a sentence of its own.
TOLD_OTHERWISE = ("run.id", "run.engine_version", "run.spec_digest")
# Where a file is missing or has changed since, what counts the answers of all files, or may be about that file, is not
# known here. Of waivers and decisions the ledger is asked.
OF_ALL_FILES = ("matrices", "waivers", "decisions")
STANDING = ("status", "counted", "settled", "reason", "superseded_by")  # of each file, likewise
BECAME = {COUNTS: "counted", REFUSED: None}  # a status, as the sums call it


def compare(then: Mapping[str, Any], now: Document, found: Found) -> Iterator[Difference]:
    """Yield what a report says otherwise than the same report made again of the files found.

    Where files are missing, what counts of the others is not compared, nor the findings that tell of it.
    """
    hidden, aside = (set(STATUS_CODES), STANDING) if found.problems else (set[str](), ())
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
    besides = {*TAKEN_OVER, *TOLD_OTHERWISE, *digests, *(OF_ALL_FILES if found.problems else ())}
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
    counts: Counter[str | None] = Counter()
    for row in rows:
        status = row.get("status")
        counts.update(("received", row.get("verdict"), BECAME.get(status, status)))
    known = {"received", "accepted", "returned", REFUSED, *WORDS}
    total = Reconciliation(**{key: count for key, count in counts.items() if key in known})
    whole: Any = [{**row, "counted": row.get("counted") is True} for row in rows]
    return dict(summary(total, whole))


def _compared(then: Any, now: Any, aside: Collection[str]) -> Iterator[Difference]:
    """Yield the differences, but for values at places that are not compared."""
    inside = tuple(place + mark for place in aside for mark in ".[")
    for found in differences(then, now):
        is_aside = found.kind == CHANGED and found.place in aside
        if not is_aside and not found.place.startswith(inside):
            yield found


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
        said = (str(item.get("code") if isinstance(item, dict) else item) for item in tree)
        return [_without(item, codes) for item, code in zip(tree, said, strict=True) if code not in codes]
    return tree


# what differs between two JSON documents, wherever it stands

GONE, NEW, CHANGED = "gone", "new", "changed"
ABSENT: Final[Any] = object()  # on this side there is nothing, not even null
SHOWN = ("path", "code", "number", "title", "down", "across")  # what an item of a list is known by, to read
IDENTIFYING = (*SHOWN, "team", "file", "tool", "sheet", "cell", "row", "field")
LONGEST = 80  # of a value that is shown


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the report (`then`) and the same report made again (`now`) say different things."""

    place: str  # `summary.info`; in a file `findings[V002 Plan!E18].value`
    then: Any = ABSENT
    now: Any = ABSENT
    file: str | None = None
    source: str = "report"  # what `then` is said by

    @property
    def kind(self) -> str:
        """Whether it is in the report only, in the report made again only, or in both and changed."""
        return GONE if self.now is ABSENT else NEW if self.then is ABSENT else CHANGED

    def line(self, *, redacted: bool) -> str:
        """Give the difference to read; redacted, without anything that may have come out of a file."""
        where = f"{self.file}: " if self.file else ""
        if self.kind == CHANGED:
            return f"{where}{self.place}{self._change(redacted)}."
        side = f"found now, not in the {self.source}"
        if self.kind == GONE:
            side = f"in the {self.source}, not found again"
        return f"{where}{self.kind}: {self.place}, {side}.{'' if redacted else self._message()}"

    def data(self, *, redacted: bool) -> dict[str, Any]:
        """Give the same as JSON data."""
        row: dict[str, Any] = {"kind": self.kind, "file": self.file, "what": self.place}
        for name, side in () if redacted else (("then", self.then), ("now", self.now)):
            row[name] = None if side is ABSENT else side
        return row

    def _change(self, redacted: bool) -> str:
        if redacted or not (_is_plain(self.then) and _is_plain(self.now)):
            return " differs"
        return f": “{_short(self.then)}” in the {self.source}, “{_short(self.now)}” now"

    def _message(self) -> str:
        item = self.then if self.kind == GONE else self.now
        if isinstance(item, dict):
            plain = (f"{key} {value}" for key, value in item.items() if _is_plain(value))
            return f" {item['message']}" if "message" in item else f" {_short(', '.join(plain))}"
        return f" It says “{_short(item)}”." if _is_plain(item) else ""


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"


def differences(then: Any, now: Any, place: str = "") -> Iterator[Difference]:
    """Yield every difference between two JSON values; 1, 1.0 and true are three values."""
    if isinstance(then, dict) and isinstance(now, dict):
        # a later version notes more
        keys = then if place.endswith(".details") else dict.fromkeys([*then, *now])
        for key in keys:
            inner = f"{place}.{key}" if place else key
            yield from differences(then.get(key, ABSENT), now.get(key, ABSENT), inner)
    elif isinstance(then, list) and isinstance(now, list):
        yield from _in_lists(then, now, place)
    elif type(then) is not type(now) or then != now:
        yield Difference(place, then, now)


def _in_lists(then: Sequence[Any], now: Sequence[Any], place: str) -> Iterator[Difference]:
    """Match items in their order by what identifies them; one that has moved is gone here and new there."""
    before, after = ([_identity(item) for item in side] for side in (then, now))
    for same, first, last, start, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if same == "equal":
            for number, (item, other) in enumerate(
                zip(then[first:last], now[start:stop], strict=True), first
            ):
                yield from differences(item, other, _in_place(place, number, item))
            continue
        for number, item in enumerate(then[first:last], first):
            yield Difference(_in_place(place, number, item), then=item)
        for number, item in enumerate(now[start:stop], start):
            yield Difference(_in_place(place, number, item), now=item)


def _identity(item: Any) -> str:
    return json.dumps(_words(item, IDENTIFYING) if isinstance(item, dict) else item, sort_keys=True)


def _in_place(place: str, number: int, item: Any) -> str:
    """Name an item as a reader would: `findings[V002 Plan!E18]`, else by its number."""
    cell = "!".join(_words(item, ("sheet", "cell")))
    return f"{place}[{' '.join([*_words(item, SHOWN), *([cell] if cell else [])]) or number}]"


def _words(item: Any, keys: Sequence[str]) -> list[str]:
    values = [item.get(key) for key in keys] if isinstance(item, dict) else []
    return [str(each) for each in values if isinstance(each, str | int)]


# the files of a report, looked for by their SHA-256 in folders where names may have changed


class Found(NamedTuple):
    """Where the files of a report are, by the number of their row; a line for each that is not there as it was.

    `notes` tell of what the report itself could not read, and of what else is in the folders.
    """

    here: Mapping[int, Path]
    problems: Sequence[str]
    notes: Sequence[str]


def find(files: Sequence[FileRow], folders: Sequence[Path]) -> Found:
    """Look for every file of a report, by its hash and then by its name."""
    by_hash: dict[str, Path] = {}
    by_name: dict[str, tuple[Path, str]] = {}
    closed: list[str] = []
    for path, sha256 in sha256_by_path(folders, closed):
        by_hash.setdefault(sha256, path)
        by_name.setdefault(path_text(path.name), (path, sha256))
    here: dict[int, Path] = {}
    missing, changed, notes = [], [], []
    for number, row in enumerate(files):
        name, known = name_of(row["path"]), row["sha256"]
        if known is None:
            notes.append(f"{row['path']}: not compared, because it could not be read for the report either.")
        elif known in by_hash:
            here[number] = by_hash[known]
        elif name in by_name:
            path, now = by_name[name]
            changed.append(f"{row['path']}: {path} has changed since. SHA-256 then {known}, now {now}.")
        else:
            missing.append(f"{row['path']}: missing. No file with SHA-256 {known} was found.")
    notes += closed
    if missing or changed:
        notes.append(
            f"Not compared, as files are missing or changed: what counts, and {', '.join(OF_ALL_FILES)}."
        )
    others = by_hash.keys() - {row["sha256"] for row in files}
    if others:
        notes.append(
            f"{counted(len(others), 'other file')} in the folders: the report does not speak of them."
        )
    return Found(here, missing + changed, notes)


def sha256_by_path(folders: Iterable[Path], closed: list[str]) -> Iterator[tuple[Path, str]]:
    """Give every file of some folders with its hash; what there is to say of those that cannot be opened is added."""
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.is_symlink() or not path.is_file():
                continue
            try:
                yield path, sha256_of(path)
            except OSError as error:
                closed.append(f"{path} cannot be opened ({error.strerror}): it was not looked at.")
