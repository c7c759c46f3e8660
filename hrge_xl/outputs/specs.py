"""Specs to read: one as text or as a page, two versions compared, and the translations of one as a workbook.

A comparison says which answers of returned files it touches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import UsageError, listed
from ..core.paths import check_several, quoted
from ..core.words import counted, right_to_left
from ..core.work import grouped
from ..fields import Field, When
from ..findings.structure import ROW_MISSING
from ..spec.diff import Effect, Group, SpecDiff, Touch
from ..spec.issuance import items_of
from ..spec.model import CatalogueBlock, ChecklistBlock, ItemsFrom, RegisterBlock, Spec
from ..spec.translating import Sent, limit_of

if TYPE_CHECKING:
    from ..answers.submission import Answer, Identity, Submission
    from ..layout import Layout


def html(spec: Spec, language: str = "") -> str:
    """Return the spec as one self-contained page."""
    return _rendered("spec.html.j2", spec, language)


def text(spec: Spec, language: str = "") -> str:
    """Return the spec as text for a terminal."""
    return _rendered("spec.txt.j2", spec, language)


def _rendered(template: str, spec: Spec, language: str) -> str:
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=template.endswith(".html.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    say = language or spec.languages[0]
    tags = {mark: text.say(say) for mark, text in spec.tags.items()}
    return environment.get_template(template).render(
        spec=spec, language=say, tags=tags, required=_required, choices=_choices, items=_items
    )


def _items(spec: Spec, block: object, say: str) -> list[tuple[str, str]]:
    """Return the fixed rows of a block as (code, label)."""
    if not isinstance(block, ChecklistBlock | CatalogueBlock):
        return (
            [(f"{block.id}01 …", f"{block.rows} rows")] if isinstance(block, RegisterBlock) else []
        )
    if isinstance(block.items, ItemsFrom) and not block.items.vocabulary:
        return [("…", "one row for each sheet")]
    return [(entry.code, entry.label.say(say)) for entry in items_of(spec, block)]


def _required(field: Field) -> str:
    """Say when the answer is required, in words."""
    if isinstance(field.required, When):
        return f"required when {field.required.when}"
    return {
        "always": "required",
        "ticked": "required when the sheet is used",
        "optional": "optional",
    }[field.required]


def _choices(field: Field) -> str:
    """Say what the answer is chosen from, or calculated by."""
    if field.vocabulary:
        return f" {field.vocabulary}"
    if field.to:
        only = "".join(f", only {name} {code}" for name, code in field.only.items())
        return f" to {', '.join(field.to)}{only}"
    return f" {field.formula}" if field.formula else ""


# two versions of a spec compared, with the returns that it touches: as text and as JSON data

SCHEMA = "hrge-xl/spec-diff/1"
COUNTED = {
    Effect.KEPT: "kept",
    Effect.CHECK: "to be checked again",
    Effect.OTHER: "that would mean something else",
    Effect.LOST: "without a place",
}


def lines(diff: SpecDiff) -> Iterator[str]:
    """Yield the changes by heading, a line each, numbered; below it what to do."""
    yield _head(diff)
    group = None
    for number, change in enumerate(diff.changes, start=1):
        if change.group is not group:
            group = change.group
            yield ""
            yield group.value
        mark = "BREAKS: " if change.breaks else ""
        texts = [f"“{text}”" for text in (change.before, change.after) if text]
        pair = f" {' → '.join(texts)}" if texts else ""
        yield f"  {number}. {mark}{change.place}: {change.what}{pair}: {change.effect.value}."
        if change.note:
            yield f"     {change.note}"
    yield ""
    yield _verdict(diff)


def summary(diff: SpecDiff) -> Iterator[str]:
    """Say how many changes there are, what they mean for answers given before, and whether one breaks."""
    yield _head(diff)
    counts = Counter(change.effect for change in diff.changes)
    yield from (f"  {effect.value}: {counts[effect]}" for effect in Effect if counts[effect])
    yield _verdict(diff)


def _head(diff: SpecDiff) -> str:
    old = diff.old
    new = diff.new
    return f"{old.name} {old.version} → {new.name} {new.version}. Changes: {len(diff.changes)}."


MOST_NAMED = 12  # questions


def _verdict(diff: SpecDiff) -> str:
    broken = [str(number) for number, change in enumerate(diff.changes, start=1) if change.breaks]
    if broken:
        return f"Broken, because codes are permanent: {', '.join(broken)}."
    assurance = "Every answer given before keeps its place and its meaning"
    anew = diff.required_anew
    if not anew:
        return f"Nothing breaks. {assurance}."
    asking = counted(len(anew), "question asks", "questions ask")
    questions = listed(anew, MOST_NAMED)
    warning = (
        f"{assurance}, but {asking} for an answer that nobody was asked for before: {questions}."
    )
    if diff.old.version != diff.new.version:
        return warning
    remedy = f"Raise the version of the spec: else these count as deleted ({ROW_MISSING.code})."
    return f"{warning} {remedy}"


def file_lines(file: TouchedFile, *, places: bool) -> Iterator[str]:
    """Yield one returned file: how many of its answers come to what; with `places` every cell that is touched."""
    if file.refused:
        yield f"{file.path}: refused ({file.refused}). To see why: hrge-xl validate {quoted(file.path)}"
        return
    counts_text = ", ".join(
        f"{count} {words}" for effect, words in COUNTED.items() if (count := file.count(effect))
    )
    who = ", ".join(part for part in (file.team, file.language, file.version) if part)
    new = f" New questions: {file.new_questions}." if file.new_questions else ""
    yield f"{Path(file.path).name} ({who}): {file.answers} answers: {counts_text or 'none'}.{new}"
    for answer in file.touched if places else ():
        numbers = ", ".join(str(number) for number in answer.changes)
        yield f"  {answer.sheet}!{answer.cell} {answer.question}: {answer.effect.value} ({numbers})"


def as_data(diff: SpecDiff, files: Iterable[TouchedFile]) -> dict[str, Any]:
    """Return all of it as JSON data."""
    before, after = (
        {"spec": spec.name, "version": spec.version, "digest": spec.digest}
        for spec in (diff.old, diff.new)
    )
    changes = []
    for number, change in enumerate(diff.changes, start=1):
        row = asdict(change) | {"group": change.group.value, "effect": change.effect.value}
        del row["touches"]
        changes.append({"number": number, **row})
    returned = []
    for file in files:
        counts = {effect.name.lower(): file.count(effect) for effect in COUNTED}
        touched = [asdict(answer) | {"effect": answer.effect.value} for answer in file.touched]
        returned.append(asdict(file) | {"counts": counts, "touched": touched})
    return {
        "schema": SCHEMA,
        "before": before,
        "after": after,
        "breaks": diff.breaks,
        "changes": changes,
        "returned": returned,
    }


# which answers of returned files a change of the spec touches, cell by cell

WORST_FIRST = (Effect.LOST, Effect.OTHER, Effect.CHECK)
Index = dict[str, list[tuple[int, Effect, Touch]]]  # by tool; those of every tool under ""


@dataclass(frozen=True, slots=True)
class TouchedAnswer:
    """One answer that is touched, by which changes (their numbers, from 1), and the worst that becomes of it."""

    tool: str
    row: str
    field: str
    sheet: str
    cell: str
    question: str
    effect: Effect
    changes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TouchedFile:
    """One returned file; `refused` names the finding where it could not be read with the older spec."""

    path: str
    team: str = ""
    language: str = ""
    version: str = ""
    answers: int = 0
    touched: tuple[TouchedAnswer, ...] = ()
    new_questions: int = 0
    refused: str = ""

    def count(self, effect: Effect) -> int:
        """Count the answers that come to this."""
        if effect is Effect.KEPT:
            return self.answers - len(self.touched)
        return Counter(answer.effect for answer in self.touched)[effect]


def touched_files(
    found: SpecDiff, paths: Sequence[str | Path], older: str, jobs: int, password: str | None = None
) -> Iterator[TouchedFile]:
    """Yield every file, one after the other, read with the older spec (`older`: its name or folder) by `jobs` processes
    (0: as many as suit).
    """
    from ..exchange.validation import Reader, ValidationRequest, validated
    from ..reader import ExpectedReturn

    check_several("paths", paths)
    request = ValidationRequest(ExpectedReturn(older), jobs=jobs, password=password)
    index = grouped(
        (touch.tool, (number, change.effect, touch))
        for number, change in enumerate(found.changes, start=1)
        if change.effect in WORST_FIRST  # the others touch no answer
        for touch in change.touches
    )
    with Reader(jobs) as pool:
        for validation in validated(paths, request, pool):
            if validation.submission is None or validation.layout is None:
                codes = ", ".join(finding.code for finding in validation.findings)
                yield TouchedFile(validation.path, refused=codes)
            else:
                yield _touched(validation.submission, validation.layout, found, index)


def _touched(sent: Submission, layout: Layout, diff: SpecDiff, index: Index) -> TouchedFile:
    stamp = sent.identity
    counting = [
        answer for answer in sent.answers if not answer.calculated and answer.original is not None
    ]
    touched = []
    for answer in counting:
        hits = [
            (number, effect)
            for number, effect, touch in (*index.get(answer.tool, ()), *index.get("", ()))
            if _meets(touch, answer, stamp)
        ]
        if hits:
            worst = min((effect for _, effect in hits), key=WORST_FIRST.index)
            touched.append(
                TouchedAnswer(
                    *answer.key,
                    answer.sheet,
                    answer.cell,
                    layout.question(layout.slots[answer.key]),
                    worst,
                    tuple(dict.fromkeys(number for number, _ in hits)),
                )
            )
    # the questions that the workbook gains: on its sheets, and on new ones where it had all
    gained = (
        change.questions
        for change in diff.changes
        if change.place.split(" / ")[0] in layout.sheet
        or (change.group is Group.SHEETS and not stamp.tools)
    )
    return TouchedFile(
        sent.path,
        stamp.team,
        stamp.language,
        stamp.spec_version,
        len(counting),
        tuple(touched),
        sum(gained),
    )


def _meets(touch: Touch, answer: Answer, stamp: Identity) -> bool:
    """Say whether an answer is one of those that a change is about."""
    code = answer.code or (f"{answer.number:g}" if answer.number is not None else "")
    return (
        touch.tool in ("", answer.tool)
        and touch.row in ("", answer.row)
        and touch.field in ("", answer.field)
        and touch.code in ("", code)
        and touch.language in ("", stamp.language)
        and (not touch.past or answer.part > touch.past)
        and not (touch.issued and stamp.rows)
    )


# the translations into one language as a workbook for translators, and what they wrote in it

HEADS = ("Place", "At most", "English", "Translation", "State", "Comment")
WIDTHS = (28, 8, 60, 60, 12, 30)
OPEN = (3, 4, 5)  # the columns that translators write in
REVIEWED = "reviewed"
MACHINE = "draft"
MISSING = ""


def translations_workbook(rows: Sequence[Sent], language: str) -> bytes:
    """Return the workbook: protected but for the columns that translators write in."""
    from xlsxwriter import Workbook

    target = BytesIO()
    book = Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(language)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    fixed = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#404040"})
    free = book.add_format(
        {
            "text_wrap": True,
            "valign": "top",
            "locked": False,
            "num_format": "@",
            "bg_color": "#FFF9E5",
            "reading_order": 2 if right_to_left(language) else 1,
        }
    )
    for column, (name, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    for number, sent in enumerate(rows, start=1):
        state = REVIEWED if sent.reviewed else MACHINE
        if not sent.translation:
            state = MISSING
        cells = (
            sent.place,
            str(limit_of(sent.place) or ""),
            sent.text,
            sent.translation,
            state,
            sent.comment,
        )
        for column, text in enumerate(cells):
            sheet.write_string(number, column, text, free if column in OPEN else fixed)
    sheet.data_validation(
        1, 4, max(len(rows), 1), 4, {"validate": "list", "source": [MACHINE, REVIEWED]}
    )
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(HEADS) - 1)
    sheet.protect("", {"autofilter": True, "format_rows": True, "format_columns": True})
    book.close()
    return target.getvalue()


def translations_sent(path: Path, password: str | None = None) -> list[Sent]:
    """Return what translators wrote in such a workbook. Raises `UsageError` where it is none."""
    from ..reader import first_table

    remedy = "Take the workbook that was made with --to-xlsx."
    table = first_table(path, remedy, password)
    if not table or tuple(table[0][1]) != HEADS:
        raise UsageError(
            f"{path} is not a workbook of translations: its headings are not {', '.join(HEADS)}.",
            remedy=remedy,
        )
    rows = ([cell.strip("\n") for cell in cells] for _, cells in table[1:])
    return [
        Sent(place, text, translation, state.strip().lower() == REVIEWED, comment)
        for place, _, text, translation, state, comment in rows
        if text
    ]
