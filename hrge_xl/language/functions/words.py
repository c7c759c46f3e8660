"""Functions over texts: words, length, has_text, starts_with, part_of, number_in, matches, email, join, label, worth.

Among them is the limit of words that field types set. Below them stands what a pattern is to `matches` and `email`,
and to a field that has one.
"""

from __future__ import annotations

import ast
import math
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import chain, groupby
from typing import Any

import re2

from ...core.numerals import from_serial, shown
from ...core.words import CHARACTERS_A_WORD, count_words, too_many_words
from ..compiler import Answers, Compiled, Compiler, Row, Unknown, Value, fold, passing_on
from ..function import SEVERAL, SPACES, Function, code_of, ref_of, text_literal, word_count
from ..parser import Parser
from ..tree import FIGURES, Call, Expr, Literal, Ref, SheetWriter, Type
from .choices import LookUp


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
    internal = True

    def excel(self, write: SheetWriter, answer: Ref, most: Literal) -> str:
        text = str(write.cell(answer))
        limit = int(most.value)
        if write.without_spaces:
            return f"LEN(TRIM({text}))<={limit * CHARACTERS_A_WORD}"
        return f"{word_count(text)}<={limit}"

    def of(self, text: Any, limit: Any) -> bool:
        return text is None or not too_many_words(text, int(limit))


class HasText(Function):
    """`has_text(text, part)`, capitals apart from small letters.

    Meaning: the second text stands somewhere in the first
    Blanks: false on blank
    Example: has_text(PLN_01, 'AB')
    """

    name = "has_text"
    takes = (Type.TEXT, Type.TEXT)
    needs_answer = True
    found = ">0"

    def excel(self, write: SheetWriter, text: Expr, part: Expr) -> str:
        sought = write.text(part)
        return (
            f"IFERROR(AND({sought}<>{EMPTY},FIND({sought},{write.text(text)}){self.found}),FALSE)"
        )

    def of(self, text: Any, part: Any) -> bool:
        return text is not None and part is not None and part in text


class StartsWith(HasText):
    """`starts_with(text, beginning)`, capitals apart from small letters.

    Meaning: the first text begins with the second
    Blanks: false on blank
    Example: starts_with(PLN_01, 'AB')
    """

    name = "starts_with"
    found = "=1"

    def of(self, text: Any, part: Any) -> bool:
        return text is not None and part is not None and text.startswith(part)


class PartOf(Function):
    """`part_of(text, first, last)`, without spaces around it.

    Takes: text, number, number
    Meaning: its characters from the first place to the last one, counted from 1
    Blanks: blank on blank, and where no character is left
    Example: part_of(PLN_01, 1, 2)
    """

    name = "part_of"
    takes = (Type.TEXT, Type.NUMBER, Type.NUMBER)
    gives = Type.TEXT

    def excel(self, write: SheetWriter, text: Expr, first: Expr, last: Expr) -> str:
        start = f"INT({write.number(first)})"
        length = f"INT({write.number(last)})-{start}+1"
        return f'IFERROR(TRIM(MID({write.text(text)},{start},{length})),"")'

    def of(self, text: Any, first: Any, last: Any) -> str | None:
        if text is None or first is None or last is None or first < 1:
            return None
        return text[math.floor(first) - 1 : max(math.floor(last), 0)].strip() or None


class NumberIn(Function):
    """`number_in(text)`, whatever the language of the program.

    Meaning: the number that a text is: at most 15 digits, perhaps with a minus before and a point among them
    Blanks: blank on blank, and on any other text
    Example: number_in(part_of(PLN_01, 3, 6))
    """

    name = "number_in"
    takes = (Type.TEXT,)
    gives = Type.NUMBER
    written = re.compile(r"(-?)([0-9]*)\.?([0-9]*)")

    def excel(self, write: SheetWriter, answer: Expr) -> str:
        text = write.text(answer)
        negative = f'(LEFT({text},1)="-")'
        unsigned = f"MID({text},1+{negative},32767)"
        digits = f'SUBSTITUTE({unsigned},".","",1)'
        other = digits
        for digit in string.digits:
            other = f'SUBSTITUTE({other},"{digit}","")'
        decimals = f'MAX(0,LEN({unsigned})-FIND(".",{unsigned}&"."))'
        value = f"(1-2*{negative})*{digits}/10^{decimals}"
        return f'IFERROR(IF(AND({other}="",LEN({digits})<16),{value},""),"")'

    def of(self, text: Any) -> float | None:
        match = self.written.fullmatch(text or "")
        digits = match[2] + match[3] if match else ""
        if not match or not 0 < len(digits) < 16:
            return None
        return (-1 if match[1] else 1) * int(digits) / 10.0 ** len(match[3])


