"""F: the file itself. What can be wrong with it before any answer is looked at."""

from __future__ import annotations

from .model import error, refusal, warning

_SEND_AGAIN = "Open the original in Excel or LibreOffice, save it as .xlsx, and send it again."
_ASK_AGAIN = "Ask the sender for the workbook itself, saved as .xlsx by Excel or LibreOffice."
_COPY_INTO_FRESH = "Copy the answers into a freshly issued workbook and send that one."

EMPTY_FILE = refusal(
    "F001",
    message="The file {file} is empty.",
    remedy="Send the file again: it was lost on the way, or never saved.",
    why="An interrupted download or a full disk leaves a file with a name and nothing in it.",
    example="A file of 0 bytes.",
)
FILE_TOO_LARGE = refusal(
    "F002",
    message="The file {file} is too large: {size}; at most {limit} are read.",
    remedy="Remove pictures and sheets that are not part of the form, save, and send it again.",
    why="A filled workbook has far less than a megabyte; a huge one is something else, or hostile.",
    example="A workbook of 40 MB with photographs pasted into it.",
    shown={"size": "40.2 MB", "limit": "25 MB"},
)
LOCK_FILE = refusal(
    "F003",
    message="The file {file} is not a workbook but a lock file of Excel or LibreOffice.",
    remedy="Close the workbook in Excel or LibreOffice, and send the file without {mark} in its name.",
    why="Excel writes a small hidden file ~$name.xlsx while name.xlsx is open. It holds no answers.",
    example="~$PAK-2025.xlsx, 165 bytes.",
    shown={"file": "~$PAK-2025.xlsx", "mark": "~$"},
)
ENCRYPTED_WORKBOOK = refusal(
    "F004",
    message="The file {file} is protected with a password.",
    remedy="Open it in Excel, remove the password under File > Info > Protect Workbook, save, and send "
    "it again; or read it with --password-file.",
    why="Without the password nothing in the file can be read, not even which team it comes from.",
    example="A workbook saved with a password to open.",
)
WRONG_PASSWORD = refusal(
    "F005",
    message="The password given does not open the file {file}.",
    remedy="Check the password with the sender. Capital letters and spaces count.",
    why="The file is encrypted with another password, or damaged so that no password fits.",
    example="A password that the team has changed since.",
)
PASSWORD_SUPPORT_MISSING = refusal(
    "F006",
    message="The file {file} is protected with a password, and the part of this program that opens such "
    "files is not installed.",
    remedy='Install it with: pip install "hrge-xl[encrypted]". Or ask for the file without a password.',
    why="Opening encrypted workbooks needs the optional package msoffcrypto-tool.",
    example="--password-file given on a computer without the extra.",
)
SENSITIVITY_LABEL = refusal(
    "F071",
    message="The file {file} is encrypted by a sensitivity label of the organisation that saved it.",
    remedy="Ask the sender to open it in Excel, choose a label without encryption (Home > Sensitivity) or unrestricted "
    "access (File > Info > Protect Workbook), save it, and send it again. No password opens it.",
    why="Only the people named by the label can open the file, by signing in with their organisation; nothing in it "
    "can be read here, not even which team it comes from.",
    example="A workbook under the label “Confidential”, which the office of a team gives to every new file.",
)
NOT_A_WORKBOOK = refusal(
    "F007",
    message="The file {file} is not a workbook: it is {what}.",
    remedy=_ASK_AGAIN,
    why="The content of a file tells what it is; its name may say anything. Web mail and forms often save "
    "a page under the name of the attachment.",
    example="A web page saved as PAK-2025.xlsx.",
    shown={"what": "a web page"},
)
LINK_NOT_FILE = refusal(
    "F016",
    message="{file} is a link to another place, not a file.",
    remedy="Copy the file itself into the folder.",
    why="A link among returned files may lead anywhere on this computer; links are not followed.",
    example="A symbolic link, or a shortcut made by a synchronisation program.",
)
NOT_A_REGULAR_FILE = refusal(
    "F017",
    message="{file} is not a file, but a pipe or a device.",
    remedy="Save the workbook as a file and give the path of that file.",
    why="Reading from a pipe or a device may wait forever.",
    example="A named pipe.",
)
FOLDER_NOT_FILE = refusal(
    "F018",
    message="{file} is a folder, not a file.",
    remedy="Give the files inside it, or zip it again if it was meant to be a workbook.",
    why="Some programs unpack a workbook, which is a zip file, into a folder of the same name.",
    example="A folder called PAK-2025.xlsx.",
)
UNREADABLE_FILE = refusal(
    "F019",
    message="The file {file} cannot be read: {reason}.",
    remedy="Check that the file is there, that you may open it, and that no other program holds it.",
    why="The operating system refused to give access to the content.",
    example="A file that only another user may open.",
    shown={"reason": "permission denied"},
)
CHANGED_WHILE_READ = refusal(
    "F031",
    message="The file {file} was changed, moved or locked by another program while it was read.",
    remedy="Close it in Excel, wait until it is synchronised, and run again: nothing from it was taken in.",
    why="What is read in the middle of a change is half old and half new. The next run reads the file again.",
    example="A return that somebody saves in a folder of OneDrive while the folder is consolidated.",
)
CONFIGURATION_AMONG_RETURNS = refusal(
    "F070",
    message="{file} is not a return: it has the name of a file by which this program recognises {what}. It was not "
    "used.",
    remedy="Delete it from the returned files, and ask the sender where it came from.",
    why="What a team sends never decides what a round, its key or its ledger is. Such a file comes from a "
    "folder that was zipped as a whole, or from somebody who wants forged returns to be believed.",
    example="A round.yaml unpacked from a team's zip file into returned/.",
    shown={"file": "round.yaml", "what": "a round"},
)

