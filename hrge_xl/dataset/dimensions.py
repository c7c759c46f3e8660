"""What a spec gives a dataset: the rows of its dimensions, the numbers of its cells, and what its columns can hold.

From what columns can hold come the description of a data package and the schemas of frames.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ..answers.submission import CellKey
from ..core.numerals import from_serial
from ..core.words import translator, with_base
from ..core.work import grouped
from ..fields import TICK, YES_NO, ColumnKind, Field, When, kind_of
from ..layout import Layout, build
from ..layout.lists import LEVELS
from ..spec.carried import as_text, pack
from ..spec.lookup import codes_of_list
from ..spec.model import CollectBlock, MatrixBlock, RegisterBlock, Spec, Tool
from .schema import (
    INTEGER,
    QUESTIONS,
    Row,
    Rows,
    Schema,
    TableColumn,
    field_column,
    list_of,
    spec_language,
)


def dimensions(schema: Schema, *, complete: bool = True, language: str = "") -> Rows:
    """Return the rows that a dataset has by its spec, in its own language where no other one is named.

    Only where they are `complete` are there every cell that can hold an answer, and the files of the spec.
    """
    spec = schema.spec
    spoken = language or schema.language
    if spec is None or not schema.answers:
        return {}
    files = pack(Path(spec.folder)) if spec.folder and complete else {}
    return {
        "slots": slots_of(spec).rows() if complete else [],
        "tools": [
            (n, tool.code, tool.sheet.say(spoken), tool.title.say(spoken))
            for n, tool in enumerate(spec.tools, start=1)
        ],
        "questions": questions(schema, spec, spoken),
        "codes": codes(spec, spoken),
        "countries": [*entries(spec, spec.countries, spoken)] if spec.countries else [],
        "list_columns": list_columns(spec),
        "matrix_levels": matrix_levels(spec),
        "spec_files": [(path, as_text(content)) for path, content in files.items()],
        "items": [
            (n, tool, row, section or None, label)
            for n, (tool, row, section, label) in enumerate(fixed_rows(spec, spoken), start=1)
        ],
    }


def codes(spec: Spec, language: str) -> list[Row]:
    """Return the entries of every list, those of yes and no, of ticks and of levels too."""
    names = [*spec.vocabularies, YES_NO, TICK]
    if spec.matrix is not None:
        names.append(LEVELS)
    rows: list[Row] = []
    for name in dict.fromkeys(names):
        vocabulary = spec.vocabularies.get(name)
        tag = vocabulary.tag or None if vocabulary else None
        note = vocabulary.note.say(language) or None if vocabulary else None
        labels = dict(entries(spec, name, language))
        for n, (code, label) in enumerate(labels.items(), start=1):
            rows.append((name, n, code, label, tag, note))
    return rows


def entries(spec: Spec, name: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the codes of a list with their labels."""
    if name in (YES_NO, TICK):
        say = translator(language)
        yield from (("Y", say("Yes")), ("N", say("No")))
    elif name == LEVELS:
        levels = spec.matrix.levels if spec.matrix else ()
        yield from ((level.code, level.label.say(language)) for level in levels)
    else:
        yield from spec.vocabularies[name].labels(language).items()


def list_columns(spec: Spec) -> list[Row]:
    """Return the field behind each column of each source of the collected lists, and the one that says when it is due.

    A compact list is an excerpt of others, on a sheet that shows several at once: what is due is told by those.
    """
    rows: list[Row] = []
    for tool in spec.tools:
        for number, block in enumerate(tool.blocks):
            if not isinstance(block, CollectBlock):
                continue
            for place, source in enumerate(block.sources):
                due = None
                if not block.compact and block.due is not None:
                    due = source.columns.get(block.due)
                for position, (column, field) in enumerate(source.columns.items(), start=1):
                    rows.append((tool.code, number, place, position, column, field, due))
    return rows


def matrix_levels(spec: Spec) -> list[Row]:
    """Return the level of every cell of the matrix, by what stands down and across."""
    rows: list[Row] = []
    for down, levels in spec.matrix.cells.items() if spec.matrix else ():
        for across, level in levels.items():
            rows.append((down, across, float(down), float(across), level))
    return rows


