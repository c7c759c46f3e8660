"""A round: its folder with spec, period, teams and signing key."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ..core.dates import RANGE, day_here, parse_day
from ..core.errors import Mistake, OutputError, RoundError, SpecError, UsageError
from ..core.paths import quoted, read_regular, way_to, write_whole
from ..ledger.events import FILE, Terms
from ..ledger.files import write_secret
from ..reader import ExpectedReturn
from ..spec.carried import digest_of, find, pack, place, write
from ..spec.load import find as find_spec
from ..spec.load import load, names
from ..spec.model import Spec
from ..spec.yaml_file import compose, dumped, get, plain
from .teams import Team, TeamList, check_teams, continue_teams, passwords_of, read_list

KEY = "signing.key"
PASSWORDS = "passwords.csv"
# what went out, came back, and came by mail
ISSUED = "issued"
RETURNED = "returned"
INBOX = "inbox"
FEEDBACK = "feedback"
REPORTS = "reports"
FOLDERS = (ISSUED, RETURNED, INBOX, REPORTS)
KEY_BYTES = 32
KNOWN = ("name", "spec", "spec_digest", "period_start", "period_end", "closed", "before", "teams")
HEAD = """\
# A round: which spec, which period, and the teams expected to answer. Written by `hrge-xl round init`; you may edit it.
# The spec lies in spec/; for a newer version of it: `hrge-xl round update-spec`.
# Each team: team (its code), country, language, deadline (2026-07-31), contact, email, tools (by comma), profile.
"""


@dataclass(frozen=True)
class Round:
    """A round as its folder says it."""

    folder: Path
    name: str
    spec: str  # its name
    start: date | None
    end: date | None
    teams: tuple[Team, ...]
    key: bytes = field(repr=False, default=b"")
    spec_digest: str = ""  # of the copy that the round carries
    closed: date | None = None  # the day as of which its figures stay
    # the way from its folder to the round before, or to a consolidated folder with it
    before: str = ""
    # codes of teams, and what opens theirs
    passwords: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        return (
            f"<Round {self.name!r} in {str(self.folder)!r}: {self.spec}, {len(self.teams)} teams>"
        )

    @property
    def inbox(self) -> Path:
        """Where files wait that came and were not taken in yet."""
        return self.folder / INBOX

    @property
    def spec_source(self) -> str:
        """What the spec is loaded by: the folder of the copy that the round carries."""
        return spec_source(self.folder, self.spec_digest)

    @property
    def wanted(self) -> ExpectedReturn:
        """What a file that comes back in this round should be."""
        teams = tuple(team.code for team in self.teams)
        formerly = tuple((code, team.code) for team in self.teams for code in team.formerly)
        return ExpectedReturn(
            self.spec_source,
            self.name,
            teams,
            self.key or None,
            (self.start, self.end),
            formerly,
            str(self.folder / ISSUED),
        )


def terms_of(rounds: Iterable[Round]) -> dict[str, Terms]:
    """Return the terms of rounds by name: what each asks, of whom, and until when, as it is sealed."""
    return {
        round_.name: Terms(
            start=round_.start,
            end=round_.end,
            spec=round_.spec,
            spec_digest=round_.spec_digest,
            teams={team.code: team.deadline for team in round_.teams},
        )
        for round_ in rounds
    }


def round_around(place: Path) -> Path | None:
    """Return the folder of the round that a file or folder was issued in or came back to, by where it lies.

    The outermost one: what lies among returned files came from a team, a round too.
    """
    whole_path = Path(os.path.abspath(place))  # noqa: PTH100 (links stay what they are, and `..` is followed)
    for folder in reversed(whole_path.parents):
        if (
            whole_path.relative_to(folder).parts[0] in (ISSUED, RETURNED, INBOX)
            and (folder / FILE).is_file()
        ):
            return folder
    return None


def is_among_returns(folder: Path) -> bool:
    """Say whether a folder is what came back, or lies in it: nothing there says anything about a round."""
    return Path(os.path.abspath(folder)).name == RETURNED or round_around(folder) is not None  # noqa: PTH100 (as above)


def is_round(folder: Path) -> bool:
    """Say whether a folder is a round, and not one that a team sent."""
    return (folder / FILE).is_file() and not is_among_returns(folder)


def round_named(spec: str | None) -> Round | None:
    """Return the round that is named in place of a spec; None where a spec is. The name of a spec is never a folder."""
    if not spec or spec in names() or not (Path(spec) / FILE).is_file():
        return None
    return load_round(Path(spec))


def spec_at(spec: str) -> str:
    """Return what a spec named by name or folder is loaded by; the folder of a round stands for the spec of it."""
    round_ = round_named(spec)
    return round_.spec_source if round_ else spec


def read_teams(
    spec: str,
    teams_file: str | Path | None = None,
    *,
    earlier: str | Path | None = None,
    deadline: date | None = None,
    password: str | None = None,
    today: date | None = None,
) -> TeamList:
    """Return the teams that a new round would have: those of a list, of an `earlier` round, or both compared.

    Without a list they are those of the earlier round as they are now: late-joined, renamed and merged. `deadline` is
    that of every team. Raises `RoundError` with every mistake of the list, and for deadlines that have passed.
    """
    if teams_file is None and earlier is None:
        raise UsageError(
            "Whose round is it?",
            remedy="Name a list of teams with --teams, or an earlier round with --from.",
        )
    listed = None if teams_file is None else read_list(teams_file, load(spec), password)
    if earlier is not None:
        return continue_teams(load_round(earlier).teams, listed, deadline, today or day_here())
    assert listed is not None
    if deadline is not None:
        listed = listed._replace(
            teams=tuple(replace(team, deadline=deadline) for team in listed.teams)
        )
    return listed


def spec_of_next(earlier: str | Path) -> str:
    """Return what the spec of a round that continues from an earlier one is loaded by: today's of that name, if any."""
    round_ = load_round(earlier)
    return round_.spec if round_.spec in names() else round_.spec_source


