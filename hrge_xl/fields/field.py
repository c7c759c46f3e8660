"""What a field is, and what a type of field is: one object that says everything about itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic import Field as Option
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ..core.numerals import from_serial, plain_number, shown, shown_moment, to_serial
from ..core.spec_parts import NO_TEXT, Code, Codes, Model, Number, Text, Whole, Wrong, as_written
from ..findings import Kind
from ..findings.value import NOT_IN_LIST
from ..language import Expr, Ref, Type
from ..language.tree import NameScope

Names = tuple[str, ...]  # options, labels, codes of findings


class ColumnKind(StrEnum):
    """What a column of answers holds."""

    CODE = "code"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


# what an answer of some types stands as; of any other it is a code, or several
KINDS = {Type.TEXT: ColumnKind.TEXT, Type.NUMBER: ColumnKind.NUMBER, Type.DATE: ColumnKind.DATE}


class Reading(NamedTuple):
    """What one cell means: exactly one of code, text, number, day; or a problem (a finding code)."""

    code: str | None = None
    text: str | None = None
    number: float | None = None
    day: date | None = None
    problem: str | None = None
    suggestion: str | None = None
    notes: Names = ()


class ValidationLimits(NamedTuple):
    """What the sheet's own validation lets in: a list, a number or date between two bounds, or a length."""

    type: str  # list, whole, decimal, date, length, any
    low: float | None = None
    high: float | None = None


# folded text -> code, and the finding code of the note
Spellings = Mapping[str, tuple[str, str | None]]


class Vocabularies(NamedTuple):
    """Every spelling of every entry of every list, in all languages of a spec: folded text → (code, note).

    `rows` are what references point to: tool → folded code of a row → code; `language` that of the workbook.
    """

    language: str
    spellings: Mapping[str, Spellings]
    labels: Mapping[str, Names]
    rows: Mapping[str, Mapping[str, str]]


class CellValue(NamedTuple):
    """A stored value as the field types need it: `is_date` for a number under a date format, counted from 1900.

    `epoch_1904`: any other number would mean a day that is counted from 1904.
    """

    value: str | float | bool
    is_date: bool = False
    epoch_1904: bool = False

    @property
    def day(self) -> date | None:
        """The day of a number."""
        number = -1.0 if isinstance(self.value, str) else float(self.value)
        return from_serial(number, epoch_1904=self.epoch_1904 and not self.is_date)

    def as_text(self) -> str:
        """Return the value as a person sees it."""
        day = self.day if self.is_date and not isinstance(self.value, str) else None
        if day is None or isinstance(self.value, str):
            return shown(self.value)
        return shown_moment(day, self.value)


class Check(NamedTuple):
    """What must hold of an answer that could be read: an expression, and the finding where it does not."""

    kind: Kind
    holds: Expr
    reader_only: bool = False  # as the spec says, whatever a sheet could calculate


Sample = str | float | date | tuple[str, ...]


class Sampling(NamedTuple):
    """What an answer is made up from: the number of the question, the day, what can be chosen, how many cells."""

    number: int
    today: date
    codes: Sequence[str]
    cells: int

    @property
    def code(self) -> str | None:
        """The next of what can be chosen; None where there is nothing."""
        return self.codes[self.number % len(self.codes)] if self.codes else None


NAMED = {"vocabulary", "to"}  # options that a type may name behind it: `type: choice METHOD`
FIELD_TYPES: dict[str, FieldType] = {}  # by name; a class that has a name takes its place by itself


