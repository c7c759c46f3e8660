"""Every text that the engine translates, and the catalogues in their canonical form.

    python -m tests.texts       writes hrge_xl/languages/*.po again: source order, places, no stale entries

A text that is new stands there without a translation, and `tests/test_words.py` fails until it has one.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jinja2.ext import extract_from_ast

from hrge_xl import __version__
from tests.face import (
    ARRIVED,
    CALLED,
    CATALOGUE,
    CATALOGUES,
    CORRECTIONS,
    DOUBLED,
    FIELD_TYPES,
    FIRST_SEEN,
    GROUPS,
    KINDS,
    LEAST_FIRST,
    LEFTOVERS,
    NO_KIND,
    NO_RATIO,
    NOT_ADDED,
    NOTES,
    SAVED,
    SEVERITIES_IN_WORDS,
    STATUSES,
    TABLES,
    UNITS,
    Severity,
    TextToTranslate,
    as_file,
    environment,
    message_templates,
    new_catalogue,
    read_catalogue,
    report_sheets,
    updated,
)
from tests.face import ROUND_STATUS_STATES as STATES
from tests.face import STATUS_HEADS as HEADS
from tests.face import VIEW_WORDS as WORDS_BEFORE_TEXTS
from tests.face import WORDS as WORDS_OF_FILES

PACKAGE = CATALOGUES.parent
HEADER = """# hrge_xl: the engine's own texts in one language. Drafts that nobody has looked at yet are marked fuzzy.
# msgid is the English text as it is in the code; what is in {braces} is filled in and stays as it is.
# `python -m tests.texts` puts new texts in; what is no longer used is at the end."""


# how constants begin that say what something is, or why it cannot be read
WHAT = re.compile(
    r"(an? |there is |you are |its name |the system |the signature |what was |merged cells)[^.\n{]*"
)


@dataclass
class Use:
    """Where a text is used: files of the package, and in words for the translator."""

    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, file: str, note: str) -> None:
        for known, new in ((self.files, file), (self.notes, note)):
            if new not in known:
                known.append(new)


@cache
def texts() -> dict[str, Use]:
    """Every translatable text in source order: findings by family, then what the code says."""
    found: dict[str, Use] = {}
    code = (*_findings(), *_of_fields(), *_said(), *_in_templates())
    for text, file, note in (*code, *_of_the_tables(), *_of_the_report()):
        found.setdefault(text, Use()).add(file, note)
    return found


def _findings() -> Iterator[tuple[str, str, str]]:
    files = {
        each: each.read_text(encoding="utf-8")
        for each in sorted((PACKAGE / "findings").glob("*.py"))
    }
    for kind in CATALOGUE.values():
        name = next(each.name for each, code in files.items() if f'(\n    "{kind.code}",' in code)
        module = f"hrge_xl/findings/{name}"
        yield from (
            (text, module, f"{kind.code} {kind.name}")
            for text in (kind.message, kind.message_of_value)
            if text
        )
        about = (
            (kind.remedy, "what to do"),
            (kind.why, "why it matters"),
            (kind.example, "example"),
        )
        yield from ((text, module, f"{kind.code} {note}") for text, note in about)


def _of_fields() -> Iterator[tuple[str, str, str]]:
    for kind in FIELD_TYPES.values():
        file = f"hrge_xl/{type(kind).__module__.partition('.')[2].replace('.', '/')}.py"
        said = (text for text in (kind.bounded, kind.instruction) if text not in ("", "{limits}"))
        yield from ((text, file, "") for text in said)


def _of_the_report() -> Iterator[tuple[str, str, str]]:
    for code, text in CALLED.items():
        yield text, "hrge_xl/outputs/document.py", f"validation report: {code}"
    for key, text in WORDS_OF_FILES.items():
        yield text, "hrge_xl/dataset/reconciliation.py", f"what became of files: {key}"
    for said, file, note in (
        (
            [text for status in STATUSES for text in (status.word, status.remark)],
            "dataset/return_status.py",
            "validation report: what became of files",
        ),
        (
            [column.head for columns in report_sheets().values() for column in columns.values()],
            "outputs/formats/xlsx_columns.csv",
            "validation report as a workbook",
        ),
        (_of_mails(), "coordination/mail/standard.txt", "e-mail to a team"),
        (LEAST_FIRST.values(), "outputs/overview_build.py", "overview: where a team stands"),
        (
            (UNITS, KINDS, NO_KIND, NOT_ADDED, DOUBLED, NO_RATIO),
            "dataset/aggregates/indicators.py",
            "overview: why there is no total",
        ),
        (SEVERITIES_IN_WORDS.values(), "outputs/table_sheets.py", ""),
        (
            message_templates.EVERY,
            "core/message_templates.py",
            "kept in English, and said in the language of the reader",
        ),
        ((*STATES, *NOTES.values()), "rounds/round_status.py", "where a team stands"),
        (
            [text for text, _ in (*CORRECTIONS.values(), *LEFTOVERS.values())],
            "workbook/feedback_sheets.py",
            "head of a column",
        ),
        (HEADS.values(), "cli/status.py", "head of a column: where teams stand"),
        ((ARRIVED, SAVED, FIRST_SEEN), "cli/status.py", "by which day lateness goes"),
        ([severity.value for severity in Severity], "cli/program.py", "how much a finding weighs"),
        (
            [status.code for status in STATUSES],
            "dataset/return_status.py",
            "what became of a file, in one word",
        ),
        (WORDS_BEFORE_TEXTS, "cli/findings_view.py", "stands before what else was found"),
    ):
        yield from ((text, f"hrge_xl/{file}", note) for text in said)
    for text, file in _what_files_are():
        yield text, file, "stands in: it is {what}, cannot be read: {reason}"


