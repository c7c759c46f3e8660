"""Which sheets a workbook is issued with: those of a profile, those named, and those that these refer to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..core.errors import UsageError
from ..core.suggest import did_you_mean, remedy_for
from ..language import Call, Problem, Ref, walk
from .expressions import expressions
from .model import Spec


class Choice(NamedTuple):
    """What a workbook is issued with; None where it is everything that the spec has."""

    tools: tuple[str, ...] | None = None
    rows: int | None = None
    taken_along: tuple[tuple[str, str], ...] = ()  # a tool that nobody named, and the one that refers to it

    @property
    def explained(self) -> str:
        """Which sheets were taken along and why; empty where none was."""
        return "; ".join(f"{tool} is included, because {by} refers to it" for tool, by in self.taken_along)


def choose(
    spec: Spec, profile: str = "", named: Sequence[str] = (), rows: int | None = None, *, first: bool = False
) -> Choice:
    """Give what is issued where a profile is chosen, tools are named, or neither.

    Named tools come besides those of a profile, and where none is chosen they are all. Without either it is the
    spec's default profile, else everything. `first`: where a profile leaves tools to choose from and none of them is
    named, it is the first. Raises `UsageError` for a profile or tool that the spec does not have, and for a choice left
    open.
    """
    codes = [tool_code(spec, each) for each in named]
    name = profile or ("" if codes else spec.default_profile or "")
    if not name:
        return _whole(spec, codes or None, rows)
    profiles = {each.casefold(): profile for each, profile in spec.profiles.items()}
    chosen = profiles.get(name.casefold())
    if chosen is None:
        remedy = remedy_for(name, list(spec.profiles)) if profiles else "It has no profiles."
        raise UsageError(f"'{name}' is not a profile of {spec.name}. {remedy}")
    if chosen.choose_from and not set(codes) & set(chosen.choose_from):
        if not first:
            language = spec.languages[0]
            left = (f"{code} ({spec.tool[code].title.say(language)})" for code in chosen.choose_from)
            raise UsageError(
                f"The profile '{name}' leaves sheets to choose from. Name one or more of them with the tools: "
                f"{', '.join(left)}."
            )
        codes.append(chosen.choose_from[0])
    tools = None if chosen.tools is None else [*chosen.tools, *codes]
    return _whole(spec, tools, rows or chosen.rows)


def tool_code(spec: Spec, tool: str) -> str:
    """Give the code of a tool as the spec writes it. Raises `UsageError`."""
    found = spec.tool_called(tool)
    if found is None:
        hint = did_you_mean(tool, list(spec.tool))
        raise UsageError(f"'{tool}' is not a tool of {spec.name}. {hint}It has: {', '.join(spec.tool)}.")
    return found


def _whole(spec: Spec, tools: Sequence[str] | None, rows: int | None) -> Choice:
    """Give the choice with every tool that it cannot do without, in the order of the sheets."""
    if tools is None:
        return Choice(None, rows)
    needs, waiting = needed_tools(spec), list(dict.fromkeys(tools))
    # each tool that is referred to and not there, with the first one that refers to it
    along: dict[str, str] = {}
    for tool in waiting:
        for needed in needs.get(tool, ()):
            if needed not in waiting:
                waiting.append(needed)
                along[needed] = tool
    return Choice(tuple(code for code in spec.tool if code in waiting), rows, tuple(along.items()))


def needed_tools(spec: Spec) -> dict[str, tuple[str, ...]]:
    """Give for each tool those that it cannot be filled in without, and that are not issued in any case.

    That is where a reference that is asked for leads nowhere else, and where its fields look something up. A reference
    that may stay blank, or that leads to one of several tools, needs none of them.
    """
    targets = [(tool, field.to) for tool, _, field in spec.places() if field.required != "optional"]
    for written in expressions(spec):
        expr = written.found
        for part in walk(expr) if written.field and not isinstance(expr, Problem) else ():
            if isinstance(part, Call) and part.name == "lookup" and isinstance(part.args[0], Ref):
                targets.append((written.scope.tool, part.args[0].targets))
    found: dict[str, dict[str, None]] = {}
    for tool, codes in targets:
        home = tool.goes_with or tool.code
        needed = (code for code in codes if len(codes) == 1 and code != home and not spec.tool[code].always)
        found.setdefault(home, {}).update(dict.fromkeys(needed))
    return {code: tuple(needed) for code, needed in found.items()}
