"""From the bytes of a returned file to a `Submission`, or to a `Refusal` that says why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from .. import kept_texts
from ..findings import Finding, Need, needing
from ..findings.identity import LAST_ANSWERS_CHANGED
from ..kept_texts import Kept
from ..last_answers import written
from ..layout import Layout, build
from ..paths import path_text
from ..spec.compiled import compiled
from ..spec.load import load, names
from ..spec.model import Spec
from ..stamp import UNCHECKED
from ..submission import Identity, Period, Submission
from . import ooxml, other_formats
from .expected import ExpectedWorkbook
from .gate import Admitted, Refused, admit
from .identity import (
    PENDING,
    Expected,
    Key,
    Stamp,
    another_spec,
    chosen_tools,
    disagreements,
    is_older,
    read_stamp,
    register_rows,
    sample,
    unreadable,
)
from .locate import locate
from .normalise import answers
from .other_formats import checks_lost
from .raw import RawWorkbook, Unreadable
from .read_result import ReadContext, ReadResult
from .shown_results import ShownResults
from .unplaced import leftovers
from .workbook_state import day_of_calculation, day_on_cover, last_answers


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a returned file should be: of this spec, round and team, signed under this key. None: any."""

    spec: str | None = None  # name or folder
    round: str | None = None
    teams: tuple[str, ...] | None = None
    key: Key = None
    period: Period = (None, None)  # of the round

    @property
    def expected(self) -> Expected:
        """What is expected of the stamp."""
        return Expected(self.round, None if self.teams is None else frozenset(self.teams), self.key)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that cannot be read as a return, and why."""

    path: str
    sha256: str | None
    size: int | None
    observations: tuple[Finding, ...]
    stamps: tuple[Identity, ...] = ()  # both copies as they stand in the file, until its signature is checked


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a file before it is read."""

    path: str
    sha256: str
    size: int
    format: str

    @classmethod
    def of(cls, admitted: Admitted) -> File:
        """Give what the gate knows of it."""
        return cls(path_text(admitted.path), admitted.sha256, admitted.size, admitted.format)

    @property
    def name(self) -> str:
        """Without its folder."""
        return Path(self.path).name

    def refused(self, *why: Finding) -> Refusal:
        """Say why it is no return."""
        return Refusal(self.path, self.sha256, self.size, why)


def read(path: str | Path, want: Wanted, *, password: str | None = None) -> Submission | Refusal:
    """Read one file in this very process: for files that one made oneself; others go through `validate`."""
    admitted = admit(Path(path), password)
    if isinstance(admitted, Refused):
        return Refusal(path_text(admitted.path), admitted.sha256, admitted.size, (admitted.observation,))
    return read_content(admitted.data, File.of(admitted), want)


def read_content(data: bytes, file: File, want: Wanted) -> Submission | Refusal:
    """Read one file. Needs nothing but its arguments, so that it can run in a process of its own."""
    try:
        workbook = raw_workbook(data, file.format)
    except Unreadable as problem:
        return file.refused(problem.observation)
    return read_raw(workbook, file, want)


def raw_workbook(data: bytes, format: str) -> RawWorkbook:
    """Read what a workbook of any format holds; raises Unreadable."""
    if format in ("xlsx", "xlsm"):
        return ooxml.read(data)
    return other_formats.read(data, format)


def read_raw(workbook: RawWorkbook, file: File, want: Wanted) -> Submission | Refusal:
    """Read what a workbook says, compared with the layout that its stamp names."""
    observations = workbook.observations
    stamp = read_stamp(workbook, file.name, want.key)
    made_up = sample(workbook, stamp, file.name)
    if made_up is not None:
        return file.refused(made_up)
    if stamp.identity is None:
        return file.refused(*stamp.observations, *observations)
    spec = spec_of(stamp.identity, want.spec)
    if spec is None:
        expected = want.spec and load_spec(want.spec).name
        why = another_spec(stamp.identity, file.name, expected or ", ".join(names()))
        return replace(file.refused(why, *stamp.observations, *observations), stamps=_to_check(stamp))
    why_not = unreadable(stamp.identity, spec, file.name)
    if why_not is not None:
        return replace(file.refused(why_not, *stamp.observations, *observations), stamps=_to_check(stamp))
    submission = _read(workbook, file, stamp, stamp.identity, spec)
    submission.period = want.period
    submission.observations = [
        *stamp.observations,
        *disagreements(stamp, spec, file.name, want.expected),
        *observations,
        *submission.observations,
    ]
    return submission


def _to_check(stamp: Stamp) -> tuple[Identity, ...]:
    """Give the copies of a stamp whose signature is checked by somebody else."""
    return stamp.copies if stamp.signature == PENDING else ()


