"""Whether a spec works: its workbooks, blank and filled in, are made and read back in every language that it names."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path
from zipfile import ZipFile

from ..answers.submission import Answers, Key, Submission, Value
from ..checks import check
from ..core.bounds import BoundedText
from ..core.errors import LimitError, SpecError
from ..core.spec_parts import Path as Steps
from ..core.words import translator
from ..core.work import gc_paused, grouped, track_progress
from ..fields import Sampling
from ..findings import CATALOGUE, Finding, Severity
from ..findings.value import ANSWER_MISSING
from ..layout import Layout, Slot, offered_rows
from ..layout.wording import text
from ..reader import ExpectedReturn, File, Refusal, cores
from ..reader.read import read_content
from ..reader.worker import Died, WorkerPool
from ..spec.carried import cache_to_tell, use_cache
from ..spec.check_texts import FIELDS, select
from ..spec.expressions import Written, expressions
from ..spec.issuance import answers_of, choose
from ..spec.load import load, places, spec_folders
from ..spec.model import RegisterBlock, Spec
from ..workbook import cover_lines, draw
from ..workbook.grids import prompt_of
from ..workbook.row_checks import size_of, too_large
from .issuing import Order, contents_for, errors_in_sample, layout_for

DAY = date(2026, 1, 15)  # any day: what is found does not hang on it
DEFINED = re.compile(r'<definedName name="([^"]+)"(?! localSheetId)')
ODD = (
    "This should have been caught earlier: please report it to the authors of hrge_xl. Until it is fixed, change "
    "this part."
)
SHORTER = (  # an expression of a field, a rule
    "Calculate a part of it in a calculated field of its own, and name that field here.",
    "Split the rule into several, or calculate a part of it in a field of its own.",
)
PREFILLED = "Take another `default`, or leave it out."
Placed = tuple[Steps, BoundedText, BoundedText]  # path in the spec, reason, remedy
# what it is, the answers that it is made with, the workbook
Made = tuple[str, Mapping[Key, Value], bytes]
TRYING_OUT = "Trying out the workbooks, by language"
BLANK = "blank"
FILLED_IN = "filled in"
# fields in all languages together: fewer are tried out before other processes are there
MANY = 1_000


def try_out(spec: Spec) -> None:
    """Make the workbooks of a spec without mistakes and read them back. Raises `SpecError` with what does not work."""
    with gc_paused():
        mistakes = dict.fromkeys(_unwritable(SpecIndex(spec, spec.languages[0])))
        mistakes = mistakes or dict.fromkeys(chain.from_iterable(_in_every_language(spec)))
        mistakes = mistakes or dict.fromkeys(_wrong_in_sample(spec))
    if mistakes:
        place = places(Path(spec.folder))
        raise SpecError([place(*mistake) for mistake in mistakes])


def beyond_limits(spec: Spec) -> Iterator[Placed]:
    """Find what no sheet can hold: expressions without a cell, formulas and prompts that are too long."""
    index = SpecIndex(spec, spec.languages[0])
    unwritable = [*_unwritable(index)]
    yield from unwritable or _formulas(index)
    yield from _prompts(index)


def _in_every_language(spec: Spec) -> Iterator[Iterable[Placed]]:
    """Find what is wrong, language by language: several at once where that is worth the processes."""
    languages = spec.languages
    fields = sum(len(tool.fields) for tool in spec.tools)
    jobs = min(cores(), len(languages)) if fields * len(languages) > MANY else 1
    if jobs == 1:
        for language in track_progress(languages, len(languages), TRYING_OUT):
            yield _tried(spec, language)
        return
    trial = partial(tried_out, cache_to_tell(), spec.folder)
    with WorkerPool[str, list[Placed]](
        trial, jobs, readable=[*spec_folders(), spec.folder]
    ) as pool:
        outcomes = track_progress(pool.work(languages), len(languages), TRYING_OUT)
        for language, mistakes in zip(languages, outcomes, strict=True):
            # what it died of shows here
            yield _tried(spec, language) if isinstance(mistakes, Died) else mistakes


def tried_out(cache: str, folder: str, language: str) -> list[Placed]:
    """Find what is wrong with the workbooks of one language: what a child process does."""
    use_cache(cache)
    return [*_tried(load(folder), language)]


def _tried(spec: Spec, language: str) -> Iterator[Placed]:
    """Find what is wrong with the workbooks of one language; they are made only where they fit into Excel."""
    index = SpecIndex(spec, language)
    limits = [*_formulas(index), *_prompts(index)]
    yield from limits
    if limits:
        return
    try:
        workbooks = _make_workbooks(index.layout)
    except LimitError as limit:
        yield index.at_cell(limit.at), str(limit), ""
        return
    yield from _doubled_names(workbooks[0][2])  # what is filled in has the same names
    yield from _read_back(index, workbooks)


def _make_workbooks(layout: Layout) -> list[Made]:
    """Return the workbook of a layout, blank and filled in: drawn once. Raises `LimitError`."""
    answers_by_kind: dict[str, Answers] = {BLANK: {}, FILLED_IN: sample_answers(layout, DAY)}
    orders = [
        Order("TEST", DAY, language=layout.language, answers=answers)
        for answers in answers_by_kind.values()
    ]
    contents = contents_for(layout, orders)
    drawing = draw(layout, cover_lines(contents[0].facts))
    return [
        (kind, content.answers, drawing.filled(content))
        for kind, content in zip(answers_by_kind, contents, strict=True)
    ]


def _wrong_in_sample(spec: Spec) -> Iterator[Placed]:
    """Find what a team would have to correct in the sample of each profile; what is wrong is so in every language."""
    if spec.sample is None:
        return
    answers = answers_of(spec, spec.sample, "answers")
    paths = {(answer.tool, answer.row, answer.field): answer.path for answer in answers}
    errors: list[tuple[Placed, str]] = []
    for name in spec.profiles or ("",):
        for finding in errors_in_sample(spec, choose(spec, name, first=True)):
            words = text(finding, spec=spec)
            message = f"{' / '.join(finding.key)}: {finding.code} {words.message}"
            path = paths.get(finding.key, ("sample", "answers", finding.key[0]))
            errors.append(((path, message, words.remedy), name))
    for (path, message, remedy), profiles in grouped(errors).items():
        of = f" ({', '.join(profiles)})" if all(profiles) else ""
        yield path, f"The sample is not right{of}: {message}", remedy


class SpecIndex:
    """A layout, and the place in the spec of everything in it."""

    def __init__(self, spec: Spec, language: str) -> None:
        self.spec = spec
        self.layout = layout_for(spec, Order("TEST", DAY, language=language))
        self.tools = {code: path for path, _, code in select(spec, "tools/*/code")}
        self.fields = {
            (trail[2].code, field.code): path for path, trail, field in select(spec, FIELDS)
        }

    def at(self, tool: str | None, field: str | None = None) -> Steps:
        """Return the place of a question, else of its sheet, else of the spec."""
        path = self.fields.get((tool or "", field or ""))
        return (*path, "code") if path else self.tools.get(tool or "", ("name",))

    def at_cell(self, cell: tuple[str, int, int] | None) -> Steps:
        """Return the place of what stands in a cell of a sheet."""
        sheet = next(
            (sheet for sheet in self.layout.sheets if cell and sheet.name == cell[0]), None
        )
        if cell is None or sheet is None:
            return ("name",)
        slots = (slot.field.code for slot in sheet.slots if cell[1:] in (*slot.cells, slot.check))
        return self.at(sheet.tool.code, next(slots, None))


# formulas


def _unwritable(index: SpecIndex) -> Iterator[Placed]:
    """Expressions that no formula says: they read what has no cell, or would be far too long."""
    for written in expressions(index.spec):
        fields = written.scope.block.fields if written.scope.block else ()
        slots = index.layout.sheet[written.scope.tool.code].slots
        slot = next((candidate for candidate in slots if candidate.field in fields), None)
        if slot is None or not written.for_sheet:
            continue
        try:
            _size(index.layout, slot, written)
        except LookupError as missing:
            reason = f"A sheet cannot read '{missing.args[0]}' here: it has no cell."
            yield (
                written.path,
                reason,
                "Name another field, or put it into a rule with `reader_only`.",
            )
        except LimitError as limit:
            yield written.path, limit.lines[0], SHORTER[written.rule is not None]


def _formulas(index: SpecIndex) -> Iterator[Placed]:
    """Formulas that are too large, each at the expression that most of it comes from."""
    for slot, part, size in too_large(index.layout):
        written = [
            expression for expression in expressions(index.spec) if _is_part(expression, slot, part)
        ]
        if not written:
            place = index.at(slot.tool, slot.field.code)
            yield place, f"Its {part} has {size.excess}.", "Split the list or rule."
            continue
        worst = max(written, key=partial(_size, index.layout, slot))
        of = "The formula of" if part == "formula" else "The formula of the check of"
        yield (
            worst.path,
            f"{of} {slot.field.code} has {size.excess}.",
            SHORTER[worst.rule is not None],
        )


def _is_part(written: Written, slot: Slot, part: str) -> bool:
    """Say whether an expression goes into the formula of a question, or into that of its check."""
    if written.scope.tool.code != slot.tool or not written.for_sheet:
        return False
    if written.rule:
        return part == "check" and slot.field.code in (*written.rule.at[:1], *written.rule.require)
    return written.field is not None and written.field.code == slot.field.code


def _size(layout: Layout, slot: Slot, written: Written) -> int:
    return size_of(layout, slot, written.text, written.scope, condition=written.condition)


def _prompts(index: SpecIndex) -> Iterator[Placed]:
    """Prompts that are too long, each at the option that makes it so."""
    say = translator(index.layout.language)
    for (tool, code), path in index.fields.items():
        field = index.spec.tool[tool].fields[code]
        if not field.asked:
            continue
        try:
            prompt_of(index.layout, field, say)
        except LimitError as limit:
            option = "vocabulary" if field.vocabulary else "example"
            if field.help:
                option = "help"
            yield (*path, option), str(limit), ""


def _doubled_names(content: bytes) -> Iterator[Placed]:
    """Yield names of cells that a workbook has twice: Excel repairs such a file, and loses one of them."""
    with ZipFile(BytesIO(content)) as package:
        names = [
            name.casefold() for name in DEFINED.findall(package.read("xl/workbook.xml").decode())
        ]
    for name, times in Counter(names).items():
        if times > 1 and not name.startswith("_xlnm."):
            reason = f"Two parts of the spec need the same name in Excel: {name}."
            remedy = "Change the code of one of the sheets or fields that this name is made of."
            yield ("name",), reason, remedy


# reading back


def _read_back(index: SpecIndex, workbooks: Sequence[Made]) -> Iterator[Placed]:
    """Find what is said of workbooks that nobody has touched when they are read; they are checked together."""
    for kind, answers, content in workbooks:
        # under a path of its own, so that none is taken for a copy of the other
        digest = hashlib.sha256(content).hexdigest()
        file = File(f"{digest}.xlsx", digest, len(content), "xlsx", content)
        reading = read_content(file, ExpectedReturn(spec=index.spec.folder))
        workbook = f"The {kind} workbook ({index.layout.language})"
        if isinstance(reading, Refusal):
            message = "; ".join(
                text(finding, path=reading.path).message for finding in reading.observations
            )
            yield ("name",), f"{workbook} cannot be read back: {message}", ODD
            continue
        for finding in check(reading, index.layout, today=DAY).findings:
            if finding.severity is Severity.ERROR and _is_odd(finding, kind):
                place = index.at(finding.tool, finding.field)
                prefilled = kind == BLANK and finding.key in answers
                message = text(finding, spec=index.spec).message
                reason = f"{workbook} comes back with {finding.code}: {message}"
                yield place, reason, PREFILLED if prefilled else ODD
        yield from _changed(index, answers, reading, workbook)


def _is_odd(finding: Finding, kind: str) -> bool:
    """Say whether a finding cannot be about the answers, which are missing or made up."""
    about_the_file = finding.code[0] in "FIS"
    odd = about_the_file if kind == FILLED_IN else finding.code != ANSWER_MISSING.code
    return odd and finding.code in CATALOGUE


def _changed(
    index: SpecIndex, answers: Mapping[Key, Value], reading: Submission, workbook: str
) -> Iterator[Placed]:
    """Yield answers that come back as others than they were, the first one of each question."""
    came = reading.values()
    reported = set[Steps]()
    for key in index.layout.slots:
        tool, row, field = key
        place = index.at(tool, field)
        if answers.get(key) != came.get(key) and place not in reported:
            reported.add(place)
            expected, actual = (values.get(key, "nothing") for values in (answers, came))
            yield (
                place,
                f"{workbook} has {expected!r} in row {row}, and is read with {actual!r}.",
                ODD,
            )


# answers for every question of a workbook, made up but valid one by one

ROWS = 3  # of an open table; the others are like these


def sample_answers(layout: Layout, today: date) -> Answers:
    """Return an answer for each question, and for each in the first rows of open tables; always the same."""
    answers: Answers = {}
    for number, slot in enumerate(_input_slots(layout)):
        sampling = Sampling(number, today, tuple(_choices(layout, slot, answers)), len(slot.cells))
        value = slot.field.type.sample(slot.field, sampling)
        if value is not None:
            answers[slot.key] = value
    return answers


def _input_slots(layout: Layout) -> Iterator[Slot]:
    """Yield the places that are filled in, those that decide the list of another one first."""
    for sheet in layout.sheets:
        for grid in sheet.grids:
            rows = [row.code for row in grid.data_rows]
            used = set(rows[:ROWS]) if isinstance(grid.block, RegisterBlock) else None
            slots = [slot for slot in grid.slots if used is None or slot.row in used]
            inputs = [slot for slot in slots if not slot.field.calculated]
            yield from sorted(inputs, key=lambda slot: slot.field.parent is not None)


def _choices(layout: Layout, slot: Slot, answers: Answers) -> Sequence[str]:
    """List what can be chosen: the first rows that a reference can point to, or the entries of a list.

    Of these it is those that belong to the answer of the parent field.
    """
    field = slot.field
    if field.to:
        issued = (layout.rows_of[code] for code in field.to if code in layout.rows_of)
        rows = next((offered_rows(table, field) for table in issued), ())
        return [row.code for row in rows[:ROWS]]
    if field.list_name is None:
        return ()
    codes = layout.lists[field.list_name].codes
    if field.parent is None:
        return codes
    above = answers.get((slot.tool, slot.row, field.parent))
    table = layout.spec.vocabularies[str(field.vocabulary)].by_code
    return [code for code in codes if table[code].parent == above]
