"""From the bytes of a returned file to a `Submission`, or to a `Refusal` that says why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .. import kept_texts
from ..findings import Finding, Need, needing
from ..findings.identity import LAST_ANSWERS_CHANGED
from ..last_answers import written
from ..layout import Layout, laid_out
from ..paths import path_text
from ..spec.compiled import compiled
from ..spec.load import load, names
from ..spec.model import Spec
from ..stamp import UNCHECKED
from ..submission import Identity, Submission
from . import ooxml, other_formats
from .expected import ExpectedWorkbook
from .gate import Admitted, Refused, admit
from .identity import (
    PENDING,
    Stamp,
    Wanted,
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
from .read_result import ReadResult
from .shown_results import ShownResults
from .workbook_state import day_of_calculation, day_on_cover, last_answers


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

    def refused(self, *why: Finding, stamps: tuple[Identity, ...] = ()) -> Refusal:
        """Say why it is no return."""
        return Refusal(self.path, self.sha256, self.size, why, stamps)


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
    stamp = read_stamp(workbook, file.name, want.key)
    made_up = sample(workbook, stamp, file.name)
    if made_up is not None:
        return file.refused(made_up)
    noticed = (*stamp.observations, *workbook.observations)
    if stamp.identity is None:
        return file.refused(*noticed)
    spec = spec_of(stamp.identity, want.spec)
    if spec is None:
        expected = load_spec(want.spec).name if want.spec else ", ".join(names())
        why_not: Finding | None = another_spec(stamp.identity, file.name, expected)
    else:
        why_not = unreadable(stamp.identity, spec, file.name)
    # of a stamp whose signature is checked by somebody else
    stamps = stamp.copies if stamp.signature == PENDING else ()
    if spec is None or why_not is not None:
        return file.refused(*filter(None, (why_not,)), *noticed, stamps=stamps)
    submission = _read(workbook, file, stamp, stamp.identity, spec)
    submission.period, submission.stamps = want.period, stamps
    submission.observations = [
        *stamp.observations,
        *disagreements(stamp, spec, file.name, want),
        *workbook.observations,
        *submission.observations,
    ]
    return submission


AS_ISSUED = needing(Need.EDITION)
load_spec = lru_cache(maxsize=16)(load)


def spec_of(identity: Identity, wanted: str | None) -> Spec | None:
    """Give the spec of a stamp, if it is the wanted one. A stamp names a spec; it never leads to a folder."""
    if wanted is not None:
        spec = load_spec(wanted)
        return spec if spec.name == identity.spec else None
    return load_spec(identity.spec) if identity.spec in names() else None


def _read(workbook: RawWorkbook, file: File, stamp: Stamp, identity: Identity, spec: Spec) -> Submission:
    plan, lost, older = plan_for(identity, spec), frozenset(workbook.cannot_tell), is_older(identity, spec)
    same = identity.layout == plan.layout.digest
    known = identity if same and identity.edition and identity.edition == plan.edition else None
    last = last_answers(workbook, plan.layout, identity)
    found = ReadResult(plan, same, older, lost, known, last)
    locate(workbook, found)
    submission = Submission(
        file.path,
        file.sha256,
        file.size,
        identity,
        stamp.signature,
        answers(found, epoch_1904=workbook.epoch_1904),
        found.observations,
        found.unplaced,
        found.comments,
        {**checks_lost(workbook.cannot_tell, workbook.format)},
        found.sheets,
        found.cells,
        calculated_on=day_of_calculation(workbook, identity),
        replaced=found.no_longer,
        older=older,
        saved=workbook.saved,
        last=written(last or {}),
    )
    if found.results and day_on_cover(workbook) is not None:  # else nobody knows what the sheets had to show
        results = ShownResults(plan, found.results)
        if results.calculated:
            submission.shown_checks, submission.shown_rows = results.checks(), results.rows()
            submission.shown_otherwise = list(results.differing(submission))
    if last is None:
        submission.observations.append(LAST_ANSWERS_CHANGED.at())
    reading_last = (rule.rule.code for rule in compiled(spec).rules if rule.reads_last)
    # why checks did not run; where several reasons hold, the last one is given
    for holds, codes, why in (
        (older, needing(Need.VERSION), kept_texts.OLDER_VERSION),
        (stamp.signature == UNCHECKED, needing(Need.KEY), kept_texts.NO_KEY),
        (last is None, reading_last, kept_texts.OTHER_LAST),
        (known is None, AS_ISSUED, kept_texts.OLDER_TEXTS if older else kept_texts.OTHER_ISSUER),
    ):
        if holds:
            submission.not_run |= dict.fromkeys(codes, why)
    return submission


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
        plan = _PLANS[key] = ExpectedWorkbook(laid_out(spec, identity.language, tools, rows, last=last))
    return plan


def layout_of(identity: Identity, wanted: str | None) -> Layout:
    """Give the layout that a workbook with this stamp is read against. Raises ValueError where the spec is another."""
    spec = spec_of(identity, wanted)
    if spec is None:
        raise ValueError(f"not read as a workbook of {wanted}")
    return plan_for(identity, spec).layout
