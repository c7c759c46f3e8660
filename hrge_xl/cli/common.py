"""What several commands share: options, the day, how findings are printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from ..addresses import masked
from ..dates import RANGE, parse_day
from ..errors import Exit, UsageError
from ..paths import path_text, read_regular
from ..shell_words import quoted
from ..suggest import did_you_mean
from .groups import said
from .terminal import beside, line, style, width

if TYPE_CHECKING:
    from ..reports.build import Facts
    from ..reports.document import FileRow
    from ..rounds.datasets import Dataset, Question


MOST_PASSWORD_BYTES = 10_000
WARNING = "yellow"


class Day(click.ParamType[date]):
    """A day as 2026-03-31."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Text to a day."""
        if isinstance(value, date):
            return value
        day = parse_day(value)
        if day is None:
            self.fail(f"{value} is not {RANGE}. Write it as 2026-03-31.", param, ctx)
        return day


class SpecName(click.ParamType[str]):
    """The name of a spec that is installed, or the path of a folder; a name that is also a folder here is told."""

    name = "spec"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Text as it is."""
        from ..spec.load import hint_at, names

        text = str(value)
        if text in names() and (hint := hint_at(text)):
            line(f"{text} is the spec of this name that is installed. {hint}", err=True)
        return text

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the specs that are installed; folders once none of these is meant."""
        from ..spec.load import names

        found = [CompletionItem(name) for name in names() if name.startswith(incomplete)]
        return found or [CompletionItem(incomplete, type="dir")]


def today_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--today`: the day that due dates are measured against; fixing it makes results repeatable."""
    text = "The day that due dates are measured against (default: today)."
    return click.option("--today", type=Day(), default=None, metavar="DAY", help=text)(function)


def spec_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--spec`."""
    text = (
        "Name or folder of the spec that the files must belong to, or a round (default: what each file says)."
    )
    return click.option("--spec", type=SpecName(), metavar="SPEC", help=text)(function)


def password_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--password-file`: the command is given the password that stands in the file."""
    return click.option(
        "--password-file",
        "password",
        type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True),
        callback=lambda _ctx, _option, file: first_line(file) if file else None,
        help="A text file, or -, whose first line opens encrypted workbooks (needs the extra encrypted).",
    )(function)


AS_SUITS = 0  # as many processes as suit the files


def jobs_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--jobs`."""
    text = "Processes to read with (default: one per core)."
    return click.option("--jobs", type=click.IntRange(1, 64), default=None, metavar="N", help=text)(function)


def the_day(today: date | None) -> date:
    """Give the day given, else the day it is here."""
    return today or datetime.now().astimezone().date()


def started(today: date | None) -> str:
    """Say when the run began; with a fixed day the start of that day, so that reports repeat to the byte."""
    moment = datetime.combine(today, datetime.min.time(), UTC) if today else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def command_line() -> str:
    """Give the command as it was typed, without the path of the program and what could be a password."""
    return path_text(masked(" ".join(["hrge-xl", *sys.argv[1:]]), sys.argv[1:]))


def facts(today: date | None, *, redacted: bool = False, language: str | None = None) -> Facts:
    """Give what a report says of the run."""
    from ..reports.build import Facts
    from ..words import SOURCE_LANGUAGE

    command = f"{click.get_current_context().command_path} --redact" if redacted else command_line()
    return Facts(started(today), the_day(today), command, language or SOURCE_LANGUAGE, redacted)


def question(
    paths: Sequence[str], today: date | None, *, spec: str | None = None, jobs: int | None = None,
    ledger: Path | None = None, password: str | None = None, received: date | None = None,
) -> Question:  # fmt: skip
    """Give what is asked of returned files: see `hrge_xl.rounds.datasets`."""
    from ..dataset.ledger import Arrived
    from ..rounds.datasets import Question

    return Question(
        paths, the_day(today), spec, jobs or AS_SUITS, password, ledger,
        rejudge=today is not None, arrived=Arrived(received, stated=True) if received else Arrived(),
    )  # fmt: skip


def received_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--received`: the day of arrival of what is seen for the first time."""
    text = "The day on which files seen for the first time arrived (default: today)."
    return click.option("--received", type=Day(), default=None, metavar="DAY", help=text)(function)


def lang_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--lang`: the language of who reads what is said of findings."""
    return click.option(
        "--lang",
        default=None,
        metavar="LANG",
        callback=lambda _, __, tag: known_language(tag),
        help="Language in which findings are worded (default: English).",
    )(function)