def init_round(  # noqa: PLR0913 (one parameter an option)
    folder: str | Path,
    spec: str,
    teams_file: str | Path | None = None,
    start: date | None = None,
    end: date | None = None,
    name: str = "",
    password: str | None = None,
    *,
    earlier: str | Path | None = None,
    deadline: date | None = None,
    today: date | None = None,
) -> Round:
    """Set up a round with a copy of its spec, and the teams that `read_teams` gives. Nothing there is overwritten.

    Raises `RoundError` with every mistake of the team list, `SpecError`, `OutputError`.
    """
    folder = Path(folder)
    file = folder / FILE
    if file.exists():
        raise RoundError(
            f"{folder} is a round already.", remedy=f"Edit {file}, or choose another folder."
        )
    if start and end and end < start:
        raise RoundError(
            f"The period ends ({end}) before it starts ({start}).",
            remedy="Correct one of the two days.",
        )
    used = load(spec)
    teams = read_teams(
        spec, teams_file, earlier=earlier, deadline=deadline, password=password, today=today
    ).teams
    check_teams(FILE, [(number, team.filled) for number, team in enumerate(teams, start=1)], used)
    try:
        for within in FOLDERS:
            (folder / within).mkdir(parents=True, exist_ok=True)
        key = folder / KEY
        # an existing one stays, for workbooks may carry its signature
        if not (key.exists() and key.stat().st_size == KEY_BYTES):
            key.unlink(missing_ok=True)
            write_secret(key, secrets.token_bytes(KEY_BYTES))
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: {error.strerror}.", remedy="Choose another folder."
        ) from error
    digest = carry(spec, folder)
    values: dict[str, Any] = {
        "name": name or folder.resolve().name,
        "spec": used.name,
        "spec_digest": digest,
        "period_start": start and start.isoformat(),
        "period_end": end and end.isoformat(),
        "before": None if earlier is None else way_to(earlier, folder),
        "teams": [team.filled for team in teams],
    }
    written = dumped({key: value for key, value in values.items() if value is not None})
    write_whole(file, f"{HEAD}{written}".encode())
    return load_round(folder)


