"""One return from answers to its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from .. import kept_texts
from ..findings import Finding, Severity, codes
from ..findings.identity import COUNTRY_DIFFERS, PERIOD_OUTSIDE_ROUND
from ..findings.structure import FORMULA_OVERWRITTEN
from ..findings.value import ANSWER_MISSING, CALCULATION_DIFFERS, CALCULATION_NOT_CURRENT
from ..layout import Layout
from ..spec.compiled import compiled
from ..submission import Outcome, Progress, Submission
from .answer_view import AnswerView, IssuedTables
from .calculated import calculated_answers, overwritten
from .doubts import UnreadArea, gaps_of, in_doubt, unread_slots
from .hits import Hit, broken_rules, kinds_of, missing, other_country, other_period, readings, wrong_answers
from .messages import FindingWriter, in_order
from .program import program_of
from .verdicts import as_seen, differing_results, rows_kept, verdicts

MOST_LAYOUTS = 32  # whose tables are remembered
CALCULATED = (CALCULATION_DIFFERS, CALCULATION_NOT_CURRENT)


class JudgedReturn(NamedTuple):
    """A return with everything that was found in it, before it is put into words."""

    view: AnswerView
    then: AnswerView  # as of the day that its sheets were calculated on
    gaps: Sequence[UnreadArea]
    hits: Sequence[Hit]


def check(submission: Submission, layout: Layout, *, today: date, in_sheets: bool = False) -> Outcome:
    """Check one return, in any language and choice of tools; with `in_sheets` also what the check cells must say."""
    judged = judge(submission, layout, today)
    view = judged.view
    doubtful = in_doubt(view, judged.hits, judged.gaps)
    undecided = doubtful.undecided() if doubtful else []
    held_back = {hit.key for hit, _ in undecided}
    writer = FindingWriter(view, judged.gaps)
    spoken = (hit for hit in judged.hits if hit.key not in held_back and hit.code not in submission.not_run)
    noticed = [*submission.observations, *_results(judged, today)]
    found = [*map(writer.finding, spoken), *(replace(each, language=layout.language) for each in noticed)]
    result = Outcome(
        in_order(view, found), verdicts(view, judged.hits) if in_sheets else {},
        calculated_answers(view, set(doubtful.without_known_value()) if doubtful else ()), rows_kept(view),
        sheets={tool: view.sheet_name(tool) for tool in layout.sheet},
    )  # fmt: skip
    asked = {column.table.tool.code for column in view.program.column_list if column.asked}
    result.progress = {tool: Progress(*view.counts(tool)) for tool in layout.sheet if tool in asked}
    for finding in result.findings:
        progress = result.progress.get(finding.tool or "")
        if progress is not None:
            progress.errors += finding.severity is Severity.ERROR
            progress.warnings += finding.severity is Severity.WARNING
    _account(view, result)
    result.checks_not_run |= writer.reasons(undecided)
    return result


def foretold(submission: Submission, layout: Layout, today: date) -> Outcome:
    """Foretell what the sheets of a workbook will say: verdicts and calculated values, nothing in words."""
    view, _, _, hits = judge(submission, layout, today)
    return Outcome([], verdicts(view, hits), calculated_answers(view), rows_kept(view))


def closed_rows(submission: Submission, layout: Layout, today: date) -> frozenset[tuple[str, str]]:
    """Give the rows of registers in use that are over, as tool and row: what the option `closed` says of them."""
    view = _view(submission, layout, today)
    return frozenset(
        (table.tool.code, row)
        for table, over in view.program.closed
        for row in view.active[table.number]
        if over(view, row, None)
    )


def _view(submission: Submission, layout: Layout, today: date) -> AnswerView:
    program = program_of(compiled(layout.spec))
    tables: IssuedTables | None = program.issued.get((layout.language, layout.digest))
    if tables is None:
        if len(program.issued) >= MOST_LAYOUTS:  # a stamp can name any choice of sheets
            program.issued.clear()
        tables = program.issued[layout.language, layout.digest] = IssuedTables(program, layout)
    return AnswerView(tables, submission, today)


def judge(submission: Submission, layout: Layout, today: date) -> JudgedReturn:
    """Find everything in a return that the sheet or the reader can find fault with."""
    view = _view(submission, layout, today)
    day, gaps = submission.calculated_on, gaps_of(view)
    other_day = day is not None and day != today and view.program.compiled.by_the_day
    then = view.on(day) if day is not None and other_day else view
    hits = [
        *readings(view),
        *wrong_answers(view),
        *missing(view, unread_slots(gaps)),
        *overwritten(view, then),
        *broken_rules(view),
        *other_country(view),
        *other_period(view),
    ]
    return JudgedReturn(view, then, gaps, hits)


def _results(judged: JudgedReturn, today: date) -> Sequence[Finding]:
    """Find what check cells and lists show otherwise than they should have when they were calculated."""
    submission, layout = judged.view.submission, judged.view.layout
    if not submission.shown_checks:
        return ()
    found = _differing(judged)
    if found:  # what an answer decides that its sheet does not understand, the sheet cannot show
        seen = as_seen(submission, layout)
        found = found if seen is None else _differing(judge(seen, layout, today))
    # Where a check or a calculated answer shows something else, what follows from it is not news.
    if found or any(hit.kind in CALCULATED for hit in judged.hits):
        return found
    return submission.shown_otherwise


def _differing(judged: JudgedReturn) -> list[Finding]:
    """Give the check cells and lists that show something else than follows from the answers."""
    view, then = judged.view, judged.then
    if then is view:
        return list(differing_results(then, judged.hits))
    # the hits of the day of calculation: those that no day can change, and the others anew
    by_day, hits = view.program.compiled, list[Hit]()
    rules = {id(parsed.rule) for parsed in by_day.dated_rules}
    checks = {key: {check.kind for check in checks} for key, checks in by_day.dated_checks.items()}
    for hit in judged.hits:
        is_missing = hit.kind is ANSWER_MISSING or (hit.rule is not None and hit.rule.check is None)
        dated = hit.column is not None and hit.kind in checks.get(hit.column.key, ())
        if not (is_missing or dated or id(hit.rule) in rules):
            hits.append(hit)
    hits += broken_rules(then, rules)
    hits += wrong_answers(then, {id(check) for checks in by_day.dated_checks.values() for check in checks})
    hits += missing(then, unread_slots(judged.gaps))
    return list(differing_results(then, hits))


def _account(view: AnswerView, result: Outcome) -> None:
    """Say which checks ran, and which did not and why."""
    program, submission = view.program, view.submission
    rules = [parsed.rule for parsed in program.compiled.rules]
    ran = kinds_of(program.compiled) | {ANSWER_MISSING.code} | {rule.code for rule in rules}
    ran |= {check.kind.code for checks in program.checks.values() for check in checks}
    if program.formulas:
        ran |= set(codes(*CALCULATED, FORMULA_OVERWRITTEN))
    if program.spec.identity.country is not None:
        ran.add(COUNTRY_DIFFERS.code)
    if program.spec.identity.period_start is not None and any(submission.period):
        ran.add(PERIOD_OUTSIDE_ROUND.code)
    there = {rule.code for rule in rules if rule.tool in view.layout.sheet}
    result.checks_not_run = dict(submission.not_run)
    for rule in rules:
        if rule.code not in there:  # a rule may stand for several sheets
            result.checks_not_run[rule.code] = kept_texts.NO_SHEET
        elif rule.check is None and not rule.require:
            result.checks_not_run[rule.code] = rule.reader_only.source
    result.checks_run = sorted(ran - result.checks_not_run.keys())