TRUNCATED_FILE = refusal(
    "F008",
    message="The file {file} is damaged: its end is missing or cannot be understood.",
    remedy="Send it again: most often the transfer was interrupted. If it does not open in Excel either, use "
    "an older copy.",
    why="A workbook is a zip file with its table of contents at the end; without it nothing is found.",
    example="The first half of an attachment.",
)
TOO_MANY_ENTRIES = refusal(
    "F009",
    message="The file {file} has {count} parts; at most {limit} are read.",
    remedy=_COPY_INTO_FRESH,
    why="A workbook has a few dozen parts; thousands of them are meant to exhaust the reader.",
    example="A zip file with 5,000 tiny members.",
    shown={"count": "5,003", "limit": "2,000"},
)
BAD_ENTRY_NAME = refusal(
    "F010",
    message="The file {file} has a part with a forbidden name: {part}.",
    remedy=_SEND_AGAIN,
    why="Names that lead out of the file ('../', a drive, a backslash) are used to overwrite other files.",
    example="A member called ../../evil.xml.",
    shown={"part": "../../evil.xml"},
)
DUPLICATE_ENTRY = refusal(
    "F011",
    message="The file {file} holds the part {part} twice.",
    remedy=_SEND_AGAIN,
    why="Programs differ in which of the two they read, so they may see different answers.",
    example="Two members called xl/worksheets/sheet1.xml.",
)
OVERLAPPING_ENTRIES = refusal(
    "F012",
    message="Parts of the file {file} overlap, at {part}.",
    remedy=_SEND_AGAIN,
    why="Members that share their bytes are how a small file is made to unpack into terabytes.",
    example="A zip bomb whose members all point at the same data.",
)
FORBIDDEN_COMPRESSION = refusal(
    "F013",
    message="The part {part} of the file {file} is packed in a way that workbooks do not use.",
    remedy=_SEND_AGAIN,
    why="Workbooks are stored or deflated; other methods come from compression programs.",
    example="A member compressed with bzip2.",
)
ENCRYPTED_ENTRY = refusal(
    "F033",
    message="The part {part} of the file {file} is encrypted: the zip was protected with a password.",
    remedy="Unpack the file with its password and send the workbook that was in it; or save it again in "
    "Excel, without a password.",
    why="Excel protects a whole workbook, never single parts of it: a compression program did this, and "
    "neither Excel nor this program can open it.",
    example="A workbook whose parts were packed again by a zip program that asked for a password.",
)
COMPRESSION_BOMB = refusal(
    "F014",
    message="The part {part} of the file {file} unpacks to more than {limit} times its size.",
    remedy=_COPY_INTO_FRESH,
    why="Real answers cannot be packed that tightly; this is how a small file is made to fill the memory.",
    example="100 MB of zeros in 100 kB.",
    shown={"limit": "200"},
)
UNPACKED_TOO_LARGE = refusal(
    "F015",
    message="The file {file} unpacks to too much data: {part} takes {size}; the limit is {limit}.",
    remedy="Delete unused rows, columns and sheets, save, and send it again. " + _COPY_INTO_FRESH,
    why="Formats dragged down to the last row are stored cell by cell, and can fill the memory.",
    example="A sheet with a border on a million rows.",
    shown={"size": "180 MB", "limit": "100 MB"},
)

