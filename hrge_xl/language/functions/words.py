"""Functions over texts: words, length, join, matches, email, and the limit of words that field types set."""

from __future__ import annotations

import ast
from decimal import Decimal
from typing import Any

from ...core.numerals import from_serial, shown
from ...core.words import CHARACTERS_A_WORD, count_words, too_many_words
from ..compiler import Answers, Compiled, Compiler, Row, Unknown, Value, fold, passing_on
from ..function import Function, code_of
from ..parser import Parser
from ..patterns import EMAIL, REMEDY, NotAPattern, compiled, email_formula, fits, in_a_sheet, pattern_formula
from ..sheet_text import SEVERAL, word_count
from ..tree import FIGURES, Call, Expr, Literal, Ref, SheetWriter, Type


class WordCount(Function):
    """`words(text)`.

    Meaning: number of words
    Blanks: 0 on blank
    Example: words(RSK_07)
    """

    name = "words"
    takes = (Type.TEXT,)
    gives = Type.NUMBER
    never_blank = True

    def excel(self, write: SheetWriter, answer: Expr) -> str:
        text = write.text(answer)
        return f'IFERROR(IF({text}="",0,{word_count(text)}),0)'

    def of(self, text: Any) -> float:
        return 0.0 if text is None else float(count_words(text))


class Length(Function):
    """`length(text)`.

    Meaning: number of characters
    Blanks: 0 on blank
    Example: length(PLN_01)
    """

    name = "length"
    takes = (Type.TEXT,)
    gives = Type.NUMBER
    never_blank = True

    def excel(self, write: SheetWriter, text: Expr) -> str:
        return f"IFERROR(LEN({write.text(text)}),0)"

    def of(self, text: Any) -> float:
        return 0.0 if text is None else float(len(text))


class WithinWords(Function):
    """Whether a text keeps a limit of words; in scripts without spaces characters are counted."""

    name = "within_words"
    own = True

    def excel(self, write: SheetWriter, answer: Ref, most: Literal) -> str:
        text, limit = str(write.cell(answer)), int(most.value)
        if write.without_spaces:
            return f"LEN(TRIM({text}))<={limit * CHARACTERS_A_WORD}"
        return f"{word_count(text)}<={limit}"

    def of(self, text: Any, limit: Any) -> bool:
        return text is None or not too_many_words(text, int(limit))


class Matches(Function):
    """`matches(text, pattern)`; the whole text must fit.

    Takes: text, pattern in quotes
    Meaning: the text fits a regular expression; the sheet checks what is letters and digits by place
    Blanks: false on blank
    Example: matches(PLN_01, '[A-Z]{2}-[0-9]+')
    """

    name = "matches"
    takes = (Type.TEXT, Type.TEXT)

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        args = self.arguments(typing, node)
        if not isinstance(args[1], Literal):
            raise typing.refuse(node.args[1], "The pattern of matches() is written out, not calculated.")
        try:
            compiled(code_of(args[1]))
        except NotAPattern as error:
            reason = f"'{args[1].value}' is not a pattern that can be matched ({error})."
            raise typing.refuse(node.args[1], reason, REMEDY) from error
        return self.call(*args)

    def in_sheet(self, text: Expr, pattern: Expr) -> bool:
        return in_a_sheet(code_of(pattern))

    def excel(self, write: SheetWriter, text: Expr, pattern: Expr) -> str:
        return pattern_formula(write.text(text), code_of(pattern))

    def of(self, text: Any, pattern: Any) -> bool:
        return text is not None and fits(pattern, text)


class Email(Function):
    """`email(text)`.

    Meaning: the text has the shape of an e-mail address
    Blanks: false on blank
    Example: email(PLN_01)
    """

    name = "email"
    takes = (Type.TEXT,)

    def excel(self, write: SheetWriter, text: Expr) -> str:
        return email_formula(write.text(text))

    def of(self, text: Any) -> bool:
        return text is not None and fits(EMAIL, text)


class Join(Function):
    """`join(a, b, …)`: blank as soon as one of them is, for a code with a hole in it is none.

    Meaning: its arguments one after the other
    Blanks: blank as soon as one is
    Example: join(PLN_01, '-', RSK_03)
    """

    name = "join"
    takes = (None,)
    gives = Type.TEXT
    repeats = True

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        args = self.arguments(typing, node)
        for arg, place in zip(args, node.args, strict=True):
            if arg.type is Type.BOOL:
                remedy = "Write: 'x' if … else 'y'."
                raise typing.refuse(place, "join() takes answers, not a condition.", remedy)
        return self.call(*args)

    def in_sheet(self, *args: Expr) -> bool:
        return all(arg.type is not Type.MANY for arg in args)

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        pieces, filled = [], []
        for arg in args:
            piece = self._piece(write, arg)
            pieces.append(piece)
            if not isinstance(arg, Literal):
                filled.append(f"ISNUMBER({write.value(arg)})" if arg.type in FIGURES else f'{piece}<>""')
        joined = "&".join(pieces)
        return f'IFERROR(IF(AND({",".join(filled)}),{joined},""),"")' if filled else joined

    def _piece(self, write: SheetWriter, arg: Expr) -> str:
        if arg.type is Type.DATE:
            day = write.number(arg)
            return f'YEAR({day})&"-"&RIGHT("0"&MONTH({day}),2)&"-"&RIGHT("0"&DAY({day}),2)'
        if arg.type is Type.NUMBER:  # with a point whatever the language of the program
            return f'SUBSTITUTE({write.number(arg)},",",".")'
        return write.text(arg)

    def compile(self, to: Compiler, *args: Expr) -> Compiled:
        kinds, parts = [arg.type for arg in args], [to.value(arg) for arg in args]
        return passing_on(lambda *values: "".join(map(_as_text, values, kinds)) or None, parts, strict=True)


def _as_text(value: Any, kind: Type) -> str:
    if kind in FIGURES:
        day = from_serial(value) if kind is Type.DATE else None
        text = shown(value if day is None else day)
        return f"{Decimal(text):f}" if "e-" in text else text.upper()  # as spreadsheets write it
    return SEVERAL.join(value) if isinstance(value, tuple) else str(value)


class Label(Function):
    """`label(code)`: what the list calls it, in the language of the workbook.

    Takes: answer from a list, or lookup() of one
    Meaning: the words of the list for the code or codes of an answer, as its cells show them
    Blanks: blank on blank
    Example: label(RSK_02)
    """

    name = "label"
    takes = (None,)
    gives = Type.TEXT

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        args = self.arguments(typing, node)
        if _list_of(args[0]) is None:
            raise typing.refuse(node.args[0], "label() takes an answer that is chosen from a list.")
        return self.call(*args)

    def excel(self, write: SheetWriter, answer: Expr) -> str:
        return write.labels(answer)

    def compile(self, to: Compiler, answer: Expr) -> Compiled:
        codes, vocabulary = to.value(answer), _list_of(answer) or ""

        def label(answers: Answers, row: Row, this: Row) -> Value:
            found: Value = codes(answers, row, this)
            if found is None or type(found) is Unknown:
                return found
            labels = answers.labels(vocabulary)
            if isinstance(found, tuple):
                return SEVERAL.join(filter(None, (labels.get(fold(code)) for code in found))) or None
            return labels.get(fold(str(found)))

        return label


def _list_of(expr: Expr) -> str | None:
    """Give the list that an answer, its own or one looked up, is chosen from."""
    if isinstance(expr, Call) and expr.name == "lookup":
        expr = expr.args[1]
    return expr.list if isinstance(expr, Ref) else None
