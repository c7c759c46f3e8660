"""Issues many workbooks: what they have in common is drawn once, and stamped for each of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from .intake import stamp_alone
from .intake.limits import LIMITS
from .issuing import Order, contents_for, generate, identity_of, layout_for
from .layout import Layout, build
from .output_files import write_whole
from .paths import read_regular
from .spec.model import Spec
from .submission import Identity
from .workbook import Template, cover_lines, draw

ORDERS_AT_ONCE, ANSWERS_AT_ONCE = 200, 500_000  # that are worked out together; bounds the memory


def issue(spec: Spec, orders: Iterable[Order]) -> Iterator[tuple[Order, bytes]]:
    """Give each order with its workbook, as `generate` makes it; those of one language and choice of tools together.

    Raises `UsageError` for an unknown language or tool, `LimitError` where something does not fit into Excel.
    """
    for same in _alike(spec, orders):
        if len(same) == 1:
            yield same[0], generate(spec, same[0])
        else:
            yield from _stamped(layout_for(spec, same[0]), same)


def issue_files(
    spec: Spec, orders: Iterable[Order], place: Callable[[Order], Path]
) -> Iterator[tuple[Path, bool]]:
    """Write the workbooks that are not at their places yet; each path, and whether it was written now.

    A workbook of the same order stays, whatever its day and whatever answers it goes on from: it may have been sent.
    So what was interrupted goes on where it stopped. Raises as `issue`, and `OutputError`.
    """
    missing: list[Order] = []
    for order in chain.from_iterable(_alike(spec, orders)):
        if _is_there(spec, order, place(order)):
            yield place(order), False
        else:
            missing.append(order)
    for order, data in issue(spec, missing):
        write_whole(place(order), data)
        yield place(order), True


def _is_there(spec: Spec, order: Order, path: Path) -> bool:
    """Say whether a workbook of an order lies at its place."""
    try:
        found = stamp_alone(read_regular(path, LIMITS.file_bytes))
    except OSError:  # nothing there, or nothing that can be read: writing will say what is wrong
        return False
    if found is None:
        return False
    language, last = order.language or spec.languages[0], bool(found.last_digest)
    layout = build(spec, language, order.tools, order.blank_rows, last=last)
    return _in_common(found) == _in_common(identity_of(spec, order, layout))


def _in_common(identity: Identity) -> Identity:
    """Give what workbooks of one order have in common, whatever the day and whatever answers they go on from."""
    others = ("issued", "today", "copy", "edition", "last_round", "last_digest", "signature")
    return replace(identity, **dict.fromkeys(others, ""))


def _alike(spec: Spec, orders: Iterable[Order]) -> Iterable[list[Order]]:
    """Give the orders of one layout together."""
    groups: dict[Hashable, list[Order]] = {}
    for order in orders:
        key = (order.language or spec.languages[0], order.tools, order.blank_rows, bool(order.last))
        groups.setdefault(key, []).append(order)
    return groups.values()


def _stamped(layout: Layout, orders: Sequence[Order]) -> Iterator[tuple[Order, bytes]]:
    templates: dict[frozenset[str], Template] = {}
    for some in _portions(orders):
        blank, *contents = contents_for(layout, [Order("", some[0].today, prefilled=False), *some])
        for order, content in zip(some, contents, strict=True):
            lines = cover_lines(content.facts)
            if lines not in templates:
                templates[lines] = Template(draw(layout, lines), blank)
            yield order, templates[lines].stamped(content)


def _portions(orders: Iterable[Order]) -> Iterator[list[Order]]:
    """So many orders at once that what they hold fits into memory."""
    portion: list[Order] = []
    answers = 0
    for order in orders:
        answers += len(order.answers)
        if portion and (answers > ANSWERS_AT_ONCE or len(portion) == ORDERS_AT_ONCE):
            yield portion
            portion, answers = [], len(order.answers)
        portion.append(order)
    if portion:
        yield portion
