"""S: what a sheet shows beside, over and instead of its answers: formatting, drawings, settings."""

from .model import Kind, Severity

WARNING, INFO = Severity.WARNING, Severity.INFO

KINDS = (
    Kind(
        code="S035",
        name="text-on-top",
        severity=WARNING,
        message="A text lies on top of the cells, at {place}: “{value}”. It was kept, not counted.",
        remedy="Type it into the cell that asks for it, and delete the text box or shape.",
        why="Text boxes and shapes are no cells: what they say belongs to no question, but it may be an answer.",
        example="A text box beside a table: “Figures for the north only”.",
    ),
    Kind(
        code="S036",
        name="picture-on-top",
        severity=WARNING,
        message="{what} lies over {place}; its content was not read.",
        remedy="Type what it shows into the cells, or send it beside the workbook, and delete it here.",
        why="Pictures, charts, handwriting and embedded objects may say something that no program can read.",
        example="A photograph of a signed page, pasted over the answers.",
    ),
)
