"""What was found in returned files, to be read: file by file, the most important first, folded; or every line of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..core.suggest import listed
from ..core.words import SOURCE_LANGUAGE, counted, translator
from ..core.work import grouped
from ..findings import CATALOGUE, Severity, general
from ..findings.value import ANSWER_MISSING, NOT_IN_LIST
from .terminal import beside, cut, hanging, padded, print_lines, shown, style, taken, width

if TYPE_CHECKING:
    from ..outputs.document import FileRow, FindingRow

COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}
VERDICTS = {"accepted": "green", "returned": "red", "refused": "red"}
FOLDED = ("error", "warning")  # what is shown of a file that is folded; the rest is counted
MOST_CELLS = 4  # that are named; of more it is said on which sheets they are
MOST_SHEETS = 3
MOST_FOLDS = 3  # kinds of findings that are told of one file among several
MOST_ALIKE = 20  # files refused for one reason that are told one by one
LEAST_SAID = 24  # columns, of what is said before a place
BEHIND = 11  # columns, of the word before a text
SEVERAL = {  # what is said of many findings of a kind, where there is a better way than a number before one of them
    ANSWER_MISSING.code: "{count} answers missing",
    NOT_IN_LIST.code: "{count} answers not in the list",
}
LABEL = re.compile(r"^\{label\}\s*[:：]\s*")  # before what is said of one of them


def print_every_line(files: Sequence[FileRow], *, quiet: bool) -> None:
    """Print findings, a line each, the place first; below each file its verdict, and why it does not count."""
    for file in files:
        name = Path(file["path"]).name
        for finding in file["findings"]:
            if not quiet or finding["severity"] == "error":
                print_lines(hanging(f"{name}: {_full(finding)}", width()))
        aside = _aside(file)
        verdict = f"{file['verdict']} ({aside})" if aside else file["verdict"]
        print_lines(hanging(f"{name}: {verdict}", width()))


def _full(finding: FindingRow) -> str:
    from ..outputs.build import waiver_of
    from ..outputs.document import place_of

    waiver = finding["waiver"]
    place = f"{place_of(finding)}: " if finding["sheet"] else ""
    waived = f" [waiver {waiver['number']} {waiver_of(waiver).told}]" if waiver else ""
    return f"{place}{finding['code']} {finding['severity']}: {_said(finding)} {finding['remedy']}{waived}"


def _said(finding: FindingRow) -> str:
    hint = f" → “{finding['suggestion']}”?" if finding["suggestion"] else ""
    return f"{finding['message']}{hint}"


def _aside(file: FileRow) -> str:
    """Say why a file that could be read does not count."""
    if file["counted"] or file["status"] == "refused":
        return ""
    return f"{file['status']}: {file['reason']}"


# folded


class FoldedFindings(NamedTuple):
    """The findings of one kind in one file."""

    findings: Sequence[FindingRow]
    language: str = SOURCE_LANGUAGE

    @property
    def first(self) -> FindingRow:
        """Give the first of them."""
        return self.findings[0]

    @property
    def rank(self) -> tuple[int, int]:
        """Give what sorts the most important first."""
        return -Severity(self.first["severity"]).rank, -len(self.findings)

    @property
    def text(self) -> str:
        """Give the text of the findings, one for all where there are several."""
        several = len(self.findings)
        if several == 1:
            return _said(self.first)
        words = SEVERAL.get(self.first["code"]) if self.language == SOURCE_LANGUAGE else None
        return words.format(count=several) if words else f"{several} × {self._one_for_all()}"

    def _one_for_all(self) -> str:
        """Give the sentence that goes for all of them."""
        messages = {each["message"] for each in self.findings}
        kind = CATALOGUE.get(self.first["code"])
        if len(messages) == 1 or kind is None:
            return self.first["message"]
        return general(LABEL.sub("", translator(self.language)(kind.message)))

    @property
    def places(self) -> str:
        """Say where the findings are: cells, or how many on which sheets."""
        named = [each for each in self.findings if each["sheet"]]
        if len(named) <= MOST_CELLS:
            return _cells(named)
        sheets = Counter(each["sheet"] for each in named).most_common()
        if len(sheets) == 1:
            addresses = _addresses(named)
            return f"on {sheets[0][0]}" + (f": {listed(addresses, MOST_CELLS)}" if addresses else "")
        told = [f"{sheet} ({count})" for sheet, count in sheets]
        return f"on {len(sheets)} sheets: {listed(told, MOST_SHEETS)}"


def _cells(findings: Iterable[FindingRow]) -> str:
    by_sheet = grouped((str(each["sheet"]), each) for each in findings)
    return "; ".join(
        f"{sheet}!{', '.join(_addresses(some))}" if _addresses(some) else sheet
        for sheet, some in by_sheet.items()
    )


def _addresses(findings: Iterable[FindingRow]) -> list[str]:
    return [each["cell"] for each in findings if each["cell"]]


def folds(file: FileRow, language: str = SOURCE_LANGUAGE) -> list[FoldedFindings]:
    """Give the findings of a file that nobody has accepted, those of one kind together, the most important first."""
    from ..outputs.document import is_waived

    by_code = grouped((each["code"], each) for each in file["findings"] if not is_waived(each))
    return sorted((FoldedFindings(some, language) for some in by_code.values()), key=lambda fold: fold.rank)


def print_folded(files: Sequence[FileRow], language: str = SOURCE_LANGUAGE, *, quiet: bool) -> None:
    """Print files by team, the most important team first; those with nothing to look at in one line.

    Of one file alone everything is told, of several what matters most.
    """
    severities = FOLDED[:1] if quiet else FOLDED
    clean: list[FileRow] = []
    aside: dict[str, list[FileRow]] = {}
    alike: dict[str, list[FileRow]] = {}
    for file in by_importance(files):
        told = [fold for fold in folds(file, language) if fold.first["severity"] in severities]
        if told and file["verdict"] == "refused":
            same = alike.setdefault(told[0].first["code"], [])
            same.append(file)
            if len(same) > MOST_ALIKE:
                continue
        if told and not _is_settled(file):
            _print_file(file, told, None if len(files) == 1 else MOST_FOLDS)
        elif _aside(file):
            aside.setdefault(_aside(file), []).append(file)
        else:
            clean.append(file)
    for code, some in alike.items():
        if more := some[MOST_ALIKE:]:
            names = listed([_named(each) for each in more], MOST_ALIKE)
            _print_names(f"Refused like them, {code}, {counted(len(more), 'more file')}: ", [names])
    for why, some in aside.items():
        if len(some) == 1:
            _print_head(_named(some[0]), f"{some[0]['status']}:", str(some[0]["reason"]))
        else:
            _print_names(f"{why} {counted(len(some), 'file')}: ", map(_named, some))
    if clean and not quiet:
        _print_names(f"Nothing to look at in {counted(len(clean), 'file')}: ", _by_team(clean))


def by_importance(files: Sequence[FileRow]) -> list[FileRow]:
    """Give files by team: first those that could not be read, then who has most to correct; within it what counts."""
    teams = grouped((_team(file) or file["path"], file) for file in files)
    ordered = sorted(teams.items(), key=lambda item: (_importance(item[1]), item[0]))
    return [file for _, some in ordered for file in sorted(some, key=lambda each: not each["counted"])]


def _importance(files: Sequence[FileRow]) -> tuple[bool, int, int]:
    """Give what sorts the most important first."""
    refused = any(file["verdict"] == "refused" for file in files)
    found = (fold for file in files if not _is_settled(file) for fold in folds(file))
    counts = Counter(each["severity"] for fold in found for each in fold.findings)
    return not refused, -counts["error"], -counts["warning"]


def _is_settled(file: FileRow) -> bool:
    """Tell whether nobody has to do anything about a file: another one counts in its place, or it is a copy."""
    return file["settled"] and bool(_aside(file))


def _team(file: FileRow) -> str:
    return file["identity"]["team"] if file["identity"] else ""


def _named(file: FileRow) -> str:
    name, team = Path(file["path"]).name, _team(file)
    return name if not team or name.startswith(team) else f"{team} {name}"


def _print_file(file: FileRow, told: Sequence[FoldedFindings], most: int | None) -> None:
    counts = file["counts"]
    found = [counted(counts[key], key) for key in FOLDED if counts[key]]
    found += [f"{counts[key]} {key}" for key in ("info", "waived") if counts[key]]
    _print_head(_named(file), f"{file['verdict']},", ", ".join(found), VERDICTS[file["verdict"]])
    if _aside(file):
        _print_row("  status", None, _aside(file), short=False)
    refused = file["verdict"] == "refused"
    for fold in told[:most]:
        _print_fold(fold, refused=refused, alone=most is None)
    if most and told[most:]:
        others = ((fold.first["code"], len(fold.findings)) for fold in told[most:])
        codes = ", ".join(f"{code} ×{several}" if several > 1 else code for code, several in others)
        _print_row("  also", None, codes, short=True)


def _print_fold(fold: FoldedFindings, *, refused: bool, alone: bool) -> None:
    severity, where = fold.first["severity"], f" ({fold.places})" if fold.places else ""
    whole = refused or alone
    remedy = f" {fold.first['remedy']}" if whole else ""
    said = f"{fold.first['code']} {fold.text}"
    columns = width()
    room = columns - BEHIND - taken(where) if columns else 0
    if not whole and room > LEAST_SAID:  # where it is stands there whole
        said = cut(shown(said), room)
    _print_row(f"  {severity}", COLOURS[severity], f"{said}{where}{remedy}", short=not whole)


def _print_row(word: str, colour: str | None, text: str, *, short: bool) -> None:
    """Print a text behind a word; `short`: in one line of the terminal."""
    columns, first = width(), padded(word, BEHIND)
    if short and columns:
        text = cut(shown(text), columns - BEHIND)
    print_lines(beside(style(first, fg=colour), text, columns, indent=BEHIND))


def _print_head(name: str, verdict: str, text: str, colour: str | None = None) -> None:
    """Print the line above what was found in a file: its name, on lines of its own where it is long."""
    columns, behind = width(), f": {verdict} "
    *above, name = hanging(name, columns - taken(behind) if columns else None)
    print_lines(style(each, bold=True) for each in above)
    first = f"{style(name, bold=True)}: {style(verdict, fg=colour, bold=True)} "
    print_lines(beside(first, text, columns, indent=taken(name + behind)))


def _by_team(files: Sequence[FileRow]) -> list[str]:
    """Name files by their team where that is enough to know them."""
    teams = Counter(map(_team, files))
    return [_team(each) if teams[_team(each)] == 1 and _team(each) else _named(each) for each in files]


def _print_names(first: str, names: Iterable[str]) -> None:
    print_lines(hanging(f"{first}{', '.join(names)}", width()))
