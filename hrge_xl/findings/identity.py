"""I: whose workbook it is, of which spec, and whether its stamp is whole. X: what several returns show together."""

from .model import Need, error, info, refusal, warning

NO_STAMP = refusal(
    "I001",
    message="{file} is a workbook, but not one that was issued from here.",
    remedy="Send the workbook that you received; do not copy its sheets into another file.",
    why="The hidden stamp, which says which questionnaire this is and for whom, is missing.",
    example="The team's own list of risks, or the answers copied into a new file.",
)
ANOTHER_SPEC = refusal(
    "I002",
    message="{file} is a workbook of “{found}”, not of “{expected}”.",
    remedy="Validate it with --spec SPEC, where SPEC is the folder of “{found}” (its name is enough where it comes "
    "with the program), or send the right workbook.",
    why="Its questions are those of another questionnaire.",
    example="A workbook of one spec among those of another.",
    shown={"found": "example", "expected": "our_survey"},
)
NEWER_VERSION = refusal(
    "I003",
    message="{file} was issued from version {found}; this program knows version {expected}.",
    remedy="Update the specs of this program, then validate the file again.",
    why="A newer workbook may hold questions that this program would lose.",
    example="A workbook of version 2.0 read with the specs of 1.0.",
    shown={"found": "2.0", "expected": "1.0"},
)
OLDER_VERSION = warning(
    "I004",
    message="{file} was issued from version {found}; version {expected} is in force. It was read by its codes.",
    remedy="Give the team its answers back in the version in force, with `hrge-xl feedback`.",
    why="Questions added since then are not in this workbook.",
    example="A workbook of the previous round.",
    shown={"found": "1.0", "expected": "2.0"},
)
STAMP_DAMAGED = warning(
    "I005",
    message="The stamp of {file} is damaged: {detail}.",
    remedy="Check with the team that this is the workbook that was issued to it.",
    why="The two copies of the stamp disagree, a part of it is missing, or it says something impossible.",
    example="The hidden sheet says Pakistan, the document properties say Iraq; or the day of issue is not a date.",
    shown={"detail": "the day of issue is not a date"},
    needs=(Need.PROPERTIES,),
)
SIGNATURE_INVALID = error(
    "I006",
    message="The stamp of {file} does not carry our signature.",
    remedy="Ask the team for the file it received, or issue it a new one.",
    why=(
        "The team, round or version in the stamp was changed after the workbook was issued, or the stamp "
        "was forged."
    ),
    example="The team code was edited in the hidden sheet.",
    needs=(Need.KEY,),
)
ANOTHER_ROUND = error(
    "I007",
    message="{file} belongs to the round “{found}”, not to “{expected}”.",
    remedy="Put it into the folder of its own round.",
    why="Answers of two periods must not be mixed.",
    example="Last half-year's workbook sent again.",
    shown={"found": "2025-H1", "expected": "2025-H2"},
)
UNKNOWN_TEAM = error(
    "I008",
    message="{file} comes from the team “{found}”, which is not in this round.",
    remedy="Add the team to the team list of the round, or ask who sent the file.",
    why="Nobody expects an answer from this team.",
    example="A team of another programme.",
    shown={"found": "KHM"},
)
COUNTRY_DIFFERS = error(
    "I009",
    message="{label}: “{value}” is answered, but the workbook was issued for “{expected}”.",
    remedy="Correct the country, or ask for a workbook of your own.",
    why="A workbook of one team was passed on and filled in by another.",
    example="The workbook of Iraq, filled in for Pakistan.",
    shown={"label": "Country", "value": "Pakistan", "expected": "Iraq"},
)
UNKNOWN_LANGUAGE = refusal(
    "I010",
    message="{file} says it is in the language “{found}”, which its spec does not have.",
    remedy="Issue the workbook again in a language of the spec.",
    why="Labels can only be read in the languages of the spec.",
    example="A stamp edited to another language.",
    shown={"found": "xx"},
)
PERIOD_OUTSIDE_ROUND = warning(
    "I011",
    message="{label}: {value} lies outside the period of the round, {expected}.",
    remedy="Correct the period, or ask whether the answers are those of this round.",
    why="Answers of another period may have been copied into this workbook; they would count in both.",
    example="Last quarter's answers pasted into this quarter's workbook.",
    shown={
        "label": "End of the period",
        "value": "2025-06-30",
        "expected": "2025-07-01 to 2025-12-31",
    },
)
COVER_NAMES_ANOTHER = warning(
    "I012",
    message="The cover says “{value}” where the stamp of the workbook says “{expected}”.",
    remedy="Ask the team which of the two is right, and send it a workbook of its own.",
    why="The stamp decides whose answers these are. An altered cover may be that of another team.",
    example="The name of the team typed over.",
    shown={"value": "Lahore", "expected": "Karachi"},
    needs=(Need.EDITION,),
)
FILE_NAME_NAMES_ANOTHER = warning(
    "I013",
    message="The file name {file} names the team “{found}”; the workbook was issued to “{expected}”.",
    remedy="Ask whose answers these are. Rename the file, or have them filled into the workbook of “{found}”.",
    why="A workbook that was passed on counts for the team that it was issued to, whoever filled it in.",
    example="The workbook of Karachi, sent as Lahore.xlsx.",
    shown={"file": "Lahore.xlsx", "found": "Lahore", "expected": "Karachi"},
)
SAVE_TIME_IMPOSSIBLE = info(
    "I014",
    message="{file} says that it was saved at “{value}”, which cannot be right.",
    remedy="Nothing to do: among several versions it is ordered by the day on which it arrived.",
    why="The newest of several versions is the one saved last, according to the files themselves.",
    example="A program that writes the year 1, or a computer whose clock was never set.",
    shown={"value": "0001-01-01 00:00"},
)
LAST_ANSWERS_CHANGED = warning(
    "I015",
    message="The answers of the previous round that {file} shows are not those that it was issued with.",
    remedy="Ask the team for the file it received. What needs those answers was not checked.",
    why=(
        "New answers are compared with those of the previous round, which travel in the workbook. The "
        "stamp says which ones."
    ),
    example="A program that drops hidden sheets, or a figure of last time that somebody adjusted.",
)
SENDER_NOT_THE_TEAMS = warning(
    "I017",
    message="{file} was sent from {value}, which is not an address of {expected}.",
    remedy=(
        "Ask the team whether the file comes from it. If so: hrge-xl round contact ROUND TEAM ADDRESS --also. "
        "If not: hrge-xl decide."
    ),
    why="Anybody can send a workbook on, or fill in one of another team. It counts until somebody decides otherwise.",
    example="The workbook of Karachi, sent from the address of Lahore.",
    shown={"file": "Karachi.xlsx", "value": "l***@example.org (Lahore)", "expected": "Karachi"},
)
ARRIVAL_DAYS_DIFFER = info(
    "I018",
    message="The mail server received {file} on {found}; it was first seen on {day}.",
    remedy="Nothing to do, if mail is taken in more rarely. Otherwise look at the e-mail in the mailbox.",
    why=(
        "Whether a return is late goes by the day that the mail server wrote, unless that is yet to come. The "
        "further the two days are apart, the more depends on that line."
    ),
    example="An e-mail of 28 June that was not in the mailbox before 10 July.",
    shown={"found": "2026-06-28", "day": "2026-07-10"},
)
SAMPLE_RETURNED = refusal(
    "I016",
    message="{file} is a filled sample, or holds a sheet of one: {detail}.",
    remedy="Fill in the workbook that was issued to you, and send that. A sheet of a sample has no place in it.",
    why="The answers in a sample are made up: they must never be taken for what a team says.",
    example="The filled sample sent back in place of the workbook of the team.",
    shown={"detail": "the stamp is that of a sample"},
)