class FieldType:
    """A type of field: how an answer is read, drawn, limited in the sheet, checked, stored, described and guessed.

    `meaning` says in the guide what is answered. `needs` and `allows` are the options of its own; `style` and
    `width` draw its cells; `refuses` is what the sheet's own alert is about. `keeps` names the types that all its
    answers are answers of, just as they stand. `scaled`: people see another number than the stored one. `measures`:
    a mean of its answers means something; `adds_up`: a total, too. `tolerant`: what people may type is more than what
    the dropdown offers; the sheet tells so and refuses nothing, and its check tells what is wrong. `validation`: what
    the sheet lets in.
    """

    name: str = ""
    meaning: str = ""
    yields: Type = Type.TEXT
    kind: ColumnKind  # which follows from it
    needs: Names = ()
    allows: Names = ()
    keeps: Names = ()
    number_format: str = "@"
    style: str = "input"
    width: int = 22
    unit: str | None = None
    own_list: str = ""  # where it is not one of the spec
    bounded: str = "{limits}"  # what to do within these
    instruction: str = ""  # what to give where "not in the list" does not say it well enough
    refuses: tuple[Kind, ...] = (NOT_IN_LIST,)
    several: bool = False
    stepped: bool = False  # answered with the number of a step of a list
    calculated: bool = False
    scaled: bool = False
    measures: bool = False
    adds_up: bool = False
    tolerant: bool = False
    validation: str = "any"

    def __init_subclass__(cls) -> None:
        cls.kind = KINDS.get(cls.yields, ColumnKind.CODE)
        if cls.name:
            FIELD_TYPES[cls.name] = cls()

    def __str__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[Any, ...]:
        return field_type, (self.name,)  # each is one object, in every process

    def read(self, field: Field, cell: CellValue, lists: Vocabularies) -> Reading:
        """Read a cell that is not blank."""
        raise NotImplementedError

    def limits(self, field: Field) -> ValidationLimits:
        """Return what the sheet's validation lets in."""
        return ValidationLimits(self.validation)

    def wrong_limits(self, field: Field) -> Wrong:
        """Yield what is wrong with the limits of a field, each as reason and remedy."""
        yield from ()

    def readable(self, field: Field, cell: str) -> str:
        """Write whether a cell that is not blank holds what can be read."""
        return "TRUE"

    def checks(self, field: Field, value: Ref, scope: NameScope) -> Iterator[Check]:
        """Yield what follows from the type and its options, in the order in which it is told."""
        yield from ()

    def said(self, figure: float) -> str:
        """Return a figure as people write it."""
        return shown(figure)

    def guess(self, evidence: Evidence) -> Guess | None:
        """Guess whether a field of somebody's own workbook is of this type; None where nothing says so."""
        return None

    def sample(self, field: Field, sampling: Sampling) -> Sample | None:
        """Make up a valid answer; None where there is none."""
        if self.kind is ColumnKind.CODE:
            return sampling.code
        text = f"Answer {sampling.number + 1}"
        return text if field.characters is None else text[-field.characters :].strip()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _parse_field_type, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        listed = "|".join(name for name, kind in FIELD_TYPES.items() if NAMED & {*kind.needs})
        with_list = {"type": "string", "pattern": rf"^({listed}) \S+$"}
        return {"anyOf": [{"type": "string", "enum": list(FIELD_TYPES)}, with_list]}


def field_type(name: str) -> FieldType:
    """Return the field type of this name."""
    return FIELD_TYPES[name]


def _parse_field_type(value: object) -> FieldType:
    field_type = FIELD_TYPES.get(str(value))
    if field_type is None:
        expected = {"expected": ", ".join(FIELD_TYPES)}
        raise PydanticCustomError("field_type", "There is no such field type.", expected)
    return field_type


class PersonalData(StrEnum):
    """What personal data a text may be expected to hold: then it is not a finding there."""

    EMAIL = "email"
    PHONE = "phone"
    DOCUMENT = "document"


def _as_texts(value: object) -> tuple[object, ...]:
    """Return one answer or several as they are written: codes stay text."""
    several = value if isinstance(value, list | tuple) else [value]
    return tuple(
        str(as_written(answer)) if isinstance(answer, int | float) else answer for answer in several
    )


ONE_OR_SEVERAL = {
    "anyOf": [
        {"type": ["string", "number"]},
        {"type": "array", "items": {"type": ["string", "number"]}},
    ]
}
Written = Annotated[tuple[str, ...], BeforeValidator(_as_texts), WithJsonSchema(ONE_OR_SEVERAL)]


def _in_a_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


TOTALS = ("sum", "mean", "count")  # what may stand below a column, in this order
Totals = Annotated[tuple[Literal["sum", "mean", "count"], ...], BeforeValidator(_in_a_list)]


class When(Model):
    """Required when an expression holds, for example `{when: "RESPONSE != 'ACC'"}`.

    `remedy` says what to do where no such answer can be given, in place of "Fill in this cell."
    """

    when: str
    remedy: Text = NO_TEXT


class Constraint(Model):
    """What an answer must satisfy: an expression over `value` and the other fields of the row.

    `reader_only` says why a sheet cannot check it.
    """

    check: str
    message: Text
    remedy: Text = NO_TEXT
    reader_only: str = ""


class Band(Model):
    """A name above some columns of a table, from the field that it stands with to the next one that has a band.

    `folded`: its columns but the first one can be folded away.
    """

    label: Text
    folded: bool = False


class Narrowing(Model):
    """Which rows a dropdown shows: those whose fixed `column` has the answer to `by`, or a code of `always`.

    Where such a code is the answer, or none is, it shows all. The code of any row can be typed.
    """

    column: Code
    by: Code
    always: Codes = ()


def _with_loaded(schema: dict[str, Any]) -> None:
    """Have the schema say what `for` and `checks` are, of which the loader makes fields and rules."""
    listed = {"type": "array", "items": {"type": "string"}}
    schema["properties"]["for"] = {"anyOf": [{"type": "string"}, listed]}
    names = ("code", "name", "check", "when", "message", "remedy", "severity", "reader_only")
    schema["properties"]["checks"] = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {name: {} for name in names},
            "required": ["check", "message"],
            "additionalProperties": False,
        },
    }


