"""The parser: a small, closed part of Python's expression syntax, typed against a scope.

Blanks, in one place for both targets (sheet and reader): a comparison with a blank side is false;
arithmetic with a blank side is blank; a blank condition does not hold; an error cell counts as blank.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..core.errors import NoSuch, did_you_mean, listed, remedy_for
from ..core.words import tidy
from .tree import (
    FUNCTIONS,
    TEXTS,
    Arithmetic,
    Call,
    Choose,
    Compare,
    Expr,
    Literal,
    Logic,
    NameScope,
    Not,
    Operation,
    Ref,
    Type,
)

LARGEST = 1e307  # that a cell holds, in round figures
EXAMPLE = re.compile(r"Example: (.+)")  # of a function, in its docstring
THIS = "this"  # before a name inside a figure over rows: that of the row which the whole expression stands in
COMPARES: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}


# of several numbers, where no sheet is named whose rows are meant
OF_ARGUMENTS = {"sum": "total", "min": "least", "max": "most"}
# functions of spreadsheets and forms, and what is written here in their place
ELSEWHERE = {
    "abs": "absolute(NUMBER)",
    "average": "mean('SHEET', NUMBER)",
    "averageif": "mean('SHEET', NUMBER if CONDITION else 0)",
    "averageifs": "mean('SHEET', NUMBER if CONDITION else 0)",
    "avg": "mean('SHEET', NUMBER)",
    "coalesce": "FIRST if filled(FIRST) else SECOND",
    "concat": "join(FIRST, SECOND)",
    "concatenate": "join(FIRST, SECOND)",
    "contains": "'CODE' in SEVERAL, or matches(TEXT, '.*word.*') in a rule with `reader_only`",
    "counta": "count_of(FIRST, SECOND)",
    "countif": "count_if('SHEET', CONDITION)",
    "countifs": "count_if('SHEET', CONDITION)",
    "isblank": "blank(FIELD)",
    "len": "length(TEXT)",
    "maxifs": "max('SHEET', COLUMN), where COLUMN calculates NUMBER / (1 if CONDITION else 0)",
    "minifs": "min('SHEET', COLUMN), where COLUMN calculates NUMBER / (1 if CONDITION else 0)",
    "now": "today()",
    "regex": "matches(TEXT, 'PATTERN')",
    "selected": "'CODE' in SEVERAL",
    "sumif": "sum('SHEET', NUMBER if CONDITION else 0)",
    "sumifs": "sum('SHEET', NUMBER if CONDITION else 0)",
    "vlookup": "lookup(REFERENCE, FIELD)",
}
# a text in quotes, or `if` before a parenthesis with what stands before it
IF_CALL = re.compile(
    r"'[^']*'|\"[^\"]*\"|(?P<before>^|[-(,+*/=<>\[]|\b(?:and|or|not|in|if|else))(?P<space>\s*)if(?=\s*\()",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in an expression: 0-based column in its text, the reason, the remedy."""

    column: int
    reason: str
    remedy: str


TOO_DEEP = Problem(0, "The expression is nested too deeply.", "Take it apart, or use bands().")


