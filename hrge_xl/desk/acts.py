"""What can be done from the pages: each act is one verb of the library, with the command that does the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO

import hrge_xl

from ..core.dates import parse_day
from ..core.errors import HrgeError, RoundError, UsageError
from ..core.paths import file_part, free_name, path_in, whole
from ..core.words import counted
from .desk import Desk, id_of_draft

LISTS = (".csv", ".xlsx")  # what a list of teams may be
NUMBER = re.compile("[0-9]{1,9}")


@dataclass(frozen=True)
class Form:
    """What a form sent: its fields, and the files that were uploaded with it, by the names they had."""

    fields: Mapping[str, Sequence[str]]
    uploads: Sequence[tuple[str, BinaryIO]] = ()

    def __getitem__(self, name: str) -> str:
        """Return what was typed into a field; nothing where there is no such field."""
        return next(iter(self.all(name)), "").strip()

    def all(self, name: str) -> Sequence[str]:
        """Return everything that was chosen in a field."""
        return self.fields.get(name, ())

    def day(self, name: str) -> date | None:
        """Return the day in a field, None where it is blank. Raises `UsageError` for what is no day."""
        day = parse_day(self[name])
        if self[name] and day is None:
            raise UsageError(f"'{self[name]}' is not a day.", remedy="Write it as 2026-07-31.")
        return day

    def required_day(self, name: str) -> date:
        """Return the day in a field. Raises `UsageError` where there is none."""
        day = self.day(name)
        if day is None:
            raise UsageError("Say which day.", remedy="Write it as 2026-07-31.")
        return day


Command = Callable[[Desk, Form], Sequence[object]]
Plan = Callable[[Desk, Form], hrge_xl.PlannedChange]
Do = Callable[[Desk, Form], Sequence[str]]


@dataclass(frozen=True)
class Act:
    """Something that a form does: the words of its command, and what does it.

    What has a `preview` shows that first, and is done once somebody has confirmed just that. What `changes_letters`
    decides what a team is to be told: the letters that are due are written after it, and others taken away.
    """

    command: Command
    run: Do
    preview: Do | None = None
    changes_letters: bool = False

    def commands(self, desk: Desk, form: Form) -> str:
        """Return the commands that do the same, a line each."""
        own_command = desk.command(*self.command(desk, form))
        if not self.changes_letters:
            return own_command
        return f"{own_command}\n{desk.command('drafts', desk.round_folder)}"

    def carry_out(self, desk: Desk, form: Form) -> list[str]:
        """Do it; return what came of it."""
        lines = [*self.run(desk, form)]
        if self.changes_letters:
            try:
                lines += _write_letters(desk, Form({}))
            except HrgeError as error:  # what was done stays done
                lines.append(str(error))
        return lines


def digest_of(lines: Sequence[str]) -> str:
    """Return by what it is known later that somebody has seen these lines."""
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _change(command: Command, plan: Plan) -> Act:
    """Return the act that makes a change of the round, once it was seen what it means."""

    def preview(desk: Desk, form: Form) -> Sequence[str]:
        return plan(desk, form).lines

    def run(desk: Desk, form: Form) -> list[str]:
        planned = plan(desk, form)
        _check_seen(form, planned.lines)
        round_ = hrge_xl.change_round(planned, reason=form["reason"], by=form["by"])
        return [f"{planned.what}.", *hrge_xl.orphaned(round_)]

    return Act(command, run, preview)


def _check_seen(form: Form, lines: Sequence[str]) -> None:
    """Raise `RoundError` where what would be done is no longer what was confirmed."""
    if form["confirmed"] != digest_of(lines):
        raise RoundError("Something has changed since this was shown.", remedy="Look at it again.")


# what came


def take_in(desk: Desk, form: Form) -> list[str]:
    """Put what was uploaded into the inbox of the round, each file under its name, and do the work of the week."""
    inbox = hrge_xl.load_round(desk.round_folder).inbox
    for name, stream in form.uploads:
        with stream:
            _put(inbox, name, stream)
    return _describe_week(hrge_xl.refresh(desk.round_folder))


def _make_files(desk: Desk, form: Form) -> list[str]:
    return _describe_week(hrge_xl.refresh(desk.round_folder, write=True))


def _describe_week(week: hrge_xl.RefreshResult) -> list[str]:
    return [*_describe_arrivals(week), *week.drafts.warnings, *week.failures, *week.totals.lines()]


def _put(folder: Path, name: str, stream: BinaryIO) -> Path:
    """Write one file into a folder, in no other file's place; return where it lies."""
    used_names = {path.name.casefold() for path in folder.glob("*")}
    plain = PurePosixPath(name.replace("\\", "/"))
    ending = file_part(plain.suffix)
    stem = file_part(plain.stem) or "file"
    path = path_in(folder, free_name(stem, f".{ending}" if ending else "", used_names))
    with whole(path) as unfinished, unfinished.open("wb") as target:
        shutil.copyfileobj(stream, target)
    return path


