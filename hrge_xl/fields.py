"""Field types, one class each: how an answer is read, what the sheet allows, which column it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from rapidfuzz import fuzz, process

from .numerals import (
    FIRST_DAY,
    LAST_DAY,
    Ambiguous,
    OtherCalendar,
    from_serial,
    parse_date,
    parse_number,
    percentage,
    refuse_other_calendar,
    shown,
    to_serial,
    years_of_own_calendar,
)
from .spec.model import Field, FieldType, Spec
from .spec.spellings import Entry, entries, spellings
from .words import fold, fold_code, tidy, tidy_lines, translator, western_digits

SUGGESTION_CUTOFF = 75
YES_NO = "_YN"
AROUND_DASH = re.compile(" ?- ?")


class Kind(StrEnum):
    """What a column of answers holds; one typed frame each when checked."""

    CODE = "code"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


class Reading(NamedTuple):
    """What one cell means: exactly one of code, text, number, day; or a problem (a finding code)."""

    code: str | None = None
    text: str | None = None
    number: float | None = None
    day: date | None = None
    problem: str | None = None
    suggestion: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What the sheet's own validation lets in: a list, a number or date between two bounds, or a length."""

    type: str  # list, whole, decimal, date, length, any
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Vocabularies:
    """Every spelling of every entry of every list, in all languages of a spec: folded text → (code, note).

    `rows` are what references point to: tool → folded code of a row → code; `language` that of the workbook.
    """

    language: str
    spellings: Mapping[str, Mapping[str, tuple[str, str | None]]]
    labels: Mapping[str, tuple[str, ...]]
    rows: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, spec: Spec, language: str, rows: Mapping[str, Iterable[str]]) -> Vocabularies:
        """The spellings of each list, the labels in `language` going first; `rows` are codes by tool."""
        tables = {name: entries(each, spec.languages) for name, each in spec.vocabularies.items()}
        tables[YES_NO] = _yes_no(spec)
        found = {name: spellings(table, language) for name, table in tables.items()}
        labels = {name: tuple(each.labels[language] for each in table) for name, table in tables.items()}
        known = {tool: {fold_code(code): code for code in codes} for tool, codes in rows.items()}
        return cls(language, found, labels, known)


def _yes_no(spec: Spec) -> list[Entry]:
    words = {"Y": ("Yes", ("True",)), "N": ("No", ())}
    return [
        Entry(code, {tag: translator(tag)(english) for tag in spec.languages}, aliases)
        for code, (english, aliases) in words.items()
    ]


class Behaviour(Protocol):
    """What every field type can do."""

    kind: Kind
    number_format: str

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """What a non-blank cell means."""

    def limits(self, field: Field) -> Limits:
        """What the sheet's validation lets in."""


class Cell(NamedTuple):
    """A stored value as the field types need it: `is_date` for a number under a date format."""

    value: str | float | bool
    is_date: bool = False
    epoch_1904: bool = False

    @property
    def day(self) -> date | None:
        """The day of a number."""
        number = self.value if isinstance(self.value, float | int) else -1
        return from_serial(float(number), epoch_1904=self.epoch_1904)

    def as_text(self) -> str:
        """The value as a person sees it."""
        day = self.day if self.is_date else None
        return shown(day if day is not None else self.value)


