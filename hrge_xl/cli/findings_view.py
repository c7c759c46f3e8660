"""What was found in returned files, to be read: file by file, the most important first, folded; or every line of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from ..core.errors import listed
from ..core.words import SOURCE_LANGUAGE, Translate, translator
from ..core.work import grouped
from ..findings.causes import ALIKE, Cause, first_screen
from ..findings.value import ANSWER_MISSING, NOT_IN_LIST
from .terminal import beside, cut, hanging, print_lines, shown, style, width

if TYPE_CHECKING:
    from ..outputs.document import FileRow, FindingRow

COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}
COUNTED = {  # how many there are of something: one, and several
    "error": ("{n} error", "{n} errors"),
    "warning": ("{n} warning", "{n} warnings"),
    "info": ("{n} info", "{n} info"),
    "waived": ("{n} waived", "{n} waived"),
    "file": ("{n} file", "{n} files"),
}
VERDICTS = {"accepted": "green", "returned": "red", "refused": "red"}
FOLDED = ("error", "warning")  # what is shown of a file that is folded; the rest is counted
MOST_CELLS = 4  # that are named; of more it is said on which sheets they are
MOST_SHEETS = 3
MOST_FOLDS = 3  # kinds of findings that are told of one file among several
LEAST_SAID = 24  # columns, of what is said before a place
WORDS = ("error", "warning", "also", "status")  # that stand before a text
SEVERAL = {  # what is said of many findings of a kind, where there is a better way than a number before one of them
    ANSWER_MISSING.code: "{count} answers missing",
    NOT_IN_LIST.code: "{count} answers not in the list",
}


def print_every_line(
    files: Sequence[FileRow], language: str = SOURCE_LANGUAGE, *, quiet: bool
) -> None:
    """Print findings, a line each, the place first; below each file its verdict, and why it does not count."""
    from ..outputs.build import waiver_of
    from ..outputs.document import place_of

    say = translator(language)
    for file in files:
        name = Path(file["path"]).name
        for finding in file["findings"]:
            if quiet and finding["severity"] != "error":
                continue
            waiver = finding["waiver"]
            place = f"{place_of(finding)}: " if finding["sheet"] else ""
            waived = f" [waiver {waiver['number']} {waiver_of(waiver).told}]" if waiver else ""
            first = f"{name}: {place}{finding['code']} {say(finding['severity'])}:"
            text = f"{first} {_message(finding)} {finding['remedy']}{waived}"
            print_lines(hanging(text, width()))
        verdict = say(file["verdict"])
        if _is_aside(file):
            verdict += f" ({_aside(file, say)})"
        print_lines(hanging(f"{name}: {verdict}", width()))


def _message(finding: FindingRow) -> str:
    hint = f" → “{finding['suggestion']}”?" if finding["suggestion"] else ""
    return f"{finding['message']}{hint}"


def _is_aside(file: FileRow) -> bool:
    """Tell whether a file could be read and does not count."""
    return not file["counted"] and file["status"] != "refused"


def _aside(file: FileRow, say: Translate) -> str:
    """Say why such a file does not count."""
    return f"{say(file['status'])}: {file['reason']}"


# folded


def _text(findings: Sequence[FindingRow], language: str) -> str:
    """Return the text of findings of one kind, a sentence that goes for all of them where there are several."""
    from ..outputs.document import common_text

    first = findings[0]
    several = len(findings)
    if several == 1:
        return _message(first)
    if language == SOURCE_LANGUAGE and first["code"] in SEVERAL:
        return SEVERAL[first["code"]].format(count=several)
    return f"{several} × {common_text(findings, language)}"


def _places(findings: Sequence[FindingRow], language: str) -> str:
    """Say where findings are: in which cells, or how many on which sheets."""
    say = translator(language)

    def first(names: Sequence[str], most: int) -> str:
        shown_names = ", ".join(names[:most])
        remaining = len(names) - most
        return (
            say("{names} and {n} more").format(names=shown_names, n=remaining)
            if remaining > 0
            else shown_names
        )

    cells = grouped((finding["sheet"], finding["cell"]) for finding in findings if finding["sheet"])
    addresses = {sheet: list(filter(None, some)) for sheet, some in cells.items()}
    if sum(map(len, cells.values())) <= MOST_CELLS:
        return "; ".join(
            f"{sheet}!{', '.join(some)}" if some else sheet for sheet, some in addresses.items()
        )
    if len(cells) == 1:
        ((sheet, some),) = addresses.items()
        on_sheet = say("on {sheet}").format(sheet=sheet)
        return f"{on_sheet}: {first(some, MOST_CELLS)}" if some else on_sheet
    counts = {sheet: len(some) for sheet, some in cells.items()}
    ordered = sorted(counts, key=lambda sheet: -counts[sheet])
    texts = [f"{sheet} ({counts[sheet]})" for sheet in ordered]
    return f"{say('on {n} sheets').format(n=len(cells))}: {first(texts, MOST_SHEETS)}"


class FoldedPrinter:
    """Prints files with their findings, folded, in a language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.say = translator(language)
        # columns, of the word before a text
        self.behind = max(cell_len(self.say(word)) for word in WORDS) + 4

    def show(self, files: Sequence[FileRow], *, quiet: bool) -> None:
        """Print files by team, the most important team first; those with nothing to look at in one line.

        Of one file alone its causes are told, of several what matters most.
        """
        severities = FOLDED[:1] if quiet else FOLDED
        clean: list[FileRow] = []
        aside: dict[str, list[FileRow]] = {}
        alike: dict[str, list[FileRow]] = {}
        alone = len(files) == 1
        for file in by_importance(files):
            causes = [
                cause
                for cause in _open_causes(file)
                if cause.severity in severities or (alone and not quiet and cause.total > ALIKE)
            ]
            if causes and file["verdict"] == "refused":
                same = alike.setdefault(causes[0].code, [])
                same.append(file)
                if len(same) > ALIKE:
                    continue
            if causes and not _is_settled(file):
                self._file(file, causes, alone=alone)
            elif _is_aside(file):
                aside.setdefault(_aside(file, self.say), []).append(file)
            else:
                clean.append(file)
        for code, some in alike.items():
            if further_files := some[ALIKE:]:
                named = listed([*map(_named, further_files)], ALIKE)
                first = self.say("Refused like them, {code}, {files}").format(
                    code=code, files=self._counted(len(further_files), "file")
                )
                _print_names(f"{first}: ", [named])
        for why, some in aside.items():
            if len(some) == 1:
                _print_head(
                    _named(some[0]), f"{self.say(some[0]['status'])}:", str(some[0]["reason"])
                )
            else:
                _print_names(f"{why} {self._counted(len(some), 'file')}: ", map(_named, some))
        if clean and not quiet:
            first = self.say("Nothing to look at in {files}").format(
                files=self._counted(len(clean), "file")
            )
            _print_names(f"{first}: ", _by_team(clean))

    def _counted(self, count: int, noun: str) -> str:
        singular, plural = COUNTED[noun]
        return self.say(singular if count == 1 else plural).format(n=f"{count:,}")

    def _file(
        self, file: FileRow, causes: Sequence[Cause[tuple[FileRow, FindingRow]]], *, alone: bool
    ) -> None:
        numbers = [
            self._counted(file["counts"][key], key) for key in COUNTED if file["counts"].get(key)
        ]
        verdict = file["verdict"]
        _print_head(_named(file), f"{self.say(verdict)},", ", ".join(numbers), VERDICTS[verdict])
        if _is_aside(file):
            self._row("status", None, _aside(file, self.say), short=False)
        whole = verdict == "refused" or alone
        first, further_causes = first_screen(causes)
        if not alone:
            first = [*causes[:MOST_FOLDS]]
            further_causes = [*causes[MOST_FOLDS:]]
        columns = width()
        for cause in first:
            findings = [finding for _, finding in cause.items]
            text = f"{cause.code} {_text(findings, self.language)}"
            if cause.consequences:
                follow = (f"{code} ×{len(items)}" for code, items in cause.consequences.items())
                text += f" [{', '.join(follow)}]"
            places = _places(findings, self.language)
            if places:
                places = f" ({places})"
            remedy = f" {findings[0]['remedy']}" if whole else ""
            room = columns - self.behind - cell_len(places) if columns else 0
            if not whole and room > LEAST_SAID:  # where it is stands there whole
                text = cut(shown(text), room)
            self._row(
                cause.severity, COLOURS[cause.severity], f"{text}{places}{remedy}", short=not whole
            )
        if further_causes:
            also = (
                f"{cause.code} ×{cause.total}" if cause.total > 1 else cause.code
                for cause in further_causes
            )
            self._row("also", None, ", ".join(also), short=not alone)

    def _row(self, word: str, colour: str | None, text: str, *, short: bool) -> None:
        """Print a text behind a word; `short`: in one line of the terminal."""
        columns = width()
        first = set_cell_size(f"  {self.say(word)}", self.behind)
        if short and columns:
            text = cut(shown(text), columns - self.behind)
        print_lines(beside(style(first, fg=colour), text, columns, indent=self.behind))


