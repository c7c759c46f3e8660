"""What the expressions of a form say of a question: when it is asked, what is checked, what it is worked out from."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

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
    joined,
    parsed,
)
from .neutral import DraftField, DraftTool, Said, SourcePart, cut, in_each
from .source_form import FormRow, SourceForm

LONGEST_CHECK = 1500
PAIR = re.compile(r"\b(\w+) == '([^']*)'")
LIMITS = {  # options of fields, and the checks that say the same
    "minimum": re.compile(r"value >= (-?[0-9.]+)"),
    "maximum": re.compile(r"value <= (-?[0-9.]+)"),
    "characters": re.compile(r"length\(value\) <= ([1-9][0-9]*)"),
    "pattern": re.compile(r"""email\(value\)|matches\(value, ('[^']*'|"[^"]*")\)"""),
}
# that expressions become, where they are called otherwise
OPTIONS = {"calculation": "formula", "choice_filter": "parent"}
Counterpart = tuple[
    str, list[str]
]  # what an expression became, and what about that is another than before


@dataclass
class QuestionGroup:
    """A group or a repeat around questions: its heading, the sheet that it is on, what decides whether it is asked."""

    repeats: bool
    title: Said
    tool: DraftTool
    conditions: list[SourcePart] = field(default_factory=list)


@dataclass
class Questionnaire:
    """All questions that a form asks, in order, and what its expressions can name."""

    form: SourceForm
    asked: list[FormQuestion] = field(default_factory=list)
    named: dict[str, FormQuestion | Printed] = field(
        default_factory=lambda: {"..": Printed("row_number()", Type.NUMBER)}
    )


