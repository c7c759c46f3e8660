"""Functions over texts: words, length, join, matches, email, and the limit of words that field types set."""

from __future__ import annotations

import ast
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from ...numerals import from_serial, shown
from ...words import CHARACTERS_A_WORD, count_words, too_many_words
from ..function import Function, code_of, ref_of
from ..patterns import EMAIL, REMEDY, NotAPattern, compiled, email_formula, fits, in_a_sheet, pattern_formula
from ..sheet_text import SEVERAL, word_count
from ..tree import FIGURES, Call, Expr, Literal, Ref, Type

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..targets import Evaluator, SheetWriter, Typing
    from ..vectors import Floats, Vector


def _figure_of_text(run: Evaluator, arg: Expr, function: Callable[[str], int]) -> Vector:
    import numpy as np

    from ..vectors import figure

    return figure(Type.NUMBER, run.texts.map(run.of(arg).data, function, 0, np.float64))


def _truth_of_text(run: Evaluator, arg: Expr, function: Callable[[str], bool], *, blank: bool) -> Vector:
    import numpy as np

    from ..vectors import truth

    return truth(run.texts.map(run.of(arg).data, function, blank, np.bool_))


class Words(Function):
    """`words(text)`."""

    name = "words"
    example = "words(RSK_07)"
    takes = (Type.TEXT,)
    gives = Type.NUMBER
    meaning = "number of words"
    blank = "0 on blank"
    never_blank = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        text = write.text(args[0])
        return f'IFERROR(IF({text}="",0,{word_count(text)}),0)'

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        return _figure_of_text(run, args[0], count_words)


class Length(Function):
    """`length(text)`."""

    name = "length"
    example = "length(PLN_01)"
    takes = (Type.TEXT,)
    gives = Type.NUMBER
    meaning = "number of characters"
    blank = "0 on blank"
    never_blank = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return f"IFERROR(LEN({write.text(args[0])}),0)"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        return _figure_of_text(run, args[0], len)


class WithinWords(Function):
    """Whether a text keeps a limit of words; in scripts without spaces characters are counted."""

    name = "within_words"
    takes = (Type.TEXT, Type.NUMBER)
    meaning = "the text has at most this many words"
    blank = "true on blank"
    own = True

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        text, limit = str(write.cell(ref_of(args[0]))), int(_number(args[1]))
        if write.without_spaces():
            return f"LEN(TRIM({text}))<={limit * CHARACTERS_A_WORD}"
        return f"{word_count(text)}<={limit}"

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        limit = int(_number(args[1]))
        return _truth_of_text(run, args[0], lambda text: not too_many_words(text, limit), blank=True)


def _number(expr: Expr) -> float:
    assert isinstance(expr, Literal)
    return float(expr.value)


class Matches(Function):
    """`matches(text, pattern)`; the whole text must fit."""

    name = "matches"
    example = "matches(PLN_01, '[A-Z]{2}-[0-9]+')"
    takes_in_words = "text, pattern in quotes"
    takes = (Type.TEXT, Type.TEXT)
    meaning = "the text fits a regular expression; the sheet checks what is letters and digits by place"
    blank = "false on blank"

    def typed(self, typing: Typing, node: ast.Call) -> Call:
        args = self.arguments(typing, node)
        if not isinstance(args[1], Literal):
            raise typing.refuse(node.args[1], "The pattern of matches() is written out, not calculated.")
        try:
            compiled(code_of(args[1]))
        except NotAPattern as error:
            reason = f"'{args[1].value}' is not a pattern that can be matched ({error})."
            raise typing.refuse(node.args[1], reason, REMEDY) from error
        return self.call(*args)

    def in_sheet(self, *args: Expr) -> bool:
        return in_a_sheet(code_of(args[1]))

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return pattern_formula(write.text(args[0]), code_of(args[1]))

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        return _truth_of_text(run, args[0], partial(fits, code_of(args[1])), blank=False)


class Email(Function):
    """`email(text)`."""

    name = "email"
    example = "email(PLN_01)"
    takes = (Type.TEXT,)
    meaning = "the text has the shape of an e-mail address"
    blank = "false on blank"

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return email_formula(write.text(args[0]))

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        return _truth_of_text(run, args[0], partial(fits, EMAIL), blank=False)


