"""The rule language: a small, closed part of Python's expression syntax, typed against the spec.

Blanks, in one place for both targets (sheet and reader): a comparison with a blank side is false;
arithmetic with a blank side is blank; a blank condition does not hold; an error cell counts as blank.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from rapidfuzz import process

from .model import Field, FieldBlock, FieldType, FormBlock, Spec, Tool


class Type(StrEnum):
    """What an expression yields. A level is a code of the matrix and can be compared by rank."""

    NUMBER = "number"
    TEXT = "text"
    CODE = "code"
    LEVEL = "level"
    MANY = "many"
    DATE = "date"
    BOOL = "bool"


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text written in the rule."""

    value: str | float
    type: Type


@dataclass(frozen=True, slots=True)
class Ref:
    """An answer: of the same row (or record), or, when `single`, the one answer of a form anywhere."""

    tool: str
    field: Field
    type: Type
    single: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """Two sides compared: == != < <= > >=."""

    op: str
    left: Expr
    right: Expr
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers (or dates and days) combined: + - * /; a division by zero is blank."""

    op: str
    left: Expr
    right: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` over conditions."""

    op: str
    parts: tuple[Expr, ...]
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    part: Expr
    type: Type = Type.BOOL


@dataclass(frozen=True, slots=True)
class Choose:
    """`a if condition else b`."""

    condition: Expr
    then: Expr
    other: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the rule language."""

    name: str
    args: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Over:
    """A figure over the rows of a table: count, count_if, sum, min, max, unique, any_row."""

    name: str
    tool: str
    inner: Expr | None
    type: Type


Expr = Literal | Ref | Compare | Arithmetic | Logic | Not | Choose | Call | Over


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in an expression: 0-based column in its text, the reason, the remedy."""

    column: int
    reason: str
    remedy: str


@dataclass(frozen=True)
class Scope:
    """Where names are looked up: the row of a block of a tool, then the single answers of all forms."""

    spec: Spec
    tool: Tool
    block: FieldBlock | None = None
    value: Field | None = None  # what `value` stands for in a constraint

    def find(self, name: str) -> Ref | None:
        """What a name means here, or None."""
        if name == "value" and self.value is not None:
            return Ref(self.tool.code, self.value, type_of(self.value), self._single())
        if name in self._row:
            return Ref(self.tool.code, self._row[name], type_of(self._row[name]), single=False)
        found = self.spec.single_fields.get(name)
        return None if found is None else Ref(found[0], found[1], type_of(found[1]), single=True)

    def names(self) -> list[str]:
        """Every name that may be used here."""
        return [*self._row, *self.spec.single_fields]

    @cached_property
    def _row(self) -> dict[str, Field]:
        return {each.code: each for each in self._row_fields()}

    def _single(self) -> bool:
        return isinstance(self.block, FormBlock) and self.block.records == 1

    def _row_fields(self) -> Iterator[Field]:
        if self.block is None or self._single():
            return
        if isinstance(self.block, FormBlock):
            for block in self.tool.field_blocks:
                if isinstance(block, FormBlock) and block.records == self.block.records:
                    yield from block.fields
        else:
            yield from self.block.fields


PLAIN_TYPES = {
    FieldType.TEXT: Type.TEXT,
    FieldType.LONG: Type.TEXT,
    FieldType.DATE: Type.DATE,
    FieldType.CHOICE: Type.CODE,
    FieldType.YESNO: Type.CODE,
    FieldType.REFERENCE: Type.CODE,
    FieldType.MANY: Type.MANY,
}


def type_of(each: Field) -> Type:
    """The type of a field's answer; a calculated field takes the type of its formula."""
    if each.type is FieldType.CALCULATED:
        return Type(each.result)
    return PLAIN_TYPES.get(each.type, Type.NUMBER)


