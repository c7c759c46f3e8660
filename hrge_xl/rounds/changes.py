"""What changes in a round while it runs: its teams, their deadlines and addresses, the version of its spec; and notes.

A change is planned first, so that one can see what it means. When it is made, it is entered into the ledger with a
reason, a name and a day; the last one can be taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import yaml

from ..core.dates import day_here
from ..core.errors import RoundError, UsageError, listed, remedy_for
from ..core.paths import check_several, quoted, way_to, write_whole
from ..core.work import grouped
from ..dataset.deciding import need_words
from ..ledger.events import FILE, NEXT, RoundChanged
from ..ledger.files import only_writer
from ..ledger.ledger import Ledger, look_up
from ..spec.diff import SpecDiff, diff
from ..spec.load import load
from ..spec.translating import untranslated
from .round_file import text_of, with_cells, with_keys, with_team
from .round_status import issued_files
from .rounds import (
    Round,
    carry,
    copy_of,
    load_open_round,
    load_round,
    read_round,
    read_round_teams,
    read_spec_reference,
    refuse_closed,
    spec_source,
)
from .teams import BETWEEN_CODES, COLUMNS, LEAVE_OUT, Team, addresses, team_of

FEW = 8  # teams that are named one by one


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change that is not made yet.

    `what` says it in a line, `lines` what will be different. `before` and `after` are the text of `round.yaml`;
    `undone` is the number of the change that this one takes back.
    """

    folder: Path
    what: str
    lines: tuple[str, ...]
    before: str
    after: str
    teams: tuple[str, ...] = ()  # that it is about
    undone: int = 0

    @classmethod
    def of(
        cls,
        round_: Round,
        summary: str,
        lines: Sequence[str],
        new_text: str,
        teams: Sequence[str] = (),
    ) -> PlannedChange:
        """Return a change of `round.yaml` as it reads now."""
        return cls(
            round_.folder, summary, tuple(lines), text_of(round_.folder), new_text, tuple(teams)
        )


def change_round(planned: PlannedChange, *, reason: str, by: str, day: date | None = None) -> Round:
    """Make a change that was planned. Raises `UsageError` without a reason and a name, `RoundError` after an edit."""
    day = day or day_here()
    need_words("A change", reason, by)
    folder = planned.folder
    with only_writer(folder), Ledger.open(folder) as ledger:
        if text_of(folder) != planned.before:
            raise RoundError(f"{FILE} was edited meanwhile.", remedy="Run the command again.")
        if planned.after != planned.before:
            write_whole(folder / FILE, planned.after.encode())
        event = RoundChanged(
            number=NEXT,
            what=planned.what,
            teams=planned.teams,
            reason=reason.strip(),
            day=day,
            before=planned.before,
            after=planned.after,
            undone=planned.undone,
        )
        ledger.enter(event, by=by.strip())
    return load_round(folder)


def add_team(  # noqa: PLR0913 (one parameter a column)
    folder: str | Path,
    team: str,
    *,
    country: str = "",
    language: str = "",
    deadline: str = "",
    contact: str = "",
    email: str = "",
    tools: str = "",
    profile: str = "",
    sensitive: str = "",
) -> PlannedChange:
    """Plan a team more; what is said of it is written as in a list of teams.

    Raises `UsageError` for one that is there, and with every mistake.
    """
    round_ = load_open_round(folder)
    cells = (team, country, language, deadline, contact, email, tools, profile, sensitive)
    added = team_of(dict(zip(COLUMNS, cells, strict=True)), load(round_.spec_source))
    _refuse_taken(round_, added.code)
    facts = ", ".join(
        f"{column} {cell}" for column, cell in added.filled.items() if column != "team"
    )
    consequences = (
        f"{added.code}: {facts}",
        f"Its workbook is still to be issued: hrge-xl generate {quoted(folder)}",
    )
    return PlannedChange.of(
        round_,
        f"team {added.code} added",
        consequences,
        with_team(round_.folder, added),
        [added.code],
    )