def _of_the_tables() -> Iterator[tuple[str, str, str]]:
    heads = (column.head for table in TABLES.values() for column in table.columns if column.head)
    titles = (table.title for table in TABLES.values() if table.title)
    for text in (*heads, *titles, *GROUPS):
        yield text, "hrge_xl/dataset/tables.yaml", ""


def _of_mails() -> Iterator[str]:
    """Every line of the e-mails that says something, of the subject what comes after the colon."""
    for line in (
        (PACKAGE / "coordination" / "mail" / "standard.txt")
        .read_text(encoding="utf-8")
        .splitlines()
    ):
        if line and line[0] not in "#[" and line != "{feedback}":
            yield line.removeprefix("Subject: ")


def _what_files_are() -> Iterator[tuple[str, str]]:
    """What a file is instead of a workbook, and why it was not handed over: constants of what reads it."""
    for name in ("gate", "ooxml"):
        file = f"hrge_xl/reader/{name}.py"
        for node in ast.walk(ast.parse((PACKAGE.parent / file).read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and WHAT.fullmatch(node.value)
            ):
                yield node.value, file
    file = "hrge_xl/reader/file_kinds.json"
    for table in json.loads((PACKAGE.parent / file).read_text(encoding="ascii")).values():
        yield from ((what, file) for what in table.values() if WHAT.fullmatch(what))


def _said() -> Iterator[tuple[str, str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = _named(tree)
        for node in ast.walk(tree):
            for text in _texts_in(node, named):
                yield text, f"hrge_xl/{path.relative_to(PACKAGE).as_posix()}", ""


def _in_templates() -> Iterator[tuple[str, str, str]]:
    for path in sorted(PACKAGE.rglob("*.j2")):
        tree = environment().parse(path.read_text(encoding="utf-8"))
        for _, _, said in extract_from_ast(tree, ("say", "plural"), babel_style=False):
            for text in said:
                yield text, f"hrge_xl/{path.relative_to(PACKAGE).as_posix()}", ""


def _named(tree: ast.AST) -> dict[str, ast.expr]:
    """What names stand for: the right sides of plain assignments."""
    assigned = (node for node in ast.walk(tree) if isinstance(node, ast.Assign))
    return {
        each.targets[0].id: each.value for each in assigned if isinstance(each.targets[0], ast.Name)
    }


def _texts_in(node: ast.AST, named: dict[str, ast.expr]) -> Iterator[str]:
    """Texts of `say("…")` and `translator(…)("…")`, of either branch of `say("…" if … else "…")`,
    and of `say(each) for each in ("…", …)`; `text.say("fr")` is another thing.
    """
    if isinstance(node, ast.Call) and _is_say(node.func) and len(node.args) == 1:
        argument = node.args[0]
        options = (
            [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
        )
        yield from _constants(options)
    if isinstance(node, ast.ListComp | ast.GeneratorExp) and _says(
        node.elt, node.generators[0].target
    ):
        source = node.generators[0].iter
        source = named.get(source.id, source) if isinstance(source, ast.Name) else source
        yield from _constants(source.elts if isinstance(source, ast.Tuple | ast.List) else [])


def _constants(nodes: Iterable[ast.expr]) -> Iterator[str]:
    return (
        each.value
        for each in nodes
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def _says(tree: ast.expr, target: ast.expr) -> bool:
    """Whether `say(target)` stands anywhere in an expression."""
    calls = (each for each in ast.walk(tree) if isinstance(each, ast.Call) and _is_say(each.func))
    return isinstance(target, ast.Name) and any(
        list(map(ast.unparse, call.args)) == [target.id] for call in calls
    )


def _is_say(function: ast.expr) -> bool:
    if isinstance(function, ast.Name | ast.Attribute):
        return ast.unparse(function) in ("say", "self.say")
    return isinstance(function, ast.Call) and ast.unparse(function.func) == "translator"


def catalogue(path: Path) -> dict[str, str]:
    return {
        str(entry.id): str(entry.string)
        for entry in read_catalogue(path)
        if entry.id and entry.string
    }


def canonical(path: Path) -> str:
    """A catalogue as it should stand: every text in source order, with the places where it is used.

    What translators wrote stays: comments, marks of drafts, headers, and what is not used any more.
    """
    known = (
        read_catalogue(path) if path.is_file() else new_catalogue("hrge_xl", __version__, HEADER)
    )
    known.header_comment, known.version = HEADER, __version__
    used = texts().items()
    wanted = [
        TextToTranslate("", text, list(filter(None, use.notes)), use.files) for text, use in used
    ]
    return as_file(updated(wanted, known), path.stem).decode()


def main() -> None:
    """Write every catalogue again, but for what a country says differently: that is a few texts alone."""
    for path in sorted(each for each in CATALOGUES.glob("*.po") if "-" not in each.stem):
        path.write_text(canonical(path), encoding="utf-8")


if __name__ == "__main__":
    main()