def codes_of(each: Field, spec: Spec) -> tuple[str, ...] | None:
    """The codes that the answer can have, or None where it is not drawn from a list."""
    if each.type is FieldType.YESNO:
        return ("Y", "N")
    if each.type in (FieldType.CHOICE, FieldType.MANY) and each.vocabulary in spec.vocabularies:
        return tuple(spec.vocabularies[each.vocabulary].by_code)
    if each.type is FieldType.CALCULATED and each.result == "level" and spec.matrix:
        return tuple(spec.matrix.level)
    return None


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes and yields; `None` in `takes` accepts every type."""

    takes: tuple[Type | None, ...]
    gives: Type
    meaning: str
    blank: str
    repeats: bool = False  # the last argument may stand several times


N, T, D, B = Type.NUMBER, Type.TEXT, Type.DATE, Type.BOOL
FUNCTIONS: dict[str, Signature] = {
    "filled": Signature((None,), B, "the answer is there", "false on blank"),
    "blank": Signature((None,), B, "the answer is not there", "true on blank"),
    "words": Signature((T,), N, "number of words", "0 on blank"),
    "length": Signature((T,), N, "number of characters", "0 on blank"),
    "count_of": Signature(
        (None,), N, "number of answers given among its arguments", "0 on blank", repeats=True
    ),
    "total": Signature((N,), N, "sum of its arguments", "blanks count 0; blank when all are", repeats=True),
    "least": Signature((N,), N, "smallest of its arguments", "blanks left out", repeats=True),
    "most": Signature((N,), N, "largest of its arguments", "blanks left out", repeats=True),
    "absolute": Signature((N,), N, "without its sign", "blank on blank"),
    "level": Signature((N, N), Type.LEVEL, "level of the matrix (down, across)", "blank on blank"),
    "today": Signature(
        (),
        D,
        "the day of the check; in a sheet that of the clock",
        "never blank",
    ),
    "days_between": Signature((D, D), N, "days from the first date to the second", "blank on blank"),
    "year": Signature((D,), N, "year of a date", "blank on blank"),
    "join": Signature(
        (None,), T, "its arguments one after the other", "blank as soon as one is", repeats=True
    ),
    "unique": Signature((None,), B, "no other row of the table has this answer", "true on blank"),
    "ticked": Signature((T,), B, "this tool is ticked in the form", "false on blank"),
    "completeness": Signature(
        (T,), N, "share of required answers given on a sheet, 0 to 1", "blank when it asks for none"
    ),
    "has": Signature((Type.MANY, T), B, "one of the several answers is this code", "false on blank"),
    "lookup": Signature(
        (Type.CODE, None), T, "a field of the row that a reference points to", "blank on blank"
    ),
    "matches": Signature((T, T), B, "the text fits a regular expression (reader only)", "false on blank"),
}
OVER = {
    "count": "rows with any answer",
    "count_if": "rows for which a condition holds",
    "any_row": "whether a condition holds for one row at least",
    "sum": "sum of a number over the rows",
    "min": "smallest number over the rows",
    "max": "largest number over the rows",
}
COMPARES: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
TEXTS = (Type.TEXT, Type.CODE, Type.LEVEL)


class _Refused(Exception):
    def __init__(self, node: ast.AST, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.problem = Problem(getattr(node, "col_offset", 0), reason, remedy)


def parse(text: str, scope: Scope) -> Expr | Problem:
    """Parse and type one expression; a `Problem` says what is wrong with it, and where."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 0)
        return Problem(column, f"'{text}' is not an expression: {error.msg}.", "See docs/expressions.md.")
    try:
        return _Parser(scope).expr(tree.body)
    except _Refused as refused:
        return refused.problem


def parse_condition(text: str, scope: Scope) -> Expr | Problem:
    """Parse an expression that must yield true or false."""
    found = parse(text, scope)
    if isinstance(found, Problem) or found.type is Type.BOOL:
        return found
    return Problem(0, f"'{text}' yields a {found.type}, not true or false.", "Compare it with something.")


