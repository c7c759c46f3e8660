"""The frozen model of a spec: workbook, tools, blocks, fields, vocabularies, rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict
from pydantic import Field as Option

from ..core.notebook import html_table
from ..core.spec_parts import (
    NO_TEXT,
    Code,
    Codes,
    Model,
    Number,
    Path,
    Text,
    Whole,
    fixed_codes,
    fixed_value,
)
from ..fields import Field, PersonalData
from ..findings import Severity
from ..language.functions.words import compiled_pattern
from .supplements import BriefWording, FactFile, Figures, Profile, Sample


class Item(Model):
    """One fixed row of a checklist or catalogue. `values` fill its fixed columns.

    A `sensitive` one stands in no workbook that leaves out what may bring somebody into danger.
    """

    code: Code
    label: Text
    help: Text = NO_TEXT
    section: Text = NO_TEXT
    sensitive: bool = False
    values: dict[str, Annotated[Any, BeforeValidator(fixed_value)]] = Option(default={})

    def has(self, codes: Mapping[str, str]) -> bool:
        """Say whether each of these fixed columns holds this code, alone or among others."""
        return all(code in fixed_codes(self.values.get(name)) for name, code in codes.items())


class ItemsFrom(Model):
    """Rows that come from elsewhere: a vocabulary, a data file of the spec, or the list of tools.

    `part` is one of several lists in the file, `label` the key that its entries have for it, `values` those of fields.
    """

    vocabulary: Code | None = None
    file: str | None = None
    part: str | None = None
    label: str | None = None
    values: dict[Code, str] = Option(default={})
    tools: bool = False


class Block(Model):
    """What every block on a sheet has: a title above it, and a help line."""

    title: Text = NO_TEXT
    help: Text = NO_TEXT


class CalculatedBlock(Block):
    """A block that shows what stands elsewhere; `beside`: right of all blocks before it, not below the last one."""

    beside: bool = False


class FieldBlock(Block):
    """A block that holds fields; `relevant`: they are asked only where this expression over answers of forms holds."""

    relevant: str | None = None
    fields: tuple[Field, ...]

    @property
    def single(self) -> bool:
        """Whether it is a form that asks its questions once."""
        return isinstance(self, FormBlock) and self.records == 1


class FormBlock(FieldBlock):
    """Questions down the sheet, one answer each; `records` answer columns when it is asked several times."""

    kind: Literal["form"]
    records: Whole = Option(default=1, ge=1, le=20)
    record: Text = NO_TEXT


class ItemBlock(FieldBlock):
    """A block whose rows are always the same."""

    kind: Literal["checklist", "catalogue"]
    items: tuple[Item, ...] | ItemsFrom
    item: Text = NO_TEXT

    @property
    def written_out(self) -> tuple[Item, ...]:
        """The rows, where they do not come from elsewhere."""
        return self.items if isinstance(self.items, tuple) else ()


class ChecklistBlock(ItemBlock):
    """Fixed items down, answer columns across."""

    kind: Literal["checklist"]


class CatalogueBlock(ItemBlock):
    """Fixed items with fixed columns, to read and to refer to."""

    kind: Literal["catalogue"]


class Series(Model):
    """Rows that are one thing over time: those with the same answers to `of`, one after the other by `over`."""

    of: Codes = Option(min_length=1)
    over: Code


class RegisterBlock(FieldBlock):
    """Open rows, numbered `id` + 01, 02 … ; `rows` of them are issued blank, `least_rows` where fewer are asked for.

    `closed`: a row for which this expression holds does not go on into the next round. `series`: of several rows about
    one thing only the latest does.
    """

    kind: Literal["register"]
    id: Code
    rows: Whole = Option(default=25, ge=1, le=500)
    least_rows: Whole = Option(default=1, ge=1, le=500)
    shows: Code | None = None
    closed: str | None = None
    series: Series | None = None
    record: Text = NO_TEXT

    @property
    def named_by(self) -> str:
        """The field that says what a row is about."""
        return self.shows or self.fields[0].code


class MatrixBlock(CalculatedBlock):
    """Shows the rows of registers by two scale fields, in the colours of the levels: how many, or by `codes` which."""

    kind: Literal["matrix"]
    sources: Codes
    down: Code
    across: Code
    codes: bool = False


class PivotBlock(CalculatedBlock):
    """Shows for each pair of two choice fields the highest value of a third, or the number of rows.

    `also_down`: further fields with the list of `down`; a row stands under each entry that one of them names.
    """

    kind: Literal["pivot"]
    source: Code
    down: Code
    also_down: Codes = ()
    across: Code
    highest: Code | None = None

    @property
    def all_down(self) -> Codes:
        """Every field whose entries a row stands under."""
        return (self.down, *self.also_down)


class Collected(Model):
    """One source of a collected list: which fields of its rows stand in which column; `rank` puts the highest first."""

    tool: Code
    keep: str
    columns: dict[str, Code]
    rank: str | None = None


class CollectBlock(CalculatedBlock):
    """Gathers rows from several tools under common columns, as many as `rows`.

    `widths` are those of columns; the column `bars` holds shares, with bars behind them. A `compact` list names no
    sheets: the link to the row stands in front. `summary` says beside the title what is in it, in place of the line
    below: `{count}` rows, `{top}` of them with a rank of `top` or more.
    """

    kind: Literal["collect"]
    columns: dict[str, Text]
    sources: tuple[Collected, ...]
    due: str | None = None
    rows: Whole = Option(default=60, ge=1, le=500)
    widths: dict[str, Whole] = Option(default={})
    bars: str | None = None
    compact: bool = False
    summary: Text = NO_TEXT
    top: Whole = 0


class ProgressBlock(CalculatedBlock):
    """Shows of each sheet how much of it is answered, and what is missing or wrong."""

    kind: Literal["progress"]


class ProblemsBlock(CalculatedBlock):
    """Lists the open problems of all sheets with links, most urgent first."""

    kind: Literal["problems"]
    rows: Whole = Option(default=60, ge=1, le=500)


AnyBlock = Annotated[
    FormBlock
    | ChecklistBlock
    | CatalogueBlock
    | RegisterBlock
    | MatrixBlock
    | PivotBlock
    | CollectBlock
    | ProgressBlock
    | ProblemsBlock,
    Option(discriminator="kind"),
]


class Guide(Model):
    """What helps to fill in a sheet: what to look at before, how a row may look, how long it takes, who takes part."""

    look_at: tuple[Text, ...] = ()
    example: dict[Code, Text] = Option(default={})  # what might stand in the cells of one row
    minutes: Whole | None = Option(default=None, gt=0)
    who: Text = NO_TEXT


def _title_of_sheet(schema: dict[str, Any]) -> None:
    """Have the schema say that a sheet without a `title` has its name as one."""
    schema["required"] = [name for name in schema["required"] if name != "title"]


class Tool(Model):
    """One sheet. `always`: it is issued whatever choice of tools is made (the form, the summaries).

    `goes_with` names the tool that it is issued and ticked along with, where one table was not enough for it.
    `after` names the sheet that it follows where `sheets` in workbook.yaml does not name it. One that is not `printed`
    is only looked things up in. One that is `seen_with` others is hidden in workbooks that have none of these.
    `relevant`: it asks nothing but where this expression over answers of forms holds.
    """

    model_config = ConfigDict(json_schema_extra=_title_of_sheet)

    code: Code
    sheet: Text
    title: Text  # where none is written, the loader takes `sheet`
    purpose: Text = NO_TEXT
    part: Text = NO_TEXT
    guide: Guide = Guide()
    tag: str = ""
    always: bool = False
    printed: bool = True
    seen_with: Codes = ()
    goes_with: Code | None = None
    after: Code | None = None
    relevant: str | None = None
    blocks: tuple[AnyBlock, ...]

    @property
    def field_blocks(self) -> tuple[FieldBlock, ...]:
        """The blocks that hold fields, top down."""
        return tuple(block for block in self.blocks if isinstance(block, FieldBlock))

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field of the sheet by code."""
        return {field.code: field for block in self.field_blocks for field in block.fields}

    def block_of(self, code: str) -> FieldBlock:
        """Return the block that a field of the sheet stands in."""
        return next(
            block for block in self.field_blocks for field in block.fields if field.code == code
        )

    @property
    def items(self) -> Iterator[Item]:
        """The rows that are always the same, as far as they are written out."""
        for block in self.blocks:
            if isinstance(block, ItemBlock):
                yield from block.written_out

    @property
    def has_rows(self) -> bool:
        """Whether it has rows that a reference can point to."""
        return any(not isinstance(block, FormBlock) for block in self.field_blocks)

    @property
    def calculated(self) -> bool:
        """Whether the sheet holds nothing to fill in."""
        return not self.field_blocks

    @property
    def can_be_ticked(self) -> bool:
        """Whether a list of tools (`items: {tools: true}`) has a row for it."""
        return not (self.always or self.calculated or self.goes_with)


