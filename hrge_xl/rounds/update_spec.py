"""Moves a round to another version of its spec; the copies that workbooks were issued from stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

import yaml

from ..dates import parse_moment
from ..errors import RoundError, UsageError
from ..findings import Finding
from ..findings.identity import ARRIVAL_DAYS_DIFFER, SENDER_NOT_THE_TEAMS
from ..output_files import whole
from ..spec.carried import find
from ..spec.diff import SpecDiff, diff
from ..spec.load import load
from ..spec.model import Spec
from ..spec.nodes import get
from ..suggest import remedy_for
from .receiving import origins_of
from .rounds import FILE, HOME, Round, carry, load_round, read_round, spec_of, spec_source, teams_of
from .teams import ADDRESS, Team, addresses


class Update(NamedTuple):
    """What a round was moved from and to, as its specs are loaded; no `before` where that cannot be loaded any more."""

    before: str
    after: str
    changes: SpecDiff | None


def update_spec(folder: Path, spec: str | None = None) -> Update:
    """Have a round carry another version of its spec: by default the one under its name that is installed.

    Raises `RoundError` where it is another spec, or does not fit the teams; then nothing has changed.
    """
    root, data = read_round(folder)
    _check_lines(root)
    name, digest = spec_of(root, data)
    new = load(spec or name)
    old = _version_before(folder, digest)
    expected = old.name if old is not None else name
    if new.name != expected:
        raise RoundError(
            f"{spec} is the spec '{new.name}', and the round is of '{expected}': its workbooks would not be "
            f"recognised. Set up a round of its own with `hrge-xl round init`."
        )
    teams_of(root, data, new)
    carried = carry(spec or name, folder)
    _write(folder / FILE, root, new.name, carried)
    after = spec_source(folder, carried)
    if old is None:
        return Update("", after, None)
    return Update(spec_source(folder, digest), after, diff(old, new))


def _version_before(folder: Path, digest: str) -> Spec | None:
    """Give the spec that the round has now, unless its copy is missing or was changed."""
    return load(spec_source(folder, digest)) if digest and find(folder / HOME, digest) is not None else None


def _check_lines(root: yaml.Node) -> None:
    """Raise `RoundError` where the file is written so that nothing in it can be replaced line by line."""
    places = [node for key in ("spec", "spec_digest") if (node := get(root, key)) is not None]
    flowing = isinstance(root, yaml.MappingNode) and root.flow_style
    if flowing or any(node.start_mark.line != node.end_mark.line for node in places):
        raise RoundError(
            f"{FILE}: write 'spec: NAME' and 'spec_digest: …' on a line of their own, then run again."
        )


def _write(file: Path, root: yaml.Node, name: str, digest: str) -> None:
    """Put name and digest into `round.yaml`; whatever else was written there stays as it is."""
    lines = file.read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    before, place = get(root, "spec_digest"), get(root, "spec")
    assert place is not None
    if before is None:
        lines.insert(place.end_mark.line + 1, f"spec_digest: '{digest}'\n")
    else:
        replace_value(lines, before, f"'{digest}'")
    replace_value(lines, place, name)
    with whole(file) as unfinished:
        unfinished.write_text("".join(lines), encoding="utf-8", newline="")


def replace_value(lines: list[str], node: yaml.Node, text: str) -> None:
    """Put a text in the place of a value of one line."""
    start, end = node.start_mark, node.end_mark
    line = lines[start.line]
    lines[start.line] = line[: start.column] + text + line[end.column :]


# the addresses of a round

MOST_DAYS = 2  # between the day that the mail server says and the one on which something was first seen
NO_ADDRESS = "?"


class Senders:
    """Who sent what came to a round by mail, held against the addresses of its teams."""

    def __init__(self, round_: Round) -> None:
        self._origins = origins_of(round_.folder)
        self._own = {team.code: _addresses_in(team.email) for team in round_.teams}
        self._office = {team.code: _addresses_in(team.contact) for team in round_.teams}
        self._teams: dict[str, list[str]] = {}
        for code, own in self._own.items():
            for address in own:
                self._teams.setdefault(address, []).append(code)

    def teams_of(self, sha256: str | None) -> list[str]:
        """Give the teams whose address a content came from, else those whose address the forwarded mail names."""
        origin = self._origins.get(sha256 or "")
        said = (origin.sent_by or "", origin.sender) if origin else ()
        return next(filter(None, (self._teams.get(comparable(address)) for address in said)), [])

    def noticed(self, sha256: str, team: str) -> Iterator[Finding]:
        """Tell what is noticed about the mail that a workbook of a team came with."""
        origin = self._origins.get(sha256)
        if origin is None:
            return
        moment = parse_moment(origin.received)
        if moment and origin.seen and abs((moment.date() - origin.seen).days) > MOST_DAYS:
            days = {"found": str(moment.date()), "day": str(origin.seen)}
            yield ARRIVAL_DAYS_DIFFER.at(**days)
        sender = origin.sender or None if origin.sent_by is None else origin.sent_by
        if sender is None or team not in self._own:
            return
        others = self._teams.get(comparable(sender), [])
        known = comparable(sender) in self._own[team] | self._office[team]
        if not known and (others or self._own[team]):
            shown = masked_address(sender) + (f" ({', '.join(others)})" if others else "")
            yield SENDER_NOT_THE_TEAMS.at(value=shown, expected=team)


def _addresses_in(text: str) -> set[str]:
    return set(map(comparable, ADDRESS.findall(text)))


def comparable(address: str) -> str:
    """Give an address as it is compared: without case, and its domain as the network has it."""
    name, _, domain = normalize("NFKC", address).strip().casefold().rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode()}"
    except UnicodeError:  # no domain that there can be
        return f"{name}@{domain}"


def masked_address(address: str) -> str:
    """Give an address as it is shown in findings: whom it is of is not said in full."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}" if domain else NO_ADDRESS