class Field(Model):
    """One question or column. Options that its type does not take are mistakes.

    `relevant`: where this expression does not hold the cell is greyed, and must be blank. `pattern`: a regular
    expression that the whole text fits, or `email`. `summary`: a calculated column that stands left of the inputs;
    `beside`: one that stands among them, where the spec has it.
    `only`: what must stand in fixed columns of the rows that a reference offers; `narrowed`: which of them it shows.
    `carry`: what the workbook of the next round has of an answer: itself, what it was beside a cell to answer anew,
    both, or nothing. `total`: what the answers of a column of a table come to, in rows below it.
    """

    model_config = ConfigDict(json_schema_extra=_with_loaded)

    code: Code
    type: FieldType
    label: Text
    help: Text = NO_TEXT
    example: Text = NO_TEXT
    required: Literal["always", "ticked", "optional"] | When = "optional"
    relevant: str | None = None
    constraint: Constraint | None = None
    vocabulary: Code | None = None
    parent: Code | None = None
    cells: Whole = Option(default=3, ge=1, le=12)
    words: Whole | None = Option(default=None, gt=0)
    characters: Whole | None = Option(default=None, gt=0)
    pattern: str | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    to: Codes = ()
    only: dict[Code, Code] = Option(default={})
    narrowed: Narrowing | None = None
    formula: str | None = None
    result: Literal["number", "text", "level", "date"] = "number"
    decimals: Whole | None = Option(default=None, ge=0, le=6)
    ticks: bool = False
    fixed: bool = False
    width: Whole | None = Option(default=None, ge=4, le=90)
    band: Band | None = None
    summary: bool = False
    beside: bool = False
    carry: Literal["answer", "last", "both", "nothing"] | None = None
    restricted: bool = False
    people: bool = False
    unit: Text = NO_TEXT
    total: Totals = ()
    default: Written = ()
    expects: tuple[PersonalData, ...] = ()
    note: Text = NO_TEXT
    tag: str = ""

    def asks(self, language: str) -> str:
        """Return the label with the unit of its figures behind it."""
        label = self.label.say(language)
        unit = self.unit.say(language)
        return f"{label} ({unit})" if unit else label

    @property
    def calculated(self) -> bool:
        """Whether the sheet works it out."""
        return self.type.calculated

    @property
    def several(self) -> bool:
        """Whether it has several cells side by side, one answer each."""
        return self.type.several

    @property
    def asked(self) -> bool:
        """Whether people fill it in."""
        return not (self.fixed or self.type.calculated)

    @property
    def unanswered_remedy(self) -> Text:
        """What to do where no answer can be given, in the words of the spec; empty where these are of the program."""
        return self.required.remedy if isinstance(self.required, When) else NO_TEXT

    @property
    def list_name(self) -> str | None:
        """The name of the list that it is chosen from; None where there is none."""
        return self.type.own_list or (self.vocabulary if "vocabulary" in self.type.needs else None)


def type_of(field: Field) -> Type:
    """Return the type of a field's answer in expressions; a calculated field takes that of its formula."""
    return Type(field.result) if field.calculated else field.type.yields


def kind_of(field: Field) -> ColumnKind:
    """Return the kind of column that a field's answers stand in."""
    return KINDS.get(type_of(field), ColumnKind.CODE)


def figure_of(field: Field, written: str) -> float | None:
    """Return the number or serial day that a spec writes for a field; None where it is neither."""
    try:
        if kind_of(field) is ColumnKind.DATE:
            return float(to_serial(date.fromisoformat(written)))
        return plain_number(written) if kind_of(field) is ColumnKind.NUMBER else None
    except ValueError:
        return None


# what a column of somebody's own workbook tells of its field type, and what a type makes of it

LIMIT = 1e15


class GuessSource(IntEnum):
    """Where a guess comes from: what says most stands last."""

    NOTHING = 0
    VALUES = 1
    FORMAT = 2
    RULE = 3


class Evidence(NamedTuple):
    """What stands in the cells of a field and about them: validation, number format, values.

    `rule` is the type of the validation as Excel names it, "" for none; `labels` the entries of its list, None where
    none were found; `format` the first number format that says something, `dated` whether it is one of days or times.
    """

    rule: str = ""
    described: str = ""  # the validation as it is written in the workbook
    labels: Names | None = None
    low: float | None = None
    high: float | None = None
    format: str = "General"
    dated: bool = False
    values: tuple[str | float | bool | date, ...] = ()

    @property
    def of_days(self) -> bool:
        """Whether the number format shows days."""
        return self.dated and any(letter in self.format.casefold() for letter in "dy")

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values where all of them are numbers; else nothing."""
        numbers = tuple(
            value
            for value in self.values
            if isinstance(value, int | float) and not isinstance(value, bool)
        )
        return numbers if len(numbers) == len(self.values) else ()

    @property
    def bounds(self) -> dict[str, object]:
        """The limits of a validation of numbers, as options of a field."""
        low = self.low
        high = self.high
        if low is not None and high is not None and low > high:
            return {}
        pairs = (("minimum", low), ("maximum", high))
        return {name: value for name, value in pairs if value is not None and abs(value) < LIMIT}


class Guess(NamedTuple):
    """That a field may be of a type: from what, with which options, and what is to be told about it.

    Of several guesses the one from the best source counts, and of these one that is `special`.
    """

    source: GuessSource
    options: Mapping[str, object] = {}
    labels: Names = ()
    note: str = ""
    special: bool = False
