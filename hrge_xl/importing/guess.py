"""From the description of a workbook to the draft of a spec, with a note wherever it had to be guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, starmap, takewhile

from openpyxl.styles.numbers import is_date_format

from ..core.errors import UsageError
from ..core.words import cell_length
from ..fields import FIELD_TYPES, Evidence, step_in
from ..fields.field import GuessSource
from ..layout import column_letters
from ..spec.check_texts import LIMIT_LABEL
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
    Entry,
    PartOutcome,
    SourcePart,
    cut,
    item_codes,
    tool_code,
)
from .read import MOST_COLUMNS, Place, SourceCell, SourceRule, SourceSheet, SourceWorkbook

SHORT = 80  # characters of a heading
MOST_TOTALS = 4  # rows below a table, from the first one that adds it up
DESCRIBED = 60  # characters of a validation that a note quotes
NUMBERING = re.compile(r"#|no\.?|nr\.?|n[°º]|s/n|s\.no|sn|number|م|الرقم", re.IGNORECASE)

Run = Sequence[Place]  # cells side by side, or below each other
Fields = dict[int, DraftField]  # by their columns


def guess(book: SourceWorkbook) -> DraftSpec:
    """Return the draft of a workbook. Raises `UsageError` where no sheet has anything to fill in."""
    draft = DraftSpec(book.title, messages=book.messages)
    formulas = SourceFormulas(book, draft)
    guesses = [_SheetGuess(draft, sheet, formulas) for sheet in book.sheets]
    for sheet_guess in guesses:
        if not sheet_guess.why_not:
            sheet_guess.add()
    formulas.settle([sheet_guess.parts for sheet_guess in guesses])
    for sheet_guess in guesses:
        sheet_guess.tell()
    if not any(formulas.fields()):
        raise UsageError(
            " ".join(["no sheet has questions, columns or lists to fill in.", *draft.messages])
        )
    draft.guess_language()
    return draft


def _why_not(sheet: SourceSheet) -> str:
    """Say why a sheet cannot become one of the spec; empty if it can."""
    if not sheet.visible:
        return "it is hidden"
    if not any(cell.value is not None or cell.unlocked for cell in sheet.cells.values()):
        return "it is empty"
    if sheet.gives_lists and not sheet.rules:
        return "it holds the entries of dropdowns, which are now in vocabularies.yaml"
    return ""


def _account(draft: DraftSpec, sheet: SourceSheet) -> Account:
    """Register every row and column with something in it, and in each column its formulas, notes and dropdowns."""
    account: Account = {}

    def register(kind: str, key: object, place: object, text: str) -> None:
        if (kind, key) not in account:
            account[kind, key] = draft.part(kind, f"{sheet.name}!{place}", text)

    for (row, column), cell in sorted(sheet.cells.items()):
        letters = column_letters(column)
        text = sheet.text(row, column)
        if not cell.is_blank:
            register("row", row, row, text)
            register("column", column, letters, text)
        if cell.formula:
            register("formula", (column, cell.shape), f"{letters}{row}", cell.formula)
        if cell.note:
            register("note", (row, column), f"{letters}{row}", cell.note)
    for rule, area in sheet.dropdowns():
        for column in range(area.left, min(area.right, MOST_COLUMNS) + 1):
            register("dropdown", column, column_letters(column), rule.source)
    return account


class _SheetGuess:
    """Takes one sheet apart: forms and tables, each of which is a sheet of the spec."""

    def __init__(self, draft: DraftSpec, sheet: SourceSheet, formulas: SourceFormulas) -> None:
        self.draft = draft
        self.sheet = sheet
        self.formulas = formulas
        self.why_not = _why_not(sheet)
        self.parts = _account(draft, sheet)
        self.tools = list[DraftTool]()
        self.claimed: dict[int, list[str]] = {}  # by column: the fields that its dropdowns became
        self.at = sheet.at
        self.text = sheet.text
        self.is_input = sheet.is_input
        self.rule = sheet.rule
        self.last_row = max((row for row, _ in sheet.cells), default=1)
        self.last_column = max((column for _, column in sheet.cells), default=1)

    def add(self) -> None:
        """Add the sheet to the draft."""
        head = self._head()
        self.title = self._title(head)
        if head and self._is_form(head):
            head = ()
        if questions := self._questions(head):
            self._forms(questions)
        elif not head:
            head = next(self._runs(), ())
        last = 0
        while head:
            rows = self._rows(head)
            is_numbered = len(head) > 2 and NUMBERING.fullmatch(self.text(*head[0]))
            columns = head[1:] if is_numbered else head
            if self._is_checklist(columns, rows):
                self._checklist(columns, rows)
            else:
                self._register(columns, rows)
            last = max(last, head[0][0], *rows)
            head = self._head(last, head)
        for overlooked_head, rows in self._overlooked():
            self._register(overlooked_head, rows)

    def tell(self) -> None:
        """Tell of a sheet from which nothing came, and why."""
        asks = any(block.fields for tool in self.tools for block in tool.blocks)
        worked_out = (part.outcome for (kind, _), part in self.parts.items() if kind == "formula")
        if self.why_not or not (asks or PartOutcome.KEPT in worked_out):
            why = self.why_not or "nothing to fill in was found"
            self.draft.messages.append(f"The sheet '{self.sheet.name}' was left out: {why}.")
            for part in self.parts.values():
                part.leave_out(f"its sheet was left out: {why}")

    def _tool(self) -> DraftTool:
        """Add a sheet for what follows."""
        name = self.sheet.name
        tool_codes = {tool.code for tool in self.draft.tools}
        tool = self.draft.new_tool(tool_code(name, tool_codes), name, self.title)
        if tool.sheet != name:
            tool.notes.append(
                f"'{name}' is too long, or the name of another table or of a sheet of the program"
            )
        if self.tools:
            tool.options["goes_with"] = self.tools[0].code
        self.tools.append(tool)
        return tool

    def _code(self) -> str:
        """Return the code of the next field."""
        tool = self.tools[-1]
        number = sum(len(block.fields) for block in tool.blocks) + 1
        return f"{tool.code.replace('.', '_')}_{number:02d}"

    def _part(self, kind: str, key: object) -> SourcePart:
        """Return a part of the account; one that counts nowhere where there is none."""
        return self.parts.get((kind, key)) or SourcePart(kind, "", "")

    def _above(self, head: Run) -> list[Place]:
        """Return the texts above a table, or on a whole sheet without one."""
        places = (place for place in sorted(self.sheet.cells) if not head or place[0] < head[0][0])
        return [place for place in places if self.text(*place)]

    def _beside(self, row: int, column: int) -> Place:
        """Return the place after a cell, past what it is merged over."""
        return row, column + self.at(row, column).span

    def _title(self, head: Run) -> str:
        """Return the first text above a table, where it stands alone."""
        for place in self._above(head)[:1]:
            text = self.text(*place)
            beside = self._beside(*place)
            if cell_length(text) <= LIMIT_LABEL and not (
                self.text(*beside) or self.is_input(*beside)
            ):
                return text
        return self.sheet.name

    # where tables stand

    def _runs(self) -> Iterator[Run]:
        """Yield runs of adjacent short texts that nobody is meant to fill in, top down."""
        for row in range(1, self.last_row + 1):
            places = [(row, column) for column in range(1, self.last_column + 1)]
            for may_be_heads, adjacent in groupby(places, self._may_be_head):
                run = tuple(adjacent)
                if may_be_heads and len(run) >= 2:
                    yield run

    def _may_be_head(self, place: Place) -> bool:
        alone = self.at(*place).span == 1 and not self.is_input(*place)
        return alone and 0 < len(self.text(*place)) <= SHORT

    def _head(self, previous_end: int = 0, previous_head: Run = ()) -> Run:
        """Return the first run of texts with something to fill in, or something filled in, below it.

        Behind another table what is filled in does not tell: it may belong to that, unless it stands right of it.
        """
        for run in self._runs():
            row, column = run[0]
            may_begin = not previous_end
            if row > previous_end:
                may_begin |= any(self.is_input(row + 1, below) for _, below in run)
            if previous_head and row == previous_head[0][0]:
                may_begin |= column > previous_head[-1][1]
            if may_begin and self._stands_above(run):
                candidates = [run, *self._lower_heads(row, column)]
                return max(candidates, key=len)
        return ()

    def _lower_heads(self, row: int, column: int) -> Iterator[Run]:
        """Yield the runs up to three rows lower under which dropdowns begin: their headings are meant."""
        heading_rows = {area.top - 1 for _, area in self.sheet.dropdowns()}
        for run in self._runs():
            first_row, first_column = run[0]
            is_near = row < first_row <= row + 3 and first_column <= column
            if is_near and first_row in heading_rows:
                yield run

    def _stands_above(self, run: Run) -> bool:
        """Say whether cells below are filled in, or are to be, directly or below the heading of a section."""
        for distance in (1, 2):
            below = [(row + distance, column) for row, column in run]
            filled = [place for place in below if not self.at(*place).is_blank]
            if len(filled) >= 2 or any(starmap(self.is_input, below)):
                return True
            is_heading_of_section = filled == below[:1] and len(run) > 2
            if not is_heading_of_section:
                return False
        return False

    def _rows(self, head: Run) -> list[int]:
        """Return the rows of the table: as long as something stands in its columns, without the rows that add them
        up.
        """
        rows: list[int] = []
        for row in range(head[0][0] + 1, self.last_row + 1):
            cells = [self.at(row, column) for _, column in head]
            if all(cell.is_blank and not cell.unlocked for cell in cells):
                break
            rows.append(row)
        for row in rows[-MOST_TOTALS:]:
            if any(self._adds_up(row, column) for _, column in head):
                return rows[: rows.index(row)]
        return rows

    def _adds_up(self, row: int, column: int) -> bool:
        return bool(self.formulas.added_up(self.sheet.name, column, self.at(row, column).formula))

    def _overlooked(self) -> Iterator[tuple[Run, list[int]]]:
        """Yield the headings of columns with dropdowns that are in no table, by their rows, and rows below."""
        # where the dropdowns begin, by rows of headings and columns
        heading_rows: dict[int, dict[int, int]] = {}
        for kind, column in self.parts:
            if kind != "dropdown" or not isinstance(column, int) or column in self.claimed:
                continue
            top = min(area.top for _, area in self.sheet.dropdowns(column))
            rows_above = (row for row in range(top, 0, -1) if self.text(row, column))
            heading_row = next(rows_above, top)
            heading_rows.setdefault(heading_row, {})[column] = top
        for row, tops in heading_rows.items():
            yield [(row, column) for column in tops], sorted({row + 1, *tops.values()})

    # what tables are

    def _is_form(self, head: Run) -> bool:
        """Question and answer side by side, with answers of different kinds: no table."""
        if len(head) > 3:
            return False
        question_column = head[0][1]
        answer_column = head[1][1]
        rows = self._rows(head)
        rules = {self.rule(row, answer_column) for row in rows}
        questions = [row for row in rows if self.text(row, question_column)]
        if any(self.is_input(row, question_column) for row in questions):
            return False
        return len(questions) >= 2 and len(rules) > 1

    def _is_checklist(self, head: Run, rows: Sequence[int]) -> bool:
        """Say whether fixed texts stand down the first column, and beside them columns with nothing filled in."""
        first, *answer_columns = (column for _, column in head)
        labelled = [row for row in rows if self.text(row, first)]
        if len(labelled) < max(2, len(rows) * 0.8) or any(
            self.is_input(row, first) for row in rows
        ):
            return False
        without_numbers = {re.sub(r"\d+", "#", self.text(row, first)) for row in labelled}
        if len(without_numbers) == 1:  # rows that differ by their numbers are no points
            return False
        blank_columns = 0
        for column in answer_columns:
            if self.is_input(rows[-1] + 1, column):  # there is room for more
                return False
            if all(self.at(row, column).is_blank for row in labelled):
                blank_columns += 1
            elif self.is_input(rows[0], column) or self.is_input(rows[-1], column):
                return False  # what is filled in is not asked
        return blank_columns > 0

    def _register(self, head: Run, rows: Sequence[int]) -> None:
        block = DraftBlock("register", {"id": f"{self._tool().code}-"})
        self._columns(block, head, rows)
        room = max(self._room(row + 1, column) for row, column in head)
        if 1 < room <= MOST_BLANK_ROWS:
            block.options["rows"] = room
            block.notes.append("as many rows as the sheet has room for")
        else:
            block.options["rows"] = max(BLANK_ROWS, min(len(rows), MOST_BLANK_ROWS))
            block.notes.append("how many blank rows a team needs")
        block.options["shows"] = block.fields[0].code

    def _room(self, row: int, column: int) -> int:
        """Count the rows from here on that are to be filled in."""
        below = ((row + offset, column) for offset in range(MOST_BLANK_ROWS + 1))
        return sum(takewhile(bool, starmap(self.is_input, below)))

    def _checklist(self, head: Run, rows: Sequence[int]) -> None:
        notes = ["the texts of the first column are fixed, the others are answered"]
        block = DraftBlock("checklist", {"item": self.text(*head[0])}, notes=notes)
        labelled = [row for row in rows if self.text(row, head[0][1])]
        self._tool()
        fields = self._columns(block, head[1:], labelled)
        block.items = list(self._items(head[0][1], labelled, fields))

    def _items(self, text_column: int, rows: Sequence[int], fields: Fields) -> Iterator[DraftItem]:
        """Yield the rows of a checklist; where only some are to be filled in, the others are headings."""
        fixed = {column: field.code for column, field in fields.items() if "fixed" in field.options}
        answer_columns = fields.keys() - fixed
        input_rows = {
            row for row in rows if any(self.is_input(row, column) for column in answer_columns)
        }
        section = ""
        number = 0
        for row in rows:
            if input_rows and row not in input_rows:
                section = self.text(row, text_column)
                self._part("row", row).keep("a section")
                continue
            number += 1
            code = f"{self.tools[-1].code}_{number:02d}"
            self._part("row", row).keep(code)
            values: dict[str, str] = {}
            for column, field_code in fixed.items():
                value = self.at(row, column).value
                if value is not None:
                    values[field_code] = str(value)
            yield DraftItem(code, self.text(row, text_column), section, values)
            section = ""

    def _columns(self, block: DraftBlock, head: Run, rows: Sequence[int]) -> Fields:
        """Make fields of columns, of those with formulas last: they stand right of what they read."""
        tool = self.tools[-1]
        rows = rows or [head[0][0] + 1]
        tool.blocks.append(block)
        table = SourceTable(self.sheet.name, rows[0], rows[-1], tool, block, {})
        self.formulas.tables.append(table)
        places = {column: [(row, column) for row in rows] for _, column in head}
        typed = [place for place in head if not self._worked_out(places[place[1]])]
        worked_out = [place for place in head if place not in typed]
        for row, column in typed + worked_out:
            self._part("row", row).keep("headings")
            texts = (self.text(row, nearest) for nearest in range(column, 0, -1))
            label = next(filter(None, texts), f"Column {column_letters(column)}")
            table.fields[column] = self._ask(block, label, (row, column), places[column], table)
        return table.fields

    # forms

    def _questions(self, head: Run) -> dict[Place, str]:
        """Return the places of questions above a table in reading order, each with the heading in front of it."""
        questions = dict[Place, str]()
        heading = ""
        texts = [place for place in self._above(head) if not self.is_input(*place)]
        is_guided = bool(head) or any(self.is_input(*self._beside(*place)) for place in texts)
        previous_row = 0
        for row, column in texts:
            beside = self._beside(row, column)
            answer = self.at(*beside)
            is_question = self.is_input(*beside) or bool(answer.formula)
            if not is_guided and answer.is_blank:  # where nothing guides, the blank cell tells
                is_question |= self._asks(row, column)
            if is_question:
                questions[row, column] = heading
                heading = ""
            elif answer.is_blank and row != previous_row:
                heading = self.text(row, column)
            previous_row = row
        return questions

    def _asks(self, row: int, column: int) -> bool:
        """Say whether a text with a blank cell beside it is a question, where nothing else tells."""
        text = self.text(row, column)
        if self.at(row, column).span > 1 or cell_length(text) > LIMIT_LABEL:
            return False
        if text.endswith((":", "?", "؟")):
            return True
        is_title = (row, column) == self._above(())[0]
        return len(text) <= SHORT and not text.endswith(".") and not is_title

    def _forms(self, questions: dict[Place, str]) -> None:
        blocks = self._tool().blocks
        blocks.append(DraftBlock("form"))
        for place, heading in questions.items():
            if heading and blocks[-1].fields:
                blocks.append(DraftBlock("form", {"title": cut(heading)}))
            beside = self._beside(*place)
            field = self._ask(blocks[-1], self.text(*place).rstrip(": "), place, [beside])
            self.formulas.form_fields[self.sheet.name, beside] = field
            self._part("row", place[0]).keep(field.code)
            behind = self._beside(*beside)
            remark = self.text(*behind)
            if remark and behind not in questions and cell_length(remark) <= HELP_LIMIT:
                field.options.setdefault("help", remark)

    # fields

    def _ask(
        self,
        block: DraftBlock,
        label: str,
        heading: Place,
        places: Run,
        table: SourceTable | None = None,
    ) -> DraftField:
        """Make a field of the cells below or beside a heading: worked out, fixed or asked."""
        filled = [place for place in places if self.at(*place).value is not None]
        is_filled_in = len(filled) * 2 > len(places) and not any(starmap(self.is_input, filled))
        rule = self._telling_rule(places)
        if first := self._worked_out(places):
            field = self._calculated(first, table)
        elif block.kind == "checklist" and is_filled_in:
            field = self._fixed(filled)
        else:
            field = self._field(label, rule, [self.at(*place) for place in places])
        block.fields.append(field)
        column = self._part("column", places[0][1])
        note = self._part("note", heading)
        column.keep(field.code)
        note.keep(field.code)
        field.call(label or "?", rule.prompt or note.text, note if note.text else column)
        field.of("", column)
        if rule.type == "list":
            self._claim(field, places[0][1], rule)
        return field

    def _fixed(self, filled: Run) -> DraftField:
        """Make a field of what stands in these cells already."""
        kinds = {type(self.at(*place).value) for place in filled}
        type_name = "decimal" if kinds <= {int, float} else "text"
        note = "already filled in on the sheet, so it is fixed"
        return DraftField(self._code(), type_name, "", {"fixed": True}, [note])

    def _telling_rule(self, places: Run) -> SourceRule:
        """Return the validation of these cells that tells most: a list with entries before all others."""
        rules = [rule for place in places if (rule := self.rule(*place))]
        return min(
            rules,
            key=lambda rule: (rule.type != "list", not rule.labels),
            default=SourceRule("", ()),
        )

    def _worked_out(self, places: Run) -> Place | None:
        """Return the first of these cells with a formula, where most have one; what adds up others is none."""
        worked_out = [
            place for place in places if self.at(*place).formula and not self._adds_up(*place)
        ]
        return worked_out[0] if len(worked_out) * 2 > len(places) else None

    def _calculated(self, place: Place, table: SourceTable | None) -> DraftField:
        """Make a field of a formula, which is settled when all that it may read is there."""
        cell = self.at(*place)
        part = self._part("formula", (place[1], cell.shape))
        field = DraftField(self._code(), "calculated", "", parts={"formula": [part]})
        self.formulas.field_formulas.append(
            SourceFormula(self.sheet.name, place[0], cell.formula, part, field, table)
        )
        return field

    def _field(self, label: str, rule: SourceRule, cells: Sequence[SourceCell]) -> DraftField:
        """Make a field of the type that has most for it; anything can be a text."""
        shape = next((cell.format for cell in cells if cell.format != "General"), "General")
        seen = Evidence(
            rule.type,
            rule.source[:DESCRIBED],
            rule.labels,
            rule.low,
            rule.high,
            shape,
            bool(is_date_format(shape)),
            tuple(cell.value for cell in cells if cell.value is not None),
        )
        candidates = [(guess, kind) for kind in FIELD_TYPES.values() if (guess := kind.guess(seen))]
        guess, kind = max(candidates, key=lambda guessed: (guessed[0].source, guessed[0].special))
        field = DraftField(self._code(), kind.name, "", dict(guess.options))
        if guess.note:
            field.notes.append(guess.note)
        if rule.type and guess.source is not GuessSource.RULE:
            field.notes.append(
                f"the validation '{rule.type}' ({seen.described}) has no counterpart"
            )
        if guess.labels:
            coded = _coded(guess.labels, numbered=kind.stepped)
            entries: list[Entry] = [{"code": code, "label": entry} for code, entry in coded]
            listed = self.draft.listed(rule.name or label, entries)
            field.options = {"vocabulary": listed, **field.options}
        return field

    def _claim(self, field: DraftField, column: int, rule: SourceRule) -> None:
        """Tell what became of the dropdown of a column: the lists in it may be several."""
        dropdown = self._part("dropdown", column)
        field_codes = self.claimed.setdefault(column, [])
        field_codes.append(field.code)
        field.of("vocabulary", dropdown)
        rules = {column_rule for column_rule, _ in self.sheet.dropdowns(column)}
        has_more = len(rules) > len(field_codes)
        change = "another list in this column is not there" if has_more else ""
        dropdown.keep(", ".join(field_codes), change)
        if not rule.labels:
            dropdown.leave_out("its list is blank, or is not in the file")
        if rule.area:
            self.formulas.lists.append((field, rule.area))


def _coded(entries: Sequence[str], *, numbered: bool) -> Iterable[tuple[str, str]]:
    """Return the entries of a list behind their codes: those of a scale are the numbers in front."""
    if not numbered:
        return zip(item_codes(entries), entries, strict=True)
    steps = {step_in(entry): entry.strip(" ") for entry in entries}  # no two have the same
    return [
        (step, entry.removeprefix(step).strip(" .:-–") or step) for step, entry in steps.items()
    ]
