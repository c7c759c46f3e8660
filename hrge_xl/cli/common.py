"""What several commands share: arguments and options, the day, how findings are printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

import hrge_xl

from ..addresses import masked
from ..dates import RANGE, parse_day
from ..errors import Exit, UsageError
from ..paths import path_text, read_regular
from ..shell_words import quoted
from ..suggest import did_you_mean
from .terminal import beside, line, output_to, print_json, print_lines, style, width

if TYPE_CHECKING:
    from .. import Dataset, Facts, Question
    from ..reports.document import FileRow


Command = TypeVar("Command", bound=Callable[..., Any])
MOST_PASSWORD_BYTES = 10_000
WARNING = "yellow"
AS_SUITS = 0  # as many processes as suit the files


def as_day(value: object) -> date:
    """Give a day as 2026-03-31 says it; a file of settings may have a day, a text or a number."""
    day = value if isinstance(value, date) else parse_day(str(value))
    if day is None:
        raise click.BadParameter(f"{value} is not {RANGE}. Write it as 2026-03-31.")
    return day


def as_codes(value: object) -> tuple[str, ...]:
    """Give codes that are separated by commas or spaces, or are a list in a file of settings, where 3.4 is a number."""
    codes = value if isinstance(value, list | tuple) else str(value).replace(",", " ").split()
    return tuple(map(str, codes))


class SpecName(click.ParamType[str]):
    """The name of a spec that is installed, or the path of a folder; a name that is also a folder here is told."""

    name = "spec"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Text as it is."""
        text = str(value)
        if hint := hrge_xl.shadowed_name(text):
            line(f"{text} is the spec of this name that is installed. {hint}", err=True)
        return text

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the specs that are installed; folders once none of these is meant."""
        found = [CompletionItem(name) for name in hrge_xl.versions() if name.startswith(incomplete)]
        return found or [CompletionItem(incomplete, type="dir")]


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
    assert ctx is not None
    file = Path(ctx.find_root().with_resource(TemporaryDirectory(prefix="hrge-xl-")), NAMES[text])
    file.write_bytes(data)
    return f"@{file}" if text == LIST else str(file)


# arguments and options

DAY, CODES, SPEC, RETURNED = as_day, as_codes, SpecName(), ReturnedPath()
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
THERE = click.Path(exists=True, path_type=Path)  # a file or a folder
ANYWHERE = click.Path(path_type=Path)  # what may not be there yet


def today() -> date:
    """Give the day it is here."""
    return datetime.now().astimezone().date()


round_argument = click.argument("folder", metavar="ROUND", type=FOLDER)
paths_argument = click.argument("paths", nargs=-1, required=True, type=RETURNED)
today_option = click.option(
    "--today", type=DAY, default=today, metavar="DAY",
    help="The day that due dates are measured against (default: today).",
)  # fmt: skip
spec_option = click.option(
    "--spec", type=SPEC, metavar="SPEC",
    help="Name or folder of the spec that the files must belong to, or a round (default: what each file says).",
)  # fmt: skip
password_option = click.option(
    "--password-file",
    "password",
    type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True),
    callback=lambda _ctx, _option, file: file and first_line(file),
    help="A text file, or -, whose first line opens encrypted workbooks (needs the extra encrypted).",
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    metavar="N",
    callback=lambda _, __, jobs: jobs or AS_SUITS,
    help="Processes to read with (default: one per core).",
)
received_option = click.option(
    "--received", type=DAY, metavar="DAY",
    help="The day on which files seen for the first time arrived (default: today).",
)  # fmt: skip
ledger_option = click.option(
    "--ledger", type=FOLDER, metavar="FOLDER",
    help="Folder with the ledger whose waivers count (default: the round folder, where one is given).",
)  # fmt: skip
redact_option = click.option("--redact", is_flag=True, help="Show no values from the files.")
again_option = click.option("--again", is_flag=True, help="Also write those that were written before.")
dataset_store_option = click.option(
    "--store", metavar="URL", help="The database that the dataset is also in."
)
# Of commands whose output is data; a file that is written by > may be of another encoding.
output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
    help="Write what would be printed into this file (- is standard output).",
)  # fmt: skip


def language_option(text: str, default: str | None = None) -> Callable[[Command], Command]:
    """`--lang`: a language of the program."""
    return click.option(
        "--lang", metavar="LANG", callback=lambda _, __, tag: _known_language(tag or default), help=text
    )


def _known_language(tag: str | None) -> str | None:
    """Give a language that the program speaks. Raises `UsageError` with those that it does."""
    from ..words import languages

    if tag and tag not in (known := languages()):
        raise UsageError(
            f"There is no language '{tag}'. {did_you_mean(tag, known)}Known are: {', '.join(known)}."
        )
    return tag


lang_option = language_option("Language in which findings are worded (default: English).", "en")


def json_option(text: str = "As JSON on stdout.") -> Callable[[Command], Command]:
    """`--json`, with what it gives."""
    return click.option("--json", "as_json", is_flag=True, help=text)


def data_options(text: str = "As JSON on stdout.") -> Callable[[Command], Command]:
    """`--json` and `--output`, of commands whose result is lines or the same as data: see `print_result`."""
    return lambda command: json_option(text)(output_option(command))


def folder_option(default: str) -> Callable[[Command], Command]:
    """`--output`: the folder to write into."""
    return click.option(
        "-o", "--output", type=ANYWHERE, default=Path(default), show_default=True, help="Folder."
    )


def first_line(file: Path) -> str:
    """Give a password from a file, so that it stands in no command line."""
    try:
        stdin = str(file) == STDIN
        data = (
            sys.stdin.buffer.read(MOST_PASSWORD_BYTES) if stdin else read_regular(file, MOST_PASSWORD_BYTES)
        )
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file}: the password cannot be read. Save it as UTF-8 text, on the first line."
        ) from error
    return (text.splitlines() or [""])[0]


# what is asked, and what is said of it


def question(paths: Sequence[str], how: dict[str, Any]) -> Question:
    """Take what is asked of returned files out of the options of a command."""
    received = how.pop("received", None)
    known = {name: how.pop(name) for name in ("today", "spec", "password", "ledger", "jobs") if name in how}
    arrived = hrge_xl.Arrived(received, stated=True) if received else hrge_xl.Arrived()
    return hrge_xl.Question(paths, rejudge=day_is_stated(), arrived=arrived, **known)


def day_is_stated() -> bool:
    """Tell whether the day was named, with `--today` or by the command itself, and is not just the one it is here."""
    return click.get_current_context().get_parameter_source("today") is not ParameterSource.DEFAULT


def command_line() -> str:
    """Give the command as it was typed, without the path of the program and what could be a password."""
    return path_text(masked(" ".join(["hrge-xl", *sys.argv[1:]]), sys.argv[1:]))


def facts(asked: Question, *, redacted: bool = False, language: str | None = None) -> Facts:
    """Give what a report says of the run. With a fixed day it began with that day: so reports repeat to the byte."""
    began = datetime.combine(asked.today, time.min, UTC) if asked.rejudge else datetime.now(UTC)
    command = f"{click.get_current_context().command_path} --redact" if redacted else command_line()
    return hrge_xl.Facts(f"{began:%Y-%m-%dT%H:%M:%SZ}", asked.today, command, language or "en", redacted)


def print_result(output: Path | None, as_json: bool, value: object, lines: Iterable[object]) -> None:
    """Print a result as lines or as JSON, into a file where one is named."""
    with output_to(output):
        if as_json:
            print_json(value)
        else:
            print_lines(lines)


def print_totals(datasets: Sequence[Dataset]) -> None:
    """Print what was received and what became of it on stderr, as the last lines."""
    from ..reports.build import totals

    print_notes(*datasets)
    print_lines(totals(datasets).lines(), err=True)


def print_notes(*datasets: Dataset) -> None:
    """Print on stderr what there is to know of datasets before anything of them is believed."""
    print_lines(dict.fromkeys(note for each in datasets for note in each.notes), err=True)


def next_step(command: str, *words: str | Path, and_then: str = "", language: str = "en") -> None:
    """Say on stderr, last of all, which command comes next."""
    from ..words import translator

    typed = " ".join(["hrge-xl", command, *map(quoted, words)])
    line(f"{translator(language)('Next')}: {typed}{and_then}", err=True)


def exit_code(files: Sequence[FileRow], fail_on: str) -> Exit:
    """Give 4 when files were refused, 1 when findings reach `fail_on` that nobody waived or settled, else 0."""
    from ..reports.document import is_waived

    if any(file["verdict"] == "refused" for file in files):
        return Exit.REFUSED
    levels = {"error": {"error"}, "warning": {"error", "warning"}, "never": set()}[fail_on]
    found = (finding for file in files if not file["settled"] for finding in file["findings"])
    hit = any(each["severity"] in levels and not is_waived(each) for each in found)
    return Exit.FINDINGS if hit else Exit.OK


def warn(text: str) -> None:
    """Print on stderr what somebody should know and nothing stops for."""
    first = "warning: "
    print_lines(beside(style(first, fg=WARNING), text, width(), indent=len(first)), err=True)


def warn_of_ledgers(*folders: Path) -> None:
    """Say on stderr what is doubtful about the ledgers of some folders."""
    for told in hrge_xl.ledger_doubts(*folders):
        warn(told)
