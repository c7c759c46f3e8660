"""What the checks of a spec come to before the first return is seen: its tables and columns, its expressions compiled.

A table is a set of rows that belong together: all single answers of a tool's forms (one row, "1"), the records of its
forms with several records, or one checklist, catalogue or register.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Protocol

from ..answer import ONLY_ROW
from ..fields import Check, ColumnKind, Field, kind_of, type_of
from ..findings import Kind
from ..findings.value import ANSWER_MISSING
from ..language import FIGURES, Call, Expr, Over, Ref, walk
from ..language.compiler import Answers, Compiled, Compiler, Row, Unknown, Value, fold, worse
from ..spec.compiled import CompiledSpec, FieldKey, ParsedRule, Source
from ..spec.compiled import compiled as compiled_spec
from ..spec.model import CatalogueBlock, ChecklistBlock, FieldBlock, FormBlock, Item, Rule, Spec, Tool
from ..spec.rows import items_of

TableKey = tuple[str, str]  # tool, 'single', 'records N' or 'block N'
SINGLE = "single"
ANYTHING = -1  # an expression that reads it may read every column


class Table(NamedTuple):
    """Rows that belong together; which they are, a layout says."""

    number: int
    key: TableKey
    tool: Tool
    block: FieldBlock  # its first one
    fields: tuple[Field, ...]

    @property
    def open(self) -> bool:
        """Whether a row counts only once something is answered in it."""
        return getattr(self.block, "kind", "") == "register" or self.key[1].startswith("records")


class Column:
    """One field over the rows of its table."""

    def __init__(self, number: int, field: Field, table: Table) -> None:
        self.number, self.field, self.table = number, field, table
        self.key: FieldKey = table.tool.code, field.code
        self.type, self.asked, self.several = type_of(field), field.asked, field.several
        self.is_figure, self.is_text = self.type in FIGURES, kind_of(field) is ColumnKind.TEXT
        self.single = table.key[1] == SINGLE


class AnswerCheck(NamedTuple):
    """A check of every answer to one field. `reads_more`: it reads other answers too."""

    check: Check
    holds: Compiled
    reads_more: bool

    @property
    def kind(self) -> Kind:
        """What it is a finding of."""
        return self.check.kind


class Need(NamedTuple):
    """When an answer is required: by its field, or by a rule that runs over the rows of `table`."""

    kind: Kind | Rule
    table: Table | None
    when: Compiled
    relevant: Compiled | None
    counts: bool
    reads: frozenset[int]


class RuleCheck(NamedTuple):
    """A rule of the spec, with the rows that it runs over and the column that it points to."""

    parsed: ParsedRule
    table: Table | None
    home: Column | None
    when: Compiled | None
    holds: Compiled
    reads: frozenset[int]

    def broken(self, answers: Answers, row: Row, this: Row) -> bool | Unknown:
        """Say whether its condition is met and it does not hold."""
        holds = self.holds(answers, row, this)
        if holds is True:
            return False
        met = True if self.when is None else self.when(answers, row, this)
        if met is False:
            return False
        unknown = holds if type(holds) is Unknown else None
        unknown = worse(unknown, met) if type(met) is Unknown else unknown
        return True if unknown is None else unknown


class Listed(NamedTuple):
    """The rows that a collected list takes from a table, and what it ranks them by."""

    table: Table
    keeps: Compiled
    rank: Compiled | None


class Program(Compiler):
    """Everything that is checked of the returns of one spec."""

    def __init__(self, compiled: CompiledSpec) -> None:
        super().__init__()
        self.compiled, self.spec = compiled, compiled.spec
        self.tables = _tables(self.spec)
        self.columns: dict[FieldKey, Column] = {}
        for table in self.tables.values():
            for field in table.fields:
                column = Column(len(self.columns), field, table)
                self.columns[column.key] = column
        self.column_list = list(self.columns.values())
        self._rows_of = _first_tables(self.tables.values())
        matrix = self.spec.matrix
        self.ranks = {fold(code): rank for rank, code in enumerate(matrix.level if matrix else ())}
        self.levels = {
            (float(down), float(across)): code
            for down, row in (matrix.cells.items() if matrix else ())
            for across, code in row.items()
        }
        self._reads: dict[int, frozenset[int]] = {}
        self.formulas: dict[int, Compiled] = {}
        self.formulas |= {
            self.columns[key].number: self.value(formula) for key, formula in compiled.formulas.items()
        }
        self.calculated = [self.columns[key] for key in compiled.formulas]
        self.rules = tuple(self._rules())
        self.checks = dict(self._checks())
        self.needs = dict(self._needs())
        self.lists = dict(self._lists())
        self.closed = [
            (self.tables[code, f"block {number}"], self.value(over))
            for (code, number), over in compiled.closed.items()
        ]
        self.issued: dict[tuple[str, str], Any] = {}  # what layouts say, by language and digest

    def _rules(self) -> Iterator[RuleCheck]:
        for parsed in self.compiled.rules:
            if parsed.check is not None:
                home = None if parsed.home is None else self.columns[parsed.home]
                when = None if parsed.when is None else self.value(parsed.when)
                reads = self.reads(parsed.check, parsed.when)
                yield RuleCheck(
                    parsed, self._table_of_rule(parsed), home, when, self.value(parsed.check), reads
                )

    def _table_of_rule(self, parsed: ParsedRule | None) -> Table | None:
        if parsed is None or parsed.scope.block is None:
            return None
        return self.tables[table_key(parsed.scope.tool, parsed.scope.block)]

    def _checks(self) -> Iterator[tuple[int, tuple[AnswerCheck, ...]]]:
        for key, own in self.compiled.fields.items():
            if own.checks:
                more = {id(check) for check in self.compiled.interdependent.get(key, ())}
                checks = (
                    AnswerCheck(check, self.value(check.holds), id(check) in more) for check in own.checks
                )
                yield self.columns[key].number, tuple(checks)

    def _needs(self) -> Iterator[tuple[int, tuple[Need, ...]]]:
        for key, own in self.compiled.fields.items():
            if own.requirements:
                yield (
                    self.columns[key].number,
                    tuple(
                        Need(
                            ANSWER_MISSING if need.rule is None else need.rule.rule,
                            self._table_of_rule(need.rule),
                            self.value(need.when),
                            None if need.relevant is None else self.value(need.relevant),
                            need.counts,
                            self.reads(need.when, need.relevant),
                        )
                        for need in own.requirements
                    ),
                )

    def _lists(self) -> Iterator[tuple[Source, Listed]]:
        for key, keeping in self.compiled.lists.items():
            if keeping.scope.block is None:  # spec.load refuses such a spec
                raise ValueError(f"{keeping.source.keep}: not a condition over {keeping.source.tool}")
            table = self.tables[table_key(self.spec.tool[keeping.source.tool], keeping.scope.block)]
            rank = None if keeping.rank is None else self.value(keeping.rank)
            yield key, Listed(table, self.value(keeping.condition), rank)

    def single(self, code: str | None) -> Column | None:
        """Give the column of a field that stands once in the workbook."""
        named = (column for column in self.column_list if column.field.code == code)
        return next((column for column in named if column.single), None)

    def items(self, table: Table) -> Mapping[str, Item]:
        """Give the fixed rows of a table by code; nothing where its rows are open."""
        block = table.block
        if not isinstance(block, ChecklistBlock | CatalogueBlock):
            return {}
        return {item.code: item for item in items_of(self.spec, block)}

    @cached_property
    def dated(self) -> frozenset[int]:
        """The calculated columns that may come out otherwise on another day."""
        return frozenset(self.columns[key].number for key in self.compiled.dated)

    # what expressions read

    def reads(self, *expressions: Expr | None) -> frozenset[int]:
        """Give the columns that expressions may read, and the tables, by -2 - number, whose rows they count."""
        found: set[int] = set()
        for part in (part for expr in expressions if expr is not None for part in walk(expr)):
            if isinstance(part, Ref) and not part.last:
                found |= self.made_of(self.columns[part.key])
            elif isinstance(part, Over):
                found.add(rows_counted(self.table(part.tool)))
            elif isinstance(part, Call) and part.name == "completeness":
                found.add(ANYTHING)
            elif isinstance(part, Call) and part.name == "ticked" and self.spec.tick_field:
                found.add(self.columns[self.spec.tick_field].number)
        return frozenset(found)

    def made_of(self, column: Column) -> frozenset[int]:
        """Give a column, with all that it is calculated from."""
        formula = self.compiled.formulas.get(column.key)
        if column.number not in self._reads:
            # meanwhile, for one that comes back to itself
            self._reads[column.number] = frozenset({column.number})
            if formula is not None:
                self._reads[column.number] |= self.reads(formula)
        return self._reads[column.number]

    # leaves of expressions

    def answer(self, ref: Ref) -> Compiled:
        """Compile the value of an answer."""
        column = self.columns[ref.key]
        number, row_of = column.number, self._row_of(ref)
        if ref.last:
            return lambda answers, row, this: answers.last(column, row_of(row, this))
        if ref.key in self.compiled.formulas:
            return lambda answers, row, this: answers.calculated(number, row_of(row, this))
        if column.single or ref.single:
            return lambda answers, row, this: answers.values[number].get(ONLY_ROW)
        if ref.outer:
            return lambda answers, row, this: answers.values[number].get(this)
        return lambda answers, row, this: answers.values[number].get(row)

    def _row_of(self, ref: Ref) -> Callable[[Row, Row], Row]:
        if ref.single or self.columns[ref.key].single:
            return lambda row, this: ONLY_ROW
        return (lambda row, this: this) if ref.outer else (lambda row, this: row)

    def presence(self, ref: Ref) -> Compiled:
        """Compile whether an answer is there, readable or not."""
        number, row_of = self.columns[ref.key].number, self._row_of(ref)

        def present(answers: AnswersOfCells, row: Row, this: Row) -> Value:
            place = number, row_of(row, this)
            return answers.lost[place] if place in answers.lost else place[1] in answers.filled[number]

        return present

    def count_cells(self, ref: Ref) -> Compiled:
        """Compile in how many cells of a field an answer stands; of a fixed column, how many codes it says."""
        number, row_of, present = self.columns[ref.key].number, self._row_of(ref), self.presence(ref)

        def count(answers: AnswersOfCells, row: Row, this: Row) -> Value:
            there: Value = present(answers, row, this)
            return there if type(there) is Unknown else answers.filled[number].get(row_of(row, this), 0)

        return count

    def off_scale(self, expr: Expr) -> Compiled:
        """Compile what makes an answer unfit as a step of a scale or the name of a row; None where nothing does."""
        if not isinstance(expr, Ref) or expr.last:
            return lambda answers, row, this: None
        number, row_of = self.columns[expr.key].number, self._row_of(expr)
        return lambda answers, row, this: answers.astray.get((number, row_of(row, this)))

    def parents(self, vocabulary: str) -> Mapping[str, str]:
        """Give the folded code that each entry of a list belongs to, by its own."""
        entries = self.spec.vocabularies[vocabulary].by_code
        return {fold(code): fold(entry.parent) for code, entry in entries.items() if entry.parent}

    def offered(self, ref: Ref, tool: str) -> Collection[str] | None:
        """Give the rows of a tool's table that a reference may name; None where it may name all of them."""
        only = self.spec.tool[ref.tool].fields[ref.code].only
        if not only:
            return None
        items = self.items(self.tables_by_number[self.table(tool)])
        return {code for code, item in items.items() if item.has(only)}

    @cached_property
    def tables_by_number(self) -> Sequence[Table]:
        """The tables by their numbers."""
        return list(self.tables.values())

    def table(self, tool: str) -> int:
        """Give the table that references to a tool and figures over its rows mean."""
        return self._rows_of[tool].number

    def table_of(self, ref: Ref) -> int:
        """Give the table that an answer stands in."""
        return self.columns[ref.key].table.number


