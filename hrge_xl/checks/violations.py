"""Where checks do not hold: missing answers, checks of single answers, rules, and what the stamp and the round say."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..findings.identity import COUNTRY_DIFFERS, PERIOD_OUTSIDE_ROUND
from ..findings.value import NOT_A_WHOLE_NUMBER, NOT_ASKED_HERE
from ..language.compiler import Row, fold
from ..numerals import to_serial
from .answer_view import AnswerView
from .hits import Hit, at_rows


def wrong_answers(view: AnswerView, only: Collection[int] | None = None) -> Iterator[Hit]:
    """Give a hit for every answer of which a check does not hold: all checks, or `only` those of some identities."""
    for number, checks in view.program.checks.items():
        column = view.program.column_list[number]
        for row in [row for row in view.rows[column.table.number] if row in view.replies[number]]:
            readable = view.values[number].get(row) is not None and (number, row) not in view.in_doubt
            for check in checks:
                if only is not None and id(check.check) not in only:
                    continue
                if (readable or check.kind is NOT_ASKED_HERE) and not check.holds(view, row, None):
                    yield from at_rows(view, check.kind, column, [row])
                    # as where reading has said so: nothing else is asked of it
                    readable = readable and check.kind is not NOT_A_WHOLE_NUMBER


def missing(view: AnswerView, unread: Collection[tuple[int, Row]]) -> Iterator[Hit]:
    """Give a hit for every answer asked for that is blank, or where what stands there says nothing.

    That it is in error or cannot be read is a finding of its own.
    """
    for number in view.program.needs:
        column = view.program.column_list[number]
        for row, need in view.reasons(column).items():
            slot = number, row
            if row not in view.replies[number] and slot not in view.broken and slot not in unread:
                says_nothing = view.by_slot[slot][-1] if row in view.filled[number] else None
                yield Hit(need.kind, column, row, 0, says_nothing)


def broken_rules(view: AnswerView, only: Collection[int] | None = None) -> Iterator[Hit]:
    """Give a hit for every row that counts in which a rule does not hold: of all rules, or `only` some."""
    for rule in view.program.rules:
        if only is not None and id(rule.parsed.rule) not in only:
            continue
        if rule.home is None:
            rows = (view.rows[rule.table.number] if rule.table else ()) or (None,)
            if view.issued(rule.parsed.rule.tool) and any(rule.broken(view, row, None) for row in rows):
                yield Hit(rule.parsed.rule)
            continue
        column = rule.home
        silent = view.filled[column.number].keys() - view.replies[column.number]
        rows = [
            row
            for row in view.active[column.table.number]
            if row not in silent and view.anywhere(rule.table, column, rule.broken, row)
        ]
        yield from at_rows(view, rule.parsed.rule, column, rows)


def other_country(view: AnswerView) -> Iterator[Hit]:
    """I009: the form names another country than the one the workbook was issued for."""
    column, country = (
        view.program.single(view.program.spec.identity.country),
        view.submission.identity.country,
    )
    answer = None if column is None else view.values[column.number].get("1")
    if column is None or not country or answer is None or fold(str(answer)) == fold(country):
        return
    vocabulary = view.program.spec.vocabularies.get(column.field.vocabulary or "")
    entry = vocabulary.by_code.get(country) if vocabulary else None
    for hit in at_rows(view, COUNTRY_DIFFERS, column, ["1"]):
        hit.detail["expected"] = entry.label.say(view.layout.language) if entry else country
        yield hit


def other_period(view: AnswerView) -> Iterator[Hit]:
    """I011: the period of the form is over before that of the round begins, or begins when that is over."""
    asked, (start, end) = view.program.spec.identity, view.submission.period
    for code, limit, after in ((asked.period_start, end, True), (asked.period_end, start, False)):
        column = view.program.single(code)
        day = None if column is None else view.values[column.number].get("1")
        if column is None or limit is None or not isinstance(day, float):
            continue
        if day > to_serial(limit) if after else day < to_serial(limit):
            for hit in at_rows(view, PERIOD_OUTSIDE_ROUND, column, ["1"]):
                hit.detail["expected"] = f"{start or '…'} – {end or '…'}"
                yield hit
