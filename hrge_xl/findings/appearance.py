"""S: what a sheet shows beside, over and instead of its answers: formatting, drawings, settings."""

from .model import InFeedback, Need, info, warning

MENDED = InFeedback.MENDED

STRUCK_THROUGH = warning(
    "S030",
    message="{label}: what is struck through was read like any other text: “{value}” ({cells}).",
    remedy="Delete what no longer applies, and remove the line from the rest.",
    why="Whoever sees a line through a word takes it as withdrawn; the answer still holds it.",
    example="“~~Four~~ Two consultations”, read as “Four Two consultations”.",
    shown={"label": "Activities", "value": "Four Two consultations", "cells": "D9"},
    needs=(Need.FORMATTING,),
    in_feedback=MENDED,
)
COLUMNS_HIDDEN = warning(
    "S031",
    message="Columns with answers are hidden on the sheet “{sheet}”: {value}. They were read all the same.",
    remedy="Show the columns (Unhide), and check that the answers are as they should be.",
    why="Answers that nobody sees are easily out of date.",
    example="A column made so narrow that it vanished.",
    shown={"value": "F"},
    needs=(Need.HIDDEN_ROWS,),
    in_feedback=MENDED,
)
TEXT_INVISIBLE = warning(
    "S032",
    message="{label}: what {cells} holds cannot be seen on the sheet; “{value}” was read.",
    remedy="Give it the colour of the other answers, and check that it is as it should be.",
    why="Letters in the colour of the background, or a format that shows nothing: whoever looks at the sheet does not "
    "see this answer.",
    example="White letters on white.",
    shown={"label": "Comments", "cells": "D9", "value": "Not to be published"},
    needs=(Need.FORMATTING,),
    in_feedback=MENDED,
)
SHOWN_OTHERWISE = warning(
    "S033",
    message="{label}: {cells} shows “{seen}”, but holds “{value}”; that was read.",
    remedy="Type what is meant into the cell; do not change its number format.",
    why="A number format can show anything in place of a number: thousands for units, or a text.",
    example="4,800 shown as 5 by a format that leaves thousands out.",
    shown={"label": "Participants", "cells": "E9", "seen": "5", "value": "4,800"},
    needs=(Need.FORMATTING,),
    in_feedback=MENDED,
)
DATE_BY_FORMAT = warning(
    "S034",
    message="{label}: {cells} asks for a text but holds a date, read as “{value}”.",
    remedy="If something else was typed, such as 3-4, type it again with an apostrophe before it: '3-4.",
    why="A cell with a date format turns what looks like a date into one, and forgets what was typed.",
    example="“3-4” (three to four) that became 3 April.",
    shown={"label": "Comments", "cells": "D9", "value": "2026-04-03"},
    in_feedback=MENDED,
)
TEXT_ON_TOP = warning(
    "S035",
    message="A text lies on top of the cells, at {place}: “{value}”. It was kept, not counted.",
    remedy="Type it into the cell that asks for it, and delete the text box or shape.",
    why="Text boxes and shapes are not cells: what they say belongs to no question, but it may be an answer.",
    example="A text box beside a table: “Figures for the north only”.",
    shown={"place": "Risks!D9", "value": "Figures for the north only"},
    needs=(Need.DRAWINGS,),
    in_feedback=InFeedback.BESIDE,
)
PICTURE_ON_TOP = warning(
    "S036",
    message="{what} lies over {place}; its content was not read.",
    remedy="Type what it shows into the cells, or send it along with the workbook, and delete it here.",
    why="Pictures, charts, handwriting and embedded objects may say something that no program can read.",
    example="A photograph of a signed page, pasted over the answers.",
    shown={"what": "A picture", "place": "Risks!D9"},
    needs=(Need.DRAWINGS,),
)
PRECISION_AS_DISPLAYED = warning(
    "S037",
    message="The workbook is set to precision as displayed: numbers keep only the digits that are shown.",
    remedy="Switch it off (Options, Advanced: Set precision as displayed), and look at the figures once more.",
    why=(
        "What is typed is permanently cut to what the format of its cell shows: 0.45 becomes 0 in a cell "
        "for whole numbers."
    ),
    example="The box was ticked to make sums agree with what is printed.",
    needs=(Need.SETTINGS,),
)
MANUAL_CALCULATION = warning(
    "S038",
    message="The workbook is set to manual calculation: its sheets may show results of earlier answers.",
    remedy="Set it to automatic (Formulas, Calculation Options), let it calculate, and look at the checks once "
    "more.",
    why="The checks of the sheets said nothing about what was typed last; the answers were checked all the same.",
    example="Somebody else's large workbook was open at the same time, and set to manual calculation.",
    needs=(Need.SETTINGS,),
)
ALERT_OFF = info(
    "S039",
    message="{label}: the dropdown list of {cells} is there, but it no longer refuses other entries.",
    remedy="Nothing to do; choose from the list.",
    why=(
        "The alert of the list was turned off, or changed to a warning; the answer was checked all the same."
    ),
    example="A program that keeps lists without their alerts.",
    shown={"label": "Likelihood", "cells": "F8 to F19"},
    needs=(Need.VALIDATIONS,),
)
