"""What a spec says of the workbooks that are issued from it: profiles, public facts that they hold, and the sample."""

from __future__ import annotations

from datetime import date as Day
from typing import Any

from pydantic import ConfigDict
from pydantic import Field as Option

from ..core.dates import parse_day
from ..core.spec_parts import NO_TEXT, Code, Codes, Model, Text

BETWEEN = "|"  # several texts in one cell of a CSV file


class Profile(Model):
    """A choice of sheets and rows under a name, for whoever issues workbooks.

    Besides `tools` come those that are named on issue: at least one of `choose_from`, where it names any.
    """

    title: Text
    purpose: Text = NO_TEXT
    tools: Codes | None = None  # None: all
    choose_from: Codes = ()
    rows: int | None = Option(default=None, ge=1, le=500)  # of registers, where not the spec's own


class Fact(Model):
    """What is publicly known of a country, and stands in a cell before anybody has answered; a line of a CSV file."""

    country: Code
    row: Code
    field: Code
    value: str
    source: str
    date: str  # on which the source was looked at

    @property
    def values(self) -> tuple[str, ...]:
        """The value, or each of several."""
        return tuple(each.strip() for each in self.value.split(BETWEEN))

    @property
    def day(self) -> Day | None:
        """The date; None where it is none."""
        return parse_day(self.date)


def _without_rows(schema: dict[str, Any]) -> None:
    """Have the schema leave out what the loader puts there."""
    del schema["properties"]["rows"]


class FactFile(Model):
    """Public facts for one sheet, by country, from a file in `facts/`; the fields that say where they are from."""

    model_config = ConfigDict(json_schema_extra=_without_rows)

    file: str
    tool: Code
    source: Code | None = None
    date: Code | None = None  # without it the date stands behind the source
    rows: tuple[Fact, ...] = ()


class SampleCountry(Model):
    """A country that there is not: in no list but that of the sample."""

    code: Code
    label: Text


class Sample(Model):
    """A workbook filled in as an example: `answers` by tool, row and field; fields of a form stand under their tool.

    Whose it is and on which day is made up as well. What has no place in a workbook is left out of it.
    """

    today: str
    team: str = "SAMPLE"
    country: SampleCountry | None = None
    answers: dict[Code, dict[Code, Any]]

    @property
    def day(self) -> Day | None:
        """The day that it is filled in on; None where it is none."""
        return parse_day(self.today)
