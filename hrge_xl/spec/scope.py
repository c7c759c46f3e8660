"""Where the names of an expression are looked up: in the row of a block, then among the single answers of all forms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ..fields import TICK, YES_NO, Field, type_of
from ..language import Call, Expr, Problem, Ref, Type, parse, parse_condition
from .model import FieldBlock, FormBlock, ItemsFrom, Spec, Tool


@dataclass(frozen=True)
class Scope:
    """The names of one row: `value` is what a constraint is about."""

    spec: Spec
    tool: Tool
    block: FieldBlock | None = None
    value: Field | None = None

    def find(self, name: str) -> Ref | None:
        """Give the answer that a name means here, or None."""
        if name == "value" and self.value:
            return ref_to(self.spec, self.tool.code, self.value, single=self.single)
        if name in self._row:
            return ref_to(self.spec, self.tool.code, self._row[name])
        found = self.spec.single_fields.get(name)
        return None if found is None else ref_to(self.spec, *found, single=True)

    def names(self) -> list[str]:
        """Give every name that may be used here."""
        return [*self._row, *self.spec.single_fields]

    def tools(self) -> Collection[str]:
        """Give the codes of all tools."""
        return self.spec.tool

    def rows_of(self, tool: str) -> Scope | None:
        """Give the scope inside the rows of a tool's table: its first block with rows, else its form."""
        blocks = self.spec.tool[tool].field_blocks
        tables = (block for block in blocks if not block.single)
        return Scope(self.spec, self.spec.tool[tool], next(tables, blocks[0])) if blocks else None

    def any_of_row(self) -> Ref | None:
        """Give any answer of the row; None where there are no rows."""
        return next((ref_to(self.spec, self.tool.code, field) for field in self._row.values()), None)

    def listed_tools(self) -> Sequence[str]:
        """Give the tools that the rows stand for; nothing where they are not a list of tools."""
        items = getattr(self.block, "items", None)
        listed = isinstance(items, ItemsFrom) and items.tools
        return [tool.code for tool in self.spec.tools if tool.can_be_ticked] if listed else ()

    def codes(self, of: Expr) -> tuple[str, ...] | None:
        """Give the codes that an expression can yield; None where it is not drawn from a list."""
        if of.type is Type.LEVEL:
            return tuple(self.spec.matrix.level) if self.spec.matrix else None
        if isinstance(of, Call) and of.args and of.name == "lookup":
            of = of.args[1]
        return entries(self.spec, of.list) or None if isinstance(of, Ref) else None

    @property
    def single(self) -> bool:
        """Whether there is one row only: the answers of a form that is filled in once."""
        return self.block is not None and self.block.single

    @cached_property
    def _row(self) -> dict[str, Field]:
        if self.block is None or self.single:
            return {}
        blocks: Sequence[FieldBlock] = (self.block,)
        if isinstance(self.block, FormBlock):
            forms = (block for block in self.tool.field_blocks if isinstance(block, FormBlock))
            blocks = [block for block in forms if block.records == self.block.records]
        return {field.code: field for block in blocks for field in block.fields}


def parsed(text: str, scope: Scope, *, condition: bool) -> Expr | Problem:
    """Parse an expression of a spec, each only once; a `Problem` says what is wrong with it."""
    known = _parsed(scope.spec)
    key = scope.tool.code, id(scope.block), scope.value.code if scope.value else "", text, condition
    if key not in known:
        known[key] = (parse_condition if condition else parse)(text, scope)
    return known[key]


Key = tuple[str, int, str, str, bool]  # tool, block, what `value` means, text, whether it must be a condition


@lru_cache(maxsize=16)
def _parsed(spec: Spec) -> dict[Key, Expr | Problem]:
    return {}


def entries(spec: Spec, name: str | None) -> tuple[str, ...]:
    """Give the codes of a list, in its order; nothing where there is no such list."""
    if name in (YES_NO, TICK):
        return ("Y", "N")
    known = spec.vocabularies.get(name or "")
    return tuple(known.by_code) if known else ()


def ref_to(spec: Spec, tool: str, field: Field, *, single: bool = False) -> Ref:
    """Give an answer as expressions see it; that of a scale is a number."""
    steps = entries(spec, field.list_name) if field.type.stepped else ()
    of = None if steps else field.list_name
    kind, fixed = type_of(field), field.fixed
    return Ref(tool, field.code, kind, single, of, field.to, field.calculated, steps=steps, fixed=fixed)


def rule_scope(spec: Spec, tool: Tool, codes: Sequence[str]) -> Scope:
    """Give the scope of a rule: the block that holds the fields it points to."""
    blocks = [block for block in tool.field_blocks if {field.code for field in block.fields} & set(codes)]
    return Scope(spec, tool, next(iter(blocks or tool.field_blocks), None))
