"""V: what is wrong with one answer, or what was normalised in it. P: personal data in one."""

from .model import InFeedback, Need, error, info, warning

MENDED = InFeedback.MENDED

ANSWER_MISSING = error(
    "V001",
    message="{label}: the answer is missing.",
    message_of_value="{label}: the answer is missing; “{value}” is not an answer.",
    remedy="Fill in this cell.",
    why="The answer is required here, always or because of another answer, and the cell is blank, or holds a mark "
    "that stands for no answer.",
    example="A risk has a likelihood and no impact.",
    shown={"label": "Impact", "value": "n/a"},
)
NOT_IN_LIST = error(
    "V002",
    message="{label}: “{value}” is not in the list.",
    remedy="Choose from the list.",
    why="Only the entries of a list and the steps of a scale can be counted and compared across countries "
    "and languages.",
    example="“Partially” was typed where the list has “Partly”, or an impact of 6 on a scale from 1 to 5.",
    shown={"label": "Accessible", "value": "Partially"},
)
NOT_A_NUMBER = error(
    "V003",
    message="{label}: “{value}” is not a number.",
    remedy="Type a number only, without words or units.",
    why="A figure is needed to add up and compare; words cannot be added.",
    example="“about ten” or “12 persons”.",
    shown={"label": "Participants", "value": "about ten"},
)
NOT_A_WHOLE_NUMBER = error(
    "V004",
    message="{label}: {value} is not a whole number.",
    remedy="Type a whole number.",
    why="People and things are counted in whole numbers.",
    example="2.5 persons.",
    shown={"label": "Participants", "value": "2.5"},
)
NOT_A_DATE = error(
    "V005",
    message="{label}: “{value}” is not a date.",
    remedy="Type the date as year-month-day, for example 2026-03-31.",
    why="Due dates and periods are compared; a text cannot be.",
    example="“end of March”, or 31 February.",
    shown={"label": "Due date", "value": "end of March"},
)
AMBIGUOUS_DATE = error(
    "V006",
    message="{label}: “{value}” can mean two different days.",
    remedy="Type the date as year-month-day, for example 2026-03-31.",
    why="04/05/2026 is 4 May in one country and 5 April in another; nobody should guess. A date that does "
    "not fall on the day of the week given with it is doubtful too. Dates with the name of the month, "
    "in English or in the language of the workbook, are read.",
    example="04/05/2026 typed as text, or “Thursday 15 April 2026”, which is a Wednesday.",
    shown={"label": "Due date", "value": "04/05/2026"},
)
OTHER_CALENDAR = error(
    "V007",
    message="{label}: the year in “{value}” belongs to another calendar.",
    remedy="Use the Gregorian calendar: for example 2026-03-31, or 2026 for a year.",
    why="Solar Hijri and Buddhist years look like years of other centuries; converting needs the month and day. "
    "In Nepali workbooks 2070 to 2090 are taken for Bikram Sambat.",
    example="1405-01-11 (Solar Hijri), 2569 (Buddhist), or 2083 in Nepali (Bikram Sambat).",
    shown={"label": "Due date", "value": "1405-01-11"},
)
OUT_OF_RANGE = error(
    "V008",
    message="{label}: {value} is out of range ({limits}).",
    remedy="Type a value in this range: {limits}.",
    why="The value cannot be right: a share over 100 %, a date of another century.",
    example="A share of 120 %.",
    shown={"label": "Share", "value": "120 %", "limits": "0 % to 100 %"},
)
TOO_MANY_WORDS = error(
    "V009",
    message="{label}: {count} words; at most {limit} are allowed.",
    remedy="Shorten the text to at most {limit} words.",
    why="The limit keeps answers comparable and readable side by side.",
    example="161 words where at most 150 are allowed.",
    shown={"label": "Summary", "count": "161", "limit": "150"},
)
TEXT_TOO_LONG = error(
    "V010",
    message="{label}: {count} characters; at most {limit} are allowed.",
    remedy="Shorten the text to at most {limit} characters.",
    why="Longer texts do not fit where this answer is used; no cell of Excel holds more than 32,767 characters.",
    example="A project code of 40 characters where at most 20 are allowed.",
    shown={"label": "Project code", "count": "40", "limit": "20"},
)
ERROR_IN_CELL = error(
    "V011",
    message="{label}: the cell shows the error {value}.",
    remedy="Delete what is in the cell and type the answer.",
    why="A formula that was copied in lost what it referred to; there is no answer to read.",
    example="#REF! after copying from another workbook.",
    shown={"label": "Participants", "value": "#REF!"},
    needs=(Need.ERRORS,),
)
FORMULA_IN_ANSWER = warning(
    "V012",
    message="{label}: the cell holds a formula; its result “{value}” was taken.",
    remedy="Replace the formula with its result, so that it cannot change by itself.",
    why=(
        "A formula gives a different answer when its sources change, and may point to a file that nobody "
        "else has."
    ),
    example="=SUM(B2:B9) in a cell that asks for a number.",
    shown={"label": "Participants", "value": "42"},
    needs=(Need.FORMULAS,),
    in_feedback=MENDED,
)
FORMULA_NEVER_CALCULATED = error(
    "V013",
    message="{label}: the cell holds a formula without a result.",
    remedy="Type the answer instead of a formula.",
    why="The file was saved by a program that does not calculate; what the formula would give is not known.",
    example="A workbook filled by a script.",
    shown={"label": "Participants"},
    needs=(Need.FORMULAS,),
)
DOES_NOT_FIT = error(
    "V014",
    message="{label}: {reason}",
    remedy="Correct this answer or the one it depends on.",
    why="The answer contradicts another answer of the same sheet.",
    example="More women than participants.",
    shown={"label": "Women", "reason": "there are more women than participants."},
)
CHOSEN_TWICE = warning(
    "V015",
    message="{label}: “{value}” is chosen more than once; it counts once.",
    remedy="Choose another entry or clear the cell.",
    why="The same entry is in two cells of one question.",
    example="“Women” in the first and the third cell.",
    shown={"label": "For whom", "value": "Women"},
)
ROW_NOT_FOUND = error(
    "V016",
    message="{label}: there is no filled row “{value}” to refer to.",
    remedy="Choose a row from the list, or fill that row in first.",
    why="The reference leads nowhere: the row is blank, or the sheet has no row with this code.",
    example="Risk R-SP-04 is cited, and that row of the risk table is blank.",
    shown={"label": "Risk", "value": "R-SP-04"},
)
CALCULATION_DIFFERS = error(
    "V017",
    message="{label}: the cell shows “{value}”; recalculated, it is “{expected}”.",
    remedy="Do not type into calculated cells; ask for a fresh workbook with your answers.",
    why="The formula was overwritten by a value that does not follow from the answers.",
    example="A risk level set by hand to Low.",
    shown={"label": "Level of risk", "value": "Low", "expected": "High"},
    needs=(Need.FORMULAS,),
    in_feedback=MENDED,
)
AMBIGUOUS_NUMBER = error(
    "V018",
    message="{label}: “{value}” can mean two different numbers: its separator can stand for thousands or for "
    "decimals.",
    remedy="Type the number without a separator for thousands.",
    why="1,234 is more than a thousand in one country and a little over one in another, and so is 1.234; nobody "
    "should guess, whatever the language of the workbook. What can only be one number is read, such as 1,234,567.",
    example="1,234, 1.234 or 25.000 typed as text.",
    shown={"label": "Budget", "value": "1,234"},
)
CALCULATION_NOT_CURRENT = info(
    "V019",
    message="{label}: the sheet shows “{value}”; recalculated, it is “{expected}”, which counts.",
    remedy="Nothing to do here; look at the findings about the answers that it is made from.",
    why="What a formula shows here does not follow from the answers: the file was not recalculated, for example, "
    "or an answer it is made from is stored as text.",
    example="A budget per person that stays blank because the number of persons was pasted as text.",
    shown={"label": "Budget per person", "value": "0", "expected": "12.5"},
    needs=(Need.FORMULAS,),
)
WRONG_PARENT = error(
    "V020",
    message="{label}: “{value}” does not belong to “{parent}”.",
    remedy="Choose an entry that belongs to the other answer, or correct that one.",
    why="The list says what each entry belongs to; the two answers of this row contradict each other.",
    example="A district of one region beside the name of another region.",
    shown={"label": "District", "value": "Basra", "parent": "Northern region"},
)
NOT_ASKED_HERE = error(
    "V021",
    message="{label}: “{value}” is answered, though it is not asked here.",
    remedy="Clear this cell, or correct the answer that it depends on.",
    why="The question is asked only where another answer makes it relevant; both cannot be right.",
    example="A reason for a refusal beside a request that was granted.",
    shown={"label": "Reason for the refusal", "value": "Too late"},
)
WRONG_PATTERN = error(
    "V022",
    message="{label}: “{value}” does not have the required form.",
    remedy="Write it in this form: {example}",
    why="Codes and addresses of one kind have one form; what is written differently cannot be found again.",
    example="“WS 1” where codes are written like “WS-01”.",
    shown={"label": "Workshop", "value": "WS 1", "example": "WS-01"},
)
LABEL_IN_ANOTHER_LANGUAGE = info(
    "V101",
    message="{label}: “{value}” is in another language, and was read as “{read}”.",
    remedy="Nothing to do.",
    why="The entry exists in the list, but in a language other than that of the workbook.",
    example="“Oui” in an English workbook.",
    shown={"label": "Accessible", "value": "Oui", "read": "Yes"},
)
SPELLING_TIDIED = info(
    "V102",
    message="{label}: “{value}” was read as “{read}”, despite its capitals, spaces or dashes.",
    remedy="Nothing to do.",
    why="The entry, or the code of the row, differs only in case, spaces, dashes or forms of the same letters "
    "and digits.",
    example="“ partly ” for “Partly”.",
    shown={"label": "Accessible", "value": " partly ", "read": "Partly"},
)
DIGITS_CONVERTED = info(
    "V103",
    message="{label}: “{value}” was read as {read}, in the digits 0 to 9.",
    remedy="Nothing to do.",
    why="Digits of other scripts mean the same numbers; the original is kept.",
    example="۱۲ read as 12.",
    shown={"label": "Participants", "value": "۱۲", "read": "12"},
)
NUMBER_AS_TEXT = warning(
    "V104",
    message="{label}: “{value}” was stored as text and read as the number {read}.",
    remedy="Type the number again so that the sheet counts it too.",
    why="A number stored as text is left out by the sheet's own sums and checks.",
    example="A figure pasted from a message.",
    shown={"label": "Participants", "value": "1 234 567", "read": "1234567"},
    in_feedback=MENDED,
)
DATE_AS_TEXT = warning(
    "V105",
    message="{label}: “{value}” was stored as text and read as the date {read}.",
    remedy="Type the date again so that the sheet counts it too.",
    why="A date stored as text is left out by the sheet's own checks.",
    example="2026-03-31 or 31 March 2026 pasted as text.",
    shown={"label": "Due date", "value": "31 March 2026", "read": "2026-03-31"},
    in_feedback=MENDED,
)
CODE_FOR_LABEL = info(
    "V106",
    message="{label}: “{value}” is the code of “{read}”, and was read as that.",
    remedy="Nothing to do.",
    why="The code of an entry was typed instead of its label.",
    example="“WOM” for “Women”.",
    shown={"label": "For whom", "value": "WOM", "read": "Women"},
)
OTHER_SPELLING = info(
    "V107",
    message="{label}: “{value}” is another name of “{read}”, and was read as that.",
    remedy="Nothing to do.",
    why="The spec lists this spelling as meaning the same.",
    example="“partially” for “Partly”.",
    shown={"label": "Accessible", "value": "partially", "read": "Partly"},
)
TEXT_LIKE_A_FORMULA = info(
    "V108",
    message="{label}: “{value}” begins like a formula; it was kept as a text.",
    remedy="Nothing to do. If a result was meant, type the result.",
    why=(
        "Another program may take such a text for a formula and run it; in the files that this program "
        "writes, it cannot run."
    ),
    example="=HYPERLINK(…) in a cell for text.",
    shown={"label": "Comments", "value": "=HYPERLINK(…)"},
)
UNSEEN_CHARACTERS = info(
    "V109",
    message="{label}: “{value}” holds characters that cannot be seen; they were kept.",
    remedy="Nothing to do. Type the text again if it looks wrong.",
    why=(
        "Control characters and marks that change the direction of text make it look different from what "
        "is stored."
    ),
    example="A text copied from a PDF with control characters in it.",
    shown={"label": "Comments", "value": "Agreed with the ministry"},
)
REST_NOT_COUNTED = warning(
    "V110",
    message="{label}: “{value}” was read as “{read}”; the rest of it was not counted.",
    remedy="Leave only the answer in this cell. Remarks belong in a cell for text.",
    why="The answer stands in front and is clear, and behind it something that belongs neither to it nor to another "
    "answer; nobody should overlook that.",
    example="“4 in the north” on a scale, two rows in a cell for one, or a time behind a date.",
    shown={"label": "Likelihood", "value": "4 in the north", "read": "4 Likely"},
)