class VocabularyItem(Model):
    """One entry of a list: a code for ever, a label that may change, other spellings that mean the same.

    The `anchor` of a step says in a few words where it lies; `anchors` say it by each of the `kinds` of the list. A
    `sensitive` entry stands in no workbook that leaves these out; who writes it all the same is understood. `value`:
    what an answer is worth, as points are.
    """

    code: Code
    label: Text
    help: Text = NO_TEXT
    anchor: Text = NO_TEXT
    anchors: dict[Code, Text] = Option(default={})
    parent: Code | None = None
    aliases: tuple[str, ...] = ()
    sensitive: bool = False
    value: Number | None = None

    def numbered(self, language: str) -> str:
        """Return the label behind its code: `4 Likely`."""
        return f"{self.code} {self.label.say(language)}"

    def as_step(self, language: str) -> str:
        """Return what people choose where the list is a scale: `4 Likely (61–80 %)`."""
        anchor = self.anchor.say(language)
        return self.numbered(language) + (f" ({anchor})" if anchor else "")


def _or_a_file(schema: dict[str, Any]) -> None:
    """Have the schema say that entries may stand in a CSV file, which the loader puts in the place of its name."""
    schema["properties"]["file"] = {"type": "string", "pattern": r"\.csv$"}
    schema["required"] = [name for name in schema["required"] if name != "items"]
    schema["oneOf"] = [{"required": ["items"]}, {"required": ["file"]}]


