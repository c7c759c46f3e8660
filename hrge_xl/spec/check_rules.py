"""Mistakes in the rules of a spec, in what identifies a return, in its profiles, and in what its figures are about."""

from __future__ import annotations

from ..fields import ColumnKind, kind_of
from ..frozen import Found, Path
from ..language.patterns import REMEDY, NotAPattern, compiled
from ..suggest import NoSuch
from .check_names import INDICATORS, no_such, reached, select
from .check_sheets import NO_MATRIX
from .figures import Figures
from .model import OF_ROUNDS, Identity, Rule, Spec

NUMBERS = "value|calculated|numerator|denominator|progress|baseline|baseline_year|target|target_year"


def check_rules(spec: Spec) -> Found:
    """Give every mistake in a rule, in the pattern of rounds, in a profile and in the figures."""
    yield from _codes(spec)
    for path, _, rule in select(spec, "rules/*"):
        if rule.tool in spec.tool:
            yield from _rule(spec, rule, path)
    yield from _over_rounds(spec.identity)
    yield from _profiles(spec)
    yield from _figures(spec, spec.figures)


def _codes(spec: Spec) -> Found:
    """Say that a code stands for one rule, which may be asked on several sheets but says the same on each."""
    seen: dict[str, Rule] = {}
    sheets: set[tuple[str, str]] = set()
    for path, _, rule in select(spec, "rules/*"):
        first = seen.setdefault(rule.code, rule)
        if (rule.code, rule.tool) in sheets:
            reason = f"The rule code '{rule.code}' is used twice for {rule.tool}."
            yield (*path, "code"), reason, "Give each its own."
        elif any(
            getattr(rule, name) != getattr(first, name) for name in ("name", "severity", "message", "remedy")
        ):
            reason = f"The rule '{rule.code}' says something else than on {first.tool}."
            yield (*path, "code"), reason, "Use the same name, severity, message and remedy, or another code."
        sheets.add((rule.code, rule.tool))
    for path, _, code in select(spec, "covered/*/code"):
        if code in seen:
            yield path, f"'{code}' is a rule as well.", "Keep the rule, or say what covers it."


def _rule(spec: Spec, rule: Rule, path: Path) -> Found:
    tool = spec.tool[rule.tool]
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


def _over_rounds(identity: Identity) -> Found:
    """Check the pattern of what is left out of an intervention's name."""
    path, pattern = ("identity", OF_ROUNDS), identity.period_in_intervention
    if pattern is None:
        return
    if identity.intervention is None:
        missing = NoSuch("There is no intervention whose name could hold a period.", "intervention")
        yield path, missing, "Name its field as 'intervention'."
    try:
        if compiled(pattern).search("") is not None:
            reason = "It also fits an empty text, so it may leave out nothing."
            yield path, reason, "Let it fit the period only."
    except NotAPattern as error:
        yield path, f"This is not a pattern that can be matched ({error}).", REMEDY


def _profiles(spec: Spec) -> Found:
    """Find sheets that a profile names in vain, and a default that leaves a choice open."""
    for path, _, code in select(spec, "profiles/*/tools|choose_from/*"):
        if code in spec.tool and spec.tool[code].always:
            yield path, f"'{code}' is issued whatever is chosen.", "Leave it out here."
    for path, (_, _, profile, _), code in select(spec, "profiles/*/choose_from/*"):
        if code in (spec.tool if profile.tools is None else profile.tools):
            reason = f"'{code}' is to be chosen from, and the profile takes it anyway."
            yield path, reason, "Leave it out here, or out of `tools`."
    default = spec.profiles.get(spec.default_profile or "")
    if default is not None and default.choose_from:
        reason = f"The profile '{spec.default_profile}' leaves sheets to choose from, and a default is issued as it is."
        yield ("default_profile",), reason, "Name another one, or put the sheets into its `tools`."


def _figures(spec: Spec, figures: Figures) -> Found:
    risks, indicators = figures.risks, figures.indicators
    if risks is not None and not spec.tool.keys().isdisjoint(risks.tools):
        if spec.matrix is None:
            yield ("figures", "risks"), NO_MATRIX, "Describe the levels there, or leave out `risks`."
        for path, _, by in select(spec, "figures/risks/by/*"):
            if (by.field is None) == (not by.tools):
                yield path, "A breakdown needs either `field` or `tools`.", "Say what it goes by."
            vocabulary = by.vocabulary or ""
            if by.tools and vocabulary not in spec.vocabularies:
                reason = f"There is no vocabulary '{vocabulary}'."
                yield no_such((*path, "tools"), reason, spec.vocabularies, vocabulary)
    if indicators is not None and indicators.tool in spec.tool:
        own = spec.tool[indicators.tool].fields
        if indicators.of in own and not own[indicators.of].to:
            reason, remedy = (
                f"{indicators.of} refers to no sheet.",
                "Name the field that says what a value is about.",
            )
            yield (*INDICATORS.split("/"), "of"), reason, remedy
        known = {f"{INDICATORS}/{NUMBERS}": reached(spec, indicators), f"{INDICATORS}/splits/*/parts/*": own}
        for where, fields in known.items():
            for path, _, code in select(spec, where):
                if code in fields and kind_of(fields[code]) is not ColumnKind.NUMBER:
                    yield path, f"{code} is not a number.", "Name a field that holds numbers."
