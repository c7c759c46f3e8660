"""Broken references in what a spec says of its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rapidfuzz import process

from .figures import Breakdown, Crossing, IndicatorFigures, QuestionFigures, RiskFigures

if TYPE_CHECKING:
    from .model import Field, Spec

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str, str]]
WAYS = 3  # references from a value to what its indicator says


def check_figures(spec: Spec) -> Found:
    """Every mistake as (path in the spec, reason, remedy)."""
    figures = spec.figures
    if figures.risks is not None:
        yield from _risks(spec, figures.risks, ("figures", "risks"))
    if figures.indicators is not None:
        yield from _indicators(spec, figures.indicators, ("figures", "indicators"))
    if figures.questions is not None:
        yield from _questions(spec, figures.questions, ("figures", "questions"))


def _similar(wrong: str, known: Sequence[str]) -> str:
    close = process.extractOne(wrong, known, score_cutoff=60) if known else None
    return f"Did you mean '{close[0]}'?" if close else f"Known are: {', '.join(list(known)[:40]) or 'none'}."


def _in(code: str | None, known: Sequence[str], what: str, path: Path) -> Found:
    if code is not None and code not in known:
        yield path, f"There is no {what} '{code}'.", _similar(code, known)


def _risks(spec: Spec, risks: RiskFigures, path: Path) -> Found:
    known = []
    for number, tool in enumerate(risks.tools):
        yield from _in(tool, list(spec.tool), "tool", (*path, "tools", number))
        known.append(set(spec.tool[tool].fields) if tool in spec.tool else set())
    fields = sorted(set.intersection(*known))
    what = "field on each of these sheets named"
    crossings: dict[str, Crossing | None] = {"before": risks.before, "after": risks.after}
    for name, crossing in crossings.items():
        for side in ("down", "across") if crossing else ():
            yield from _in(getattr(crossing, side), fields, what, (*path, name, side))
    if spec.matrix is None:
        yield path, "The spec has no matrix.", "Describe it in matrix.yaml."
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
    for name in ("of", "value", "period", "country", "numerator", "denominator", "progress", "status"):
        yield from _in(getattr(found, name), list(own), f"field of {found.tool} named", (*path, name))
    reached = _reached(spec, own, found.of)
    for name in ("kind", "baseline", "baseline_year", "target", "target_year"):
        yield from _in(getattr(found, name), reached, "field to be reached from a value named", (*path, name))
    for name in ("unit", "name"):
        for number, code in enumerate(getattr(found, name)):
            where = (*path, name, number)
            yield from _in(code, reached, "field to be reached from a value named", where)
    for number, split in enumerate(found.splits):
        for place, code in enumerate(split.parts):
            where = (*path, "splits", number, "parts", place)
            yield from _in(code, list(own), f"field of {found.tool} named", where)
        where = (*path, "splits", number, "of")
        yield from _in(split.of, list(own), f"field of {found.tool} named", where)


def _reached(spec: Spec, own: Mapping[str, Field], of: str) -> list[str]:
    """Fields of the sheet itself, of those that it refers to, and of those that these refer to."""
    found, following = dict(own), [own[of]] if of in own else []
    for _ in range(WAYS):
        tools = [spec.tool[code] for each in following for code in each.to if code in spec.tool]
        following = [each for tool in tools for each in tool.fields.values() if each.to]
        for tool in tools:
            found = tool.fields | found
    return list(found)


def _questions(spec: Spec, questions: QuestionFigures, path: Path) -> Found:
    if questions.vocabulary not in spec.vocabularies:
        yield from _in(questions.vocabulary, list(spec.vocabularies), "vocabulary", (*path, "vocabulary"))
        return
    codes = list(spec.vocabularies[questions.vocabulary].by_code)
    for name in ("no", "left_out"):
        for number, code in enumerate(getattr(questions, name)):
            yield from _in(code, codes, f"entry of {questions.vocabulary} named", (*path, name, number))