def _describe_arrivals(week: hrge_xl.RefreshResult) -> Iterator[str]:
    """Say what arrived, of each workbook its verdict, and what was left aside."""
    yield f"{week.received.summary[:1].upper()}{week.received.summary[1:]}"
    returns = {return_.name: return_ for return_ in week.returns}
    for placed in week.received.placed:
        return_ = returns.get(placed.path.name)
        if return_ is not None:
            errors = f", {counted(return_.open_errors, 'error')}" if return_.open_errors else ""
            yield f"{return_.name} ({return_.team or 'no team'}): {return_.verdict}{errors}"
    yield from week.received._replace(placed=()).lines()


# letters


def _preview_sent(desk: Desk, form: Form) -> list[str]:
    return [f"{draft.file} → sent/" for draft in _drafts_meant(desk, form)]


def _mark_sent(desk: Desk, form: Form) -> list[str]:
    drafts = _drafts_meant(desk, form)
    if len(drafts) > 1:
        _check_seen(form, [f"{draft.file} → sent/" for draft in drafts])
    files = {draft.file for draft in drafts}
    marked = hrge_xl.mark_sent(desk.round_folder, by=form["by"] or desk.user, files=files)
    return [*(f"{path.name} → sent/" for path in marked.moved), *marked.failures]


def _take_back_sent(desk: Desk, form: Form) -> list[str]:
    files = {draft.file for draft in _sent_drafts_meant(desk, form)}
    marked = hrge_xl.mark_sent(
        desk.round_folder, by=form["by"] or desk.user, files=files, undo=True
    )
    return [*(f"{path.name} → drafts/" for path in marked.moved), *marked.failures]


def _take_back_sent_command(desk: Desk, form: Form) -> list[object]:
    words: list[object] = ["drafts", desk.round_folder, "--undo"]
    for draft in _sent_drafts_meant(desk, form):
        words += ["--team", draft.team]
    return words


def _sent_drafts_meant(desk: Desk, form: Form) -> list[hrge_xl.Drafted]:
    chosen = form.all("draft")
    sent = hrge_xl.sent_drafts(desk.round_folder)
    return [draft for draft in sent if id_of_draft(draft) in chosen]


def _sent_command(desk: Desk, form: Form) -> list[object]:
    words: list[object] = ["drafts", desk.round_folder, "--done"]
    if form.all("draft"):
        for draft in _drafts_meant(desk, form):
            words += ["--team", draft.team]
    return words


def _drafts_meant(desk: Desk, form: Form) -> list[hrge_xl.Drafted]:
    """Return the drafts that were chosen; all where none was."""
    chosen = form.all("draft")
    drafts = desk.state().drafts
    return [draft for draft in drafts if not chosen or id_of_draft(draft) in chosen]


def _write_letters(desk: Desk, form: Form) -> list[str]:
    kinds = [kind for kind in form.all("kind") if kind]
    batch = hrge_xl.drafts(desk.round_folder, occasions=kinds or None)
    return [f"{batch.tally()}.", *batch.warnings, *batch.failures]


# returns


def _waive(desk: Desk, form: Form) -> list[str]:
    sheet, _, cell = form["place"].rpartition("!")
    waiver = hrge_xl.waive(
        desk.round_folder,
        form["code"],
        form["return"],
        reason=form["reason"],
        by=form["by"],
        place=(sheet, cell) if cell else None,
        until=form.day("until"),
        jobs=0,
    )
    return [f"{waiver.code} {waiver.file} {waiver.place}: {waiver.told}. → {waiver.verdict}"]