class Matches(Function):
    """`matches(text, pattern)`; the whole text must fit.

    Takes: text, pattern in quotes
    Meaning: the text fits a regular expression; the sheet checks what is letters and digits by place
    Blanks: false on blank
    Example: matches(PLN_01, '[A-Z]{2}-[0-9]+')
    """

    name = "matches"
    takes = (Type.TEXT, Type.TEXT)
    needs_answer = True
    padded = False

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        args = self.arguments(typing, node)
        if not isinstance(args[1], Literal):
            raise typing.refuse(
                node.args[1], "The pattern of matches() is written out, not calculated."
            )
        try:
            compiled_pattern(code_of(args[1]))
        except NotAPattern as error:
            reason = f"'{args[1].value}' is not a pattern that can be matched ({error})."
            raise typing.refuse(node.args[1], reason, PATTERN_REMEDY) from error
        return matching(*args, level=typing.scope.level)

    def in_sheet(self, text: Expr, pattern: Expr) -> bool:
        return pieces(code_of(pattern)) is not None

    def excel(self, write: SheetWriter, text: Expr, pattern: Expr) -> str:
        cell = write.text(text)
        parts = pieces(code_of(pattern))
        assert parts is not None  # else the pattern is for the reader only
        conditions = _conditions(cell, parts, padded=self.padded)
        return f"IFERROR(AND({','.join([f'{cell}<>{EMPTY}', *conditions])}),FALSE)"

    def of(self, text: Any, pattern: Any) -> bool:
        return text is not None and fits(pattern, text)


class MatchesPadded(Matches):
    """The same of a pattern whose last places may be blank, where LibreOffice finds no empty text in another one."""

    name = "matches_padded"
    internal = True
    padded = True


def matching(text: Expr, pattern: Expr, *, level: int) -> Call:
    """Return the condition that a text fits a pattern, as specs of a level have it written."""
    parts = pieces(code_of(pattern))
    may_be_short = parts is not None and parts[-1].most != parts[-1].least
    function = MatchesPadded() if level > 1 and may_be_short else Matches()
    return function.call(text, pattern)


class Email(Function):
    """`email(text)`.

    Meaning: the text has the shape of an e-mail address
    Blanks: false on blank
    Example: email(PLN_01)
    """

    name = "email"
    takes = (Type.TEXT,)
    needs_answer = True

    def excel(self, write: SheetWriter, text: Expr) -> str:
        cell = write.text(text)
        at = f'FIND("@",{cell})'
        spaces = ",".join(f"ISERROR(FIND({space},{cell}))" for space in ('" "', *SPACES))
        return (
            f'IFERROR(AND(LEN({cell})-LEN(SUBSTITUTE({cell},"@",""))=1,{at}>1,'
            f'FIND(".",{cell},{at}+2)<LEN({cell}),{spaces}),FALSE)'
        )

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
        texts = []
        filled = []
        for arg in args:
            text = self._text(write, arg)
            texts.append(text)
            if not isinstance(arg, Literal):
                filled.append(
                    f"ISNUMBER({write.value(arg)})" if arg.type in FIGURES else f'{text}<>""'
                )
        joined = "&".join(texts)
        return f'IFERROR(IF(AND({",".join(filled)}),{joined},""),"")' if filled else joined

    def _text(self, write: SheetWriter, arg: Expr) -> str:
        if arg.type is Type.DATE:
            day = write.number(arg)
            return f'YEAR({day})&"-"&RIGHT("0"&MONTH({day}),2)&"-"&RIGHT("0"&DAY({day}),2)'
        if arg.type is Type.NUMBER:  # with a point whatever the language of the program
            return f'SUBSTITUTE({write.number(arg)},",",".")'
        return write.text(arg)

    def compile(self, to: Compiler, *args: Expr) -> Compiled:
        kinds = [arg.type for arg in args]
        parts = [to.value(arg) for arg in args]
        return passing_on(
            lambda *values: "".join(map(_as_text, values, kinds)) or None, parts, strict=True
        )


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
            answer_codes: Value = codes(answers, row, this)
            if answer_codes is None or type(answer_codes) is Unknown:
                return answer_codes
            labels = answers.labels(vocabulary)
            if isinstance(answer_codes, tuple):
                return (
                    SEVERAL.join(filter(None, (labels.get(fold(code)) for code in answer_codes)))
                    or None
                )
            return labels.get(fold(str(answer_codes)))

        return label


