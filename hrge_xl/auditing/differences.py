"""What differs between two JSON documents, wherever it stands: a key or an item on one side only, or another value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

GONE, NEW, CHANGED = "gone", "new", "changed"
ABSENT: Final[Any] = object()  # on this side there is nothing, not even null
SHOWN = ("path", "code", "number", "title", "down", "across")  # what an item of a list is known by, to read
IDENTIFYING = (*SHOWN, "team", "file", "tool", "sheet", "cell", "row", "field")
LONGEST = 80  # of a value that is shown


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the report (`then`) and the same report made again (`now`) say different things."""

    place: str  # `summary.info`; in a file `findings[V002 Plan!E18].value`
    then: Any = ABSENT
    now: Any = ABSENT
    file: str | None = None
    source: str = "report"  # what `then` is said by

    @property
    def kind(self) -> str:
        """Whether it is in the report only, in the report made again only, or in both and changed."""
        return GONE if self.now is ABSENT else NEW if self.then is ABSENT else CHANGED

    def line(self, *, redacted: bool) -> str:
        """Give the difference to read; redacted, without anything that may have come out of a file."""
        where = f"{self.file}: " if self.file else ""
        if self.kind == CHANGED:
            return f"{where}{self.place}{self._change(redacted)}."
        side = (
            f"in the {self.source}, not found again"
            if self.kind == GONE
            else f"found now, not in the {self.source}"
        )
        return f"{where}{self.kind}: {self.place}, {side}.{'' if redacted else self._message()}"

    def data(self, *, redacted: bool) -> dict[str, Any]:
        """Give the same as JSON data."""
        row = {"kind": self.kind, "file": self.file, "what": self.place}
        sides = {"then": self.then, "now": self.now}
        return (
            row if redacted else row | {key: None if each is ABSENT else each for key, each in sides.items()}
        )

    def _change(self, redacted: bool) -> str:
        if redacted or not (_is_plain(self.then) and _is_plain(self.now)):
            return " differs"
        return f": “{_short(self.then)}” in the {self.source}, “{_short(self.now)}” now"

    def _message(self) -> str:
        item = self.then if self.kind == GONE else self.now
        if isinstance(item, dict):
            return f" {item['message']}" if "message" in item else f" {_short(_words_of(item))}"
        return f" It says “{_short(item)}”." if _is_plain(item) else ""


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _words_of(item: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in item.items() if _is_plain(value))


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + " …"


def differences(then: Any, now: Any, place: str = "") -> Iterator[Difference]:
    """Yield every difference between two JSON values; 1, 1.0 and true are three values."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*then, *now]):
            inner = f"{place}.{key}" if place else key
            yield from differences(then.get(key, ABSENT), now.get(key, ABSENT), inner)
    elif isinstance(then, list) and isinstance(now, list):
        yield from _in_lists(then, now, place)
    elif type(then) is not type(now) or then != now:
        yield Difference(place, then, now)


def _in_lists(then: Sequence[Any], now: Sequence[Any], place: str) -> Iterator[Difference]:
    """Match items in their order by what identifies them; one that has moved is gone here and new there."""
    before, after = ([_identity(item) for item in side] for side in (then, now))
    for same, first, last, start, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if same == "equal":
            for number in range(first, last):
                inner = _in_place(place, number, then[number])
                yield from differences(then[number], now[number - first + start], inner)
        else:
            for number in range(first, last):
                yield Difference(_in_place(place, number, then[number]), then=then[number])
            for number in range(start, stop):
                yield Difference(_in_place(place, number, now[number]), now=now[number])


def _identity(item: Any) -> str:
    return json.dumps(_words(item, IDENTIFYING) if isinstance(item, dict) else item, sort_keys=True)


def _in_place(place: str, number: int, item: Any) -> str:
    """Name an item as a reader would: `findings[V002 Plan!E18]`, else by its number."""
    cell = "!".join(_words(item, ("sheet", "cell")))
    return f"{place}[{' '.join([*_words(item, SHOWN), *([cell] if cell else [])]) or number}]"


def _words(item: Any, keys: Sequence[str]) -> list[str]:
    values = [item.get(key) for key in keys] if isinstance(item, dict) else []
    return [str(each) for each in values if isinstance(each, str | int)]
