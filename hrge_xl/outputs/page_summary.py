"""What an overview comes to for somebody who has a minute: which of its figures, and the sentences made of them.

Nothing is worked out here that the overview does not show as well; what it does not know is not there, and a sentence
that needs it is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from string import Formatter

from ..core.numerals import shown
from ..core.words import kept_in_order, number, percent, translator
from ..dataset.aggregates.risks import AFTER
from ..dataset.reconciliation import PeriodFigures, of_same_teams
from ..dataset.return_status import BLANK
from ..exchange.validation import ACCEPTED, RETURNED
from ..fields import Field, FieldType
from .overview_build import MISSING, WAITING
from .overview_model import FigureLine, ListLine, Overview, TeamProgress, whole_percents

MOST_RISKS = 5
MOST_INDICATORS = 5
CAME = (ACCEPTED, RETURNED, WAITING)  # states of teams that have answered


class PageSummary:
    """What an overview comes to, in the language of a page: counts of teams, what is most serious, and sentences."""

    def __init__(self, overview: Overview) -> None:
        self.overview = overview
        self.language = overview.language
        self.say = translator(overview.language)
        self.answered = [team for team in overview.teams if team.state in CAME]
        self.arrived_late = [team for team in overview.teams if team.arrived_late]
        self.late_now = [team for team in overview.teams if team.late_now]
        # who has not answered, the latest first
        missing = [team for team in overview.teams if team.state in (MISSING, BLANK)]
        self.silent: Sequence[TeamProgress] = sorted(missing, key=lambda team: -team.days_late)
        self.expected = len(self.answered) + len(self.silent) if overview.expected else None

    @cached_property
    def period(self) -> PeriodFigures | None:
        """What the period of the page comes to; None where nothing of it counts."""
        return next(
            (period for period in self.overview.periods if period.name == self.overview.period),
            None,
        )

    @cached_property
    def before(self) -> PeriodFigures | None:
        """What the period before comes to, in this dataset or in that of the round before; None where nobody knows."""
        names = [period.name for period in self.overview.periods]
        earlier = self.overview.periods[names.index(self.period.name) + 1 :] if self.period else ()
        return next(iter(earlier), self.overview.round_before if self.period else None)

    @cached_property
    def with_before(self) -> Sequence[PeriodFigures]:
        """The period before and this one, of the teams that answered in both; nothing where there is no such team."""
        if self.period is None or self.before is None:
            return ()
        return of_same_teams([self.period, self.before])[::-1]

    # risks and indicators

    @property
    def risks(self) -> Sequence[ListLine]:
        """The risks that weigh most."""
        return self.overview.risks.top[:MOST_RISKS] if self.overview.risks else ()

    @property
    def level(self) -> str | None:
        """The code of the highest level of the matrix."""
        return [*self.overview.risks.levels][-1] if self.overview.risks else None

    @cached_property
    def targets(self) -> Sequence[FigureLine]:
        """The indicators of which it is known how far they are to their target, the furthest from it first."""
        measured = [
            indicator
            for indicator in self.overview.indicators or ()
            if indicator.figures["progress"] is not None
        ]
        return sorted(measured, key=lambda indicator: indicator.figures["progress"])

    # in words

    @property
    def sentences(self) -> Sequence[str]:
        """What all of it comes to: the sentences of the spec, else those of the program."""
        return [sentence for sentence, _ in self.worded]

    @cached_property
    def worded(self) -> Sequence[tuple[str, Sequence[str]]]:
        """The sentences, each with the names of the figures in it."""
        say = self.say
        spec_sentences = self.overview.spec.brief.sentences if self.overview.spec else ()
        is_after_mitigation = bool(
            self.overview.risks and self.overview.risks.maps[-1].stage == AFTER
        )
        wordings = [[text.say(self.language)] for text in spec_sentences] or [
            [
                say(
                    "Answers have come from {answered} teams (arrived late: {late}; not answered: {silent})."
                ),
                say("Teams that have answered: {answered}."),
            ],
            [
                say(
                    "The highest level after mitigation, {level}, applies to {highest} of {risks} risks."
                )
                if is_after_mitigation
                else say("The highest level, {level}, applies to {highest} of {risks} risks.")
            ],
            [say("The target has been reached for {reached} of {targets} indicators.")],
            [
                say(
                    "There are open errors in {open_errors} of the {returns} returns behind these figures, and "
                    "{complete} of the required answers have been given."
                ),
                say(
                    "There are open errors in {open_errors} of the {returns} returns behind these figures."
                ),
            ],
        ]
        sentences = []
        for alternatives in wordings:
            filled_in = map(self._fill_in, alternatives)
            first = next(filter(None, filled_in), None)
            if first is not None:
                sentences.append(first)
        return sentences

    def _fill_in(self, sentence: str) -> tuple[str, Sequence[str]] | None:
        """Return a sentence with its figures, and their names; None where one of these is not known."""
        named = [name for _, name, _, _ in Formatter().parse(sentence) if name]
        if any(name not in self.figures for name in named):
            return None
        return sentence.format_map(self.figures), named

    @cached_property
    def figures(self) -> Mapping[str, str]:
        """The figures that sentences name, in words, as far as they are known."""
        return dict(self._figures())

    def _figures(self) -> Iterator[tuple[str, str]]:
        counts = dict[str, int]()
        if self.overview.risks and self.level and self.period and self.period.levels:
            levels = self.period.levels
            last = self.overview.risks.maps[-1]
            # a risk that nobody scored at the last stage is a risk
            counts |= {
                "risks": sum(levels.values()) + last.unplaced,
                "highest": levels.get(self.level, 0),
            }
            yield "level", kept_in_order(self.overview.risks.levels[self.level], self.language)
        if self.targets:
            reached = sum(indicator.figures["progress"] >= 1 for indicator in self.targets)
            counts |= {"targets": len(self.targets), "reached": reached}
        if self.overview.counted:
            counts |= {"returns": self.overview.counted, "open_errors": self.overview.from_returned}
        if self.expected is not None:
            counts |= {"silent": len(self.silent), "late": len(self.arrived_late)}
        for name, count in counts.items():
            yield name, number(count, self.language)
        yield "answered", self.of(len(self.answered), self.expected)
        if self.period and self.period.required:
            share = whole_percents(self.period.answered, self.period.required) / 100
            yield "complete", percent(share, self.language)
        for line in self.overview.numbers:
            value = line["mean"] if line["total"] is None else line["total"]
            yield line["field"], self.figure(self.field(line["field"]).type, value)

    def field(self, code: str) -> Field:
        """Return a question of a form, or a column of a table, by its code."""
        assert self.overview.spec is not None
        return next(field for _, _, field in self.overview.spec.places() if field.code == code)

    def figure(self, kind: FieldType, value: float | None) -> str:
        """Return a number among the answers to questions of a kind as people write it; words for one that is masked."""
        if value is None:
            return self.say("masked")
        if kind.scaled:
            return percent(value, self.language)
        return number(value, self.language) if kind.measures else shown(value)

    def of(self, part: int, whole: int | None) -> str:
        """Return a count, and where it is known of how many."""
        if whole is None:
            return number(part, self.language)
        wording = self.say("{answered} of {required}")
        return wording.format(
            answered=number(part, self.language), required=number(whole, self.language)
        )