class AnswersOfCells(Answers, Protocol):
    """One return, as leaves of expressions read it: by number of the column, then by row."""

    values: Sequence[Mapping[Row, Value]]
    filled: Sequence[Mapping[Row, int]]  # in how many cells something stands, where it does
    lost: Mapping[tuple[int, Row], Unknown]  # where nobody knows whether something stands
    astray: Mapping[tuple[int, Row], Unknown]  # what can be compared, but is not a step of a scale and no row


def rows_counted(table: int) -> int:
    """Give the number by which `Program.reads` names that the rows of a table are counted."""
    return -2 - table


def table_key(tool: Tool, block: FieldBlock) -> TableKey:
    """Say which table a block belongs to."""
    if isinstance(block, FormBlock):
        return tool.code, SINGLE if block.records == 1 else f"records {block.records}"
    return tool.code, f"block {tool.blocks.index(block)}"


def _tables(spec: Spec) -> dict[TableKey, Table]:
    found: dict[TableKey, Table] = {}
    for tool in spec.tools:
        for block in tool.field_blocks:
            key = table_key(tool, block)
            before = found.get(key)
            if before is None:
                found[key] = Table(len(found), key, tool, block, tuple(block.fields))
            else:
                found[key] = before._replace(fields=(*before.fields, *block.fields))
    return found


def _first_tables(tables: Collection[Table]) -> dict[str, Table]:
    """Give for each tool its first table that is not a single form."""
    found: dict[str, Table] = {}
    for table in tables:
        before = found.get(table.tool.code)
        if before is None or (before.key[1] == SINGLE and table.key[1] != SINGLE):
            found[table.tool.code] = table
    return found


@lru_cache(maxsize=8)
def _program(compiled: CompiledSpec) -> Program:
    return Program(compiled)


def program_of(spec: Spec) -> Program:
    """Compile the checks of a spec; once for the few specs of a process."""
    return _program(compiled_spec(spec))