def load_round(folder: str | Path) -> Round:
    """Return the round of a folder. Raises `RoundError` with every mistake and its line."""
    folder = Path(folder)
    root, values = read_round(folder)
    name, digest = read_spec_reference(root, values)
    _check_copy(folder, digest)
    spec = load(spec_source(folder, digest))
    if spec.name != name:
        line = _line(get(root, "spec"))
        raise RoundError(
            f"line {line}: the round carries the spec '{spec.name}', not '{name}'.",
            place=FILE,
            value=spec.name,
            remedy=f"Write '{spec.name}' again.",
        )
    teams = read_round_teams(root, values, spec)
    start, end, closed = (
        _day(root, values, key) for key in ("period_start", "period_end", "closed")
    )
    return Round(
        folder,
        _written_as(values["name"]),
        name,
        start,
        end,
        tuple(teams),
        _key(folder / KEY),
        digest,
        closed,
        _written_as(values.get("before")),
        tuple(passwords_of(folder / PASSWORDS, teams)),
    )


def load_open_round(folder: str | Path) -> Round:
    """Return the round of a folder, for a change. Raises `UsageError` for one that is closed, and as `load_round`."""
    round_ = load_round(folder)
    refuse_closed(round_.folder, round_.name, round_.closed)
    return round_


def refuse_closed(folder: Path, name: str, day: object) -> None:
    """Raise `UsageError` for a round that was closed on a day."""
    if day:
        raise UsageError(
            f"{name} was closed on {day}: it stays as it is.",
            remedy=f'To go on with it: hrge-xl round reopen {quoted(folder)} --reason "…"',
        )


def read_round(folder: Path) -> tuple[yaml.Node, dict[str, Any]]:
    """Read what `round.yaml` says, with its places; teams are not looked at yet. Raises `RoundError`."""
    file = folder / FILE
    if not file.is_file():
        raise RoundError(
            f"{folder} is not a round: it has no {FILE}.",
            remedy=f"To make it one: hrge-xl round init {quoted(folder)} --spec SPEC --teams FILE",
        )
    if is_among_returns(folder):
        raise RoundError(
            f"{folder} is among returned files: what teams send is never taken for a round.",
            remedy="Name the folder of your own round.",
        )
    mistakes: list[Mistake] = []
    root = compose(file, FILE, mistakes)
    if root is None or mistakes:
        raise RoundError(*map(str, mistakes))
    values = plain(root)
    if not isinstance(values, dict):
        raise RoundError(
            "line 1: this is not a round.",
            place=FILE,
            remedy=(
                "Restore it from a backup. Without one, move it away and set the round up again: "
                f"hrge-xl round init {quoted(folder)} --spec SPEC --teams FILE"
            ),
        )
    wrong = [
        f"line {_line(root)}: '{key}' is missing. Add it."
        for key in ("name", "spec", "teams")
        if not values.get(key)
    ]
    wrong += [
        f"line {_line(root)}: '{key}' is not known. Remove it."
        for key in values
        if key not in KNOWN
    ]
    teams = values.get("teams")
    if teams and not (isinstance(teams, list) and all(isinstance(team, dict) for team in teams)):
        wrong.append(
            f"line {_line(get(root, 'teams'))}: 'teams' must be a list, each with team: CODE."
        )
    if wrong:
        raise RoundError(*(f"{FILE}: {mistake}" for mistake in wrong))
    return root, values


