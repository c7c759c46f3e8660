"""Issues workbooks: blank, prefilled or corrected, always the same call with other arguments."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from .. import __version__
from ..answers.submission import (
    ONLY_ROW,
    SHORT,
    Answer,
    Answers,
    Identity,
    Key,
    Outcome,
    Period,
    State,
    Submission,
    Value,
    canonical,
    last_digest,
    last_to_text,
    read_last,
    sign,
)
from ..core.dates import day_here
from ..core.errors import UsageError
from ..core.paths import check_several, not_written, read_regular, write_whole
from ..core.work import gc_paused, grouped
from ..fields import ColumnKind, Field, kind_of
from ..findings import Finding, Severity
from ..layout import CellOfSlot, Layout, build
from ..reader import stamp_alone
from ..reader.identity import own_properties
from ..reader.limits import LIMITS
from ..spec.issuance import (
    MOST_ROWS,
    Choice,
    answers_of,
    chosen_tools,
    default_of,
    facts_about,
    sample_for,
    spec_of_sample,
    without_sensitive,
)
from ..spec.lookup import country_codes
from ..spec.model import Spec
from ..spec.supplements import Sample
from ..workbook import Content, cover_lines, draw, facts_of
from ..workbook.book import content_hash
from ..workbook.drawing import ANSWERS


@dataclass(frozen=True)
class Order:
    """What a workbook is issued for; `today` is its day of issue."""

    team: str
    today: date = field(default_factory=day_here)
    country: str = ""
    language: str = ""  # the first one of the spec when empty
    tools: tuple[str, ...] | None = None  # None: all
    blank_rows: int | None = None  # rows of registers, where not the spec's own
    round: str = ""
    deadline: str = ""
    contact: str = ""
    key: bytes | None = None  # signs the stamp
    answers: Mapping[Key, Value] = field(default_factory=dict)
    copy: str = ""  # the id of the workbook that this one goes on from; a new one when empty
    predecessor: str = ""  # the return whose answers it holds, where it is feedback
    prefilled: bool = True  # with the defaults of the spec, and what is known of the country
    # of the round before: what it shows beside and checks against
    last: Answers = field(default_factory=dict)
    last_round: str = ""  # the name of that round
    intervention: str = ""  # that it is about, where a team has several
    sample: bool = False  # to look at, and never to be sent back
    leave_out: bool = False  # what the spec marks as sensitive
    period: Period = (None, None)  # of the round, which the form begins with

    def __post_init__(self) -> None:
        check_several("tools", self.tools)


def generate(spec: Spec, order: Order) -> bytes:
    """Return one workbook as the bytes of an .xlsx file; the same order gives the same bytes.

    Raises `UsageError` for an unknown country, language or tool, `LimitError` where something does not fit into Excel.
    """
    ((_, content),) = issue(spec, [order])
    return content


def layout_for(spec: Spec, order: Order) -> Layout:
    """Return the layout of an order. Raises `UsageError` for an unknown language or tool, and too many rows."""
    if order.blank_rows is not None and not 1 <= order.blank_rows <= MOST_ROWS:
        raise UsageError(
            f"{order.blank_rows} blank rows cannot be issued.",
            remedy=f"A register has 1 to {MOST_ROWS}.",
        )
    layout = laid_out(spec, order, last=bool(order.last))
    if layout.last and not last_placed(layout, order.last):
        return laid_out(spec, order)
    return layout


def laid_out(spec: Spec, order: Order, *, last: bool = False) -> Layout:
    """Return the layout of an order, with or without places for answers of the round before."""
    issued = without_sensitive(spec) if order.leave_out else spec
    return build(
        issued, order.language or spec.languages[0], order.tools, order.blank_rows, last=last
    )


@gc_paused()
def contents_for(layout: Layout, orders: Sequence[Order]) -> list[Content]:
    """Work out what the workbooks of some orders hold: how many they are bounds the memory."""
    from ..checks import predict_cached_values

    for country in {order.country for order in orders if order.country}:
        (code,) = country_codes(layout.spec, [country])
        if code != country:
            raise UsageError(
                f"'{country}': an order names a country by its code.",
                value=country,
                remedy=f"Write '{code}'.",
            )
    first = facts_of(_ordered(orders[0], layout), orders[0].contact)
    draw(layout, cover_lines(first))  # what is filled in later also tells the edition
    contents = []
    for order in orders:
        identity = identity_of(order, layout)
        answers = starting_answers(layout, order)
        planned = submission_of(layout, answers, identity, order.last)
        outcome = predict_cached_values(planned, layout, order.today)
        last = last_placed(layout, order.last)
        facts = facts_of(identity, order.contact)
        if order.answers:
            facts[ANSWERS] = answers_digest(answers)
        contents.append(_content(layout, answers, outcome, facts, last))
    return contents


def _content(
    layout: Layout, answers: Answers, outcome: Outcome, facts: Mapping[str, str], last: Answers
) -> Content:
    calculated = {cell.key: cell.value for cell in outcome.calculated if cell.value is not None}
    return Content(
        layout, answers, outcome.verdicts, calculated, outcome.kept, facts=facts, last=last
    )


def content_of(
    layout: Layout, identity: Identity, submission: Submission, *, contact: str = ""
) -> Content:
    """Return what a workbook with the answers of a submission holds, those that could not be read as they stood."""
    from ..checks import as_seen, check

    seen = as_seen(submission, layout) or submission
    outcome = check(seen, layout, today=date.fromisoformat(identity.today), in_sheets=True)
    last = last_placed(layout, read_last(submission.last) or {})
    content = _content(layout, seen.values(), outcome, facts_of(identity, contact), last)
    return replace(content, originals=seen.originals())


def identity_of(order: Order, layout: Layout) -> Identity:
    """Return the stamp, signed where there is a key."""
    identity = replace(_ordered(order, layout), edition=content_hash(layout), program=__version__)
    return sign(identity, order.key) if order.key else identity


def _ordered(order: Order, layout: Layout) -> Identity:
    """Return what a stamp says of an order."""
    identity = Identity(
        spec=layout.spec.name,
        spec_version=layout.spec.version,
        layout=layout.digest,
        language=layout.language,
        team=order.team,
        country=order.country,
        round=order.round,
        issued=order.today.isoformat(),
        today=order.today.isoformat(),
        deadline=order.deadline,
        tools="" if order.tools is None else ",".join(layout.sheet),
        rows="" if order.blank_rows is None else str(order.blank_rows),
        predecessor=order.predecessor,
        last_round=order.last_round if layout.last else "",
        last_digest=last_digest(last_to_text(last_placed(layout, order.last))),
        sample="yes" if order.sample else "",
        lists="" if layout.spec.left_out is None else SHORT,
    )
    # twelve hex digits that no other order shares, the same for the same order
    digest = hashlib.sha256(canonical(identity) + order.intervention.encode()).hexdigest()[:12]
    return replace(identity, copy=order.copy or digest)


def starting_answers(layout: Layout, order: Order) -> Answers:
    """Return defaults, what is known of the country, and over them the answers of the order that have a place."""
    answers: Answers = {}
    if order.prefilled:
        # a sample says itself which tools it uses
        chosen = chosen_tools(layout.spec, () if order.sample else order.tools or ())
        for key, slot in layout.slots.items():
            value = default_of(slot.field)
            if value is not None and (not slot.field.ticks or slot.row in chosen):
                answers[key] = value
        answers |= facts_about(layout.spec, order.country)
    form = layout.spec.identity
    (start, end) = order.period

    def single_answers(*pairs: tuple[str | None, str | date | None]) -> Answers:
        single = layout.spec.single_fields
        return {(single[code][0], ONLY_ROW, code): value for code, value in pairs if code and value}

    answers |= {**single_answers((form.country, order.country)), **order.answers}
    return placed(
        layout, answers | single_answers((form.period_start, start), (form.period_end, end))
    )


def placed(layout: Layout, answers: Answers) -> Answers:
    """Return the answers that have cells in the layout, as they read when they come back."""
    placed_answers: Answers = {}
    for key, value in answers.items():
        slot = layout.slots.get(key)
        if (
            slot is None
            or slot.field.calculated
            or (cell_value := offered(layout, slot.field, value)) is None
        ):
            continue
        if slot.field.several:
            codes = cell_value if isinstance(cell_value, tuple) else (str(cell_value),)
            placed_answers[key] = codes[: len(slot.cells)]
        else:
            placed_answers[key] = float(cell_value) if isinstance(cell_value, int) else cell_value
    return placed_answers


def offered(layout: Layout, field: Field, value: Value) -> Value | None:
    """Return an answer without entries that the workbook leaves out; None where nothing else was said."""
    if isinstance(value, tuple):
        return tuple(code for code in value if not layout.leaves_out(field, code)) or None
    return None if layout.leaves_out(field, value) else value


def last_placed(layout: Layout, last: Answers) -> Answers:
    """Return the answers of the round before that have cells in the layout."""
    placed_answers: Answers = {}
    for key, value in last.items():
        if key in layout.last:
            field = layout.spec.tool[key[0]].fields.get(key[2])  # none where a row was closed
            cell_value = value if field is None else offered(layout, field, value)
            if cell_value is not None:
                placed_answers[key] = (
                    cell_value[: len(layout.last[key])]
                    if isinstance(cell_value, tuple)
                    else cell_value
                )
    return placed_answers


def is_as_issued(sent: Submission, layout: Layout) -> bool:
    """Say whether nothing stands in a return that does not stand in every blank workbook that its country is issued.

    The period that its round filled in may be another one by now, or not be known here.
    """
    if has_more_than_answers(sent):
        return False
    tools = tuple(sent.identity.tools.split(",")) if sent.identity.tools else None
    order = Order("", date.min, sent.identity.country, tools=tools, period=sent.period)
    blank = starting_answers(layout, order)
    form = layout.spec.identity
    of_round = (form.period_start, form.period_end) if sent.identity.round else ()
    filled = {key: value for key, value in sent.values().items() if key[2] not in of_round}
    return filled.items() <= blank.items()


def has_more_than_answers(sent: Submission) -> bool:
    """Say whether something was typed into a return that is no answer: beside its cells, or nothing that one means."""
    return bool(sent.unplaced or sent.comments or sent.originals())


class IssuedWorkbook(NamedTuple):
    """A workbook as it was issued: its SHA-256, and the digest of the answers that it began with ("": none)."""

    sha256: str
    answers: str


def issued_workbook(folder: Path, copy: str) -> IssuedWorkbook | None:
    """Return the workbook in a folder that a return is a copy of; None where it is not there any more."""
    try:
        return _issued_workbooks(folder, folder.stat().st_mtime_ns).get(copy)
    except OSError:
        return None


@lru_cache(maxsize=8)
def _issued_workbooks(folder: Path, changed: int) -> Mapping[str, IssuedWorkbook]:
    """Return the workbooks in a folder by the copies that they are; `changed` is when its list of files last was."""
    issued: dict[str, IssuedWorkbook] = {}
    workbooks = "[!.~]*.xlsx"
    for path in sorted([*folder.glob(workbooks), *folder.glob(f"{REPLACED}/{workbooks}")]):
        try:
            content = read_regular(path, LIMITS.file_bytes)
        # it is open elsewhere, or no workbook of ours: the others count all the same
        except OSError:
            continue
        properties = own_properties(content)
        if properties.get("copy"):
            digest = hashlib.sha256(content).hexdigest()
            issued[properties["copy"]] = IssuedWorkbook(digest, properties.get(ANSWERS, ""))
    return issued


def answers_digest(answers: Answers) -> str:
    """Return what tells the answers of a workbook from others; "" where there are none.

    Numbers go in with 15 digits: that is what every spreadsheet program keeps of them.
    """
    rounded = {
        key: float(f"{value:.15g}") if isinstance(value, float) else value
        for key, value in answers.items()
    }
    return last_digest(last_to_text(rounded))


def submission_of(
    layout: Layout, answers: Answers, identity: Identity, last: Answers | None = None
) -> Submission:
    """Return the submission that a workbook with these answers would come back as."""
    cell_answers: list[Answer] = []
    for key, value in placed(layout, answers).items():
        kind = kind_of(layout.slots[key].field)
        cells = layout.cells_of[key]
        values = value if isinstance(value, tuple) else (value,)
        cell_answers += [
            _answer(cell, kind, part) for cell, part in zip(cells, values, strict=False)
        ]
    return Submission(
        "",
        "",
        0,
        identity,
        answers=cell_answers,
        last=last_to_text(last_placed(layout, last or {})),
    )


def _answer(cell: CellOfSlot, kind: ColumnKind, value: str | float | date) -> Answer:
    answered = partial(Answer, *cell, State.ANSWERED)
    if isinstance(value, float):
        return answered(value, number=value)
    if isinstance(value, date):
        return answered(str(value), day=value)
    return answered(value, code=value) if kind is ColumnKind.CODE else answered(value, text=value)


# many workbooks: what they have in common is drawn once, and filled in for each of them

# beside the issued workbooks: those that others took the place of
REPLACED = "replaced"
# that are worked out together; bounds the memory
ORDERS_AT_ONCE = 200
ANSWERS_AT_ONCE = 500_000


def issue(spec: Spec, orders: Iterable[Order]) -> Iterator[tuple[Order, bytes]]:
    """Yield each order with its workbook; those of one language and choice of tools together.

    Raises `UsageError` for an unknown language or tool, `LimitError` where something does not fit into Excel.
    """
    for same in _alike(spec, orders):
        layout = layout_for(spec, same[0])
        for some in _portions(same):
            for order, content in zip(some, contents_for(layout, some), strict=True):
                yield order, draw(layout, cover_lines(content.facts)).filled(content)


def issue_files(
    spec: Spec,
    orders: Iterable[Order],
    place: Callable[[Order], Path],
    earlier: Sequence[Spec] = (),
) -> Iterator[tuple[Path, bool]]:
    """Write the workbooks that are not at their places yet; each path, and whether it was written now.

    A workbook of the same order stays, whatever its day and whatever answers it goes on from: it may have been sent.
    So what was interrupted goes on where it stopped. One with the texts of an `earlier` spec is written again.
    What another one takes the place of is set aside.
    Raises as `issue`, and `OutputError`.
    """
    missing: list[Order] = []
    for order in chain.from_iterable(_alike(spec, orders)):
        if is_issued(spec, order, place(order), earlier):
            yield place(order), False
        else:
            missing.append(order)
    for order, content in issue(spec, missing):
        set_aside(place(order))
        write_whole(place(order), content)
        yield place(order), True


def set_aside(path: Path) -> None:
    """Move a workbook that another one will replace, if there is one: it may have been sent. Raises `OutputError`."""
    if not path.is_file():
        return
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        replaced_path = path.parent / REPLACED / f"{path.stem}_{digest}{path.suffix}"
        replaced_path.parent.mkdir(exist_ok=True)
        path.replace(replaced_path)
    except OSError as error:
        raise not_written(path, error) from error


def is_issued(spec: Spec, order: Order, path: Path, earlier: Sequence[Spec] = ()) -> bool:
    """Say whether a workbook of an order lies at its place, and not in the words of an `earlier` spec."""
    try:
        identity = stamp_alone(read_regular(path, LIMITS.file_bytes))
    except OSError:  # nothing there, or nothing that can be read: writing will say what is wrong
        return False
    if identity is None:
        return False
    layout = laid_out(spec, order, last=bool(identity.last_digest))
    if _in_common(identity) != _in_common(_ordered(order, layout)):
        return False
    return not (earlier and _is_worded_as(earlier, identity, order, layout))


def _is_worded_as(
    earlier: Iterable[Spec], identity: Identity, order: Order, layout: Layout
) -> bool:
    """Say whether a workbook has the texts of an earlier spec, and not those of its layout.

    One that another version of the program drew has neither, and stays: it may have been sent.
    """
    if not identity.edition or identity.edition == content_hash(layout):
        return False
    for spec in earlier:
        with suppress(UsageError):  # a language or sheet that it did not have
            if (
                content_hash(laid_out(spec, order, last=bool(identity.last_digest)))
                == identity.edition
            ):
                return True
    return False


def _in_common(identity: Identity) -> Identity:
    """Return what workbooks of one order have in common, whatever the day and whatever answers they go on from."""
    individual = ("issued", "today", "copy", "edition", "last_round", "last_digest", "signature")
    return replace(identity, **dict.fromkeys(individual, ""))


def _alike(spec: Spec, orders: Iterable[Order]) -> Iterable[list[Order]]:
    """Return the orders of one layout together."""
    first = spec.languages[0]
    return grouped(
        (
            (
                order.language or first,
                order.tools,
                order.blank_rows,
                bool(order.last),
                order.leave_out,
            ),
            order,
        )
        for order in orders
    ).values()


def _portions(orders: Iterable[Order]) -> Iterator[list[Order]]:
    """So many orders at once that what they hold fits into memory."""
    portion: list[Order] = []
    answers = 0
    for order in orders:
        answers += len(order.answers)
        if portion and (answers > ANSWERS_AT_ONCE or len(portion) == ORDERS_AT_ONCE):
            yield portion
            portion = []
            answers = len(order.answers)
        portion.append(order)
    if portion:
        yield portion


# the filled sample of a spec: a workbook to look at, and whether everything in it is right


def sample_workbook(spec: Spec, language: str, choice: Choice) -> bytes:
    """Return a workbook of these sheets, filled in as an example; the same bytes on whichever day.

    Raises `UsageError` where the spec has no sample, and for an unknown language or tool.
    """
    layout, order = sample_order(spec, language, choice)
    return generate(layout.spec, order)


def errors_in_sample(spec: Spec, choice: Choice) -> list[Finding]:
    """Return what a team would have to correct in the sample; there should be nothing."""
    from ..checks import check

    layout, order = sample_order(spec, spec.languages[0], choice)
    stamp = Identity(
        spec.name, spec.version, layout.digest, layout.language, order.team, order.country
    )
    filled = submission_of(layout, starting_answers(layout, order), stamp)
    outcome = check(filled, layout, today=order.today)
    return [finding for finding in outcome.findings if finding.severity is Severity.ERROR]


def sample_order(spec: Spec, language: str, choice: Choice) -> tuple[Layout, Order]:
    """Return the layout of a sample, and the order that it is made by. Raises `UsageError` as `sample_workbook`."""
    sample = spec.sample
    if sample is None or sample.day is None:
        raise UsageError(f"The spec '{spec.name}' has no sample.yaml, so there is no sample of it.")
    country = sample.country.code if sample.country is not None else ""
    order = Order(
        sample.team,
        sample.day,
        country,
        language,
        choice.tools,
        choice.rows,
        sample=True,
        leave_out=choice.leave_out,
    )
    layout = layout_for(spec_of_sample(spec), order)
    return layout, replace(order, answers=_answers(layout, sample))


def _answers(layout: Layout, sample: Sample) -> Answers:
    """Return the answers that have a place, and lead to a row that is there."""
    sample_answers: Answers = {}
    for answer in answers_of(layout.spec, sample, sample_for(layout.spec, sample, layout.sheet)):
        slot = layout.slots.get((answer.tool, answer.row, answer.field))
        if slot is not None:
            value = answer.means(slot.field, layout.language)
            tools = slot.field.to
            if not tools or any(value in layout.row_codes.get(tool, ()) for tool in tools):
                sample_answers[slot.key] = value
    return sample_answers