class _Refused(Exception):
    """What cannot stand at a node, or `behind` it: as the operator that follows. Python counts bytes of UTF-8."""

    def __init__(
        self, node: ast.expr, reason: str, remedy: str = "", *, behind: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.behind = behind
        self.at = (node.end_col_offset or 0) if behind else node.col_offset

    def problem(self, text: str) -> Problem:
        text_before, text_after = (
            part.decode() for part in (text.encode()[: self.at], text.encode()[self.at :])
        )
        between = len(text_after) - len(text_after.lstrip(" )")) if self.behind else 0
        return Problem(len(text_before) + between, self.reason, self.remedy)


def parse(text: str, scope: NameScope) -> Expr | Problem:
    """Parse and type one expression; a `Problem` says what is wrong with it, and where."""
    try:
        tree = ast.parse(as_python(text), mode="eval")
    # the second where it is too deep for the parser of Python itself
    except (
        RecursionError,
        MemoryError,
    ):
        return TOO_DEEP
    except (SyntaxError, ValueError) as error:  # the second: half a character
        column = max((getattr(error, "offset", None) or 1) - 1, 0)
        reason = getattr(error, "msg", str(error))
        return Problem(
            column, f"'{text}' is not an expression: {reason}.", "See docs/expressions.md."
        )
    try:
        return Parser(scope).expr(tree.body)
    except _Refused as refused:
        return refused.problem(text.strip())
    except RecursionError:
        return TOO_DEEP


def as_python(text: str) -> str:
    """Return an expression as Python takes it, each sign at its place: `if(a, b, c)` is a call of IF."""
    return IF_CALL.sub(
        lambda match: (
            match[0] if match["before"] is None else f"{match['before']}{match['space']}IF"
        ),
        text.strip(),
    )


def parse_condition(text: str, scope: NameScope) -> Expr | Problem:
    """Parse an expression that must yield true or false."""
    expression = parse(text, scope)
    if isinstance(expression, Problem) or expression.type is Type.BOOL:
        return expression
    return Problem(
        0, f"'{text}' yields a {expression.type}, not true or false.", "Compare it with something."
    )


@dataclass(frozen=True)
class Parser:
    """Types the nodes of one expression. `outer` is the scope of the row that `this` means."""

    scope: NameScope
    outer: NameScope | None = None
    refuse = staticmethod(_Refused)  # makes the exception that says what is wrong at a node

    def expr(self, node: ast.expr) -> Expr:
        """Type any expression."""
        handlers: dict[type[ast.expr], Callable[..., Expr]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Compare: self._compare,
            ast.BinOp: self._arithmetic,
            ast.BoolOp: self._logic,
            ast.UnaryOp: self._unary,
            ast.IfExp: self._choose,
            ast.Call: self._call,
            ast.Attribute: self._this,
            ast.Tuple: self._several,
        }
        handler = handlers.get(type(node))
        if handler is None:
            raise _Refused(node, f"{type(node).__name__} is not part of the rule language.")
        return handler(node)

    def _constant(self, node: ast.Constant) -> Literal:
        if isinstance(node.value, bool) or not isinstance(node.value, str | int | float):
            raise _Refused(node, f"{node.value!r} is neither a number nor a text.")
        if isinstance(node.value, str):
            return Literal(node.value, Type.TEXT)
        if not -LARGEST <= node.value <= LARGEST:
            raise _Refused(node, "No cell of a spreadsheet holds a number this large.")
        return Literal(float(node.value), Type.NUMBER)

    def _name(self, node: ast.Name) -> Ref:
        ref = self.scope.find(node.id)
        if ref is not None:
            return ref
        reason = NoSuch(f"There is no field '{node.id}' in this row or in a form.", node.id)
        raise _Refused(
            node,
            reason,
            did_you_mean(node.id, self.scope.names(), 70).rstrip()
            or "Check the code of the field.",
        )

    def _this(self, node: ast.Attribute) -> Ref:
        outer = self._outer(node)
        ref = Parser(outer)._name(ast.copy_location(ast.Name(node.attr), node))
        return ref if ref.single else replace(ref, outer=True)

    def _outer(self, node: ast.Attribute) -> NameScope:
        """Return the scope that `this` means."""
        if not isinstance(node.value, ast.Name) or node.value.id != THIS:
            reason = "A point is not part of the rule language."
            raise _Refused(node, reason, "Write `this.CODE` for this row.")
        if self.outer is None:
            raise _Refused(
                node,
                "`this` has a meaning only inside count_if(), any_row(), sum(), min() and max().",
                "Leave it out: here the code alone means this row.",
            )
        return self.outer

    def _compare(self, node: ast.Compare) -> Expr:
        sides = [node.left, *node.comparators]
        pairs = zip(sides, node.ops, sides[1:], strict=False)
        comparisons = tuple(self._pair(*pair) for pair in pairs)
        return comparisons[0] if len(comparisons) == 1 else Logic("and", comparisons)

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Expr:
        if isinstance(op, ast.In | ast.NotIn):
            inside = self._inside(left, right)
            return inside if isinstance(op, ast.In) else Not(inside)
        sign = COMPARES.get(type(op))
        if sign is None:
            raise _Refused(left, "This comparison is not part of the rule language.", behind=True)
        return self._compared(sign, (left, self._side(left)), (right, self._side(right)))

    def _side(self, node: ast.expr) -> Expr:
        """Type what is compared: a text as answers are read, without spaces at its ends."""
        side = self.expr(node)
        if isinstance(side, Literal) and isinstance(side.value, str):
            return replace(side, value=tidy(side.value))
        return side

    def _inside(self, left: ast.expr, right: ast.expr) -> Expr:
        if not isinstance(right, ast.Tuple | ast.List):
            many = self.expr(right)
            if many.type is not Type.MANY:
                raise _Refused(
                    right, "`in` needs a list of codes, or a field with several answers."
                )
            code = self.expr(left)
            self.known_code(left, code, many)
            return Call(FUNCTIONS["has"], (many, code), Type.BOOL)
        subject = left, self._side(left)
        options = [(option, self._side(option)) for option in right.elts]
        return Logic("or", tuple(self._compared("==", subject, option) for option in options))

    def _compared(
        self, op: str, left_side: tuple[ast.expr, Expr], right_side: tuple[ast.expr, Expr]
    ) -> Compare:
        (node, left) = left_side
        (behind, right) = right_side
        kinds = {left.type, right.type}
        if kinds & {Type.MANY, Type.BOOL}:
            remedy = "Use `in`, filled() or count_of()."
            reason = f"A {left.type} cannot be compared with a {right.type}."
            raise _Refused(node, reason, remedy, behind=True)
        is_text = left.type in TEXTS
        if is_text != (right.type in TEXTS) or (Type.DATE in kinds and len(kinds) > 1):
            raise _Refused(
                node, f"A {left.type} cannot be compared with a {right.type}.", behind=True
            )
        ranked = Type.LEVEL in kinds and kinds <= {Type.LEVEL, Type.TEXT}
        if is_text and op not in ("==", "!=") and not ranked:
            raise _Refused(node, "Texts and codes have no order.", "Use == or !=.", behind=True)
        if any(isinstance(side, Literal) and side.value == "" for side in (left, right)):
            remedy = "Use blank() or filled()."
            raise _Refused(node, "No answer equals an empty text.", remedy, behind=True)
        self.known_code(node, left, right)
        self.known_code(behind, right, left)
        return Compare(op, left, right)

    def known_code(self, node: ast.expr, literal: Expr, against: Expr) -> None:
        """Refuse a code that the list of the other side does not have."""
        codes = self.scope.codes(against) if isinstance(literal, Literal) else None
        if codes is None or not isinstance(literal, Literal) or literal.value in codes:
            return
        reason = NoSuch(f"'{literal.value}' is not a code of this list.", str(literal.value))
        raise _Refused(node, reason, remedy_for(literal.value, codes))

    def _arithmetic(self, node: ast.BinOp) -> Arithmetic:
        op = ARITHMETIC.get(type(node.op))
        left = self.expr(node.left)
        right = self.expr(node.right)
        match op, left.type, right.type:
            case str(), Type.NUMBER, Type.NUMBER:
                return Arithmetic(op, left, right, Type.NUMBER)
            case "-", Type.DATE, Type.DATE:
                return Arithmetic(op, left, right, Type.NUMBER)
            case "+" | "-", Type.DATE, Type.NUMBER:
                return Arithmetic(op, left, right, Type.DATE)
            case str(), Type.NUMBER | Type.DATE, Type.NUMBER | Type.DATE:
                reason = "Dates can only be subtracted, or moved by days."
                raise _Refused(node.left, reason, behind=True)
            case None, _, _:
                reason = "This operator is not part of the rule language."
                remedy = "Use +, -, *, / or **."
                raise _Refused(node.left, reason, remedy, behind=True)
        reason = f"A {left.type} and a {right.type} cannot be combined like this."
        raise _Refused(node.left, reason, "Use numbers or dates.", behind=True)

    def _logic(self, node: ast.BoolOp) -> Logic:
        op = "and" if isinstance(node.op, ast.And) else "or"
        return Logic(op, tuple(self.condition(part) for part in node.values))

    def condition(self, node: ast.expr) -> Expr:
        """Type what must be a condition."""
        part = self.expr(node)
        if part.type is not Type.BOOL:
            raise _Refused(
                node, f"This is a {part.type}, not a condition.", "Compare it with something."
            )
        return part

    def _unary(self, node: ast.UnaryOp) -> Expr:
        if isinstance(node.op, ast.Not):
            return Not(self.condition(node.operand))
        if isinstance(node.op, ast.USub):
            number = self.number(node.operand)
            if isinstance(number, Literal):
                return Literal(-float(number.value), Type.NUMBER)
            return Arithmetic("-", Literal(0.0, Type.NUMBER), number, Type.NUMBER)
        raise _Refused(node, "This sign is not part of the rule language.")

    def number(self, node: ast.expr) -> Expr:
        """Type what must be a number."""
        part = self.expr(node)
        if part.type is not Type.NUMBER:
            raise _Refused(node, f"This is a {part.type}, not a number.")
        return part

    def _choose(self, node: ast.IfExp) -> Choose:
        if_true = self.expr(node.body)
        if_false = self.expr(node.orelse)
        if if_true.type != if_false.type:
            raise _Refused(node, f"One side is a {if_true.type}, the other a {if_false.type}.")
        return Choose(self.condition(node.test), if_true, if_false, if_true.type)

    def _call(self, node: ast.Call) -> Expr:
        if isinstance(node.func, ast.Attribute):
            outer = self._outer(node.func)
            function = self._function(node, node.func.attr)
            call = function.typed(Parser(outer), node)
            if not isinstance(call, Call) or node.args:
                reason = f"`this.{node.func.attr}()` is not part of the rule language."
                raise _Refused(node, reason, "Use `this.CODE`.")
            refs = (replace(arg, outer=True) if isinstance(arg, Ref) else arg for arg in call.args)
            return replace(call, args=tuple(refs))
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name.casefold() == "if":
            return self._if(node)
        arguments: list[ast.expr] = []
        for argument in (
            node.args
        ):  # the columns of a field that is asked for each entry of a list stand in brackets
            arguments += argument.elts if isinstance(argument, ast.Tuple) else [argument]
        whole = ast.copy_location(ast.Call(node.func, arguments, node.keywords), node)
        if len(arguments) > 1 and not self._names_a_sheet(arguments[0]):
            name = OF_ARGUMENTS.get(name, name)
        return self._function(node, name).typed(self, whole)

    def _names_a_sheet(self, node: ast.expr) -> bool:
        """Say whether a sheet is meant: by its code, in quotes or without, or by a name that is like no field's."""
        if not isinstance(node, ast.Name):
            return isinstance(node, ast.Constant) and isinstance(node.value, str)
        if self.scope.find(node.id) is not None:
            return False
        return node.id in self.scope.tools() or not did_you_mean(node.id, self.scope.names())

    def _several(self, node: ast.Tuple) -> Expr:
        reason = f"{len(node.elts)} values stand here, and one is needed."
        raise _Refused(node, reason, "Take them together, for example with total().")

    def _if(self, node: ast.Call) -> Choose:
        if len(node.args) != 3:
            reason = f"if() takes 3 argument(s), not {len(node.args)}."
            raise _Refused(node, reason, "Write if(CONDITION, THEN, ELSE).")
        test, body, orelse = node.args
        return self._choose(ast.copy_location(ast.IfExp(test, body, orelse), node))

    def _function(self, node: ast.Call, name: str) -> Operation:
        names = [function.name for function in FUNCTIONS.values() if not function.internal]
        if node.keywords or name not in names:
            written_here = ELSEWHERE.get(name.casefold())
            remedy = did_you_mean(name, names, 60).rstrip()
            if written_here:
                remedy = f"Write {written_here}."
            raise _Refused(node, f"There is no function '{name}'.", remedy)
        return FUNCTIONS[name]

    def expect(self, node: ast.Call, name: str, count: int) -> None:
        """Refuse a call with too many arguments, or too few."""
        if len(node.args) != count:
            example = EXAMPLE.search(type(FUNCTIONS[name]).__doc__ or "")
            raise _Refused(
                node,
                f"{name}() takes {count} argument(s), not {len(node.args)}.",
                f"Write for example: {example[1]}." if example else "",
            )

    def sheet_with(self, field: str) -> str | None:
        """Return the first sheet in whose rows a field is asked."""
        for tool in self.scope.tools():
            rows = self.scope.rows_of(tool)
            ref = rows.find(field) if rows else None
            if ref and not ref.single:
                return tool
        return None

    def tool(self, node: ast.expr) -> str:
        """Read the code of a tool."""
        tools = list(self.scope.tools())
        written = ast.unparse(node)
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            choice = f"one of {listed([repr(tool) for tool in tools])}"
            remedy = f"Write {repr(written) if written in tools else choice}."
            raise _Refused(
                node,
                f"The code of a sheet is written in quotes here, and {written} is not.",
                remedy,
            )
        if node.value not in tools:
            reason = NoSuch(f"There is no tool '{node.value}'.", node.value)
            raise _Refused(node, reason, remedy_for(node.value, tools))
        return node.value

    def table(self, node: ast.expr) -> str:
        """Read the code of a tool that has rows to fill in."""
        tool = self.tool(node)
        if self.scope.rows_of(tool) is None:
            raise _Refused(node, NoSuch(f"The sheet '{tool}' holds nothing to fill in.", tool))
        return tool

    def in_rows_of(self, tool: str) -> Parser:
        """Return the parser for what is worked out in each row of a tool's table, seen from here."""
        rows = self.scope.rows_of(tool)
        assert rows is not None  # it was asked for before
        return Parser(rows, self.scope)
