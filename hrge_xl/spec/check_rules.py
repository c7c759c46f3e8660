"""Mistakes in the rules of a spec, in what identifies a return, and in its tables."""

from __future__ import annotations

from ..frozen import Found, Path
from ..language.patterns import REMEDY, NotAPattern, compiled
from ..suggest import NoSuch, remedy_for
from .check_lists import no_list
from .check_names import doubled
from .model import OF_ROUNDS, FormBlock, Identity, Rule, Spec, Tool


def check_rules(spec: Spec) -> Found:
    """Give codes of rules, and the sheets and fields that they name."""
    yield from _codes(spec)
    for index, rule in enumerate(spec.rules):
        path: Path = ("rules", index)
        tool = spec.tool.get(rule.tool)
        if tool is None:
            reason = NoSuch(f"There is no tool '{rule.tool}'.", rule.tool)
            yield (*path, "tool"), reason, remedy_for(rule.tool, list(spec.tool))
        else:
            yield from _rule(rule, tool, path)


def _rule(rule: Rule, tool: Tool, path: Path) -> Found:
    for key, codes in (("at", rule.at), ("require", rule.require)):
        for number, code in enumerate(codes):
            if code not in tool.fields:
                reason = NoSuch(f"The tool '{rule.tool}' has no field '{code}'.", code)
                yield (*path, key, number), reason, remedy_for(code, list(tool.fields))
    shown = tool.fields.get((*rule.at, *rule.require, "")[0])
    if shown is not None and not shown.asked:
        yield path, f"Nothing can be corrected in '{shown.code}'.", "Point to a field to fill in first."
    if tool.calculated:
        reason = f"The sheet '{rule.tool}' has nothing to fill in, so no rule can be about it."
        yield (*path, "tool"), reason, "Name the sheet that is asked."
    elif rule.check is None and not rule.require and not rule.reader_only:
        yield (*path, "code"), f"The rule '{rule.code}' checks nothing.", "Add `check`, or `require: [CODE]`."
    elif rule.check is not None and rule.require:
        reason = f"The rule '{rule.code}' has both `check` and `require`."
        yield (*path, "code"), reason, "Make it two rules, each with a code of its own."
    elif not rule.message and not rule.reader_only:
        yield (*path, "code"), f"The rule '{rule.code}' has no message.", "Add `message`: the sheet shows it."


def _codes(spec: Spec) -> Found:
    """Give a code stands for one rule, which may be asked on several sheets but says the same on each."""
    seen: dict[str, Rule] = {}
    sheets: set[tuple[str, str]] = set()
    for index, rule in enumerate(spec.rules):
        path: Path = ("rules", index, "code")
        first = seen.setdefault(rule.code, rule)
        if (rule.code, rule.tool) in sheets:
            yield path, f"The rule code '{rule.code}' is used twice for {rule.tool}.", "Give each its own."
        elif _says(rule) != _says(first):
            reason = f"The rule '{rule.code}' says something else than on {first.tool}."
            yield path, reason, "Use the same name, severity, message and remedy, or another code."
        sheets.add((rule.code, rule.tool))
    codes: list[tuple[Path, str]] = [
        (("covered", index, "code"), entry.code) for index, entry in enumerate(spec.covered)
    ]
    yield from doubled(codes, "rule code")
    for path, code in codes:
        if code in seen:
            yield path, f"'{code}' is a rule as well.", "Keep the rule, or say what covers it."


def _says(rule: Rule) -> tuple[object, ...]:
    return rule.name, rule.severity, rule.message, rule.remedy


def check_identity(spec: Spec) -> Found:
    """Give the questions that say which return a file is, the list of countries, and the tables."""
    single = {
        field.code for _, block, field in spec.places() if isinstance(block, FormBlock) and block.records == 1
    }
    for name, code in spec.identity.parts.items():
        if code not in single:
            yield (
                ("identity", name),
                NoSuch(f"There is no form field '{code}'.", code),
                remedy_for(code, sorted(single)),
            )
    yield from _over_rounds(spec.identity)
    if spec.countries is not None and spec.countries not in spec.vocabularies:
        yield ("countries",), *no_list(spec, spec.countries)
    for name, table in spec.tables.items():
        for index, code in enumerate(table.tools):
            if code not in spec.tool:
                where: Path = ("tables", name, "tools", index)
                yield where, NoSuch(f"There is no tool '{code}'.", code), remedy_for(code, list(spec.tool))


def _over_rounds(identity: Identity) -> Found:
    """Give the pattern of what is left out of an intervention's name."""
    path, pattern = ("identity", OF_ROUNDS), identity.period_in_intervention
    if pattern is None:
        return
    if identity.intervention is None:
        yield (
            path,
            NoSuch("There is no intervention whose name could hold a period.", "intervention"),
            "Name its field as 'intervention'.",
        )
    try:
        fits_nothing = compiled(pattern).search("") is not None
    except NotAPattern as error:
        yield path, f"This is not a pattern that can be matched ({error}).", REMEDY
        return
    if fits_nothing:
        yield path, "It also fits an empty text, so it may leave out nothing.", "Let it fit the period only."
