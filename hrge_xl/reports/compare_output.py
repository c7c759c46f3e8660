"""A comparison of two returns or of two rounds: lines to read, and JSON data, pair by pair."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from ..answer import Value
from ..dataset.returns import Return
from ..validation import REFUSED
from ..words import translator
from .compare import Comparison, changed, counted, details
from .compare_rounds import Pair, Rest, Side

SCHEMA = "hrge-xl/comparison/1"
FILE = ("submission", "path", "sha256", "verdict", "period")  # what is told of a return
KEY = ("project", "intervention", "country", "team")  # what it is about


def round_lines(
    pairs: Iterable[Pair], rest: Rest, sides: tuple[Side, Side], language: str, *, short: bool
) -> Iterator[str]:
    """Give a line for each pair, with what changed below it unless `short`; then returns without a partner."""
    total: Counter[str] = Counter()
    say = translator(language)
    for pair in pairs:
        total += Counter(_counts(pair.found))
        yield f"{named(pair.after)}: {_in_figures(_counts(pair.found), language)}"
        if not short:
            yield from (f"  {line}" for line in details(pair.found, language))
    for word, returns in ((say("only before"), rest.only_before), (say("only after"), rest.only_after)):
        yield from (f"{word}: {named(each)} ({each.path})" for each in returns)
    several = say("several, not compared")
    yield from (f"{several}: {named(each)}, {each.period} ({each.path})" for each in rest.several)
    for word, side in zip((say("before"), say("after")), sides, strict=True):
        yield from (f"{word}: {told}" for told in _left_out(side.left_out, language))
    pairs_told = say("Pairs: {pairs}. Only before: {before}. Only after: {after}.").format(
        pairs=total["pairs"], before=len(rest.only_before), after=len(rest.only_after)
    )
    yield f"{pairs_told} {_in_figures(total, language)}"


def _left_out(counts: Mapping[str, int], language: str) -> Iterator[str]:
    """Say how many returns of a round are not compared, by why."""
    say = translator(language)
    for why, count in sorted(counts.items()):
        yield say("{count} refused" if why == REFUSED else "{count} not counted").format(count=count)


def _in_figures(counts: Mapping[str, int], language: str) -> str:
    told = counted(counts["fixed"], counts["new"], counts["unchanged"], language)
    return f"{changed(counts['changed'], language)} {told}"


def named(each: Return) -> str:
    """Name what a return is about, without what it does not say."""
    return " / ".join(part for part in (each.project, each.intervention, each.country, each.team) if part)


def _counts(found: Comparison) -> dict[str, int]:
    return {
        "pairs": 1,
        "changed": len(found.changes),
        "fixed": len(found.fixed),
        "new": len(found.new),
        "unchanged": found.unchanged,
    }


def json_of_files(before: str, after: str, found: Comparison) -> str:
    """Give two files as a JSON document."""
    return _dump({"schema": SCHEMA, "before": before, "after": after, **_comparison(found)})


def json_of_rounds(
    pairs: Iterable[Pair], rest: Rest, sides: tuple[Side, Side], names: tuple[str, str]
) -> Iterator[str]:
    """Give two rounds as the pieces of a JSON document: it is never in memory as a whole."""
    head = _dump({"schema": SCHEMA, "before": names[0], "after": names[1]})
    yield head.removesuffix("}").rstrip() + ',\n  "pairs": ['
    total: Counter[str] = Counter()
    for pair in pairs:
        yield (",\n" if total["pairs"] else "\n") + _dump(_pair(pair))
        total += Counter(_counts(pair.found))
    left = {
        "only_before": [_return(each) for each in rest.only_before],
        "only_after": [_return(each) for each in rest.only_after],
        "several": [_return(each) for each in rest.several],
        "left_out": {
            word: dict(side.left_out) for word, side in zip(("before", "after"), sides, strict=True)
        },
        "summary": {name: total[name] for name in ("pairs", "changed", "fixed", "new", "unchanged")},
    }
    yield "\n],\n" + _dump(left).removeprefix("{").lstrip("\n") + "\n"


def _pair(pair: Pair) -> dict[str, Any]:
    files = {
        word: {name: getattr(each, name) for name in FILE}
        for word, each in (("before", pair.before), ("after", pair.after))
    }
    return {"key": {name: getattr(pair.after, name) for name in KEY}, **files, **_comparison(pair.found)}


def _return(each: Return) -> dict[str, Any]:
    return {name: getattr(each, name) for name in (*FILE, *KEY)}


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "changes": [
            {
                **dict(zip(("tool", "row", "field"), change.key, strict=True)),
                "place": change.place,
                "before": _plain(change.before),
                "after": _plain(change.after),
            }
            for change in found.changes
        ],
        "fixed": [asdict(each) for each in found.fixed],
        "new": [asdict(each) for each in found.new],
        "unchanged": found.unchanged,
    }


def _plain(value: Value | None) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _dump(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)
