"""Expressions of elsewhere, of XLSForm and of Excel, printed in our language.

Both are near enough to Python for its parser to take them apart, once their words are replaced one by one. What has no
counterpart raises `NoCounterpart`, which says why; whether what is printed fits the spec is for its own checks to say.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from typing import Any, NamedTuple

import msgspec

from ..core.numerals import plain_number
from ..language import Type
from ..language.functions.words import by_place
from ..language.parser import ARITHMETIC, COMPARES
from ..language.tree import FIGURES
from ..spec.check_sheets import MOST_NUMBERS

COUNTERPARTS: dict[str, Any] = msgspec.yaml.decode(
    resources.files(__package__).joinpath("counterparts.yaml").read_bytes()
)
ELSEWHERE = re.compile(r"\b(instance|INDIRECT|OFFSET)\(")
# what an entry of a list says in a column, the entry being that which has an answer in another one
INSTANCE = re.compile(
    r"\binstance\(\s*('[^']*'|\"[^\"]*\")\s*\)/root/item\[\s*([\w\-]+)\s*=\s*(?:current\(\)/)?([^\[\]=]+)\]/([\w\-]+)"
)
# a number without leading zeros
NUMBER = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?")
ALWAYS = "(1 == 1)"
NEVER = "(1 == 0)"
# by the kind of an argument: what it is taken for
BESIDE = {"n": Type.NUMBER, "d": Type.DATE}
# operators of a source that are functions there
CALLS = {
    ast.And: "and",
    ast.Or: "or",
    ast.Mod: "mod",
    ast.BitOr: "concatenate",
}
QUOTES = str.maketrans("’‘“”", "''\"\"")
END = (
    r"|(?P<call>[A-Za-z_][\w:.\-]*)\s*(?=\()|(?P<name>[A-Za-z_](?:[\w:.\-]*\w)?)"
    r"|(?P<sign><>|[<>!]=|[-=<>+*/^&(),;])"
)


LONGEST_SOURCE = 32_767  # characters, as many as a cell holds
LONGEST = 8_192  # characters of a formula
TOO_LARGE = 10**15  # a cell holds fifteen digits
TOO_DEEP = "it is not complete, or too deep"


class NoCounterpart(Exception):
    """Our language cannot say this; the message says why."""


class Dialect(NamedTuple):
    """How another language is written: its words one by one, those that Python writes otherwise, its functions."""

    tokens: re.Pattern[str]
    python: Mapping[str, str]
    functions: Mapping[str, str]


XLSFORM = Dialect(
    re.compile(
        r"\s+|\$\{\s*(?P<reference>[^}#]+?)\s*\}|(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<text>'[^']*'|\"[^\"]*\")"
        r"|(?P<path>(?:\.\.?|(?=/\w))(?:/[\w.\-]+)*)(?![.\w/])" + END
    ),
    {"=": "==", "div": "/", "mod": "%", "and": "and", "or": "or", "null": "''"},
    COUNTERPARTS["both"] | COUNTERPARTS["xlsform"],
)
EXCEL = Dialect(
    re.compile(
        r"\s+|(?P<text>\"(?:[^\"]|\"\")*\")|(?P<number>\d+(?:\.\d+)?(?:E[+-]?\d+)?)(?!:)|(?P<percent>%)"
        r"|(?P<reference>(?:(?:'[^']+'|\w+)!)?\$?(?:[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?"
        r"|[A-Z]{1,3}:\$?[A-Z]{1,3})(?![\w(])|\w+\[(?:[^\[\]]|\[[^\]]*\])*\])"
        r"|(?P<path>[^\W\d][\w.]*)(?!\s*\(|[\w.!])" + END
    ),
    {"=": "==", "<>": "!=", "^": "**", "&": "|", ";": ",", "%": "/ 100"},
    COUNTERPARTS["both"] | COUNTERPARTS["excel"],
)


def parsed(text: str, dialect: Dialect) -> ast.expr:
    """Return the tree of an expression: names and functions are looked up in it. Raises `NoCounterpart`."""
    text = INSTANCE.sub(r"pulldata(\1, '\4', '\2', \3)", text.translate(QUOTES))
    if reader := ELSEWHERE.search(text):
        raise NoCounterpart(f"{reader[0]}) reads what is not here")
    if len(text) > LONGEST_SOURCE:
        raise NoCounterpart("it is longer than a cell has room for")
    words = list[str]()
    place = 0
    while place < len(text):
        token = dialect.tokens.match(text, place)
        if token is None:
            raise NoCounterpart(f"“{text[place : place + 20]}” has no counterpart")
        kind = token.lastgroup or ""
        place = token.end()
        token_text = token[kind] if kind else ""
        if token_text.lower() in dialect.python:
            words.append(dialect.python[token_text.lower()])
        elif kind in ("reference", "path"):
            words.append(f"ask[{token_text!r}]")
        elif kind in ("name", "call"):
            words.append(f"{kind}[{token_text!r}]")
        elif kind == "text":
            words.append(repr(token_text[1:-1].replace('""', '"')))
        else:
            words.append(token_text.lstrip("0") or token_text)
    try:
        return ast.parse("".join(f"{word} " for word in words), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NoCounterpart(TOO_DEEP) from error


class Printed(NamedTuple):
    """An expression of ours: its text, in more parentheses than it needs, and what it yields.

    `codes` are those of a list by the names that the source has for them; `rows` is the sheet whose rows each have an
    answer; `literal` what stands between the quotes of a text.
    """

    text: str
    type: Type
    codes: Mapping[str, str] | None = None
    rows: str = ""
    literal: str | None = None

    def __str__(self) -> str:
        return self.text

    @property
    def known(self) -> str | None:
        """What it is, where it depends on no answer."""
        return self.text if NUMBER.fullmatch(self.text) else self.literal

    @property
    def number(self) -> Printed:
        """The number that it is: a condition is 1 or 0, the entry of a list of numbers what it is called."""
        if self.type is Type.BOOL:
            return Printed(f"(1 if {self.text} else 0)", Type.NUMBER)
        counts = self.type is Type.CODE and self.codes and are_numbers(self.codes)
        return Printed(f"worth({self.text})", Type.NUMBER) if counts else self

    @property
    def is_blank(self) -> bool:
        """Whether it is a text with nothing in it."""
        return self.literal is not None and not self.literal.strip()

    @property
    def as_text(self) -> Printed:
        """The text that it is: what is none is joined with nothing."""
        if self.type is Type.TEXT:
            return self
        return self._replace(text=f"join({self.text})", type=Type.TEXT)

    @property
    def names(self) -> Mapping[str, str] | None:
        """What it may be, by the names that the source has for it, where these are known."""
        return self.codes if self.literal is None else {self.literal: self.literal}

    @property
    def tidy(self) -> str:
        """The text without needless parentheses. Raises `NoCounterpart`."""
        try:
            return ast.unparse(ast.parse(self.text, mode="eval"))
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise NoCounterpart(TOO_DEEP) from error

    @property
    def options(self) -> dict[str, Any]:
        """The options of a field that is worked out so."""
        if self.type is Type.NUMBER:
            return {"formula": self.tidy}
        return {"formula": self.tidy, "result": "date" if self.type is Type.DATE else "text"}


def are_numbers(names: Collection[str]) -> bool:
    """Say whether the entries of a list are called by numbers, which a sheet can look up."""
    return len(names) <= MOST_NUMBERS and all(plain_number(name) is not None for name in names)


def joined(sign: str, conditions: Sequence[str]) -> Printed:
    """Join conditions by `and` or `or`; what always holds, or never, is not written where it changes nothing."""
    decides, idle = (NEVER, ALWAYS) if sign == "and" else (ALWAYS, NEVER)
    if decides in conditions:
        return Printed(decides, Type.BOOL)
    decisive = [condition for condition in conditions if condition != idle]
    if len(decisive) > 1:
        return Printed(f"({f' {sign} '.join(decisive)})", Type.BOOL)
    return Printed(next(iter(decisive), idle), Type.BOOL)


def negated(condition: str) -> Printed:
    """Write the opposite of a condition."""
    return Printed({ALWAYS: NEVER, NEVER: ALWAYS}.get(condition, f"(not {condition})"), Type.BOOL)


def a_day(written: str) -> str:
    """Write a day: our language has none, but knows the last one of each year. Raises `NoCounterpart`."""
    try:
        day = date.fromisoformat(written.strip()[:10])
    except ValueError as error:
        raise NoCounterpart(f"“{written}” is not a day") from error
    return f"(year_end({day.year - 1}) + {day.timetuple().tm_yday})"


@dataclass
class Printer:
    """Prints trees, where `find` says what a name means. `changes` tells what now means another thing."""

    find: Callable[[str], Printed]
    dialect: Dialect
    changes: list[str] = field(default_factory=list)
    columns: Mapping[str, str] | None = None  # in a filter of a list, of one entry
    printed_nodes: dict[ast.expr, Printed | NoCounterpart] = field(default_factory=dict)  # so far

    def look_at(self, columns: Mapping[str, str]) -> None:
        """Have a filter be about an entry with these columns."""
        self.columns = columns
        self.printed_nodes.clear()

    def condition(self, node: ast.expr) -> Printed:
        """Return what is true or false: a number is true unless it is 0, any other answer where it is."""
        answer = self._answer(node)
        if answer.type is Type.BOOL:
            return answer
        number = answer.type is Type.NUMBER
        return Printed(f"({answer.text} != 0)" if number else f"filled({answer.text})", Type.BOOL)

    def value(self, node: ast.expr) -> Printed:
        """Return what a cell can show: what is true or false stands as 1 and 0."""
        answer = self._answer(node)
        if answer.type is not Type.BOOL:
            return answer
        self.changes.append("true and false stand as 1 and 0")
        return answer.number

    def _answer(self, node: ast.expr) -> Printed:
        answer = self._printed(node)
        if answer.rows:
            raise NoCounterpart(f"{answer.text} is asked in every row of {answer.rows}")
        return answer

    def _printed(self, node: ast.expr) -> Printed:
        """Return what a node is in our language: it is printed once, however often it is asked for.

        A text that no cell has room for ends it: what is said twice a level would double.
        """
        if node not in self.printed_nodes:
            self.printed_nodes[node] = self._printed_or_not(node)
        printed = self.printed_nodes[node]
        if isinstance(printed, NoCounterpart):
            raise printed
        return printed

    def _printed_or_not(self, node: ast.expr) -> Printed | NoCounterpart:
        try:
            printed = self._of_kind(node)
        except NoCounterpart as why:
            return why
        except RecursionError:
            return NoCounterpart(TOO_DEEP)
        if len(printed.text) > LONGEST:
            return NoCounterpart("it is longer than a formula of a sheet can be")
        return printed

    def _of_kind(self, node: ast.expr) -> Printed:
        match node:
            case ast.Constant(value=str(text)):
                return Printed(repr(text), Type.TEXT, literal=text)
            case ast.Constant(value=int(number) | float(number)) if abs(number) >= TOO_LARGE:
                raise NoCounterpart("a number of it has more digits than a cell holds")
            case ast.Constant(value=number):
                return Printed(repr(number), Type.NUMBER)
            case ast.Subscript(value=ast.Name(id="ask"), slice=ast.Constant(value=str(name))):
                return self.find(name)
            case ast.Subscript(slice=ast.Constant(value=str(name))) if self.columns is not None:
                return self._printed(ast.Constant(self.columns.get(name.casefold(), "")))
            case ast.Call(func=ast.Subscript(slice=ast.Constant(value=str(name))), args=args):
                return self._call(name.lower(), args)
            case ast.BoolOp(op=op, values=parts):
                return self._call(CALLS[type(op)], parts)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in CALLS:
                return self._call(CALLS[type(op)], [left, right])
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARES:
                return self._compared(COMPARES[type(op)], self._answer(left), self._answer(right))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                left_side = self._argument("n", left)
                right_side = self._argument("n", right)
                moved = (left_side.type, right_side.type).count(Type.DATE) == 1
                text = f"({left_side.text} {ARITHMETIC[type(op)]} {right_side.text})"
                return Printed(text, Type.DATE if moved else Type.NUMBER)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._printed(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Printed(f"(-{self._argument('n', operand).text})", Type.NUMBER)
        source_text = re.sub(r"\w+\['([^']*)'\]", r"\1", ast.unparse(node))
        raise NoCounterpart(f"“{source_text}” has no counterpart")

    # functions

    def _argument(self, kind: str, node: ast.expr) -> Printed:
        """Return an argument of the kind that a function takes."""
        if kind in "re":
            argument = self._printed(node)
            if kind == "r" and not argument.rows:
                raise NoCounterpart(f"{argument.text} is not asked in rows")
            return argument
        argument = self.condition(node) if kind == "c" else self.value(node)
        if kind in BESIDE:
            argument = self._beside(argument, Printed("", BESIDE[kind]))
        if kind == "s" and argument.type is not Type.CODE:
            return argument.as_text
        if kind == "n" and argument.type not in FIGURES:
            raise NoCounterpart(f"{argument.text} is a {argument.type}, not a number")
        if kind == "l" and argument.literal is None:
            raise NoCounterpart("a text is worked out where our language has one in quotes")
        return argument

    def _call(self, name: str, args: Sequence[ast.expr]) -> Printed:
        match name, args:
            case "if", [test, then, other]:
                return self._choose(self.condition(test), self.value(then), self.value(other))
            case "not", [condition]:
                return negated(self.condition(condition).text)
            case (("and" | "or"), _):
                return joined(name, [self.condition(part).text for part in args])
            case _, [ast.Subscript() as asked] if self._printed(asked).rows:
                name += " of rows"
        kinds, template, yields, *changes = map(
            str.strip, (self.dialect.functions.get(name) or "||").split("|")
        )
        if kinds.endswith("*"):  # as many of the last kind as there are
            kinds = kinds.removesuffix("*").ljust(len(args), kinds[-2])
        if not template or len(kinds) != len(args):
            raise NoCounterpart(f"{name}() with {len(args)} arguments has no counterpart")
        arguments = [self._argument(kind, part) for kind, part in zip(kinds, args, strict=True)]
        self.changes.extend(changes)
        text = template.format(*arguments, all=", ".join(map(str, arguments)))
        if not yields:
            return arguments[0]._replace(text=f"({text})", rows="", literal=None)
        return Printed(f"({text})", Type(yields))

    def _choose(self, test: Printed, if_true: Printed, if_false: Printed) -> Printed:
        """Write a choice between two values; a figure or nothing is a division by zero, which is blank."""
        if if_true.is_blank:
            test = negated(test.text)
            if_true, if_false = if_false, if_true
        if if_false.is_blank and if_true.type in FIGURES:
            divided = f"({if_true.text} + 0 / (1 if {test.text} else 0))"
            return Printed(divided, if_true.type)
        if_true, if_false = self._alike(if_true, if_false)
        names = None
        if if_true.names is not None and if_false.names is not None:
            names = {**if_true.names, **if_false.names}
        if {if_true.type, if_false.type} == {Type.TEXT, Type.CODE}:
            if_true = if_true.as_text
            if_false = if_false.as_text
        text = f"({if_true.text} if {test.text} else {if_false.text})"
        return Printed(text, if_true.type, names)

    # comparisons

    def _compared(self, sign: str, left: Printed, right: Printed) -> Printed:
        if sign not in ("==", "!="):
            left, right = self._alike(left.number, right.number)
            return Printed(f"({left.text} {sign} {right.text})", Type.BOOL)
        if "" in (left.literal, right.literal) and None in (left.known, right.known):
            answer = right if left.literal == "" else left
            return Printed(f"{'blank' if sign == '==' else 'filled'}({answer.text})", Type.BOOL)
        equal = self._equal(left, right)
        return equal if sign == "==" else negated(equal.text)

    def _alike(self, left: Printed, right: Printed) -> tuple[Printed, Printed]:
        """Return both sides as our language compares them."""
        return self._beside(left, right), self._beside(right, left)

    def _beside(self, side: Printed, opposite: Printed) -> Printed:
        """Return one side as our language compares it: a text in quotes is a number or a day beside one."""
        match side.type, opposite.type:
            case Type.BOOL, _:
                return side.number
            case Type.NUMBER, Type.TEXT if side.known is not None:
                return Printed(repr(side.known), Type.TEXT)
            case Type.TEXT, Type.DATE if side.literal is not None:
                return Printed(a_day(side.literal), Type.DATE)
            case Type.TEXT, Type.NUMBER if (
                plain_number(digits := (side.literal or "").strip()) is not None
            ):
                return Printed(digits.lstrip("0") or "0", Type.NUMBER)
            case _, Type.NUMBER:
                return side.number
        return side

    def _equal(self, left: Printed, right: Printed, *, only: bool = True) -> Printed:
        """Write that two sides are the same; of several answers, that it is the only one, or one of them."""
        if left.known is not None:
            left, right = right, left
        name = right.known
        if left.known is not None:
            return Printed(ALWAYS if left.known == name else NEVER, Type.BOOL)
        if left.type is Type.MANY and name is None:
            return self._among(left, right, only=only)
        if left.codes is None or name is None:
            if {left.type, right.type} == {Type.CODE, Type.TEXT}:
                self.changes.append("capitals count for nothing")
            answers = [side.text for side in (left, right)]
            left, right = self._alike(left, right)
            equal = f"({left.text} == {right.text})"
            if all(text.isidentifier() and text != "value" for text in answers):
                equal = f"({equal} or (blank({answers[0]}) and blank({answers[1]})))"
            return Printed(equal, Type.BOOL)
        if name not in left.codes:
            self.changes.append(f"the list of {left.text} has no entry “{name}”: that is never so")
            return Printed(NEVER, Type.BOOL)
        code = repr(left.codes[name])
        if left.type is not Type.MANY:
            return Printed(f"({left.text} == {code})", Type.BOOL)
        alone = f" and count_of({left.text}) == 1" if only else ""
        return Printed(f"({code} in {left.text}{alone})", Type.BOOL)

    def _among(self, several: Printed, answer: Printed, *, only: bool) -> Printed:
        """Write that an answer is one of several others, or all of them, code by code."""
        if answer.type is Type.MANY:
            raise NoCounterpart("several answers are compared with several others")
        conditions = []
        for name in several.codes or {}:
            if answer.names is not None and name not in answer.names:
                continue
            entry = Printed(repr(name), Type.TEXT, literal=name)
            sides = (self._equal(several, entry, only=only), self._equal(answer, entry))
            conditions.append(joined("and", [side.text for side in sides]).text)
        return joined("or", conditions)


# what the entries of a list say, by their columns
EntriesOf = Callable[[str], Sequence[Mapping[str, str]]]
MOST_WAYS = 60  # that a formula can take, one within the other


class FormPrinter(Printer):
    """Prints an expression of a form: there a text that is counted with is a number, and a day is one since 1970."""

    def __init__(self, find: Callable[[str], Printed], entries: EntriesOf) -> None:
        super().__init__(find, XLSFORM)
        self.entries = entries

    def _call(self, name: str, args: Sequence[ast.expr]) -> Printed:
        match name, args:
            case "selected", [several, entry]:
                return self._equal(self._answer(several), self._answer(entry), only=False)
            case "selected-at", [one, ast.Constant(value=0)]:
                answer = self._answer(one)
                if answer.type is Type.CODE:
                    return answer
            case "regex", [answer, ast.Constant(value=str(pattern))]:
                args = [answer, ast.Constant(by_place(pattern))]
            case (("format-date" | "format-date-time"), [day, ast.Constant(value=str(pattern))]):
                return self._formatted(day, pattern)
            case "substr", [text, ast.Constant(value=int(start)), *end]:
                args = [text, ast.Constant(start + 1), *(end or [ast.Constant(LONGEST_SOURCE)])]
            case "pulldata", [
                ast.Constant(listed),
                ast.Constant(column),
                ast.Constant(key),
                answer,
            ]:
                return self._pulled(str(listed), str(column), str(key), self._answer(answer))
            case "pulldata", _:
                raise NoCounterpart("pulldata() reads what is not here")
        return super()._call(name, args)

    def _pulled(self, listed: str, column: str, key: str, answer: Printed) -> Printed:
        """Write what a list says in a column, entry by entry; of what it calls them there is `label`."""
        if answer.type is Type.CODE and key == "name" and column in ("label", "itextId"):
            return Printed(f"label({answer.text})", Type.TEXT)
        names = dict[str, list[str]]()  # by what their entries say
        for entry in self.entries(listed):
            names.setdefault(entry.get(column.casefold(), ""), []).append(
                entry.get(key.casefold(), "")
            )
        names.pop("", None)
        if not names:
            raise NoCounterpart(f"the list “{listed}” is not here, or says nothing as “{column}”")
        if len(names) > MOST_WAYS:
            raise NoCounterpart(f"the list “{listed}” says more than {MOST_WAYS} different things")
        figures = are_numbers(names)
        pulled = Printed("''", Type.TEXT, literal="")
        for text, keys in reversed(names.items()):
            entries = (Printed(repr(name), Type.TEXT, literal=name) for name in keys)
            is_one = joined("or", [self._equal(answer, entry).text for entry in entries])
            value = Printed(repr(text), Type.TEXT, literal=text)
            if figures:
                value = Printed(f"{plain_number(text):.15g}", Type.NUMBER)
            pulled = self._choose(is_one, value, pulled)
        return pulled

    def _formatted(self, day: ast.expr, pattern: str) -> Printed:
        """Write a day as a pattern says: its parts by name, and what stands between them."""
        if pattern in ("%m", "%d"):
            return self._call(f"alone {pattern}", [day])
        parts = list[Printed]()
        for part in re.findall(r"%Y-%m-%d|%.?|[^%]+", pattern):
            if part[0] == "%":
                parts.append(self._call(f"format {part}", [day]))
            else:
                parts.append(self._printed(ast.Constant(part)))
        if len(parts) == 1:
            return parts[0]
        return Printed(f"join({', '.join(map(str, parts))})", Type.TEXT)

    def _beside(self, side: Printed, opposite: Printed) -> Printed:
        side = super()._beside(side, opposite)
        match side.type, opposite.type:
            case Type.TEXT, Type.NUMBER if side.literal is None:
                return Printed(f"number_in({side.text})", Type.NUMBER)
            case Type.NUMBER, Type.DATE:
                return Printed(f"(year_end(1969) + 1 + {side.text})", Type.DATE)
        return side

    def _equal(self, left: Printed, right: Printed, *, only: bool = True) -> Printed:
        """Write that two sides are the same; what cannot be worked out is not a number there, and blank here."""
        word = right.literal
        if left.type is not Type.NUMBER or left.known or not word or plain_number(word) is not None:
            return super()._equal(left, right, only=only)
        if word == "NaN":
            self.changes.append("what is not a number is blank")
            return Printed(f"blank({left.text})", Type.BOOL)
        self.changes.append(f"a number is never “{word}”")
        return Printed(NEVER, Type.BOOL)
