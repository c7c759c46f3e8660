"""What changes in a round while it runs: its teams, their deadlines and addresses, the version of its spec; and notes.

Whatever else stands in `round.yaml` stays as it is written. A change is planned first, so that one can see what it
means. When it is made, it is entered into the ledger with a reason, a name and a day; the last one can be taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import yaml

from ..core.errors import RoundError, UsageError
from ..core.output_files import write_whole
from ..core.paths import quoted
from ..core.suggest import remedy_for
from ..core.words import counted
from ..core.work import grouped
from ..dataset.deciding import need_words
from ..ledger.events import FILE, NEXT, RoundChanged
from ..ledger.files import only_writer
from ..ledger.ledger import Ledger, look_up
from ..spec.diff import SpecDiff, diff
from ..spec.load import load
from ..spec.translating import untranslated
from ..spec.yaml_file import dumped, get
from .rounds import Round, carry, copy_of, load_round, read_round, spec_said, spec_source, teams_said
from .teams import COLUMNS, Team, addresses, team_of

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


def change_round(planned: PlannedChange, *, reason: str, by: str, day: date) -> Round:
    """Make a change that was planned. Raises `UsageError` without a reason and a name, `RoundError` after an edit."""
    need_words("A change", reason, by)
    folder = planned.folder
    with only_writer(folder), Ledger.open(folder) as ledger:
        if _text(folder) != planned.before:
            raise RoundError(f"{FILE} was edited meanwhile. Run the command again.")
        if planned.after != planned.before:
            write_whole(folder / FILE, planned.after.encode())
        event = RoundChanged(
            number=NEXT, what=planned.what, teams=planned.teams, reason=reason.strip(), day=day,
            before=planned.before, after=planned.after, undone=planned.undone,
        )  # fmt: skip
        ledger.enter(event, by=by.strip())
    return load_round(folder)


def add_team(  # noqa: PLR0913 (one parameter a column)
    folder: Path, team: str, *, country: str = "", language: str = "", deadline: str = "", contact: str = "",
    email: str = "", tools: str = "", profile: str = "",
) -> PlannedChange:  # fmt: skip
    """Plan a team more; what is said of it is written as in a list of teams.

    Raises `UsageError` for one that is there, and with every mistake.
    """
    round_, cells = load_round(folder), (team, country, language, deadline, contact, email, tools, profile)
    added = team_of(dict(zip(COLUMNS, cells, strict=True)), load(round_.spec_source))
    if any(known.code.casefold() == added.code.casefold() for known in round_.teams):
        raise UsageError(f"{round_.name} has a team '{added.code}' already.")
    root, _ = read_round(folder)
    teams = get(root, "teams")
    assert isinstance(teams, yaml.SequenceNode)
    if teams.flow_style:
        raise RoundError(f"{FILE}: write each team on a line of its own, then run again.")
    before, indent, at = _text(folder), " " * teams.start_mark.column, _last_line(teams)
    lines = before.splitlines(keepends=True)
    _insert(lines, at + 1, *(f"{indent}{line}" for line in dumped([added.filled]).splitlines()))
    after = "".join(lines)
    facts = ", ".join(f"{column} {cell}" for column, cell in added.filled.items() if column != "team")
    told = f"{added.code}: {facts}", f"Its workbook is still to be issued: hrge-xl generate {quoted(folder)}"
    return PlannedChange(folder, f"team {added.code} added", told, before, after, (added.code,))


def extend(folder: Path, deadline: date, teams: Collection[str] = ()) -> PlannedChange:
    """Plan another deadline for some teams, or for all. Raises `UsageError` for a team that there is not."""
    round_ = load_round(folder)
    meant = [team_named(round_, team) for team in teams] or list(round_.teams)
    moved = [team for team in dict.fromkeys(meant) if team.deadline != deadline]
    if not moved:
        raise UsageError(
            f"That is the deadline of {'all of them' if len(meant) > 1 else meant[0].code} already."
        )
    after = _with_cells(round_, {team: str(deadline) for team in moved}, "deadline")
    told = [
        f"{_names(some)}: {day or 'no deadline'} → {deadline}"
        for day, some in grouped((team.deadline, team.code) for team in moved).items()
    ]
    told.append(
        "Lateness, reminders and feedback go by the new day. "
        "An issued workbook keeps its own on the cover until it is issued again."
    )
    codes = tuple(team.code for team in moved)
    who = ", ".join(codes) if teams else "all teams"
    return PlannedChange(folder, f"deadline {deadline} for {who}", tuple(told), _text(folder), after, codes)


def set_contact(folder: Path, team: str, address: str, *, also: bool = False) -> PlannedChange:
    """Plan another address of a team, in place of what stands there or behind it.

    Raises `UsageError` for a team that there is not, or what is no address; `RoundError`.
    """
    round_, wrong = load_round(folder), list[str]()
    found, given = team_named(round_, team), addresses(address, wrong)
    if wrong or not given:
        raise UsageError(" ".join(wrong) or "Name an address, as name@example.org.")
    text = addresses(f"{found.email}, {given}", wrong) if also else given
    after = _with_cells(round_, {found: text}, "email")
    told = f"{found.code}: {text}"
    return PlannedChange(
        folder, f"address of {found.code}: {text}", (told,), _text(folder), after, (found.code,)
    )


def note(folder: Path, text: str, teams: Sequence[str] = ()) -> PlannedChange:
    """Plan a note on a round or on teams of it: nothing else changes. Raises `UsageError`."""
    round_ = load_round(folder)
    codes = tuple(team_named(round_, team).code for team in teams)
    on = f" on {', '.join(codes)}" if codes else ""
    said = _text(folder)
    return PlannedChange(folder, f"note{on}", (f"Note{on}: {text}",), said, said, codes)


def undo(folder: Path) -> PlannedChange:
    """Plan to take the last change back. Raises `UsageError` where there is none, or the file was edited since."""
    made = [change for change in changes_of(folder) if change.before != change.after]
    undone = {change.undone for change in made}
    last = next(
        (change for change in reversed(made) if not change.undone and change.number not in undone), None
    )
    if last is None:
        raise UsageError(f"Nothing was changed in {folder} by command, or all of it was taken back.")
    said = _text(folder)
    if said != last.after:
        raise UsageError(
            f"{FILE} was edited after change {last.number} ({last.what}). Take it back by hand: {folder / FILE}"
        )
    told = (
        f"{FILE} reads as it did before change {last.number}, made on {last.day}: {last.what} ({last.reason})"
    )
    return PlannedChange(
        folder, f"{last.what}: taken back", (told,), said, last.before, last.teams, last.number
    )


def changes_of(folder: Path) -> list[RoundChanged]:
    """Give every change that was made by command, the oldest first."""
    return look_up(folder, lambda ledger: [event for _, event in ledger.events(RoundChanged)]) or []


def _names(codes: Sequence[str]) -> str:
    """Name some teams in a line: a few by their codes, many by their number."""
    return ", ".join(codes) if len(codes) <= FEW else counted(len(codes), "team")


def team_named(round_: Round, team: str) -> Team:
    """Give the team that is meant. Raises `UsageError`."""
    found = next((known for known in round_.teams if known.code.casefold() == team.casefold()), None)
    if found is None:
        known = [team.code for team in round_.teams]
        raise UsageError(f"{round_.name} has no team '{team}'. {remedy_for(team, known)}")
    return found


# the version of its spec


class Update(NamedTuple):
    """What a round was moved from and to, as its specs are loaded; no `before` where that cannot be loaded any more."""

    before: str
    after: str
    changes: SpecDiff | None
    untranslated: Mapping[str, int] = {}  # texts that a language of its teams does not have


def update_spec(folder: Path, spec: str | None = None, *, dry_run: bool = False) -> Update:
    """Have a round carry another version of its spec: by default the one under its name that is installed.

    The copies that workbooks were issued from stay. With `dry_run` nothing is written, and what would change is told.
    Raises `RoundError` where it is another spec, or does not fit the teams; then nothing has changed.
    """
    root, data = read_round(folder)
    _check_lines(root)
    name, digest = spec_said(root, data)
    new = load(spec or name)
    copy = copy_of(folder, digest)  # unless it is missing or was changed
    old = load(copy) if copy else None
    expected = old.name if old is not None else name
    if new.name != expected:
        raise RoundError(
            f"{spec} is the spec '{new.name}', and the round is of '{expected}': its workbooks would not be "
            f"recognised. Set up a round of its own with `hrge-xl round init`."
        )
    spoken = dict.fromkeys(team.language for team in teams_said(root, data, new))
    missing = {language: count for language in spoken if (count := len(untranslated(new, language)))}
    if dry_run:
        return Update("", "", diff(old, new) if old else None, missing)
    carried = carry(spec or name, folder)
    lines = _text(folder).splitlines(keepends=True)
    before, place = get(root, "spec_digest"), get(root, "spec")
    assert place is not None
    if before is None:
        _insert(lines, place.end_mark.line + 1, f"spec_digest: '{carried}'")
    else:
        _replace_value(lines, before, f"'{carried}'")
    _replace_value(lines, place, new.name)
    write_whole(folder / FILE, "".join(lines).encode())
    after = spec_source(folder, carried)
    was = spec_source(folder, digest) if old else ""
    return Update(was, after, diff(old, new) if old else None, missing)


def _check_lines(root: yaml.Node) -> None:
    """Raise `RoundError` where the file is written so that nothing in it can be replaced line by line."""
    places = [node for key in ("spec", "spec_digest") if (node := get(root, key)) is not None]
    flowing = isinstance(root, yaml.MappingNode) and root.flow_style
    if flowing or any(node.start_mark.line != node.end_mark.line for node in places):
        raise RoundError(
            f"{FILE}: write 'spec: NAME' and 'spec_digest: …' on a line of their own, then run again."
        )


# the lines of `round.yaml`


def _text(folder: Path) -> str:
    return (folder / FILE).read_bytes().decode("utf-8-sig")


def _with_cells(round_: Round, cells: Mapping[Team, str], column: str) -> str:
    """Give the text with a cell of some teams replaced, or put behind their codes. Raises `RoundError`."""
    root, _ = read_round(round_.folder)
    lines = _text(round_.folder).splitlines(keepends=True)
    for number, team in reversed([*enumerate(round_.teams)]):  # an added line moves those below it
        if team in cells:
            node = get(get(root, "teams"), number)
            assert isinstance(node, yaml.MappingNode)
            _put_cell(lines, node, column, "'" + cells[team].replace("'", "''") + "'")
    return "".join(lines)


def _put_cell(lines: list[str], node: yaml.MappingNode, column: str, value: str) -> None:
    code, there = get(node, "team"), get(node, column)
    assert code is not None
    if there is not None:
        if there.start_mark.line != there.end_mark.line:
            raise RoundError(
                f"{FILE}: line {there.start_mark.line + 1}: write '{column}: …' on one line, then run again."
            )
        _replace_value(lines, there, value if there.value else f" {value}")
    elif node.flow_style:
        end = code.end_mark
        line = lines[end.line]
        lines[end.line] = f"{line[: end.column]}, {column}: {value}{line[end.column :]}"
    else:
        indent = " " * node.start_mark.column
        _insert(lines, code.end_mark.line + 1, f"{indent}{column}: {value}")


def _insert(lines: list[str], at: int, *texts: str) -> None:
    """Put lines before another or at the end, which end as those of the file do."""
    end = lines[0].removeprefix(lines[0].rstrip("\r\n"))
    lines[at - 1] = lines[at - 1].rstrip("\r\n") + end  # the last one of the file may have none
    lines[at:at] = [f"{text}{end}" for text in texts]


def _replace_value(lines: list[str], node: yaml.Node, text: str) -> None:
    """Put a text in the place of a value of one line."""
    start, end = node.start_mark, node.end_mark
    line = lines[start.line]
    lines[start.line] = line[: start.column] + text + line[end.column :]


def _last_line(node: yaml.Node) -> int:
    """Give the last line with something of a node: a block ends where the next thing begins."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return max(_last_line(value) for pair in node.value for value in pair)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return max(map(_last_line, node.value))
    end: yaml.Mark = node.end_mark
    return end.line if end.column else max(end.line - 1, node.start_mark.line)