def rename_team(folder: str | Path, team: str, code: str) -> PlannedChange:
    """Plan another code for a team, which keeps what it sent and was issued under its old one.

    Raises `UsageError` for a team that there is not, and for a code that is taken or cannot be one.
    """
    round_ = load_open_round(folder)
    renamed = team_named(round_, team)
    named = team_of({**renamed.cells, "team": code}, load(round_.spec_source)).code
    if named == renamed.code:
        raise UsageError(f"{renamed.code} is called so already.")
    _refuse_taken(round_, named, renamed)
    former_codes = BETWEEN_CODES.join(code for code in renamed.codes if code != named)
    new_text = with_cells(round_, {renamed: {"team": named, "formerly": former_codes}})
    consequences = (
        f"{renamed.code} → {named}",
        f"Its returns and its history stay its own; what comes back under the code {renamed.code} counts for it.",
        *_kept_workbooks(round_, [renamed], named),
    )
    summary = f"team {renamed.code} renamed to {named}"
    return PlannedChange.of(round_, summary, consequences, new_text, [renamed.code, named])


def merge_teams(folder: str | Path, teams: Sequence[str], into: str) -> PlannedChange:
    """Plan that teams go into another one, which gets what they sent and were issued, and their addresses.

    Raises `UsageError` for a team that there is not, or that would go into itself; `RoundError`.
    """
    round_ = load_open_round(folder)
    target = team_named(round_, into)
    gone = [*dict.fromkeys(teams_meant(round_, teams))]
    if target in gone:
        raise UsageError(
            f"{target.code} cannot go into itself.", remedy="Name the other teams only."
        )
    codes = [team.code for team in gone]
    names = ", ".join(codes)
    former_codes = [*target.formerly, *(code for team in gone for code in team.codes)]
    cells = {"formerly": BETWEEN_CODES.join(former_codes)}
    consequences = [
        f"{names} → {target.code}",
        f"What they sent counts for {target.code}, and so does what still comes back under their codes. Where two "
        f"returns are about the same intervention, neither counts until you decide: hrge-xl decide {quoted(folder)}",
    ]
    email = addresses(", ".join(team.email for team in (target, *gone)), [])
    if email:
        cells["email"] = email
    if email != target.email:
        consequences.append(f"E-mails to {target.code} go to {email}")
    spared = [] if target.leave_out else [team.code for team in gone if team.leave_out]
    if spared:
        cells["sensitive"] = LEAVE_OUT
        consequences.append(
            f"What is sensitive is left out for {target.code} now, as it was for {', '.join(spared)}"
        )
    consequences += [
        f"{target.code} keeps its own deadline ({target.deadline or 'none'}), language and sheets.",
        *_kept_workbooks(round_, gone, target.code),
    ]
    new_text = with_cells(round_, {target: cells}, without=gone)
    summary = f"{names} merged into {target.code}"
    return PlannedChange.of(round_, summary, consequences, new_text, [target.code, *codes])


def _kept_workbooks(round_: Round, teams: Sequence[Team], new_code: str) -> Iterator[str]:
    """Say which workbooks stay valid, though another code stands on their covers."""
    issued = issued_files(round_)
    files = [path.name for team in teams for code in team.codes for path in issued.get(code, ())]
    if files:
        yield (
            f"Workbooks that were issued stay valid, with the old code on the cover: {listed(files, FEW)}. For one "
            f"with the new code: hrge-xl generate {quoted(round_.folder)} --reissue {quoted(new_code)}"
        )


def _refuse_taken(round_: Round, code: str, by: Team | None = None) -> None:
    """Raise `UsageError` for a code that means another team, today or before."""
    for other_team in round_.teams:
        if other_team is by or code.casefold() not in map(str.casefold, other_team.codes):
            continue
        if other_team.code.casefold() == code.casefold():
            raise UsageError(f"{round_.name} has a team '{code}' already.")
        raise UsageError(
            f"{round_.name} has a team '{code}' already: {other_team.code} was called so before."
        )


