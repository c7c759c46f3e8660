"""Broken references in what a spec says of its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..fields import ColumnKind, Field, kind_of
from ..frozen import Found, Path
from ..suggest import NoSuch, remedy_for
from .check_lists import NO_MATRIX
from .figures import Breakdown, Crossing, IndicatorFigures, QuestionFigures, RiskFigures
from .model import CatalogueBlock, Item, Spec, Tool

NUMBERS = (
    "value",
    "calculated",
    "numerator",
    "denominator",
    "progress",
    "baseline",
    "baseline_year",
    "target",
    "target_year",
)

OF_THE_ROW = (
    "of",
    "value",
    "calculated",
    "period",
    "country",
    "numerator",
    "denominator",
    "progress",
    "status",
)


def check_figures(spec: Spec) -> Found:
    """Give every mistake as (path in the spec, reason, remedy)."""
    figures = spec.figures
    if figures.risks is not None:
        yield from _risks(spec, figures.risks, ("figures", "risks"))
    if figures.indicators is not None:
        yield from _indicators(spec, figures.indicators, ("figures", "indicators"))
    if figures.questions is not None:
        yield from _questions(spec, figures.questions, ("figures", "questions"))


def _in(code: str | None, known: Sequence[str], what: str, path: Path) -> Found:
    if code is not None and code not in known:
        yield path, NoSuch(f"There is no {what} '{code}'.", code), remedy_for(code, known)


def _risks(spec: Spec, risks: RiskFigures, path: Path) -> Found:
    known = []
    for number, tool in enumerate(risks.tools):
        yield from _in(tool, list(spec.tool), "tool", (*path, "tools", number))
        known += [set(spec.tool[tool].fields)] if tool in spec.tool else []
    if not known:
        return  # the fields of sheets that are not there are not known
    fields = sorted(set.intersection(*known))
    what = "field on each of these sheets named"
    crossings: dict[str, Crossing | None] = {"before": risks.before, "after": risks.after}
    for name, crossing in crossings.items():
        for side in ("down", "across") if crossing else ():
            yield from _in(getattr(crossing, side), fields, what, (*path, name, side))
    if spec.matrix is None:
        yield path, NO_MATRIX, "Describe the levels there, or leave out `risks`."
    yield from _in(risks.name, fields, what, (*path, "name"))
    for number, code in enumerate(risks.shows):
        yield from _in(code, fields, what, (*path, "shows", number))
    for code in risks.closed:
        yield from _in(code, fields, what, (*path, "closed", code))
    for name, by in risks.by.items():
        yield from _breakdown(spec, by, fields, risks.tools, (*path, "by", name))


def _breakdown(spec: Spec, by: Breakdown, fields: Sequence[str], tools: Sequence[str], path: Path) -> Found:
    if (by.field is None) == (not by.tools):
        yield path, "A breakdown needs either `field` or `tools`.", "Say what it goes by."
    yield from _in(by.field, fields, "field on each of these sheets named", (*path, "field"))
    for tool in by.tools:
        yield from _in(tool, tools, "tool among these", (*path, "tools", tool))
    if by.tools:
        yield from _in(by.vocabulary or "", list(spec.vocabularies), "vocabulary", (*path, "tools"))


def _indicators(spec: Spec, found: IndicatorFigures, path: Path) -> Found:
    if found.tool not in spec.tool:
        yield from _in(found.tool, list(spec.tool), "tool", (*path, "tool"))
        return
    own = spec.tool[found.tool].fields
    for name in OF_THE_ROW:
        yield from _in(getattr(found, name), list(own), f"field of {found.tool} named", (*path, name))
    reached = _reached(spec, own, found.of)
    if found.of in own and not own[found.of].to:
        yield (
            (*path, "of"),
            f"{found.of} refers to no sheet.",
            "Name the field that says what a value is about.",
        )
    for name in ("kind", "baseline", "baseline_year", "target", "target_year"):
        yield from _in(
            getattr(found, name), list(reached), "field to be reached from a value named", (*path, name)
        )
    for name in ("unit", "name"):
        for number, code in enumerate(getattr(found, name)):
            where = (*path, name, number)
            yield from _in(code, list(reached), "field to be reached from a value named", where)
    for name in NUMBERS:
        yield from _number(reached.get(getattr(found, name) or ""), (*path, name))
    yield from _named_indicators(spec, found, path)
    for number, split in enumerate(found.splits):
        for place, code in enumerate(split.parts):
            where = (*path, "splits", number, "parts", place)
            yield from _in(code, list(own), f"field of {found.tool} named", where)
            yield from _number(own.get(code), where)
        where = (*path, "splits", number, "of")
        yield from _in(split.of, list(own), f"field of {found.tool} named", where)


def _number(field: Field | None, path: Path) -> Found:
    if field is not None and kind_of(field) is not ColumnKind.NUMBER:
        yield path, f"{field.code} is not a number.", "Name a field that holds numbers."


def _named_indicators(spec: Spec, found: IndicatorFigures, path: Path) -> Found:
    """Give indicators of a catalogue that the spec says something of by code."""
    known = [item.code for tool in spec.tools for item in _catalogue_items(tool)]
    for name in ("add_over_teams", "harmless"):
        codes = getattr(found, name)
        for number, code in enumerate(codes if codes != "all" else ()):
            yield from _in(code, known, "indicator in a catalogue named", (*path, name, number))


def _reached(spec: Spec, own: Mapping[str, Field], of: str) -> dict[str, Field]:
    """Give fields of the sheet itself, of those that its rows are about, and of the catalogues that these lead to."""
    about = _sheets(spec, [own[of]] if of in own else [])
    leads = _sheets(spec, [field for tool in about for field in tool.fields.values()])
    blocks = [
        block for tool in (*leads, *about) for block in tool.blocks if isinstance(block, CatalogueBlock)
    ]
    found = {field.code: field for block in blocks for field in block.fields}
    for tool in about:
        found |= tool.fields
    return found | dict(own)


def _sheets(spec: Spec, fields: Sequence[Field]) -> list[Tool]:
    """Give the sheets that some fields refer to."""
    return [spec.tool[code] for field in fields for code in field.to if code in spec.tool]


def _catalogue_items(tool: Tool) -> list[Item]:
    """Give the rows of the catalogues of a sheet."""
    blocks = (block.items for block in tool.blocks if isinstance(block, CatalogueBlock))
    return [item for items in blocks if isinstance(items, tuple) for item in items]


def _questions(spec: Spec, questions: QuestionFigures, path: Path) -> Found:
    if questions.vocabulary not in spec.vocabularies:
        yield from _in(questions.vocabulary, list(spec.vocabularies), "vocabulary", (*path, "vocabulary"))
        return
    codes = list(spec.vocabularies[questions.vocabulary].by_code)
    for name in ("no", "left_out"):
        for number, code in enumerate(getattr(questions, name)):
            yield from _in(code, codes, f"entry of {questions.vocabulary} named", (*path, name, number))
