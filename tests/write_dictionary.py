"""Writes docs/dictionary.md: what every code in the data of the Toolkit means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hrge_xl import Spec
from tests.face import Schema, dimensions


def _said(spec: Spec) -> dict[str, list[dict[str, Any]]]:
    """What a spec says of its sheets, questions and lists, as its dataset does."""
    schema = Schema(spec)
    rows = dimensions(schema, complete=False)
    return {
        name: [dict(zip(schema.by_name[name].names, row, strict=True)) for row in rows[name]]
        for name in ("tools", "questions", "codes")
    }


def dictionary_page(spec: Spec) -> str:
    """Every question of the Toolkit by sheet, and every list with its codes."""
    said = _said(spec)
    lines = [
        "# Dictionary of the Toolkit",
        "",
        f"What each code in the data of *{spec.title.say('en')}*, version {spec.version}, means. The name of a column "
        "in the dataset is the code of its question in small letters: `RSK_22` is the column `rsk_22` of `risks`.",
    ]
    for tool in said["tools"]:
        own = [each for each in said["questions"] if each["tool"] == tool["tool"]]
        if own:
            lines += ["", f"## {tool['tool']}: {tool['title']}", ""]
            lines += _table(("code", "question", "answer", "table"), map(_question, own))
    lines += ["", "## Lists", ""]
    for name in dict.fromkeys(
        each["list"] for each in said["codes"] if not each["list"].startswith("_")
    ):
        entries = [
            (f"`{each['code']}`", each["label"]) for each in said["codes"] if each["list"] == name
        ]
        lines += [f"### {name}", "", *_table(("code", "label"), entries), ""]
    return "\n".join(lines)


def _question(each: dict[str, Any]) -> Sequence[str]:
    own = each["list"] and not each["list"].startswith("_")  # else it is one of the program
    listed = f", [{each['list']}](#{each['list'].lower()})" if own else ""
    unit = f", {each['unit']}" if each["unit"] else ""
    help_ = f"<br>{each['help']}" if each["help"] else ""
    required = {"always": ", required", "optional": ""}.get(
        each["required"], ", required under a condition"
    )
    answer = f"{each['type'].replace('_', ' ')}{listed}{unit}{required}"
    return f"`{each['field']}`", f"{each['label']}{help_}", answer, f"`{each['table_name']}`"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;').replace(chr(10), ' ') for cell in row)} |"
