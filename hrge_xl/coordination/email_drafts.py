"""Drafts of mails to the teams of a round: written once each, taken away when they no longer apply, never sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ..core.errors import UsageError
from ..core.output_files import write_if_changed, write_whole
from ..core.paths import check_several
from ..core.suggest import remedy_for
from ..core.words import SOURCE_LANGUAGE, counted, kept_in_order
from ..core.words import day as in_words
from ..core.work import grouped
from ..dataset.returns import Return
from ..exchange.validation import REFUSED
from ..ledger.ledger import Drafted, Ledger
from ..outputs.feedback_files import FeedbackOptions, FeedbackResult, give_all
from ..reader.zip_package import megabytes
from ..rounds.datasets import Dataset, one_dataset
from ..rounds.feedback_choice import choose
from ..rounds.receiving import Senders
from ..rounds.round_status import is_in_doubt, status
from ..rounds.rounds import FEEDBACK, Round, load_round
from ..rounds.teams import Team
from ..spec.lookup import country_label
from .mail import MAIL_KINDS, MailType
from .mail.due import (
    PendingMail,
    corrections_due,
    feedback_key,
    issue_due,
    reminders_due,
    thanks_due,
)
from .mail.eml import MOST_BYTES, Mail, as_eml, deadlines_calendar, write_merge_list
from .mail.templates import filled, load_templates, template_of

FOLDER, CALENDAR = "drafts", "deadlines.ics"
AS_THEY_COME = tuple(each for each in MailType if each is not MailType.ISSUE)


@dataclass
class Drafts:
    """What was drafted now, which earlier drafts still apply, and which were taken away."""

    new: list[Drafted] = field(default_factory=list)
    standing: list[Drafted] = field(default_factory=list)
    outdated: list[Drafted] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)  # what to look at before anything is sent

    def of(self, day: date) -> list[Drafted]:
        """Give the drafts of a day that are still there."""
        return [each for each in (*self.new, *self.standing) if each.day == str(day)]

    def tally(self, day: date | None = None) -> str:
        """Say how many new drafts of each kind there are, or how many of a day: 2 workbooks to issue, 1 reminder."""
        counts = Counter(each.occasion for each in (self.of(day) if day else self.new))
        kinds = [(sum(map(counts.__getitem__, kind.occasions)), kind) for kind in MAIL_KINDS.values()]
        told = (counted(count, kind.one, kind.several) for count, kind in kinds if count)
        return ", ".join(told) or "no draft"


def drafts(
    folder: Path, today: date, occasions: Collection[str] | None = None, *, again: bool = False,
    password: str | None = None,
) -> Drafts:  # fmt: skip
    """Write the drafts that are due in a round on a day, each once; `again` writes anew what was written before.

    `occasions` are kinds of mails (issue, feedback, reminder, thanks); by default all but issue. What came is taken in
    first. Nothing is ever sent. Raises as `datasets` does, and `RoundError` for texts of the round with mistakes.
    """
    check_several("occasions", occasions)
    wanted: list[MailType] = []
    for each in occasions or ():
        if each not in {*MAIL_KINDS, *MailType}:
            raise UsageError(f"There is no kind of e-mail '{each}'. {remedy_for(each, list(MAIL_KINDS))}")
        wanted += MAIL_KINDS[each].occasions if each in MAIL_KINDS else [MailType(each)]
    load_templates(folder)  # before anything else is done
    load_round(folder)
    with one_dataset(folder, today, password=password) as dataset:
        return write_drafts(dataset, today, wanted or AS_THEY_COME, again=again)


def remind(folder: Path, today: date, *, again: bool = False, password: str | None = None) -> Drafts:
    """Write the reminders that are due in a round on a day. Raises as `drafts` does."""
    return drafts(folder, today, ["reminder"], again=again, password=password)


def write_drafts(
    dataset: Dataset, today: date, occasions: Collection[MailType], *, again: bool = False
) -> Drafts:
    """Write the drafts that are due on a day for a round whose dataset is open."""
    assert dataset.round is not None
    work = _Work(dataset, dataset.round, today)
    with Ledger.open(work.folder) as ledger:  # whoever has the dataset open holds the folder
        known, made = ledger.drafted(), Drafts()
        if MailType.FEEDBACK in occasions:
            _note(ledger, work, _feedback(work, {} if again else known, made), made)
            known = ledger.drafted()
        due = {each.key: each for each in work.due(known)}
        wanted = [
            each for key, each in due.items() if each.occasion in occasions and (again or key not in known)
        ]
        _note(ledger, work, wanted, made)
        known = ledger.drafted()
        _tidy(work, known, due, made)
    for day in {each.day for each in (*made.new, *made.outdated)}:
        write_merge_list(work.folder / FOLDER / day, (each for each in known.values() if each.day == day))
    write_if_changed(work.folder / FOLDER / CALENDAR, deadlines_calendar(work.round))
    return made


class _Work:
    """What drafts are made from: a round, its dataset, and where its teams stand on a day."""

    def __init__(self, dataset: Dataset, round_: Round, today: date) -> None:
        self.dataset, self.round, self.today, self.folder = dataset, round_, today, round_.folder
        self.templates = load_templates(self.folder)
        self.returns = dataset.of_round()
        self.statuses = status(self.returns, today, round_)
        self.chosen = {each.submission: each for each in choose(self.returns)[0]}
        self.teams = {team.code: team for team in round_.teams}
        assert dataset.spec is not None
        self.spec = dataset.spec

    def key_of(self, submission: str) -> str:
        """Give the key of what feedback on a return is about."""
        return feedback_key(self.chosen[submission], self.spec.digest)

    def due(self, known: Mapping[str, Drafted]) -> Iterator[PendingMail]:
        """Yield every mail that is due, but for feedback, which is known by having been given."""
        expected = [each for each in self.statuses if each.team.code in self.teams]
        given = {each: known[key] for each in self.chosen if (key := self.key_of(each)) in known}
        yield from issue_due(self.round, expected)
        sent = {each.team.code for each in expected if each.sent_for_others} | {*unread_by_team(self.dataset)}
        yield from reminders_due(self.round, expected, self.today, sent)
        yield from corrections_due(self.round, expected, given, self.today)
        yield from thanks_due(expected, given)


def unread_by_team(dataset: Dataset) -> dict[str, list[Return]]:
    """Give returns of a round that could not be read, by the team whose address they came from, or by ''.

    One is left out where the team has sent another one since that could be.
    """
    assert dataset.round is not None
    senders, returns = Senders(dataset.round), dataset.of_round()
    readable = grouped((each.team, each.arrived or date.min) for each in returns if each.verdict != REFUSED)
    unread = (
        (next(iter(senders.teams_of(each.sha256)), ""), each) for each in returns if each.verdict == REFUSED
    )
    return grouped(
        (team, each)
        for team, each in unread
        if not team or max(readable.get(team, [date.min])) <= (each.arrived or date.min)
    )


def occasions_of_week(folder: Path) -> tuple[MailType, ...]:
    """Give the occasions that are looked for every week; workbooks are sent by drafts where others were."""
    with Ledger.open(folder) as ledger:
        issued = any(each.occasion == MailType.ISSUE for each in ledger.drafted().values())
    return (*AS_THEY_COME, MailType.ISSUE) if issued else AS_THEY_COME


def _feedback(work: _Work, known: Mapping[str, Drafted], made: Drafts) -> Iterator[PendingMail]:
    """Write the feedback that was not given yet; of a return with nothing to say about it no file."""
    done = [name for name, each in work.chosen.items() if work.key_of(name) in known or is_in_doubt(each)]
    given = FeedbackResult()
    for each in give_all(work.dataset, FeedbackOptions(work.today, work.folder / FEEDBACK, done=done), given):
        team = work.teams.get(each["team"]) or Team(each["team"])
        workbook, text = Path(each["workbook"]), Path(each["message"]).read_text(encoding="utf-8")
        facts = {"feedback": text, "file": Path(each["path"]).name}
        yield PendingMail(
            work.key_of(each["submission"]), MailType.FEEDBACK, team, workbook.stem, (workbook,), facts
        )
    for one in given.left_out:
        if one.is_settled:
            key, team = work.key_of(one.found.submission), Team(one.found.team)
            yield PendingMail(key, MailType.FEEDBACK, team, "", None)
        elif one.ends:
            made.warnings.append(f"{one.name}: {one.why}.")
    made.warnings += given.warnings


def _note(ledger: Ledger, work: _Work, due: Iterable[PendingMail], made: Drafts) -> None:
    """Write drafts and note each, in the place of an earlier one of the same."""
    before = ledger.drafted()
    for each in due:
        file = "" if each.attached is None else _write(work, each, each.attached, made)
        row = Drafted(each.key, str(work.today), str(each.occasion), each.team.code, file)
        ledger.put("drafts", row._asdict())
        if each.key in before and before[each.key].file != file:
            _take_away(work, before[each.key], made)
        if file:
            made.new.append(row)


def _write(work: _Work, due: PendingMail, attached: Sequence[Path], made: Drafts) -> str:
    """Write a draft; gives its place in the round."""
    language = due.team.language or SOURCE_LANGUAGE
    said = filled(template_of(work.templates, due.occasion, language), _facts(work, due, language))
    mail = as_eml(Mail(due.team.email, language, said, attached))
    file = Path(FOLDER) / str(work.today) / f"{due.name}.eml"
    write_whole(work.folder / file, mail)
    if len(mail) > MOST_BYTES:
        made.warnings.append(
            f"{file.name} has {megabytes(len(mail))} with its attachments; many mail servers refuse more than "
            f"{megabytes(MOST_BYTES)}. Put the workbook where the team can download it, and remove it from the e-mail."
        )
    return file.as_posix()


def _facts(work: _Work, due: PendingMail, language: str) -> dict[str, str]:
    """Give what the placeholders of a text are filled in with; feedback has its own order already."""
    team = due.team
    facts = {
        "round": work.round.name,
        "team": team.code,
        "country": country_label(work.spec, team.country, language),
        "deadline": in_words(team.deadline, language) if team.deadline else "",
        "contact": team.contact,
        **due.facts,
    }
    return {
        name: text if name == "feedback" else kept_in_order(text, language) for name, text in facts.items()
    }


def _tidy(work: _Work, known: Mapping[str, Drafted], due: Mapping[str, PendingMail], made: Drafts) -> None:
    """Take away the drafts that no longer apply; those that somebody took away stay away."""
    current = {*due, *map(work.key_of, work.chosen)}
    new = {each.key for each in made.new}
    in_use = {each.file for key, each in known.items() if key in current}  # also of two drafts of one day
    for key, each in known.items():
        if key not in current and each.file not in in_use:
            _take_away(work, each, made)
        elif key in current and key not in new and (work.folder / each.file).is_file():
            made.standing.append(each)


def _take_away(work: _Work, draft: Drafted, made: Drafts) -> None:
    """Delete a draft, if it is still there."""
    file = work.folder / draft.file
    if file.is_file():
        file.unlink()
        made.outdated.append(draft)