def set_contact(folder: Path, team: str, address: str, *, also: bool = False) -> Team:
    """Write an address of a team into `round.yaml`, in place of what stands there or behind it; the rest stays.

    Raises `UsageError` for a team that there is not, or what is no address; `RoundError`, `OutputError`.
    """
    round_ = load_round(folder)
    known = {each.code.casefold(): each for each in round_.teams}
    found = known.get(team.casefold())
    if found is None:
        raise UsageError(
            f"{round_.name} has no team '{team}'. {remedy_for(team, [each.code for each in round_.teams])}"
        )
    wrong: list[str] = []
    given = addresses(address, wrong)
    if wrong or not given:
        raise UsageError(" ".join(wrong) or "Name an address, as name@example.org.")
    text = addresses(f"{found.email}, {given}", wrong) if also else given
    root, _ = read_round(folder)
    lines = (folder / FILE).read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    _put(lines, root, round_.teams.index(found), text)
    with whole(folder / FILE) as unfinished:
        unfinished.write_text("".join(lines), encoding="utf-8", newline="")
    return next(each for each in load_round(folder).teams if each.code == found.code)


def _put(lines: list[str], root: yaml.Node, number: int, text: str) -> None:
    """Put addresses into the lines of a round, in place of those of a team or behind its code."""
    node = get(get(root, "teams"), number)
    assert isinstance(node, yaml.MappingNode)
    value = "'" + text.replace("'", "''") + "'"
    code, there = get(node, "team"), get(node, "email")
    assert code is not None
    if there is not None:
        if there.start_mark.line != there.end_mark.line:
            raise RoundError(
                f"{FILE}: line {there.start_mark.line + 1}: write 'email: …' on one line, then run again."
            )
        replace_value(lines, there, value if there.value else f" {value}")
    elif node.flow_style:
        end = code.end_mark
        line = lines[end.line]
        lines[end.line] = f"{line[: end.column]}, email: {value}{line[end.column :]}"
    else:
        indent = " " * node.start_mark.column
        lines.insert(code.end_mark.line + 1, f"{indent}email: {value}\n")
