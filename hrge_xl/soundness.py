"""Whether a spec works: its workbooks, blank and filled in, are made and read back in every language that it names."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from .answer import Answers, Key, Value
from .errors import LimitError, SpecError
from .filled_sample import errors_in_sample
from .findings import CATALOGUE, Finding, Severity
from .findings.value import ANSWER_MISSING
from .frozen import Path as Steps
from .gc_pause import gc_paused
from .intake import File, Refusal, Wanted, read_content
from .issuing import Order, contents_for, layout_for
from .layout import Layout, Slot
from .layout.wording import text
from .sample_answers import sample_answers
from .spec.choice import choose
from .spec.expressions import Written, expressions
from .spec.load import places
from .spec.model import FieldBlock, Spec
from .spec.own_answers import answers_of
from .submission import Submission
from .words import translator
from .workbook import cover_lines, draw
from .workbook.formula_limits import size_of, too_large
from .workbook.validation import prompt_of

DAY = date(2026, 1, 15)  # any day: what is found does not hang on it
DEFINED = re.compile(r'<definedName name="([^"]+)"(?! localSheetId)')
ODD = (
    "This should have been caught earlier: please report it to the authors of hrge_xl. Until it is fixed, change "
    "this part."
)
PREFILLED = "Take another `default`, or leave it out."
Placed = tuple[Steps, str, str]  # path in the spec, reason, remedy
Made = tuple[str, Mapping[Key, Value], bytes]  # what it is, the answers that it is made with, the workbook
BLANK, FILLED_IN = "blank", "filled in"


def try_out(spec: Spec) -> None:
    """Make the workbooks of a spec without mistakes and read them back. Raises `SpecError` with what does not work."""
    with gc_paused():
        found = dict.fromkeys(_unread(_index(spec, spec.languages[0])))
        found = found or {mistake: None for language in spec.languages for mistake in _tried(spec, language)}
        found = found or dict.fromkeys(_wrong_in_sample(spec))
    if found:
        place = places(Path(spec.folder))
        raise SpecError([place(*mistake) for mistake in found])


def _tried(spec: Spec, language: str) -> Iterator[Placed]:
    """Find what is wrong with the workbooks of one language; they are made only where they fit into Excel."""
    index = _index(spec, language)
    limits = [*_formulas(index), *_prompts(index)]
    yield from limits
    if limits:
        return
    try:
        made = _made(index.layout)
    except LimitError as limit:
        yield index.at_cell(limit.at), str(limit), ""
        return
    yield from _doubled_names(made[0][2])  # what is filled in has the same names
    yield from _read_back(index, made)


def _made(layout: Layout) -> list[Made]:
    """Give the workbook of a layout, blank and filled in: drawn once. Raises `LimitError`."""
    given: dict[str, Answers] = {BLANK: {}, FILLED_IN: sample_answers(layout, DAY)}
    orders = [Order("TEST", DAY, language=layout.language, answers=answers) for answers in given.values()]
    contents = contents_for(layout, orders)
    drawing = draw(layout, cover_lines(contents[0].facts))
    return [
        (what, content.answers, drawing.filled(content))
        for what, content in zip(given, contents, strict=True)
    ]


def _wrong_in_sample(spec: Spec) -> Iterator[Placed]:
    """Find what a team would have to correct in the sample of each profile; what is wrong is so in every language."""
    if spec.sample is None:
        return
    where = {(each.tool, each.row, each.field): each.path for each in answers_of(spec, spec.sample)}
    told: dict[Placed, list[str]] = {}
    for name in spec.profiles or ("",):
        for finding in errors_in_sample(spec, choose(spec, name, first=True)):
            key = (finding.tool or "", finding.row or "", finding.field or "")
            words = text(finding, spec=spec)
            said = f"{' / '.join(key)}: {finding.code} {words.message}"
            path = where.get(key, ("sample", "answers", key[0]))
            told.setdefault((path, said, words.remedy), []).append(name)
    for (path, said, remedy), profiles in told.items():
        of = f" ({', '.join(profiles)})" if all(profiles) else ""
        yield path, f"The sample is not right{of}: {said}", remedy


class _Index:
    """A layout, and the place in the spec of everything in it."""

    def __init__(self, spec: Spec, layout: Layout) -> None:
        self.spec, self.layout = spec, layout
        self.tools: dict[str, Steps] = {tool.code: ("tools", t, "code") for t, tool in enumerate(spec.tools)}
        self.fields: dict[tuple[str, str], Steps] = {
            (tool.code, field.code): ("tools", t, "blocks", b, "fields", f)
            for t, tool in enumerate(spec.tools)
            for b, block in enumerate(tool.blocks)
            if isinstance(block, FieldBlock)
            for f, field in enumerate(block.fields)
        }

    def at(self, tool: str | None, field: str | None = None) -> Steps:
        """Give the place of a question, else of its sheet, else of the spec."""
        found = self.fields.get((tool or "", field or ""))
        return (*found, "code") if found else self.tools.get(tool or "", ("name",))

    def at_cell(self, cell: tuple[str, int, int] | None) -> Steps:
        """Give the place of what stands in a cell of a sheet."""
        if cell is None:
            return ("name",)
        sheet = next((each for each in self.layout.sheets if each.name == cell[0]), None)
        if sheet is None:
            return ("name",)
        slots = [slot for slot in sheet.slots if cell[1:] in (*slot.cells, slot.check)]
        return self.at(sheet.tool.code, slots[0].field.code if slots else None)


def _index(spec: Spec, language: str) -> _Index:
    return _Index(spec, layout_for(spec, Order("TEST", DAY, language=language)))


# formulas


def _unread(index: _Index) -> Iterator[Placed]:
    """Expressions that read what has no cell: a formula could only put a text in its place."""
    for written in expressions(index.spec):
        own = written.scope.block.fields if written.scope.block is not None else ()
        slots = index.layout.sheet[written.scope.tool.code].slots
        slot = next((each for each in slots if each.field in own), None) if written.for_sheet else None
        try:
            if slot is not None:
                _size(index.layout, slot, written)
        except LookupError as missing:
            reason = f"A sheet cannot read '{missing.args[0]}' here: it has no cell."
            yield written.path, reason, "Name another field, or put it into a rule with `reader_only`."


def _formulas(index: _Index) -> Iterator[Placed]:
    """Formulas that are too large, each at the expression that most of it comes from."""
    for slot, part, size in too_large(index.layout):
        written = [each for each in expressions(index.spec) if _is_part(each, slot, part)]
        if not written:
            yield (
                index.at(slot.tool, slot.field.code),
                f"Its {part} has {size.excess}.",
                "Split the list or rule.",
            )
            continue
        sizes = [_size(index.layout, slot, each) for each in written]
        worst = written[sizes.index(max(sizes))]
        of = "The formula of" if part == "formula" else "The formula of the check of"
        yield worst.path, f"{of} {slot.field.code} has {size.excess}.", _shorter(worst)


def _is_part(written: Written, slot: Slot, part: str) -> bool:
    """Say whether an expression goes into the formula of a question, or into that of its check."""
    if written.scope.tool.code != slot.tool or not written.for_sheet:
        return False
    if written.rule is not None:
        return part == "check" and slot.field.code in (*written.rule.at[:1], *written.rule.require)
    return written.field is not None and written.field.code == slot.field.code


def _size(layout: Layout, slot: Slot, written: Written) -> int:
    return size_of(layout, slot, written.text, written.scope, condition=written.condition)


def _shorter(written: Written) -> str:
    if written.rule is not None:
        return "Split the rule into several, or calculate a part of it in a field of its own."
    return "Calculate a part of it in a calculated field of its own, and name that field here."


def _prompts(index: _Index) -> Iterator[Placed]:
    """Prompts that are too long, each at the option that makes it so."""
    say = translator(index.layout.language)
    for (tool, code), path in index.fields.items():
        field = index.spec.tool[tool].fields[code]
        if not field.asked:
            continue
        try:
            prompt_of(index.layout, field, say)
        except LimitError as limit:
            option = "help" if field.help else "vocabulary" if field.vocabulary else "example"
            yield (*path, option), str(limit), ""


def _doubled_names(data: bytes) -> Iterator[Placed]:
    """Give names of cells that a workbook has twice: Excel repairs such a file, and loses one of them."""
    with ZipFile(BytesIO(data)) as package:
        names = [name.casefold() for name in DEFINED.findall(package.read("xl/workbook.xml").decode())]
    for name, times in Counter(names).items():
        if times > 1 and not name.startswith("_xlnm."):
            reason = f"Two parts of the spec need the same name in Excel: {name}."
            yield (
                ("name",),
                reason,
                "Change the code of one of the sheets or fields that this name is made of.",
            )


# reading back


def _read_back(index: _Index, made: Sequence[Made]) -> Iterator[Placed]:
    """Find what is said of workbooks that nobody has touched when they are read; they are checked together."""
    from .checks import check

    for kind, given, data in made:
        reading = _reading(data, Wanted(spec=index.spec.folder))
        what = f"The {kind} workbook ({index.layout.language})"
        if isinstance(reading, Refusal):
            yield ("name",), f"{what} cannot be read back: {_said(reading)}", ODD
            continue
        for finding in check(reading, index.layout, today=DAY).findings:
            if finding.severity is Severity.ERROR and _is_odd(finding, filled=kind == FILLED_IN):
                place = index.at(finding.tool, finding.field)
                prefilled = kind == BLANK and (finding.tool, finding.row, finding.field) in given
                said = text(finding, spec=index.spec).message
                reason = f"{what} comes back with {finding.code}: {said}"
                yield place, reason, PREFILLED if prefilled else ODD
        yield from _changed(index, given, reading, what)


def _reading(data: bytes, want: Wanted) -> Submission | Refusal:
    """Read a workbook under a path of its own, so that none is taken for a copy of the other."""
    digest = hashlib.sha256(data).hexdigest()
    return read_content(File(f"{digest}.xlsx", digest, len(data), "xlsx", data), want)


def _said(refusal: Refusal) -> str:
    return "; ".join(text(each, path=refusal.path).message for each in refusal.observations)


def _is_odd(finding: Finding, *, filled: bool) -> bool:
    """Say whether a finding cannot be about the answers, which are missing or made up."""
    if filled:
        return finding.code in CATALOGUE and finding.code[0] in "FIS"
    return finding.code in CATALOGUE and finding.code != ANSWER_MISSING.code


def _changed(index: _Index, given: Mapping[Key, Value], reading: Submission, what: str) -> Iterator[Placed]:
    """Give answers that come back as others than they were, the first one of each question."""
    came, told = reading.values(), set[tuple[str, str]]()
    for key in index.layout.slots:
        question = (key[0], key[2])
        if given.get(key) != came.get(key) and question not in told:
            told.add(question)
            was, now = given.get(key, "nothing"), came.get(key, "nothing")
            yield index.at(*question), f"{what} has {was!r} in row {key[1]}, and is read with {now!r}.", ODD
