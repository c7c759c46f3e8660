"""Slips in expressions by people who know formulas from Excel: what was written, and what is written here instead."""

from __future__ import annotations

import ast
import re

TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")
SLIPS = (  # what stands there, what it is, what to write
    (re.compile(r"<>"), "<> is not a comparison here", "Write != in its place."),
    (re.compile(r"=>|=<"), "{} is not a comparison", "Write >= or <=."),
    (re.compile(r"(?<![=!<>])=(?!=)"), "A single = compares nothing", "Write == in its place."),
    (re.compile(r"[≥≤≠]"), "{} is not a sign of the rule language", "Write >=, <= or !=."),
    (re.compile(r"[“”„‘’«»]"), "{} is not a quotation mark here", "Write ' on both sides of the text."),
    (re.compile(r"&&?|\|\|?"), "{} joins no conditions", "Write and, or or."),
    (
        re.compile(r"\b(?:AND|OR|NOT|IF|TRUE|FALSE)\b"),
        "{} is Excel's word",
        "Write and, or, not, … if … else …",
    ),
    (re.compile(r";"), "A semicolon separates nothing here", "Write a comma."),
    (re.compile(r"\d%"), "A percentage has no sign here", "Write 0.25 for 25 %."),
)


def slip(text: str) -> tuple[str, str] | None:
    """Give the reason and remedy for a text that is not an expression; None where it is one, whatever it says."""
    try:
        ast.parse(text.strip(), mode="eval")
    except (RecursionError, MemoryError):
        return None  # it may be one: the parser says that it is too deep
    except SyntaxError:
        return _slip(text)
    except ValueError:  # half a character, which no text of a program may hold
        return "There is a character in the expression that cannot be typed.", "Write it again."
    return None


def _slip(text: str) -> tuple[str, str]:
    bare = TEXTS.sub(lambda found: " " * len(found.group()), text)
    for pattern, reason, remedy in SLIPS:
        found = pattern.search(bare)
        if found is not None:
            said = reason.format(found.group())
            return f"{said} (at character {found.start() + 1} of the expression).", remedy
    for opening, closing in ("()", "[]"):
        if bare.count(opening) != bare.count(closing):
            return (
                f"The brackets {opening} and {closing} do not match in '{text}'.",
                "Close each that is opened.",
            )
    if "'" in bare or '"' in bare:
        return f"A quotation mark is not closed in {text}", "Put ' on both sides of the text."
    if not text.strip():
        return "The expression is empty.", "Write one, or remove the option."
    return f"'{text}' is not an expression.", "See docs/expressions.md for what can be written."