def _withdraw_waiver(desk: Desk, form: Form) -> list[str]:
    number = form["number"]
    if not NUMBER.fullmatch(number):
        raise UsageError("There is no such waiver in this round.")
    waiver = hrge_xl.withdraw(desk.round_folder, int(number), by=form["by"], jobs=0)
    return [f"{waiver.code} {waiver.file} {waiver.place}: {waiver.told}"]


def _correct(desk: Desk, form: Form) -> list[str]:
    return _put_answer(desk, form, form["value"])


def _withdraw_correction(desk: Desk, form: Form) -> list[str]:
    return _put_answer(desk, form, None)


def _put_answer(desk: Desk, form: Form, value: str | None) -> list[str]:
    """Put a value into a cell of a return; None: as it came again."""
    sheet, _, cell = form["place"].rpartition("!")
    correction = hrge_xl.correct(
        desk.round_folder,
        form["return"],
        (sheet, cell),
        value,
        reason=form["reason"],
        by=form["by"],
        jobs=0,
    )
    return [f"{correction.text}. → {correction.verdict}"]


def _decide(desk: Desk, form: Form) -> list[str]:
    decided = hrge_xl.decide(
        desk.round_folder,
        [form["return"]],
        form["choice"],
        reason=form["reason"],
        by=form["by"],
        jobs=0,
    )
    return [f"{return_.name} ({return_.team}): {return_.status}" for return_ in decided.changed]


# the round


def _preview_close(desk: Desk, form: Form) -> Sequence[str]:
    return hrge_xl.close(desk.round_folder).lines


def _close(desk: Desk, form: Form) -> list[str]:
    planned = hrge_xl.close(desk.round_folder)
    _check_seen(form, planned.lines)
    seals = hrge_xl.close_round(planned, reason=form["reason"], by=form["by"])
    return [f"{seal.text}; digest {seal.digest}" for seal in seals]


def _issue(desk: Desk, form: Form) -> list[str]:
    issued = hrge_xl.issue_round(desk.round_folder)
    return [*issued.notes, *(path.name for path in issued.paths)]


def _update_spec(desk: Desk, form: Form, *, dry_run: bool) -> list[str]:
    from ..outputs.specs import summary

    update = hrge_xl.update_spec(desk.round_folder, dry_run=True)
    lines = [*summary(update.changes)] if update.changes else []
    if not dry_run:
        _check_seen(form, lines)
        hrge_xl.update_spec(desk.round_folder)
    return lines


def _begin(desk: Desk, form: Form) -> list[str]:
    """Set up a round beside the others, from a list of teams or from the round that is open."""
    folder = path_in(desk.home, form["name"])
    earlier = desk.folder if form["from"] else None
    spec = hrge_xl.spec_of_next(earlier) if earlier else form["spec"]
    if spec not in hrge_xl.versions() and not earlier:
        raise UsageError(f"There is no spec '{spec}'.")
    with ExitStack() as stack:
        teams = None
        for name, stream in form.uploads[:1]:
            uploaded = Path(stack.enter_context(TemporaryDirectory(prefix="hrge-xl-")))
            if PurePosixPath(name).suffix.lower() not in LISTS:
                raise UsageError(f"{name} is no list of teams.", remedy="Save it as .csv or .xlsx.")
            teams = _put(uploaded, name, stream)
        deadline = form.day("deadline")
        round_ = hrge_xl.init_round(folder, spec, teams, earlier=earlier, deadline=deadline)
    desk.open_round(folder)
    return [f"{round_.name}: {len(round_.teams)} teams."]


def _choose(desk: Desk, form: Form) -> list[str]:
    folder = {path.name: path for path in desk.rounds()}.get(form["round"])
    if folder is None:
        raise UsageError("There is no such round here.")
    desk.open_round(folder)
    return [folder.name]


def _verify(desk: Desk, form: Form) -> list[str]:
    return [*hrge_xl.verify(desk.round_folder, jobs=0).lines()]


def _of_round(verb: str, *names: str) -> Command:
    """Return the words of a command about the round, with fields of the form behind it."""

    def words(desk: Desk, form: Form) -> list[object]:
        return [*verb.split(), desk.round_folder, *(form[name] for name in names if form[name])]

    return words


def _with_reason(command: Command) -> Command:
    return lambda desk, form: [*command(desk, form), "--reason", form["reason"] or "…"]


