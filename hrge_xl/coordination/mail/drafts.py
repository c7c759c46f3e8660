"""Drafts of mails: which are due on a day, written once each, taken away when they no longer apply, moved once sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ...core.dates import day_here
from ...core.errors import HrgeError, OutputError, UsageError, remedy_for
from ...core.paths import check_several, free_name, path_in, write_if_changed, write_whole
from ...core.words import SOURCE_LANGUAGE, counted, kept_in_order
from ...core.words import day as in_words
from ...core.work import grouped
from ...dataset.return_status import BLANK
from ...exchange.validation import ACCEPTED
from ...exchange.validation import RETURNED as TO_CORRECT
from ...ledger.files import only_writer, sha256_of
from ...ledger.ledger import Drafted, Ledger, Letter, look_up
from ...outputs.feedback_files import FeedbackOptions, FeedbackResult, feedback_key, give_all
from ...reader.zip_package import megabytes
from ...rounds.changes import change_round, note, teams_meant
from ...rounds.datasets import Dataset, one_dataset
from ...rounds.receiving import Received, receive_files
from ...rounds.round_status import (
    ISSUED,
    LATE,
    OPEN,
    TeamStatus,
    choose,
    is_in_doubt,
    issued_files,
    status,
    unanswered,
)
from ...rounds.rounds import FEEDBACK, Round, load_open_round, load_round
from ...rounds.teams import Team
from ...spec.lookup import label_of
from ..generation import guide_name
from . import DAYS_BEFORE, MAIL_KINDS, MailType
from .messages import (
    MOST_BYTES,
    as_eml,
    deadlines_calendar,
    filled,
    identity_of,
    identity_written,
    load_templates,
    template_of,
    write_merge_lists,
)

OFFICE = "the office"  # who sent a mail that does not say who did
FOLDER = "drafts"
SENT = "sent"
CALENDAR = "deadlines.ics"
AS_THEY_COME = tuple(occasion for occasion in MailType if occasion is not MailType.ISSUE)


@dataclass
class Drafts:
    """What was drafted now, which earlier drafts are still there, and which were taken away."""

    new: list[Drafted] = field(default_factory=list)
    standing: list[Drafted] = field(default_factory=list)
    outdated: list[Drafted] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)  # what to look at before anything is sent
    # what could not be written or taken away, and why
    failures: list[str] = field(default_factory=list)

    def of(self, day: date) -> list[Drafted]:
        """Return the drafts of a day that are still there."""
        return [draft for draft in (*self.new, *self.standing) if draft.day == str(day)]

    def tally(self, day: date | None = None) -> str:
        """Say how many new drafts of each kind there are, or how many of a day: 2 workbooks to issue, 1 reminder."""
        counts = Counter(draft.occasion for draft in (self.of(day) if day else self.new))
        kinds = [
            (sum(map(counts.__getitem__, kind.occasions)), kind) for kind in MAIL_KINDS.values()
        ]
        return (
            ", ".join(counted(n, kind.singular, kind.plural) for n, kind in kinds if n)
            or "no draft"
        )


def drafts(
    folder: str | Path,
    today: date | None = None,
    occasions: Collection[str] | None = None,
    *,
    again: bool = False,
    password: str | None = None,
) -> Drafts:
    """Write the drafts that are due in a round on a day, each once; `again` writes anew what was written before.

    `occasions` are kinds of mails (issue, feedback, reminder, ask, thanks); by default all but issue. What came is
    taken in first. Nothing is ever sent. Raises as `datasets` does, and `RoundError` for texts of the round with
    mistakes.
    """
    today = today or day_here()
    folder = Path(folder)
    check_several("occasions", occasions)
    types: list[MailType] = []
    for name in occasions or ():
        if name not in {*MAIL_KINDS, *MailType}:
            raise UsageError(
                f"There is no kind of e-mail '{name}'.",
                value=name,
                remedy=remedy_for(name, list(MAIL_KINDS)),
            )
        types += MAIL_KINDS[name].occasions if name in MAIL_KINDS else [MailType(name)]
    load_templates(folder)  # before anything else is done
    load_open_round(folder)
    with one_dataset(folder, today, password=password, figures=False) as dataset:
        return write_drafts(dataset, today, types or AS_THEY_COME, again=again)


def waiting_drafts(folder: str | Path) -> list[Drafted]:
    """Return the drafts of a round that are written and neither sent nor taken away, the oldest first."""
    round_ = load_round(folder)
    return [draft for draft in _known_drafts(round_) if _is_there(round_.folder, draft)]


def sent_drafts(folder: str | Path) -> list[Drafted]:
    """Return the drafts of a round that were marked as sent and still lie in `sent/`, the oldest first."""
    round_ = load_round(folder)
    return [draft for draft in _known_drafts(round_) if _is_there(round_.folder, draft, SENT)]


def _known_drafts(round_: Round) -> Iterable[Drafted]:
    return (look_up(round_.folder, partial(drafted, round_)) or {}).values()


def remind(
    folder: str | Path,
    today: date | None = None,
    *,
    again: bool = False,
    password: str | None = None,
) -> Drafts:
    """Write the reminders that are due in a round on a day. Raises as `drafts` does."""
    return drafts(folder, today, ["reminder"], again=again, password=password)


def write_drafts(
    dataset: Dataset, today: date, occasions: Collection[MailType], *, again: bool = False
) -> Drafts:
    """Write the drafts that are due on a day for a round whose dataset is open."""
    assert dataset.round is not None
    round_ = dataset.round
    with Ledger.open(round_.folder) as ledger:  # whoever has the dataset open holds the folder
        _follow_moved(round_.folder, ledger)
        work = _Work(dataset, round_, today, ledger)
        if MailType.FEEDBACK in occasions:
            _write_and_note(work, _feedback(work, {} if again else ledger.drafted()))
        drafts_by_key = drafted(round_, ledger)
        due = {mail.key: mail for mail in work.due(drafts_by_key)}
        pending = [
            mail
            for key, mail in due.items()
            if mail.occasion in occasions and (again or key not in drafts_by_key)
        ]
        _write_and_note(work, pending)
        drafts_by_key = drafted(round_, ledger)
        _tidy(work, drafts_by_key, due, occasions)
    work_drafts = work.drafts
    try:
        write_merge_lists(
            round_.folder / FOLDER,
            drafts_by_key.values(),
            (*work_drafts.new, *work_drafts.outdated),
        )
        write_if_changed(round_.folder / FOLDER / CALENDAR, deadlines_calendar(round_))
    except OutputError as error:  # the drafts are there all the same
        work_drafts.failures.append(str(error))
    return work_drafts


class MarkedSent(NamedTuple):
    """Drafts that were marked as sent, or no longer: where each lies now, and what could not be done, and why."""

    moved: Sequence[Path]
    failures: Sequence[str]


def mark_sent(
    folder: str | Path,
    teams: Sequence[str] = (),
    *,
    by: str,
    day: date | None = None,
    files: Collection[str] | None = None,
    undo: bool = False,
) -> MarkedSent:
    """Move drafts that were sent from `drafts/` to `sent/`, each by itself, and enter that; with `undo`, back.

    They are those of some teams or of all, or some `files` of these. Nothing is overwritten where they go, and what
    cannot be moved stays where it is. Raises `UsageError` for a team that there is not.
    """
    day = day or day_here()
    folder = Path(folder)
    round_ = load_round(folder)
    meant = [team.code for team in teams_meant(round_, teams)] or [
        team.code for team in round_.teams
    ]
    source, target = (SENT, FOLDER) if undo else (FOLDER, SENT)
    sent: dict[Path, Drafted] = {}
    failures: list[str] = []
    with only_writer(folder), Ledger.open(folder) as ledger:
        _follow_moved(folder, ledger)
        stored = ledger.drafted()
        for draft in drafted(round_, ledger).values():
            is_meant = draft.team in meant and (files is None or draft.file in files)
            if not is_meant or not _is_there(folder, draft, source):
                continue
            try:
                moved = _move(folder, draft, source, target)
            except OSError as error:
                reason = error.strerror or error
                failures.append(
                    f"{draft.file} was not moved: {reason}. Close it where it is open, then run the command again."
                )
            else:
                sent[moved] = draft
                place = moved.relative_to(folder).as_posix()
                ledger.put("drafts", stored[draft.key]._replace(file=place)._asdict())
        try:
            write_merge_lists(folder / FOLDER, drafted(round_, ledger).values(), sent.values())
        except OutputError as error:
            failures.append(str(error))
    if sent:
        text = f"{'Not sent' if undo else 'Sent'}: {', '.join(file.name for file in sent)}"
        planned = note(folder, text, [*dict.fromkeys(draft.team for draft in sent.values())])
        change_round(planned, reason=text, by=by, day=day)
    return MarkedSent([*sent], failures)


def _move(folder: Path, draft: Drafted, source: str, target: str) -> Path:
    """Move a draft between `drafts/` and `sent/`, under a name that is free there. Raises `OSError`."""
    file = folder / draft.file
    day_folder = folder / target / file.relative_to(folder / source).parent
    day_folder.mkdir(parents=True, exist_ok=True)
    used_names = {path.name.casefold() for path in day_folder.iterdir()}
    return file.rename(day_folder / free_name(file.stem, file.suffix, used_names))


def receive(folder: str | Path, sources: Sequence[str], today: date | None = None) -> Received:
    """Take the workbooks of the sources into `returned/` of a round, each content once and for ever.

    A mail among them that was sent from a draft of the round marks that draft as sent. Raises as `receive_files`.
    """
    today = today or day_here()
    folder = Path(folder)
    with only_writer(folder), Ledger.open(folder) as ledger:
        _follow_moved(folder, ledger)
    received = receive_files(folder, sources, today)
    failures: list[str] = []
    for (by, day), files in grouped(
        ((sent.by, sent.day), sent.file) for sent in received.sent
    ).items():
        failures += mark_sent(folder, by=by or OFFICE, day=day, files=files).failures
    return received._replace(failures=tuple(failures))


def drafted(round_: Round, ledger: Ledger) -> dict[str, Drafted]:
    """Return every draft that was written and not taken away again.

    They stand by what their keys are with the codes that their teams have now.
    """
    by_key: dict[str, Drafted] = {}
    for draft in sorted(ledger.drafted().values(), key=lambda draft: draft.day):
        occasion, code, about = draft.key.split(":", 2)
        # that is of a return
        named = code if occasion == MailType.FEEDBACK else round_.wanted.team_now(code)
        key = f"{occasion}:{named}:{about}"
        same_day = by_key.get(key)
        if same_day is None or (same_day.day, same_day.key) != (draft.day, key):
            by_key[key] = draft._replace(team=round_.wanted.team_now(draft.team))
    return by_key


def _is_there(folder: Path, draft: Drafted, place: str = FOLDER) -> bool:
    """Say whether a draft lies where it was written or, as `place`, in `sent/`, and no other one in its place."""
    return draft.file.startswith(f"{place}/") and _is_it(folder / draft.file, draft)


def _is_it(file: Path, draft: Drafted) -> bool:
    """Say whether a file is a draft; one that says of itself which one it is, as older programs wrote them, may be."""
    return file.is_file() and identity_written(file) in (None, identity_of(draft.key))


def _follow_moved(folder: Path, ledger: Ledger) -> None:
    """Enter where drafts lie that somebody moved to `sent/` by hand."""
    for draft in ledger.drafted().values():
        if not draft.file.startswith(f"{FOLDER}/") or (folder / draft.file).exists():
            continue
        below = draft.file.removeprefix(f"{FOLDER}/")
        for place in (f"{SENT}/{below}", f"{SENT}/{Path(below).name}"):
            if _is_it(folder / place, draft):
                ledger.put("drafts", draft._replace(file=place)._asdict())
                break


# which mails are due, each with what it is about and its files

EVERY = 7  # days between two reminders of the same
IssuedFiles = Mapping[str, Sequence[Path]]  # by a code that the team has or had


class PendingMail(NamedTuple):
    """A mail that is due. `key` says what it is about: there is one of each, once."""

    key: str
    occasion: MailType
    team: Team
    name: str  # of its file
    attached: Sequence[Path] | None = ()  # None: it was looked at, and there is nothing to say
    facts: Mapping[str, str] = {}

    @property
    def slot(self) -> tuple[str, str, str]:
        """What an earlier draft has in common that this one takes the place of: occasion, team, name of its file."""
        return str(self.occasion), self.team.code, self.name


class _Work:
    """What drafts are made from: a round, its dataset and ledger, where its teams stand on a day; and what was made."""

    def __init__(self, dataset: Dataset, round_: Round, today: date, ledger: Ledger) -> None:
        self.dataset = dataset
        self.round = round_
        self.today = today
        self.ledger = ledger
        self.folder = round_.folder
        self.drafts = Drafts()
        self.replaced: list[Drafted] = []  # whose files hold others now
        self.templates = load_templates(self.folder)
        returns = dataset.of_round()
        self.statuses = status(returns, today, round_)
        self.chosen = {return_.submission: return_ for return_ in choose(returns)[0]}
        self.teams = {team.code: team for team in round_.teams}
        assert dataset.spec is not None
        self.spec = dataset.spec

    def key_of(self, submission: str) -> str:
        """Return the key of feedback on a return."""
        return feedback_key(self.chosen[submission], self.spec)

    def due(self, drafts_by_key: Mapping[str, Drafted]) -> Iterator[PendingMail]:
        """Yield every mail that is due, but for feedback, which is known by having been given."""
        expected = [
            team_status for team_status in self.statuses if team_status.team.code in self.teams
        ]
        feedback_keys = {name: self.key_of(name) for name in self.chosen}
        feedback_drafts = {
            name: drafts_by_key[key] for name, key in feedback_keys.items() if key in drafts_by_key
        }
        issued = issued_files(self.round)
        yield from _issues_due(issued, expected)
        waiting = [team_status.team.code for team_status in expected if team_status.state in OPEN]
        refused, _, letters = unanswered(self.dataset, waiting)
        requests = {mail.team.code: mail for mail in _requests_due(issued, expected, letters)}
        yield from requests.values()
        sent = {team_status.team.code for team_status in expected if team_status.sent_for_others}
        sent.update(team for team, some in refused.items() if some)
        sent.update(
            team for team, mail in requests.items() if self._asked_lately(drafts_by_key, mail.key)
        )
        yield from _reminders_due(issued, expected, self.today, sent)
        yield from _corrections_due(self.round, expected, feedback_drafts, self.today)
        yield from _thanks_due(expected, feedback_drafts)

    def _asked_lately(self, drafts_by_key: Mapping[str, Drafted], key: str) -> bool:
        """Say whether a team is asked for its workbook now, or was in the last days."""
        draft = drafts_by_key.get(key)
        return draft is None or _days_since(draft, self.today) < EVERY


def _days_since(draft: Drafted, today: date) -> int:
    """Return how many days ago a draft was written."""
    return (today - date.fromisoformat(draft.day)).days


def _issues_due(issued: IssuedFiles, statuses: Iterable[TeamStatus]) -> Iterator[PendingMail]:
    """Yield the workbooks of teams that have sent nothing yet, with the guide in the language of each."""
    for team_status in statuses:
        files = _to_fill_in(issued, team_status.team)
        if files and not team_status.returns:
            digest = _digest("".join(map(sha256_of, files)))[:12]
            guide = files[0].with_name(guide_name(team_status.team.language or SOURCE_LANGUAGE))
            attached = [file for file in (*files, guide) if file.is_file()]
            yield _due(MailType.ISSUE, team_status.team, digest, attached)


def _requests_due(
    issued: IssuedFiles, statuses: Iterable[TeamStatus], letters: Mapping[str, Letter]
) -> Iterator[PendingMail]:
    """Yield a request for the workbook to each team whose last letter had none, or one of another round."""
    for team_status in statuses:
        team = team_status.team
        files = _to_fill_in(issued, team)
        letter = letters.get(team.code)
        stray = team_status.of_another_round
        if letter is not None:
            yield _due(MailType.ASK, team, letter.key, files, file=letter.files)
        elif team_status.state in OPEN and stray is not None:
            yield _due(MailType.OTHER_ROUND, team, stray.submission, files, file=stray.name)


def _reminders_due(
    issued: IssuedFiles,
    statuses: Iterable[TeamStatus],
    today: date,
    sent_something: Collection[str],
) -> Iterator[PendingMail]:
    """Yield a reminder for each team whose answer is due or overdue, but for those whose file could not be read."""
    for team_status in statuses:
        team = team_status.team
        files = _to_fill_in(issued, team)
        is_awaited = team_status.state in (ISSUED, LATE) and team.code not in sent_something
        if not is_awaited or not files or team.deadline is None:
            continue
        days = (team.deadline - today).days
        if days < 0:
            week = (-days - 1) // EVERY + 1
            yield _due(MailType.AFTER, team, f"{team.deadline}:{week}", files)
        elif days == 0:
            yield _due(MailType.ON, team, str(team.deadline), files)
        elif days <= DAYS_BEFORE:
            yield _due(MailType.BEFORE, team, str(team.deadline), files)


def _to_fill_in(issued: IssuedFiles, team: Team) -> Sequence[Path]:
    """Return the workbooks of a team: those with its code of today, else those with the last one that has some."""
    return next((issued[code] for code in team.codes if code in issued), ())


def _corrections_due(
    round_: Round,
    statuses: Iterable[TeamStatus],
    feedback_drafts: Mapping[str, Drafted],
    today: date,
) -> Iterator[PendingMail]:
    """Yield a reminder for each return whose feedback was drafted a week ago or more, by submission.

    Of a blank one, too, whatever its verdict.
    """
    for team_status in statuses:
        for return_ in team_status.returns:
            is_owed = return_.verdict == TO_CORRECT or return_.status == BLANK
            draft = feedback_drafts.get(return_.submission)
            if not is_owed or draft is None or not draft.file:
                continue
            weeks = _days_since(draft, today) // EVERY
            if weeks == 0:
                continue
            name = Path(draft.file).stem
            workbook = round_.folder / FEEDBACK / f"{name}.xlsx"
            attached = [workbook] if workbook.is_file() else []
            yield _due(
                MailType.CORRECT,
                team_status.team,
                f"{return_.submission}:{weeks}",
                attached,
                name=name.removesuffix(f"_{MailType.FEEDBACK}"),
            )


def _thanks_due(
    statuses: Iterable[TeamStatus], feedback_drafts: Mapping[str, Drafted]
) -> Iterator[PendingMail]:
    """Yield thanks to each team whose returns were all accepted, with nothing to say about any."""
    for team_status in statuses:
        names = sorted(return_.submission for return_ in team_status.counting)
        drafts = [feedback_drafts.get(name) for name in names]
        if team_status.state == ACCEPTED and all(draft and not draft.file for draft in drafts):
            about = _digest("".join(names))[:12]
            file = team_status.newest.name if team_status.newest else ""
            yield _due(MailType.THANKS, team_status.team, about, (), file=file)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _due(
    occasion: MailType,
    team: Team,
    about: str,
    attached: Sequence[Path],
    *,
    name: str = "",
    **facts: str,
) -> PendingMail:
    """Return a mail about something; `name` is that of a file where a team may have several."""
    key = f"{occasion}:{team.code}:{about}"
    return PendingMail(key, occasion, team, f"{name or team.code}_{occasion}", attached, facts)


def _feedback(work: _Work, keys: Collection[str]) -> Iterator[PendingMail]:
    """Write the feedback that was not given yet; of a return with nothing to say about it no file."""
    settled = [
        name
        for name, return_ in work.chosen.items()
        if work.key_of(name) in keys or is_in_doubt(return_)
    ]
    feedback = FeedbackResult()
    for file in give_all(
        work.dataset,
        FeedbackOptions(work.today, work.folder / FEEDBACK, finished=settled),
        feedback,
    ):
        team = work.teams.get(file["team"]) or Team(file["team"])
        workbook = Path(file["workbook"])
        text = Path(file["message"]).read_text(encoding="utf-8")
        facts = {"feedback": text, "file": Path(file["path"]).name}
        key = work.key_of(file["submission"])
        yield PendingMail(key, MailType.FEEDBACK, team, workbook.stem, (workbook,), facts)
    for left_out in feedback.left_out:
        if left_out.is_settled:
            key = work.key_of(left_out.found.submission)
            team = Team(left_out.found.team)
            yield PendingMail(key, MailType.FEEDBACK, team, "", None)
        elif left_out.ends:
            work.drafts.warnings.append(f"{left_out.name}: {left_out.why}.")
    work.drafts.warnings += feedback.warnings


# drafts, written and taken away


def _write_and_note(work: _Work, due: Iterable[PendingMail]) -> None:
    """Write drafts and note each, in the place of an earlier one of the same."""
    drafts_by_key = drafted(work.round, work.ledger)
    for mail in due:
        # of those about a team on an occasion
        earlier = [
            draft
            for key, draft in drafts_by_key.items()
            if key == mail.key or (draft.occasion, draft.team, Path(draft.file).stem) == mail.slot
        ]
        replaceable = [draft for draft in earlier if _is_there(work.folder, draft)]
        try:
            file = "" if mail.attached is None else _write(work, mail, mail.attached, replaceable)
        except (HrgeError, OSError) as error:  # the others are written all the same
            work.drafts.failures.append(_failure(mail, error))
            continue
        draft = Drafted(mail.key, str(work.today), str(mail.occasion), mail.team.code, file)
        work.ledger.put("drafts", draft._asdict())
        for replaced in replaceable:
            if replaced.file != file:
                _take_away(work, replaced)
            if replaced.key != mail.key:
                work.replaced.append(replaced)
        if file:
            work.drafts.new.append(draft)


def _failure(mail: PendingMail, error: HrgeError | OSError) -> str:
    """Say why a mail was not written."""
    if isinstance(error, HrgeError):
        return str(error)
    reason = error.strerror or error
    return f"{mail.name} was not written: {error.filename} cannot be read ({reason}). Close it, then run again."


def _write(
    work: _Work, due: PendingMail, attached: Sequence[Path], earlier: Collection[Drafted]
) -> str:
    """Write a draft, in the place of an earlier one or beside what else lies there; return its place in the round.

    Raises `OutputError`, and `OSError` where something that is attached cannot be read.
    """
    team = due.team
    language = team.language or SOURCE_LANGUAGE
    facts = {
        "round": work.round.name,
        "team": team.code,
        "country": label_of(work.spec, work.spec.countries, team.country, language),
        "deadline": in_words(team.deadline, language) if team.deadline else "",
        "contact": team.contact,
        **due.facts,
    }
    ordered = {  # feedback has its own order already
        name: text if name == "feedback" else kept_in_order(text, language)
        for name, text in facts.items()
    }
    content = filled(template_of(work.templates, due.occasion, language), ordered)
    mail = as_eml(team.email, language, content, attached, identity_of(due.key))
    day_folder = work.folder / FOLDER / str(work.today)
    replaced = {
        Path(draft.file).name.casefold() for draft in earlier if draft.day == str(work.today)
    }
    used_names = {path.name.casefold() for path in day_folder.glob("*")} - replaced
    file = path_in(day_folder, free_name(due.name, ".eml", used_names))
    write_whole(file, mail)
    if len(mail) > MOST_BYTES:
        work.drafts.warnings.append(
            f"{file.name} has {megabytes(len(mail))} with its attachments; many mail servers refuse more than "
            f"{megabytes(MOST_BYTES)}. Put the workbook where the team can download it, and remove it from the e-mail."
        )
    return file.relative_to(work.folder).as_posix()


def _tidy(
    work: _Work,
    drafts_by_key: Mapping[str, Drafted],
    due: Collection[str],
    occasions: Collection[MailType],
) -> None:
    """Take away the drafts on some occasions that no longer apply; those that somebody took away stay away.

    Those that are taken away unsent are written again where they apply again: a correction may be taken back.
    """
    current = {*due, *map(work.key_of, work.chosen)}
    new = {draft.key for draft in work.drafts.new}
    # an older program wrote two drafts of one day into one file
    in_use = {draft.file for key, draft in drafts_by_key.items() if key in current}
    for key, draft in drafts_by_key.items():
        if draft.key in new or not _is_there(work.folder, draft):
            continue
        if key in current or draft.occasion not in occasions:
            work.drafts.standing.append(draft)
        elif draft.file not in in_use:
            _take_away(work, draft)
    for draft in (*work.drafts.outdated, *work.replaced):
        if draft.key not in current:
            work.ledger.forget_draft(draft.key)


def _take_away(work: _Work, draft: Drafted) -> None:
    """Delete a draft that is there."""
    try:
        (work.folder / draft.file).unlink()
    except OSError as error:
        reason = error.strerror or error
        work.drafts.failures.append(
            f"{draft.file} no longer applies and was not deleted: {reason}. Do not send it; close it and delete it."
        )
    else:
        work.drafts.outdated.append(draft)
