"""What other formats than .xlsx do not tell, and the checks that cannot run without it."""

from __future__ import annotations

from collections.abc import Iterable

from ..findings import Need, needing
from ..words import translator


def checks_lost(lost: Iterable[str], format: str, language: str) -> dict[str, str]:
    """The checks that a format leaves out, and why, in the language of the workbook."""
    why = _reasons(format, language)
    return {code: why[Need(each)] for each in lost for code in needing(Need(each))}


def _reasons(format: str, language: str) -> dict[Need, str]:
    say = translator(language)
    sentences = {
        Need.FORMULAS: say("The format {format} does not tell results of formulas from typed values."),
        Need.ERRORS: say("Error cells of the format {format} are read as blank cells."),
        Need.VALIDATIONS: say("The format {format} does not tell which cells have a dropdown list."),
        Need.PROTECTION: say("The format {format} does not tell whether a sheet is protected."),
        Need.HIDDEN_ROWS: say("The format {format} does not tell which rows and columns are hidden."),
        Need.COMMENTS: say("Comments are not read from the format {format}."),
        Need.NAMES: say("Names of areas are not read from the format {format}."),
        Need.PROPERTIES: say("The second copy of the stamp is not read from the format {format}."),
        Need.MERGES: say("The format {format} does not tell which cells are merged."),
        Need.FORMATTING: say(
            "The format {format} is not read for colours, lines through words and number formats."
        ),
        Need.SETTINGS: say("Settings of calculation are not read from the format {format}."),
        Need.DRAWINGS: say("Text boxes, pictures and other drawings are not read from the format {format}."),
    }
    return {lost: sentence.format(format=f".{format}") for lost, sentence in sentences.items()}
