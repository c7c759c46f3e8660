"""A report made again of its files, and compared: all of it, but for the places listed here.

What no file says by itself (in which order files came and when, what was decided, what was waived) is the report's
own word; it is held against the ledger where one is at hand. Only values are left out: every key must be there, and
none besides. Of a file that is not at hand (missing, changed since, or never hashed) there is nothing to compare its
row with; that its findings add up is checked all the same.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from .. import __version__
from ..answers.corrections import NO_ANSWER, OfficeCorrection
from ..core.dates import parse_day
from ..core.paths import name_of, path_text
from ..core.words import counted
from ..core.work import grouped
from ..dataset.opening import dataset_as_told
from ..dataset.reconciliation import added_up
from ..dataset.return_status import STATUS_CODES
from ..exchange.validation import Reader, Result, Source, ValidationRequest
from ..findings import Severity, Waiver
from ..findings.model import ACTIVE
from ..findings.value import CORRECTED_BY_OFFICE
from ..ledger import seals
from ..ledger.events import NEXT, FilesReceived, OfRounds, ReceivedFile
from ..ledger.files import sha256_of
from ..ledger.judgements import Decision, closings, every_correction, history, waivers
from ..ledger.ledger import NAME, STATED, Ledger, look_up
from ..outputs.build import Facts, document, run_id, summary, waiver_of
from ..outputs.document import Document, FileRow
from ..outputs.formats.json import render
from ..reader import ExpectedReturn
from ..rounds.datasets import Dataset, check_own
from ..rounds.rounds import Round, copy_of, is_among_returns, round_around, spec_at, terms_of
from ..spec.load import find as find_spec
from ..spec.load import load
from .audit import Audit, Part, VerificationRequest
from .differences import Difference, of_document
from .files_again import (
    ReportedFile,
    Setting,
    not_compared,
    read_again,
    read_report,
    rounds_at_hand,
    set_path,
    sha256_by_path,
    why_not_opened,
)
from .second_opinion import second_opinion


def report_again(request: VerificationRequest, audit: Audit) -> Iterator[Part]:
    """Make a report again, and read every cell with openpyxl too.

    Raises `UsageError` for what is not a report, when its spec is not there, or for a ledger among returned files;
    `SpecError` and `RoundError` where these have mistakes.
    """
    if request.ledger is not None:
        check_own(request.ledger)
    report_file = read_report(request.target)
    reported = report_file.document
    audit.redacted = request.redacted or reported["run"]["redacted"]
    audit.sha256 = sha256_of(request.target)
    audit.run = reported["run"]["id"]
    around = _around(request)
    rounds = {a_round.name: a_round for a_round in reversed(rounds_at_hand(around).values())}
    waived = tuple(_read_waivers(reported, around))
    corrections = tuple(find_corrections(reported, around))
    setting = Setting(
        None,
        rounds,
        waivers=waived,
        jobs=request.jobs,
        password=request.password,
        corrections=corrections,
    )
    at_hand = find(reported, request.returned, setting)
    audit.problems += [*report_file.faults, *contradictions(reported), *at_hand.problems]
    audit.notes += [*report_file.notes, *at_hand.notes]
    _note_missing_rounds(audit, reported, rounds)
    results, remade = run_again(
        reported, at_hand.paths, list(_specs(request, reported, around)), setting
    )
    _note_other_programs(audit, reported, remade)
    audit.files = len(at_hand.paths)
    audit.findings = sum(len(row["findings"]) for row in remade["files"])
    yield Part(request.target.name, "report", compare(reported, remade, at_hand), most=None)
    _look_into_ledgers(audit, request, reported, around, terms_of(rounds.values()))
    readings = [
        (result.submission, at_hand.paths[at])
        for at, result in results.items()
        if result.submission is not None
    ]
    of_teams = (password for round_ in rounds.values() for _, password in round_.passwords)
    passwords = [*filter(None, [request.password]), *of_teams]
    audit.opinion = second_opinion(readings, jobs=request.jobs, passwords=passwords)
    audit.notes += audit.opinion.not_read


def _read_waivers(reported: Document, around: Sequence[Path]) -> Iterator[Waiver]:
    """Yield the waivers of a report as they stood on its day, in a closed round at the latest on that of its end."""
    today = date.fromisoformat(reported["run"]["today"])
    closed: dict[str, date] = {}
    for folder in around:
        closed |= look_up(folder, closings) or {}
    for row in reported["waivers"]:
        day = min(today, closed.get(row["sha256"], today))
        yield waiver_of(row).on(day)


# what is at hand


class FilesAtHand(NamedTuple):
    """Where the files of a report are, by the number of their row; a line for each that is not there as it was.

    `notes` tell of what the report itself could not read, and of what else is in the folders.
    """

    paths: Mapping[int, Path]
    problems: Sequence[str]
    notes: Sequence[str]


def find(reported: Document, folders: Sequence[Path], setting: Setting) -> FilesAtHand:
    """Look for every file of a report, by its hash and then by its name; what no password opens is not at hand."""
    by_hash: dict[str, Path] = {}
    by_name: dict[str, tuple[Path, str]] = {}
    closed: list[str] = []
    for path, sha256 in sha256_by_path(folders, closed):
        by_hash.setdefault(sha256, path)
        by_name.setdefault(path_text(path.name), (path, sha256))
    path_by_number: dict[int, Path] = {}
    missing = []
    changed = []
    protected = []
    notes = []
    for number, row in enumerate(reported["files"]):
        name = name_of(row["path"])
        stated_hash = row["sha256"]
        if stated_hash is None:
            notes.append(
                f"{row['path']}: not compared, because it could not be read for the report either."
            )
        elif stated_hash in by_hash:
            path = by_hash[stated_hash]
            if why := why_not_opened(_reported_file(reported, number, path), setting):
                protected.append(why)
            else:
                path_by_number[number] = path
        elif name in by_name:
            path, current_hash = by_name[name]
            changed.append(
                f"{row['path']}: {path} has changed since. SHA-256 then {stated_hash}, now {current_hash}."
            )
        else:
            missing.append(f"{row['path']}: missing. No file with SHA-256 {stated_hash} was found.")
    notes += closed
    if missing or changed or protected:
        notes.append(
            f"Not compared, as files are missing, changed or protected: what counts, and {', '.join(OF_ALL_FILES)}."
        )
    unreported = by_hash.keys() - {row["sha256"] for row in reported["files"]}
    if unreported:
        notes.append(
            f"{counted(len(unreported), 'other file')} in the folders: the report does not speak of them."
        )
    return FilesAtHand(path_by_number, missing + changed + protected, notes)


def _around(request: VerificationRequest) -> list[Path]:
    """List the folders where a ledger, a round or a spec may be: named, above what came back, or around the report.

    Never among what came back: that is from teams, whatever it looks like.
    """
    above = [round_around(folder) or folder.resolve().parent for folder in request.returned]
    around = [*above, *request.target.resolve().parents[:2]]
    named = [request.ledger] if request.ledger else []
    return [*named, *(folder for folder in around if not is_among_returns(folder))]


def _specs(
    request: VerificationRequest, reported: Document, around: Sequence[Path]
) -> Iterator[str | None]:
    """Yield what each dataset's spec is loaded by: as named, as a folder at hand carries it, else by its name.

    Raises `UsageError` where there is none.
    """
    named_spec = spec_at(request.spec) if request.spec else None
    for row in reported["run"]["datasets"]:
        copies = (copy_of(folder, row["spec_digest"]) for folder in around)
        source = named_spec or next(filter(None, copies), None) or row["spec"]
        if source:
            find_spec(source)
        yield source or None


def _note_other_programs(audit: Audit, reported: Document, remade: Document) -> None:
    run = reported["run"]
    if run["engine_version"] != __version__:
        audit.notes.append(
            f"hrge-xl {run['engine_version']} made the report; this is {__version__}. Differences may come from that."
        )
    audit.problems += [
        f"Another spec: the report was made with {old['spec']} {old['spec_version']} (digest "
        f"{old['spec_digest'][:16]}), here is {new['spec']} {new['spec_version']} ({new['spec_digest'][:16]})."
        for old, new in zip(run["datasets"], remade["run"]["datasets"], strict=True)
        if old["spec_digest"] != new["spec_digest"]
    ]


def _note_missing_rounds(audit: Audit, reported: Document, at_hand: Mapping[str, Round]) -> None:
    named = {file["read_for"] for file in reported["files"] if file["read_for"] is not None}
    missing = ", ".join(sorted(named - at_hand.keys()))
    if missing:
        audit.problems += [
            f"The report names the round {missing}; {a_round.folder} is the round {a_round.name}."
            for a_round in at_hand.values()
            if a_round.name not in named
        ]
        audit.notes.append(f"{not_compared(missing)} Name it with --ledger.")


MOST_DIGITS = 10  # of the number of a correction


def find_corrections(reported: Document, around: Iterable[Path]) -> Iterator[OfficeCorrection]:
    """Yield the corrections that a report tells of, as the ledgers at hand have them.

    Where there is none, the report's own word is taken; a redacted report does not say what was put in.
    """
    corrections_by_ledger = [look_up(folder, every_correction) for folder in around]
    ledgers = [entries for entries in corrections_by_ledger if entries is not None]
    corrections = [entry for entries in ledgers for entry in entries if entry.value is not None]
    for file in reported["files"]:
        for row in file.get("findings", ()):
            if row.get("code") != CORRECTED_BY_OFFICE.code or not file["sha256"]:
                continue
            stated = row.get("details")
            details = stated if isinstance(stated, Mapping) else {}  # anybody may have edited it
            stated_correction = _correction_of(row, details, file)
            entries = [entry for entry in corrections if _place(entry) == _place(stated_correction)]
            if details:
                entries = [
                    entry for entry in entries if _change(entry) == _change(stated_correction)
                ]
                entries = entries if ledgers else [stated_correction]
            if entries:
                yield replace(entries[-1], number=stated_correction.number)


def _correction_of(
    row: Mapping[str, Any], details: Mapping[str, Any], file: Mapping[str, Any]
) -> OfficeCorrection:
    """Return the correction that a finding of a report tells of, as far as it does."""
    number = str(details.get("number"))
    tool, code, field, sheet, cell = (
        str(row.get(name)) for name in ("tool", "row", "field", "sheet", "cell")
    )
    value = str(details.get("corrected"))
    reason, by, day = (str(details.get(name)) for name in ("reason", "by", "day"))
    return OfficeCorrection(
        number=int(number) if number.isdecimal() and len(number) < MOST_DIGITS else 0,
        sha256=file["sha256"],
        file=file["path"],
        tool=tool,
        row=code,
        field=field,
        sheet=sheet,
        cell=cell,
        came=str(row.get("value")),
        value="" if value == NO_ANSWER else value,
        reason=reason,
        by=by,
        day=day,
    )


def _place(correction: OfficeCorrection) -> tuple[str, ...]:
    """Return what tells its cell from all others: sheets go by other names in a redacted report."""
    return correction.sha256, *correction.key, correction.cell


def _change(correction: OfficeCorrection) -> tuple[str | None, ...]:
    return correction.value, correction.reason, correction.by, correction.day


# made again

# Where the folder of a round would be, and a dataset kept apart.
HOME = Path("round")
ELSEWHERE = Path("dataset")


def run_again(
    reported: Document, paths: Mapping[int, Path], specs: Sequence[str | None], setting: Setting
) -> tuple[dict[int, Result], Document]:
    """Read and check the files of a report once more; give results by the number of their row, and the report again.

    `found` is where they are, by the number of their row; `specs` what the spec of each dataset is loaded by. Raises
    `SpecError` where a spec is wrong.
    """
    run = reported["run"]
    today = date.fromisoformat(run["today"])
    results: dict[int, Result] = {}
    datasets = []
    with ExitStack() as stack:
        pool = stack.enter_context(Reader(setting.jobs))
        for number, (about, spec) in enumerate(zip(run["datasets"], specs, strict=True), start=1):
            of_dataset = {
                at: path for at, path in paths.items() if reported["files"][at]["dataset"] == number
            }
            dataset_setting = replace(
                setting, spec=spec if about["spec_asked"] is not None else None
            )
            read: dict[int, Result] = {}
            for some in read_again(dict(_select_once(reported, of_dataset)), dataset_setting, pool):
                read |= some
            for at, result in read.items() if run["redacted"] else ():
                set_path(result, reported["files"][at]["path"])
            datasets.append(
                stack.enter_context(
                    _dataset(reported, number, of_dataset, read.values(), spec, setting.waivers)
                )
            )
            results |= read
        # what only the command knew is the report's own word
        facts = Facts(run["started"], today, run["command"], run["language"], run["redacted"])
        remade: Document = json.loads(render(document(datasets, facts)))
        return results, remade


def _select_once(
    reported: Document, paths: Mapping[int, Path]
) -> Iterator[tuple[int, ReportedFile]]:
    """Yield the files that are read, by the number of their row: of each content the one that is no copy of another."""
    files = reported["files"]
    first: dict[str | None, int] = {}
    for at in sorted(paths, key=lambda at: (files[at]["copy_of"] is not None, at)):
        first.setdefault(files[at]["sha256"], at)
    for at in sorted(first.values()):
        yield at, _reported_file(reported, at, paths[at])


def _reported_file(reported: Document, at: int, path: Path) -> ReportedFile:
    """Return what a report tells of a file that is now at a path.

    A redacted report does not say what a file was called, so it is read under the name that it has now.
    """
    row = reported["files"][at]
    name = path_text(path) if reported["run"]["redacted"] else row["read_as"] or row["path"]
    return ReportedFile(path, name, row["read_for"], date.fromisoformat(row["checked"]), row)


@contextmanager
def _dataset(
    reported: Document,
    number: int,
    file_numbers: Iterable[int],
    read: Iterable[Result],
    spec: str | None,
    waivers: tuple[Waiver, ...],
) -> Iterator[Dataset]:
    """Yield a dataset of the report as it tells: what came when and in which order, and what was decided.

    Of its round no more is told than its name.
    """
    about = reported["run"]["datasets"][number - 1]
    rows = [reported["files"][at] for at in file_numbers]
    name = about["round"]
    keys = Decision.__dataclass_fields__
    decisions = [
        Decision(**{key: row[key] for key in keys if key in row})  # type: ignore[literal-required]
        for row in reported["decisions"]
        if row["dataset"] == number
    ]
    loaded = load(spec) if spec else None
    with dataset_as_told(list(read), loaded, waivers, _receipts(rows), decisions) as (store, _):
        request = ValidationRequest(ExpectedReturn(spec if about["spec_asked"] else None), date.min)
        yield Dataset(
            store,
            waivers,
            Round(HOME, name, about["spec"], None, None, ()) if name is not None else None,
            (ELSEWHERE if about["holds_others"] else HOME) if about["lasting"] else None,
            Source([Path(row["path"]) for row in rows], request),
            given=grouped((row["submission"], row["path"]) for row in reversed(rows)),
            order={row["sha256"] or "": row["order"] for row in rows if row["order"] is not None},
            decisions=tuple(decisions),
        )


def _receipts(rows: Iterable[FileRow]) -> Iterator[FilesReceived]:
    """Say when files came; where no ledger told the order, that of the report."""
    by_day = grouped(
        (
            (row["arrived"], row["arrival"] == STATED),
            (at if row["order"] is None else row["order"], row),
        )
        for at, row in enumerate(rows, start=1)
    )
    for (day, stated), some in by_day.items():
        files = tuple(
            ReceivedFile(order=order, sha256=row["sha256"], path=row["path"], size=None)
            for order, row in some
            if row["sha256"] is not None
        )
        yield FilesReceived(number=NEXT, day=parse_day(day or ""), stated=stated, files=files)


# compared

# The report made again repeats them, so only a seal protects them: no file tells when the report was made or how it was
# asked for, and its language was a choice.
TAKEN_OVER = ("run.started", "run.command", "run.language")
# They must fit what the report itself says, or another version or spec is told in a sentence of its own.
NEWER = ("blank",)  # sums that reports of earlier versions do not have
TOLD_OTHERWISE = ("run.id", "run.engine_version", "run.spec_digest")
# Where a file is missing or has changed since, what counts the answers of all files, or may be about that file, is not
# known here. Of waivers and decisions the ledger is asked.
OF_ALL_FILES = ("matrices", "waivers", "decisions")
STANDING = ("status", "counted", "settled", "reason", "superseded_by")  # of each file, likewise


def compare(
    reported: Mapping[str, Any], remade: Document, at_hand: FilesAtHand
) -> Iterator[Difference]:
    """Yield what a report says otherwise than the same report made again of the files found.

    Where files are missing, what counts of the others is not compared, nor the findings that tell of it.
    """
    hidden = set[str]()
    aside: Sequence[str] = ()
    besides = {*TAKEN_OVER, *TOLD_OTHERWISE}
    if at_hand.problems:
        hidden = set(STATUS_CODES)
        aside = STANDING
        besides.update(OF_ALL_FILES)
    remade_by_content = {_content(row): row for row in remade["files"]}
    remade_rows = {n: remade_by_content.get(_content(reported["files"][n])) for n in at_hand.paths}
    rows = [
        _expected(row, remade_rows.get(n), hidden, aside) for n, row in enumerate(reported["files"])
    ]
    for n, (row, expected) in enumerate(zip(reported["files"], rows, strict=True)):
        if n in remade_rows and remade_rows[n] is None:
            yield Difference("files", then=row, file=row["path"])
        sides = (_without(side, hidden) for side in (row, expected))
        yield from of_document(*sides, file=row["path"], aside=aside)
    unread_rows = (row for n, row in enumerate(reported["files"]) if n not in remade_rows)
    unseen = _codes(unread_rows) - _codes(remade["files"])
    sums = remade["summary"] if rows == remade["files"] else summed_up(rows)
    reported_sums = reported["summary"]
    sums = {
        name: sum_
        for name, sum_ in sums.items()
        if sum_ or name in reported_sums or name not in NEWER
    }
    whole: dict[str, Any] = {**remade, "summary": sums}
    for n in range(len(remade["run"]["datasets"])):
        besides.add(f"run.datasets[{n}].spec_digest")
    sides = (_about_all(document, hidden | unseen) for document in (reported, whole))
    yield from of_document(*sides, aside=besides)


def contradictions(document: Document) -> Iterator[str]:
    """Yield where a report contradicts itself, whatever the files say."""
    run = document["run"]
    files = document["files"]
    if run_id(run, files, document["waivers"], document["decisions"]) != run["id"]:
        yield (
            "The number of the report is not that of its files, spec, days, waivers and decisions: something was "
            "changed."
        )


def _content(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a file is known by in both reports: where it lay, and its content."""
    return row["dataset"], row["path"], row["sha256"]


