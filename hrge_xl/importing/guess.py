"""From the description of a workbook to the draft of a spec, with a note wherever it had to be guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, groupby, takewhile
from types import MappingProxyType

from openpyxl.styles.numbers import is_date_format

from ..core.errors import UsageError
from ..core.words import beginning, cell_length
from ..fields import FIELD_TYPES, Evidence, FieldType, Guess, step_in
from ..fields.field import GuessSource
from ..layout import column_letters
from ..spec.check_texts import LIMIT_LABEL, LIMIT_SHEET_NAME, SHEET_NAME_FORBIDDEN
from .formulas import Account, SourceFormula, SourceFormulas, SourceTable
from .neutral import (
    BLANK_ROWS,
    HELP_LIMIT,
    MOST_BLANK_ROWS,
    DraftBlock,
    DraftField,
    DraftItem,
    DraftSpec,
    DraftTool,
    PartOutcome,
    SourcePart,
    cut,
    item_codes,
    tool_code,
)
from .read import MOST_COLUMNS, DataValidation, Place, SourceCell, SourceSheet, SourceWorkbook

SHORT = 80  # characters of a heading
MOST_TOTALS = 4  # rows below a table, from the first one that adds it up
DESCRIBED = 60  # characters of a validation that a note quotes
NUMBERING = frozenset(
    {"#", "no", "no.", "nr", "nr.", "n°", "nº", "s/n", "s.no", "sn", "number", "م", "الرقم"}
)


Run = tuple[Place, ...]  # cells side by side


def guess(book: SourceWorkbook) -> DraftSpec:
    """Give the draft of a workbook. Raises `UsageError` where no sheet has anything to fill in."""
    draft = DraftSpec(book.title, messages=list(book.messages))
    formulas = SourceFormulas(book, draft)
    guesses = [_SheetGuess(draft, sheet, formulas) for sheet in book.sheets]
    reasons = [_why_not(sheet) for sheet in book.sheets]
    for each, reason in zip(guesses, reasons, strict=True):
        if not reason:
            each.add()
    formulas.settle([each.parts for each in guesses])
    for each, reason in zip(guesses, reasons, strict=True):
        worked_out = (kind == "formula" and part.outcome for (kind, _), part in each.parts.items())
        if reason or not (each.asks or PartOutcome.KEPT in worked_out):
            why = reason or "nothing to fill in was found"
            draft.messages.append(f"The sheet '{each.sheet.name}' was left out: {why}.")
            for part in each.parts.values():
                part.leave_out(f"its sheet was left out: {why}")
    draft.tools = [tool for tool in draft.tools if any(block.fields for block in tool.blocks)]
    if not draft.tools:
        raise UsageError(" ".join(["No sheet has questions, columns or lists to fill in.", *draft.messages]))
    draft.guess_language()
    return draft


def _why_not(sheet: SourceSheet) -> str:
    """Say why a sheet cannot become one of the spec; empty if it can."""
    if not sheet.visible:
        return "it is hidden"
    if cell_length(sheet.name) > LIMIT_SHEET_NAME or SHEET_NAME_FORBIDDEN.search(sheet.name):
        return f"Excel does not allow its name (at most {LIMIT_SHEET_NAME} characters)"
    if not any(cell.value is not None or cell.unlocked for cell in sheet.cells.values()):
        return "it is empty"
    if sheet.gives_lists and not sheet.rules:
        return "it holds the entries of dropdowns, which are now in vocabularies.yaml"
    return ""


def _account(draft: DraftSpec, sheet: SourceSheet) -> Account:
    """Register every row and column with something in it, and in each column its formulas, notes and dropdowns."""
    texts: dict[tuple[str, object], tuple[str, str]] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        letters, text = column_letters(column), sheet.text(row, column)
        if not cell.is_blank:
            texts.setdefault(("row", row), (str(row), text))
            texts.setdefault(("column", column), (letters, text))
        if cell.formula:
            texts.setdefault(("formula", (column, _shape(cell))), (f"{letters}{row}", cell.formula))
        if cell.note:
            texts["note", (row, column)] = f"{letters}{row}", cell.note
    for rule, (first, _, last, _) in sheet.dropdowns():
        for column in range(first, min(last, MOST_COLUMNS) + 1):
            texts.setdefault(("dropdown", column), (column_letters(column), rule.source))
    return {key: draft.part(key[0], f"{sheet.name}!{place}", text) for key, (place, text) in texts.items()}


def _shape(cell: SourceCell) -> str:
    """Give what the formulas of a column have in common."""
    return re.sub(r"\d+", "#", cell.formula)


class _SheetGuess:
    """Takes one sheet apart: forms and tables, each of which is a sheet of the spec."""

    def __init__(self, draft: DraftSpec, sheet: SourceSheet, formulas: SourceFormulas) -> None:
        self.draft, self.sheet, self.formulas = draft, sheet, formulas
        self.parts = _account(draft, sheet)
        self.tools = list[DraftTool]()
        self.fields: dict[int, DraftField] = {}  # by column, of the table that is made
        self.claimed: dict[int, list[str]] = {}  # by column: the fields that its dropdowns became
        self.at, self.text, self.open, self.rule = sheet.at, sheet.text, sheet.open, sheet.rule
        self.last = max((row for row, _ in sheet.cells), default=0)
        of_rules = (box[2] for rule in sheet.rules for box in rule.boxes)
        self.right = min(max((1, *(column for _, column in sheet.cells), *of_rules)), MOST_COLUMNS)

    def add(self) -> None:
        """Add the sheet to the draft."""
        head = self._head()
        self.title = self._title(head)
        if head and self._is_form(head):
            head = ()
        asked = self._questions(head)
        if asked:
            self._forms(asked, self._tool().blocks)
        head = head or (() if asked else next(self._runs(), ()))
        last = 0
        while head:
            rows = self._rows(head)
            self._table(head, rows)
            last = max(last, head[0][0], *rows)
            head = self._head(last, head)
        for overlooked in self._overlooked():
            self._tool()
            self._register(overlooked, ())

    @property
    def asks(self) -> bool:
        """Whether there is anything left to fill in on it."""
        return any(block.fields for tool in self.tools for block in tool.blocks)

    def _tool(self) -> DraftTool:
        """Add a sheet for what follows."""
        name = self.sheet.name
        self.code, self.number = tool_code(name, {tool.code for tool in self.draft.tools}), 0
        tool = self.draft.new_tool(self.code, name, self.title)
        if tool.sheet != name:
            tool.notes.append(f"the name '{name}' is that of another table, or of a sheet of the program")
        if self.tools:
            tool.options["goes_with"] = self.tools[0].code
        self.tools.append(tool)
        return tool

    def _overlooked(self) -> Iterable[Run]:
        """Give the headings of columns with dropdowns that are in no table so far, those of one row together."""
        found: dict[int, list[Place]] = {}
        for kind, column in self.parts:
            if kind == "dropdown" and isinstance(column, int) and column not in self.claimed:
                top = min(box[1] for _, box in self.sheet.dropdowns(column))
                row = next((row for row in range(top, 0, -1) if self.text(row, column)), top)
                found.setdefault(row, []).append((row, column))
        return map(tuple, found.values())

    def _above(self, head: Run) -> list[Place]:
        """Give the texts above a table, or on a whole sheet without one."""
        places = (place for place in sorted(self.sheet.cells) if not head or place[0] < head[0][0])
        return [place for place in places if self.text(*place)]

    def _title(self, head: Run) -> str:
        for first in self._above(head)[:1]:
            text, beside = self.text(*first), self._beside(*first)
            alone = not self.text(*beside) and not self.open(*beside)
            if alone and cell_length(text) <= LIMIT_LABEL:
                return text
        return self.sheet.name

    def _beside(self, row: int, column: int) -> Place:
        """Give the place after a cell, past what it is merged over."""
        return row, column + self.at(row, column).span

    # tables

    def _runs(self) -> Iterator[Run]:
        """Yield runs of adjacent short texts that nobody is meant to fill in, top down."""
        for row in range(1, self.last + 1):
            places = ((row, column) for column in range(1, self.right + 1))
            for heads, run in groupby(places, self._may_be_head):
                if heads and len(together := tuple(run)) >= 2:
                    yield together

    def _may_be_head(self, place: Place) -> bool:
        alone = self.at(*place).span == 1 and not self.open(*place)
        return alone and 0 < len(self.text(*place)) <= SHORT

    def _head(self, after: int = 0, left: Run = ()) -> Run:
        """Give the first run of texts with something to fill in, or something filled in, below it.

        Behind another table what is filled in does not tell: it may belong to that, unless it stands right of it.
        """
        for run in self._runs():
            (row, column), below = run[0], [(row + 1, column) for row, column in run]
            beside = left and row == left[0][0] and column > left[-1][1]
            if not beside and (row <= after or (after and not any(self.open(*place) for place in below))):
                continue
            if self._stands_above(run, 1) or (self._section(run) and self._stands_above(run, 2)):
                tops = {box[1] - 1 for _, box in self.sheet.dropdowns()}.intersection(range(row + 1, row + 4))
                lower = (other for other in self._runs() if other[0][0] in tops and other[0][1] <= column)
                return max([run, *lower], key=len)
        return ()

    def _stands_above(self, run: Run, rows: int) -> bool:
        below = [(row + rows, column) for row, column in run]
        held = sum(not self.at(*place).is_blank for place in below)
        return held >= 2 or any(self.open(*place) for place in below)

    def _section(self, run: Run) -> bool:
        """Say whether a heading stands directly below a run."""
        filled = [place for place in run if self.at(place[0] + 1, place[1]).value is not None]
        return filled == [run[0]] and len(run) > 2

    def _is_form(self, head: Run) -> bool:
        """Question and answer side by side, with answers of different kinds: no table."""
        rows, (_, first), (_, second) = self._rows(head), *head[:2]
        rules = {self.rule(row, second) for row in rows}
        texts = [row for row in rows if self.text(row, first)]
        fixed = not any(self.open(row, first) for row in texts)
        return len(head) <= 3 and fixed and len(texts) >= 2 and len(rules) > 1

    def _rows(self, head: Run) -> list[int]:
        """Give the rows of the table: as long as something stands in one of its columns."""
        rows: list[int] = []
        for row in range(head[0][0] + 1, self.last + 1):
            cells = [self.at(row, column) for _, column in head]
            if not any(cell.unlocked or not cell.is_blank for cell in cells):
                break
            rows.append(row)
        adds = (
            number
            for number, row in enumerate(rows)
            for _, column in head
            if self.formulas.added_up(self.sheet.name, column, self.at(row, column).formula)
        )
        first = next(adds, len(rows))
        return rows[:first] if len(rows) - first <= MOST_TOTALS else rows

    def _table(self, head: Run, rows: Sequence[int]) -> None:
        self._tool()
        if len(head) > 2 and self.text(*head[0]).casefold().strip() in NUMBERING:
            head = head[1:]
        made = self._checklist if self._is_checklist(head, rows) else self._register
        made(head, rows)

    def _is_checklist(self, head: Run, rows: Sequence[int]) -> bool:
        """Say whether fixed texts stand down the first column, and beside them columns with nothing filled in."""
        first, *others = (column for _, column in head)
        labelled = [row for row in rows if self.text(row, first)]
        if len(labelled) < max(2, len(rows) * 0.8) or any(self.open(row, first) for row in rows):
            return False
        used = {column for column in others if not all(self.at(row, column).is_blank for row in labelled)}
        # what is filled in is not asked, and there is no room for further rows
        asked = any(self.open(row, column) for column in used for row in (rows[0], rows[-1]))
        more = any(self.open(rows[-1] + 1, column) for column in others)
        return len(used) < len(others) and not asked and not more

    def _register(self, head: Run, rows: Sequence[int]) -> None:
        block = DraftBlock("register", {"id": f"{self.code}-"})
        self._columns(block, head, rows)
        span = max(self._span(row + 1, column) for row, column in head)
        blank, note = max(BLANK_ROWS, min(len(rows), MOST_BLANK_ROWS)), "how many blank rows a team needs"
        if 1 < span <= MOST_BLANK_ROWS:
            blank, note = span, "as many rows as the sheet has room for"
        block.options["rows"] = blank
        block.notes.append(note)
        if block.fields:
            block.options["shows"] = block.fields[0].code

    def _span(self, row: int, column: int) -> int:
        """Count the rows from here on that are to be filled in."""
        rule = self.rule(row, column)
        if rule:
            return max(box[3] - row + 1 for box in rule.boxes if box[0] <= column <= box[2])
        unlocked = (self.at(below, column).unlocked for below in count(row))
        return sum(takewhile(bool, unlocked))

    def _checklist(self, head: Run, rows: Sequence[int]) -> None:
        block = DraftBlock("checklist", {"item": self.text(*head[0])})
        block.notes.append("the texts of the first column are fixed, the others are answered")
        labelled = [row for row in rows if self.text(row, head[0][1])]
        fixed: dict[int, DraftField] = {}
        for row, column in head[1:]:
            filled = [item for item in labelled if self.at(item, column).value is not None]
            if len(filled) * 2 > len(labelled) and not any(self.open(item, column) for item in filled):
                figures = {type(self.at(item, column).value) for item in filled} <= {int, float}
                kind = "decimal" if figures else "text"
                made = DraftField(self._next(), kind, self.text(row, column), {"fixed": True})
                made.notes.append("already filled in on the sheet, so it is fixed")
                fixed[column] = made
        block.fields = list(fixed.values())
        self._columns(block, tuple(place for place in head[1:] if place[1] not in fixed), labelled, fixed)
        block.items = list(self._items(head, labelled, {column: made.code for column, made in fixed.items()}))

    def _items(self, head: Run, rows: Sequence[int], fixed: dict[int, str]) -> Iterator[DraftItem]:
        answers = [column for _, column in head[1:] if column not in fixed]
        guarded = any(self.open(row, column) for row in rows for column in answers)
        section, number = "", 0
        for row in rows:
            label = self.text(row, head[0][1])
            if guarded and not any(self.open(row, column) for column in answers):
                section = label
                self._part("row", row).keep("a section")
                continue
            number += 1
            self._part("row", row).keep(f"{self.code}_{number:02d}")
            filled = {code: self.at(row, column).value for column, code in fixed.items()}
            values = {code: str(value) for code, value in filled.items() if value is not None}
            yield DraftItem(f"{self.code}_{number:02d}", label, section, values)
            section = ""

    def _columns(
        self,
        block: DraftBlock,
        head: Run,
        rows: Sequence[int],
        fixed: Mapping[int, DraftField] = MappingProxyType({}),
    ) -> None:
        """Make fields of columns: of those with formulas last, for they read others and stand right of them."""
        self.fields, top = {}, rows[0] if rows else head[0][0] + 1
        table = SourceTable(self.sheet.name, top, max(rows, default=top), self.tools[-1], block, self.fields)
        self.formulas.tables.append(table)
        self.tools[-1].blocks.append(block)
        for column, made in fixed.items():
            self._claim(made, column)
        worked_out = {column: self._worked_out(rows, column) for _, column in head}
        for row, column in sorted(head, key=lambda place: worked_out[place[1]] > 0):
            label = self.text(row, column)
            self._part("row", row).keep("headings")
            if at := worked_out[column]:
                self._claim(self._calculated(block, label, (at, column), table), column)
                continue
            if not rows and not label:  # one line of dropdowns, which stands beside its heading
                label = next((text for left in range(column, 0, -1) if (text := self.text(row, left))), "")
            rules = [rule for at in (row + 1, *rows) if (rule := self.rule(at, column))]
            rules += [] if rows else [rule for rule, _ in self.sheet.dropdowns(column)]
            rule = min(rules, key=lambda rule: rule.type != "list", default=None)
            cells = [self.at(below, column) for below in (rows or [row + 1])]
            made = self._field(label or f"Column {column_letters(column)}", rule, cells)
            self._claim(made, column, rule, (row, column))
            block.fields.append(made)

    def _part(self, kind: str, key: object) -> SourcePart:
        """Give a part of the account; one that counts nowhere where there is none."""
        return self.parts.get((kind, key)) or SourcePart(kind, "", "")

    def _claim(
        self, made: DraftField, column: int, rule: DataValidation | None = None, heading: Place = (0, 0)
    ) -> None:
        """Tell what became of a column, of its dropdown, and of the note at its heading."""
        self.fields[column] = made
        whole, note = self._part("column", column), self._part("note", heading)
        whole.keep(made.code)
        made.of("", whole)
        if note.text:
            help = cut(note.text, HELP_LIMIT)
            made.options.setdefault("help", help)
            note.keep(made.code, *["cut to what a prompt shows"] * (help != note.text))
        if rule and rule.type == "list":
            dropdown, lists = (
                self._part("dropdown", column),
                len({rule for rule, _ in self.sheet.dropdowns(column)}),
            )
            known = self.claimed.setdefault(column, [])
            known.append(made.code)
            made.of("vocabulary", dropdown)
            dropdown.keep(
                ", ".join(known), *["another list in this column is not there"] * (lists > len(known))
            )
            if not rule.labels:
                dropdown.leave_out("its list is blank, or is not in the file")
            if rule.area:
                self.formulas.lists.append((made, rule.area))

    def _worked_out(self, rows: Sequence[int], column: int) -> int:
        """Give the row of the first formula of those that most of a column is worked out by, 0 where most is typed."""
        cells = {row: self.at(row, column) for row in rows}
        shapes = Counter(_shape(cell) for cell in cells.values() if cell.formula)
        if not shapes or shapes.total() * 2 < len(rows):
            return 0
        return next(row for row, cell in cells.items() if _shape(cell) == shapes.most_common(1)[0][0])

    def _calculated(
        self, block: DraftBlock, label: str, place: Place, table: SourceTable | None
    ) -> DraftField:
        """Make a field of a formula, which is settled when all that it may read is there."""
        cell = self.at(*place)
        part = self._part("formula", (place[1], _shape(cell)))
        made = DraftField(self._next(), "calculated", label, parts={"formula": [part]})
        found = SourceFormula(self.sheet.name, place[0], cell.formula, part, block, made, table)
        self.formulas.found.append(found)
        block.fields.append(made)
        return made

    # forms

    def _questions(self, head: Run) -> list[tuple[str, int, int]]:
        """Headings ('', row, column) and questions ('?', …) above a table, in reading order."""
        found = []
        texts = [place for place in self._above(head) if not self.open(*place)]
        guided = bool(head) or any(self.open(*self._beside(*place)) for place in texts)
        for row, column in texts:
            beside = self._beside(row, column)
            blank = self.at(*beside).is_blank
            # where nothing guides, nothing but the blank cell beside it tells
            worked_out = self.at(*beside).formula
            if self.open(*beside) or worked_out or (not guided and blank and self._asks(row, column)):
                found.append(("?", row, column))
            elif blank and not any(r == row and c < column for r, c in texts):
                found.append(("", row, column))
        return found if any(kind for kind, _, _ in found) else []

    def _asks(self, row: int, column: int) -> bool:
        """Say whether a text with a blank cell beside it is a question, where nothing else tells."""
        text = self.text(row, column)
        if self.at(row, column).span > 1 or cell_length(text) > LIMIT_LABEL:
            return False
        first = self._above(())[0]
        short = len(text) <= SHORT and not text.endswith(".") and (row, column) != first
        return short or text.endswith((":", "?", "؟"))

    def _forms(self, asked: Sequence[tuple[str, int, int]], blocks: list[DraftBlock]) -> None:
        blocks.append(DraftBlock("form"))
        title = ""
        for kind, row, column in asked:
            if not kind:
                title = self.text(row, column)
                continue
            if title and blocks[-1].fields:
                blocks.append(DraftBlock("form", {"title": beginning(title, LIMIT_LABEL)}))
            title = ""
            beside = self._beside(row, column)
            label = self.text(row, column).rstrip(": ")
            rule = self.rule(*beside)
            if self.at(*beside).formula:
                made = self._calculated(blocks[-1], label, beside, None)
            else:
                made = self._field(label, rule, [self.at(*beside)])
                blocks[-1].fields.append(made)
            self._claim(made, beside[1], rule, (row, column))
            self.formulas.asked[self.sheet.name, beside] = made
            self._part("row", row).keep(made.code)
            behind = self._beside(*beside)
            help_text = self.text(*behind)
            if help_text and ("?", *behind) not in asked and cell_length(help_text) <= HELP_LIMIT:
                made.options.setdefault("help", help_text)

    # fields

    def _next(self) -> str:
        self.number += 1
        return f"{self.code.replace('.', '_')}_{self.number:02d}"

    def _field(self, label: str, rule: DataValidation | None, cells: Sequence[SourceCell]) -> DraftField:
        kind, guess, notes = _likeliest(rule or DataValidation("", ()), cells)
        made = DraftField(self._next(), kind.name, cut(label) or "?", dict(guess.options), notes)
        if guess.source is GuessSource.NOTHING:
            self.formulas.unknown.append(made)
        if cell_length(label) > LIMIT_LABEL:
            made.notes.append("the label was longer than Excel allows and is cut")
        if guess.labels:
            name = self._vocabulary(label, rule, guess.labels, numbered=kind.stepped)
            made.options = {"vocabulary": name, **made.options}
        if rule and rule.prompt:
            if cell_length(rule.prompt) <= HELP_LIMIT:
                made.options["help"] = rule.prompt
            else:
                made.notes.append(f"the prompt is too long for a help: {rule.prompt}")
        return made

    def _vocabulary(
        self, label: str, rule: DataValidation | None, entries: Sequence[str], *, numbered: bool
    ) -> str:
        beginnings = [beginning(entry, LIMIT_LABEL) for entry in entries]
        labels = list({label.casefold(): label for label in beginnings}.values())
        items = _steps(labels) if numbered else zip(item_codes(labels), labels, strict=True)
        named = rule.name if rule and rule.name else label
        return self.draft.listed(named, [{"code": code, "label": label} for code, label in items])


def _likeliest(rule: DataValidation, cells: Sequence[SourceCell]) -> tuple[FieldType, Guess, list[str]]:
    """Give the type that has most for it, of what a field shows; anything can be a text.

    Told are what was guessed, and that a validation became nothing.
    """
    shape = next((cell.format for cell in cells if cell.format != "General"), "General")
    seen = Evidence(
        rule.type, rule.source[:DESCRIBED], rule.labels, rule.low, rule.high, shape, bool(is_date_format(shape)),
        tuple(cell.value for cell in cells if cell.value is not None),
    )  # fmt: skip
    guesses = ((kind, kind.guess(seen)) for kind in FIELD_TYPES.values())
    found = [(kind, guess) for kind, guess in guesses if guess]
    kind, guess = max(found, key=lambda guessed: (guessed[1].source, guessed[1].special))
    notes = [guess.note] if guess.note else []
    if seen.rule not in ("", "any") and guess.source is not GuessSource.RULE:
        notes.append(f"the validation '{seen.rule}' ({seen.described}) has no counterpart")
    return kind, guess, notes


def _steps(entries: Sequence[str]) -> list[tuple[str, str]]:
    """Give the numbers in front of some entries, each with what stands behind it."""
    heads = {step_in(entry): entry for entry in entries}  # no two have the same
    return [
        (head, entry.strip(" ").removeprefix(head).strip(" .:-–") or head) for head, entry in heads.items()
    ]
