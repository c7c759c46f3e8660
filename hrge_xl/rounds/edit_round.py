"""Changes what `round.yaml` says, the version of its spec or an address of a team; whatever else stands there stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import yaml

from ..core.errors import RoundError, UsageError
from ..core.output_files import write_whole
from ..core.suggest import remedy_for
from ..ledger.events import FILE
from ..spec.diff import SpecDiff, diff
from ..spec.load import load
from ..spec.yaml_file import get
from .rounds import carry, copy_of, load_round, read_round, spec_of, spec_source, teams_of
from .teams import Team, addresses


class Update(NamedTuple):
    """What a round was moved from and to, as its specs are loaded; no `before` where that cannot be loaded any more."""

    before: str
    after: str
    changes: SpecDiff | None


def update_spec(folder: Path, spec: str | None = None) -> Update:
    """Have a round carry another version of its spec: by default the one under its name that is installed.

    The copies that workbooks were issued from stay.

    Raises `RoundError` where it is another spec, or does not fit the teams; then nothing has changed.
    """
    root, data = read_round(folder)
    _check_lines(root)
    name, digest = spec_of(root, data)
    new = load(spec or name)
    copy = copy_of(folder, digest)  # unless it is missing or was changed
    old = load(copy) if copy else None
    expected = old.name if old is not None else name
    if new.name != expected:
        raise RoundError(
            f"{spec} is the spec '{new.name}', and the round is of '{expected}': its workbooks would not be "
            f"recognised. Set up a round of its own with `hrge-xl round init`."
        )
    teams_of(root, data, new)
    carried = carry(spec or name, folder)
    with _lines_of(folder) as lines:
        before, place = get(root, "spec_digest"), get(root, "spec")
        assert place is not None
        if before is None:
            lines.insert(place.end_mark.line + 1, f"spec_digest: '{carried}'\n")
        else:
            replace_value(lines, before, f"'{carried}'")
        replace_value(lines, place, new.name)
    after = spec_source(folder, carried)
    if old is None:
        return Update("", after, None)
    return Update(spec_source(folder, digest), after, diff(old, new))


def _check_lines(root: yaml.Node) -> None:
    """Raise `RoundError` where the file is written so that nothing in it can be replaced line by line."""
    places = [node for key in ("spec", "spec_digest") if (node := get(root, key)) is not None]
    flowing = isinstance(root, yaml.MappingNode) and root.flow_style
    if flowing or any(node.start_mark.line != node.end_mark.line for node in places):
        raise RoundError(
            f"{FILE}: write 'spec: NAME' and 'spec_digest: …' on a line of their own, then run again."
        )


@contextmanager
def _lines_of(folder: Path) -> Iterator[list[str]]:
    """Give the lines of `round.yaml` to change; whatever else is written there stays as it is."""
    lines = (folder / FILE).read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    yield lines
    write_whole(folder / FILE, "".join(lines).encode())


def replace_value(lines: list[str], node: yaml.Node, text: str) -> None:
    """Put a text in the place of a value of one line."""
    start, end = node.start_mark, node.end_mark
    line = lines[start.line]
    lines[start.line] = line[: start.column] + text + line[end.column :]


# the addresses of a team


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
    with _lines_of(folder) as lines:
        _put(lines, root, round_.teams.index(found), text)
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