def extend(folder: str | Path, deadline: date, teams: Collection[str] = ()) -> PlannedChange:
    """Plan another deadline for some teams, or for all. Raises `UsageError` for a team that there is not."""
    round_ = load_open_round(folder)
    meant = teams_meant(round_, teams) or list(round_.teams)
    moved = [team for team in dict.fromkeys(meant) if team.deadline != deadline]
    if not moved:
        raise UsageError(
            f"That is the deadline of {'all of them' if len(meant) > 1 else meant[0].code} already."
        )
    new_text = with_cells(round_, {team: {"deadline": str(deadline)} for team in moved})
    days = grouped((team.deadline, team.code) for team in moved)
    consequences = (
        *(
            f"{listed(some, FEW)}: {day or 'no deadline'} → {deadline}"
            for day, some in days.items()
        ),
        "Lateness, reminders and feedback go by the new day. "
        "An issued workbook keeps its own on the cover until it is issued again.",
    )
    codes = [team.code for team in moved]
    who = ", ".join(codes) if teams else "all teams"
    return PlannedChange.of(round_, f"deadline {deadline} for {who}", consequences, new_text, codes)


def set_contact(
    folder: str | Path, team: str, address: str, *, also: bool = False
) -> PlannedChange:
    """Plan another address of a team, in place of what stands there or behind it.

    Raises `UsageError` for a team that there is not, or what is no address; `RoundError`.
    """
    round_ = load_open_round(folder)
    wrong = list[str]()
    team_contacted = team_named(round_, team)
    new_addresses = addresses(address, wrong)
    if wrong or not new_addresses:
        raise UsageError(" ".join(wrong) or "Name an address, as name@example.org.")
    text = addresses(f"{team_contacted.email}, {new_addresses}", wrong) if also else new_addresses
    new_text = with_cells(round_, {team_contacted: {"email": text}})
    new_contact = f"{team_contacted.code}: {text}"
    return PlannedChange.of(
        round_, f"address of {new_contact}", [new_contact], new_text, [team_contacted.code]
    )


def note(folder: str | Path, text: str, teams: Sequence[str] = ()) -> PlannedChange:
    """Plan a note on a round or on teams of it: nothing else changes. Raises `UsageError`."""
    round_ = load_round(folder)
    codes = [team.code for team in teams_meant(round_, teams)]
    on = f" on {', '.join(codes)}" if codes else ""
    return PlannedChange.of(
        round_, f"note{on}", [f"Note{on}: {text}"], text_of(round_.folder), codes
    )


def undo(folder: str | Path) -> PlannedChange:
    """Plan to take the last change back. Raises `UsageError` where there is none, or the file was edited since."""
    folder = Path(folder)
    load_open_round(folder)
    entered = (
        look_up(folder, lambda ledger: [event for _, event in ledger.events(RoundChanged)]) or ()
    )
    changes = [change for change in entered if change.before != change.after]
    undone = {change.undone for change in changes}
    standing = [change for change in changes if not change.undone and change.number not in undone]
    if not standing:
        raise UsageError(
            f"Nothing was changed in {folder} by command, or all of it was taken back."
        )
    last = standing[-1]
    current_text = text_of(folder)
    if current_text != last.after:
        raise UsageError(
            f"{FILE} was edited after change {last.number} ({last.what}).",
            remedy=f"Take it back by hand: {folder / FILE}",
        )
    if yaml.safe_load(last.before).get("closed"):
        raise UsageError(
            "The last change reopened the round.",
            remedy=f'To close it again: hrge-xl round close {quoted(folder)} --reason "…"',
        )
    consequence = f"{FILE} reads as it did before change {last.number}, made on {last.day}: {last.what} ({last.reason})"
    summary = f"{last.what}: taken back"
    return PlannedChange(
        folder, summary, (consequence,), current_text, last.before, last.teams, last.number
    )


