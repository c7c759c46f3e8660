"""From the rows of a form, as XLSForm has them, to the neutral tree.

Questions outside of repeats make forms, each repeat a register of its own; a repeat within another one refers to it.
Groups are headings, and what decides whether a group is asked decides it of each of its questions.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..core.numerals import plain_number
from ..core.words import proper_tag
from ..fields import FIELD_TYPES
from ..fields.text import EMAIL_PATTERN
from ..language import Type
from ..language.functions.words import NotAPattern, fits
from .expressions import (
    ALWAYS,
    COUNTERPARTS,
    NEVER,
    XLSFORM,
    NoCounterpart,
    Printed,
    Printer,
    are_numbers,
    joined,
    parsed,
)
from .neutral import (
    BLANK_ROWS,
    MOST_BLANK_ROWS,
    DraftBlock,
    DraftField,
    DraftSpec,
    DraftTool,
    Entry,
    Said,
    SourcePart,
    cut,
    field_code,
    first_of,
    in_each,
    list_name,
    unique,
)

MOST_CELLS, LONGEST_CHECK = 12, 1500
LETTERS = 4  # before the number of a row: its column has no room for more
SELECT = re.compile(
    r"(?P<how>select_one_external|select[ _]one(?:_from_file)?|select1|select[ _]multiple(?:_from_file)?|"
    r"select all that apply|select)(?: from)?\s+(?P<list>\S+?)(?P<other>[ _]or[ _](?:specify[ _])?other)?"
)
NO_QUESTION = re.compile(r"\s*(?:note\b|begin|end[ _])", re.IGNORECASE)
PAIR = re.compile(r"(\w+) == '([^']*)'")
EDGE = re.compile(r"(begin|end)[ _](group|repeat|loop)\b")
MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|\*\*|^#+ ")
PIPED = re.compile(r"\$\{\s*([^}]+?)\s*\}|%\(\w+\)s")
RANGE = re.compile(r"(start|end|step)\s*=\s*(-?\d+(?:\.\d+)?)")
LIMITS = {  # options of fields, and the checks that say the same
    "minimum": re.compile(r"value >= (-?[0-9.]+)"),
    "maximum": re.compile(r"value <= (-?[0-9.]+)"),
    "characters": re.compile(r"length\(value\) <= ([1-9][0-9]*)"),
    "pattern": re.compile(r"""email\(value\)|matches\(value, ('[^']*'|"[^"]*")\)"""),
}
# that expressions become, where they are called otherwise
OPTIONS = {"calculation": "formula", "choice_filter": "parent"}
REQUIRED = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
TICKED = dict.fromkeys(("OK", "ok", "yes", "true"), "Y") | {"false": "N", "no": "N"}


@dataclass
class FormRow:
    """A row of the sheets `survey` or `choices`: what it says under each heading, and its parts of the account."""

    said: dict[str, str]
    part: SourcePart
    expressions: dict[str, SourcePart] = field(default_factory=dict)  # by their headings


@dataclass
class SourceForm:
    """A form: its questions and the entries of its lists in order, and the account of the file that it comes from."""

    draft: DraftSpec
    survey: list[FormRow] = field(default_factory=list)
    choices: list[FormRow] = field(default_factory=list)
    columns: dict[str, SourcePart] = field(default_factory=dict)
    default_language: str = ""


@dataclass
class QuestionGroup:
    """A group or a repeat around questions: its heading, what decides whether it is asked, the sheet that it is on."""

    repeats: bool
    title: Said
    tool: DraftTool  # of what follows behind it
    conditions: list[SourcePart] = field(default_factory=list)


@dataclass
class FormQuestion:
    """A question: its row, the field that it became, and where that stands."""

    row: FormRow
    made: DraftField
    groups: tuple[QuestionGroup, ...]
    tool: DraftTool
    listed: str = ""  # the list of the source that it draws from
    codes: Mapping[str, str] | None = None  # of the entries of its list, by their names in the source
    result: Printed | NoCounterpart | None = None  # of its calculation
    changes: list[str] = field(default_factory=list)  # of what it is worked out from

    @property
    def repeats(self) -> tuple[QuestionGroup, ...]:
        """What it is asked in once a row."""
        return tuple(group for group in self.groups if group.repeats)


