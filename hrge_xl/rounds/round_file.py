"""`round.yaml` changed line by line: whatever else stands in it stays as it is written, comments and line ends too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import yaml

from ..core.errors import RoundError
from ..ledger.events import FILE
from ..spec.yaml_file import dumped, get
from .rounds import Round, read_round
from .teams import Team

Cells = Mapping[str, str]  # of a team, by column


def text_of(folder: Path) -> str:
    """Return what is written there."""
    return (folder / FILE).read_bytes().decode("utf-8-sig")


def with_team(folder: Path, team: Team) -> str:
    """Return the text with a team more, at the end of the list. Raises `RoundError`."""
    teams = _teams(folder)
    _refuse_flowing(teams)
    lines = text_of(folder).splitlines(keepends=True)
    indent = " " * teams.start_mark.column
    _insert(
        lines,
        _last_line(teams) + 1,
        [f"{indent}{line}" for line in dumped([team.filled]).splitlines()],
    )
    return "".join(lines)


def with_cells(
    round_: Round, changed: Mapping[Team, Cells], *, without: Collection[Team] = ()
) -> str:
    """Return the text with cells of some teams replaced, or put behind their codes, and `without` others.

    Raises `RoundError`.
    """
    teams = _teams(round_.folder)
    if without:
        _refuse_flowing(teams)
    lines = text_of(round_.folder).splitlines(keepends=True)
    # what is added or goes moves those below it
    for number, team in reversed([*enumerate(round_.teams)]):
        node = get(teams, number)
        assert isinstance(node, yaml.MappingNode)
        if team in without:
            _take_out(lines, node)
        else:
            _put_cells(lines, node, changed.get(team, {}))
    return "".join(lines)


def with_keys(folder: Path, keys: Cells) -> str:
    """Return the text with what the round says itself replaced, or put behind its name; what is empty goes.

    Raises `RoundError`.
    """
    root, values = read_round(folder)
    assert isinstance(root, yaml.MappingNode)
    lines = text_of(folder).splitlines(keepends=True)
    gone = (
        []
        if root.flow_style
        else [node for key in keys if not keys[key] and (node := get(root, key))]
    )
    new_values = {
        key: keys[key]
        for key in keys
        if values.get(key) != keys[key] and (keys[key] or root.flow_style)
    }
    _put_cells(lines, root, new_values, "name")
    for node in gone:
        del lines[node.start_mark.line]
    return "".join(lines)


def _teams(folder: Path) -> yaml.SequenceNode:
    root, _ = read_round(folder)
    teams = get(root, "teams")
    assert isinstance(teams, yaml.SequenceNode)
    return teams


def _refuse_flowing(teams: yaml.SequenceNode) -> None:
    if teams.flow_style:
        raise RoundError(f"{FILE}: write each team on a line of its own, then run again.")


def _put_cells(lines: list[str], node: yaml.MappingNode, cells: Cells, first: str = "team") -> None:
    """Put cells behind the first one, from the last place to the first: what is put moves what follows it."""
    code = get(node, first)
    assert code is not None
    end = code.end_mark
    new = [column for column in cells if get(node, column) is None]
    present_cells = [
        (column, place) for column in cells if (place := get(node, column)) is not None
    ]
    places: list[tuple[int, str, yaml.Node | None]] = [
        *((end.index, column, None) for column in reversed(new)),
        *((place.start_mark.index, column, place) for column, place in present_cells),
    ]
    for _, column, place in sorted(places, key=lambda entry: entry[0], reverse=True):
        value = "'" + cells[column].replace("'", "''") + "'"
        if place is None and node.flow_style:
            line = lines[end.line]
            lines[end.line] = f"{line[: end.column]}, {column}: {value}{line[end.column :]}"
        elif place is None:
            _insert(lines, end.line + 1, [f"{' ' * node.start_mark.column}{column}: {value}"])
        elif place.start_mark.line != place.end_mark.line:
            number = place.start_mark.line + 1
            raise RoundError(
                f"{FILE}: line {number}: write '{column}: …' on one line, then run again."
            )
        else:
            _replace(lines, place, value if place.value else f" {value}")


def _take_out(lines: list[str], node: yaml.Node) -> None:
    """Take the lines of a team out. Raises `RoundError` where they do not begin with its dash."""
    first = node.start_mark.line
    if lines[first][: node.start_mark.column].strip() != "-":
        raise RoundError(
            f"{FILE}: line {first + 1}: begin each team on the line of its dash, then run again."
        )
    del lines[first : _last_line(node) + 1]


def _insert(lines: list[str], at: int, texts: Iterable[str]) -> None:
    """Put lines before another or at the end, which end as those of the file do."""
    end = lines[0].removeprefix(lines[0].rstrip("\r\n"))
    lines[at - 1] = lines[at - 1].rstrip("\r\n") + end  # the last one of the file may have none
    lines[at:at] = [f"{text}{end}" for text in texts]


def _replace(lines: list[str], node: yaml.Node, text: str) -> None:
    """Put a text in the place of a value of one line."""
    start = node.start_mark
    end = node.end_mark
    line = lines[start.line]
    lines[start.line] = line[: start.column] + text + line[end.column :]


def _last_line(node: yaml.Node) -> int:
    """Return the last line with something of a node: a block ends where the next thing begins."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return max(_last_line(value) for pair in node.value for value in pair)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return max(map(_last_line, node.value))
    end: yaml.Mark = node.end_mark
    return end.line if end.column else max(end.line - 1, node.start_mark.line)