@dataclass
class FormQuestion:
    """A question, or a note: its row, the field that it became, and what that is in."""

    among: Questionnaire
    row: FormRow
    made: DraftField
    groups: tuple[QuestionGroup, ...]  # the whole form first
    listed: str = ""  # the list of the source that it draws from
    codes: Mapping[str, str] | None = (
        None  # of the entries of its list, by their names in the source
    )
    result: Counterpart | NoCounterpart | None = None  # of its calculation
    holds: dict[str, list[str]] = field(default_factory=lambda: {"relevant": [], "constraint": []})

    @property
    def tool(self) -> DraftTool:
        """The sheet that it stands on."""
        return self.groups[-1].tool

    @property
    def repeats(self) -> list[QuestionGroup]:
        """What it is asked in once a row."""
        return [group for group in self.groups if group.repeats]

    def told(self) -> Said:
        """Return the text of a note, its condition in front: a sheet shows it in any case."""
        for part in self.row.expressions.values():
            if part.kind == "relevant":
                self._settle(part)
                if self.holds["relevant"]:
                    part.change("it stands in front of the text, which is shown in any case")
        holds = "".join(f"[{condition}] " for condition in self.holds["relevant"])
        return in_each(self.made.label, holds.__add__)

    def settle(self) -> None:
        """Make options of every expression of the question, and tell of each what became of it."""
        made = self.made
        holds = self.holds
        for part in (part for group in self.groups for part in group.conditions):
            try:
                holds["relevant"].append(self._condition(part.text)[0])
            except NoCounterpart as why:
                part.change(f"not of {made.code}: {why}")
        for part in self.row.expressions.values():
            made.of(OPTIONS.get(part.kind, part.kind), part)
            self._settle(part)
        if holds["relevant"]:
            made.options["relevant"] = _joined(holds["relevant"])
        if holds["constraint"]:
            self._check(_joined(holds["constraint"]))
        if "default" in made.options and not made.options.keys().isdisjoint(holds):
            reason = "an untouched default is an answer, and may be wrong until others are given"
            made.leave_out("default", reason)
        if made.type == "calculated" and "formula" not in made.options:
            reasons = (
                " ".join(part.how for part in made.parts.get("formula", ())) or "there is none"
            )
            self.among.form.draft.leave_out(made, f"its calculation was left out: {reasons}")

    def _settle(self, part: SourcePart) -> None:
        ways = {
            "relevant": self._condition,
            "constraint": self._condition,
            "required": self._required,
            "default": self._default,
            "choice_filter": self._filter,
            "calculation": self._calculation,
        }
        try:
            if part.kind not in ways:
                raise NoCounterpart("only a repeat has a number of rows")
            found, changes = ways[part.kind](part.text)
        except NoCounterpart as why:
            part.leave_out(str(why))
        else:
            part.keep(found, *changes)
            if part.kind in self.holds:
                self.holds[part.kind].append(found)

    def _condition(self, text: str) -> Counterpart:
        printer = Printer(self._find, XLSFORM)
        return printer.condition(parsed(text, XLSFORM)).tidy, printer.changes

    def _required(self, text: str) -> Counterpart:
        always = COUNTERPARTS["always"].get(text.casefold().removesuffix("()"))
        if always is None:
            found, changes = self._condition(text)
            self.made.options["required"] = {"when": found}
            return found, changes
        if always and self.made.type != "calculated":
            self.made.options["required"] = "always"
        return "", []

    def _default(self, text: str) -> Counterpart:
        if "${last-saved#" in text:
            return "", ["what was answered in the round before is carried over in any case"]
        if "${" in text or text.endswith(")"):
            raise NoCounterpart("a default is issued with the workbook, and depends on no answer")
        codes = self.codes or {}
        several = [codes.get(name, name) for name in text.split()]
        self.made.options["default"] = (
            several if self.made.type == "many" else codes.get(text, text)
        )
        return "", []

    # what is checked

    def _check(self, check: str) -> None:
        """Make the limits that a field can have, and one check of the rest; with a message it is one check of all."""
        made = self.made
        said = self.among.form.words(self.row, "constraint_message")
        tree = ast.parse(check, mode="eval").body
        rest = list[str]()
        for part in (
            tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
        ):
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
            message = in_each(
                said or f"This must hold: {check}", lambda text: cut(text.translate(words))
            )
            made.options["constraint"] = {"check": check, "message": message}

    # what is offered

    def _filter(self, text: str) -> Counterpart:
        """Offer a part of a list, have it depend on the answer that a filter names, or check what is chosen."""
        tree = parsed(text, XLSFORM)
        printer = Printer(self._find, XLSFORM)
        columns = {
            column.casefold() for column in re.findall(r"\bname\['([^']+)'\]", ast.unparse(tree))
        }
        if not columns or (columns == {"name"} and self.made.type == "choice"):
            own = ast.parse(ast.unparse(tree).replace("name['name']", "ask['.']"), mode="eval")
            return self._check_choice(printer.condition(own.body).text, printer.changes)
        if self.codes is None:
            raise NoCounterpart("what it filters is no list of the file")
        offered = self._offered(tree, printer)
        for column in columns & self.among.form.columns.keys():
            self.among.form.columns[column].keep("the list depends on it")
        pairs = {place: _pairs(holds) for place, holds in offered.items()}
        above = self._decided_by(pairs.values())
        self._draw_from({place: each[above.code] if above else "" for place, each in pairs.items()})
        if not above:
            return self._check_choice(self._as_check(offered), printer.changes)
        self.made.options["parent"] = above.code
        _join_blocks(self.tool, above, self.made)
        alone = all(len(each) == 1 for each in pairs.values())
        return f"parent: {above.code}", [] if alone else ["by this alone"]

    def _offered(self, tree: ast.expr, printer: Printer) -> dict[str, str]:
        """Return the condition under which a filter lets each entry through, by the entry's place."""
        offered: dict[str, str] = {}
        for row in self.among.form.lists[self.listed]:
            printer.look_at(row.said)
            holds = printer.condition(tree).text
            if holds != NEVER and "blank(" not in holds:
                offered[row.part.place] = holds
        if not offered:
            raise NoCounterpart(
                f"no entry would be offered: {'; '.join(dict.fromkeys(printer.changes))}"
            )
        return offered

    def _decided_by(self, pairs: Collection[dict[str, str]]) -> DraftField | None:
        """Return the last choice before this one on its sheet that each entry hangs on."""
        for other in reversed(self.among.asked):
            beside = other.tool is self.tool and other.made.type == self.made.type == "choice"
            if beside and all(other.made.code in each for each in pairs):
                return other.made
        return None

    def _as_check(self, offered: dict[str, str]) -> str:
        """Write as a check of what is chosen under which condition each entry is offered."""
        chosen = defaultdict[str, list[str]](list)  # under each condition
        sign = "{!r} in value" if self.made.type == "many" else "value == {!r}"
        for row in self.among.form.lists[self.listed]:
            if code := (self.codes or {}).get(row.name):
                chosen[offered.get(row.part.place, ALWAYS)].append(sign.format(code))
        checks = [
            f"(not ({' or '.join(chosen[holds])}) or {holds})"
            for holds in chosen
            if holds != ALWAYS
        ]
        return joined("and", checks).text

    def _draw_from(self, parents: Mapping[str, str]) -> None:
        """Have it draw from a part of its list, called like the whole where no other question draws from that."""
        options = self.made.options
        lists = self.among.form.draft.vocabularies
        others = [
            other.made.options.get("vocabulary") for other in self.among.asked if other is not self
        ]
        if options["vocabulary"] not in others:
            del lists[options["vocabulary"]]
        options["vocabulary"], self.codes = self.among.form.list_of(self.listed, parents)

    def _check_choice(self, check: str, changes: list[str]) -> Counterpart:
        """Check what is chosen where a list cannot depend on all that a filter names."""
        if check == ALWAYS:
            return "what fits always is offered", []
        if len(check) > LONGEST_CHECK:
            why = (
                "it depends on more than one choice on its sheet, and has too many entries to check"
            )
            raise NoCounterpart(why)
        self.holds["constraint"].append(check)
        parts = self.made.parts
        parts["constraint"] = [*parts.get("constraint", ()), *parts.pop("parent")]
        return check, ["all entries are offered, and what is chosen is checked", *changes]

    # what it is worked out from

    def _calculation(self, text: str) -> Counterpart:
        """Say what the question is worked out from; what it needs of others is worked out first."""
        if self.result is None:
            self.result = NoCounterpart("it leads back to itself")
            printer = Printer(self._find, XLSFORM)
            try:
                if self.listed:
                    raise NoCounterpart("what is chosen from a list is not worked out")
                found = printer.value(parsed(text, XLSFORM))
                if self.made.type != "calculated":
                    self.row.part.change(f"a {self.made.type} that is calculated")
                self.made.type = "calculated"
                self.codes = found.codes
                self.made.options |= found.options
                self.result = found.tidy, printer.changes
            except NoCounterpart as why:
                self.result = why
                self._have_it_typed()
        if isinstance(self.result, NoCounterpart):
            raise NoCounterpart(str(self.result))
        return self.result

    def _have_it_typed(self) -> None:
        """Ask for what cannot be worked out, where others depend on it: as a number where they count with it."""
        name = rf"\$\{{\s*{re.escape(self.row.name)}\s*\}}"
        number = rf"{name}\s*(?:[<>*+-]|div\b|!?=\s*\d)|(?:[<>*+]=?|int\(|indexed-repeat\([^)]*,)\s*{name}"
        others = "\n".join(
            part.text for row in self.among.form.survey for part in row.expressions.values()
        )
        if self.made.type == "calculated" and re.search(name, others):
            self.made.type = "decimal" if re.search(number, others) else "text"
            self.row.part.change("it is typed, not worked out: others depend on it")

    def _find(self, name: str) -> Printed:
        """Return an answer: of the same row, of the row around it, asked once, or of all rows of a repeat."""
        found = self if name == "." else self.among.named.get(name)
        if found is None:
            raise NoCounterpart(f"no question that was kept is called “{name}”")
        if isinstance(found, Printed):
            return found
        if (text := found.row.said.get("calculation")) and found is not self:
            with suppress(
                NoCounterpart
            ):  # then it is asked, or is not there, which the checks tell
                found._calculation(text)
        answer = Printed(
            "value" if name == "." else found.made.code, found.made.yields, found.codes
        )
        here = self.repeats
        there = found.repeats
        if not there or there == here:
            return answer
        if there == here[:-1]:
            own = self.tool.blocks[0].fields
            reference = next(made.code for made in own if made.type == "reference")
            return answer._replace(text=f"lookup({reference}, {answer.text})")
        if there[:1] != here[:1]:
            return answer._replace(rows=found.tool.code)
        raise NoCounterpart(f"{found.made.code} is asked in the rows of another sheet")


def _joined(conditions: list[str]) -> str:
    return joined("and", [f"({condition})" for condition in dict.fromkeys(conditions)]).tidy


def _limit(check: str, example: str) -> tuple[str, Any]:
    """Return the option that says the same as a check, and its value; nothing where there is none.

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
    """Return the codes that answers have where a condition holds; nothing where it asks for more."""
    more = re.sub(r" and |[()]", "", PAIR.sub("", condition))
    return {} if more else dict(PAIR.findall(condition))


def _join_blocks(tool: DraftTool, first: DraftField, last: DraftField) -> None:
    """Make one form of those that two fields stand in: a list can depend on a field of its own block only."""
    start, *_, end = [
        place
        for place, block in enumerate(tool.blocks)
        for made in block.fields
        if made in (first, last)
    ]
    for block in tool.blocks[start + 1 : end + 1]:
        tool.blocks[start].fields += block.fields
    del tool.blocks[start + 1 : end + 1]
