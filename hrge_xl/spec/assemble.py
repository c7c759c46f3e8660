"""From the files of a spec to one tree: tools in sheet order, column sets and lists of items taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ..errors import Mistake
from ..suggest import nearest, remedy_for
from .csv_facts import take_in_facts
from .csv_lists import take_in_lists
from .item_files import items_in
from .lost import Lost
from .model import CatalogueBlock, ChecklistBlock, FieldBlock, FormBlock, RegisterBlock, Spec, Tool
from .nodes import file_beside, get, mapping, mistake_at, sequence
from .options import HEAD, MADE, OWN_FILES, all_options, options_of
from .yaml_file import compose

HEAD_FILE = "workbook.yaml"
FIELD_BLOCKS: dict[str, type[FieldBlock]] = {
    "form": FormBlock, "checklist": ChecklistBlock, "catalogue": CatalogueBlock, "register": RegisterBlock,
}  # fmt: skip
ELSEWHERE = {  # where that stands which is not an option of workbook.yaml
    "tools": "Write each tool into a file of the folder tools/, and its code into `sheets`.",
    "covered": "Write it into rules.yaml, as entries with `covered_by`.",
}


@dataclass
class Assembly:
    """The files of a spec folder put together; what was wrong with them, and what had to be left out."""

    folder: Path
    mistakes: list[Mistake] = field(default_factory=list)
    lost: Lost = field(default_factory=Lost)

    def root(self) -> yaml.Node | None:
        """Give one tree out of all files; None where workbook.yaml is none at all."""
        head = self._file(HEAD_FILE)
        parts = {name: self._file(f"{name}.yaml") for name in OWN_FILES if self._is_there(f"{name}.yaml")}
        tools = self._tools(head)
        if not isinstance(head, yaml.MappingNode):
            return None
        first = get(get(head, "languages"), 0)
        take_in_lists(
            self.folder,
            parts.get("vocabularies"),
            str(first.value) if first else "",
            self.mistakes,
            self.lost,
        )
        take_in_facts(self.folder, get(head, "facts"), self.mistakes)
        columns = parts.pop("columns", None)
        for tool in tools:
            self._take_in(tool, columns)
        rules = parts.get("rules")
        if isinstance(rules, yaml.SequenceNode):
            parts |= self._rules(rules)
        entries = [(key.value, value) for key, value in head.value if self._is_of_head(head, key)]
        entries += [(name, node) for name, node in parts.items() if node is not None]
        return mapping([*entries, ("tools", sequence(tools))], like=head)

    def _is_there(self, name: str) -> bool:
        return (self.folder / name).is_file()

    def _file(self, name: str) -> yaml.Node | None:
        node = compose(self.folder / name, name, self.mistakes, self.lost, all_options())
        if node is None:
            self.lost.names.add(name)
        elif name not in ("rules.yaml",) and not isinstance(node, yaml.MappingNode):
            self._say(
                node,
                "This file is a list or a text, not options with their values.",
                "Write `option: value`.",
            )
            return None
        elif name == "rules.yaml" and not isinstance(node, yaml.SequenceNode):
            self._say(node, "This file is not a list of rules.", "Begin each rule with `- code: …`.")
            return None
        return node

    def _say(self, node: yaml.Node, reason: str, remedy: str, *path: str) -> None:
        self.mistakes.append(mistake_at(node, path, reason, remedy))

    def _is_of_head(self, head: yaml.Node, key: yaml.Node) -> bool:
        """Say whether an option of workbook.yaml belongs there."""
        if key.value in OWN_FILES:
            self._say(
                head,
                f"`{key.value}` does not belong here.",
                f"Put it into a file {key.value}.yaml.",
                key.value,
            )
        elif key.value in MADE:
            known = ", ".join(options_of(Spec))
            remedy = ELSEWHERE.get(key.value, f"Remove it; the options here are {known}.")
            self._say(head, f"`{key.value}` is not an option here.", remedy, key.value)
        return key.value not in (*OWN_FILES, *MADE, *HEAD)

    # tools

    def _tools(self, head: yaml.Node | None) -> list[yaml.Node]:
        """Give the tool files in the order of `sheets`; each named once, each file named."""
        by_code: dict[str, yaml.Node] = {}
        for file in sorted((self.folder / "tools").glob("[!.]*.yaml")):
            node = self._file(f"tools/{file.name}")
            code = self._code(node) if node is not None else None
            if node is not None and code is None:
                self.lost.take("", node)
                if not self.lost.touches(node):
                    self.lost.nameless = True
                    self._say(node, "The tool has no `code`.", "Add one, for example `code: PLAN`.")
            elif node is not None and isinstance(code, yaml.ScalarNode):
                self._add(by_code, code, node)
        sheets = self._meant(head, "sheets", (*options_of(Spec), *OWN_FILES, *MADE))
        if isinstance(sheets, yaml.SequenceNode):
            return self._in_order(sheets, by_code)
        if head is not None and not self.lost.touches(head):
            if sheets is None:
                self._say(head, "`sheets` is missing.", "List the codes of the tools in sheet order.")
            else:
                self._say(
                    head, "`sheets` is not a list.", "List the codes of the tools: [PLAN, C1].", "sheets"
                )
        return list(by_code.values())

    def _code(self, tool: yaml.Node) -> yaml.Node | None:
        """Give the code of a tool, also where that option is misspelt, which is told."""
        return self._meant(tool, "code", options_of(Tool))

    def _meant(self, part: yaml.Node | None, option: str, known: Sequence[str]) -> yaml.Node | None:
        """Give what an option says, also where its name is misspelt, which is reported."""
        if get(part, option) is None and isinstance(part, yaml.MappingNode):
            for key, _ in part.value:
                if key.value not in known and nearest(key.value, (option,)) is not None:
                    reason, remedy = f"`{key.value}` is not an option here.", f"Did you mean '{option}'?"
                    self._say(part, reason, remedy, key.value)
                    key.value = option
                    break
        return get(part, option)

    def _add(self, by_code: dict[str, yaml.Node], code: yaml.Node, node: yaml.Node) -> None:
        if code.value in by_code:
            first = by_code[code.value].start_mark.name
            reason = f"The tool '{code.value}' is described twice, first in {first}."
            self._say(node, reason, "Give one of the two another code, or remove it.", "code")
        else:
            by_code[code.value] = node

    def _in_order(self, sheets: yaml.SequenceNode, by_code: dict[str, yaml.Node]) -> list[yaml.Node]:
        ordered = []
        left = dict(by_code)
        unknown = [
            entry
            for entry in sheets.value
            if isinstance(entry, yaml.ScalarNode) and entry.value not in by_code
        ]
        for entry in sheets.value:
            if not isinstance(entry, yaml.ScalarNode):
                self._say(
                    entry, "This is not a code of a sheet.", "Write the codes of the tools alone: [PLAN, C1]."
                )
            elif entry.value in left:
                ordered.append(left.pop(entry.value))
            elif entry.value in by_code:
                self._say(entry, f"The sheet '{entry.value}' is listed twice.", "Keep one.")
            elif entry.value not in self.lost.names and not self.lost.nameless:
                reason = f"The sheet '{entry.value}' is described in no file of tools/."
                self._say(entry, reason, remedy_for(entry.value, list(left) or list(by_code)))
        for node in self._placed(ordered, list(left.values())):
            if not unknown:  # else a name of a sheet is wrong, and that is said
                self._say_not_among(node, by_code)
            ordered.append(node)
        return ordered

    def _placed(self, ordered: list[yaml.Node], left: list[yaml.Node]) -> list[yaml.Node]:
        """Put each sheet behind the one that it names itself; gives those that have no place."""
        waiting = left[::-1]  # each goes directly behind: the last one first
        while True:
            known = {_text(node, "code"): at for at, node in enumerate(ordered)}
            node = next((each for each in waiting if _text(each, "after") in known), None)
            if node is None:
                return waiting[::-1]
            ordered.insert(known[_text(node, "after")] + 1, node)
            waiting.remove(node)

    def _say_not_among(self, node: yaml.Node, by_code: dict[str, yaml.Node]) -> None:
        """Say that a sheet has no place; which is another thing where the one that it follows is not known."""
        after = _text(node, "after")
        if after and after not in by_code:
            self._say(
                node,
                f"The sheet '{after}' is described in no file.",
                remedy_for(after, list(by_code)),
                "after",
            )
            return
        reason = f"The tool '{_text(node, 'code')}' is not among the sheets."
        self._say(
            node,
            reason,
            f"Add it to `sheets` in {HEAD_FILE}, or write here `after:` and the sheet before it.",
            "code",
        )

    # what is taken in from other files

    def _take_in(self, tool: yaml.Node, columns: yaml.Node | None) -> None:
        blocks = self._meant(tool, "blocks", options_of(Tool))
        for block in blocks.value if isinstance(blocks, yaml.SequenceNode) else ():
            self._take_in_columns(block, columns)
            self._take_in_file(block)

    def _take_in_columns(self, block: yaml.Node, columns: yaml.Node | None) -> None:
        """Replace each `- use: NAME` among the fields by the fields of that set."""
        kind = FIELD_BLOCKS.get(_text(block, "kind"))
        fields = get(block, "fields") if kind is None else self._meant(block, "fields", options_of(kind))
        if not isinstance(fields, yaml.SequenceNode):
            return
        taken: list[yaml.Node] = []
        for entry in fields.value:
            use = get(entry, "use")
            if use is None:
                taken.append(entry)
                continue
            self._say_beside(entry, "use")
            if not isinstance(use, yaml.ScalarNode):
                self._say(entry, "`use` must name one column set.", "Write `- use: NAME` for each.", "use")
                self.lost.nameless = True
                continue
            found = get(columns, use.value)
            if isinstance(found, yaml.SequenceNode):
                taken.extend(found.value)
            elif use.value not in self.lost.names and "columns.yaml" not in self.lost.names:
                self.lost.nameless = True  # nobody knows which fields it would bring
                sets = columns.value if isinstance(columns, yaml.MappingNode) else []
                known = [key.value for key, _ in sets]
                self._say(use, f"There is no column set '{use.value}'.", remedy_for(use.value, known))
        fields.value[:] = taken

    def _say_beside(self, entry: yaml.Node, option: str) -> None:
        """Say that an entry has other options than the one that brings all of it from elsewhere."""
        for key, _ in entry.value:
            if key.value != option:
                reason = f"`{key.value}` does nothing beside `{option}`."
                remedy = "Remove it, or write out the fields of the set here and change them."
                self._say(entry, reason, remedy, key.value)

    def _take_in_file(self, block: yaml.Node) -> None:
        """Replace `items: {file: NAME}` by the items of that file."""
        name = get(get(block, "items"), "file")
        if not isinstance(name, yaml.ScalarNode) or not isinstance(block, yaml.MappingNode):
            return
        file = file_beside(self.folder, name, ".yaml", self.mistakes)
        if file is None:
            self._leave_out_items(block)
            return
        items = compose(file, str(name.value), self.mistakes, self.lost, all_options())
        if items is not None:
            items = self._items_in(items, get(block, "items"), name)
        if items is None:
            self._leave_out_items(block)
        else:
            block.value[:] = [(key, items if key.value == "items" else value) for key, value in block.value]

    def _items_in(self, file: yaml.Node, wanted: yaml.Node | None, name: yaml.ScalarNode) -> yaml.Node | None:
        """Give the items of a file; what has no list is told."""
        part = get(wanted, "part")
        if part is None and get(wanted, "label") is None and get(wanted, "values") is None:
            return file
        found = items_in(file, wanted)
        if found is None:
            asked = f" '{part.value}'" if part is not None else ""
            remedy = "Name with `part` one of the lists in the file."
            self._say(part or name, f"The file '{name.value}' has no list{asked}.", remedy)
        return found

    def _leave_out_items(self, block: yaml.MappingNode) -> None:
        """Leave a block without items: which rows it has is not known."""
        empty = sequence([])
        empty.start_mark = block.start_mark
        block.value[:] = [(key, empty if key.value == "items" else value) for key, value in block.value]

    # rules

    def _rules(self, entries: yaml.SequenceNode) -> dict[str, yaml.Node]:
        """Give the rules, one for each tool that an entry names, and apart from them what needs no rule."""
        rules: list[yaml.Node] = []
        covered: list[yaml.Node] = []
        for entry in entries.value:
            tools = get(entry, "tools")
            if get(entry, "covered_by") is not None:
                covered.append(entry)
            elif tools is None:
                rules.append(entry)
            elif (
                not isinstance(tools, yaml.SequenceNode) or not tools.value or get(entry, "tool") is not None
            ):
                reason = "`tools` must be a list of tools, and replaces `tool`."
                self._say(
                    entry, reason, "Write `tool: A` for one tool, `tools: [A, B]` for several.", "tools"
                )
            else:
                others = [(key.value, value) for key, value in entry.value if key.value != "tools"]
                rules += [mapping([*others, ("tool", tool)], like=entry) for tool in tools.value]
        return {"rules": sequence(rules), "covered": sequence(covered)}


def _text(node: yaml.Node, option: str) -> str:
    """Give what an option says; "" where it is not there."""
    value = get(node, option)
    return str(value.value) if isinstance(value, yaml.ScalarNode) else ""