def _change_of_team(
    verb: str, names: Sequence[str], plan: Callable[..., hrge_xl.PlannedChange]
) -> Act:
    """Return the act that calls the plan of a change with the folder and some fields."""
    return _change(
        _with_reason(_of_round(f"round {verb}", *names)),
        lambda desk, form: plan(desk.round_folder, *(form[name] for name in names)),
    )


CHOICES = {"counts": "--use", "withdrawn": "--withdraw", "undone": "--undo"}
DETAILS = ("country", "language", "deadline", "email", "contact")  # of a team that joins

ACTS: Mapping[str, Act] = {
    "take-in": Act(_of_round("refresh"), take_in),
    "files": Act(lambda desk, form: ("refresh", desk.round_folder, "--write"), _make_files),
    "extend": _change(
        _with_reason(_of_round("round extend", "deadline", "team")),
        lambda desk, form: hrge_xl.extend(
            desk.round_folder, form.required_day("deadline"), form.all("team")
        ),
    ),
    "note": Act(
        lambda desk, form: (
            "round",
            "note",
            desk.round_folder,
            form["text"],
            "--team",
            form["team"],
        ),
        lambda desk, form: [
            hrge_xl.change_round(
                hrge_xl.note(desk.round_folder, form["text"], form.all("team")),
                reason=form["text"],
                by=form["by"],
            ).name
        ],
    ),
    "contact": _change_of_team("contact", ("team", "address"), hrge_xl.set_contact),
    "rename": _change_of_team("rename-team", ("team", "code"), hrge_xl.rename_team),
    "add-team": _change(
        _with_reason(_of_round("round add-team", "team")),
        lambda desk, form: hrge_xl.add_team(
            desk.round_folder, form["team"], **{name: form[name] for name in DETAILS}
        ),
    ),
    "merge": _change(
        lambda desk, form: (
            *("round", "merge-teams", desk.round_folder, *form.all("team")),
            *("--into", form["into"]),
        ),
        lambda desk, form: hrge_xl.merge_teams(desk.round_folder, form.all("team"), form["into"]),
    ),
    "undo": _change_of_team("undo", (), hrge_xl.undo),
    "reopen": _change_of_team("reopen", (), hrge_xl.reopen),
    "close": Act(_with_reason(_of_round("round close")), _close, _preview_close),
    "update-spec": Act(
        _of_round("round update-spec"),
        lambda desk, form: _update_spec(desk, form, dry_run=False),
        lambda desk, form: _update_spec(desk, form, dry_run=True),
    ),
    "issue": Act(_of_round("generate"), _issue),
    "letters": Act(
        lambda desk, form: ("drafts", desk.round_folder, *form.all("kind")),
        _write_letters,
    ),
    "sent": Act(_sent_command, _mark_sent),
    "all-sent": Act(_sent_command, _mark_sent, _preview_sent),
    "not-sent": Act(_take_back_sent_command, _take_back_sent),
    "waive": Act(
        lambda desk, form: (
            *("waive", form["code"], "--file", form["return"]),
            *(("--cell", form["place"]) if form["place"] else ()),
            *("--reason", form["reason"], "--by", form["by"], "--ledger", desk.round_folder),
        ),
        _waive,
        changes_letters=True,
    ),
    "withdraw-waiver": Act(
        lambda desk, form: (
            *("waive", "--withdraw", form["number"]),
            *("--by", form["by"], "--ledger", desk.round_folder),
        ),
        _withdraw_waiver,
        changes_letters=True,
    ),
    "correct": Act(
        lambda desk, form: (
            *("decide", desk.round_folder, form["return"], "--cell", form["place"]),
            *("--value", form["value"], "--reason", form["reason"]),
        ),
        _correct,
        changes_letters=True,
    ),
    "withdraw-correction": Act(
        lambda desk, form: (
            *("decide", desk.round_folder, form["return"], "--cell", form["place"]),
            *("--withdraw", "--reason", form["reason"]),
        ),
        _withdraw_correction,
        changes_letters=True,
    ),
    "decide": Act(
        lambda desk, form: (
            *("decide", desk.round_folder, form["return"]),
            *(CHOICES.get(form["choice"], "…"), "--reason", form["reason"]),
        ),
        _decide,
        changes_letters=True,
    ),
    "verify": Act(_of_round("verify"), _verify),
    "begin": Act(
        lambda desk, form: ("round", "init", desk.home / file_part(form["name"])),
        _begin,
    ),
    "choose": Act(lambda desk, form: ("open", form["round"]), _choose),
}