FORBIDDEN_DECLARATION = refusal(
    "F020",
    message="The part {part} of the file {file} declares a document type or entities.",
    remedy=_SEND_AGAIN,
    why="No office program writes this. It is used to read other files or to fill the memory.",
    example="An entity that expands into itself a billion times.",
)
NESTED_TOO_DEEPLY = refusal(
    "F021",
    message="The part {part} of the file {file} is nested more than {limit} levels deep.",
    remedy=_SEND_AGAIN,
    why="No office program goes beyond a dozen levels; deep nesting is meant to crash readers.",
    example="Thousands of opening tags inside one another.",
    shown={"limit": "64"},
)
TOO_MANY_ATTRIBUTES = refusal(
    "F022",
    message="An element in the part {part} of the file {file} has more than {limit} attributes.",
    remedy=_SEND_AGAIN,
    why="No office program writes this; it is meant to slow readers down.",
    example="A cell with a thousand attributes.",
    shown={"limit": "256"},
)
TOO_MANY_ELEMENTS = refusal(
    "F023",
    message="The part {part} of the file {file} has more than {limit} elements.",
    remedy="Delete unused rows, columns and sheets, save, and send it again. " + _COPY_INTO_FRESH,
    why="So many elements are stray formats or an attack; reading them would take minutes.",
    example="A sheet in which three million empty cells are formatted.",
    shown={"limit": "3,000,000"},
)
MALFORMED_PART = refusal(
    "F024",
    message="The part {part} of the file {file} is damaged at line {line}, column {column}.",
    remedy="Open the file in Excel, let it repair it, check the answers, save, and send it again.",
    why="The XML is cut off or garbled, so nothing after this place can be trusted.",
    example="A sheet that breaks off in the middle of a cell.",
    shown={"line": "2", "column": "18,204"},
)
BAD_ENCODING = refusal(
    "F025",
    message="The part {part} of the file {file} is not in the encoding that it should be in.",
    remedy=_SEND_AGAIN,
    why="Read in the wrong encoding, letters that English does not use would silently turn into others.",
    example="A sheet in Windows-1252 that calls itself UTF-8.",
)
MISSING_PART = refusal(
    "F026",
    message="The file {file} lacks a part that it refers to: {part}.",
    remedy="Open the file in Excel, let it repair it, check the answers, save, and send it again.",
    why="A sheet is listed but not stored; its answers are not in this file.",
    example="A workbook whose second sheet was lost by a damaged disk.",
)
TOO_MANY_CELLS = refusal(
    "F027",
    message="The file {file} stores more than {limit} cells.",
    remedy="Delete unused rows and columns of the sheet {sheet}, save, and send it again.",
    why="A filled form has a few thousand cells; more are formats dragged over a whole sheet.",
    example="A fill colour on every cell down to the last row.",
    shown={"limit": "1,000,000"},
)
TOO_MANY_SHEETS = refusal(
    "F028",
    message="The file {file} has {count} sheets; at most {limit} are read.",
    remedy="Delete the sheets that are not part of the form, save, and send it again.",
    why="A form has about thirty sheets.",
    example="A workbook with 300 sheets.",
    shown={"count": "300", "limit": "256"},
)
DAMAGED_PART = refusal(
    "F029",
    message="The part {part} of the file {file} is damaged.",
    remedy="Open the file in Excel, let it repair it, check the answers, save, and send it again.",
    why=(
        "It contradicts itself: its checksum is wrong, its root element is not that of such a part, or "
        "many places cannot be read."
    ),
    example="A bit that flipped on a memory stick.",
)
IMPOSSIBLE_CELL = refusal(
    "F034",
    message="A cell of the sheet {sheet} in the file {file} has an address that it cannot have: “{value}” in "
    "row {row} (part {part}, line {line}, column {column}).",
    remedy="Open the file in Excel, let it repair it, check the answers, save, and send it again.",
    why="Each cell states its own column and row. If a sheet has no such place, or the row is not the one "
    "that holds the cell, nobody can say which question its answer belongs to.",
    example="Cells called A0, ZZZZ1 or 1A.",
    shown={"value": "ZZZZ1", "row": "4", "line": "2", "column": "311"},
)
NO_SHEETS = refusal(
    "F035",
    message="The file {file} is a workbook without a single sheet (part {part}).",
    remedy=_SEND_AGAIN,
    why="No office program saves a workbook without sheets: this one was damaged, or made by a script.",
    example="A workbook whose list of sheets is empty.",
)
IMPOSSIBLE_ROW = refusal(
    "F036",
    message="A row of the sheet {sheet} in the file {file} has a number that no row can have: “{value}” (part "
    "{part}, line {line}, column {column}).",
    remedy="Open the file in Excel, let it repair it, check the answers, save, and send it again.",
    why="Rows are numbered from 1 to 1,048,576. What is in any other row belongs to no question.",
    example="A row with the number 0.",
    shown={"value": "0", "line": "2", "column": "311"},
)
SHEET_LISTED_TWICE = refusal(
    "F037",
    message="The file {file} lists two sheets under the name {sheet} (part {part}).",
    remedy="Open the file in Excel, let it repair it, check the answers, save, and send it again.",
    why=(
        "Excel allows each name only once, regardless of capitals. Programs differ in which of the two "
        "they show."
    ),
    example="Two sheets called Plan, written by a script.",
)
UNREADABLE_OTHER_FORMAT = refusal(
    "F030",
    message="The file {file} looks like a {format} workbook, but cannot be read as one.",
    remedy=_SEND_AGAIN,
    why="The file is damaged, or was written by a program that handles this format in its own way.",
    example="An .xls file that breaks off.",
    shown={"file": "PAK-2025.xls", "format": ".xls"},
)

