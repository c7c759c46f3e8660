"""Mistakes in the files of public facts: places and values that there are not, and facts that contradict each other."""

from __future__ import annotations

from ..fields import ColumnKind, kind_of
from ..frozen import Found, Path
from ..suggest import NoSuch, remedy_for
from .check_answers import no_field, no_row, no_tool, wrong_value
from .defaults import wrong_answer
from .facts import said_of_source
from .issuance import Fact, FactFile
from .model import Spec, Tool


def check_facts(spec: Spec) -> Found:
    """Check every file of facts, and every line in it."""
    for number, file in enumerate(spec.facts):
        path: Path = ("facts", number)
        wrong = [((*path, "tool"), *each) for each in no_tool(spec, file.tool)]
        yield from wrong
        if not wrong:
            yield from _file(spec, file, spec.tool[file.tool], path)


def _file(spec: Spec, file: FactFile, tool: Tool, path: Path) -> Found:
    if spec.countries is None:
        yield path, "The spec has no countries, and facts are about one.", "Name their list with `countries`."
        return
    sources = list(_source_fields(file, tool, path))
    yield from sources
    first: dict[tuple[str, str, str], Fact] = {}
    for number, fact in enumerate(file.rows):
        where = (*path, "rows", number)
        wrong = list(_place(spec, tool, fact, where))
        yield from wrong
        if not wrong:
            written = wrong_value(spec, tool.fields[fact.field], fact.values)
            yield from (((*where, "value"), *each) for each in written)
            yield from _day(fact, where)
            if not sources:
                yield from _source(spec, file, tool, fact, where)
        yield from _contradiction(file, first, fact, where)


def _source_fields(file: FactFile, tool: Tool, path: Path) -> Found:
    """Give the fields that show where a fact is from."""
    for name, kind in (("source", ColumnKind.TEXT), ("date", ColumnKind.DATE)):
        code = getattr(file, name)
        if code is None:
            continue
        wrong = list(no_field(tool, code))
        yield from (((*path, name), *each) for each in wrong)
        if not wrong and kind_of(tool.fields[code]) is not kind:
            yield (
                (*path, name),
                f"'{code}' holds no {kind}.",
                f"Name a field that does, or leave out `{name}`.",
            )


def _place(spec: Spec, tool: Tool, fact: Fact, path: Path) -> Found:
    known = spec.vocabularies[str(spec.countries)].by_code if spec.countries in spec.vocabularies else {}
    countries = [*known, *spec.made_up_countries]
    if fact.country not in countries:
        reason = NoSuch(f"'{fact.country}' is not a code of the list '{spec.countries}'.", fact.country)
        yield (*path, "country"), reason, remedy_for(fact.country, countries)
    wrong = list(no_field(tool, fact.field))
    yield from (((*path, "field"), *each) for each in wrong)
    if not wrong:
        yield from (((*path, "row"), *each) for each in no_row(spec, tool, fact.row, fact.field))


def _day(fact: Fact, path: Path) -> Found:
    if fact.day is None:
        remedy = "Write the day on which the source was looked at as year-month-day: 2026-03-31."
        yield (*path, "date"), f"'{fact.date}' is not a date.", remedy


def _source(spec: Spec, file: FactFile, tool: Tool, fact: Fact, path: Path) -> Found:
    """Give a source has to fit into its cell."""
    if file.source is not None:
        text = said_of_source(file, fact)
        for reason, _ in wrong_answer(spec, tool.fields[file.source], (text,)):
            yield (*path, "source"), f"{file.source}: {reason}", "Shorten the source."


def _contradiction(file: FactFile, first: dict[tuple[str, str, str], Fact], fact: Fact, path: Path) -> Found:
    """Give a cell is filled in once, and the row of a fact has room for one source."""
    same = first.setdefault((fact.country, fact.row, fact.field), fact)
    if same is not fact:
        reason = f"The fact about {fact.country}, {fact.row}, {fact.field} appears twice here."
        yield (*path, "field"), reason, "Keep one."
    of_row = first.setdefault((fact.country, fact.row, ""), fact)
    if file.source is not None and (of_row.source, of_row.date) != (fact.source, fact.date):
        reason = (
            f"The row {fact.row} of {fact.country} has another source or date above, and one cell for it."
        )
        yield (*path, "source"), reason, "Write the same source and date in every line of a row."