class Vocabulary(Model):
    """A controlled list; `kinds` are what the steps of a scale can be looked at by, each with its label."""

    model_config = ConfigDict(json_schema_extra=_or_a_file)

    items: tuple[VocabularyItem, ...] = Option(min_length=1)
    kinds: dict[Code, Text] = Option(default={})
    note: Text = NO_TEXT
    tag: str = ""

    @cached_property
    def by_code(self) -> dict[str, VocabularyItem]:
        """Every entry by code."""
        return {entry.code: entry for entry in self.items}

    def labels(self, language: str) -> dict[str, str]:
        """Return the label of every entry by its code."""
        return {entry.code: entry.label.say(language) for entry in self.items}


class Level(Model):
    """One band of the matrix, with the fill colour (hex) that stands behind its name."""

    code: Code
    label: Text
    colour: str = Option(pattern=r"^#[0-9A-Fa-f]{6}$")


class Matrix(Model):
    """Two scales and the level at each crossing: `cells[down][across]` is the code of a level."""

    down: Code
    across: Code
    levels: tuple[Level, ...]
    cells: dict[Code, dict[Code, Code]]

    @cached_property
    def level(self) -> dict[str, Level]:
        """Every level by code, lowest first."""
        return {level.code: level for level in self.levels}


class Rule(Model):
    """A rule across cells: `check` must hold wherever `when` holds; `at` names the cells it points to.

    `rules.yaml` may say `tools: [A, B]` in place of `tool: A`; the loader makes one rule for each of them.
    `reader_only` says why a sheet cannot tell; without `check` and `require` the rule is listed as not run.
    `name` states the fault in a few words with hyphens between them, as the names of findings do.
    """

    code: Code
    name: str = Option(default="", pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$")
    tool: Code
    when: str | None = None
    check: str | None = None
    require: Codes = ()
    severity: Severity = Severity.ERROR
    at: Codes = ()
    message: Text = NO_TEXT
    remedy: Text = NO_TEXT
    reader_only: Text = NO_TEXT
    why: Text = NO_TEXT

    @property
    def called(self) -> str:
        """Its name, else one made of its code: `R-M01` → `rule-r-m01`."""
        return self.name or "rule-" + re.sub(r"[^a-z0-9]+", "-", self.code.lower()).strip("-")


class Covered(Model):
    """An entry of `rules.yaml` that needs no rule: which findings or other rules already tell, and how."""

    code: Code
    covered_by: Codes = Option(min_length=1)
    why: str


class UnitedTable(Model):
    """A table of the dataset that unites the rows of several tools under one name."""

    tools: Codes


PLAIN = (str, int, float, bool, type(None), frozenset)  # types of what holds no text
OF_ROUNDS = "period_in_intervention"  # what is not part of the key


class KeyFields(Model):
    """Which form fields make the key of a return, and how an intervention is known again in another round."""

    project: Code | None = None
    intervention: Code | None = None
    country: Code | None = None
    period_start: Code | None = None
    period_end: Code | None = None
    period_in_intervention: str | None = (
        None  # a pattern of what tells the period, or its group `period`
    )

    @property
    def parts(self) -> dict[str, str]:
        """The form field of each part of the key that is asked for."""
        named = (
            (name, getattr(self, name)) for name in type(self).model_fields if name != OF_ROUNDS
        )
        return {name: code for name, code in named if code is not None}

    def over_rounds(self, intervention: str) -> str:
        """Name an intervention over all rounds: its name without the period."""
        pattern = compiled_pattern(self.period_in_intervention or "")
        match = pattern.search(intervention)
        start, end = match.span(pattern.groupindex.get("period", 0)) if match else (0, 0)
        return intervention[:start] + intervention[end:]


NEWEST = {"drawing": 4, "expressions": 2}  # what a new spec says of how it is to be understood


class Spec(Model):
    """A whole spec. `languages[0]` is the language that bare strings are written in.

    `drawing`: sheets of 2 take what people type (the number of a step, the code of a row, a day in words), say nothing
    of what is missing in a row before somebody begins it, and lead to the first cell of a row that is open. In those
    of 3 how to fill in has a sheet of its own, and people meet one name of a sheet. Those of 4 are made for paper and
    for other programs too: dropdowns offer everything once, in plain ranges. Workbooks stay as they were issued.

    `expressions`: those of 2 leave a check open where an answer that it compares is blank; in those of 1 the comparison
    is false, so that the check fails.
    """

    name: str
    version: str
    title: Text
    note: Text = NO_TEXT
    languages: tuple[str, ...] = Option(min_length=1)
    drawing: Whole = Option(default=1, ge=1, le=NEWEST["drawing"])
    expressions: Whole = Option(default=1, ge=1, le=NEWEST["expressions"])
    countries: Code | None = None
    identity: KeyFields = KeyFields()
    tools: tuple[Tool, ...] = Option(min_length=1)
    vocabularies: dict[Code, Vocabulary] = Option(default={})
    matrix: Matrix | None = None
    rules: tuple[Rule, ...] = ()
    covered: tuple[Covered, ...] = ()
    tables: dict[str, UnitedTable] = Option(default={})
    profiles: dict[Code, Profile] = Option(default={})
    default_profile: Code | None = (
        None  # what is issued where nothing else is chosen; None: all sheets
    )
    facts: tuple[FactFile, ...] = ()  # that workbooks are issued with
    sample: Sample | None = None
    expects: tuple[PersonalData, ...] = ()  # personal data that is not a finding on any sheet
    what_to_do: tuple[Text, ...] = ()  # further lines of the cover's list of what to do
    tags: dict[str, Text] = Option(default={})  # what the marks in `tag` stand for
    figures: Figures = Figures()
    brief: BriefWording = BriefWording()
    # by list, where anything is: it is read, and never drawn
    left_out: dict[Code, tuple[VocabularyItem, ...]] | None = None
    digest: str = ""
    folder: str = ""  # where it was loaded from
    # what of a copy this program cannot do as an earlier one could, a sentence each
    unread: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Say whether it is the very same one: what is worked out of a spec is remembered by it."""
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<Spec {self.name} {self.version}: {len(self.tools)} sheets, languages {', '.join(self.languages)}>"

    def _repr_html_(self) -> str:
        """Show it in a notebook, with its sheets."""
        rows = ((tool.code, tool.title.say(self.languages[0])) for tool in self.tools)
        return html_table(self, ("code", "sheet"), rows)

    @cached_property
    def tool(self) -> dict[str, Tool]:
        """Every tool by code, in sheet order."""
        return {tool.code: tool for tool in self.tools}

    @property
    def made_up_countries(self) -> tuple[str, ...]:
        """The codes of countries that there are only in the sample."""
        return (self.sample.country.code,) if self.sample and self.sample.country else ()

    def tool_called(self, text: str) -> str | None:
        """Return the code of the tool that a person means: capitals do not count, and `3.2` is `T3.2`."""
        codes = {code.casefold(): code for code in self.tool}
        return codes.get(text.casefold()) or codes.get(f"t{text.casefold()}")

    def shown_code(self, code: str) -> str:
        """Return the code of a row as people read it: a row that stands for the tool `T3.2` is `3.2`."""
        return re.sub(r"^T(?=\d)", "", code) if code in self.tool else code

    def entries(self, name: str) -> dict[str, VocabularyItem]:
        """Return every entry of a list that can be an answer by code, also those that are left out."""
        return self.vocabularies[name].by_code | {
            entry.code: entry for entry in (self.left_out or {}).get(name, ())
        }

    def worth(self, name: str) -> dict[str, float]:
        """Return the numbers that entries of a list have by their codes."""
        entries = self.entries(name) if name in self.vocabularies else {}
        return {code: entry.value for code, entry in entries.items() if entry.value is not None}

    @cached_property
    def tick_field(self) -> tuple[str, str] | None:
        """Tool and code of the field that ticks the tools used, if the spec has one."""
        return next(
            ((tool.code, field.code) for tool, _, field in self.places() if field.ticks), None
        )

    def tick_of(self, tool: str) -> str | None:
        """Return the tool whose tick says whether a tool is used; None where it always is."""
        sheet = self.tool[tool]
        if self.tick_field is None or sheet.always:
            return None
        return sheet.goes_with or tool

    @cached_property
    def scales(self) -> frozenset[str]:
        """The names of the lists whose entries are steps: those of scales, and of the matrix."""
        names = {str(field.vocabulary) for _, _, field in self.places() if field.type.stepped}
        return frozenset(names | ({self.matrix.down, self.matrix.across} if self.matrix else set()))

    @cached_property
    def single_fields(self) -> dict[str, tuple[str, Field]]:
        """The fields that a rule can name from anywhere: those asked once. Code → (tool, field)."""
        return {
            field.code: (tool.code, field) for tool, block, field in self.places() if block.single
        }

    def places(self) -> Iterator[tuple[Tool, FieldBlock, Field]]:
        """Yield every field with its block and tool, in sheet order."""
        for tool in self.tools:
            for block in tool.field_blocks:
                for field in block.fields:
                    yield tool, block, field


def texts(part: Any, path: Path = (), apart: tuple[type, ...] = ()) -> Iterator[tuple[Path, Text]]:
    """Yield every text of a part, with its path, but for those in lists of kinds that are looked at apart."""
    kind = type(part)
    below: Iterable[tuple[str | int, Any]] = ()
    if kind is Text:
        yield path, part
    elif kind is tuple and not (part and isinstance(part[0], apart)):
        below = enumerate(part)
    elif kind is dict:
        below = part.items()
    elif issubclass(kind, Model):  # what is written, and nothing that was worked out from it
        below = ((name, part.__dict__[name]) for name in kind.model_fields)
    for step, entry in below:
        if type(entry) not in PLAIN:
            yield from texts(entry, (*path, step), apart)
