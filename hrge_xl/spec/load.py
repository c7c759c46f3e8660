"""From a spec folder to a `Spec`: all files, all mistakes at once, each with file, line and column."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from ..core.errors import (
    Mistake,
    SpecError,
    UsageError,
    UsedTwice,
    did_you_mean,
    nearest,
    remedy_for,
)
from ..core.work import gc_paused
from ..fields import FIELD_TYPES
from ..fields.field import NAMED
from ..language import Problem
from ..language.functions.words import NotAPattern, compiled_pattern, pieces
from . import model
from .carried import FACTS, SPEC, cache_folder, digest_of, is_copy, keep, pack, recall
from .check_answers import (
    check_comparisons,
    check_own_answers,
    rows_compared_with_themselves,
)
from .check_sheets import check_rules, check_sheets
from .check_texts import BLOCKS, FIELDS, check_names, check_texts, select
from .csv_file import take_in_facts, take_in_lists
from .expressions import Written, check_circles, check_expressions, expressions
from .model import (
    CatalogueBlock,
    ChecklistBlock,
    FieldBlock,
    FormBlock,
    MatrixBlock,
    RegisterBlock,
    Rule,
    Spec,
    Tool,
)
from .shape import HEAD, MADE, OWN_FILES, Shape, all_options, options_of
from .translations import FOLDER, SUFFIX, translated, translations_of
from .yaml_file import (
    FEWER,
    MOST_PARTS,
    TOO_MANY,
    SkippedInput,
    compose,
    file_beside,
    get,
    mapping,
    mistake_at,
    plain,
    scalar,
    sequence,
    size,
    walk,
)

SPEC_HOMES = (
    Path(__file__).parent.parent / "workbook_specs",  # installed: inside the package
    Path(__file__).parent.parent.parent / "workbook_specs",  # a checkout: beside it
)
SEPARATORS = {"/", os.sep}
EARLIER_PATTERNS = "earlier_patterns.yaml"
QUOTED = re.compile(r"""(?P<quote>['"])(?P<pattern>(?:(?!(?P=quote)).)*)(?P=quote)""", re.DOTALL)
MOST_REPEATED = 200  # columns that one field is written for
OF_EXPRESSIONS = ("formula", "check", "when", "relevant", "keep", "rank", "closed")
# what the answer is called that a check is about; and texts in quotes, which may have the word
OWN_VALUE = re.compile(r"(?P<quote>['\"]).*?(?P=quote)|\bvalue\b")
OF_A_PATTERN = ("pattern", model.OF_ROUNDS)  # options that hold one
OF_A_CONDITION = ("when", "check", "require", "reader_only")  # options of a rule
ACCOUNT = "imported.csv"  # what became of the parts of a source that a spec was imported from
# what else is looked into: by a demonstration, translators, authors
BESIDE = (
    "demo.yaml",
    "glossary.csv",
    ACCOUNT,
)
CHECKS = (
    check_texts,
    check_names,
    check_sheets,
    check_rules,
    check_expressions,
    check_comparisons,
    check_circles,
)


def spec_folders() -> list[Path]:
    """Return the folders that a process reads which loads specs by name: theirs, and where checked ones are kept."""
    return [*SPEC_HOMES, *filter(None, [cache_folder()])]


def names() -> list[str]:
    """Return names of the specs that come with the program."""
    return sorted({file.parent.name for home in SPEC_HOMES for file in home.glob(f"*/{HEAD_FILE}")})


def versions() -> dict[str, str]:
    """Return the version of each spec that comes with the program, by its name: only its first file is read."""
    heads = {name: (find(name) / HEAD_FILE).read_bytes() for name in names()}
    # every value is a text
    return {
        name: yaml.load(head, Loader=yaml.BaseLoader)["version"] for name, head in heads.items()
    }


def is_path(spec: str | Path) -> bool:
    """Say whether a folder is meant, and not the name of a spec: a path has a separator."""
    return (
        isinstance(spec, Path)
        or spec in (os.curdir, os.pardir)
        or any(mark in spec for mark in SEPARATORS)
    )


def find(spec: str | Path) -> Path:
    """Return the folder of a spec given by name or by path. Raises `UsageError` with the known names.

    A name is never a folder that happens to lie in the current one: anybody may have put it there.
    """
    for folder in (
        [Path(spec).absolute()] if is_path(spec) else [home / spec for home in SPEC_HOMES]
    ):
        if (folder / HEAD_FILE).is_file():
            return folder
    no_file = f"there is no file {Path(spec) / HEAD_FILE}"
    available = f"the names are {', '.join(names())}"
    reason = f"No spec '{spec}': {no_file if is_path(spec) else available}."
    hints = (did_you_mean(spec, names()).rstrip(), hint_at(spec))
    raise UsageError(reason, value=spec, remedy=" ".join(filter(None, hints)))


def typed(folder: str | Path) -> str:
    """Return a folder as it has to be typed so that it is not taken for a name."""
    text = str(folder)
    return text if is_path(text) else f"{os.curdir}{os.sep}{text}"


def hint_at(spec: str | Path) -> str:
    """Say what to write where a bare name is also that of a folder here; empty where it is not."""
    if is_path(spec) or not (Path(spec) / HEAD_FILE).is_file():
        return ""
    return f"For the folder {spec} in the current folder, write {typed(spec)}."


def load(spec: str | Path) -> model.Spec:
    """Load a spec by name or folder. Raises `SpecError` with every mistake in it."""
    folder = find(spec)
    return _load(folder, digest_of(pack(folder)))


@lru_cache(maxsize=16)
@gc_paused()
def _load(folder: Path, digest: str) -> model.Spec:
    """Return the spec in a folder whose files have this digest: the same files are taken apart once."""
    of_copy = is_copy(folder, digest)
    kept_as = f"copy {digest}" if of_copy else digest
    tree = recall(SPEC, kept_as, dict[str, Any])
    if tree is not None:
        return translated(
            model.Spec.model_validate(tree | {"digest": digest, "folder": str(folder)}), folder
        )
    loaded, root, mistakes = read(folder, digest)
    if mistakes and of_copy:
        loaded, root, mistakes = read_copy(folder, digest)
    if mistakes or loaded is None or root is None:
        raise SpecError(mistakes)
    files = pack(folder)
    # else it came from a file that has changed since, or that the digest does not cover
    sources = {node.start_mark.name for node in walk(root) if node.start_mark}
    if digest_of(files) == digest and files.keys() >= sources:
        keep(SPEC, kept_as, plain(root) | {"unread": list(loaded.unread)})
    loaded = translated(loaded, folder)
    if cache_folder() is not None and (translations := translations_of(loaded)):
        for language in translations.languages:
            with suppress(SpecError):  # told where the language is asked for
                # kept too: processes that read returned files may keep nothing
                translations.table(language)
    return loaded


def places(folder: Path) -> partial[Mistake]:
    """Return a function that puts a mistake at the place in the files of a spec that a path in its model leads to."""
    return partial(mistake_at, Assembly(folder).root())


def read(folder: Path, digest: str) -> tuple[model.Spec | None, Node | None, list[Mistake]]:
    """Return the spec in a folder, as much of it as could be read, with the tree that it came from and every
    mistake.
    """
    assembly = Assembly(folder)
    root = assembly.root()
    mistakes = assembly.mistakes
    skipped = assembly.skipped
    if root and size(root) > MOST_PARTS:
        return None, None, [*mistakes, Mistake(HEAD_FILE, 1, 1, TOO_MANY, FEWER)]
    if not isinstance(root, MappingNode):
        return None, None, mistakes
    shape = Shape(root, skipped, mistakes)
    loaded = shape.model(digest=digest, folder=str(folder))
    if loaded:
        wrong = [mistake for check in CHECKS for mistake in check(loaded)]
        doubled = [reason for _, reason, _ in wrong if isinstance(reason, UsedTwice)]
        mistakes += [
            mistake_at(root, path, reason, remedy)
            for path, reason, remedy in wrong
            if not skipped.explains(root, path, reason)
            and not any(name.explains(reason, remedy) for name in doubled)
        ]
        # else it may follow from others
        if all(mistake.file.startswith(f"{FACTS}/") for mistake in mistakes):
            mistakes += [
                mistake_at(root, path, reason, remedy)
                for path, reason, remedy in check_own_answers(loaded)
            ]
    # some may come from a file that nobody looks into; of lists it is said where they are named
    if mistakes:
        mistakes += (unused for unused in _unused_files(folder) if not unused.file.endswith(".csv"))
    return loaded, root, list(dict.fromkeys(mistakes))


# a copy of a spec that passed when it was taken, for a round or a dataset: rules for new specs that came later do not
# stop it. What this program cannot do as it was is left out, and told.


def read_copy(folder: Path, digest: str) -> tuple[model.Spec | None, Node | None, list[Mistake]]:
    """Read a copy that a new spec of these files would not pass as; what is left out stands in `unread` of the spec.

    The mistakes are those without whose parts there is no spec.
    """
    assembly = Assembly(folder)
    root = assembly.root()
    if not isinstance(root, MappingNode):
        return None, None, assembly.mistakes
    _replace_earlier_patterns(root)
    unread = list(_leave_out_patterns(root))
    mistakes: list[Mistake] = []
    loaded = Shape(root, assembly.skipped, mistakes).model(digest=digest, folder=str(folder))
    if loaded is None:
        return None, root, mistakes
    unread += [
        f"{mistake.file}:{mistake.line} is left out: {mistake.reason}" for mistake in mistakes
    ]
    unparsed = [written for written in expressions(loaded) if isinstance(written.expr, Problem)]
    for written in unparsed:
        unread.append(_leave_out_expression(root, written))
    mistakes = []
    remaining_shape = Shape(root, assembly.skipped, mistakes)
    return (
        remaining_shape.model(digest=digest, folder=str(folder), unread=tuple(unread)),
        root,
        mistakes,
    )


def _replace_earlier_patterns(root: Node) -> None:
    """Replace each pattern that a release published, and that today's engine cannot match, by one that it can."""
    equivalents = earlier_patterns()

    def replaced(match: re.Match[str]) -> str:
        equivalent = equivalents.get(hashlib.sha256(match["pattern"].encode()).hexdigest())
        return match[0] if equivalent is None else match[0].replace(match["pattern"], equivalent)

    for node in walk(root):
        if isinstance(node, ScalarNode):
            whole = equivalents.get(hashlib.sha256(node.value.encode()).hexdigest())
            node.value = whole or QUOTED.sub(replaced, node.value)


def _leave_out_patterns(root: Node) -> Iterator[str]:
    """Take the options out of the tree whose patterns today's engine cannot match; yield what is said of each."""
    for node in walk(root):
        for key, value in list(node.value) if isinstance(node, MappingNode) else ():
            if key.value not in OF_A_PATTERN or not isinstance(value, ScalarNode):
                continue
            try:
                compiled_pattern(value.value)
            except NotAPattern as error:
                node.value.remove((key, value))
                place = f"{value.start_mark.name}:{value.start_mark.line + 1}"
                yield f"{place}: `{key.value}` is left out: '{value.value}' cannot be matched ({error})."


@cache
def earlier_patterns() -> dict[str, str]:
    """Return the patterns of earlier releases that look around: SHA-256 → a pattern that matches the same texts."""
    files = [home / EARLIER_PATTERNS for home in SPEC_HOMES if (home / EARLIER_PATTERNS).is_file()]
    patterns: dict[str, str] = {}
    for file in files:
        patterns |= yaml.load(file.read_bytes(), Loader=yaml.BaseLoader)
    return patterns


def _leave_out_expression(root: Node, written: Written) -> str:
    """Take an expression out of the tree; return what is said of that. A rule stays, as one that is not run."""
    assert isinstance(written.expr, Problem)
    *steps, option = written.path
    holder: Node | None = root
    for step in steps:
        holder = get(holder, step)
    assert isinstance(holder, MappingNode)
    place = f"{holder.start_mark.name}:{holder.start_mark.line + 1}"
    if written.rule is None:
        holder.value[:] = [(key, value) for key, value in holder.value if key.value != option]
        field_code = f" of {written.field.code}" if written.field else ""
        return f"{place}: `{option}`{field_code} is left out: {written.expr.reason}"
    reason = f"This program cannot work out its condition: {written.expr.reason}"
    remaining_options = [
        (key.value, value) for key, value in holder.value if key.value not in OF_A_CONDITION
    ]
    holder.value[:] = mapping(
        [*remaining_options, ("reader_only", scalar(reason, holder.start_mark))], like=holder
    ).value
    return f"{place}: {written.rule.code} is not checked. {reason}"


def warnings(spec: Spec) -> list[Mistake]:
    """Return what is right in a spec, and hardly meant: files that are not used, matrices that count nothing, patterns
    that no sheet checks.
    """
    place = places(Path(spec.folder))
    mistakes = _unused_files(Path(spec.folder))
    for path, _, block in select(spec, BLOCKS):
        if isinstance(block, MatrixBlock) and not block.sources:
            reason = "The matrix has no sources, so that it counts nothing."
            mistakes.append(
                place((*path, "sources"), reason, "Name the registers whose rows it counts.")
            )
    for path, _, start in select(spec, f"{BLOCKS}/id"):
        if start[-1:].isalnum():
            reason = f"The rows are called {start}01, {start}02 and so on."
            mistakes.append(place(path, reason, f"Write {start}- if they are to be {start}-01."))
    for path, _, pattern in select(spec, f"{FIELDS}/pattern"):
        if pieces(pattern) is None:
            reason = "A sheet cannot check this pattern: only the reader does, when the workbook comes back."
            remedy = (
                "Write letters, digits and signs by place, such as [A-Z]{2}-[0-9]{4}, if you can."
            )
            mistakes.append(place(path, reason, remedy))
    mistakes += [place(*mistake) for mistake in rows_compared_with_themselves(spec)]
    return sorted(mistakes)


def _unused_files(folder: Path) -> list[Mistake]:
    """Say of each file that looks like a part of a spec, and is none, what to do."""
    assembly = Assembly(folder)
    mistakes = list[Mistake]()
    nodes = walk(assembly.root() or sequence([]))
    used = {
        HEAD_FILE,
        *BESIDE,
        *(f"{name}.yaml" for name in OWN_FILES),
        *(fault.file for fault in assembly.mistakes),
    }
    used |= {node.start_mark.name for node in nodes if node.start_mark}
    for path in [*sorted(folder.glob("[!.]*")), *sorted(folder.glob("tools/[!.]*"))]:
        file = path.relative_to(folder).as_posix()
        proper = path.with_suffix(".yaml")
        if file in used or path.suffix not in (".yaml", ".yml", ".csv", SUFFIX):
            continue
        near = nearest(file, [name for name in used if not (folder / name).exists()])
        if path.suffix == ".yml":
            reason = "This file is not used: those of a spec end in .yaml."
            keep_one = f"{proper.name} is there, too: keep one of the two."
            remedy = keep_one if proper.exists() else f"Rename it to {proper.name}."
        elif path.suffix == SUFFIX:
            reason = f"This file is not used: translations are read from {FOLDER}/."
            remedy = f"Move it to {FOLDER}/{path.name}."
        else:
            reason = "This file is not used: nothing in the spec names it."
            remedy = (
                f"Did you mean '{near}'?" if near else "Name it where it belongs, or remove it."
            )
        mistakes.append(Mistake(file, 1, 1, reason, remedy))
    return mistakes


# from the files of a spec to one tree

HEAD_FILE = "workbook.yaml"
FIELD_BLOCKS: dict[str, type[FieldBlock]] = {
    "form": FormBlock,
    "checklist": ChecklistBlock,
    "catalogue": CatalogueBlock,
    "register": RegisterBlock,
}
ELSEWHERE = {  # where that stands which is not an option of workbook.yaml
    "tools": "Write each tool into a file of the folder tools/, and its code into `sheets`.",
    "covered": "Write it into rules.yaml, as entries with `covered_by`.",
}


@dataclass
class Assembly:
    """The files of a spec folder put together; what was wrong with them, and what had to be left out."""

    folder: Path
    mistakes: list[Mistake] = field(default_factory=list)
    skipped: SkippedInput = field(default_factory=SkippedInput)

    def root(self) -> Node | None:
        """Return one tree out of all files; None where workbook.yaml is none at all."""
        head = self._file(HEAD_FILE)
        files = {name: f"{name}.yaml" for name in OWN_FILES}
        parts = {
            name: self._file(file) for name, file in files.items() if (self.folder / file).is_file()
        }
        tools = self._tools(head)
        if not isinstance(head, MappingNode):
            return None
        first = get(get(head, "languages"), 0)
        language = str(first.value) if first else ""
        take_in_lists(self.folder, parts.get("vocabularies"), language, self.mistakes, self.skipped)
        take_in_facts(self.folder, get(head, "facts"), self.mistakes)
        columns = parts.pop("columns", None)
        checks: list[Node] = []
        repeated: dict[str, list[str]] = {}
        for tool in tools:
            sheet = get(tool, "sheet")
            if isinstance(tool, MappingNode) and isinstance(sheet, Node):
                self._use_as(tool, "title", sheet)
            blocks = self._meant(tool, "blocks", options_of(Tool))
            for block in blocks.value if isinstance(blocks, SequenceNode) else ():
                self._take_in_columns(block, columns)
                repeated |= self._repeat_columns(block, parts.get("vocabularies"))
                self._take_in_file(block)
                checks += self._checks(tool, block)
        rules = parts.get("rules")
        if isinstance(rules, SequenceNode):
            parts |= self._rules(rules)
        if checks:
            of_file = parts.get("rules")
            entries = of_file.value if isinstance(of_file, SequenceNode) else []
            parts["rules"] = sequence([*entries, *checks], like=head)
        for part in (*tools, *filter(None, parts.values())) if repeated else ():
            _name_all(part, repeated)
        entries = [(key.value, value) for key, value in head.value if self._is_of_head(head, key)]
        entries += [(name, node) for name, node in parts.items() if node]
        return mapping([*entries, ("tools", sequence(tools))], like=head)

    def _file(self, name: str) -> Node | None:
        node = compose(self.folder / name, name, self.mistakes, self.skipped, all_options())
        if node is None:
            self.skipped.names.add(name)
        elif name == "rules.yaml" and not isinstance(node, SequenceNode):
            self._say(
                node, "This file is not a list of rules.", "Begin each rule with `- code: …`."
            )
        elif name != "rules.yaml" and not isinstance(node, MappingNode):
            reason = "This file is a list or a text, not options with their values."
            self._say(node, reason, "Write `option: value`.")
        else:
            return node
        return None

    def _say(self, node: Node, reason: str, remedy: str, *path: str) -> None:
        self.mistakes.append(mistake_at(node, path, reason, remedy))

    def _is_of_head(self, head: Node, key: Node) -> bool:
        """Say whether an option of workbook.yaml belongs there."""
        name = key.value
        if name in OWN_FILES:
            self._say(
                head, f"`{name}` does not belong here.", f"Put it into a file {name}.yaml.", name
            )
        elif name in MADE:
            options = ", ".join(options_of(Spec))
            remedy = ELSEWHERE.get(name, f"Remove it; the options here are {options}.")
            self._say(head, f"`{name}` is not an option here.", remedy, name)
        return name not in (*OWN_FILES, *MADE, *HEAD)

    # tools

    def _tools(self, head: Node | None) -> list[Node]:
        """Return the tool files in the order of `sheets`; each named once, each file named."""
        by_code: dict[str, Node] = {}
        for file in sorted((self.folder / "tools").glob("[!.]*.yaml")):
            node = self._file(f"tools/{file.name}")
            code = self._meant(node, "code", options_of(Tool))
            if node and code is None:
                self.skipped.take("", node)
                if not self.skipped.touches(node):
                    self.skipped.nameless = True
                    self._say(node, "The tool has no `code`.", "Add one, for example `code: PLAN`.")
            elif node and isinstance(code, ScalarNode):
                first = by_code.setdefault(code.value, node)
                if first is not node:
                    reason = f"The tool '{code.value}' is described twice, first in {first.start_mark.name}."
                    self._say(
                        node, reason, "Give one of the two another code, or remove it.", "code"
                    )
        sheets = self._meant(head, "sheets", (*options_of(Spec), *OWN_FILES, *MADE))
        if isinstance(sheets, SequenceNode):
            return self._in_order(sheets, by_code)
        if head is None or self.skipped.touches(head):
            pass
        elif sheets is None:
            self._say(head, "`sheets` is missing.", "List the codes of the tools in sheet order.")
        else:
            self._say(
                head,
                "`sheets` is not a list.",
                "List the codes of the tools: [PLAN, C1].",
                "sheets",
            )
        return list(by_code.values())

    def _meant(self, part: Node | None, option: str, options: Sequence[str]) -> Node | None:
        """Return what an option says, also where its name is misspelt, which is reported."""
        if get(part, option) is None and isinstance(part, MappingNode):
            for key, _ in part.value:
                if key.value not in options and nearest(key.value, (option,)) is not None:
                    reason = f"`{key.value}` is not an option here."
                    remedy = f"Did you mean '{option}'?"
                    self._say(part, reason, remedy, key.value)
                    key.value = option
                    break
        return get(part, option)

    def _in_order(self, sheets: SequenceNode, by_code: dict[str, Node]) -> list[Node]:
        ordered = list[Node]()
        remaining = dict(by_code)
        unknown = False
        for entry in sheets.value:
            if not isinstance(entry, ScalarNode):
                remedy = "Write the codes of the tools alone: [PLAN, C1]."
                self._say(entry, "This is not a code of a sheet.", remedy)
            elif entry.value in remaining:
                ordered.append(remaining.pop(entry.value))
            elif entry.value in by_code:
                self._say(entry, f"The sheet '{entry.value}' is listed twice.", "Keep one.")
            else:
                unknown = True
                if entry.value not in self.skipped.names and not self.skipped.nameless:
                    reason = f"The sheet '{entry.value}' is described in no file of tools/."
                    self._say(
                        entry, reason, remedy_for(entry.value, list(remaining) or list(by_code))
                    )
        for node in self._placed(ordered, list(remaining.values())):
            predecessor = _text(node, "after")
            if predecessor and predecessor not in by_code and not unknown:
                reason = f"The sheet '{predecessor}' is described in no file."
                self._say(node, reason, remedy_for(predecessor, list(by_code)), "after")
            elif not unknown:  # else a name of a sheet is wrong, and that is said
                reason = f"The tool '{_text(node, 'code')}' is not among the sheets."
                remedy = f"Add it to `sheets` in {HEAD_FILE}, or write here `after:` and the sheet before it."
                self._say(node, reason, remedy, "code")
            ordered.append(node)
        return ordered

    def _placed(self, ordered: list[Node], remaining: list[Node]) -> list[Node]:
        """Put each sheet behind the one that it names itself; gives those that have no place."""
        waiting = remaining[::-1]  # each goes directly behind: the last one first
        while True:
            positions = {_text(node, "code"): at for at, node in enumerate(ordered)}
            node = next((sheet for sheet in waiting if _text(sheet, "after") in positions), None)
            if node is None:
                return waiting[::-1]
            ordered.insert(positions[_text(node, "after")] + 1, node)
            waiting.remove(node)

    # what is taken in from other files

    def _take_in_columns(self, block: Node, columns: Node | None) -> None:
        """Replace each `- use: NAME` among the fields by the fields of that set."""
        kind = FIELD_BLOCKS.get(_text(block, "kind"))
        fields = (
            get(block, "fields") if kind is None else self._meant(block, "fields", options_of(kind))
        )
        if not isinstance(fields, SequenceNode):
            return
        expanded: list[Node] = []
        for entry in fields.value:
            use = get(entry, "use")
            if use is None:
                expanded.append(entry)
                continue
            for key, _ in entry.value:
                if key.value != "use":
                    reason = f"`{key.value}` does nothing beside `use`."
                    remedy = "Remove it, or write out the fields of the set here and change them."
                    self._say(entry, reason, remedy, key.value)
            column_set = get(columns, use.value) if isinstance(use, ScalarNode) else None
            if not isinstance(use, ScalarNode):
                self._say(
                    entry, "`use` must name one column set.", "Write `- use: NAME` for each.", "use"
                )
                self.skipped.nameless = True
            elif isinstance(column_set, SequenceNode):
                expanded.extend(column_set.value)
            elif use.value not in self.skipped.names and "columns.yaml" not in self.skipped.names:
                self.skipped.nameless = True  # nobody knows which fields it would bring
                sets = columns.value if isinstance(columns, MappingNode) else []
                set_names = [key.value for key, _ in sets]
                self._say(
                    use, f"There is no column set '{use.value}'.", remedy_for(use.value, set_names)
                )
        fields.value[:] = expanded
        for entry in expanded:
            self._name_list(entry)

    def _repeat_columns(self, block: Node, lists: Node | None) -> dict[str, list[str]]:
        """Write each field that says `for: LIST` once for every entry of the list; return the codes by the one written.

        Of several lists there is one for every combination.
        """
        fields = get(block, "fields")
        codes: dict[str, list[str]] = {}
        if not isinstance(fields, SequenceNode):
            return codes
        expanded: list[Node] = []
        for entry in fields.value:
            named = get(entry, "for")
            if named is None or not isinstance(entry, MappingNode) or not _text(entry, "code"):
                expanded.append(entry)
                continue
            columns = [
                _column_of(entry, combination)
                for combination in product(*self._entries_of(named, lists))
            ]
            if columns:
                codes[_text(entry, "code")] = [_text(column, "code") for column in columns]
            expanded += columns
        fields.value[:] = expanded
        return codes

    def _entries_of(self, named: Node, lists: Node | None) -> list[list[Node]]:
        """Return the entries of each list that `for` names; none where there is no such list, or too many."""
        names = named.value if isinstance(named, SequenceNode) else [named]
        entries: list[list[Node]] = []
        if not names or not all(isinstance(name, ScalarNode) for name in names):
            self._say(named, "`for` names no list.", "Write for: LIST, or for: [LIST, OTHER].")
            self.skipped.nameless = True
            return [[]]
        for name in names:
            code = str(name.value)
            items = get(get(lists, code), "items")
            if not isinstance(items, SequenceNode):
                known = (
                    [key.value for key, _ in lists.value] if isinstance(lists, MappingNode) else []
                )
                self._say(name, f"There is no vocabulary '{code}'.", remedy_for(code, known))
                self.skipped.nameless = True  # nobody knows which columns it would make
                return [[]]
            entries.append(items.value)
        number = prod(map(len, entries))
        if number > MOST_REPEATED:
            reason = f"This makes {number:,} columns; {MOST_REPEATED} are the most."
            self._say(named, reason, "Name shorter lists, or ask it in the rows of a register.")
            self.skipped.nameless = True
            return [[]]
        return entries

    def _name_list(self, entry: Node) -> None:
        """Take `type: choice NAME` apart: the type, and the list or the sheet that it needs."""
        kind = get(entry, "type")
        if not isinstance(entry, MappingNode) or not isinstance(kind, ScalarNode):
            return
        name, _, needed = kind.value.partition(" ")
        needs = {*FIELD_TYPES[name].needs} if needed and name in FIELD_TYPES else set()
        for option in NAMED & needs:
            kind.value = name
            one = scalar(needed.strip(), kind.start_mark)
            self._use_as(entry, option, sequence([one]) if option == "to" else one)

    @staticmethod
    def _use_as(part: MappingNode, option: str, value: Node) -> None:
        """Give a part an option that it does not have."""
        if get(part, option) is None:
            part.value.append((scalar(option, part.start_mark), value))

    def _take_in_file(self, block: Node) -> None:
        """Replace `items: {file: NAME}` by the items of that file; by none where it is not known which it has."""
        source = get(block, "items")
        name = get(source, "file")
        if not isinstance(name, ScalarNode) or not isinstance(block, MappingNode):
            return
        file = file_beside(self.folder, name, ".yaml", self.mistakes)
        items = file and compose(file, str(name.value), self.mistakes, self.skipped, all_options())
        items = items and self._items_in(items, source, name)
        if not items:
            items = sequence([], like=block)
        block.value[:] = [
            (key, items if key.value == "items" else value) for key, value in block.value
        ]

    def _items_in(self, file: Node, source: Node | None, name: ScalarNode) -> Node | None:
        """Return the items of a file: its list, or a named part of it whose keys are its own; to have none is told."""
        part, label, values = (get(source, option) for option in ("part", "label", "values"))
        if part is None and label is None and values is None:
            return file
        entries = file if part is None else get(file, str(part.value))
        if not isinstance(entries, SequenceNode):
            part_name = f" '{part.value}'" if part else ""
            remedy = "Name with `part` one of the lists in the file."
            self._say(part or name, f"The file '{name.value}' has no list{part_name}.", remedy)
            return None
        if label is None and values is None:
            return entries
        labels = "label" if label is None else str(label.value)
        columns = values.value if isinstance(values, MappingNode) else []
        return sequence([_item(entry, labels, columns) for entry in entries.value])

    # rules

    def _rules(self, entries: SequenceNode) -> dict[str, Node]:
        """Return the rules, one for each tool that an entry names, and apart from them what needs no rule."""
        rules: list[Node] = []
        covered: list[Node] = []
        for entry in entries.value:
            tools = get(entry, "tools")
            if get(entry, "covered_by"):
                covered.append(entry)
            elif tools is None:
                rules.append(entry)
            elif not isinstance(tools, SequenceNode) or not tools.value or get(entry, "tool"):
                reason = "`tools` must be a list of tools, and replaces `tool`."
                self._say(
                    entry,
                    reason,
                    "Write `tool: A` for one tool, `tools: [A, B]` for several.",
                    "tools",
                )
            else:
                shared_options = [
                    (key.value, value) for key, value in entry.value if key.value != "tools"
                ]
                rules += [
                    mapping([*shared_options, ("tool", tool)], like=entry) for tool in tools.value
                ]
        return {"rules": sequence(rules), "covered": sequence(covered)}

    def _checks(self, tool: Node, block: Node) -> Iterator[Node]:
        """Take the `checks` out of the fields of a block, and yield each as the rule that it is."""
        fields = get(block, "fields")
        if not isinstance(block, MappingNode) or not isinstance(fields, SequenceNode):
            return
        for entry in fields.value:
            checks = get(entry, "checks")
            code = get(entry, "code")
            if checks is None or not isinstance(code, ScalarNode):
                continue
            listed = checks.value if isinstance(checks, SequenceNode) else [checks]
            for number, check in enumerate(listed, 1):
                if isinstance(check, MappingNode):
                    for option in ("check", "when"):  # those name the field by `value`
                        self._meant(check, option, options_of(Rule))
                    yield _rule_of(check, _text(tool, "code"), code, number)
                else:
                    remedy = "Write checks: [{check: …, message: …}]."
                    self._say(check, "This is not a check with options of its own.", remedy)
        # copies: a set of columns stands in several blocks, each of which has its checks
        remaining = sequence([_without(entry, "checks") for entry in fields.value], like=fields)
        block.value[:] = [
            (key, remaining if value is fields else value) for key, value in block.value
        ]


def _column_of(field: MappingNode, combination: Sequence[Node]) -> MappingNode:
    """Return a field as it is asked for some entries of lists: their codes and labels stand behind its own."""
    codes = [_text(field, "code"), *(_text(entry, "code") for entry in combination)]
    labels = [get(field, "label"), *(get(entry, "label") for entry in combination)]
    by_tag = [_texts_of(label) for label in labels if label is not None]
    tags = dict.fromkeys(tag for texts in by_tag for tag in texts if tag)
    mark = field.start_mark
    words = {
        tag: ", ".join(texts.get(tag) or next(iter(texts.values()), "") for texts in by_tag)
        for tag in tags or ("",)
    }
    label = scalar(words.get("", ""), mark)
    whole: Node = label
    if tags:
        whole = mapping([(tag, scalar(text, mark)) for tag, text in words.items()], like=field)
    code = scalar(re.sub(r"\W+", "_", "_".join(codes)), mark)
    options = [
        (key.value, value)
        for key, value in field.value
        if key.value not in ("for", "code", "label")
    ]
    return mapping([("code", code), ("label", whole), *options], like=field)


def _texts_of(label: Node) -> dict[str, str]:
    """Return what a text says in each language; in that of bare texts as ""."""
    if isinstance(label, MappingNode):
        return {str(key.value): str(value.value) for key, value in label.value}
    return {"": str(label.value)}


def _name_all(part: Node, repeated: Mapping[str, Sequence[str]]) -> None:
    """Have the expressions of a part name all columns of a field that is written once."""
    names = re.compile(rf"(?P<quote>['\"]).*?(?P=quote)|\b({'|'.join(map(re.escape, repeated))})\b")

    def all_of(match: re.Match[str]) -> str:
        return match[0] if match["quote"] else f"({', '.join(repeated[match[0]])})"

    for node in walk(part):
        for key, value in node.value if isinstance(node, MappingNode) else ():
            if key.value in OF_EXPRESSIONS and isinstance(value, ScalarNode):
                value.value = names.sub(all_of, value.value)


def _without(part: Node, option: str) -> Node:
    """Return a part without one of its options."""
    if not isinstance(part, MappingNode) or get(part, option) is None:
        return part
    options = [(key, value) for key, value in part.value if key.value != option]
    return MappingNode(part.tag, options, part.start_mark, part.end_mark)


def _rule_of(check: MappingNode, tool: str, field: ScalarNode, number: int) -> Node:
    """Return the rule that a check of a field is: `value` is its answer, and a blank one is not checked."""
    mark = check.start_mark
    suffix = "" if number == 1 else f"-{number}"
    options: dict[str, Node] = {
        "code": scalar(f"R-{field.value}{suffix}", mark),
        "tool": scalar(tool, mark),
    }
    options["at"] = sequence([scalar(field.value, field.start_mark)], like=check)
    options["when"] = scalar(f"filled({field.value})", mark)
    for key, value in check.value:
        option = value
        if key.value in ("check", "when") and isinstance(value, ScalarNode):
            text = OWN_VALUE.sub(
                lambda match: match[0] if match["quote"] else field.value, value.value
            )
            if key.value == "when":
                text = f"filled({field.value}) and ({text})"
            option = scalar(text, value.start_mark)
        options[key.value] = option
    return mapping(list(options.items()), like=check)


def _text(node: Node, option: str) -> str:
    """Return what an option says; "" where it is not there."""
    value = get(node, option)
    return str(value.value) if isinstance(value, ScalarNode) else ""


def _item(entry: Node, label: str, columns: Sequence[tuple[Node, Node]]) -> Node:
    """Return an entry as an item: what its keys are called is up to the file."""
    keys = {"code": "code", "label": label, "section": "section"}
    key_of_column = {str(column.value): str(key.value) for column, key in columns}
    options = _under_names(entry, keys)
    values = mapping(_under_names(entry, key_of_column), entry)
    return mapping([*options, ("values", values)], entry)


def _under_names(entry: Node, keys: Mapping[str, str]) -> list[tuple[str, Node]]:
    """Return the values of an entry under other names; `keys` says under which key each stands there."""
    values = [(name, get(entry, key)) for name, key in keys.items()]
    return [(name, value) for name, value in values if value]