class Join(Function):
    """`join(a, b, …)`: blank as soon as one of them is, for a code with a hole in it is none."""

    name = "join"
    example = "join(PLN_01, '-', RSK_03)"
    takes = (None,)
    gives = Type.TEXT
    meaning = "its arguments one after the other"
    blank = "blank as soon as one is"
    repeats = True

    def typed(self, typing: Typing, node: ast.Call) -> Call:
        args = self.arguments(typing, node)
        for arg, place in zip(args, node.args, strict=True):
            if arg.type is Type.BOOL:
                raise typing.refuse(
                    place, "join() takes answers, not a condition.", "Write: 'x' if … else 'y'."
                )
        return self.call(*args)

    def in_sheet(self, *args: Expr) -> bool:
        return all(arg.type is not Type.MANY for arg in args)

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        pieces = [self._piece(write, arg) for arg in args]
        fields = [
            f"ISNUMBER({write.value(arg)})" if arg.type in FIGURES else f'{piece}<>""'
            for arg, piece in zip(args, pieces, strict=True)
            if not isinstance(arg, Literal)
        ]
        joined = "&".join(pieces)
        return f'IFERROR(IF(AND({",".join(fields)}),{joined},""),"")' if fields else joined

    def _piece(self, write: SheetWriter, arg: Expr) -> str:
        if arg.type is Type.DATE:
            day = write.number(arg)
            return f'YEAR({day})&"-"&RIGHT("0"&MONTH({day}),2)&"-"&RIGHT("0"&DAY({day}),2)'
        if arg.type is Type.NUMBER:  # with a point whatever the language of the program
            return f'SUBSTITUTE({write.number(arg)},",",".")'
        return write.text(arg)

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        import numpy as np

        from ..vectors import text

        vectors = [run.of(arg) for arg in args]
        pieces = np.broadcast_arrays(*(_strings(run, vector) for vector in vectors))
        there = np.logical_and.reduce(np.broadcast_arrays(*(vector.known for vector in vectors)))
        joined = np.where(there, sum(pieces[1:], start=pieces[0]), "")
        flat = [each or None for each in joined.ravel()]
        return text(Type.TEXT, run.texts.ids(flat).reshape(joined.shape))


def _strings(run: Evaluator, vector: Vector) -> NDArray[Any]:
    import numpy as np

    if vector.type in FIGURES:
        return _shown(vector.data, is_date=vector.type is Type.DATE)
    if vector.type is Type.BOOL:
        return np.where(vector.data, "TRUE", "FALSE").astype(object)
    strings = np.array([*run.texts.strings, ""], dtype=object)[vector.data]
    return _listed(strings) if vector.type is Type.MANY else strings


def _listed(strings: NDArray[Any]) -> NDArray[np.object_]:
    import numpy as np

    result = strings[..., 0]
    for part in range(1, strings.shape[-1]):
        both = (result != "") & (strings[..., part] != "")
        result = result + np.where(both, SEVERAL, "").astype(object) + strings[..., part]
    return result


def _shown(figures: Floats, *, is_date: bool) -> NDArray[Any]:
    import numpy as np

    different, place = np.unique(figures.ravel(), return_inverse=True)
    seen = ["" if np.isnan(each) else _one(float(each), is_date=is_date) for each in different]
    return np.array(seen, dtype=object)[place].reshape(figures.shape)


def _one(value: float, *, is_date: bool) -> str:
    day = from_serial(value) if is_date else None
    text = shown(day if day is not None else value)
    return f"{Decimal(text):f}" if "e-" in text else text.upper()  # as spreadsheets write it


class Label(Function):
    """`label(code)`: what the list calls it, in the language of the workbook."""

    name = "label"
    example = "label(RSK_02)"
    takes = (None,)
    takes_in_words = "answer from a list, or lookup() of one"
    gives = Type.TEXT
    meaning = "the words of the list for the code or codes of an answer, as its cells show them"
    blank = "blank on blank"

    def typed(self, typing: Typing, node: ast.Call) -> Call:
        args = self.arguments(typing, node)
        if _list_of(args[0]) is None:
            raise typing.refuse(node.args[0], "label() takes an answer that is chosen from a list.")
        return self.call(*args)

    def excel(self, write: SheetWriter, *args: Expr) -> str:
        return write.labels(args[0])

    def evaluate(self, run: Evaluator, *args: Expr) -> Vector:
        from ..vectors import text

        vector = run.of(args[0])
        labels = text(vector.type, run.labels(_list_of(args[0]) or "", vector.data))
        if vector.type is not Type.MANY:
            return text(Type.TEXT, labels.data)
        strings = _strings(run, labels)
        return text(
            Type.TEXT, run.texts.ids([each or None for each in strings.ravel()]).reshape(strings.shape)
        )


def _list_of(expr: Expr) -> str | None:
    """Give the list that an answer, its own or one looked up, is chosen from."""
    if isinstance(expr, Call) and expr.name == "lookup":
        expr = expr.args[1]
    return expr.list if isinstance(expr, Ref) else None
