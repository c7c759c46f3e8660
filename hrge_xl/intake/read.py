"""From the bytes of a returned file to a `Submission`, or to a `Refusal` that says why there is none."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from .. import kept_texts
from ..answer_columns import Columns, Remarked
from ..errors import Mistake, SpecError
from ..fault_isolation import apart, stopped
from ..findings import Need, needing
from ..findings.file import STOPPED_BY_THIS_FILE
from ..findings.identity import LAST_ANSWERS_CHANGED
from ..gc_pause import gc_paused
from ..layout import Layout, laid_out
from ..observation import Observation
from ..path_text import path_text
from ..spec.compiled import compiled
from ..spec.load import SPEC_HOMES, find, is_path, load, names
from ..spec.model import Spec
from ..stamp import UNCHECKED
from ..submission import Identity, Period, ShownChecks, ShownRows, Submission, Unplaced
from . import ooxml, other_formats
from .closed_format import may_answer
from .expected import ExpectedWorkbook
from .gate import Admitted, Refused, admit, fingerprint
from .identity import (
    PENDING,
    Elsewhere,
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
    stamp_alone,
    unreadable,
)
from .limits import LIMITS, Limits
from .locate import locate
from .normalise import answers
from .other_formats import checks_lost
from .raw import RawWorkbook, Unreadable
from .read_result import ReadContext, ReadResult
from .shown_results import ShownResults
from .signatures import settle, to_believe
from .transfer import Transfer, pack, unpack, with_answers
from .unplaced import leftovers
from .workbook_state import day_of_calculation, day_on_cover, last_answers
from .worker import Died, NotStarted, WorkerPool


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
    observations: tuple[Observation, ...]
    stamps: tuple[Identity, ...] = ()  # both copies as they stand in the file, until its signature is checked


@dataclass(frozen=True, slots=True)
class _File:
    """What is known of a file before it is read."""

    path: str
    sha256: str
    size: int
    format: str

    @classmethod
    def of(cls, admitted: Admitted) -> _File:
        """Make one from what the gate knows of it."""
        return cls(path_text(admitted.path), admitted.sha256, admitted.size, admitted.format)

    @property
    def name(self) -> str:
        return Path(self.path).name

    def stopped(self, fault: Exception) -> Refusal:
        return self.refused(stopped(self.path, fault))

    def refused(self, *why: Observation) -> Refusal:
        return Refusal(self.path, self.sha256, self.size, why)


def read_bytes(
    data: bytes, *, path: str, sha256: str, size: int, format: str, want: Wanted
) -> Submission | Refusal:
    """Read one file. Needs nothing but its arguments, so that it can run in a process of its own."""
    return _read_file(data, _File(path, sha256, size, format), want)


@gc_paused()
def _read_file(data: bytes, file: _File, want: Wanted) -> Submission | Refusal:
    try:
        workbook = raw_workbook(data, file.format)
    except Unreadable as problem:
        return file.refused(problem.observation)
    return _read_workbook(workbook, file, want)


def read_raw(
    workbook: RawWorkbook, *, path: str, want: Wanted, sha256: str = "", size: int = 0
) -> Submission | Refusal:
    """Read what a reader has already taken out of a file."""
    return _read_workbook(workbook, _File(path, sha256, size, workbook.format), want)


def raw_workbook(data: bytes, format: str) -> RawWorkbook:
    """Read what a workbook of any format holds; raises Unreadable."""
    if format in ("xlsx", "xlsm"):
        return ooxml.read(data)
    return other_formats.read(data, format)


def _read_workbook(workbook: RawWorkbook, file: _File, want: Wanted) -> Submission | Refusal:
    """Read what a workbook says, compared with the layout that its stamp names."""
    observations = workbook.observations
    stamp = read_stamp(workbook, file.name, want.key)
    made_up = sample(workbook, stamp, file.name)
    if made_up is not None:
        return file.refused(made_up)
    if stamp.identity is None:
        return file.refused(*stamp.observations, *observations)
    spec = _spec(stamp.identity, want.spec)
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


def _spec(identity: Identity, wanted: str | None) -> Spec | None:
    """Give the spec of a stamp, if it is the wanted one. A stamp names a spec; it never leads to a folder."""
    if wanted is not None:
        spec = load_spec(wanted)
        return spec if spec.name == identity.spec else None
    return load_spec(identity.spec) if identity.spec in names() else None


def _read(workbook: RawWorkbook, file: _File, stamp: Stamp, identity: Identity, spec: Spec) -> Submission:
    plan = plan_for(identity, spec)
    older = is_older(identity, spec)
    same = identity.layout == plan.layout.digest
    known = identity if same and identity.edition and identity.edition == plan.edition else None
    last = last_answers(workbook, plan.layout, identity)
    found = locate(workbook, plan, ReadContext(same, older, frozenset(workbook.cannot_tell), known, last))
    submission = Submission(file.path, file.sha256, file.size, identity, stamp.signature, last=last or {})
    _fill(submission, found, workbook)
    columns = answers(
        found.filled,
        plan,
        epoch_1904=workbook.epoch_1904,
        formulas_lost="formulas" in workbook.cannot_tell,
    )
    with_answers(submission, columns, plan)
    submission.stamps = _to_check(stamp)
    submission.calculated_on = day_of_calculation(workbook, identity)
    submission.saved, submission.older = workbook.saved, older
    submission.replaced = found.no_longer
    if found.results and day_on_cover(workbook) is not None:  # else nobody knows what the sheets had to show
        _compare_results(submission, ShownResults(plan, found.results))
    submission.not_run = _not_run(workbook, older, stamp.signature == UNCHECKED)
    if last is None:
        submission.observations.append(Observation(LAST_ANSWERS_CHANGED))
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
        plan = _PLANS[key] = ExpectedWorkbook(laid_out(spec, identity.language, tools, rows, last=last))
    return plan


def layout_of(submission: Submission, want: Wanted) -> Layout:
    """Give the layout that a submission was read against."""
    return _plan_of(submission, want).layout


def _plan_of(submission: Submission, want: Wanted) -> ExpectedWorkbook:
    spec = _spec(submission.identity, want.spec)
    if spec is None:
        raise ValueError(f"{submission.path} was not read as a workbook of {want.spec}")
    return plan_for(submission.identity, spec)


def _not_compared(older: bool) -> dict[str, str]:
    """Give the checks of texts, formulas and results that nobody here knows as they were issued."""
    return dict.fromkeys(AS_ISSUED, kept_texts.OLDER_TEXTS if older else kept_texts.OTHER_ISSUER)


def _not_known(spec: Spec) -> dict[str, str]:
    """Give the rules that need the answers of the round before."""
    known = (rule.rule.code for rule in compiled(spec).rules if rule.reads_last)
    return dict.fromkeys(known, kept_texts.OTHER_LAST)


def _not_run(workbook: RawWorkbook, older: bool, unchecked: bool) -> dict[str, str]:
    """Give the checks that could not run, and why."""
    why = checks_lost(workbook.cannot_tell, workbook.format)
    if older:
        why |= dict.fromkeys(needing(Need.VERSION), kept_texts.OLDER_VERSION)
    if unchecked:
        why |= dict.fromkeys(needing(Need.KEY), kept_texts.NO_KEY)
    return why


def read(path: str | Path, want: Wanted, *, password: str | None = None) -> Submission | Refusal:
    """Read one file in this very process: for files that one made oneself; others go through `read_many`."""
    admitted = admit(Path(path), password)
    if isinstance(admitted, Refused):
        return _turned_away(admitted)
    return _read_file(admitted.data, _File.of(admitted), want)


Readers = WorkerPool["_Job", "Transfer | Refusal | SpecError"]
"""Processes that read files; they are worth keeping for many batches, as they learn what files have in common."""


def readers(jobs: int = 1, limits: Limits = LIMITS) -> Readers:
    """Make new processes for reading, each under these limits; they live until they are closed."""
    return WorkerPool(read_job, jobs, limits, readable=SPEC_HOMES)


def read_many(
    paths: Iterable[str | Path],
    want: Wanted,
    jobs: int = 1,
    *,
    password: str | None = None,
    by: Readers | None = None,
) -> Iterator[Submission | Refusal]:
    """Read files in processes of their own, in the order given; one result a file, whatever the file is.

    `by` are processes that are there already, else there are `jobs` new ones. Raises `UsageError` or `SpecError`
    at once when the wanted spec does not exist or has mistakes, and `SpecError` on the way where a stamp names
    a spec that has some.
    """
    if want.spec is not None:
        load_spec(want.spec)
    return _read_by_new(paths, want, jobs, password) if by is None else _read_by(by, paths, want, password)


def _read_by_new(
    paths: Iterable[str | Path], want: Wanted, jobs: int, password: str | None
) -> Iterator[Submission | Refusal]:
    with readers(jobs) as pool:
        yield from _read_by(pool, paths, want, password)


def _read_by(
    pool: Readers, paths: Iterable[str | Path], want: Wanted, password: str | None
) -> Iterator[Submission | Refusal]:
    if want.spec is not None and is_path(want.spec):
        folder = find(want.spec)
        pool.allow(folder)
        want = replace(want, spec=str(folder))  # a path from here leads nowhere from another folder
    given = replace(want, key=Elsewhere()) if isinstance(want.key, bytes) else want
    waiting: deque[Refusal | _Job] = deque()  # what was not yet handed out, in order

    def admitted() -> Iterator[_Job]:
        for path in paths:
            (found,) = apart(partial(_admitted, password), [Path(path)], _not_admitted)
            if isinstance(found, Refused):
                waiting.append(_turned_away(found))
            else:
                job = (found.data, _File.of(found), given)
                waiting.append(job)
                yield job
        first = next((each for each in waiting if not isinstance(each, Refusal)), None)
        if first is not None:
            _prepare(first)

    for outcome in pool.work(admitted()):
        while isinstance(head := waiting.popleft(), Refusal):
            yield head
        yield _arrived(outcome, head, want.key, pool)
    yield from (each for each in waiting if isinstance(each, Refusal))


_Job = tuple[bytes, _File, Wanted]


def _prepare(job: _Job) -> None:
    """Load the spec that a file names at a glance, while another process reads the file."""
    with suppress(Exception):  # whatever is wrong with it is told with the file itself
        _spec_at_a_glance(job)


def _spec_at_a_glance(job: _Job) -> None:
    """Load the spec that a file names. Raises `SpecError`."""
    data, _, want = job
    identity = stamp_alone(data)
    if identity is not None:
        _spec(identity, want.spec)


def _arrived(
    outcome: Transfer | Refusal | SpecError | Died, job: _Job, key: Key, pool: Readers
) -> Submission | Refusal:
    """Give what came back of a file. Whatever that is, it is about this file and no other."""
    try:
        return _settled(_unpacked(outcome, job), job, key, pool)
    except (SpecError, NotStarted):
        raise
    except Exception as fault:  # noqa: BLE001 - a process that was taken over may answer anything
        return job[1].stopped(fault)


def _settled(found: Submission | Refusal, job: _Job, key: Key, pool: Readers) -> Submission | Refusal:
    """Give a result with its signature checked; the file is read once more where another copy of its stamp counts."""
    if not isinstance(key, bytes):
        return found
    read_by = found.identity if isinstance(found, Submission) else None
    believed = to_believe(found.stamps, read_by, key)
    if believed is not None:
        data, file, want = job
        again = (data, file, replace(want, key=Elsewhere(believed)))
        (outcome,) = pool.work([again])
        found = _unpacked(outcome, again)
    if isinstance(found, Refusal):
        return replace(found, stamps=())
    settle(found, key)
    return found


def read_job(job: _Job) -> Transfer | Refusal | SpecError:
    """Read one file: what a child process does."""
    try:
        result = _read_file(*job)
        return result if isinstance(result, Refusal) else pack(result, _plan_of(result, job[2]))
    except SpecError as broken:  # no fault of the file, and the same for every other one of that spec
        return broken


may_answer(
    Transfer,
    Columns,
    Remarked,
    Submission,
    Identity,
    Observation,
    Unplaced,
    ShownChecks,
    ShownRows,
    Refusal,
    SpecError,
    Mistake,
)


def _admitted(password: str | None, paths: Sequence[Path]) -> list[Admitted | Refused]:
    return [admit(path, password) for path in paths]


def _not_admitted(path: Path, fault: Exception) -> list[Admitted | Refused]:
    observation = Observation(STOPPED_BY_THIS_FILE, detail=stopped(path_text(path), fault).detail)
    return [Refused(path, *fingerprint(path), observation)]


def _unpacked(outcome: Transfer | Refusal | SpecError | Died, job: _Job) -> Submission | Refusal:
    """Unpack what came back of a file, ready for use."""
    _, file, want = job
    if isinstance(outcome, Transfer):
        ours = replace(outcome.submission, path=file.path, sha256=file.sha256, size=file.size)
        return unpack(outcome._replace(submission=ours), _plan_of(ours, want))
    if isinstance(outcome, Refusal):
        return replace(file.refused(*outcome.observations), stamps=outcome.stamps)
    if isinstance(outcome, SpecError):
        _spec_at_a_glance(job)  # which raises it, if it is true
    died = outcome if isinstance(outcome, Died) else Died("crash")
    return file.refused(died.observation)


def _turned_away(refused: Refused) -> Refusal:
    path = path_text(refused.path)
    return Refusal(path, refused.sha256, refused.size, (refused.observation,))
