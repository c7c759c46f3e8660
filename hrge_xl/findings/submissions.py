"""X: what shows only when several returned files are looked at together."""

from .model import Kind, Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

KINDS = (
    Kind(
        code="X001",
        name="same-file-twice",
        severity=INFO,
        message="{file} is byte for byte the same as {other}; it counts once.",
        remedy="Nothing to do.",
        why="The same file was sent or stored twice.",
        example="The attachment of a message and its copy in the shared folder.",
    ),
    Kind(
        code="X002",
        name="superseded",
        severity=INFO,
        message="{file} is an older return of the same workbook than {other}; the newer one counts.",
        remedy="Nothing to do.",
        why="The team sent a corrected version.",
        example="A second version after feedback.",
    ),
    Kind(
        code="X003",
        name="two-returns-one-key",
        severity=ERROR,
        message="{file} and {other} are different workbooks for the same team, intervention and period.",
        remedy="Ask the team which one counts, and take the other away.",
        why="Counting both doubles every figure; choosing one would be a guess.",
        example="Two colleagues each filled in a copy.",
    ),
)