AS_ISSUED = needing(Need.EDITION)
load_spec = lru_cache(maxsize=16)(load)


def spec_of(identity: Identity, wanted: str | None) -> Spec | None:
    """Give the spec of a stamp, if it is the wanted one. A stamp names a spec; it never leads to a folder."""
    if wanted is not None:
        spec = load_spec(wanted)
        return spec if spec.name == identity.spec else None
    return load_spec(identity.spec) if identity.spec in names() else None


def _read(workbook: RawWorkbook, file: File, stamp: Stamp, identity: Identity, spec: Spec) -> Submission:
    plan = plan_for(identity, spec)
    older = is_older(identity, spec)
    same = identity.layout == plan.layout.digest
    known = identity if same and identity.edition and identity.edition == plan.edition else None
    last = last_answers(workbook, plan.layout, identity)
    found = locate(workbook, plan, ReadContext(same, older, frozenset(workbook.cannot_tell), known, last))
    submission = Submission(
        file.path, file.sha256, file.size, identity, stamp.signature, last=written(last or {})
    )
    _fill(submission, found, workbook)
    formulas_lost = "formulas" in workbook.cannot_tell
    submission.answers = answers(
        found.filled, plan, epoch_1904=workbook.epoch_1904, formulas_lost=formulas_lost
    )
    submission.stamps = _to_check(stamp)
    submission.calculated_on = day_of_calculation(workbook, identity)
    submission.saved, submission.older = workbook.saved, older
    submission.replaced = found.no_longer
    if found.results and day_on_cover(workbook) is not None:  # else nobody knows what the sheets had to show
        _compare_results(submission, ShownResults(plan, found.results))
    submission.not_run |= _not_run(workbook, older, stamp.signature == UNCHECKED)
    if last is None:
        submission.observations.append(LAST_ANSWERS_CHANGED.at())
        submission.not_run |= _not_known(plan.layout.spec)
    if known is None:
        submission.not_run |= _not_compared(older)
    return submission


def _compare_results(submission: Submission, results: ShownResults) -> None:
    """Note what check cells and lists show, and whatever does not follow from it."""
    if results.calculated:
        submission.shown_checks, submission.shown_rows = results.checks(), results.rows()
        submission.shown_otherwise = list(results.differing(submission))


def _fill(submission: Submission, found: ReadResult, workbook: RawWorkbook) -> None:
    submission.observations = found.observations
    submission.unplaced = [*found.unplaced, *leftovers(workbook)]
    submission.comments = found.comments
    submission.cells, submission.sheets = found.cells, found.sheets


_PLANS: dict[tuple[str, str, str, tuple[str, ...] | None, int | None, bool], ExpectedWorkbook] = {}
MOST_PLANS = 32


def plan_for(identity: Identity, spec: Spec) -> ExpectedWorkbook:
    """Give the layout that a workbook was issued with, made ready for reading; made once for all files of it."""
    tools = chosen_tools(identity, spec)
    rows = register_rows(identity)
    chosen = None if tools is None else tuple(tools)
    last = bool(identity.last_digest)
    key = (spec.digest or str(id(spec)), spec.folder, identity.language, chosen, rows, last)
    plan = _PLANS.get(key)
    if plan is None:
        if len(_PLANS) >= MOST_PLANS:
            _PLANS.clear()
        plan = _PLANS[key] = ExpectedWorkbook(build(spec, identity.language, tools, rows, last=last))
    return plan


def layout_of(identity: Identity, wanted: str | None) -> Layout:
    """Give the layout that a workbook with this stamp is read against. Raises ValueError where the spec is another."""
    spec = spec_of(identity, wanted)
    if spec is None:
        raise ValueError(f"not read as a workbook of {wanted}")
    return plan_for(identity, spec).layout


def _not_compared(older: bool) -> dict[str, Kept]:
    """Give the checks of texts, formulas and results that nobody here knows as they were issued."""
    return dict.fromkeys(AS_ISSUED, kept_texts.OLDER_TEXTS if older else kept_texts.OTHER_ISSUER)


def _not_known(spec: Spec) -> dict[str, Kept]:
    """Give the rules that need the answers of the round before."""
    known = (rule.rule.code for rule in compiled(spec).rules if rule.reads_last)
    return dict.fromkeys(known, kept_texts.OTHER_LAST)


def _not_run(workbook: RawWorkbook, older: bool, unchecked: bool) -> dict[str, Kept]:
    """Give the checks that could not run, and why."""
    why = checks_lost(workbook.cannot_tell, workbook.format)
    if older:
        why |= dict.fromkeys(needing(Need.VERSION), kept_texts.OLDER_VERSION)
    if unchecked:
        why |= dict.fromkeys(needing(Need.KEY), kept_texts.NO_KEY)
    return why
