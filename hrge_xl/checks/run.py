"""One return from answers to its outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import ceil
from typing import NamedTuple

from ..answers.submission import ONLY_ROW, Answer, Outcome, SheetProgress, Submission
from ..core import message_templates
from ..core.message_templates import MessageTemplate, joined
from ..core.numerals import shown
from ..core.words import (
    CELL_LIMIT,
    CHARACTERS_A_WORD,
    and_more,
    cell_length,
    count_words,
    spaceless,
)
from ..findings import Finding, Kind, Severity, codes, excerpt
from ..findings.identity import COUNTRY_DIFFERS, PERIOD_OUTSIDE_ROUND
from ..findings.structure import FORMULA_OVERWRITTEN
from ..findings.value import (
    ANSWER_MISSING,
    CALCULATION_DIFFERS,
    CALCULATION_NOT_CURRENT,
    TEXT_TOO_LONG,
    TOO_MANY_WORDS,
    WRONG_PARENT,
)
from ..language.compiler import SlotKey
from ..layout import Layout, parse_cell
from ..layout.wording import asked_of_row, placeholders
from ..spec.compiled import compiled
from .answer_view import AnswerView, IssuedTables
from .doubts import Undecided, UnreadArea, find_unread_areas, mark_doubts, unread_slots
from .hits import (
    Hit,
    broken_rules,
    missing,
    other_country,
    other_period,
    reading_codes,
    readings,
    wrong_answers,
)
from .program import FieldColumn, program_of
from .sheet_results import (
    as_seen,
    calculated_answers,
    differing_results,
    displayed,
    displayed_answer,
    overwritten,
    rows_kept,
    verdicts,
)

MOST_LAYOUTS = 32  # whose tables are remembered
CALCULATED = (CALCULATION_DIFFERS, CALCULATION_NOT_CURRENT)


class JudgedReturn(NamedTuple):
    """A return with everything that was found in it, before it is put into words."""

    view: AnswerView
    when_calculated: AnswerView  # as of the day that its sheets were calculated on
    unread_areas: Sequence[UnreadArea]
    hits: Sequence[Hit]


def check(
    submission: Submission, layout: Layout, *, today: date, in_sheets: bool = False
) -> Outcome:
    """Check one return, in any language and choice of tools; with `in_sheets` also what the check cells must say."""
    judged = judge(submission, layout, today)
    view = judged.view
    doubtful = mark_doubts(view, judged.hits, judged.unread_areas)
    undecided = doubtful.undecided() if doubtful else []
    held_back = {hit.key for hit, _ in undecided}
    writer = FindingWriter(view, judged.unread_areas)
    spoken = (
        hit
        for hit in judged.hits
        if hit.key not in held_back and hit.code not in submission.not_run
    )
    noticed = [*submission.observations, *_results(judged, today)]
    findings = [
        *map(writer.finding, spoken),
        *(replace(finding, language=layout.language) for finding in noticed),
    ]
    outcome = Outcome(
        in_order(view, findings),
        verdicts(view, judged.hits) if in_sheets else {},
        calculated_answers(view, set(doubtful.results_without_value()) if doubtful else ()),
        rows_kept(view),
    )
    tools_filled_in = {
        column.table.tool.code for column in view.program.column_list if column.asked
    }
    never_asked = unread_slots(area for area in judged.unread_areas if area.older)
    severities = Counter((finding.tool, finding.severity) for finding in findings)
    for tool in layout.sheet:
        progress = SheetProgress(tool, view.sheet_name(tool))
        if tool in tools_filled_in:
            required, answered = view.counts(tool, never_asked)
            progress = progress._replace(
                required=required,
                answered=answered,
                errors=severities[tool, Severity.ERROR],
                warnings=severities[tool, Severity.WARNING],
            )
        outcome.sheets[tool] = progress
    _account(view, outcome)
    outcome.checks_not_run |= writer.reasons(undecided)
    return outcome


def predict_cached_values(submission: Submission, layout: Layout, today: date) -> Outcome:
    """Predict what the sheets of a workbook will say: verdicts and calculated values, nothing in words."""
    view, _, _, hits = judge(submission, layout, today)
    return Outcome([], verdicts(view, hits), calculated_answers(view), rows_kept(view))


def closed_rows(submission: Submission, layout: Layout, today: date) -> frozenset[tuple[str, str]]:
    """Return the rows of registers in use that are over, as tool and row: what the option `closed` says of them."""
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
    day = submission.calculated_on
    unread_areas = find_unread_areas(view)
    other_day = day is not None and day != today and view.program.compiled.by_the_day
    when_calculated = view.on(day) if day is not None and other_day else view
    hits = [
        *readings(view),
        *wrong_answers(view),
        *missing(view, unread_slots(unread_areas)),
        *overwritten(view, when_calculated),
        *broken_rules(view),
        *other_country(view),
        *other_period(view),
    ]
    return JudgedReturn(view, when_calculated, unread_areas, hits)


def _results(judged: JudgedReturn, today: date) -> Sequence[Finding]:
    """Find what check cells and lists show otherwise than they should have when they were calculated."""
    submission = judged.view.submission
    layout = judged.view.layout
    if not submission.shown_checks:
        return ()
    differing = _differing(judged)
    # what an answer decides that its sheet does not understand, the sheet cannot show
    if differing:
        seen = as_seen(submission, layout)
        differing = differing if seen is None else _differing(judge(seen, layout, today))
    # Where a check or a calculated answer shows something else, what follows from it is not news.
    if differing or any(hit.kind in CALCULATED for hit in judged.hits):
        return differing
    return submission.shown_otherwise


def _differing(judged: JudgedReturn) -> list[Finding]:
    """Return the check cells and lists that show something else than follows from the answers."""
    view = judged.view
    when_calculated = judged.when_calculated
    if when_calculated is view:
        return list(differing_results(when_calculated, judged.hits))
    # the hits of the day of calculation: those that no day can change, and the others anew
    by_day = view.program.compiled
    hits = list[Hit]()
    rules = {id(parsed.rule) for parsed in by_day.dated_rules}
    checks = {key: {check.kind for check in checks} for key, checks in by_day.dated_checks.items()}
    for hit in judged.hits:
        is_missing = hit.kind is ANSWER_MISSING or (hit.rule is not None and hit.rule.check is None)
        dated = hit.column is not None and hit.kind in checks.get(hit.column.key, ())
        if not (is_missing or dated or id(hit.rule) in rules):
            hits.append(hit)
    hits += broken_rules(when_calculated, rules)
    hits += wrong_answers(
        when_calculated, {id(check) for checks in by_day.dated_checks.values() for check in checks}
    )
    hits += missing(when_calculated, unread_slots(judged.unread_areas))
    return list(differing_results(when_calculated, hits))


def _account(view: AnswerView, outcome: Outcome) -> None:
    """Say which checks ran, and which did not and why."""
    program = view.program
    submission = view.submission
    rules = [parsed.rule for parsed in program.compiled.rules]
    ran = reading_codes(program.compiled) | {ANSWER_MISSING.code} | {rule.code for rule in rules}
    ran |= {check.kind.code for checks in program.checks.values() for check in checks}
    if program.formulas:
        ran |= set(codes(*CALCULATED, FORMULA_OVERWRITTEN))
    if program.spec.identity.country is not None:
        ran.add(COUNTRY_DIFFERS.code)
    if program.spec.identity.period_start is not None and any(submission.period):
        ran.add(PERIOD_OUTSIDE_ROUND.code)
    issued_rules = {rule.code for rule in rules if rule.tool in view.layout.sheet}
    outcome.checks_not_run = dict(submission.not_run)
    for rule in rules:
        if rule.code not in issued_rules:  # a rule may stand for several sheets
            outcome.checks_not_run[rule.code] = message_templates.NO_SHEET
        elif rule.check is None and not rule.require:
            outcome.checks_not_run[rule.code] = rule.reader_only.source
    outcome.checks_run = sorted(ran - outcome.checks_not_run.keys())


# from hits to findings: where they are in the file, and what their words quote

# what the place tells by itself
OF_THE_PLACE = frozenset({"file", "sheet", "cell", "row", "label"})
NAMED = 5  # cells that are named where there are many
Details = dict[str, str]


class FindingWriter:
    """Makes findings of the hits of one return."""

    def __init__(self, view: AnswerView, unread_areas: Sequence[UnreadArea]) -> None:
        self.view = view
        self.layout = view.layout
        self._unread_at: dict[SlotKey, UnreadArea] = {
            slot: area for area in unread_areas for slot in area.slots
        }

    def finding(self, hit: Hit) -> Finding:
        """Make a finding of a hit, with all that its words may quote."""
        placed = self._placed(hit)
        column = hit.column
        answer = hit.answer
        if column is None:
            return placed
        value = hit.detail.get("value") or excerpt(displayed_answer(answer, column))
        labels = self.layout.labels_of.get((column.key[0], str(hit.row), column.key[1]), {})
        details = hit.detail | {"value": value, "read": read(answer, column, labels)}
        details |= self._measures(hit, column)
        for code in asked_of_row(hit.kind, column.field) - details.keys() - OF_THE_PLACE:
            details[code] = self._answer(hit, code)
        suggestion = answer.suggestion if answer and answer.problem == hit.code else None
        # what its own message quotes of other cells, so that it can be withheld
        if not value and hit.rule:
            names = placeholders(hit.rule.message.say(self.layout.language))
            value = "; ".join(filter(None, (self._answer(hit, name) for name in sorted(names))))
        return replace(placed, value=value or None, suggestion=suggestion, details=details)

    def reasons(self, undecided: Iterable[Undecided]) -> dict[str, MessageTemplate]:
        """Return for each code why it was not decided everywhere, with the places."""
        # by the code of a check: why it stays open, each with the cells that it is about, and those that cause it
        whys_of: dict[str, dict[MessageTemplate, tuple[dict[str, None], dict[str, None]]]] = {}
        for hit, cause in undecided:
            if isinstance(cause, UnreadArea):
                why = message_templates.NOT_ASKED if cause.older else message_templates.UNREAD
                place = cause.place
            else:
                why = message_templates.IN_ERROR
                place = self._place(cause)
            whys = whys_of.setdefault(hit.code, {})
            places, causes = whys.setdefault(why, ({}, {}))
            places[self._place(hit)] = None
            causes[place] = None
        return {
            code: joined(
                why.format(places=few(places), causes=few(causes))
                for why, (places, causes) in whys.items()
            )
            for code, whys in whys_of.items()
        }

    def _place(self, hit: Hit) -> str:
        """Return sheet and cell of a hit; where that could not be read, what could not."""
        placed = self._placed(hit)
        if hit.column is None:
            return str(placed.sheet)
        area = self._unread_at.get(hit.slot)
        return f"{placed.sheet}!{placed.cell}" if area is None else area.place

    def _placed(self, hit: Hit) -> Finding:
        """Return a hit with its place in the file: where that is not known, in the issued workbook."""
        kind = hit.kind
        name = kind.name if isinstance(kind, Kind) else kind.called
        finding = Finding(kind.code, name, kind.severity, language=self.layout.language)
        if hit.column is None:  # a rule over a whole sheet, which points to no cell
            assert hit.rule is not None
            return replace(finding, sheet=self.view.sheet_name(hit.rule.tool), tool=hit.rule.tool)
        tool, code = hit.column.key
        row = str(hit.row)
        cell = hit.answer.cell if hit.answer else self.view.address((tool, row, code), hit.part)
        sheet = self.view.sheet_name(tool)
        return replace(finding, sheet=sheet, cell=cell, tool=tool, row=row, field=code)

    def _measures(self, hit: Hit, column: FieldColumn) -> Details:
        """Return what a message needs besides: counts, and the answer that decides which entries there are."""
        kind = hit.kind
        field = column.field
        text = (hit.answer.text if hit.answer else "") or ""
        if kind is TOO_MANY_WORDS:
            count = ceil(len(text) / CHARACTERS_A_WORD) if spaceless(text) else count_words(text)
            return {"count": str(count), "limit": str(field.words)}
        if kind is TEXT_TOO_LONG:
            limit = field.characters
            length = len(text)
            if limit is None or length <= limit:  # a character may take more of a cell than one
                limit = CELL_LIMIT
                length = cell_length(text)
            return {"count": str(length), "limit": str(limit)}
        return {"parent": self._answer(hit, field.parent or "")} if kind is WRONG_PARENT else {}

    def _answer(self, hit: Hit, code: str) -> str:
        """Return what is answered under a field code in the same row, or in a form."""
        program = self.view.program
        hit_column = hit.column
        row = hit.row
        column = None if hit_column is None else program.columns.get((hit_column.key[0], code))
        if column is None or hit_column is None or column.table is not hit_column.table:
            column = program.single(code)
            row = ONLY_ROW
        if column is None:
            return ""
        if column.number in program.formulas:
            return displayed(self.view, column, self.view.calculated(column.number, row))
        answers = self.view.by_slot.get((column.number, row), ())
        return ", ".join(excerpt(displayed_answer(answer, column)) for answer in answers)


def few(cells: Collection[str]) -> str:
    """Return the first of some cells, and how many more."""
    return ", ".join(list(cells)[:NAMED]) + and_more(len(cells) - NAMED)


def read(answer: Answer | None, column: FieldColumn, labels: Mapping[str, str]) -> str:
    """Return what an answer was understood as, entries of lists by their label."""
    if answer is None or answer.value is None:
        return ""
    if answer.code is not None:
        return labels.get(answer.code, answer.code)
    if answer.number is not None:
        return column.field.type.said(answer.number)
    return shown(answer.value)


SortKey = tuple[int, int, int, int, str]


def in_order(view: AnswerView, findings: list[Finding]) -> list[Finding]:
    """Return findings by sheet, row and column; the worst first where several stand in one cell."""
    sheets = view.layout.sheets
    named = view.submission.sheets
    tools = {sheet.tool.code: place for place, sheet in enumerate(sheets)}
    names = {named.get(sheet.tool.code) or sheet.name: place for place, sheet in enumerate(sheets)}

    def order(finding: Finding) -> SortKey:
        sheet = tools.get(finding.tool or "", names.get(finding.sheet or "", -1))
        place = parse_cell(finding.cell or "") or (0, 0)  # what is about a whole sheet stands first
        return sheet, *place, -finding.severity.rank, finding.code

    return sorted(findings, key=order)
