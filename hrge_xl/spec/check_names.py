"""Mistakes in codes and names, as tables: what leads nowhere, what cannot be a code, and what stands there twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from keyword import kwlist
from typing import Any

import msgspec

from ..core.spec_parts import Found, Path
from ..core.suggest import no_such
from ..fields import Field
from ..language import FUNCTIONS
from .figures import IndicatorFigures
from .model import CatalogueBlock, Spec, Tool
from .own_sheets import KEYS

BLOCKS = "tools/*/blocks/*"
FIELDS = f"{BLOCKS}/fields/*"
TOOL_CODES, FIELD_CODES = "tools/*/code", f"{FIELDS}/code"
INDICATORS = "figures/indicators"
WORDS_OF_EXPRESSIONS = frozenset({"value", "this", *FUNCTIONS, *(word.lower() for word in kwlist)})
LIMIT_CODE = 60

Trail = tuple[Any, ...]  # the parts of a spec that a path leads through
Known = Collection[str] | None  # the names that something can have; None: these are not known


@cache
def tables() -> dict[str, list[list[Any]]]:
    """Give the tables of `names.yaml`, where it is said what they mean."""
    data = resources.files(__package__).joinpath("names.yaml").read_bytes()
    return msgspec.yaml.decode(data, type=dict[str, list[list[Any]]])


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
    for table in ("once", "once_as_written"):
        for within, where, what in tables()[table]:
            for path, _, part in select(spec, within):
                codes = ((place, code) for place, _, code in select(part, where, path))
                yield from doubled(codes, what, fold=table == "once")
    yield from _spelt_otherwise(spec)
    for name, reason, *places in tables()["references"]:
        holder, known = None, None  # for all names that one part holds, the same are known
        for path, trail, code in (place for where in places for place in select(spec, where)):
            if holder is not trail[-1]:
                holder, known = trail[-1], KNOWN[name](spec, trail)
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
    for where, written, what, remedy in tables()["codes"]:
        for path, _, code in select(spec, where):
            if not re.fullmatch(written, code):
                yield path, f"'{code}' cannot {what}.", remedy
            elif where == TOOL_CODES and code.upper() in KEYS:
                reason = f"'{code}' cannot be a tool code: one of the program's own sheets has it."
                yield path, reason, "Choose another code."
            elif where == FIELD_CODES and code.casefold() in WORDS_OF_EXPRESSIONS:
                yield (path, f"'{code}' is a word of expressions.", "Take another code, for example PLN_01.")
            elif where in (TOOL_CODES, FIELD_CODES) and len(code) > LIMIT_CODE:
                reason = f"The code '{code[:20]}…' has {len(code)} characters; {LIMIT_CODE} are the most."
                yield path, reason, "Shorten it."


def _spelt_otherwise(spec: Spec) -> Found:
    """Find codes that stand on several sheets, and are not written alike on all of them; and questions that are asked
    once and share a code: they are known by it everywhere.
    """
    for what, where in (("tool code", TOOL_CODES), ("field code", FIELD_CODES)):
        seen: dict[str, str] = {}
        for path, _, code in select(spec, where):
            first = seen.setdefault(code.casefold(), code)
            if first != code:
                yield (path, f"The {what} '{code}' is also written '{first}'.", "Write it alike everywhere.")
    asked: dict[str, str] = {}
    for path, (_, _, tool, _, block, *_), code in select(spec, FIELD_CODES):
        if block.single and asked.setdefault(code, tool.code) != tool.code:
            reason = f"The field code '{code}' is used by a form of '{asked[code]}' as well."
            yield path, reason, "Give each its own."


# what a name must lead to, by the place where it stands


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


def _fields(at: int) -> Callable[[Spec, Trail], Known]:
    """Give what knows the fields of the sheet that a part of a trail is about."""
    return lambda spec, trail: spec.tool[trail[at].tool].fields if trail[at].tool in spec.tool else None


def _of_risks(spec: Spec, trail: Trail) -> Known:
    """Give the fields that all sheets with risks have; None where none of these is known."""
    known = [set(spec.tool[tool].fields) for tool in trail[2].tools if tool in spec.tool]
    return sorted(set.intersection(*known)) if known else None


def _indicators(spec: Spec, trail: Trail) -> Known:
    items = select(spec, f"{BLOCKS}/items/*/code")
    known = [code for _, (*_, block, _, _), code in items if block.kind == "catalogue"]
    return known if trail[2].tool in spec.tool else None


KNOWN: Mapping[str, Callable[[Spec, Trail], Known]] = {  # to the references of `names.yaml`
    "tools": lambda spec, _: spec.tool,
    "vocabularies": lambda spec, _: spec.vocabularies,
    "profiles": lambda spec, _: spec.profiles,
    "form fields": lambda spec, _: sorted(spec.single_fields),
    "fields of 2": _fields(2),
    "fields of 6": _fields(6),
    "fields here": lambda _, trail: [field.code for field in trail[4].fields],
    "columns": lambda _, trail: trail[4].columns,
    "fields of risks": _of_risks,
    "tools of risks": lambda spec, trail: (
        None if spec.tool.keys().isdisjoint(trail[2].tools) else trail[2].tools
    ),
    "reached": lambda spec, trail: reached(spec, trail[2]) if trail[2].tool in spec.tool else None,
    "indicators": _indicators,
    "entries": lambda spec, trail: getattr(spec.vocabularies.get(trail[2].vocabulary), "by_code", None),
}
