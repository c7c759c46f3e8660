"""X: what shows only when several returned files are looked at together."""

from .model import error, info, warning

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
