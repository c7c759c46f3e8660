"""From the description of a workbook to the draft of a spec, with a note wherever it had to be guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, groupby, takewhile

from openpyxl.styles.numbers import is_date_format

from ..core.errors import UsageError
from ..core.words import beginning, cell_length
from ..fields import FIELD_TYPES, Evidence, FieldType, Guess, step_in
from ..fields.field import GuessSource
from ..spec.check_texts import LIMIT_LABEL, LIMIT_SHEET_NAME, RESERVED, SHEET_NAME_FORBIDDEN
from .neutral import (
    HELP_LIMIT,
    DraftBlock,
    DraftField,
    DraftItem,
    DraftSpec,
    DraftTool,
    Entry,
    item_codes,
    tool_code,
)
from .read import MOST_COLUMNS, DataValidation, Place, SourceCell, SourceSheet, SourceWorkbook

SHORT, BLANK_ROWS, MOST_BLANK_ROWS = 80, 20, 500
DESCRIBED = 60  # characters of a validation that a note quotes
NUMBERING = frozenset(
    {"#", "no", "no.", "nr", "nr.", "n°", "nº", "s/n", "s.no", "sn", "number", "م", "الرقم"}
)


Run = tuple[Place, ...]  # cells side by side


def guess(book: SourceWorkbook) -> DraftSpec:
    """Give the draft of a workbook. Raises `UsageError` where no sheet has anything to fill in."""
    draft = DraftSpec(book.title or book.stem, messages=list(book.messages))
    for sheet in book.sheets:
        reason = _why_not(sheet)
        if not reason and not _SheetGuess(draft, sheet).add():
            reason = "nothing to fill in was found"
        if reason:
            draft.messages.append(f"The sheet '{sheet.name}' was left out: {reason}.")
    if not draft.tools:
        raise UsageError(
            f"{book.stem}: no sheet has questions, columns or lists to fill in. {' '.join(draft.messages)}".strip()
        )
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


class _SheetGuess:
    """Takes one sheet apart: a form above, a table below, or one of them."""

    def __init__(self, draft: DraftSpec, sheet: SourceSheet) -> None:
        self.draft, self.sheet = draft, sheet
        self.at, self.text, self.open, self.rule = sheet.at, sheet.text, sheet.open, sheet.rule
        self.last = max((row for row, _ in sheet.cells), default=0)
        of_rules = (box[2] for rule in sheet.rules for box in rule.boxes)
        self.right = min(max(*(column for _, column in sheet.cells), 1, *of_rules), MOST_COLUMNS)
        self.code = tool_code(sheet.name, {tool.code for tool in draft.tools})
        self.number = 0

    def add(self) -> bool:
        """Add the sheet to the draft, unless there is nothing to fill in on it."""
        head = self._head()
        tool = DraftTool(self.code, self.sheet.name, self._title(head))
        if self.sheet.name.casefold() in RESERVED:
            tool.sheet = f"{self.sheet.name[:22]} (sheet)"
            note = f"the program has a sheet '{self.sheet.name}' of its own, so this one has another name"
            tool.notes.append(note)
        if head and self._is_form(head):
            head = ()
        asked = self._questions(head)
        tool.blocks += self._forms(asked)
        head = head or (() if asked else next(self._runs(), ()))
        if head:
            tool.blocks.append(self._table(head))
        tool.blocks = [block for block in tool.blocks if block.fields]
        if tool.blocks:
            self.draft.tools.append(tool)
        return bool(tool.blocks)

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

    def _head(self) -> Run:
        """Give the first run of texts with something to fill in, or something filled in, below it."""
        for run in self._runs():
            if self._stands_above(run, 1) or (self._section(run) and self._stands_above(run, 2)):
                return run
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
        return rows

    def _table(self, head: Run) -> DraftBlock:
        rows = self._rows(head)
        if len(head) > 2 and self.text(*head[0]).casefold().strip() in NUMBERING:
            head = head[1:]
        made = self._checklist if self._is_checklist(head, rows) else self._register
        return made(head, rows)

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

    def _register(self, head: Run, rows: Sequence[int]) -> DraftBlock:
        block = DraftBlock("register", {"id": f"{self.code}-"})
        for row, column in head:
            self._column(block, row, column, rows)
        span = max(self._span(row + 1, column) for row, column in head)
        blank, note = max(BLANK_ROWS, min(len(rows), MOST_BLANK_ROWS)), "how many blank rows a team needs"
        if 1 < span <= MOST_BLANK_ROWS:
            blank, note = span, "as many rows as the sheet has room for"
        block.options["rows"] = blank
        block.notes.append(note)
        if block.fields:
            block.options["shows"] = block.fields[0].code
        return block

    def _span(self, row: int, column: int) -> int:
        """Count the rows from here on that are to be filled in."""
        rule = self.rule(row, column)
        if rule:
            return max(box[3] - row + 1 for box in rule.boxes if box[0] <= column <= box[2])
        unlocked = (self.at(below, column).unlocked for below in count(row))
        return sum(takewhile(bool, unlocked))

    def _checklist(self, head: Run, rows: Sequence[int]) -> DraftBlock:
        block = DraftBlock("checklist", {"item": self.text(*head[0])})
        block.notes.append("the texts of the first column are fixed, the others are answered")
        labelled = [row for row in rows if self.text(row, head[0][1])]
        fixed: dict[int, str] = {}
        for row, column in head[1:]:
            filled = [item for item in labelled if self.at(item, column).value is not None]
            if len(filled) * 2 > len(labelled) and not any(self.open(item, column) for item in filled):
                made = DraftField(self._next(), "text", self.text(row, column), {"fixed": True})
                made.notes.append("already filled in on the sheet, so it is fixed")
                block.fields.append(made)
                fixed[column] = made.code
            else:
                self._column(block, row, column, labelled)
        block.items = list(self._items(head, labelled, fixed))
        return block

    def _items(self, head: Run, rows: Sequence[int], fixed: dict[int, str]) -> Iterator[DraftItem]:
        answers = [column for _, column in head[1:] if column not in fixed]
        guarded = any(self.open(row, column) for row in rows for column in answers)
        section, number = "", 0
        for row in rows:
            label = self.text(row, head[0][1])
            if guarded and not any(self.open(row, column) for column in answers):
                section = label
                continue
            number += 1
            filled = {code: self.at(row, column).value for column, code in fixed.items()}
            values = {code: str(value) for code, value in filled.items() if value is not None}
            yield DraftItem(f"{self.code}_{number:02d}", label, section, values)
            section = ""

    def _column(self, block: DraftBlock, row: int, column: int, rows: Sequence[int]) -> None:
        label = self.text(row, column)
        cells = [self.at(below, column) for below in (rows or [row + 1])]
        formulas = [cell.formula for cell in cells if cell.formula]
        if formulas:
            block.notes.append(f"'{label}' was a formula ({formulas[0][:60]}): describe it as `calculated`")
            return
        rules = filter(None, (self.rule(below, column) for below in (row + 1, *rows)))
        block.fields.append(self._field(label, next(rules, None), cells))

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
            if self.open(*beside) or (not guided and blank and self._asks(row, column)):
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

    def _forms(self, asked: Sequence[tuple[str, int, int]]) -> list[DraftBlock]:
        blocks = [DraftBlock("form")]
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
            made = self._field(label, self.rule(*beside), [self.at(*beside)])
            behind = self._beside(*beside)
            help_text = self.text(*behind)
            if help_text and ("?", *behind) not in asked and cell_length(help_text) <= HELP_LIMIT:
                made.options.setdefault("help", help_text)
            blocks[-1].fields.append(made)
        return blocks

    # fields

    def _next(self) -> str:
        self.number += 1
        return f"{self.code.replace('.', '_')}_{self.number:02d}"

    def _field(self, label: str, rule: DataValidation | None, cells: Sequence[SourceCell]) -> DraftField:
        kind, guess, notes = _likeliest(rule or DataValidation("", ()), cells)
        made = DraftField(self._next(), kind.name, label or "?", dict(guess.options), notes)
        if cell_length(label) > LIMIT_LABEL:
            made.label = beginning(label, LIMIT_LABEL - 1) + "…"
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
        items = _steps(labels) if numbered else list(zip(item_codes(labels), labels, strict=True))
        entries: list[Entry] = [{"code": code, "label": label} for code, label in items]
        return self.draft.listed(rule.name if rule and rule.name else label, entries)


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
