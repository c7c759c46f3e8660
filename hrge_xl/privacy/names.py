"""What stands in what is shared in place of names that teams chose.

A file is called by its team and the number of the return, which is its place in the order of receipt: it stays the
same whatever arrives, and with it, or with the hash, the office finds the file in its own dataset. A sheet keeps a name
that the program gives; one that was renamed has its name back, and those that a team added are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from ..core.dates import parse_moment
from ..core.words import translator
from ..dataset.returns import Return, shared_name
from ..spec.model import Spec
from ..spec.supplements import IDENTITY_SHEET, LAST_SHEET, NAMES


def moment_saved(saved: str | None) -> str | None:
    """Give when a file says that it was saved, unless that is something else than a moment."""
    return saved if saved and parse_moment(saved) else None


class SheetNames:
    """What the sheets of some returns are called.

    `tools` are the sheets with questions (submission, tool, name in the file), `others` whatever else something was
    noticed on (submission, name).
    """

    def __init__(
        self, spec: Spec | None, language: str, tools: Iterable[tuple[str, str, str]], others: Iterable[tuple[str, str]]
    ) -> None:  # fmt: skip
        said = {tool.code: tool.sheet for tool in spec.tools} if spec else {}
        self._issued = {IDENTITY_SHEET, LAST_SHEET}
        for each in spec.languages if spec else (language,):
            self._issued |= {sheet.say(each) for sheet in said.values()} | set(map(translator(each), NAMES))
        self._added, counts = translator(language)("a sheet of their own ({number})"), Counter[str]()
        self._names = {
            (submission, sheet): said[tool].say(language) if tool in said else tool
            for submission, tool, sheet in tools
        }
        for submission, sheet in sorted(set(others)):
            if sheet not in self._issued and (submission, sheet) not in self._names:
                counts[submission] += 1
                self._names[submission, sheet] = self._added.format(number=counts[submission])

    def __call__(self, submission: str, sheet: str) -> str:
        """Give what a sheet of a return is called."""
        if sheet in self._issued:
            return sheet
        return self._names.get((submission, sheet), self._added.format(number="…"))


def sheet_names(returns: Sequence[Return], spec: Spec | None, language: str) -> SheetNames:
    """Give what the sheets of returns are called, for readers of a language."""
    tools = ((each.submission, sheet.tool, sheet.sheet) for each in returns for sheet in each.sheets)
    others = [(each.submission, one.sheet) for each in returns for one in each.findings if one.sheet]
    others += [(each.submission, text.sheet) for each in returns for text in (*each.unplaced, *each.comments)]
    return SheetNames(spec, language, tools, others)


def under_shared_names(each: Return, sheets: SheetNames, folder: str = "") -> Return:
    """Give a return with the names under which it is shared."""
    known, called = (each.team, each.return_number, each.submission), partial(sheets, each.submission)
    places = [
        item._replace(path=folder + shared_name(*known, place))
        for place, item in enumerate([each.item, *each.copies], 1)
    ]
    path = places[0].path
    return replace(
        each, path=path, items=places, saved=moment_saved(each.saved),
        sheets=[sheet._replace(sheet=called(sheet.sheet)) for sheet in each.sheets],
        unplaced=[replace(text, sheet=called(text.sheet)) for text in each.unplaced],
        findings=[
            replace(
                one, sheet=one.sheet and called(one.sheet),
                waiver=one.waiver and replace(one.waiver, file=path, sheet=None),
            )
            for one in each.findings
        ],
    )  # fmt: skip