def team_named(round_: Round, team: str) -> Team:
    """Return the team that is meant. Raises `UsageError`."""
    named_team = next(
        (candidate for candidate in round_.teams if candidate.code.casefold() == team.casefold()),
        None,
    )
    if named_team is None:
        codes = [team.code for team in round_.teams]
        raise UsageError(
            f"{round_.name} has no team '{team}'.", value=team, remedy=remedy_for(team, codes)
        )
    return named_team


def teams_meant(round_: Round, teams: Iterable[str]) -> list[Team]:
    """Return the teams that are meant. Raises `UsageError`."""
    check_several("teams", teams)
    return [team_named(round_, team) for team in teams]


# which round came before, and the end of it


def follow(folder: Path, earlier: Path) -> PlannedChange:
    """Plan which round is the one before, with which a brief compares."""
    relative_path = way_to(earlier, folder)
    new_text = with_keys(folder, {"before": relative_path})
    return PlannedChange(folder, f"continues from {relative_path}", (), text_of(folder), new_text)


def planned_end(round_: Round, day: date, lines: Sequence[str] = ()) -> PlannedChange:
    """Plan the end of a round: from that day on it stays as it is. `lines` say what is left open."""
    consequences = (
        *lines,
        f"Its figures stay as they are on {day}, and are sealed. What comes later waits; changes are refused.",
    )
    new_text = with_keys(round_.folder, {"closed": str(day)})
    return PlannedChange.of(round_, f"round closed on {day}", consequences, new_text)


def reopen(folder: str | Path) -> PlannedChange:
    """Plan that a closed round goes on. Raises `UsageError` for one that is not closed."""
    round_ = load_round(folder)
    if round_.closed is None:
        raise UsageError(f"{round_.name} is not closed.")
    consequence = (
        f"What came since {round_.closed} is taken in with the next refresh; "
        "the seals stay, and show what changes."
    )
    return PlannedChange.of(
        round_, "round reopened", [consequence], with_keys(round_.folder, {"closed": ""})
    )


# the version of its spec


class Update(NamedTuple):
    """What a round was moved from and to, as its specs are loaded; no `before` where that cannot be loaded any more."""

    before: str
    after: str
    changes: SpecDiff | None
    untranslated: Mapping[str, int] = {}  # texts that a language of its teams does not have


def update_spec(folder: str | Path, spec: str | None = None, *, dry_run: bool = False) -> Update:
    """Have a round carry another version of its spec: by default the one under its name that is installed.

    The copies that workbooks were issued from stay. With `dry_run` nothing is written, and what would change is told.
    Raises `RoundError` where it is another spec, or does not fit the teams; then nothing has changed.
    """
    folder = Path(folder)
    root, values = read_round(folder)
    refuse_closed(folder, values["name"], values.get("closed"))
    name, digest = read_spec_reference(root, values)
    new = load(spec or name)
    copy = copy_of(folder, digest)  # unless it is missing or was changed
    old = load(copy) if copy else None
    expected = old.name if old else name
    if new.name != expected:
        raise RoundError(
            (
                f"{spec} is the spec '{new.name}', and the round is of '{expected}': its "
                "workbooks would not be recognised."
            ),
            value=new.name,
            remedy=f"Set up a round of its own: hrge-xl round init NEW --spec {quoted(spec or name)} --teams FILE",
        )
    spoken = {team.language for team in read_round_teams(root, values, new)} - {
        "",
        new.languages[0],
    }
    counts = {language: len(untranslated(new, language)) for language in sorted(spoken)}
    missing = {language: count for language, count in counts.items() if count}
    text = with_keys(folder, {"spec": new.name, "spec_digest": new.digest})
    changes = diff(old, new) if old else None
    if dry_run:
        return Update("", "", changes, missing)
    carry(spec or name, folder)
    write_whole(folder / FILE, text.encode())
    was = spec_source(folder, digest) if old else ""
    return Update(was, spec_source(folder, new.digest), changes, missing)
