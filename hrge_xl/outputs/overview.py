"""The overview of a dataset as a page: as it is, or as it may be shared."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from functools import cached_property
from itertools import cycle
from pathlib import Path
from typing import TypeVar

from .. import __version__
from ..core.errors import StoreError
from ..core.output_files import write_if_changed
from ..core.words import number, percent
from ..dataset.opening import open_dataset
from ..dataset.return_status import may_be_shared
from ..dataset.run_history import RunChange, last_change
from ..dataset.schema import spec_language
from ..dataset.store import DERIVED, Store
from ..ledger.events import FILE
from ..privacy.sharing import shared
from ..rounds.rounds import Round, load_round
from . import overview_page
from .overview_build import overview
from .overview_charts import Charts, whole_percents
from .overview_model import MOST_ROWS, HeatMap, Overview, QuestionProfile, RiskLevel, RiskPart
from .page import asset, foot_rule, level_rules, rendered


def of_folder(
    folder: Path,
    language: str | None,
    round_: Round | None = None,
    *,
    masked: bool = False,
    period: str | None = None,
) -> str:
    """Give the page of a dataset, as of the day of its last run. Raises `StoreError` where that was cut off."""
    with open_dataset(folder) as store:
        return of_dataset(store, language, round_, masked=masked, period=period, change=last_change(folder))


def of_dataset(
    store: Store,
    language: str | None,
    round_: Round | None = None,
    *,
    masked: bool = False,
    period: str | None = None,
    change: RunChange | None = None,
) -> str:
    """Give the page of a dataset whose figures are up to date: of the latest period, unless another one is named.

    `change` is what the last run changed; a page that may be shared does not tell it.

    Raises `StoreError` where they are not, `UsageError` where there is no such period.
    """
    if not store.fact(DERIVED):
        raise StoreError(
            f"The last run over {store.name} was cut off. Run `hrge-xl consolidate` again, then this."
        )
    today = date.fromisoformat(store.fact(DERIVED))
    with ExitStack() as stack:
        shown = stack.enter_context(shared(store, today)) if masked else store
        language = language or spec_language(store.schema.spec)
        change = None if masked else change
        return page_of(overview(shown, today, language, round_, period=period, change=change, whole=store))


def overview_of_folder(
    folder: Path, output: Path, language: str | None = None, round_: Round | None = None,
    *, masked: bool = False, period: str | None = None,
) -> Path:  # fmt: skip
    """Write the overview of a consolidated folder; a round folder says itself who was expected."""
    if round_ is None and (folder / FILE).is_file():
        round_ = load_round(folder)
    text = of_folder(folder, language, round_, masked=masked, period=period)
    return write_overview(text, output, masked=masked)


def write_overview(text: str, folder: Path, *, masked: bool = False) -> Path:
    """Write the page into a folder; gives the file."""
    path = overview_page(folder, masked=masked)
    write_if_changed(path, text.encode("utf-8", "replace"))
    return path


# the overview for the coordination office

MOST_COLUMNS = 40  # sheets side by side in the table of completeness
OPEN_QUESTIONS = 15  # of the profile; the others are folded
SHADES = 5  # of completeness
Kind = TypeVar("Kind", int, str)


def page_of(found: Overview) -> str:
    """Give an overview as a page."""
    view = OverviewView(found)
    style = asset("report.css") + asset("overview.css") + view.style()
    return rendered("overview.html.j2", found.language, style, o=found, v=view)


class OverviewView(Charts):
    """What the template asks of an overview beyond its data: words, numbers, and the shapes of drawings."""

    version = __version__
    most_rows = MOST_ROWS
    most_columns = MOST_COLUMNS
    open_questions = OPEN_QUESTIONS
    share = staticmethod(whole_percents)

    @property
    def may_be_shared(self) -> str:
        """What a page that may be shared leaves out, in words."""
        return may_be_shared(self.say)

    def change(self, value: float) -> str:
        """Give a number with its sign."""
        return f"{'+' if value > 0 else '−' if value < 0 else '±'}{number(abs(value), self.language)}"

    def percent(self, share: float) -> str:
        """Give a share as a percentage."""
        return percent(share, self.language)

    # completeness and risks

    def shade(self, answered: int, required: int) -> int:
        """Give how dark a cell of completeness is."""
        return min(self.share(answered, required) * SHADES // 100, SHADES - 1) + (answered >= required)

    @cached_property
    def level_numbers(self) -> dict[str, int]:
        """The place of each level, which its colour goes by."""
        return (
            {level.code: at for at, level in enumerate(self.found.risks.levels)} if self.found.risks else {}
        )

    def at_level(self, heat: HeatMap, level: RiskLevel) -> int:
        """Count the risks of a map at one level."""
        return sum(each.total for place, each in heat.cells.items() if heat.levels[place] == level.code)

    def bars(self, part: RiskPart, stage: str, most: int) -> Sequence[tuple[int, float, float]]:
        """Level, start and width of the pieces of a bar, in percent of the longest."""
        counts = part.counts.get(stage, {})
        return _pieces(
            [(at, counts[code]) for code, at in self.level_numbers.items() if counts.get(code)], most
        )

    def longest(self, parts: Sequence[RiskPart]) -> int:
        """Give the most risks that a part of a breakdown has."""
        return max((sum(levels.values()) for part in parts for levels in part.counts.values()), default=0)

    def parts_of(self, question: QuestionProfile) -> Sequence[tuple[str, float, float]]:
        """Class, start and width of the pieces of the bar of a question, in percent of all that were to answer."""
        shades = cycle(range(SHADES))
        parts = [
            ("no" if answer.is_no else f"a{next(shades)}", answer.count or 0) for answer in question.answers
        ]
        return _pieces(parts, question.given + question.missing)

    # style

    def style(self) -> str:
        """Give the colours of the levels, and what stands at the foot of a printed page."""
        levels = self.found.risks.levels if self.found.risks else ()
        rules = [
            f"{level_rules(f'l{at}', level.colour)}.p{at}{{fill:{level.colour}}}"
            for at, level in enumerate(levels)
        ]
        foot = f"{self.found.title} · {self.say('Overview')} · {self.day(self.found.today)}"
        return f"{''.join(rules)}{foot_rule(foot)}"


def _pieces(parts: Sequence[tuple[Kind, int]], whole: int) -> list[tuple[Kind, float, float]]:
    """Give the pieces of a bar: of which kind they are, start and width, in percent of the whole."""
    pieces, start = [], 0.0
    for kind, count in parts:
        wide = 100 * count / whole if whole else 0
        pieces.append((kind, round(start, 2), round(wide, 2)))
        start += wide
    return pieces