def _open_causes(file: FileRow) -> list[Cause[tuple[FileRow, FindingRow]]]:
    """Return the causes of the findings of a file that nobody has accepted."""
    from ..outputs.document import causes, is_waived

    findings = [finding for finding in file["findings"] if not is_waived(finding)]
    return causes([{**file, "findings": findings}])


def by_importance(files: Sequence[FileRow]) -> list[FileRow]:
    """Return files by team: first those that could not be read, then who has most to correct; within it what counts."""
    teams = grouped((_team(file) or file["path"], file) for file in files)
    ordered = sorted(
        teams.items(), key=lambda team_files: (_importance(team_files[1]), team_files[0])
    )
    return [
        file for _, some in ordered for file in sorted(some, key=lambda file: not file["counted"])
    ]


def _importance(files: Sequence[FileRow]) -> tuple[bool, int, int]:
    """Return what sorts the most important first."""
    from ..outputs.document import is_waived

    refused = any(file["verdict"] == "refused" for file in files)
    findings = (finding for file in files if not _is_settled(file) for finding in file["findings"])
    counts = Counter(finding["severity"] for finding in findings if not is_waived(finding))
    return not refused, -counts["error"], -counts["warning"]


def _is_settled(file: FileRow) -> bool:
    """Tell whether nobody has to do anything about a file: another one counts in its place, or it is a copy."""
    return file["settled"] and _is_aside(file)


def _team(file: FileRow) -> str:
    return file["identity"]["team"] if file["identity"] else ""


def _named(file: FileRow) -> str:
    name = Path(file["path"]).name
    team = _team(file)
    return name if not team or name.startswith(team) else f"{team} {name}"


def _print_head(name: str, verdict: str, text: str, colour: str | None = None) -> None:
    """Print the line above what was found in a file: its name, on lines of its own where it is long."""
    columns = width()
    behind = f": {verdict} "
    *above, name = hanging(name, columns - cell_len(behind) if columns else None)
    print_lines(style(part, bold=True) for part in above)
    first = f"{style(name, bold=True)}: {style(verdict, fg=colour, bold=True)} "
    print_lines(beside(first, text, columns, indent=cell_len(name + behind)))


def _by_team(files: Sequence[FileRow]) -> list[str]:
    """Name files by their team where that is enough to know them."""
    teams = Counter(map(_team, files))
    return [
        _team(file) if teams[_team(file)] == 1 and _team(file) else _named(file) for file in files
    ]


def _print_names(first: str, names: Iterable[str]) -> None:
    print_lines(hanging(f"{first}{', '.join(names)}", width()))