def converted(form: SourceForm) -> DraftSpec:
    """Give the neutral tree of a form."""
    walk = _FormWalk(form)
    for row in form.survey:
        for heading, text in row.said.items():
            kind = heading.partition("::")[0]
            if kind in COUNTERPARTS["conditions"]:
                part = row.expressions[heading] = form.draft.part(kind, f"{row.part.place} {heading}", text)
                part.leave_out("what it is about was left out")
                if NO_QUESTION.match(row.said.get("type", "")):
                    part.keep("", "it asks nothing of what has no answer")
        walk.take(row)
    walk.place_notes()
    for question in walk.asked:
        _Conditions(walk, question).settle()
    for note, option, options in walk.placed:
        options[option] = _behind(options.get(option, ""), _Conditions(walk, note).told())
    return form.draft


class _FormWalk:
    """Goes through the rows of a form, and makes a field of each question."""

    def __init__(self, form: SourceForm) -> None:
        self.form, self.draft = form, form.draft
        self.lists = defaultdict[str, list[FormRow]](list)
        for row in form.choices:
            self.lists[row.said.get("list_name", "")].append(row)
            row.part.leave_out("no question that was kept draws from its list")
        self.tags = self._languages()
        self.asked = list[FormQuestion]()
        self.questions: dict[str, FormQuestion] = {}  # by name, the first of each
        self.named = {"..": Printed("row_number()", Type.NUMBER)}  # what is no question
        self.codes = set[str]()
        self.tool = self.draft.new_tool("FORM", first_of(self.draft.title), self.draft.title)
        self.groups = list[QuestionGroup]()
        self.notes = list[FormQuestion]()
        self.placed = list[tuple[FormQuestion, str, dict[str, Any]]]()  # as which option of what
        self.fresh = True  # whether a heading comes next

    def _languages(self) -> dict[str, str]:
        """Give the tag of each language by what the headings call it; "" is the language of those that name none."""
        found: dict[str, str] = {}
        default = _tag(self.form.default_language)
        for heading in dict.fromkeys(
            heading for row in (*self.form.survey, *self.form.choices) for heading in row.said
        ):
            text, _, language = heading.partition("::")
            tag = _tag(language) if language else default or "en"
            if text in COUNTERPARTS["texts"] and tag:
                found[language] = tag
            elif text in COUNTERPARTS["texts"] and heading in self.form.columns:
                why = f"no language is known as “{language}”: write its tag behind it, such as {text}::{language} (fr)"
                self.form.columns[heading].leave_out(why)
        tags = sorted(dict.fromkeys(found.values()), key=lambda tag: tag != default)
        self.draft.languages = tags or ["en"]
        return found

    def words(self, row: FormRow, text: str) -> Said:
        """Give a text of a row in every language, without markup, and with a question in place of its answer."""
        named = {name: row.said.get(f"{text}::{name}" if name else text) for name in self.tags}
        found = {self.tags[name]: words for name, words in named.items() if words}

        def asked(match: re.Match[str]) -> str:
            question = self.questions.get(match[1] or "")
            return f"[{cut(first_of(question.made.label), 40)}]" if question else "…"

        plain = {tag: " ".join(MARKUP.sub("", PIPED.sub(asked, said)).split()) for tag, said in found.items()}
        if plain != found:
            row.part.change("texts stand without markup, and with a question in place of its answer")
        first, *others = self.draft.languages
        return {first: first_of(plain), **plain} if others and plain else first_of(plain)

    def take(self, row: FormRow) -> None:
        """Make of a row what it is."""
        kind = " ".join(row.said.get("type", "").split())
        edge = EDGE.match(kind.casefold())
        if kind.casefold() == "note" and "calculation" not in row.expressions:
            row.part.keep("a text above the questions that follow")
            if note := self.words(row, "label"):
                made = DraftField("", "", note)
                self.notes.append(FormQuestion(row, made, tuple(self.groups), self.tool))
        elif not edge:
            self._question(row, kind)
        else:
            row.part.keep()
            self.place_notes()
            self.fresh = True
            if edge[1] == "begin":
                self._begin(row, repeats=edge[2] == "repeat")
            elif self.groups:
                self.tool = self.groups.pop().tool

    def _begin(self, row: FormRow, *, repeats: bool) -> None:
        group = QuestionGroup(repeats, self.words(row, "label"), self.tool)
        for part in row.expressions.values():
            if part.kind == "relevant":
                group.conditions.append(part)
                part.keep("", "asked of each question of the group")
        inside = any(outer.repeats for outer in self.groups)
        self.groups.append(group)
        if not repeats:
            return
        name = row.said.get("name", "repeat")
        title = group.title or name
        self.tool = self.draft.new_tool(self.draft.free_code(name), first_of(title), title)
        self.named[name] = Printed("1", Type.NUMBER, rows=self.tool.code)
        if purpose := row.said.get("purpose"):
            self.tool.options["purpose"] = purpose
        count = row.said.get("repeat_count", "")
        fits = count.isdecimal() and 0 < int(count) <= MOST_BLANK_ROWS
        rows = int(count) if fits else BLANK_ROWS
        block = DraftBlock("register", {"id": f"{self.tool.code[:LETTERS]}-", "rows": rows})
        self.tool.blocks.append(block)
        if count:
            part = row.expressions["repeat_count"]
            part.keep("as many blank rows") if fits else part.leave_out("rows that are not needed stay blank")
        if inside:
            code = field_code(f"{self.tool.code}_IN_{group.tool.code}", self.codes)
            block.fields.append(DraftField(code, "reference", group.tool.title, {"to": [group.tool.code]}))
            row.part.change(f"{code} says to which row of {group.tool.code} a row belongs")

    def place_notes(self, block: DraftBlock | None = None) -> None:
        """Put the notes so far into the help of the block that follows; where nothing does, into the purpose."""
        option, options = ("help", block.options) if block else ("purpose", self.tool.options)
        self.placed += [(note, option, options) for note in self.notes]
        self.notes = []

    def _block(self, made: DraftField) -> DraftBlock:
        """Give the block that a question goes into: a new one below a heading or a note, but in a table."""
        headings = (group.title for group in reversed(self.groups) if not group.repeats)
        title = in_each(next(filter(first_of, headings), ""), cut)
        blocks = self.tool.blocks
        if blocks and blocks[0].kind == "register":
            self.place_notes()
            if self.fresh and title and not self.groups[-1].repeats:
                made.options["band"] = {"label": title}
        elif not blocks or self.notes or (self.fresh and title != blocks[-1].options.get("title", "")):
            blocks.append(DraftBlock("form", {"title": title} if self.fresh and title else {}))
            self.place_notes(blocks[-1])
        self.fresh = False
        return blocks[-1]

    def _question(self, row: FormRow, kind: str) -> None:
        name = row.said.get("name", "")
        type, *changes = COUNTERPARTS["types"].get("calculate" if kind == "note" else kind.casefold(), [""])
        how, listed, other = chosen.groups() if (chosen := SELECT.fullmatch(kind)) else ("", "", "")
        if how and listed not in self.lists:
            type, changes = "text", [f"its list “{listed}” is not in the file, so that it is a text"]
            listed = ""
        elif how:
            type = "many" if re.search("multiple|all", how) else "choice"
        if not type or not name:
            why = next(why for like, why in COUNTERPARTS["without"] if re.fullmatch(like, kind.casefold()))
            row.part.leave_out(why if name else "it has no name")
            if kind.casefold() in ("today", "start", "end"):
                self.named[name] = Printed("today()", Type.DATE)
            return
        row.part.keep("", *changes)
        made = DraftField(field_code(name, self.codes), type, "", {"tag": name}, parts={"": [row.part]})
        block = self._block(made)
        named = f"{name[:1].upper()}{name[1:].replace('_', ' ')}"
        made.call(self.words(row, "label") or named, self.words(row, "hint"), row.part)
        if example := row.said.get("example"):
            made.options["example"] = cut(example, 60)
        question = FormQuestion(row, made, tuple(self.groups), self.tool, listed)
        if listed:
            made.options["vocabulary"], question.codes = self.list_of(listed, other=bool(other))
            entries = len(question.codes)
            if type == "many":
                made.options["cells"] = min(entries, MOST_CELLS)
                if entries > MOST_CELLS:
                    row.part.change(f"at most {MOST_CELLS} of its {entries} entries can be given")
        elif type in ("tick", "yesno"):
            question.codes = TICKED
        elif kind.casefold() == "range":
            given = {"start": "0", "end": "10"} | dict(RANGE.findall(row.said.get("parameters", "")))
            made.type = "decimal" if "." in "".join(given.values()) else "integer"
            made.options |= {"minimum": float(given["start"]), "maximum": float(given["end"])}
        elif type == "text" and "multiline" in row.said.get("appearance", ""):
            made.type = "long"
        block.fields.append(made)
        self.asked.append(question)
        self.questions.setdefault(name, question)
        if listed and other:
            condition = f"'OTHER' in {made.code}" if type == "many" else f"{made.code} == 'OTHER'"
            label = in_each(made.label, lambda text: cut(f"{text} (other)"))
            code = field_code(f"{made.code}_OTHER", self.codes)
            block.fields.append(DraftField(code, "text", label, {"relevant": condition}))
            row.part.change(f"what “other” is stands in {code}")

    def list_of(
        self, name: str, parents: Mapping[str, str] | None = None, *, other: bool = False
    ) -> tuple[str, dict[str, str]]:
        """Give the name of a list in the spec, and the codes of its entries by their names.

        Of a list that is filtered there are those entries whose places have `parents`, or "" where they have none.
        """
        codes: dict[str, str] = {}
        entries: list[Entry] = []
        labels, taken = set[str](), set[str]()
        numbered = are_numbers([row.said.get("name", "") for row in self.lists[name]])
        for row in self.lists[name]:
            parent = "" if parents is None else parents.get(row.part.place)
            if parent is None:
                continue
            if not (old := row.said.get("name", "")):
                row.part.leave_out("it has no name")
                continue
            taken.add(code := unique(re.sub(r"[;\s]+", "_", old).upper(), taken))
            same = code.casefold() == old.casefold()
            row.part.keep("", *([] if same else [f"its code is {code}"]))
            label = in_each(self.words(row, "label") or old, lambda text: cut(text, 190))
            if not labels.isdisjoint(map(str.casefold, _all(label))):
                label = _behind(label, f"({cut(code, 40)})")
            labels.update(map(str.casefold, _all(label)))
            entries.append({"code": code, "label": label} | ({} if same else {"aliases": [old]}))
            codes.setdefault(old, code)
            entries[-1] |= {"parent": parent} if parent else {}
            if numbered:
                entries[-1]["value"] = plain_number(old)
        if other and "OTHER" not in codes.values():
            entries.append({"code": "OTHER", "label": "Other (please say)" if "other" in labels else "Other"})
            codes["other"] = "OTHER"
        return self.draft.listed(list_name(name), entries), codes