def known_language(tag: str | None) -> str | None:
    """Give a language that the program speaks. Raises `UsageError` with those that it does."""
    from ..words import languages

    return one_of(tag, languages(), "language") if tag else None


def ledger_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--ledger`: whose waivers count."""
    return click.option(
        "--ledger",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        default=None,
        metavar="FOLDER",
        help="Folder with the ledger whose waivers count (default: the round folder, where one is given).",
    )(function)


def first_line(file: Path) -> str:
    """Give a password from a file, so that it stands in no command line."""
    try:
        read = read_regular if str(file) != STDIN else _from_stdin
        text = read(file, MOST_PASSWORD_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file}: the password cannot be read. Save it as UTF-8 text, on the first line."
        ) from error
    return (text.splitlines() or [""])[0]


def print_totals(datasets: Sequence[Dataset]) -> None:
    """Print what was received and what became of it on stderr, as the last lines."""
    from ..reports.build import totals

    print_notes(*datasets)
    for told in totals(datasets).lines():
        line(told, err=True)


def print_notes(*datasets: Dataset) -> None:
    """Print on stderr what there is to know of datasets before anything of them is believed."""
    for told in dict.fromkeys(note for each in datasets for note in each.notes):
        line(told, err=True)


def _from_stdin(_: Path, most: int) -> bytes:
    return sys.stdin.buffer.read(most)


OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    default=None,
    metavar="FILE",
    help="Write what would be printed into this file (- is standard output).",
)  # of commands whose output is data; a file that is written by > may be of another encoding


def next_step(command: str, *words: str | Path, and_then: str = "", language: str | None = None) -> None:
    """Say on stderr, last of all, which command comes next."""
    from ..words import SOURCE_LANGUAGE, translator

    typed = " ".join(["hrge-xl", command, *map(quoted, words)])
    line(f"{translator(language or SOURCE_LANGUAGE)('Next')}: {typed}{and_then}", err=True)


def exit_code(files: Sequence[FileRow], fail_on: str) -> int:
    """Give 4 when files were refused, 1 when findings reach `fail_on` that nobody waived or settled, else 0."""
    from ..reports.document import is_waived

    if any(file["verdict"] == "refused" for file in files):
        return int(Exit.REFUSED)
    levels = {"error": {"error"}, "warning": {"error", "warning"}, "never": set()}[fail_on]
    found = (finding for file in files if not file["settled"] for finding in file["findings"])
    hit = any(each["severity"] in levels and not is_waived(each) for each in found)
    return int(Exit.FINDINGS if hit else Exit.OK)


def warn(text: str) -> None:
    """Print on stderr what somebody should know and nothing stops for."""
    first = "warning: "
    for each in beside(style(first, fg=WARNING), text, width(), indent=len(first)):
        line(each, err=True)


def warn_of_ledgers(*folders: Path) -> None:
    """Say on stderr what is doubtful about the ledgers of some folders."""
    from ..rounds.datasets import ledger_doubts

    for told in ledger_doubts(*folders):
        warn(told)


def quiet(ctx: click.Context) -> bool:
    """Say whether `-q` was given."""
    return said(ctx, "quiet")


def verbose(ctx: click.Context) -> bool:
    """Tell whether `-v` was given."""
    return said(ctx, "verbose")


def one_of(value: str, known: Sequence[str], what: str) -> str:
    """Give the value if it is known. Raises `UsageError` with what is."""
    if value not in known:
        hint = did_you_mean(value, known)
        raise UsageError(f"There is no {what} '{value}'. {hint}Known are: {', '.join(known)}.")
    return value


# `-` as a path

STDIN = "-"
LIST = "@-"  # a list of paths, a path a line
NAMES = {STDIN: "stdin.xlsx", LIST: "stdin.txt"}
MOST_BYTES = 100_000_000


class ReturnedPath(click.Path):
    """The path of returned files: a file, folder, glob, @list.txt, or `-` for a workbook on standard input."""

    def __init__(self) -> None:
        super().__init__(allow_dash=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the path; where it is `-`, that of a file with what comes."""
        text = str(value)
        return text if text not in NAMES else _kept(text, ctx)


def _kept(text: str, ctx: click.Context | None) -> str:
    """Keep standard input in a file until the command is done."""
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"{text}: more than {MOST_BYTES // 1_000_000} MB arrived on standard input. Name a file."
        )
    folder = Path(mkdtemp(prefix="hrge-xl-"))
    file = folder / NAMES[text]
    file.write_bytes(data)
    if ctx is not None:
        ctx.find_root().call_on_close(lambda: _remove(file))
    return f"@{file}" if text == LIST else str(file)


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    file.parent.rmdir()
