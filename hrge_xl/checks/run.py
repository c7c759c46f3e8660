"""One batch from answers to outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from .. import kept_texts
from ..findings import Severity, codes
from ..findings.identity import COUNTRY_DIFFERS, PERIOD_OUTSIDE_ROUND
from ..findings.structure import FORMULA_OVERWRITTEN
from ..findings.value import ANSWER_MISSING, CALCULATION_DIFFERS, CALCULATION_NOT_CURRENT
from ..layout import Layout
from ..observation import Observation
from ..spec.compiled import CompiledSpec
from .batch import Batch
from .calculated import columns, overwritten, values
from .draft_batch import DraftBatch, Plan
from .error_propagation import NONE, ErrorPropagation
from .evaluator import Evaluator
from .hits import NO_SLOT, Finder, Hit
from .indeterminate_checks import doubts_of, indeterminate, unknown
from .listed_rows import kept
from .messages import FindingWriter
from .observed import in_order, observations
from .outcome import Outcome, Progress
from .readings import kinds_of, readings
from .required import NOT_REQUIRED, Reasons, Requirements, missing
from .results import differing_results
from .sheet_view import as_seen, is_seen_otherwise
from .verdicts import check_numbers, verdicts
from .violations import other_countries, other_periods, violations, wrong_answers


def outcomes(program: CompiledSpec, batch: Batch, *, in_sheets: bool) -> list[Outcome]:
    """Check one batch; with `in_sheets` also what the check cells must say."""
    judged = _judge(program, batch, in_sheets=in_sheets)
    run, results = judged.run, judged.results
    doubts = doubts_of(run, judged.hits)
    open_ones = indeterminate(doubts) if doubts else []
    wording, held_back = FindingWriter(run, judged.finder), {each.key for each in open_ones}
    spoken = [
        hit
        for hit in judged.hits
        if (hit.code, hit.submission, hit.slot) not in held_back
        and hit.code not in run.batch.submissions[hit.submission].not_run
    ]
    _word(wording, spoken, results, _results(program, batch, judged))
    _measure(run.batch, judged.reasons, results)
    _account(run.batch, program, results)
    for submission, whys in wording.indeterminate(open_ones).items():
        results[submission].checks_not_run |= whys
    if doubts:
        _forget(doubts, results)
    return results


def _forget(doubts: ErrorPropagation, results: Sequence[Outcome]) -> None:
    """Leave out calculated values that are made from what could not be read."""
    for column in columns(doubts.run):
        for number, row in zip(*np.nonzero(unknown(doubts, column) != NONE), strict=True):
            if not doubts.batch.submissions[number].older:  # there it was not asked, which is known
                tool, code = column.key
                results[number].calculated.pop((tool, column.table.rows[row], code), None)


def foretold(program: CompiledSpec, plans: Sequence[Plan]) -> list[Outcome]:
    """Foretell what the sheets of one batch of workbooks will say: verdicts and calculated values, nothing in words."""
    return _judge(program, DraftBatch.to_be(plans), in_sheets=True).results


CALCULATED = (CALCULATION_DIFFERS, CALCULATION_NOT_CURRENT)


class _Judged(NamedTuple):
    """A batch with everything that was found in it, before it is put into words."""

    run: Evaluator
    finder: Finder
    reasons: Reasons
    hits: list[Hit]
    results: list[Outcome]


def _judge(program: CompiledSpec, batch: Batch, *, in_sheets: bool) -> _Judged:
    run, finder = Evaluator(batch, program), Finder(batch)
    requirements = Requirements(run)
    reasons = requirements.matrix()
    hits = [
        *readings(batch, finder),
        *wrong_answers(run, finder),
        *missing(requirements, reasons),
        *overwritten(run, _as_calculated(run), finder),
        *violations(run, finder),
        *other_countries(run, finder),
        *other_periods(run, finder),
    ]
    results = [
        Outcome(calculated=calculated, kept=rows)
        for calculated, rows in zip(values(run), kept(run), strict=True)
    ]
    if in_sheets:
        for result, verdict in zip(results, verdicts(batch, program, reasons, hits), strict=True):
            result.verdicts = verdict
    return _Judged(run, finder, reasons, hits, results)


def _results(program: CompiledSpec, batch: Batch, judged: _Judged) -> dict[int, Sequence[Observation]]:
    """Find what check cells and lists of submissions show otherwise than they should have when they were calculated."""
    if not any(each.shown_checks for each in batch.submissions):
        return {}
    found = _differing(program, batch, judged)
    unsure = [number for number, told in found.items() if told and is_seen_otherwise(batch, number)]
    if unsure:  # what an answer decides that its sheet does not understand, the sheet cannot show
        seen = as_seen(batch, unsure)
        again = _differing(program, seen, _judge(program, seen, in_sheets=False))
        found |= {unsure[number]: told for number, told in again.items()}
    wrong = {hit.submission for hit in judged.hits if hit.kind in CALCULATED}
    # Where a check or a calculated answer shows something else, what follows from it is not news.
    return {
        number: told if told or number in wrong else batch.submissions[number].shown_otherwise
        for number, told in found.items()
    }


def _differing(program: CompiledSpec, batch: Batch, judged: _Judged) -> dict[int, Sequence[Observation]]:
    """For each submission which check cells and lists show something else than follows from its answers."""
    reasons, hits, rows = judged.reasons, judged.hits, [result.kept for result in judged.results]
    if program.by_the_day and list(batch.calculated_on) != list(batch.days):
        then = Evaluator(batch, program, batch.calculated_on)
        requirements = Requirements(then)
        reasons, rows = requirements.matrix(), kept(then)
        hits = [*_as_of(then, judged), *missing(requirements, reasons)]
    numbers = check_numbers(batch, program, reasons, hits)
    return {
        number: list(differing_results(batch.submissions[number], batch.layout(number), expected, kept_then))
        for number, (expected, kept_then) in enumerate(zip(numbers, rows, strict=True))
    }


def _as_of(then: Evaluator, judged: _Judged) -> Iterator[Hit]:
    """Give the hits of another day, but for missing answers: those that no day can change, and the others anew."""
    program, finder = then.program, judged.finder
    dated = {id(parsed.rule) for parsed in program.dated_rules}
    checks = {key: {check.kind for check in checks} for key, checks in program.dated_checks.items()}
    for hit in judged.hits:
        is_missing = hit.kind is ANSWER_MISSING or (hit.rule is not None and hit.rule.check is None)
        if not (is_missing or id(hit.rule) in dated or hit.kind in checks.get(_field(then, hit), ())):
            yield hit
    yield from violations(then, finder, program.dated_rules)
    yield from wrong_answers(then, finder, program.dated_checks)


def _field(run: Evaluator, hit: Hit) -> tuple[str, str]:
    return ("", "") if hit.slot == NO_SLOT else run.batch.cell_index.place[hit.slot][0].key


def _as_calculated(run: Evaluator) -> Evaluator:
    """Give the evaluator as of the days on which the sheets were calculated; itself where no other day can matter."""
    batch, program = run.batch, run.program
    if not program.dated or batch.calculated_on == batch.days:
        return run
    then = Evaluator(batch, program, batch.calculated_on)
    Requirements(then)
    return then


def _word(
    wording: FindingWriter,
    hits: Sequence[Hit],
    results: Sequence[Outcome],
    shown: Mapping[int, Sequence[Observation]],
) -> None:
    for hit in hits:
        results[hit.submission].findings.append(wording.finding(hit))
    for number, result in enumerate(results):
        found = [*result.findings, *observations(wording.batch, number, shown.get(number, ()))]
        result.findings = in_order(wording.batch, number, found)


def _measure(batch: Batch, reasons: Reasons, results: Sequence[Outcome]) -> None:
    """How far each sheet is."""
    needed = reasons > NOT_REQUIRED
    given = needed & batch.replies
    spans: dict[str, list[slice]] = {}
    for column in batch.cell_index.column_list:
        if column.asked:
            spans.setdefault(column.key[0], []).append(column.slots)
    for tool, slots in spans.items():
        at = np.concatenate([np.arange(each.start, each.stop) for each in slots])
        required, answers = needed[:, at].sum(axis=1).tolist(), given[:, at].sum(axis=1).tolist()
        for number, result in enumerate(results):
            if tool in batch.layouts[number].sheet:
                result.progress[tool] = Progress(required[number], answers[number])
    for result in results:
        for finding in result.findings:
            _count(result.progress.get(finding.tool or ""), finding.severity)


def _count(progress: Progress | None, severity: Severity) -> None:
    if progress is not None:
        progress.errors += severity is Severity.ERROR
        progress.warnings += severity is Severity.WARNING


def _account(batch: Batch, program: CompiledSpec, results: Sequence[Outcome]) -> None:
    """Which checks ran, and which did not and why."""
    built_in = kinds_of(program) | {ANSWER_MISSING.code}
    built_in |= {check.kind.code for each in program.fields.values() for check in each.checks}
    if program.formulas:
        built_in |= set(codes(*CALCULATED, FORMULA_OVERWRITTEN))
    if program.spec.identity.country is not None:
        built_in.add(COUNTRY_DIFFERS.code)
    if program.spec.identity.period_start is not None and any(any(each.period) for each in batch.submissions):
        built_in.add(PERIOD_OUTSIDE_ROUND.code)
    for number, result in enumerate(results):
        layout, submission = batch.layouts[number], batch.submissions[number]
        result.checks_not_run = submission.not_run | _not_run(program, layout)
        rules = {parsed.rule.code for parsed in program.rules}
        result.checks_run = sorted((built_in | rules) - set(result.checks_not_run))


def _not_run(program: CompiledSpec, layout: Layout) -> dict[str, str]:
    reasons = {}
    there = {parsed.rule.code for parsed in program.rules if parsed.rule.tool in layout.sheet}
    for rule in (parsed.rule for parsed in program.rules):
        if rule.code not in there:  # a rule may stand for several sheets
            reasons[rule.code] = kept_texts.NO_SHEET
        elif rule.check is None and not rule.require:
            reasons[rule.code] = rule.reader_only.source
    return reasons