def _expected(
    reported_row: Any, remade_row: Any, hidden: Collection[str], aside: Collection[str]
) -> Any:
    """Return the row made again; what cannot be told of it today is what the report says, if that adds up."""
    if remade_row is None:
        return _adding_up(reported_row, reported_row)
    expected = {**remade_row, **{key: reported_row[key] for key in aside if key in reported_row}}
    return (
        expected
        if _codes([reported_row, remade_row]).isdisjoint(hidden)
        else _adding_up(reported_row, expected)
    )


def _adding_up(row: Any, base: Any) -> Any:
    findings = row.get("findings", [])
    severities = [finding.get("severity") for finding in findings]
    counts = {severity.value: severities.count(severity.value) for severity in reversed(Severity)}
    counts["waived"] = sum(
        (finding.get("waiver") or {}).get("state") == ACTIVE for finding in findings
    )
    return {**base, "verdict": row.get("verdict", ""), "counts": base.get("counts", {}) | counts}


def summed_up(rows: Collection[Any]) -> Any:
    """Return the sums over the rows of files, added up once more."""
    total = added_up((row.get("verdict"), row.get("status")) for row in rows)
    whole: Any = [{**row, "counted": row.get("counted") is True} for row in rows]
    return dict(summary(total, whole))


def _about_all(document: Mapping[str, Any], codes: Collection[str]) -> dict[str, Any]:
    """Return what a report says besides its files, without the explanations of some codes."""
    return {
        key: _without(value, codes) if key == "codes" else value
        for key, value in document.items()
        if key != "files"
    }