@dataclass
class _Conditions:
    """Says of one question when it is asked, what is required, what is checked, and what it is worked out from."""

    walk: _FormWalk
    question: FormQuestion
    holds: dict[str, list[str]] = field(default_factory=lambda: {"relevant": [], "constraint": []})

    def told(self) -> Said:
        """Give the text of a note, its condition in front: a sheet shows it in any case."""
        for part in self.question.row.expressions.values():
            if part.kind == "relevant":
                self._settle(part)
                if self.holds["relevant"]:
                    part.change("it stands in front of the text, which is shown in any case")
        holds = "".join(f"[{condition}] " for condition in self.holds["relevant"])
        return in_each(self.question.made.label, holds.__add__)

    def settle(self) -> None:
        """Make options of every expression of the question, and tell of each what became of it."""
        row, made = self.question.row, self.question.made
        holds = self.holds
        for part in (part for group in self.question.groups for part in group.conditions):
            try:
                holds["relevant"].append(self._condition(part)[0])
            except NoCounterpart as why:
                part.change(f"not of {made.code}: {why}")
        for part in row.expressions.values():
            made.of(OPTIONS.get(part.kind, part.kind), part)
            self._settle(part)
        if holds["relevant"]:
            made.options["relevant"] = _joined(holds["relevant"])
        if holds["constraint"]:
            self._check(_joined(holds["constraint"]))
        if "default" in made.options and not made.options.keys().isdisjoint(holds):
            made.leave_out(
                "default", "an untouched default is an answer, and may be wrong until others are given"
            )
        if made.type == "calculated" and "formula" not in made.options:
            reasons = [part.how for part in made.parts.get("formula", ())]
            self.walk.draft.leave_out(
                made, f"its calculation was left out: {' '.join(reasons) or 'there is none'}"
            )

    def _settle(self, part: SourcePart) -> None:
        ways = {"choice_filter": self._depends, "calculation": self._worked_out, "required": self._required,
                "default": self._default}  # fmt: skip
        try:
            if part.kind in ways:
                ways[part.kind](part)
            else:
                found, changes = self._condition(part)
                self.holds[part.kind].append(found)
                part.keep(found, *changes)
        except NoCounterpart as why:
            part.leave_out(str(why))

    def _condition(self, part: SourcePart) -> tuple[str, list[str]]:
        printer = Printer(self._find, XLSFORM)
        return printer.condition(parsed(part.text, XLSFORM)).tidy, printer.changes

    def _required(self, part: SourcePart) -> None:
        made, always = self.question.made, REQUIRED.get(part.text.casefold().removesuffix("()"))
        if always is None:
            found, changes = self._condition(part)
            made.options["required"] = {"when": found}
            part.keep(found, *changes)
        else:
            made.options |= {"required": "always"} if always and made.type != "calculated" else {}
            part.keep()

    def _check(self, check: str) -> None:
        """Make the limits that a field can have, and one check of the rest; with a message it is one check of all."""
        made, said = self.question.made, self.walk.words(self.question.row, "constraint_message")
        tree, rest = ast.parse(check, mode="eval").body, list[str]()
        for part in tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]:
            option, value = _limit(ast.unparse(part), made.options.get("example", ""))
            if said or option not in FIELD_TYPES[made.type].allows or option in made.options:
                rest.append(ast.unparse(part))
            else:
                made.options[option], made.parts[option] = value, made.parts["constraint"]
        if rest:
            if not said:
                made.notes.append("its message: the source has none that says what is wrong")
            words = str.maketrans("{}", "()")  # braces name answers
            check = _joined(rest)
            message = in_each(said or f"This must hold: {check}", lambda text: cut(text.translate(words)))
            made.options["constraint"] = {"check": check, "message": message}

    def _default(self, part: SourcePart) -> None:
        text, codes, made = part.text, self.question.codes, self.question.made
        if "${last-saved#" in text:
            part.keep("", "what was answered in the round before is carried over in any case")
            return
        if "${" in text or text.endswith(")"):
            raise NoCounterpart("a default is issued with the workbook, and depends on no answer")
        several = made.type == "many"
        value = [(codes or {}).get(name, name) for name in (text.split() if several else [text])]
        made.options["default"] = value if several else value[0]
        part.keep()

    def _depends(self, part: SourcePart) -> None:
        """Offer a part of a list, have it depend on the answer that a filter names, or check what is chosen."""
        question, made, tree = self.question, self.question.made, parsed(part.text, XLSFORM)
        columns = {column.casefold() for column in re.findall(r"\bname\['([^']+)'\]", ast.unparse(tree))}
        printer = Printer(self._find, XLSFORM)
        if not columns or (columns == {"name"} and made.type == "choice"):
            own = ast.parse(ast.unparse(tree).replace("name['name']", "ask['.']"), mode="eval")
            self._check_choice(part, printer.condition(own.body).text, printer.changes)
            return
        if question.codes is None:
            raise NoCounterpart("what it filters is no list of the file")
        offered: dict[str, str] = {}  # under which condition each entry is, by its place
        for row in self.walk.lists[question.listed]:
            printer.columns = row.said
            holds = printer.condition(tree).text
            if holds != NEVER and "blank(" not in holds:
                offered[row.part.place] = holds
        if not offered:
            raise NoCounterpart(f"no entry would be offered: {'; '.join(dict.fromkeys(printer.changes))}")
        for column in columns & self.walk.form.columns.keys():
            self.walk.form.columns[column].keep("the list depends on it")
        pairs = {place: _pairs(holds) for place, holds in offered.items()}
        beside = (it for it in reversed(self.walk.asked) if it.tool is question.tool)
        choices = (it for it in beside if it.made.type == made.type == "choice")
        above = next((it for it in choices if all(it.made.code in each for each in pairs.values())), None)
        parents = {place: each[above.made.code] if above else "" for place, each in pairs.items()}
        lists, whole = self.walk.draft.vocabularies, made.options["vocabulary"]
        parted, question.codes = self.walk.list_of(question.listed, parents)
        made.options["vocabulary"] = parted
        drawn = [each.made.options.get("vocabulary") for each in self.walk.asked]
        if whole not in drawn and drawn.count(parted) == 1:  # then the name is free
            lists[whole] = lists.pop(parted)
            made.options["vocabulary"] = whole
        if above:
            made.options["parent"] = above.made.code
            _join_blocks(question.tool, above.made, made)
            alone = all(len(each) == 1 for each in pairs.values())
            part.keep(f"parent: {above.made.code}", *([] if alone else ["by this alone"]))
            return
        chosen = defaultdict[str, list[str]](list)  # under each condition
        for row in self.walk.lists[question.listed]:
            if code := question.codes.get(row.said.get("name", "")):
                holds = offered.get(row.part.place, ALWAYS)
                chosen[holds].append(f"{code!r} in value" if made.type == "many" else f"value == {code!r}")
        checks = [f"(not ({' or '.join(chosen[holds])}) or {holds})" for holds in chosen if holds != ALWAYS]
        self._check_choice(part, joined("and", checks).text, printer.changes)

    def _check_choice(self, part: SourcePart, check: str, changes: list[str]) -> None:
        """Check what is chosen where a list cannot depend on all that a filter names."""
        made = self.question.made
        if check == ALWAYS:
            part.keep("what fits always is offered")
            return
        if len(check) > LONGEST_CHECK:
            raise NoCounterpart(
                "it depends on more than one choice on its sheet, and has too many entries to check"
            )
        self.holds["constraint"].append(check)
        made.parts["constraint"] = [*made.parts.get("constraint", ()), *made.parts.pop("parent")]
        part.keep(check, "all entries are offered, and what is chosen is checked", *changes)

    def _worked_out(self, part: SourcePart) -> None:
        part.keep(self.calculation().tidy, *self.question.changes)

    def calculation(self) -> Printed:
        """Give what the question is worked out from; what it needs of others is worked out first."""
        question, made = self.question, self.question.made
        if question.result is None:
            question.result = NoCounterpart("it leads back to itself")
            printer = Printer(self._find, XLSFORM, question.changes)
            try:
                if question.listed:
                    raise NoCounterpart("what is chosen from a list is not worked out")
                question.result = found = printer.value(parsed(question.row.said["calculation"], XLSFORM))
                if made.type != "calculated":
                    question.row.part.change(f"a {made.type} that is calculated")
                made.type = "calculated"
                made.options |= found.options
                question.codes = found.codes
            except NoCounterpart as why:
                question.result = why
                self._have_it_typed()
        if isinstance(question.result, NoCounterpart):
            raise NoCounterpart(str(question.result))
        return question.result

    def _have_it_typed(self) -> None:
        """Ask for what cannot be worked out, where others depend on it: as a number where they count with it."""
        made, row = self.question.made, self.question.row
        name = rf"\$\{{\s*{re.escape(row.said.get('name', ''))}\s*\}}"
        others = [part.text for other in self.walk.form.survey for part in other.expressions.values()]
        if made.type == "calculated" and any(re.search(name, text) for text in others):
            number = (
                rf"{name}\s*(?:[<>*+-]|div\b|!?=\s*\d)|(?:[<>*+]=?|int\(|indexed-repeat\([^)]*,)\s*{name}"
            )
            counted = any(re.search(number, text) for text in others)
            made.type = "decimal" if counted else "text"
            row.part.change("it is typed, not worked out: others depend on it")

    def _find(self, name: str) -> Printed:
        """Give an answer: of the same row, of the row around it, asked once, or of all rows of a repeat."""
        found = self.question if name == "." else self.walk.questions.get(name)
        if found is None:
            if name in self.walk.named:
                return self.walk.named[name]
            raise NoCounterpart(f"no question that was kept is called “{name}”")
        made, here, there = found.made, self.question.repeats, found.repeats
        if found.row.said.get("calculation") and found is not self.question:
            with suppress(NoCounterpart):  # then it is asked, or is not there, which the checks tell
                _Conditions(self.walk, found).calculation()
        answer = Printed("value" if name == "." else made.code, made.yields, found.codes)
        if there == here or not there:
            return answer
        if there == here[:-1]:
            reference = next(
                field.code for field in self.question.tool.blocks[0].fields if field.type == "reference"
            )
            return answer._replace(text=f"lookup({reference}, {answer.text})")
        if there[:1] != here[:1]:
            return answer._replace(rows=found.tool.code)
        raise NoCounterpart(f"{made.code} is asked in the rows of another sheet")