# X: what shows only when several returned files are looked at together

SAME_FILE_TWICE = info(
    "X001",
    message="{file} is byte for byte the same as {other}; it counts once.",
    remedy="Nothing to do.",
    why="The same file was sent or stored twice.",
    example="The attachment of a message and its copy in the shared folder.",
    shown={"other": "PAK-2025 (copy).xlsx"},
)
SUPERSEDED = info(
    "X002",
    message="{file} is an older return of the same workbook than {other}; the newer one counts.",
    remedy="Nothing to do.",
    why="The team sent a corrected version. The newest is the one saved last, as the files themselves say.",
    example="A second version after feedback.",
    shown={"other": "PAK-2025-v2.xlsx"},
)
TWO_RETURNS_ONE_KEY = error(
    "X003",
    message="{file} and {other} are different workbooks for the same team, intervention and period.",
    remedy=(
        "Ask the team which one counts. If it is this one: "
        "hrge-xl decide DATASET {submission} --use --reason “…”, where DATASET is the folder of the dataset."
    ),
    why="Counting both doubles every figure; choosing one would be a guess. Neither counts until it is decided.",
    example="Two colleagues each filled in a copy.",
    shown={"other": "PAK-2025-b.xlsx"},
)
ONE_COPY_TWO_INTERVENTIONS = error(
    "X004",
    message="{file} and {other} come from one issued workbook, but name different projects or interventions.",
    remedy=(
        "Ask the team. If both are right, or only this one is: "
        "hrge-xl decide DATASET {submission} --use --reason “…”, where DATASET is the folder of the dataset."
    ),
    why=(
        "A corrected title and a second intervention look alike; counting both may double every figure. "
        "Neither counts until it is decided. A code that was corrected in the feedback on the last version needs no "
        "decision: there it is clear which version it corrects."
    ),
    example="The workbook was copied for a second project, or its project code was corrected in the old workbook "
    "instead of in the feedback.",
    shown={"other": "PAK-project-2.xlsx"},
)
DECIDED = info(
    "X005",
    message="A decision made on {day} by {by} says what becomes of {file}: {reason}",
    remedy="Nothing to do. To take it back: hrge-xl decide DATASET {submission} --undo --reason “…”.",
    why="A person decided which of several returns counts; this holds until it is taken back.",
    example="The team said which of two workbooks is right.",
    shown={
        "day": "2026-04-02",
        "by": "the coordinator",
        "reason": "The team said which of the two is right.",
    },
)
MADE_FROM_OLDER_VERSION = warning(
    "X006",
    message="{file} was not made from {other}, the latest version received, but from an older one.",
    remedy=(
        "Compare the two (hrge-xl compare). The feedback lists for the team which answers were others in the later "
        "version. Where those are right, ask for a new return, or decide which one counts."
    ),
    why=(
        "Feedback holds the answers of one version. Whoever continues in an older copy unknowingly "
        "undoes what has been answered since."
    ),
    example="The team corrected the feedback of its first return after it had already sent a second one.",
    shown={"other": "PAK-2025-v2.xlsx"},
)
