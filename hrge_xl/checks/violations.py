"""Where checks do not hold: those of single answers, the rules of the spec, and what the stamp and the round say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..fields import Check
from ..findings.identity import COUNTRY_DIFFERS, PERIOD_OUTSIDE_ROUND
from ..findings.value import NOT_A_WHOLE_NUMBER, NOT_ASKED_HERE
from ..language.vectors import Bools
from ..spec.compiled import FieldChecks, FieldKey, ParsedRule
from ..spec.model import VocabularyItem
from .batch import serials
from .cell_index import SINGLE, Column
from .evaluator import Evaluator
from .hits import Finder, Hit
from .required import at_home


def wrong_answers(
    run: Evaluator, finder: Finder, checks: Mapping[FieldKey, Sequence[Check]] | None = None
) -> Iterator[Hit]:
    """Give a hit for every answer of which a check does not hold: all checks of the spec, or some."""
    for column in run.batch.cell_index.column_list:
        own = (
            run.program.fields.get(column.key, FieldChecks()).checks
            if checks is None
            else checks.get(column.key, ())
        )
        if own and run.batch.answered(column).any():
            readable, given = _judged(run, column), run.batch.answered(column) & ~run.batch.silent(column)
            for check in own:
                judged = given if check.kind is NOT_ASKED_HERE else readable
                broken = judged & ~run.over_rows(run.holds(check.holds), column.table)
                yield from finder.at_rows(check.kind, column, broken)
                if (
                    check.kind is NOT_A_WHOLE_NUMBER
                ):  # as where reading has said so: nothing else is asked of it
                    readable = readable & ~broken


def _judged(run: Evaluator, column: Column) -> Bools:
    """Say which answers are held against their checks: those that say something, and could be read."""
    batch = run.batch
    return run.column(column).known & ~batch.silent(column) & ~batch.in_doubt[:, column.slots]


def violations(run: Evaluator, finder: Finder, rules: Sequence[ParsedRule] | None = None) -> Iterator[Hit]:
    """Give a hit for every active row in which a rule does not hold, of all rules or some."""
    for parsed in run.program.rules if rules is None else rules:
        if parsed.check is not None:
            yield from _violations(run, finder, parsed)


def _violations(run: Evaluator, finder: Finder, parsed: ParsedRule) -> Iterator[Hit]:
    broken = _broken(run, parsed)
    if parsed.home is None:
        issued = np.array([parsed.rule.tool in layout.sheet for layout in run.batch.layouts])
        broken = np.broadcast_to(broken.any(axis=1), run.batch.size)
        yield from (Hit(parsed.rule, n) for n in np.flatnonzero(issued & broken).tolist())
        return
    column = run.batch.cell_index.columns[parsed.home]
    where = run.batch.active(column.table) & at_home(broken, parsed, column.table) & ~run.batch.silent(column)
    yield from finder.at_rows(parsed.rule, column, where)


def _broken(run: Evaluator, parsed: ParsedRule) -> Bools:
    assert parsed.check is not None
    broken = ~run.holds(parsed.check)
    return broken if parsed.when is None else np.asarray(broken & run.holds(parsed.when))


def other_countries(run: Evaluator, finder: Finder) -> Iterator[Hit]:
    """I009: the form names another country than the one the workbook was issued for."""
    column = single(run, run.program.spec.identity.country)
    if column is None:
        return
    issued = run.texts.ids([each.identity.country or None for each in run.batch.submissions])[:, None]
    said, expected = run.texts.folded(run.column(column).data), run.texts.folded(issued)
    for hit in finder.at_rows(COUNTRY_DIFFERS, column, (said != expected) & (said >= 0) & (expected >= 0)):
        country = run.batch.submissions[hit.submission].identity.country
        entry = _entries(run, column).get(country)
        language = run.batch.layout(hit.submission).language
        hit.detail["expected"] = entry.label.say(language) if entry else country
        yield hit


def single(run: Evaluator, code: str | None) -> Column | None:
    """Give the column of a field that stands once in the workbook."""
    named = (each for each in run.batch.cell_index.column_list if each.field.code == code)
    return next((each for each in named if each.table.key[1] == SINGLE), None)


def other_periods(run: Evaluator, finder: Finder) -> Iterator[Hit]:
    """I011: the period of the form is over before that of the round begins, or begins when that is over."""
    asked, periods = run.program.spec.identity, [each.period for each in run.batch.submissions]
    for code, last in ((asked.period_start, True), (asked.period_end, False)):
        column = single(run, code)
        if column is None:
            continue
        said, limit = run.column(column).data, serials(period[last] for period in periods)
        outside = said > limit if last else said < limit  # never true where one of them is not known
        for hit in finder.at_rows(PERIOD_OUTSIDE_ROUND, column, outside):
            start, end = periods[hit.submission]
            hit.detail["expected"] = f"{start or '…'} – {end or '…'}"
            yield hit


def _entries(run: Evaluator, column: Column) -> dict[str, VocabularyItem]:
    vocabulary = run.program.spec.vocabularies.get(column.field.vocabulary or "")
    return vocabulary.by_code if vocabulary else {}
