"""Writes docs/gallery.md: forms as others have them, the workbook that is made of each, and what is left out.

gallery.yaml says what is shown of each. The pictures are made by `make pictures`.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any, NamedTuple

from hrge_xl import Imported, Order, import_spec
from tests.answers import TODAY
from tests.face import Layout, address, layout_for
from tests.parity import Cells, placed
from tests.small_sources import SOURCES
from tests.tables import table

HEAD = """# What becomes of forms from elsewhere

Five small forms, as an office might have them, and the workbook that `hrge-xl spec import` makes of each: one of its
sheets with some answers, on the screen of a laptop. The tests import, issue, fill in and read back every one of them.
This page is made from the program: `python -m tests.write_docs`.
"""
GALLERY: dict[str, dict[str, Any]] = table("gallery")
MOST_NAMED = 5  # parts that were left out for the same reason


class Shown(NamedTuple):
    """A form of the gallery that was imported, and what is shown of it."""

    made: Imported
    where: Layout
    tool: str
    field: str  # the question that is shown

    @property
    def rows(self) -> list[str]:
        """The codes of the rows of its sheet."""
        return [*dict.fromkeys(row for tool, row, _ in self.where.slots if tool == self.tool)]

    def cells(self, typed: list[dict[str, object]]) -> Cells:
        """What is typed into the rows of its sheet, by labels, in its cells."""
        fields = self.where.spec.tool[self.tool].fields.values()
        codes = {field.label.say(self.where.language): field.code for field in fields}
        rows = zip(self.rows, typed, strict=False)
        return placed(
            self.where,
            {
                (self.tool, code, codes[label]): value
                for code, row in rows
                for label, value in row.items()
            },
        )

    def cursor(self, row: int) -> tuple[str, str]:
        """Where the question is asked in one of the rows, counted from 1: the sheet and the cell."""
        slot = self.where.slots[self.tool, self.rows[row - 1], self.field]
        return self.where.sheet[self.tool].name, address(*slot.cells[0])


def shown(name: str, folder: Path) -> Shown:
    """Import a form of the gallery into a folder `spec`."""
    (folder / name).write_bytes(SOURCES[name]())
    made = import_spec(folder / name, folder / "spec")
    where = layout_for(made.spec, Order("TEAM", TODAY, language=made.spec.languages[0]))
    asked = GALLERY[name]["question"]
    tool, field = next(
        (tool.code, field.code)
        for tool in made.spec.tools
        for field in tool.fields.values()
        if field.label.say(where.language) == asked
    )
    return Shown(made, where, tool, field)


def picture_of(name: str) -> str:
    """What the picture of a form is called, without an ending."""
    return f"gallery-{Path(name).stem.replace(' ', '-')}"


def gallery_page() -> str:
    """The page as Markdown."""
    return "\n".join([HEAD, *map(_entry, GALLERY)])


def _entry(name: str) -> str:
    about = GALLERY[name]
    with TemporaryDirectory() as place:
        folder = Path(place)
        form = shown(name, folder)
        sheet = (folder / "spec" / "tools" / f"{form.tool}.yaml").read_text(encoding="utf-8")
        account = (folder / "spec" / "imported.csv").read_text(encoding="utf-8")
    sums = "\n".join(f"| {' | '.join(map(str, line))} |" for line in form.made.sums)
    return f"""## {about["about"]}

{about["source"]}

```text
hrge-xl spec import "{name}" -o spec
```

![A sheet of the workbook, with some answers](pictures/{picture_of(name)}.png)

One of its questions, as the spec has it:

```yaml
{_question(sheet, form.field)}
```

| part | kept | changed | left out |
|---|---|---|---|
{sums}

Left out, as `imported.csv` says it:

{chr(10).join(_left_out([*csv.DictReader(account.splitlines())]))}
"""


def _question(sheet: str, field: str) -> str:
    """Give the lines of a sheet that are about a question."""
    found = re.search(rf"^      - {{?code: {field}\b.*\n(?:        .*\n)*", sheet, re.MULTILINE)
    assert found, field
    return dedent(found[0]).rstrip()


def _left_out(lines: list[dict[str, str]]) -> Iterator[str]:
    """Give a line for each reason: of what it is the reason."""
    whys = defaultdict[tuple[str, str], list[str]](list)
    for line in lines:
        if line["outcome"] == "left out":
            whys[line["kind"], line["how"]].append(
                f"`{line['source']}`" if line["source"] else line["place"]
            )
    for (kind, how), parts in whys.items():
        more = [f"{len(parts) - MOST_NAMED} more"] if len(parts) > MOST_NAMED else []
        yield f"* {kind} {', '.join([*parts[:MOST_NAMED], *more])}: {how}"
