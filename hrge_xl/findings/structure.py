"""S: what happened to the sheets, and what they show beside, over and instead of their answers."""

from .model import InFeedback, Need, error, info, warning

MENDED = InFeedback.MENDED

SHEET_MISSING = error(
    "S001",
    message="The sheet “{sheet}” is missing.",
    remedy="Do not delete sheets. Ask for a fresh workbook with your answers, and fill in this sheet.",
    why="Every answer of that sheet is missing with it.",
    example="The sheet of risks was deleted.",
    needs=(Need.VERSION,),
    in_feedback=MENDED,
)
SHEET_RENAMED = info(
    "S002",
    message="The sheet “{expected}” is now called “{sheet}”; it was read all the same.",
    remedy="Nothing to do.",
    why="Sheets are found by their hidden key, not by their name.",
    example="“Checklist” renamed to “Our list”.",
    needs=(Need.VERSION,),
    shown={"expected": "Checklist", "sheet": "Our list"},
)
SHEET_DOUBLED = error(
    "S003",
    message="The sheet “{expected}” appears twice; “{sheet}” was not read.",
    remedy="Keep the sheet that counts and delete the copy.",
    why="Two sheets claim to hold the same answers; choosing one would be a guess.",
    example="“Checklist (2)”, made with Move or Copy.",
    shown={"expected": "Checklist", "sheet": "Checklist (2)"},
    in_feedback=MENDED,
)
ROW_MISSING = error(
    "S004",
    message="{label}: its row is missing from the sheet “{sheet}”.",
    remedy="Do not delete rows. Ask for a fresh workbook with your answers.",
    why="The question cannot be found, so its answer is lost.",
    example="A question was deleted because it did not apply.",
    needs=(Need.VERSION,),
    in_feedback=MENDED,
)
COLUMN_MISSING = error(
    "S005",
    message="{label}: its column is missing from the sheet “{sheet}”.",
    remedy="Do not delete columns. Ask for a fresh workbook with your answers.",
    why="All answers of that column are lost.",
    example="The column “Due date” was deleted.",
    needs=(Need.VERSION,),
    in_feedback=MENDED,
)
ROW_DOUBLED = error(
    "S006",
    message="The row {row} of the sheet “{sheet}” appears twice; its second copy, in {cell}, was not read.",
    remedy="Keep one of the two rows.",
    why="Two rows carry the same code; choosing one would be a guess.",
    example="A row copied and inserted again.",
    shown={"row": "WS-04", "cell": "A19"},
    in_feedback=MENDED,
)
COLUMN_DOUBLED = error(
    "S007",
    message="{label}: its column appears twice on the sheet “{sheet}”; the second copy, in {cell}, was not read.",
    remedy="Keep one of the two columns.",
    why="Two columns carry the same code; choosing one would be a guess.",
    example="A column copied and inserted again.",
    shown={"cell": "H4"},
    in_feedback=MENDED,
)
ROW_WITHOUT_CODE = warning(
    "S008",
    message="The row at {cell} was inserted by hand: “{value}” was kept, not counted.",
    remedy="Move the content to one of the numbered rows.",
    why="A row without a code cannot be told apart from a note.",
    example="A row inserted between two risks.",
    shown={"cell": "C9", "value": "Border post closed"},
    in_feedback=InFeedback.BESIDE,
)
CODES_DAMAGED = warning(
    "S009",
    message="The hidden codes of the sheet “{sheet}” are damaged; it was read by position.",
    remedy="Ask for a fresh workbook with your answers.",
    why="The first row or column was overwritten; the name of the sheet's area shows that nothing has moved.",
    example="The hidden first row was shown and cleared.",
    needs=(Need.NAMES,),
    in_feedback=MENDED,
)
SHEET_UNREADABLE = error(
    "S010",
    message="The hidden codes of the sheet “{sheet}” are destroyed and its cells have moved.",
    remedy="Ask for a fresh workbook and copy your answers into it.",
    why="Without codes it is not certain which answer belongs to which question.",
    example="The first column was deleted.",
    in_feedback=MENDED,
)
DROPDOWN_LOST = info(
    "S011",
    message="{label}: the dropdown list of {cells} is gone.",
    remedy="Paste values only (Paste Special, Values), or type the answer.",
    why=(
        "Pasting replaces the list of a cell with whatever the source had; the answer was checked all the "
        "same."
    ),
    example="A column of answers pasted from another sheet.",
    shown={"label": "Likelihood", "cells": "F8 to F19"},
    needs=(Need.VALIDATIONS, Need.VERSION),
)
PROTECTION_OFF = info(
    "S012",
    message="The protection of the sheet “{sheet}” was taken off.",
    remedy="Nothing to do if the sheet is otherwise unchanged.",
    why="Formulas and codes could be changed by accident; they were checked.",
    example="Unprotect Sheet in the Review menu.",
    needs=(Need.PROTECTION,),
)
FORMULA_OVERWRITTEN = warning(
    "S013",
    message="{label}: the formula of this calculated cell was replaced by “{value}”, its result.",
    remedy="Do not type into calculated cells; ask for a fresh workbook with your answers.",
    why="The cell no longer follows the answers it is made from; it was calculated again.",
    example="A level typed over its formula.",
    shown={"label": "Level of risk", "value": "Low"},
    needs=(Need.FORMULAS,),
    in_feedback=MENDED,
)
TEXT_WITHOUT_PLACE = warning(
    "S014",
    message="“{value}” is outside the cells to fill in; it was kept, not counted.",
    remedy="Move it to a cell that asks for it, or leave it as a note.",
    why="It may be an answer in the wrong place.",
    example="A remark below the table.",
    shown={"value": "See our letter of May"},
    in_feedback=InFeedback.BESIDE,
)
CELLS_MERGED = warning(
    "S015",
    message="{label}: the cells {cells} were merged; only the first of them can hold an answer.",
    remedy="Unmerge the cells and fill in each.",
    why="Merging keeps one answer and drops the rest.",
    example="Two due dates merged into one cell.",
    shown={"label": "Due date", "cells": "K8 and K9"},
    needs=(Need.MERGES,),
    in_feedback=MENDED,
)
SHEET_HIDDEN = info(
    "S016",
    message="The sheet “{sheet}” was hidden; it was read all the same.",
    remedy="Nothing to do.",
    why="A hidden sheet is easily forgotten.",
    example="Sheets that do not apply were hidden.",
)
COLUMN_WITHOUT_CODE = warning(
    "S017",
    message="The column at {cell} was inserted by hand: “{value}” was kept, not counted.",
    remedy="Move the content to one of the columns of the sheet.",
    why="A column without a code cannot be told apart from a note.",
    example="A column “Remarks” added by the team.",
    shown={"cell": "M4", "value": "Remarks"},
    in_feedback=InFeedback.BESIDE,
)
COMMENT_KEPT = info(
    "S018",
    message="There is a comment at {cell}: “{value}”. It was kept, not counted.",
    remedy="Nothing to do. If it is an answer, type it into its cell.",
    why="Comments are kept and listed; they are not answers.",
    example="A reviewer's remark.",
    shown={"cell": "D12", "value": "Is this the latest figure?"},
    needs=(Need.COMMENTS,),
)
QUESTION_OUTLIVED = info(
    "S019",
    message="{label}: version {expected} no longer asks this; “{value}” was kept, not counted.",
    remedy="Nothing to do. Where another question asks for it now, answer it there.",
    why=(
        "The workbook is of an older version, and the question, its row or its sheet has been removed since."
    ),
    example="The budget, which the questionnaire asked for until last year.",
    shown={"label": "Budget", "expected": "2.0", "value": "12,000"},
)
ROWS_SORTED = info(
    "S020",
    message="The rows of the sheet “{sheet}” are not in the order in which they were issued; each was read by "
    "its code.",
    remedy="Nothing to do.",
    why="A row keeps its code when it is sorted or moved, so every answer is still known.",
    example="A register sorted by due date.",
    needs=(Need.VERSION,),
)
ANSWERS_HIDDEN = info(
    "S021",
    message="Rows with answers are hidden on the sheet “{sheet}”: {value}. They were read all the same.",
    remedy="Clear the filter or show the rows, and check that they are as they should be.",
    why="Answers that nobody sees are easily out of date; a filter leaves them in the file.",
    example="A filter that shows only high risks.",
    shown={"value": "9 to 14"},
    needs=(Need.HIDDEN_ROWS,),
)
FORMULA_CLEARED = warning(
    "S022",
    message="{label}: the formula of this calculated cell is gone ({cells}).",
    remedy="Nothing to type here; ask for a fresh workbook with your answers.",
    why="The cell no longer shows anything; what it should show was calculated again, and that counts.",
    example="A whole row selected and cleared.",
    shown={"label": "Level of risk", "cells": "G11"},
    needs=(Need.FORMULAS,),
)
TEXT_CHANGED = warning(
    "S023",
    message="The text of {cells} was issued as “{expected}” and now says “{value}”.",
    remedy="Undo the change, or ask for a fresh workbook with your answers. A remark belongs beside the table.",
    why="Whoever reads the workbook takes it for what was asked; what was typed over it was kept, not counted.",
    example="A remark typed over the help of a question.",
    shown={"cells": "C7", "expected": "One answer per row", "value": "Done in May"},
    needs=(Need.EDITION,),
)
HEAD_CHANGED = error(
    "S024",
    message="{cells}: the hidden code says “{expected}”, the sheet “{value}”; the answers that belong to it are in "
    "doubt.",
    remedy="Put the heading, question or list entry back as it was, and check that the answers are under the right "
    "one.",
    why="Answers are read by hidden codes. Where a heading, a question or a list entry says something "
    "else, nobody knows what was answered.",
    example="The headings “Women” and “Men” swapped.",
    shown={"cells": "E4", "expected": "Women", "value": "Men"},
    needs=(Need.EDITION,),
)
ROW_NUMBER_CHANGED = error(
    "S025",
    message="{cells}: the number “{value}” is in the row {expected}; the answers of these rows are in doubt.",
    remedy="Put the numbers back in their order, and check that the answers are in the right rows.",
    why=(
        "The visible number and the hidden code of a row must agree; otherwise the number was pasted over, "
        "or sorted without its row."
    ),
    example="A register sorted, and one number retyped.",
    shown={"cells": "B9", "value": "7", "expected": "5"},
    needs=(Need.EDITION,),
)
FORMULA_CHANGED = warning(
    "S026",
    message="{cells}: the formula is no longer the one that was issued ({expected}) but “{value}”.",
    remedy="Ask for a fresh workbook with your answers.",
    why="The cell no longer shows what it was meant to show; everything that counts was calculated again.",
    example="A formula that always says “Low”.",
    shown={"cells": "G9", "expected": "=F9*H9", "value": '="Low"'},
    needs=(Need.FORMULAS, Need.EDITION),
)
TYPED_OVER = warning(
    "S027",
    message="“{value}” was typed over what the workbook calculates in {cells}; it was kept, not counted.",
    remedy="Undo it, or ask for a fresh workbook with your answers. A remark belongs beside the table.",
    why="The cell shows what somebody typed and no longer what the answers give.",
    example="A remark in the list of actions.",
    shown={"value": "Agreed with the ministry", "cells": "C6"},
    needs=(Need.FORMULAS, Need.EDITION),
)
RESULT_DIFFERS = warning(
    "S028",
    message="{cells}: the workbook shows “{value}” where its answers give “{expected}”.",
    remedy="Open the file, let it calculate (Ctrl+Alt+F9), and save it again.",
    why="The formula is intact, but the result shown is not its own: the file was changed by another "
    "program, or has not been calculated since. Everything that counts was calculated again.",
    example="A sheet that says “Complete” beside missing answers.",
    shown={"cells": "B12", "value": "Complete", "expected": "2 missing"},
    needs=(Need.FORMULAS, Need.EDITION),
)
OWN_SHEET_MISSING = warning(
    "S029",
    message="The sheet “{sheet}” is missing. It held no answers.",
    remedy="Do not delete sheets. Ask for a fresh workbook with your answers.",
    why="Without it the workbook does not show what it was issued to show: progress, lists or what the answers add "
    "up to.",
    example="The cover was deleted.",
    needs=(Need.EDITION, Need.VERSION),
)

# formatting, drawings, settings

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
NAMES_LOST = warning(
    "S040",
    message="Another program dropped names of this workbook ({count} of {total}): its dropdowns and the checks of its "
    "rows no longer work there.",
    remedy="The answers were read and checked. Fill the workbook in with Excel or LibreOffice; the feedback workbook "
    "has its lists again.",
    why="Lists and checks go by names. Programs on the web may drop them or point them nowhere, and say nothing.",
    example="A workbook that was opened in an editor on the web and downloaded again.",
    shown={"count": "51", "total": "60"},
    needs=(Need.NAMES, Need.VERSION),
    in_feedback=MENDED,
    explains=(DROPDOWN_LOST, ALERT_OFF),
)
CELLS_CUT = warning(
    "S041",
    message="Cells of row {rows} were cut and pasted elsewhere.",
    remedy="Look whether its answers stand where they belong. To move answers, copy them and clear the old cells.",
    why="What is cut takes the formulas along that look at it, and leaves a cell without dropdown. "
    "Everything that counts was calculated again.",
    example="A risk that was cut and pasted three rows further down.",
    shown={"rows": "9"},
    needs=(Need.FORMULAS, Need.EDITION),
)