def questions(schema: Schema, spec: Spec, language: str) -> list[Row]:
    """Return one line per question, in the order in which they are asked."""
    return [
        QUESTIONS.row(
            n=n,
            tool=tool.code,
            field=field.code,
            label=field.label.say(language),
            type=field.type.name,
            list=list_of(field),
            help=field.help.say(language) or None,
            required=f"when {field.required.when}"
            if isinstance(field.required, When)
            else field.required,
            unit=field.unit.say(language) or field.type.unit,
            restricted=field.restricted,
            table_name=schema.table_of(tool.code, field.code).name,
            column_name=field_column(field.code),
            tag=field.tag or tool.tag or None,
            note=field.note.say(language) or None,
        )
        for n, (tool, _, field) in enumerate(spec.places(), start=1)
    ]


def fixed_rows(spec: Spec, language: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield tool, code, section and label of every fixed row, in a language; in the spec's own where it has no
    other.
    """
    spoken = next(
        (tag for tag in with_base(language) if tag in spec.languages), spec_language(spec)
    )
    for sheet in build(spec, spoken).sheets:
        for grid in sheet.grids:
            section = ""
            for row in grid.rows:
                section = row.label if row.role == "section" else section
                if row.role == "item":
                    yield sheet.tool.code, row.code, section, row.label


# the numbers of the cells that can hold an answer

# numbers of cells that only some workbooks have, such as further rows, come after all others
HASHED = 1 << 48


class NumberedCell(NamedTuple):
    """A cell that a dataset knows: its number, where it is in the language of the spec, and its list."""

    slot: int
    cell: str
    list: str | None


class Slots:
    """The cells of a spec as it is issued by default, by tool, row, field and part."""

    def __init__(self, spec: Spec) -> None:
        self._layout = build(spec, spec_language(spec))
        self._known: dict[CellKey, NumberedCell] = {}
        for key, cells in self._layout.cells_of.items():
            list_name = list_of(self._layout.slots[key].field)
            is_in_parts = cells[0].part
            for cell in cells if is_in_parts else cells[:1]:
                numbered = NumberedCell(len(self._known) + 1, cell.address, list_name)
                self._known[cell.tool, cell.row, cell.field, cell.part] = numbered

    def cell(self, key: CellKey, layout: Layout) -> NumberedCell:
        """Return a cell of a layout; one that is not in every workbook is numbered by a hash of its key."""
        if key in self._known:
            return self._known[key]
        address = next(cell.address for cell in layout.cells_of[key[:3]] if cell.part == key[3])
        digest = hashlib.sha256("\0".join(map(str, key)).encode()).digest()
        number = HASHED + int.from_bytes(digest[:6], "big")
        return NumberedCell(number, address, list_of(layout.slots[key[:3]].field))

    def rows(self) -> list[Row]:
        """Return the rows of all cells that are in every workbook."""
        return rows_of(self._known, self._layout)


def rows_of(cells: Mapping[CellKey, NumberedCell], layout: Layout) -> list[Row]:
    """Return rows of `slots` for some cells of a layout."""
    return [
        (
            cell.slot,
            *key,
            layout.sheet[key[0]].name,
            cell.cell,
            cell.list,
            layout.slots[key[:3]].field.calculated,
        )
        for key, cell in cells.items()
    ]


slots_of = lru_cache(maxsize=8)(Slots)  # the cells of a spec, worked out once a process


# what a spec crosses in its matrices

Pair = tuple[str, str]  # the fields down and across


def matrix_blocks(spec: Spec) -> list[MatrixBlock]:
    """Return every matrix of the spec."""
    return [block for tool in spec.tools for block in tool.blocks if isinstance(block, MatrixBlock)]


def crossed_pairs(spec: Spec) -> dict[str, list[Pair]]:
    """Return for each tool the pairs of fields that are crossed somewhere, in a matrix or as risks."""
    if spec.matrix is None:
        return {}
    pairs = [
        (tool, (block.down, block.across))
        for block in matrix_blocks(spec)
        for tool in block.sources
    ]
    risks = spec.figures.risks
    if risks is not None:
        stages = [stage for stage in (risks.before, risks.after) if stage]
        pairs += [(tool, (stage.down, stage.across)) for tool in risks.tools for stage in stages]
    return {tool: [*dict.fromkeys(of_tool)] for tool, of_tool in grouped(pairs).items()}


# what a column can hold, by its description and the spec


def allowed_values(schema: Schema, column: TableColumn) -> tuple[str, ...]:
    """Return the values that a column can have; nothing where they are many, or several stand in one text."""
    if column.fields:
        # a number beyond its scale has no label, nor has a code that is from no list
        listed = all(
            kind_of(field) is ColumnKind.CODE
            and (list_of(field) or column.label_of)
            and not field.several
            for field in column.fields.values()
        )
        return _entries(schema, column, labels=bool(column.label_of)) if listed else ()
    risks = schema.spec.figures.risks if schema.spec else None
    further = risks.by if risks and column.name == "breakdown" else ()
    return (*column.values, *codes_of(schema, column.list), *further)


def pattern(schema: Schema, column: TableColumn) -> str | None:
    """Return the pattern that the texts of a column follow: hashes, and several codes in one text."""
    if column.label_of or not any(field.several for field in column.fields.values()):
        return None if column.fields else column.pattern or None
    code = "|".join(map(re.escape, _entries(schema, column)))
    return f"({code})(;({code}))*"


def _entries(schema: Schema, column: TableColumn, *, labels: bool = False) -> tuple[str, ...]:
    """Return the codes of all lists that the fields of a column draw on, or the labels of these."""
    lists = dict.fromkeys(map(list_of, column.fields.values()))
    return tuple(
        dict.fromkeys(text for name in lists for text in codes_of(schema, name, labels=labels))
    )


def codes_of(schema: Schema, name: str | None, *, labels: bool = False) -> tuple[str, ...]:
    """Return the codes of a list, or their labels; none without one."""
    spec = schema.spec
    listed = entries(spec, name, schema.language) if spec and name else ()
    return tuple(label if labels else code for code, label in listed)


def least_and_most(column: TableColumn) -> tuple[float | None, float | None]:
    """Return the least and the greatest figure that a column can have, whatever teams answer."""
    return None if column.maximum is None and column.kind != INTEGER else 0, column.maximum


class RightAnswers(NamedTuple):
    """What answers to a question are right. What is not is an answer all the same, with a finding."""

    minimum: float | date | None = None
    maximum: float | date | None = None
    whole: bool = False
    steps: tuple[float, ...] = ()
    characters: int | None = None
    words: int | None = None
    required: bool = False  # in every row in use


def right_answers(schema: Schema, column: TableColumn) -> RightAnswers | None:
    """Return what a question asks for, the widest where it stands on several sheets; None for any other column."""
    spec = schema.spec
    if spec is None or not column.fields or column.label_of:
        return None
    by_tool = [_asked(spec, spec.tool[tool], field) for tool, field in column.fields.items()]

    def widest(extreme: Callable[..., Any], ends: Sequence[Any]) -> Any:
        return None if None in ends else extreme(ends)

    steps: set[float] = set()
    if all(right.steps for right in by_tool):
        steps.update(*(right.steps for right in by_tool))
    return RightAnswers(
        widest(min, [right.minimum for right in by_tool]),
        widest(max, [right.maximum for right in by_tool]),
        all(right.whole for right in by_tool),
        tuple(sorted(steps)),
        widest(max, [right.characters for right in by_tool]),
        widest(max, [right.words for right in by_tool]),
        all(right.required for right in by_tool),
    )


def _asked(spec: Spec, tool: Tool, field: Field) -> RightAnswers:
    limits = field.type.limits(field)
    kind = field.type
    is_day = kind_of(field) is ColumnKind.DATE
    # of the answer, not of its text
    ends = (None, None) if limits.type == "length" else (limits.low, limits.high)
    least, most = (from_serial(end) if is_day and end is not None else end for end in ends)
    steps = tuple(map(float, codes_of_list(spec, field.vocabulary if kind.stepped else None)))
    blocks = tool.field_blocks
    conditional = field.relevant is not None or field.to
    required = field.required == "always" and not conditional and len(blocks) == 1
    if (
        spec.tick_of(tool.code) is not None
    ):  # of a sheet that may be left out, rows in use alone are asked
        required = required and isinstance(blocks[0], RegisterBlock)
    whole = limits.type == "whole" or kind.stepped
    return RightAnswers(least, most, whole, steps, field.characters, field.words, required)