class Worth(Function):
    """`worth(code)`: the number that the list has for it.

    Takes: answer from a list, or lookup() of one
    Meaning: the `value` of the entry that was chosen: points, a ceiling, the size of a sample
    Blanks: blank on blank, and for an entry without a `value`
    Example: worth(RSK_06)
    """

    name = "worth"
    takes = (None,)
    gives = Type.NUMBER

    def typed(self, typing: Parser, node: ast.Call) -> Call:
        (answer,) = args = self.arguments(typing, node)
        chosen = (
            answer.args[1]
            if isinstance(answer, Call) and isinstance(answer.function, LookUp)
            else answer
        )
        numbers = typing.scope.worth(_list_of(answer) or "")
        if not numbers or chosen.type is not Type.CODE or ref_of(chosen).fixed:
            reason = "worth() takes one answer from a list whose entries have a `value`."
            raise typing.refuse(
                node.args[0], reason, "Give the entries of the list their numbers: `value: 3`."
            )
        return self.call(*args)

    def excel(self, write: SheetWriter, answer: Expr) -> str:
        return write.worth(answer)

    def compile(self, to: Compiler, answer: Expr) -> Compiled:
        code, vocabulary = to.value(answer), _list_of(answer) or ""
        numbers = to.worth(vocabulary)

        def worth(answers: Answers, row: Row, this: Row) -> Value:
            answer_code: Value = code(answers, row, this)
            if answer_code is None or type(answer_code) is Unknown:
                return answer_code
            # of an entry that was left out of the workbook its sheet knows nothing
            chosen = fold(str(answer_code))
            return numbers.get(chosen) if chosen in answers.labels(vocabulary) else None

        return worth


def _list_of(expr: Expr) -> str | None:
    """Return the list that an answer, its own or one looked up, is chosen from."""
    if isinstance(expr, Call) and isinstance(expr.function, LookUp):
        expr = expr.args[1]
    return expr.list if isinstance(expr, Ref) else None


# Regular expressions, as the reader matches them and as a sheet can check them. The reader's engine takes time in
# proportion to the text, whatever the pattern: a spec may come from anybody, and a text too. A sheet checks letters,
# digits and fixed characters by place, then perhaps a rest; of any other pattern it says nothing.

EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
PATTERN_REMEDY = (
    r"Write a regular expression, for example '[A-Z]{2}-[0-9]{4}', without what looks back, ahead or around: "
    r"\1, (?=…), (?<!…), \b."
)
# To the engine \d, \w and \s mean ASCII alone. Letters have their marks: vowels of Hindi and Arabic are among them.
CLASSES = {"d": r"\p{Nd}", "w": r"\p{L}\p{M}\p{N}_", "s": r"\p{Z}\t-\r\x1c-\x1f\x85"}
# which mean the same to Python and the engine, or nothing to Python
ESCAPES = frozenset("aAfnrtvxpPz")
TOKEN = re.compile(r"\\u[0-9A-Fa-f]{4}|\\.?|\[:|\[\^?\]?|\{,|.", re.DOTALL)
MOST_PLACES = 60  # of letters and digits; a formula has room for no more
SPECIAL = frozenset(".^$*+?{}[]()|\\")
RANGE = re.compile(r"(.)-(.)|(.)", re.DOTALL)
REPEATED = re.compile(r"\{(\d{1,3})(?:(,)(\d{1,3})?)?\}|([+*?])")
ANY = ""  # no class is empty
EMPTY = text_literal("")


class NotAPattern(ValueError):
    """A pattern that says nothing, or what the engine does not know."""


def fits(pattern: str, text: str) -> bool:
    """Say whether a whole text fits a pattern."""
    return compiled_pattern(pattern).fullmatch(text.encode("utf-8", "replace")) is not None