FOREIGN_BYTES = warning(
    "F032",
    message="Besides the workbook, the file {file} holds other bytes: {before} before it, {between} within it, "
    "{behind} after it.",
    remedy="Only the workbook was read. Open it in Excel, save it under a new name, and send that file.",
    why="Excel writes nothing around a workbook. Some mail and scanning programs add bytes at the end; a "
    "file can also be two things at once, so that different programs show different things.",
    example="A web page after the last byte of a workbook.",
    shown={"before": "0", "between": "0", "behind": "4,096"},
)
UNREADABLE_CELL = error(
    "F040",
    message="Cell {cell} of the sheet {sheet} holds something that cannot be read.",
    remedy="Type the answer into {cell} again.",
    why=(
        "What is stored does not fit its own type, such as letters in a number: reading it would be a guess."
    ),
    example="A number cell that stores 12,5,3.",
)
MACROS_PRESENT = warning(
    "F041",
    message="The file {file} contains macros.",
    remedy="Nothing was run; the values were read as stored. Save as .xlsx to remove the macros.",
    why="The issued workbooks have none, so somebody or something has added them.",
    example="A return saved as .xlsm: xl/vbaProject.bin.",
)
EXTERNAL_LINK = warning(
    "F042",
    message="The file {file} is linked to other files or data: {what}.",
    remedy="Nothing was fetched. Replace formulas that point to other files with their values.",
    why="A linked value may be out of date, and shows an outside file whenever the workbook is opened.",
    example="A sum that adds a cell of budget.xlsx.",
    shown={"what": "budget.xlsx"},
)
FORMULA_REACHES_OUTSIDE = warning(
    "F043",
    message="A formula in {cell} of the sheet {sheet} takes its value from outside the workbook "
    "(formulas of this sheet that do so: {count}).",
    remedy="The stored value was read; nothing was fetched. Type the value instead of the formula.",
    why="The value depends on a file, a program or a server that the reader does not have.",
    example="='[budget.xlsx]Sheet1'!B2",
    shown={"count": "12"},
)
LIVE_DATA_LINK = warning(
    "F044",
    message="The file {file} is linked to a running program: {what}.",
    remedy="Nothing was started. Remove the link under Data > Edit Links, and send the file again.",
    why="Such links (DDE, OLE) can start programs on the computer of whoever opens the workbook.",
    example="A link to the service cmd.",
    shown={"what": "cmd"},
)
UNREADABLE_SIDE_PART = warning(
    "F045",
    message="The part {part} of the file {file} is damaged and was left out.",
    remedy="The answers were read. If comments, drawings or filters may matter, ask the team for them.",
    why="The part holds comments, drawings, tables or properties, not answers.",
    example="A damaged comments part.",
    shown={"part": "xl/comments3.xml"},
)
REDUCED_FORMAT = warning(
    "F046",
    message="The file {file} is in the format {format}, which cannot be checked in full.",
    remedy="The values were read. For all checks, save the workbook as .xlsx and send it again.",
    why="Readers of such formats do not report formulas, error values, dropdown lists, locks or comments.",
    example="A return saved as .xls by an old program.",
    shown={"file": "PAK-2025.xls", "format": ".xls"},
)
EMBEDDED_OBJECT = warning(
    "F047",
    message="The file {file} contains embedded files or controls: {what}.",
    remedy="They were not opened. Send attachments separately, or remove them.",
    why="Embedded files are not answers, and may be harmful.",
    example="A Word document dropped into a sheet.",
    shown={"what": "xl/embeddings/oleObject1.bin"},
)
CELL_STORED_TWICE = error(
    "F048",
    message="Cell {cell} of the sheet {sheet} is stored twice.",
    remedy="Type the answer into {cell} again, save in Excel or LibreOffice, and send the file again.",
    why="Programs differ in which of the two they show; the first was kept.",
    example="A sheet that was changed by a script.",
)
UNREADABLE_SHEET_SETTING = warning(
    "F049",
    message="A setting of the sheet {sheet} cannot be understood and was left out: {what}.",
    remedy="Open the file in Excel, let it repair it, check the answers, and send it again.",
    why="The setting names cells that do not exist.",
    example="A dropdown for the cells A0:B.",
    shown={"what": "A0:B"},
)