@dataclass(frozen=True)
class _Parser:
    scope: Scope

    def expr(self, node: ast.expr) -> Expr:
        handlers: dict[type[ast.expr], Callable[..., Expr]] = {
            ast.Constant: self._constant, ast.Name: self._name, ast.Compare: self._compare,
            ast.BinOp: self._arithmetic, ast.BoolOp: self._logic, ast.UnaryOp: self._unary,
            ast.IfExp: self._choose, ast.Call: self._call,
        }  # fmt: skip
        handler = handlers.get(type(node))
        if handler is None:
            raise _Refused(node, f"{type(node).__name__} is not part of the rule language.")
        return handler(node)

    def _constant(self, node: ast.Constant) -> Literal:
        if isinstance(node.value, bool) or not isinstance(node.value, str | int | float):
            raise _Refused(node, f"{node.value!r} is neither a number nor a text.")
        if isinstance(node.value, str):
            return Literal(node.value, Type.TEXT)
        return Literal(float(node.value), Type.NUMBER)

    def _name(self, node: ast.Name) -> Ref:
        found = self.scope.find(node.id)
        if found is not None:
            return found
        close = process.extractOne(node.id, self.scope.names(), score_cutoff=70)
        raise _Refused(
            node,
            f"There is no field '{node.id}' in this row or in a form.",
            f"Did you mean '{close[0]}'?" if close else "Check the code of the field.",
        )

    def _compare(self, node: ast.Compare) -> Expr:
        if len(node.ops) != 1:
            parts = [node.left, *node.comparators]
            pairs = zip(parts, node.ops, parts[1:], strict=False)
            return Logic("and", tuple(self._pair(node, a, op, b) for a, op, b in pairs))
        return self._pair(node, node.left, node.ops[0], node.comparators[0])

    def _pair(self, node: ast.expr, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Expr:
        if isinstance(op, ast.In | ast.NotIn):
            inside = self._inside(left, right)
            return inside if isinstance(op, ast.In) else Not(inside)
        if type(op) not in COMPARES:
            raise _Refused(node, "This comparison is not part of the rule language.")
        sides = self.expr(left), self.expr(right)
        self._comparable(node, COMPARES[type(op)], *sides)
        return Compare(COMPARES[type(op)], *sides)

    def _inside(self, left: ast.expr, right: ast.expr) -> Expr:
        if not isinstance(right, ast.Tuple | ast.List):
            many = self.expr(right)
            if many.type is not Type.MANY:
                raise _Refused(right, "`in` needs a list of codes, or a field with several answers.")
            return Call("has", (many, self._code_for(left, many)), Type.BOOL)
        one = self.expr(left)
        options = tuple(Compare("==", one, self.expr(option)) for option in right.elts)
        for option, compare in zip(right.elts, options, strict=True):
            self._comparable(option, "==", one, compare.right)
        return Logic("or", options)

    def _code_for(self, node: ast.expr, against: Expr) -> Expr:
        code = self.expr(node)
        self._known_code(node, code, against)
        return code

    def _comparable(self, node: ast.expr, op: str, left: Expr, right: Expr) -> None:
        kinds = {left.type, right.type}
        if Type.MANY in kinds or Type.BOOL in kinds:
            raise _Refused(
                node,
                f"A {left.type} cannot be compared with a {right.type}.",
                "Use `in`, filled() or count_of().",
            )
        text = [kind in TEXTS for kind in (left.type, right.type)]
        if text[0] != text[1] or ((Type.DATE in kinds) and kinds != {Type.DATE}):
            raise _Refused(node, f"A {left.type} cannot be compared with a {right.type}.")
        if text[0] and op not in ("==", "!=") and kinds != {Type.LEVEL}:
            literal_level = Type.LEVEL in kinds and Type.TEXT in kinds
            if not literal_level:
                raise _Refused(node, "Texts and codes have no order.", "Use == or !=.")
        self._known_code(node, left, right)
        self._known_code(node, right, left)

    def _known_code(self, node: ast.expr, literal: Expr, against: Expr) -> None:
        if not isinstance(literal, Literal):
            return
        codes = self._codes(against)
        if codes is None or literal.value in codes:
            return
        close = process.extractOne(str(literal.value), codes, score_cutoff=50)
        remedy = f"Did you mean '{close[0]}'?" if close else f"Known are: {', '.join(codes[:40])}."
        raise _Refused(node, f"'{literal.value}' is not a code of this list.", remedy)

    def _codes(self, against: Expr) -> tuple[str, ...] | None:
        if against.type is Type.LEVEL and self.scope.spec.matrix:
            return tuple(self.scope.spec.matrix.level)
        return codes_of(against.field, self.scope.spec) if isinstance(against, Ref) else None

    def _arithmetic(self, node: ast.BinOp) -> Arithmetic:
        op = ARITHMETIC.get(type(node.op))
        left, right = self.expr(node.left), self.expr(node.right)
        kinds = (left.type, right.type)
        if op is None or not set(kinds) <= {Type.NUMBER, Type.DATE}:
            raise _Refused(
                node, f"{kinds[0]} and {kinds[1]} cannot be combined like this.", "Use numbers or dates."
            )
        if kinds == (Type.NUMBER, Type.NUMBER):
            return Arithmetic(op, left, right, Type.NUMBER)
        if op == "-" and kinds == (Type.DATE, Type.DATE):
            return Arithmetic(op, left, right, Type.NUMBER)
        if op in "+-" and kinds == (Type.DATE, Type.NUMBER):
            return Arithmetic(op, left, right, Type.DATE)
        raise _Refused(node, "Dates can only be subtracted, or moved by days.")

    def _logic(self, node: ast.BoolOp) -> Logic:
        op = "and" if isinstance(node.op, ast.And) else "or"
        return Logic(op, tuple(self._condition(part) for part in node.values))

    def _condition(self, node: ast.expr) -> Expr:
        part = self.expr(node)
        if part.type is not Type.BOOL:
            raise _Refused(node, f"This is a {part.type}, not a condition.", "Compare it with something.")
        return part

    def _unary(self, node: ast.UnaryOp) -> Expr:
        if isinstance(node.op, ast.Not):
            return Not(self._condition(node.operand))
        if isinstance(node.op, ast.USub):
            zero = Literal(0.0, Type.NUMBER)
            return Arithmetic("-", zero, self._number(node.operand), Type.NUMBER)
        raise _Refused(node, "This sign is not part of the rule language.")

    def _number(self, node: ast.expr) -> Expr:
        part = self.expr(node)
        if part.type is not Type.NUMBER:
            raise _Refused(node, f"This is a {part.type}, not a number.")
        return part

    def _choose(self, node: ast.IfExp) -> Choose:
        then, other = self.expr(node.body), self.expr(node.orelse)
        if then.type != other.type:
            raise _Refused(node, f"One side is a {then.type}, the other a {other.type}.")
        return Choose(self._condition(node.test), then, other, then.type)

    def _call(self, node: ast.Call) -> Expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if node.keywords or (name not in FUNCTIONS and name not in OVER):
            close = process.extractOne(name, [*FUNCTIONS, *OVER], score_cutoff=60)
            raise _Refused(
                node, f"There is no function '{name}'.", f"Did you mean '{close[0]}'?" if close else ""
            )
        if name in OVER:
            return self._over(node, name)
        if name == "lookup":
            return self._lookup(node)
        signature = FUNCTIONS[name]
        args = tuple(self.expr(arg) for arg in node.args)
        self._fits(node, name, signature, args)
        if name in ("ticked", "completeness"):
            self._tool(node.args[0])
        if name == "has":
            self._known_code(node.args[1], args[1], args[0])
        return Call(name, args, signature.gives)

    def _fits(self, node: ast.Call, name: str, signature: Signature, args: tuple[Expr, ...]) -> None:
        takes = signature.takes
        if signature.repeats and len(args) > len(takes):
            takes += (takes[-1],) * (len(args) - len(takes))
        if len(args) != len(takes):
            raise _Refused(node, f"{name}() takes {len(takes)} argument(s), not {len(args)}.")
        for arg, want, place in zip(args, takes, node.args, strict=True):
            text = want is Type.TEXT and arg.type in TEXTS
            if want is not None and arg.type is not want and not text:
                raise _Refused(place, f"{name}() needs a {want} here, not a {arg.type}.")

    def _tool(self, node: ast.expr) -> Tool:
        code = str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        found = self.scope.spec.tool.get(code)
        if found is None:
            close = process.extractOne(code, list(self.scope.spec.tool), score_cutoff=50)
            raise _Refused(
                node, f"There is no tool '{code}'.", f"Did you mean '{close[0]}'?" if close else ""
            )
        return found

    def _table(self, tool: Tool) -> FieldBlock:
        tables = [
            block for block in tool.field_blocks if not isinstance(block, FormBlock) or block.records > 1
        ]
        return tables[0] if tables else tool.field_blocks[0]

    def _over(self, node: ast.Call, name: str) -> Over:
        wants = 1 if name == "count" else 2
        if len(node.args) != wants:
            raise _Refused(node, f"{name}() takes {wants} argument(s), not {len(node.args)}.")
        tool = self._tool(node.args[0])
        if not tool.field_blocks:
            raise _Refused(node.args[0], f"The sheet '{tool.code}' holds nothing to fill in.")
        if wants == 1:
            return Over(name, tool.code, None, Type.NUMBER)
        inside = _Parser(Scope(self.scope.spec, tool, self._table(tool)))
        condition = name in ("count_if", "any_row")
        inner = inside._condition(node.args[1]) if condition else inside._number(node.args[1])
        return Over(name, tool.code, inner, Type.BOOL if name == "any_row" else Type.NUMBER)

    def _lookup(self, node: ast.Call) -> Call:
        if len(node.args) != 2:
            raise _Refused(node, f"lookup() takes 2 arguments, not {len(node.args)}.")
        reference = self.expr(node.args[0])
        if not (isinstance(reference, Ref) and reference.field.type is FieldType.REFERENCE):
            raise _Refused(node.args[0], "lookup() starts from a field of type reference.")
        tool = self.scope.spec.tool[reference.field.to[0]]
        target = _Parser(Scope(self.scope.spec, tool, self._table(tool))).expr(node.args[1])
        if not isinstance(target, Ref):
            raise _Refused(node.args[1], "lookup() ends at a field of the other sheet.")
        return Call("lookup", (reference, target), target.type)


def refs(expr: Expr) -> Iterator[Ref]:
    """Every answer an expression reads, in the order written (those inside `Over` left out)."""
    if isinstance(expr, Ref):
        yield expr
    for part in parts(expr):
        yield from refs(part)


def parts(expr: Expr) -> tuple[Expr, ...]:
    """The direct parts of an expression."""
    if isinstance(expr, Compare | Arithmetic):
        return (expr.left, expr.right)
    if isinstance(expr, Logic):
        return expr.parts
    if isinstance(expr, Not):
        return (expr.part,)
    if isinstance(expr, Choose):
        return (expr.condition, expr.then, expr.other)
    return expr.args if isinstance(expr, Call) else ()


def reader_only(expr: Expr) -> bool:
    """Whether the expression uses what a sheet cannot calculate: patterns, or a look-up for each row of a table."""
    if isinstance(expr, Call) and expr.name == "matches":
        return True
    if isinstance(expr, Over) and expr.inner is not None:
        return not _in_columns(expr.inner, plain=expr.name in ("sum", "min", "max"))
    return any(reader_only(part) for part in parts(expr))


def _in_columns(expr: Expr, *, plain: bool) -> bool:
    """Whether a sheet can calculate this over whole columns; sums only of what stands in cells."""
    if plain:
        return isinstance(expr, Ref)
    simple = not isinstance(expr, Over) and (
        not isinstance(expr, Call) or expr.name in ("filled", "blank", "has")
    )
    return simple and all(_in_columns(part, plain=False) for part in parts(expr))
