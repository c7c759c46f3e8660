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


def step_number(cell: str, steps: Sequence[str]) -> str:
    """Write the step of a scale that stands in front in a cell as a number; an error where none does."""
    width = max(map(len, steps)) + 2
    known = "".join(f"[{step}]".ljust(width) for step in steps)
    place = f'FIND("["&{first_word(cell)}&"]",{text_literal(known)})'
    return f"CHOOSE(({place}+{width - 1})/{width},{','.join(str(int(step)) for step in steps)})"


def step_numbers(cells: str, steps: Sequence[str]) -> str:
    """Write the steps that stand in front in a column as an array of numbers, 0 where none does."""
    return _of_steps(cells, steps, [str(int(step)) for step in steps])


def steps_known(cells: str, steps: Sequence[str]) -> str:
    """Write 1 for the cells of a column in which a step stands in front, and 0 for the others."""
    return _of_steps(cells, steps, ["1"] * len(steps))


def _of_steps(cells: str, steps: Sequence[str], worth: Sequence[str]) -> str:
    """Write an array without errors: what each cell is worth. An array constant has its columns apart by commas."""
    shown = ",".join(text_literal(step) for step in steps)
    return f"MMULT(--({first_word(cells)}={{{shown}}}),{{{';'.join(worth)}}})"


def is_step(cells: str, step: str) -> str:
    """Write whether a step, given as a formula, stands in front in a cell or in each of a column."""
    return f"({first_word(cells)}={step})"


def first_word(cell: str) -> str:
    """Write what stands before the first space: the code of a row in a list of references."""
    return f'LEFT(TRIM({cell}),FIND(" ",TRIM({cell})&" ")-1)'


def with_count(template: str, cell: str) -> str:
    """Give a sentence with `{count}` in it as a formula that takes the count from a cell."""
    before, after = template.split("{count}")
    parts = [text_literal(before) if before else "", cell, text_literal(after) if after else ""]
    return "&".join(part for part in parts if part)