def _tag(language: str) -> str | None:
    """Give the tag of a language that a heading names: `French (fr)`, `French(fr)`, `fr`, `French`."""
    within = re.search(r"\(([\w-]+)\)\s*$", language)
    return (proper_tag(within[1]) if within else None) or proper_tag(language.partition("(")[0].strip())


def _joined(conditions: list[str]) -> str:
    return joined("and", [f"({condition})" for condition in dict.fromkeys(conditions)]).tidy


def _all(said: Said) -> list[str]:
    return [*said.values()] if isinstance(said, dict) else [said]


def _behind(before: Said, said: Said) -> Said:
    """Put one text behind another one, in every language of that."""
    if not before:
        return said
    if isinstance(before, str):
        return f"{before} {first_of(said)}"
    return {
        tag: f"{text} {said.get(tag, '') if isinstance(said, dict) else said}".rstrip()
        for tag, text in before.items()
    }


def _limit(check: str, example: str) -> tuple[str, Any]:
    """Give the option that says the same as a check, and its value; nothing where there is none.

    A pattern has to be told by an example.
    """
    for option, like in LIMITS.items():
        if found := like.fullmatch(check):
            value = ast.literal_eval(found[1]) if found[1] else EMAIL_PATTERN
            with suppress(NotAPattern):
                if option != "pattern" or not found[1] or fits(value, example):
                    return option, value
    return "", ""


def _pairs(condition: str) -> dict[str, str]:
    """Give the codes that answers have where a condition holds; nothing where it asks for more."""
    more = re.sub(r" and |[()]", "", PAIR.sub("", condition))
    return {} if more else dict(PAIR.findall(condition))


def _join_blocks(tool: DraftTool, first: DraftField, last: DraftField) -> None:
    """Make one form of those that two fields stand in: a list can depend on a field of its own block only."""
    places = [
        place for place, block in enumerate(tool.blocks) if first in block.fields or last in block.fields
    ]
    for block in tool.blocks[places[0] + 1 : places[-1] + 1]:
        tool.blocks[places[0]].fields += block.fields
    del tool.blocks[places[0] + 1 : places[-1] + 1]
