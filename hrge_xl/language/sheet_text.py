"""Pieces of formulas: literals, words counted, the first word, texts by place."""

from __future__ import annotations

from collections.abc import Sequence

SPACES = ("CHAR(9)", "CHAR(10)", '"\u00a0"', '"\u202f"', '"\u200b"')
SEVERAL = ", "  # between several answers that are one text
LONE_MARKS = ("/", "-", "\u2013", "\u2014", "&")


def text_literal(text: str) -> str:
    """Write a text as a formula does."""
    return '"' + text.replace('"', '""') + '"'


def number_literal(number: float) -> str:
    """Write a number as a formula does, whatever the language of the program."""
    return f"{number:.15g}"


def answers_in(cells: str) -> str:
    """Count the cells of a run that hold more than spaces; where one is an error, those that are not blank."""
    return f"IFERROR(SUMPRODUCT(--(LEN(TRIM({cells}))>0)),COUNTA({cells}))"


def word_count(cell: str) -> str:
    """Count the words of a cell that is not blank: spaces of all kinds made one, lone marks out, gaps counted."""
    text = cell
    for space in SPACES:
        text = f'SUBSTITUTE({text},{space}," ")'
    text = f'" "&{text}&" "'
    for mark in LONE_MARKS:
        text = f'SUBSTITUTE({text}," {mark} "," ")'
    text = f"TRIM({text})"
    return f'(LEN(SUBSTITUTE({text}," ","  "))-LEN({text})+1)'


def joined(cells: Sequence[str], between: str) -> str:
    """Write what stands in some cells as one text; those that are blank are passed over."""
    if len(cells) == 1:
        return cells[0]
    pieces = "&".join(f'IF({cell}="","",{text_literal(between)}&{cell})' for cell in cells)
    return f"MID({pieces},{len(between) + 1},32767)"


def is_step(cells: str, entries: str) -> str:
    """Write whether a cell, or each of a column, is an entry of a scale or begins it with whole words: 4, 4 Likely."""
    return f'(LEFT({entries}&" ",LEN(TRIM({cells}))+1)=TRIM({cells})&" ")'


def of_step(cell: str, scale: str, what: str = "code") -> str:
    """Write the code, or the entry in the `list`, of the step of a scale that a cell is; an error where it is none."""
    return f"LOOKUP(2,1/{is_step(cell, f'list_{scale}')},{what}_{scale})"


def of_steps(cells: str, entries: Sequence[str], worth: Sequence[str]) -> str:
    """Write an array of what each cell of a column is worth, 0 where it is no step.

    An array constant has its columns apart by commas.
    """
    shown = ",".join(map(text_literal, entries))
    return f"MMULT(--{is_step(cells, f'{{{shown}}}')},{{{';'.join(worth)}}})"


def first_word(cell: str) -> str:
    """Write what stands before the first space: the code of a row in a list of references."""
    return f'LEFT(TRIM({cell}),FIND(" ",TRIM({cell})&" ")-1)'