TIME_LIMIT = refusal(
    "F060",
    message="Reading the file {file} was stopped: it took too long.",
    remedy=_COPY_INTO_FRESH,
    why=(
        "A filled workbook is read in a fraction of a second. This one is damaged, or was made to take long."
    ),
    example="A format that claims a million repeated rows.",
)
MEMORY_LIMIT = refusal(
    "F061",
    message="Reading the file {file} was stopped: it took too much memory.",
    remedy=_COPY_INTO_FRESH,
    why="A filled workbook needs a few megabytes. This one is damaged, or was made to fill the memory.",
    example="A stray value in the last cell of a sheet in an old format.",
)
READER_CRASHED = refusal(
    "F062",
    message="The reader crashed on the file {file}.",
    remedy=_SEND_AGAIN,
    why="The file is damaged in a way that its reader does not survive. The other files were read.",
    example="A hostile .xls file.",
)
READER_FAILED = refusal(
    "F063",
    message="The file {file} could not be read because of an error in this program ({reason}).",
    remedy="Report this with the code F063. " + _SEND_AGAIN,
    why="Something in the file was not foreseen. The other files were read.",
    example="An error that no test has shown yet.",
    shown={"reason": "KeyError"},
)
STOPPED_BY_THIS_FILE = refusal(
    "F064",
    message="The file {file} could not be fully processed because of an error in this program ({reason}).",
    remedy="Report this with {log}. The next run tries the file again.",
    why="Something in the file was not foreseen. The other files were processed as they would have been "
    "without it; the log holds nothing from the file.",
    example="An error that no test has shown yet, in a step after reading.",
    shown={"reason": "KeyError"},
)
ROW_WITHOUT_A_PLACE = refusal(
    "F065",
    message="The file {file} could not be put into the dataset because of an error in this program: {column} "
    "is “{value}” and has to be {needed}.",
    remedy="Report this with {log}. The next run tries the file again.",
    why="Every row is checked before it is written: types, codes and keys. What the team typed is not at "
    "fault here; what this program made of it is. The other files were processed as they would have "
    "been without it.",
    example="A number where the question takes a code.",
    shown={"column": "number", "value": "about ten", "needed": "a number"},
)