@cache
def compiled_pattern(pattern: str) -> Any:
    """Compile a pattern that is written as for Python. Raises `NotAPattern`."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile("".join(_translated(pattern)), options)
    except re2.error as error:
        raise NotAPattern(error.args[0].decode(errors="replace")) from error


def _translated(pattern: str) -> Iterator[str]:
    """Yield what the engine writes otherwise in its own way, and refuse what it would take for something else."""
    in_class = False
    for token in TOKEN.findall(pattern):
        escaped = token[1:] if token[0] == "\\" else ""
        if escaped.lower() in CLASSES:
            if in_class and escaped in "WS":
                raise NotAPattern(f"{token} inside [ ]")
            negated = escaped.isupper()
            characters = CLASSES[escaped.lower()]
            yield (
                f"[{'^' * negated}{characters}]"
                if not in_class
                else r"\P{Nd}"
                if negated
                else characters
            )
        elif escaped[:1] == "u" and len(escaped) > 1:
            yield rf"\x{{{escaped[1:]}}}"
        elif (escaped.isalnum() and escaped not in ESCAPES) or (in_class and token == "[:"):
            raise NotAPattern(token)
        else:
            in_class = token != "]" if in_class else token[0] == "["
            yield "{0," if token == "{," and not in_class else token


@dataclass(frozen=True)
class PatternPiece:
    """What stands at some places of a text: the characters possible there, and how many places it takes."""

    characters: str  # ANY for whatever is not an end of a line
    least: int
    most: int | None  # None: as many as there are


def pieces(pattern: str) -> list[PatternPiece] | None:
    """Take a pattern apart; None where it says more than a sheet can check."""
    parts: list[PatternPiece] = []
    place = 0
    while place < len(pattern):
        atom = _atom(pattern, place)
        if atom is None:
            return None
        characters, place = atom
        repeated = REPEATED.match(pattern, place)
        least, most = _times(repeated) if repeated else (1, 1)
        place = repeated.end() if repeated else place
        parts.append(PatternPiece(characters, least, most))
    open_ones = [piece for piece in parts[:-1] if piece.least != piece.most]
    length = sum(piece.most or piece.least for piece in parts if piece.characters != ANY)
    # a rest may be as long as it likes, but not of some characters only
    endless = parts and parts[-1].most is None and parts[-1].characters != ANY
    return None if open_ones or not parts or length > MOST_PLACES or endless else parts


def by_place(pattern: str) -> str:
    """Write a pattern as sheets check it, by the letters and digits at each place: the whole text has to fit it."""
    classes = re.sub(r"\[[^\]]*\]", lambda letters: letters[0].replace(r"\d", "0-9"), pattern)
    return re.sub(r"^\^|(?<!\\)\$$", "", classes.replace(r"\d", "[0-9]"))


def _atom(pattern: str, place: int) -> tuple[str, int] | None:
    """Read the characters possible at a place, and where the pattern goes on."""
    sign = pattern[place]
    if sign == "[":
        end = pattern.find("]", place + 2)
        inside = pattern[place + 1 : end]
        characters = None if end < 0 or inside.startswith("^") or "\\" in inside else _class(inside)
        return None if characters is None else (characters, end + 1)
    if sign == "\\":
        escaped = pattern[place + 1 : place + 2]
        return (escaped, place + 2) if escaped and not escaped.isalnum() else None
    if sign == ".":
        return ANY, place + 1
    return None if sign in SPECIAL else (sign, place + 1)


def _class(inside: str) -> str | None:
    """Return the characters of a class; None where a range is not one of letters or digits."""
    characters = ""
    for first, last, single in RANGE.findall(inside):
        if single:
            characters += single
            continue
        alphabet = next((a for a in _ALPHABETS if first in a and last in a), "")
        if alphabet.find(first) > alphabet.find(last) or not alphabet:
            return None
        characters += alphabet[alphabet.index(first) : alphabet.index(last) + 1]
    return characters


_ALPHABETS = (string.ascii_uppercase, string.ascii_lowercase, string.digits)


def _times(repetition: re.Match[str]) -> tuple[int, int | None]:
    least, open_, most, sign = repetition.groups()
    if sign:
        return {"+": (1, None), "*": (0, None), "?": (0, 1)}[sign]
    return int(least), (int(most) if most else None) if open_ else int(least)


def _conditions(text: str, parts: list[PatternPiece], *, padded: bool) -> Iterator[str]:
    least = sum(piece.least for piece in parts)
    most = None if parts[-1].most is None else least - parts[-1].least + parts[-1].most
    yield f"LEN({text})={least}" if least == most else f"LEN({text})>={least}"
    if most is not None and most != least:
        yield f"LEN({text})<={most}"
    place = 1
    every = chain.from_iterable([piece.characters] * piece.least for piece in parts)
    for characters, run in groupby(every):  # possible at the places that every text has
        width = len(list(run))
        if len(characters) == 1:
            yield f"EXACT(MID({text},{place},{width}),{text_literal(characters * width)})"
        elif characters != ANY:
            yield _class_condition(text, range(place, place + width), characters)
        place += width
    if any(piece.characters == ANY for piece in parts):
        yield f"ISERROR(FIND(CHAR(10),{text}))"
    last = parts[-1]
    if last.characters != ANY and last.most is not None and last.most > last.least:
        # past the end of a text there is nothing, which every class lets pass, but in LibreOffice
        places = range(place, place + last.most - last.least)
        padding = f"&{text_literal(last.characters[0] * len(places))}" if padded else ""
        yield _class_condition(text + padding, places, last.characters)


def _class_condition(text: str, places: range, characters: str) -> str:
    if len(places) == 1:
        return f"ISNUMBER(FIND(MID({text},{places[0]},1),{text_literal(characters)}))"
    numbers = ",".join(map(str, places))
    positions = f"FIND(MID({text},{{{numbers}}},1),{text_literal(characters)})"
    return f"SUMPRODUCT(--ISNUMBER({positions}))={len(places)}"
