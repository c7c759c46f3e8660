"""What other formats than .xlsx do not tell, and the checks that cannot run without it."""

from __future__ import annotations

from collections.abc import Iterable

from ..words import translator

DEPENDENT = {  # what a format loses -> the checks that need it
    "formulas": (
        "S013",
        "S022",
        "S026",
        "S027",
        "S028",
        "V012",
        "V013",
        "V017",
        "V019",
    ),  # .xls may keep 0 for a text that one shows
    "errors": ("V011",),
    "validations": ("S011", "S039"),
    "protection": ("S012",),
    "hidden rows": ("S021", "S031"),
    "comments": ("S018",),
    "names": ("S009",),
    "properties": ("I005",),
    "merges": ("S015",),
    "drawings": ("S035", "S036"),
    "settings": ("S037", "S038"),
    "formatting": ("S030", "S032", "S033"),
}


def checks_lost(lost: Iterable[str], format: str, language: str) -> dict[str, str]:
    """The checks that a format leaves out, and why, in the language of the workbook."""
    why = _reasons(format, language)
    return {code: why[each] for each in lost for code in DEPENDENT[each]}


def _reasons(format: str, language: str) -> dict[str, str]:
    say = translator(language)
    sentences = {
        "formulas": say("The format {format} does not tell results of formulas from typed values."),
        "errors": say("Error cells of the format {format} are read as blank cells."),
        "validations": say("The format {format} does not tell which cells have a dropdown list."),
        "protection": say("The format {format} does not tell whether a sheet is protected."),
        "hidden rows": say("The format {format} does not tell which rows and columns are hidden."),
        "comments": say("Comments are not read from the format {format}."),
        "names": say("Names of areas are not read from the format {format}."),
        "properties": say("The second copy of the stamp is not read from the format {format}."),
        "merges": say("The format {format} does not tell which cells are merged."),
        "formatting": say(
            "The format {format} is not read for colours, lines through words and number formats."
        ),
        "settings": say("Settings of calculation are not read from the format {format}."),
        "drawings": say("Text boxes, pictures and other drawings are not read from the format {format}."),
    }
    return {lost: sentence.format(format=f".{format}") for lost, sentence in sentences.items()}