def read_spec_reference(root: yaml.Node, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return name and digest of the spec; the digest as it is written, and empty where somebody took it out."""
    digest = get(root, "spec_digest")
    return str(values["spec"]), str(digest.value) if digest is not None else ""


def read_round_teams(root: yaml.Node, values: Mapping[str, Any], spec: Spec) -> list[Team]:
    """Return the teams, if all of them fit the spec. Raises `RoundError` with every mistake and its line."""
    nodes = get(root, "teams")
    lines = []
    for n, team in enumerate(values["teams"]):
        cells = {
            str(key): ",".join(map(str, value)) if isinstance(value, list) else _written_as(value)
            for key, value in team.items()
        }
        lines.append((_line(get(nodes, n)), cells))
    return check_teams(FILE, lines, spec)


def _written_as(value: Any) -> str:
    """Return a scalar as it stands in the file: the code 007 keeps its zeros."""
    return "" if value is None else str(getattr(value, "written", value))


def _line(node: yaml.Node | None) -> int:
    return node.start_mark.line + 1 if node is not None else 1


def _day(root: yaml.Node, values: Mapping[str, Any], key: str) -> date | None:
    text = values.get(key)
    if not text:
        return None
    day = parse_day(str(text))
    if day is None:
        line = _line(get(root, key))
        raise RoundError(
            f"line {line}: '{text}' is not {RANGE}.",
            place=FILE,
            value=text,
            remedy="Write it as 2026-06-30.",
        )
    return day


def _key(path: Path) -> bytes:
    try:
        key = read_regular(path, KEY_BYTES)
    except OSError as error:
        raise RoundError(
            f"{path} cannot be read ({error.strerror}).",
            remedy="No return can be trusted without it: restore it from a backup.",
        ) from error
    if len(key) != KEY_BYTES:
        raise RoundError(
            f"{path} is damaged: it must hold {KEY_BYTES} bytes.",
            remedy="Restore it from a backup.",
        )
    return key


# the copy of its spec that a round carries

HOME = "spec"


def carry(spec: str | Path, folder: Path) -> str:
    """Copy a spec into a round, beside the copies that are there already; gives its digest."""
    files = pack(find_spec(spec))
    write(files, folder / HOME)
    return digest_of(files)


def spec_source(folder: Path, digest: str) -> str:
    """Return what the spec of a round is loaded by: the folder of its copy."""
    return str(place(folder / HOME, digest).absolute())


def copy_of(folder: Path, digest: str) -> str | None:
    """Return the folder of a copy that a round carries, also of an earlier version; None where it has no such copy."""
    path = digest and find(folder / HOME, digest)
    return str(path.absolute()) if path else None


def earlier_specs(folder: Path, digest: str) -> list[Spec]:
    """Return the specs whose copies a round carries from before, as far as they can still be loaded."""
    current = place(folder / HOME, digest)
    copies = [
        copy for copy in sorted((folder / HOME).glob("*")) if copy.is_dir() and copy != current
    ]
    specs: list[Spec] = []
    for copy in copies:
        with suppress(SpecError):
            specs.append(load(copy))
    return specs


def _check_copy(folder: Path, digest: str) -> None:
    """Raise `RoundError` where the copy of its spec that a round carries is missing or was changed."""
    copy = place(folder / HOME, digest)
    again = f"hrge-xl round update-spec {quoted(folder)} --spec"
    if not digest:
        raise RoundError(
            "The round does not say any more which spec it carries.",
            remedy=f"Take it again: {again} SPEC",
        )
    if copy_of(folder, digest):
        return
    if not copy.is_dir():
        raise RoundError(
            f"The spec of the round is missing: {copy}.",
            remedy=f"Restore it from a backup, or take it again: {again} SPEC",
        )
    raise RoundError(
        f"The spec of the round was changed in {copy}.",
        remedy=(
            "Restore it from a backup; or, if the change is meant, take it as a new "
            f"version: {again} {quoted(copy)}"
        ),
    )
