"""What the checks of a spec come to before the first return is seen: its tables and columns, its expressions compiled.

A table is a set of rows that belong together: all single answers of a tool's forms (one row, "1"), the records of its
forms with several records, or one checklist, catalogue or register.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, NamedTuple

from ..answers.submission import ONLY_ROW
from ..fields import Check, ColumnKind, Field, kind_of, type_of
from ..findings import Kind
from ..findings.value import ANSWER_MISSING
from ..language import FIGURES, Call, Expr, Over, Ref, walk
from ..language.compiler import Answers, Compiled, Compiler, Row, Unknown, Value, fold, worse
from ..spec.compiled import CompiledSpec, FieldKey, ParsedRule, Requirement
from ..spec.issuance import items_of
from ..spec.lookup import Scope
from ..spec.model import (
    CatalogueBlock,
    ChecklistBlock,
    FieldBlock,
    FormBlock,
    Item,
    Rule,
    Spec,
    Tool,
)

TableKey = tuple[str, str]  # tool, 'single', 'records N' or 'block N'
SINGLE = "single"
ANYTHING = -1  # an expression that reads it may read every column


class FieldTable(NamedTuple):
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


class FieldColumn:
    """One field over the rows of its table."""

    def __init__(self, number: int, field: Field, table: FieldTable) -> None:
        self.number = number
        self.field = field
        self.table = table
        self.key: FieldKey = table.tool.code, field.code
        self.type = type_of(field)
        self.asked = field.asked
        self.several = field.several
        self.is_figure = self.type in FIGURES
        self.is_text = kind_of(field) is ColumnKind.TEXT
        self.single = table.key[1] == SINGLE


class NeedCheck(NamedTuple):
    """When an answer is required: by its field, or by a rule that runs over the rows of `table`."""

    kind: Kind | Rule
    table: FieldTable | None
    when: Compiled
    relevant: Compiled | None
    counts: bool
    reads: frozenset[int]


class RuleCheck(NamedTuple):
    """A rule of the spec, with the rows that it runs over and the column that it points to."""

    parsed: ParsedRule
    table: FieldTable | None
    home: FieldColumn | None
    when: Compiled | None
    holds: Compiled
    reads: frozenset[int]

    def broken(self, answers: Answers, row: Row, this: Row) -> bool | Unknown:
        """Return whether its condition is met and it does not hold."""
        holds = self.holds(answers, row, this)
        if holds is True:
            return False
        met = True if self.when is None else self.when(answers, row, this)
        if met is False:
            return False
        doubt: Unknown | None = worse(met, worse(holds, None))
        return True if doubt is None else doubt


class Program(Compiler):
    """Everything that is checked of the returns of one spec."""

    def __init__(self, compiled: CompiledSpec) -> None:
        super().__init__()
        self.compiled = compiled
        self.spec = compiled.spec
        self.tables = _tables(self.spec)
        self.table_list = list(self.tables.values())
        self.columns: dict[FieldKey, FieldColumn] = {}
        for table in self.table_list:
            for field in table.fields:
                column = FieldColumn(len(self.columns), field, table)
                self.columns[column.key] = column
        self.column_list = list(self.columns.values())
        # of each tool its first table that is not a single form, if there is one
        self._rows_of: dict[str, FieldTable] = {}
        for table in sorted(self.table_list, key=lambda table: table.key[1] == SINGLE):
            self._rows_of.setdefault(table.tool.code, table)
        self.ranks: dict[str, int] = {}
        self.levels: dict[tuple[float, float], str] = {}
        self._take_matrix()
        self._reads: dict[int, frozenset[int]] = {}
        self.calculated = [self.columns[key] for key in compiled.formulas]
        self.formulas: dict[int, Compiled] = {
            column.number: self.value(compiled.formulas[column.key]) for column in self.calculated
        }
        self.rules = [self._rule(parsed) for parsed in compiled.rules if parsed.check is not None]
        # the checks of every answer to a field, and when an answer is required, by number of the column
        self.checks: dict[int, tuple[Check, ...]] = {}
        self.needs: dict[int, list[NeedCheck]] = {}
        for key, field_checks in compiled.fields.items():
            number = self.columns[key].number
            if field_checks.checks:
                self.checks[number] = field_checks.checks
            if field_checks.requirements:
                self.needs[number] = [self._need(need) for need in field_checks.requirements]
        self.closed = [
            (self.tables[code, f"block {number}"], self.value(over))
            for (code, number), over in compiled.closed.items()
        ]
        self.issued: dict[tuple[str, str], Any] = {}  # what layouts say, by language and digest

    def _take_matrix(self) -> None:
        """Take the ranks of levels, and the level at each crossing, from the matrix of the spec, if it has one."""
        matrix = self.spec.matrix
        if matrix is None:
            return
        self.ranks = {fold(code): rank for rank, code in enumerate(matrix.level)}
        for down, row in matrix.cells.items():
            for across, code in row.items():
                self.levels[float(down), float(across)] = code

    def _rule(self, parsed: ParsedRule) -> RuleCheck:
        assert parsed.check is not None
        return RuleCheck(
            parsed,
            table=self.table_over(parsed.scope),
            home=None if parsed.home is None else self.columns[parsed.home],
            when=self._if_any(parsed.when),
            holds=self.value(parsed.check),
            reads=self.reads(parsed.check, parsed.when),
        )

    def _need(self, need: Requirement) -> NeedCheck:
        rule = need.rule
        return NeedCheck(
            kind=ANSWER_MISSING if rule is None else rule.rule,
            table=None if rule is None else self.table_over(rule.scope),
            when=self.value(need.when),
            relevant=self._if_any(need.relevant),
            counts=need.counts,
            reads=self.reads(need.when, need.relevant),
        )

    def table_over(self, scope: Scope) -> FieldTable | None:
        """Return the table whose rows an expression is about; None for one over a whole sheet."""
        return None if scope.block is None else self.tables[table_key(scope.tool, scope.block)]

    def _if_any(self, expr: Expr | None) -> Compiled | None:
        return None if expr is None else self.value(expr)

    def single(self, code: str | None) -> FieldColumn | None:
        """Return the column of a field that stands once in the workbook."""
        named = (column for column in self.column_list if column.field.code == code)
        return next((column for column in named if column.single), None)

    def items(self, table: FieldTable) -> Mapping[str, Item]:
        """Return the fixed rows of a table by code; nothing where its rows are open."""
        block = table.block
        if not isinstance(block, ChecklistBlock | CatalogueBlock):
            return {}
        return {fixed_row.code: fixed_row for fixed_row in items_of(self.spec, block)}

    @cached_property
    def dated(self) -> frozenset[int]:
        """The calculated columns that may come out otherwise on another day."""
        return frozenset(self.columns[key].number for key in self.compiled.dated)

    # what expressions read

    def reads(self, *expressions: Expr | None) -> frozenset[int]:
        """Return the columns that expressions may read, and the tables, by -2 - number, whose rows they count."""
        numbers: set[int] = set()
        walks = [walk(expr) for expr in expressions if expr is not None]
        for part in chain.from_iterable(walks):
            if isinstance(part, Ref) and not part.last:
                numbers |= self.made_of(self.columns[part.key])
            elif isinstance(part, Over):
                numbers.add(rows_counted(self.table(part.tool)))
            elif isinstance(part, Call) and part.name == "completeness":
                numbers.add(ANYTHING)
            elif isinstance(part, Call) and part.name == "ticked" and self.spec.tick_field:
                numbers.add(self.columns[self.spec.tick_field].number)
        return frozenset(numbers)

    def made_of(self, column: FieldColumn) -> frozenset[int]:
        """Return a column, with all that it is calculated from."""
        if column.number not in self._reads:
            # meanwhile, for one that comes back to itself
            self._reads[column.number] = frozenset({column.number})
            self._reads[column.number] |= self.reads(self.compiled.formulas.get(column.key))
        return self._reads[column.number]

    # leaves of expressions

    def answer(self, ref: Ref) -> Compiled:
        """Compile the value of an answer."""
        column = self.columns[ref.key]
        number = column.number
        row_of = self._row_of(ref)
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
        """Return the function that picks the row of an answer out of the row at hand and the row of `this`."""
        if ref.single or self.columns[ref.key].single:
            return lambda row, this: ONLY_ROW
        if ref.outer:
            return lambda row, this: this
        return lambda row, this: row

    def presence(self, ref: Ref) -> Compiled:
        """Compile whether an answer is there, readable or not."""
        number = self.columns[ref.key].number
        row_of = self._row_of(ref)

        def is_present(answers: Answers, row: Row, this: Row) -> Value:
            answer_row = row_of(row, this)
            slot = number, answer_row
            if slot in answers.unreadable:
                return answers.unreadable[slot]
            return answer_row in answers.filled[number]

        return is_present

    def count_cells(self, ref: Ref) -> Compiled:
        """Compile in how many cells of a field an answer stands; of a fixed column, how many codes it says."""
        number = self.columns[ref.key].number
        row_of = self._row_of(ref)

        def count(answers: Answers, row: Row, this: Row) -> Value:
            answer_row = row_of(row, this)
            unreadable = answers.unreadable.get((number, answer_row))
            if unreadable is not None:
                return unreadable
            return answers.filled[number].get(answer_row, 0)

        return count

    def off_scale(self, expr: Expr) -> Compiled:
        """Compile what makes an answer unfit as a step of a scale or the name of a row; None where nothing does."""
        if not isinstance(expr, Ref) or expr.last:
            return lambda answers, row, this: None
        number = self.columns[expr.key].number
        row_of = self._row_of(expr)
        return lambda answers, row, this: answers.off_scale.get((number, row_of(row, this)))

    def parents(self, vocabulary: str) -> Mapping[str, str]:
        """Return the folded code that each entry of a list belongs to, by its own."""
        entries = self.spec.entries(vocabulary)
        return {fold(code): fold(entry.parent) for code, entry in entries.items() if entry.parent}

    def worth(self, vocabulary: str) -> Mapping[str, float]:
        """Return the numbers that entries of a list have by their folded codes."""
        return {fold(code): float(number) for code, number in self.spec.worth(vocabulary).items()}

    def offered(self, ref: Ref, tool: str) -> Collection[str] | None:
        """Return the rows of a tool's table that a reference may name; None where it may name all of them."""
        only = self.spec.tool[ref.tool].fields[ref.code].only
        if not only:
            return None
        items = self.items(self.table_list[self.table(tool)])
        return {code for code, fixed_row in items.items() if fixed_row.has(only)}

    def table(self, tool: str) -> int:
        """Return the table that references to a tool and figures over its rows mean."""
        return self._rows_of[tool].number

    def table_of(self, ref: Ref) -> int:
        """Return the table that an answer stands in."""
        return self.columns[ref.key].table.number


def rows_counted(table: int) -> int:
    """Return the number by which `Program.reads` names that the rows of a table are counted."""
    return -2 - table


def table_key(tool: Tool, block: FieldBlock) -> TableKey:
    """Return which table a block belongs to."""
    if isinstance(block, FormBlock) and block.records == 1:
        return tool.code, SINGLE
    if isinstance(block, FormBlock):
        return tool.code, f"records {block.records}"
    return tool.code, f"block {tool.blocks.index(block)}"


def _tables(spec: Spec) -> dict[TableKey, FieldTable]:
    tables: dict[TableKey, FieldTable] = {}
    for tool in spec.tools:
        for block in tool.field_blocks:
            key = table_key(tool, block)
            table = tables.get(key) or FieldTable(len(tables), key, tool, block, ())
            tables[key] = table._replace(fields=(*table.fields, *block.fields))
    return tables


@lru_cache(maxsize=8)
def program_of(compiled: CompiledSpec) -> Program:
    """Return the checks of a spec; compiled once for the few specs of a process."""
    return Program(compiled)
