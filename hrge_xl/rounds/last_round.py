"""Orders that go on from an earlier round: of each team the answers of its return that counts there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..dataset.periods import periods
from ..dataset.returns import Return, result
from ..errors import UsageError
from ..issuing import Order
from ..layout import build
from ..next_round import GoingOn, go_on
from ..spec.model import Spec
from ..words import fold
from .datasets import Dataset

NOTHING = GoingOn()


@dataclass(frozen=True)
class Begun:
    """An order with what it begins with, and the return that this is from; None where the team has none."""

    order: Order
    source: Return | None = None
    from_it: GoingOn = NOTHING

    def left_behind(self) -> Iterator[str]:
        """Yield what does not go on from the earlier round, one line each."""
        if self.source is None:
            yield f"{self.order.team}: no return of it counts in the earlier round; its workbook is blank."
            return
        told = list(self.from_it.left_behind())
        if told:
            yield f"{self.order.team} ({self.source.name}): {', '.join(told)}."


def begun(orders: Iterable[Order], earlier: Dataset, spec: Spec) -> Iterator[Begun]:
    """Have each order go on from the earlier round; of a team with several interventions one order becomes several.

    Raises `UsageError` where that round is of another spec.
    """
    if earlier.spec is not None and earlier.spec.name != spec.name:
        raise UsageError(
            f"The earlier round is of the spec '{earlier.spec.name}', the new one of '{spec.name}': "
            "their questions have nothing in common. Name a round of the same spec."
        )
    counting = _counting(earlier, spec)
    for order in orders:
        found = counting.get(order.team, [])
        if not found:
            yield Begun(order)
        for each in found:
            about = spec.identity.over_rounds(each.intervention) or each.project if len(found) > 1 else ""
            yield _begun(replace(order, intervention=about), earlier, each, spec)


def _begun(order: Order, earlier: Dataset, each: Return, spec: Spec) -> Begun:
    read = result(earlier.store, each)
    assert read.submission is not None  # what counts could be read
    assert read.layout is not None
    language = order.language or spec.languages[0]
    layout = build(spec, language, order.tools, order.blank_rows, last=True)
    found = go_on(read.submission, read.layout, layout, order.today)
    named = replace(found, last_round=found.last_round or each.period)
    return Begun(named.into(order), each, named)


def _counting(earlier: Dataset, spec: Spec) -> dict[str, list[Return]]:
    """Give the returns that count, by team: of each intervention that of the latest period."""
    latest_first = {period.name: number for number, period in enumerate(periods(earlier.store))}
    latest: dict[tuple[str, str, str], Return] = {}
    counting = (each for each in earlier.of_round() if each.current and each.identity is not None)
    for each in sorted(counting, key=lambda each: (-latest_first.get(each.period, -1), each.age)):
        intervention = fold(spec.identity.over_rounds(each.intervention))
        latest[each.team, fold(each.project), intervention] = each
    found: dict[str, list[Return]] = {}
    for each in latest.values():
        found.setdefault(each.team, []).append(each)
    return {team: sorted(some, key=lambda each: each.about) for team, some in found.items()}