def _codes(rows: Iterable[Any]) -> set[str]:
    return {
        finding["code"] for row in rows for finding in row.get("findings", ()) if "code" in finding
    }


def _without(tree: Any, codes: Collection[str]) -> Any:
    """Leave out every item of a list that is one of the codes, or speaks of it."""
    if isinstance(tree, dict):
        return {key: _without(value, codes) for key, value in tree.items()}
    if isinstance(tree, list):
        item_codes = (
            str(element.get("code") if isinstance(element, dict) else element) for element in tree
        )
        return [
            _without(element, codes)
            for element, code in zip(tree, item_codes, strict=True)
            if code not in codes
        ]
    return tree


# what a report tells that no file says, held against the ledgers at hand

# What is said of each of them as it was given.
WAIVER = ("number", "code", "sha256", "file", "sheet", "cell", "reason", "by", "day", "until")
DECISION = ("n", "submission", "choice", "reason", "day", "by", "known")
Arrival = tuple[int, str | None, str]  # in which order, on which day, and what that day is


Rows = Sequence[Mapping[str, Any]]


def _look_into_ledgers(
    audit: Audit,
    request: VerificationRequest,
    reported: Document,
    around: Sequence[Path],
    terms: OfRounds,
) -> None:
    """Check the seals of the report and the ledgers themselves, and whether the report tells what they tell."""
    folders = [folder for folder in dict.fromkeys(around) if (folder / NAME).is_file()]
    if not folders or request.ledger not in (None, folders[0]):
        audit.notes.append(
            "No ledger was found, so seals were not checked. Name its folder with --ledger."
        )
        return
    ledger_rows: dict[str, list[dict[str, Any]]] = {"waivers": [], "decisions": []}
    arrivals: dict[str, set[Arrival]] = defaultdict(set)  # by hash
    # a report may be of several datasets, each with its own
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        with Ledger.open(folder, write=False) as ledger:
            if folder == folders[0].resolve():
                audit.seal = seals.check(ledger, seals.of_report(request.target), terms)
            else:
                audit.problems += [
                    f"{folder / NAME}: {doubt}" for doubt in seals.doubts(ledger, terms)
                ]
            ledger_rows["waivers"] += map(asdict, waivers(ledger, date.min))  # as they were given
            ledger_rows["decisions"] += map(asdict, history(ledger))
            for sha256, (first, *_) in ledger.locations().items():
                arrivals[sha256].add((first.order, first.received or None, first.basis))
    audit.problems += _contradicted(
        reported, ledger_rows, arrivals, of_report=request.ledger is not None
    )
    audit.notes += _left_out(reported, ledger_rows["decisions"])