CORRECTED_BY_OFFICE = info(
    "V111",
    message="{label}: the office changed “{value}” to “{corrected}” (correction {number}; {by}, {day}: {reason}).",
    remedy="If this is not right, tell the office.",
    why="The team told the office, or the office asked and was told, and the file was not sent again. The answer as it "
    "came is kept with the correction, which holds for this file only.",
    example="A team writes “it is 37, not 73”.",
    shown={
        "label": "Participants",
        "value": "73",
        "corrected": "37",
        "number": "1",
        "by": "coordination office",
        "day": "2026-03-31",
        "reason": "e-mail of the team",
    },
    in_feedback=InFeedback.TOLD,
)

# P: what looks like personal data, which has no place in these workbooks

E_MAIL_ADDRESS = warning(
    "P001",
    message="{label}: the text seems to hold an e-mail address.",
    remedy="Remove it; name roles, not people.",
    why="The workbooks are about victims and suspects; nobody should be found through them.",
    example="“Ask name@example.org”.",
    shown={"label": "Comments"},
)
PHONE_NUMBER = warning(
    "P002",
    message="{label}: the text seems to hold a phone number.",
    remedy="Remove it; name roles, not people.",
    why="The workbooks are about victims and suspects; nobody should be found through them.",
    example="“+00 700 123 456”.",
    shown={"label": "Comments"},
)
DOCUMENT_NUMBER = warning(
    "P003",
    message="{label}: the text seems to hold the number of a document or a case.",
    remedy="Remove it unless it is a public reference.",
    why="Passport, identity and case numbers lead to a person.",
    example="“passport AB1234567”.",
    shown={"label": "Comments"},
)
