"""Mistakes in codes and names, as tables: what leads nowhere, what cannot be a code, and what stands there twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from keyword import kwlist
from typing import Any

from ..fields import Field
from ..frozen import Found, Path
from ..language import FUNCTIONS
from ..suggest import no_such
from .figures import IndicatorFigures
from .model import OF_ROUNDS, CatalogueBlock, Identity, Spec, Tool
from .own_sheets import KEYS

BLOCKS = "tools/*/blocks/*"
FIELDS = f"{BLOCKS}/fields/*"
TOOL_CODES, FIELD_CODES = "tools/*/code", f"{FIELDS}/code"
INDICATORS = "figures/indicators"
ROW_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]*")
WORDS_OF_EXPRESSIONS = frozenset({"value", "this", *FUNCTIONS, *(word.lower() for word in kwlist)})
LIMIT_CODE = 60

Trail = tuple[Any, ...]  # the parts of a spec that a path leads through
Known = Collection[str] | None  # the names that something can have; None: these are not known

CODES = (  # where a code stands, how it is written, what it cannot do otherwise, what to do
    (
        "name",
        re.compile(r"\w[\w\-]*"),
        "be the name of a spec",
        "Use letters, digits, _ and -: it names files.",
    ),
    ("profiles/%", ROW_CODE, "be the name of a profile", "Start with a letter, for example quick."),
    (
        TOOL_CODES,
        re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)?"),
        "be a tool code",
        "Use letters and digits, for example PLAN or C1.",
    ),
    (
        FIELD_CODES,
        re.compile(r"[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]*[A-Za-z0-9]|[A-Za-z][A-Za-z_]{2,}"),
        "be a field code",
        "Use letters and digits with an underscore, for example PLN_01.",
    ),
    (f"{BLOCKS}/items/*/code", ROW_CODE, "be a row code", "Start with a letter, for example C1_01."),
    (f"{BLOCKS}/id", ROW_CODE, "start row codes", "Start with a letter, for example R-."),
    (
        "vocabularies/%",
        re.compile(rf"[A-Za-z][A-Za-z0-9_.]{{0,{LIMIT_CODE - 1}}}"),
        "be the name of a list",
        f"Begin with a letter; use letters, digits and _ only, {LIMIT_CODE} at most: COUNTRY.",
    ),
    ("vocabularies/*/items/*/code", re.compile(r"[^;]*[^;\s][^;]*"), "be a code", "Use letters and digits."),
)
ONCE = (  # within what a code stands once, where it stands there, what it is, whether capitals make no difference
    ("", "vocabularies/%", "name of a list", True),
    ("", "covered/*/code", "rule code", False),
    ("vocabularies/*", "items/*/code", "code", True),
    ("matrix", "levels/*/code", "level", False),
    ("tools/*", "blocks/*/fields/*/code", "field code", True),
    ("tools/*", "blocks/*/items/*/code", "row code", True),
    ("tools/*", "blocks/*/id", "beginning of row codes", False),
)


def select(part: Any, pattern: str, path: Path = (), trail: Trail = ()) -> Iterator[tuple[Path, Trail, Any]]:
    """Give what stands where a pattern leads: `*` is every entry, `%` every name of a group, `|` one or the other."""
    step, _, rest = pattern.partition("/")
    if not step and part is not None:
        yield path, trail, part
    elif step in ("*", "%") and isinstance(part, Mapping | tuple):
        for key, entry in part.items() if isinstance(part, Mapping) else enumerate(part):
            yield from select(entry if step == "*" else key, rest, (*path, key), (*trail, part))
    elif part is not None:
        for name in step.split("|"):
            yield from select(getattr(part, name, None), rest, (*path, name), (*trail, part))


def check_names(spec: Spec) -> Found:
    """Give every code and name of a spec that cannot be one, is not the only one, or means nothing."""
    yield from _written_wrong(spec)
    for within, where, what, fold in ONCE:
        for path, _, part in select(spec, within):
            codes = ((place, code) for place, _, code in select(part, where, path))
            yield from doubled(codes, what, fold=fold)
    yield from _spellings(spec)
    yield from _single_fields(spec)
    for places, reason, known_to in REFERENCES:
        holder, known = None, None  # for all names that one part holds, the same are known
        for path, trail, code in (place for where in places for place in select(spec, where)):
            if holder is not trail[-1]:
                holder, known = trail[-1], known_to(spec, trail)
            if isinstance(code, str) and known is not None and code not in known:
                yield (path, *no_such(reason.format(code=code, trail=trail), code, known))


def doubled(places: Iterable[tuple[Path, str]], what: str, *, fold: bool) -> Found:
    """Say of every name that is not the first of its kind which one it repeats."""
    seen: dict[str, str] = {}
    for path, code in places:
        key = code.casefold() if fold else code
        if key in seen:
            how = f"differs from '{seen[key]}' in capitals only, which Excel does not see"
            again = "is used twice" if seen[key] == code else how
            yield path, f"The {what} '{code}' {again}.", "Give each its own."
        seen.setdefault(key, code)


def _written_wrong(spec: Spec) -> Found:
    for where, written, what, remedy in CODES:
        for path, _, code in select(spec, where):
            if not written.fullmatch(code):
                yield path, f"'{code}' cannot {what}.", remedy
            elif where == TOOL_CODES and code.upper() in KEYS:
                reason = f"'{code}' cannot be a tool code: one of the program's own sheets has it."
                yield path, reason, "Choose another code."
            elif where == FIELD_CODES and code.casefold() in WORDS_OF_EXPRESSIONS:
                yield (path, f"'{code}' is a word of expressions.", "Take another code, for example PLN_01.")
            elif where in (TOOL_CODES, FIELD_CODES) and len(code) > LIMIT_CODE:
                reason = f"The code '{code[:20]}…' has {len(code)} characters; {LIMIT_CODE} are the most."
                yield path, reason, "Shorten it."


def _spellings(spec: Spec) -> Found:
    """Find codes that stand on several sheets, and are not written alike on all of them."""
    for what, where in (("tool code", TOOL_CODES), ("field code", FIELD_CODES)):
        seen: dict[str, str] = {}
        for path, _, code in select(spec, where):
            first = seen.setdefault(code.casefold(), code)
            if first != code:
                yield (path, f"The {what} '{code}' is also written '{first}'.", "Write it alike everywhere.")


def _single_fields(spec: Spec) -> Found:
    """Find questions that are asked once and share a code: they are known by it everywhere."""
    seen: dict[str, str] = {}
    for path, (_, _, tool, _, block, *_), code in select(spec, FIELD_CODES):
        if block.single:
            first = seen.setdefault(code, tool.code)
            if first != tool.code:
                reason = f"The field code '{code}' is used by a form of '{first}' as well."
                yield path, reason, "Give each its own."


# what a name must lead to, by the place where it stands


def _fields(at: int) -> Callable[[Spec, Trail], Known]:
    """Give what knows the fields of the sheet that a part of a trail is about."""
    return lambda spec, trail: spec.tool[trail[at].tool].fields if trail[at].tool in spec.tool else None


def _of_risks(spec: Spec, trail: Trail) -> Known:
    """Give the fields that all sheets with risks have; None where none of these is known."""
    known = [set(spec.tool[tool].fields) for tool in trail[2].tools if tool in spec.tool]
    return sorted(set.intersection(*known)) if known else None


def _reached(spec: Spec, trail: Trail) -> Known:
    return reached(spec, trail[2]) if trail[2].tool in spec.tool else None


def _indicators(spec: Spec, trail: Trail) -> Known:
    known = [
        code
        for _, (*_, block, _, _), code in select(spec, f"{BLOCKS}/items/*/code")
        if block.kind == "catalogue"
    ]
    return known if trail[2].tool in spec.tool else None


def _entries(spec: Spec, trail: Trail) -> Known:
    found = spec.vocabularies.get(trail[2].vocabulary)
    return found.by_code if found else None


def reached(spec: Spec, found: IndicatorFigures) -> dict[str, Field]:
    """Give fields of the sheet itself, of those that its rows are about, and of the catalogues that these lead to."""
    own = spec.tool[found.tool].fields
    about = _sheets(spec, [own[found.of]] if found.of in own else [])
    leads = _sheets(spec, [field for tool in about for field in tool.fields.values()])
    catalogues = (block for tool in (*leads, *about) for block in tool.blocks)
    of_catalogues = (block.fields for block in catalogues if isinstance(block, CatalogueBlock))
    known = [field for fields in of_catalogues for field in fields]
    known += [field for tool in about for field in tool.fields.values()]
    return {field.code: field for field in known} | own


def _sheets(spec: Spec, fields: Iterable[Field]) -> list[Tool]:
    """Give the sheets that some fields refer to."""
    return [spec.tool[code] for field in fields for code in field.to if code in spec.tool]


REFERENCES: tuple[tuple[tuple[str, ...], str, Callable[[Spec, Trail], Known]], ...] = (
    (
        (
            f"{FIELDS}/to/*",
            f"{BLOCKS}/source",
            f"{BLOCKS}/sources/*",
            f"{BLOCKS}/sources/*/tool",
            "profiles/*/tools|choose_from/*",
            "tables/*/tools/*",
            "rules/*/tool",
            "figures/risks/tools/*",
            f"{INDICATORS}/tool",
        ),
        "There is no tool '{code}'.",
        lambda spec, _: spec.tool,
    ),
    (
        ("countries", f"{FIELDS}/vocabulary", f"{BLOCKS}/items/vocabulary", "figures/questions/vocabulary"),
        "There is no vocabulary '{code}'.",
        lambda spec, _: spec.vocabularies,
    ),
    (("default_profile",), "There is no profile '{code}'.", lambda spec, _: spec.profiles),
    (
        (f"identity/{'|'.join(name for name in Identity.model_fields if name != OF_ROUNDS)}",),
        "There is no form field '{code}'.",
        lambda spec, _: sorted(spec.single_fields),
    ),
    (
        ("rules/*/at|require/*",),
        "The tool '{trail[2].tool}' has no field '{code}'.",
        _fields(2),
    ),
    (
        (f"{BLOCKS}/sources/*/columns/*",),
        "The tool '{trail[6].tool}' has no field '{code}'.",
        _fields(6),
    ),
    (
        (f"{BLOCKS}/shows", f"{BLOCKS}/series/over", f"{BLOCKS}/series/of/*"),
        "There is no field '{code}' here.",
        lambda _, trail: [field.code for field in trail[4].fields],
    ),
    (
        (f"{BLOCKS}/sources/*/columns/%", f"{BLOCKS}/due|bars", f"{BLOCKS}/widths/%"),
        "There is no column '{code}'.",
        lambda _, trail: trail[4].columns,
    ),
    (
        (
            "figures/risks/before|after/down|across",
            "figures/risks/name",
            "figures/risks/shows/*",
            "figures/risks/closed/%",
            "figures/risks/by/*/field",
        ),
        "There is no field on each of these sheets named '{code}'.",
        _of_risks,
    ),
    (
        ("figures/risks/by/*/tools/%",),
        "There is no tool among these '{code}'.",
        lambda spec, trail: None if spec.tool.keys().isdisjoint(trail[2].tools) else trail[2].tools,
    ),
    (
        (
            f"{INDICATORS}/of|value|calculated|period|country|numerator|denominator|progress|status",
            f"{INDICATORS}/splits/*/of",
            f"{INDICATORS}/splits/*/parts/*",
        ),
        "There is no field of {trail[2].tool} named '{code}'.",
        _fields(2),
    ),
    (
        (f"{INDICATORS}/kind|baseline|baseline_year|target|target_year", f"{INDICATORS}/unit|name/*"),
        "There is no field to be reached from a value named '{code}'.",
        _reached,
    ),
    (
        (f"{INDICATORS}/add_over_teams|harmless/*",),
        "There is no indicator in a catalogue named '{code}'.",
        _indicators,
    ),
    (
        ("figures/questions/no|left_out/*",),
        "There is no entry of {trail[2].vocabulary} named '{code}'.",
        _entries,
    ),
)