def _contradicted(
    reported: Document,
    ledger_rows: Mapping[str, Rows],
    arrivals: Mapping[str, set[Arrival]],
    *,
    of_report: bool,
) -> Iterator[str]:
    """Yield what no ledger tells as a report does. `of_report`: the very ledger of its datasets is among them."""
    as_given = [
        key for key in WAIVER if not (reported["run"]["redacted"] and key in ("file", "sheet"))
    ]
    for waiver in _find_unmatched(reported["waivers"], ledger_rows["waivers"], as_given):
        yield f"Waiver {waiver['number']} of the report is not in the ledger as the report states it."
    for decision in _find_unmatched(reported["decisions"], ledger_rows["decisions"], DECISION):
        yield f"Decision {decision['n']} of the report is not in the ledger as the report states it."
    for file in reported["files"]:
        dataset = reported["run"]["datasets"][file["dataset"] - 1]
        ledger_arrivals = arrivals.get(file["sha256"] or "")
        if (
            not ledger_arrivals
            or not dataset["lasting"]
            or (dataset["holds_others"] and not of_report)
        ):
            continue
        if (file["order"], file["arrived"], file["arrival"]) not in ledger_arrivals:
            order, day, basis = min(ledger_arrivals)
            yield (
                f"{file['path']}: the ledger says that it arrived on {day} ({basis}), as number {order}; the report "
                "says otherwise."
            )


def _left_out(reported: Document, ledger_decisions: Rows) -> Iterator[str]:
    """Yield the decisions about files of a report that are not in it; they may have been made since."""
    names = {file["submission"]: file["path"] for file in reported["files"]}
    last = {row["submission"]: row for row in ledger_decisions if row["submission"] in names}
    for row in _find_unmatched(list(last.values()), reported["decisions"], DECISION):
        name = names[row["submission"]]
        yield f"Decision {row['n']} about {name} is not in the report: made since, or left out."


def _find_unmatched(rows: Any, stated_rows: Any, keys: Sequence[str]) -> list[Any]:
    """Return what was given otherwise than it is told; that it was withdrawn since is not a contradiction."""
    stated_values = [[row[key] for key in keys] for row in stated_rows]
    return [row for row in rows if [row[key] for key in keys] not in stated_values]
