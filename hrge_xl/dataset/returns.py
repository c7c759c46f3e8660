"""The returns of a dataset, one object each: what was received, what was found in it, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from ..answers.submission import (
    Answer,
    ClosedReturn,
    Identity,
    SheetProgress,
    Submission,
    Unplaced,
    from_pairs,
)
from ..core.errors import UsageError, alike
from ..core.message_templates import MessageTemplate, from_json
from ..core.paths import name_of
from ..core.words import fold
from ..core.work import grouped
from ..exchange.validation import Result
from ..findings import Finding, Severity, Waiver
from ..findings.value import CORRECTED_BY_OFFICE
from ..ledger.files import sha256_of
from ..ledger.ledger import STATED
from .return_status import (
    BLANK,
    CONFLICT,
    EXCLUDED,
    SUPERSEDED,
    WITHDRAWN,
    lateness_day,
    moment,
)
from .rows import COMMENT, answer_of, finding_of, reason_of, submission_number
from .schema import (
    SUBMISSIONS,
    Record,
)
from .store import Store
from .update_statuses import CROSS_RETURN_CODES

FEW = 100  # returns that are looked for by their numbers


class ReceivedItem(NamedTuple):
    """One thing received: where it was seen, and when it came."""

    path: str
    received: date | None
    stated: bool


@dataclass
class Return:
    """One content received, whatever it was. What no file says by itself (`status`, `arrived`) is of the dataset."""

    submission_id: int
    submission: str
    path: str
    sha256: str | None
    size: int | None
    verdict: str
    status: str
    current: bool  # whether it counts
    superseded_by: str | None
    reason: str | MessageTemplate | None
    team: str
    country: str
    period: str
    project: str
    intervention: str
    language: str | None
    spec: str | None
    spec_version: str | None
    copy: str | None
    issued: date | None
    saved: str | None
    arrived: date | None
    arrival: str | None  # STATED, or FIRST_SEEN
    checked: date | None
    read_for: str | None  # the round whose key, teams and period it was checked by
    signature: str | None
    required: int
    answered: int
    checks_run: Sequence[str]
    identity: Identity | None
    last_answers: str | None = None  # of the round before, as they were issued with it
    return_number: int | None = None  # in the order of receipt
    open_errors: int = 0  # of its own, that nobody has accepted
    items: list[ReceivedItem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    checks_not_run: dict[str, str | MessageTemplate] = field(default_factory=dict)
    sheets: list[SheetProgress] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    comments: list[Unplaced] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Return {self.path!r} of {self.team}: {self.verdict}, {self.status}, {len(self.findings)} findings>"

    @property
    def name(self) -> str:
        """The name of the file."""
        return name_of(self.path)

    @property
    def known_by(self) -> str:
        """What tells it from others: its number in the order of receipt, where it has one, else its submission."""
        return str(self.return_number or self.submission)

    @property
    def item(self) -> ReceivedItem:
        """Where it lies: at the place where it was read, else at the first one that it was moved to."""
        return next((place for place in self.items if place.path == self.path), self.items[0])

    @property
    def copies(self) -> list[ReceivedItem]:
        """The other places where the same content lies."""
        return [place for place in self.items if place is not self.item]

    @property
    def age(self) -> tuple[str, str]:
        """What versions are sorted by: the newest one is the greatest."""
        saved = self.saved or ""
        issued = str(self.issued or "")
        arrived = str(self.arrived or "")
        return moment(saved, issued, arrived), self.path

    @property
    def lateness(self) -> tuple[date | None, str]:
        """The day that lateness goes by, and which it is: "arrived", "saved" or "first seen"."""
        return lateness_day(self.saved or "", self.arrived, stated=self.arrival == STATED)

    @property
    def about(self) -> tuple[str, str, str]:
        """Whose return it is, and about which intervention."""
        return self.team, fold(self.project), fold(self.intervention)


def settled(compared: Iterable[Return]) -> set[str]:
    """Return the submissions whose findings are nobody's task any more: another return counts in their place.

    Those are superseded or withdrawn ones, and excluded ones where another return of the team about this intervention
    counts, and blank ones where an answer of the team does. What waits for a correction or a decision, or was refused,
    is not settled.
    """
    every = list(compared)
    answered = {return_.team for return_ in every if return_.current}
    counted = {return_.about for return_ in every if return_.current}
    return {
        return_.submission
        for return_ in every
        if return_.status in (SUPERSEDED, WITHDRAWN)
        or (return_.status == EXCLUDED and return_.about in counted)
        or (return_.status == BLANK and return_.team in answered)
    }


OWN = Return.__dataclass_fields__.keys() & SUBMISSIONS.at.keys()


def heads(store: Store, names: Sequence[str] | None = None) -> list[Return]:
    """Return every return of a dataset, or the wanted ones, without what was found in it, in the order of their paths.

    A copy to share has these too.
    """
    table = store["submissions"].c
    conditions = [] if names is None else [table.submission.in_(names)]
    finding = store["findings"].c
    # errors that nobody has accepted; what stands between several returns is not an error of one
    is_open_error = (
        finding.severity == Severity.ERROR.value,
        sa.not_(finding.waived),
        finding.code.not_in(CROSS_RETURN_CODES),
    )
    counted = (
        sa.select(finding.submission, sa.func.count())
        .where(*is_open_error)
        .group_by(finding.submission)
    )
    errors = dict(store.select(counted))
    unsorted = [_return(row, errors) for row in store.records("submissions", *conditions)]
    return sorted(unsorted, key=lambda return_: (return_.path, return_.submission))


def returns(
    store: Store,
    waivers: Iterable[Waiver] = (),
    names: Sequence[str] | None = None,
    *,
    cells: bool = True,
) -> list[Return]:
    """Return every return of a dataset, or the wanted ones, in the order of their paths; `waivers` as they stand.

    Without `cells` their findings are those about the file or a sheet as a whole.
    """
    every = heads(store, names)
    returns_by_id = {return_.submission_id: return_ for return_ in every}
    waivers_by_number = {waiver.number: waiver for waiver in waivers}
    language = store.schema.language
    few = [*returns_by_id] if len(returns_by_id) <= FEW else None

    def facts(table: str, *conditions: sa.ColumnElement[bool]) -> Iterator[tuple[Return, Record]]:
        """Return the facts of a table with their returns; of few of these nothing else is looked at."""
        of_few = [] if few is None else [store[table].c.submission_id.in_(few)]
        rows = store.records(table, *conditions, *of_few)
        return (
            (returns_by_id[row["submission_id"]], row)
            for row in rows
            if row["submission_id"] in returns_by_id
        )

    for return_, row in facts("files_fact"):
        return_.items.append(ReceivedItem(row["path"], row["received"], bool(row["stated"])))
    whole = () if cells else (store["findings_fact"].c.cell.is_(None),)
    for return_, row in facts("findings_fact", *whole):
        return_.findings.append(finding_of(row, waivers_by_number, language))
    for return_, row in facts("checks_not_run"):
        return_.checks_not_run[row["code"]] = reason_of(row["reason"], row["details"])
    for return_, row in sorted(facts("sheets"), key=lambda fact: fact[1]["n"]):
        return_.sheets.append(SheetProgress(*(row[name] for name in SheetProgress._fields)))
    for return_, row in facts("unplaced_fact"):
        home = return_.comments if row["what"] == COMMENT else return_.unplaced
        home.append(Unplaced(row["sheet"], row["cell"], row["text"] or "", row["question"] or ""))
    return every


def _return(row: Record, errors: Mapping[str, int]) -> Return:
    texts = {
        name: row[name] or "" for name in ("team", "country", "period", "project", "intervention")
    }
    values = {
        **{name: row[name] for name in OWN},
        **texts,
        "submission_id": submission_number(row["submission"]),
        "reason": from_json(row["reason_details"]).get("reason") or row["reason"],
        "checks_run": (row["checks_run"] or "").split(),
        "identity": from_pairs(json.loads(row["stamp"])) if row["stamp"] else None,
        "open_errors": errors.get(row["submission"], 0),
    }
    return Return(**values)


def corrected_answers(store: Store) -> Iterator[Record]:
    """Yield the answers of a dataset that the office corrected: of whom, to which question, and where they stand."""
    columns = ("submission", "tool", "row_code", "field", "sheet", "cell")
    by_office = store["findings"].c.code == CORRECTED_BY_OFFICE.code
    return store.records("findings", by_office, columns=columns)


def verdicts_for_closing(store: Store) -> Iterator[ClosedReturn]:
    """Yield what every content of a dataset is, for the ledger of a round that is closed."""
    findings = store["findings_fact"].c
    found = store.select(sa.select(findings.submission_id, findings.code).distinct())
    codes = grouped((number, str(code)) for number, code in found)
    columns = ("submission_id", "submission", "sha256", "verdict", "untouched")
    for row in store.records("submissions", columns=columns):
        if row["sha256"]:
            yield ClosedReturn(
                sha256=row["sha256"],
                verdict=row["verdict"],
                codes=tuple(sorted(codes.get(row["submission_id"], ()))),
                untouched=bool(row["untouched"]),
            )


# with the answers


def result(store: Store, return_: Return) -> Result:
    """Return one return as what reading and checking it gave; refused ones have no submission."""
    sent = None
    read_by = None
    if return_.identity is not None and store.schema.spec is not None:
        read_by = store.schema.spec.folder or store.schema.spec.name
        sent = Submission(
            return_.path,
            return_.sha256 or "",
            return_.size or 0,
            return_.identity,
            return_.signature or "",
            answers=list(answers(store, return_)),
            unplaced=return_.unplaced,
            comments=return_.comments,
            not_run=return_.checks_not_run,
            sheets={sheet.tool: sheet.sheet for sheet in return_.sheets},
            saved=return_.saved or "",
            last=return_.last_answers or "",
        )
    return Result(
        return_.path,
        return_.sha256,
        return_.size,
        return_.verdict,
        return_.findings,
        sent,
        read_by=read_by,
        team=return_.team,
        not_run=return_.checks_not_run,
        checked=return_.checked,
        read_for=return_.read_for,
    )


def answers(store: Store, return_: Return) -> Iterator[Answer]:
    """Return the answers of a return in the order of its workbook; calculated values as they were worked out again."""
    f = store["answers_fact"]
    view = store["answers"]
    query = (
        sa.select(*view.c, f.c.original_type)
        .join_from(
            view, f, sa.and_(f.c.submission_id == return_.submission_id, f.c.slot == view.c.n)
        )
        .where(view.c.submission == return_.submission)
        .order_by(view.c.n)
    )
    names = (*view.c.keys(), "original_type")
    return (answer_of(dict(zip(names, row, strict=True))) for row in store.select(query))


# finds the one return that somebody means

CLOSE = 70  # how alike a misspelt name must be
MOST_NAMES = 8  # told in an error
LEAST_DIGITS = 6  # of a hash, to name a return by its beginning


def find_return(returns: Sequence[Return], name: str) -> Return:
    """Return the return that a name means. Raises `UsageError` with what is possible where it is none or several."""
    named = [return_ for return_ in returns if _is_named(return_, name)]
    is_path = Path(name).is_file()
    matching = named
    if is_path:  # whatever both are called
        content = sha256_of(Path(name))
        matching = [return_ for return_ in returns if return_.sha256 == content]
    if is_path and named and not matching:
        raise UsageError(
            f"{name} was changed since it was taken in.",
            remedy="Consolidate again, or name the return by its hash.",
        )
    if len(matching) == 1:
        return matching[0]
    if matching:
        several = "; ".join(_describe(return_) for return_ in matching)
        raise UsageError(
            f"'{name}' may mean several returns: {several}.",
            value=name,
            remedy="Name it by the number or the hash in brackets.",
        )
    raise UsageError(
        f"There is no return '{name}' in the dataset.", value=name, remedy=_suggest(returns, name)
    )


def shared_name(team: str | None, number: int | None, submission: str, place: int = 1) -> str:
    """Return what a file is called in what is shared: by its team and its number in the order of receipt.

    What could not be opened has no number, and goes by its submission.
    """
    name = f"{team or '?'} {number or submission}"
    return name if place == 1 else f"{name} ({place})"


def _is_named(return_: Return, name: str) -> bool:
    """Say whether a return goes by this name, wherever it was seen."""
    digits = name.casefold()
    hashes = (return_.submission, return_.sha256 or "")
    if len(digits) >= LEAST_DIGITS and any(sha256.startswith(digits) for sha256 in hashes):
        return True
    if return_.return_number is not None and name == str(return_.return_number):
        return True
    if name == shared_name(return_.team, return_.return_number, return_.submission):
        return True
    searched = name.replace("\\", "/").removeprefix("./")
    for path in (return_.path, *(place.path for place in return_.items)):
        way = path.replace("\\", "/")
        if f"/{way}".endswith(f"/{searched}") or searched.endswith(f"/{way.lstrip('./')}"):
            return True
    return False


def _suggest(returns: Sequence[Return], name: str) -> str:
    """Suggest what could have been meant: similar names, else what waits for a decision."""
    files = {return_.name: return_ for return_ in returns}
    close = alike(Path(name).name, list(files), close=CLOSE)
    if close:
        return (
            "Did you mean " + " or ".join(_describe(files[file_name]) for file_name in close) + "?"
        )
    waiting = [return_ for return_ in returns if return_.status == CONFLICT] or list(returns)
    named = "; ".join(_describe(return_) for return_ in waiting[:MOST_NAMES])
    further = f" and {len(waiting) - MOST_NAMES} more" if len(waiting) > MOST_NAMES else ""
    return f"There are: {named}{further}." if named else "It is empty."


def _describe(return_: Return) -> str:
    about = " ".join(str(part) for part in (return_.team, return_.arrived, return_.status) if part)
    return f"{return_.name} ({return_.known_by}): {about}"