# What is odd about a text, as the findings that say so: a beginning that programs take for a formula, and
# characters that control or turn round what is shown.
ODD = (
    ("V108", re.compile(r"^\s*(?:[=＝]|[+\-@＋－＠][^\s|(!]*[|(!])")),
    ("V109", re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")),
)


class TextField:
    """One line of text."""

    kind = Kind.TEXT
    number_format = "@"

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """The text, tidied; numbers and dates as they are seen."""
        text = cell.as_text()
        return Reading(text=tidy_lines(text), notes=tuple(code for code, found in ODD if found.search(text)))

    def limits(self, field: Field) -> Limits:
        """At most so many characters, where the spec says so."""
        return Limits("length", high=field.characters) if field.characters else Limits("any")


class LongField(TextField):
    """A longer text, often with a limit of words."""


class NumberField:
    """A number with decimals."""

    kind = Kind.NUMBER
    number_format = "#,##0.##########"
    whole = False

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """The number; a text where it can only mean one number."""
        if isinstance(cell.value, bool) or cell.is_date:
            return Reading(problem="V003")
        if isinstance(cell.value, str):
            return self._from_text(cell.value, lists.language)
        return self._whole(float(cell.value), (), lists.language)

    def _from_text(self, text: str, language: str) -> Reading:
        try:
            number = parse_number(text, language)
        except Ambiguous:
            return Reading(problem="V018")
        if number is None:
            return Reading(problem="V003")
        notes = ("V104",) if western_digits(text) == text else ("V104", "V103")
        return self._whole(number, notes, language)

    def _whole(self, number: float, notes: tuple[str, ...], language: str) -> Reading:
        if self.whole and not number.is_integer():
            return Reading(number=number, problem="V004", notes=notes)
        return Reading(number=number, notes=notes)

    def limits(self, field: Field) -> Limits:
        """Between the bounds of the spec."""
        return Limits("whole" if self.whole else "decimal", field.minimum, field.maximum)


class IntegerField(NumberField):
    """A whole number."""

    number_format = "#,##0"
    whole = True


class PercentField(NumberField):
    """A share, stored as a fraction: 45 % is 0.45."""

    number_format = "0.##%"

    def _from_text(self, text: str, language: str) -> Reading:
        bare = percentage(text)
        if bare is None:
            return super()._from_text(text, language)
        found = super()._from_text(bare, language)
        return Reading(
            number=None if found.number is None else found.number / 100,
            problem=found.problem,
            notes=found.notes,
        )

    def limits(self, field: Field) -> Limits:
        """Between 0 and 100 % unless the spec says otherwise."""
        low = 0.0 if field.minimum is None else field.minimum
        return Limits("decimal", low, 1.0 if field.maximum is None else field.maximum)


class YearField(NumberField):
    """A Gregorian year."""

    number_format = "0"
    whole = True

    def _whole(self, number: float, notes: tuple[str, ...], language: str) -> Reading:
        if not number.is_integer():
            return super()._whole(number, notes, language)
        try:
            refuse_other_calendar(int(number), language)
        except OtherCalendar:
            return Reading(problem="V007")
        return super()._whole(number, notes, language)

    def limits(self, field: Field) -> Limits:
        """Between 1900 and 2100 unless the spec says otherwise."""
        low = 1900 if field.minimum is None else field.minimum
        return Limits("whole", low, 2100 if field.maximum is None else field.maximum)


class ScaleField(NumberField):
    """A step of a numbered scale; `3`, `3 - Possible` and `Possible` all mean 3."""

    number_format = "0"
    whole = True

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """The number of the step."""
        if not isinstance(cell.value, str):
            return super().read(field, cell, lists)
        text = tidy(western_digits(cell.value))
        meant = lists.spellings[field.vocabulary or ""].get(fold(text))
        if meant is not None:
            return Reading(number=float(meant[0]), notes=("V104",))
        head = text.split(" ")[0].rstrip(".-:–")
        number = parse_number(head) if head.isdecimal() else None
        return Reading(problem="V003") if number is None else Reading(number=number, notes=("V104",))

    def limits(self, field: Field) -> Limits:
        """From the first to the last step; filled in from the vocabulary by `step_limits`."""
        return Limits("list")


class DateField:
    """A Gregorian day."""

    kind = Kind.DATE
    number_format = "yyyy-mm-dd"

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """The day of a date cell, or of a text that can only mean one day."""
        if isinstance(cell.value, str):
            return self._from_text(cell.value, lists.language)
        if isinstance(cell.value, bool) or cell.day is None:
            return Reading(problem="V005")
        if cell.day.year in years_of_own_calendar(lists.language):
            return Reading(problem="V007")
        return Reading(day=cell.day)

    def _from_text(self, text: str, language: str) -> Reading:
        try:
            day = parse_date(text, language)
        except Ambiguous:
            return Reading(problem="V006")
        except OtherCalendar:
            return Reading(problem="V007")
        if day is None:
            return Reading(problem="V005")
        return Reading(day=day, notes=("V105",) if western_digits(text) == text else ("V105", "V103"))

    def limits(self, field: Field) -> Limits:
        """A day that a project of our time can have."""
        return Limits("date", to_serial(FIRST_DAY), to_serial(LAST_DAY))


class ChoiceField:
    """One entry of a list: the cell shows the label, the data hold the code."""

    kind = Kind.CODE
    number_format = "@"

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """The code of the label, in whatever spelling the list knows; else a suggestion."""
        text = tidy(cell.as_text())
        name = field.vocabulary or YES_NO
        meant = lists.spellings[name].get(fold(text))
        if meant is None:
            return Reading(problem="V002", suggestion=_suggest(text, lists.labels[name]))
        code, note = meant
        if note is None and cell.as_text() not in lists.labels[name]:
            note = "V102"
        return Reading(code=code, notes=(note,) if note else ())

    def limits(self, field: Field) -> Limits:
        """An entry of the list."""
        return Limits("list")


class ManyField(ChoiceField):
    """Several entries of a list, one a cell."""


class YesNoField(ChoiceField):
    """Yes or no."""

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """Yes or no; a truth value only where it is true, for FALSE may be an untouched tick box."""
        if cell.value is True:
            return Reading(code="Y", notes=("V107",))
        if cell.value is False:
            return Reading(problem="V002")
        return super().read(field, cell, lists)


class ReferenceField:
    """A row of another sheet: the cell shows its code and what it is about, the data hold the code."""

    kind = Kind.CODE
    number_format = "@"

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """The code in front as the row itself writes it; whether that row is in use is checked over the workbook."""
        text = cell.as_text()
        tables = [lists.rows.get(target, {}) for target in field.to]
        found = (table[head] for head in _heads(text) for table in tables if head in table)
        code = next(found, None)
        if code is None:
            return Reading(code=tidy(text).split(" ")[0])
        return Reading(code=code, notes=() if text.strip(" ").split(" ")[0] == code else ("V102",))

    def limits(self, field: Field) -> Limits:
        """A row in use."""
        return Limits("list")


class CalculatedField:
    """A formula of the sheet; it is recomputed on return, never believed."""

    kind = Kind.TEXT
    number_format = "General"

    def read(self, field: Field, cell: Cell, lists: Vocabularies) -> Reading:
        """What the sheet shows."""
        if field.result in ("number", "date"):
            number = cell.value if isinstance(cell.value, float | int) else None
            return Reading(number=None if number is None else float(number), problem=None)
        return Reading(text=tidy(cell.as_text()))

    def limits(self, field: Field) -> Limits:
        """Nothing is typed here."""
        return Limits("any")


BEHAVIOURS: dict[FieldType, Behaviour] = {
    FieldType.TEXT: TextField(),
    FieldType.LONG: LongField(),
    FieldType.INTEGER: IntegerField(),
    FieldType.DECIMAL: NumberField(),
    FieldType.PERCENT: PercentField(),
    FieldType.DATE: DateField(),
    FieldType.YEAR: YearField(),
    FieldType.CHOICE: ChoiceField(),
    FieldType.MANY: ManyField(),
    FieldType.YESNO: YesNoField(),
    FieldType.SCALE: ScaleField(),
    FieldType.REFERENCE: ReferenceField(),
    FieldType.CALCULATED: CalculatedField(),
}


def kind_of(field: Field) -> Kind:
    """The kind of column a field's answers stand in."""
    if field.type is FieldType.CALCULATED:
        return {"number": Kind.NUMBER, "date": Kind.DATE, "text": Kind.TEXT, "level": Kind.CODE}[field.result]
    return BEHAVIOURS[field.type].kind


def list_name(field: Field) -> str | None:
    """The name of the list that a field draws from, or None."""
    if field.type is FieldType.YESNO:
        return YES_NO
    return field.vocabulary if field.type in (FieldType.CHOICE, FieldType.MANY, FieldType.SCALE) else None


def word_limit(field: Field) -> int | None:
    """How many words a text may have."""
    return field.words if field.type is FieldType.LONG else None


def _heads(text: str) -> Iterator[str]:
    """What may be the code in front of a text, the likeliest first."""
    folded = fold_code(text)
    for each in (folded, AROUND_DASH.sub("-", folded)):
        head = each.split(" ")[0]
        yield from (head, head.rstrip(".:,;-)"))


def _suggest(text: str, labels: tuple[str, ...]) -> str | None:
    found = process.extractOne(
        text, labels, scorer=fuzz.WRatio, processor=fold, score_cutoff=SUGGESTION_CUTOFF
    )
    return found[0] if found else None
