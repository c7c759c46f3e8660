"""Orders that go on from an earlier round: of each team the answers of its return that counts there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from ..core.errors import UsageError
from ..core.words import fold
from ..core.work import grouped
from ..dataset.reconciliation import periods
from ..dataset.returns import Return, result
from ..exchange.issuing import Order
from ..exchange.prefill import go_on
from ..layout import build
from ..rounds.datasets import Dataset
from ..spec.model import Spec


class PrefilledOrder(NamedTuple):
    """An order with what it begins with, and what does not go on from the earlier round, in a sentence or ""."""

    order: Order
    left_behind: str
    is_blank: bool = False


def prefilled(orders: Iterable[Order], earlier: Dataset, spec: Spec) -> Iterator[PrefilledOrder]:
    """Have each order go on from the earlier round; of a team with several interventions one order becomes several.

    Raises `UsageError` where that round is of another spec.
    """
    if earlier.spec is not None and earlier.spec.name != spec.name:
        raise UsageError(
            f"The earlier round is of the spec '{earlier.spec.name}', the new one of '{spec.name}': "
            "their questions have nothing in common. Name a round of the same spec."
        )
    # the returns that count, by team: of each intervention that of the latest period
    latest_first = {period.name: number for number, period in enumerate(periods(earlier.store))}
    latest: dict[tuple[str, str, str], Return] = {}
    there = (each for each in earlier.of_round() if each.current and each.identity is not None)
    for each in sorted(there, key=lambda each: (-latest_first.get(each.period, -1), each.age)):
        intervention = fold(spec.identity.over_rounds(each.intervention))
        latest[each.team, fold(each.project), intervention] = each
    counting = grouped((each.team, each) for each in sorted(latest.values(), key=lambda each: each.about))
    for order in orders:
        found = counting.get(order.team, [])
        if not found:
            told = f"{order.team}: no return of it counts in the earlier round; its workbook is blank."
            yield PrefilledOrder(order, told, is_blank=True)
        for each in found:
            about = spec.identity.over_rounds(each.intervention) or each.project if len(found) > 1 else ""
            yield _prefilled(replace(order, intervention=about), earlier, each, spec)


def _prefilled(order: Order, earlier: Dataset, each: Return, spec: Spec) -> PrefilledOrder:
    read = result(earlier.store, each)
    assert read.submission is not None  # what counts could be read
    assert read.layout is not None
    language = order.language or spec.languages[0]
    layout = build(spec, language, order.tools, order.blank_rows, last=True)
    found = go_on(read.submission, read.layout, layout, order.today)
    named = replace(found, last_round=found.last_round or each.period)
    told = ", ".join(named.left_behind())
    return PrefilledOrder(named.into(order), told and f"{order.team} ({each.name}): {told}.")
