"""What the expressions of a form say of a question: when it is asked, what is checked, what it is worked out from."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from posixpath import join, normpath
from typing import Any

from ..core.words import translator
from ..fields import FIELD_TYPES
from ..fields.text import EMAIL_PATTERN
from ..findings.value import DOES_NOT_FIT
from ..language import Type
from ..language.functions.words import NotAPattern, fits, pieces
from ..language.parser import COMPARES
from .expressions import (
    ALWAYS,
    COUNTERPARTS,
    NEVER,
    XLSFORM,
    FormPrinter,
    NoCounterpart,
    Printed,
    joined,
    parsed,
)
from .neutral import (
    DraftField,
    DraftTool,
    Said,
    SourcePart,
    behind,
    cut,
    first_of,
    in_each,
)
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
TYPED = {Type.NUMBER: "decimal", Type.DATE: "date"}  # what is worked out, where it cannot be
# what an expression became, and what about that is another than before
Counterpart = tuple[str, list[str]]


@dataclass
class QuestionGroup:
    """A group or a repeat around questions: its heading, the sheet that it is on, what decides whether it is asked."""

    repeats: bool
    title: Said
    tool: DraftTool
    path: str = ""  # as expressions write it: those around it, each behind a slash
    conditions: list[SourcePart] = field(default_factory=list)


@dataclass
class Questionnaire:
    """All questions that a form asks, in order, and what its expressions can name."""

    form: SourceForm
    questions: list[FormQuestion] = field(default_factory=list)
    named: dict[str, FormQuestion | Printed] = field(default_factory=dict)  # also by their paths

    def name(self, path: str, answer: FormQuestion | Printed) -> None:
        """Have expressions call an answer by its path, and by its name where no question has that before it."""
        self.named[path] = answer
        name = path.rpartition("/")[2]
        if not isinstance(self.named.get(name), FormQuestion):
            self.named[name] = answer


@dataclass
class FormQuestion:
    """A question, or a note: its row, the field that it became, and what that is in."""

    questionnaire: Questionnaire
    row: FormRow
    draft_field: DraftField
    groups: tuple[QuestionGroup, ...]  # the whole form first
    tool: DraftTool  # the sheet that it stands on
    listed: str = ""  # the list of the source that it draws from
    codes: Mapping[str, str] | None = (
        None  # of the entries of its list, by their names in the source
    )
    calculation: Counterpart | NoCounterpart | None = None
    typed: bool = False  # as its calculation has no counterpart
    holds: dict[str, list[str]] = field(default_factory=lambda: {"relevant": [], "constraint": []})

    @property
    def path(self) -> str:
        """Where it stands in the form, as expressions write it."""
        return f"{self.groups[-1].path}/{self.row.name}"

    @property
    def repeats(self) -> list[QuestionGroup]:
        """What it is asked in once a row."""
        return [group for group in self.groups if group.repeats]

    def format_note(self) -> Said:
        """Return the text of a note with its condition in front in words, as a sheet shows it in any case.

        Nothing is left of one whose condition never holds.
        """
        label = self.draft_field.label
        for part in self.row.expressions.values():
            if part.kind != "relevant":
                continue
            self._settle(part)
            if not self.holds["relevant"]:
                continue
            if self.holds["relevant"][-1] == NEVER:
                self.row.part.leave_out("its condition never holds")
                return ""
            if words := self._in_words(self.holds["relevant"][-1]):
                part.change("it stands in front of the text, which is shown in any case")
                label = behind(words, label)
            else:
                part.leave_out(
                    "the text is shown in any case, and labels cannot say when it is meant"
                )
        return label

    def _in_words(self, condition: str) -> Said:
        """Say by labels what answers are compared with, or that with others; "" where it says anything else."""
        words: Said = ""
        for clause in _parts(ast.parse(condition, mode="eval").body, ast.And):
            alternatives: Said = ""
            for comparison in _parts(clause, ast.Or):
                compared = self._compared(comparison)
                if not first_of(compared):
                    return ""
                alternatives = (
                    behind(behind(alternatives, "/"), compared) if alternatives else compared
                )
            words = behind(words, in_each(alternatives, "[{}]".format))
        return words

    def _compared(self, comparison: ast.expr) -> Said:
        """Say by labels what one answer is compared with; "" where it is none."""
        sign = "="
        if isinstance(comparison, ast.UnaryOp) and isinstance(comparison.op, ast.Not):
            sign = "!="
            comparison = comparison.operand
        match comparison:
            case ast.Compare(ast.Name(code), [ast.Eq()], [ast.Constant(value)]):
                pass
            case ast.Compare(ast.Constant(value), [ast.In()], [ast.Name(code)]):
                pass
            case ast.Compare(ast.Name(code), [op], [ast.Constant(value)]) if sign == "=":
                sign = COMPARES[type(op)]
            case ast.Call(ast.Name("filled" | "blank" as state), [ast.Name(code)]):
                value = {"filled": "…", "blank": "–"}[state]
            case _:
                return ""
        form = self.questionnaire.form
        for question in self.questionnaire.questions:
            if question.draft_field.code == code:
                entries = form.lists[question.listed] if question.listed else []
                labels = (
                    form.words(entry, "label")
                    for entry in entries
                    if (question.codes or {}).get(entry.name) == value
                )
                return behind(behind(question.draft_field.label, sign), next(labels, str(value)))
        return ""

    def settle(self) -> None:
        """Make options of every expression of the question, and tell of each what became of it."""
        draft_field = self.draft_field
        holds = self.holds
        for group in self.groups:
            for part in group.conditions:
                draft_field.of("relevant", part)
                try:
                    holds["relevant"].append(self._condition(part.text, group.path)[0])
                except NoCounterpart as why:
                    part.lose(draft_field.code, str(why))
        for part in self.row.expressions.values():
            draft_field.of(OPTIONS.get(part.kind, part.kind), part)
            self._settle(part)
        if holds["relevant"]:
            draft_field.options["relevant"] = _joined(holds["relevant"])
        if len(holds["relevant"]) < len(draft_field.parts.get("relevant", ())):
            draft_field.make_optional()
        if holds["constraint"]:
            self._check(_joined(holds["constraint"]))
        if "default" in draft_field.options and not draft_field.options.keys().isdisjoint(holds):
            reason = "an untouched default is an answer, and may be wrong until others are given"
            draft_field.leave_out("default", reason)
        if draft_field.type == "calculated" and "formula" not in draft_field.options:
            reasons = [part.explanation for part in draft_field.parts.get("formula", ())]
            reason = " ".join(reasons) or "there is none"
            self.questionnaire.form.draft.leave_out(
                draft_field, f"its calculation was left out: {reason}"
            )

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
            option_text, changes = ways[part.kind](part.text)
        except NoCounterpart as why:
            part.leave_out(str(why))
        else:
            if part.kind == "constraint" and "${" in part.text:
                changes = [*changes, "it is skipped while an answer that it names is blank"]
            part.keep(option_text, *changes)
            if part.kind in self.holds:
                self.holds[part.kind].append(option_text)

    def _printer(self, seen_from: str) -> FormPrinter:
        return FormPrinter(partial(self._find, seen_from), self.questionnaire.form.entries_of)

    def _condition(self, text: str, seen_from: str = "") -> Counterpart:
        """Return a condition of this question, or of a group around it, which sees answers from its own place."""
        always = _always(text)
        if always is not None:
            return (ALWAYS if always else NEVER), []
        printer = self._printer(seen_from or self.path)
        return printer.condition(parsed(text, XLSFORM)).tidy, printer.changes

    def _required(self, text: str) -> Counterpart:
        always = _always(text)
        if always is None:
            condition, changes = self._condition(text)
            self.draft_field.options["required"] = {"when": condition}
            return condition, changes
        if always and self.draft_field.type != "calculated":
            self.draft_field.options["required"] = "always"
        return "", []

    def _default(self, text: str) -> Counterpart:
        if "${last-saved#" in text:
            return "", ["what was answered in the round before is carried over in any case"]
        if "${" in text or text.endswith(")"):
            raise NoCounterpart("a default is issued with the workbook, and depends on no answer")
        codes = self.codes or {}
        several = [codes.get(name, name) for name in text.split()]
        self.draft_field.options["default"] = (
            several if self.draft_field.type == "many" else codes.get(text, text)
        )
        return "", []

    # what is checked

    def _check(self, check: str) -> None:
        """Make the limits that a field can have, and one check of the rest; with a message it is one check of all."""
        draft_field = self.draft_field
        message_text = self.questionnaire.form.words(self.row, "constraint_message")
        tree = ast.parse(check, mode="eval").body
        remaining = list[str]()
        for part in _parts(tree, ast.And):
            option, value = _limit(ast.unparse(part), draft_field.options.get("example", ""))
            if (
                message_text
                or option not in FIELD_TYPES[draft_field.type].allows
                or option in draft_field.options
            ):
                remaining.append(ast.unparse(part))
            else:
                draft_field.options[option] = value
                draft_field.parts[option] = draft_field.parts["constraint"]
        if remaining:
            if not message_text:
                draft_field.notes.append("its message: the source has none that says what is wrong")
            braces = str.maketrans("{}", "()")  # which name answers
            check = _joined(remaining)
            message = in_each(
                message_text or self._correct_it(),
                lambda text: cut(text.translate(braces)),
            )
            draft_field.options["constraint"] = {"check": check, "message": message}

    def _correct_it(self) -> Said:
        """Return what is said where labels cannot say what must hold."""
        tags = self.questionnaire.form.draft.languages
        words = {tag: translator(tag)(DOES_NOT_FIT.remedy) for tag in tags}
        return words if len(words) > 1 else first_of(words)

    # what is offered

    def _filter(self, text: str) -> Counterpart:
        """Offer a part of a list, have it depend on the answer that a filter names, or check what is chosen."""
        tree = parsed(text, XLSFORM)
        printer = self._printer(self.path)
        columns = {
            column.casefold() for column in re.findall(r"\bname\['([^']+)'\]", ast.unparse(tree))
        }
        if not columns or (columns == {"name"} and self.draft_field.type == "choice"):
            choice_condition = ast.parse(
                ast.unparse(tree).replace("name['name']", "ask['.']"), mode="eval"
            )
            return self._check_choice(
                printer.condition(choice_condition.body).text, printer.changes
            )
        if self.codes is None:
            raise NoCounterpart("what it filters is no list of the file")
        offered = self._offered(tree, printer)
        for column in columns & self.questionnaire.form.columns.keys():
            self.questionnaire.form.columns[column].keep("the list depends on it")
        pairs = {place: _pairs(holds) for place, holds in offered.items()}
        above = self._decided_by(pairs.values())
        self._draw_from(
            {
                place: parent_codes[above.code] if above else ""
                for place, parent_codes in pairs.items()
            }
        )
        if not above:
            return self._check_choice(self._as_check(offered), printer.changes)
        self.draft_field.options["parent"] = above.code
        _join_blocks(self.tool, above, self.draft_field)
        alone = all(len(parent_codes) == 1 for parent_codes in pairs.values())
        return f"parent: {above.code}", [] if alone else ["by this alone"]

    def _offered(self, tree: ast.expr, printer: FormPrinter) -> dict[str, str]:
        """Return the condition under which a filter lets each entry through, by the entry's place."""
        offered: dict[str, str] = {}
        for row in self.questionnaire.form.lists[self.listed]:
            printer.look_at(row.texts)
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
        for question in reversed(self.questionnaire.questions):
            beside = (
                question.tool is self.tool
                and question.draft_field.type == self.draft_field.type == "choice"
            )
            if beside and all(question.draft_field.code in entry_pairs for entry_pairs in pairs):
                return question.draft_field
        return None

    def _as_check(self, offered: dict[str, str]) -> str:
        """Write as a check of what is chosen under which condition each entry is offered."""
        chosen = defaultdict[str, list[str]](list)  # under each condition
        sign = "{!r} in value" if self.draft_field.type == "many" else "value == {!r}"
        for row in self.questionnaire.form.lists[self.listed]:
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
        options = self.draft_field.options
        lists = self.questionnaire.form.draft.vocabularies
        other_lists = [
            question.draft_field.options.get("vocabulary")
            for question in self.questionnaire.questions
            if question is not self
        ]
        if options["vocabulary"] not in other_lists:
            del lists[options["vocabulary"]]
        options["vocabulary"], self.codes = self.questionnaire.form.list_of(self.listed, parents)

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
        parts = self.draft_field.parts
        parts["constraint"] = [*parts.get("constraint", ()), *parts.pop("parent")]
        return check, ["all entries are offered, and what is chosen is checked", *changes]

    # what it is worked out from

    def _calculation(self, text: str) -> Counterpart:
        """Say what the question is worked out from; what it needs of others is worked out first.

        It is typed where that has no counterpart: as it was asked, or as others count with it.
        """
        if self.calculation is None:
            self.calculation = NoCounterpart("it leads back to itself")
            draft_field = self.draft_field
            calculated = draft_field.type == "calculated"
            draft_field.typed_as = draft_field.type
            if calculated:
                draft_field.typed_as = self.questionnaire.form.needed_as(self.row.name)
            printer = self._printer(self.path)
            try:
                if draft_field.type == "many":
                    raise NoCounterpart("several answers are not worked out")
                calculation = printer.value(parsed(text, XLSFORM))
                if not calculated:
                    self.row.part.change(f"a {draft_field.type} that is calculated")
                if draft_field.typed_as == "text":
                    draft_field.typed_as = TYPED.get(calculation.type, "text")
                draft_field.type = "calculated"
                self.codes = calculation.codes
                draft_field.options |= calculation.options
                self.calculation = calculation.tidy, printer.changes
            except NoCounterpart as why:
                self.calculation = why
                if draft_field.typed_as:
                    self.typed = True
                    draft_field.ask(str(why))
        if isinstance(self.calculation, NoCounterpart):
            raise NoCounterpart(str(self.calculation))
        return self.calculation

    def _find(self, seen_from: str, name: str) -> Printed:
        """Return an answer: of the same row, of the row around it, asked once, or of all rows of a repeat."""
        path = name
        if name.startswith("."):
            path = normpath(join(seen_from, name))
        elif name.startswith("/"):
            path = name[name.find("/", 1) :]  # without the name of the form
        if [path] == [group.path for group in self.repeats[-1:]]:
            return Printed("row_number()", Type.NUMBER)
        question = self.questionnaire.named.get(path)
        if question is self and self.calculation is not None and not self.typed:
            raise NoCounterpart("it is worked out from itself")
        if question is None:
            raise NoCounterpart(f"no question that was kept is called “{name}”")
        if isinstance(question, Printed):
            return question
        if (text := question.row.texts.get("calculation")) and question is not self:
            # then it is asked, or is not there, which the checks tell
            with suppress(NoCounterpart):
                question._calculation(text)
        answer = Printed(
            "value" if question is self else question.draft_field.code,
            question.draft_field.yields,
            question.codes,
        )
        own_repeats = self.repeats
        its_repeats = question.repeats
        if not its_repeats or its_repeats == own_repeats:
            return answer
        if its_repeats == own_repeats[:-1]:
            table_fields = self.tool.blocks[0].fields
            reference = next(
                draft_field.code for draft_field in table_fields if draft_field.type == "reference"
            )
            return answer._replace(text=f"lookup({reference}, {answer.text})")
        if its_repeats[:1] != own_repeats[:1]:
            return answer._replace(rows=question.tool.code)
        raise NoCounterpart(f"{question.draft_field.code} is asked in the rows of another sheet")


def _always(text: str) -> bool | None:
    """Return what a condition always is, as `true()`; None for one that hangs on answers."""
    always: dict[str, bool] = COUNTERPARTS["always"]
    return always.get(text.casefold().removesuffix("()"))


def _parts(condition: ast.expr, operator: type[ast.boolop]) -> list[ast.expr]:
    """Return the conditions that an operator joins, the whole where it joins none."""
    if isinstance(condition, ast.BoolOp) and isinstance(condition.op, operator):
        return condition.values
    return [condition]


def _joined(conditions: list[str]) -> str:
    return joined("and", [f"({condition})" for condition in dict.fromkeys(conditions)]).tidy


def _limit(check: str, example: str) -> tuple[str, Any]:
    """Return the option that says the same as a check, and its value; nothing where there is none.

    A pattern has to be told by an example.
    """
    for option, like in LIMITS.items():
        if match := like.fullmatch(check):
            value = ast.literal_eval(match[1]) if match[1] else EMAIL_PATTERN
            with suppress(NotAPattern):
                if option != "pattern" or not match[1] or (pieces(value) and fits(value, example)):
                    return option, value
    return "", ""


def _pairs(condition: str) -> dict[str, str]:
    """Return the codes that answers have where a condition holds; nothing where it asks for more."""
    remainder = re.sub(r" and |[()]", "", PAIR.sub("", condition))
    return {} if remainder else dict(PAIR.findall(condition))


def _join_blocks(tool: DraftTool, first: DraftField, last: DraftField) -> None:
    """Make one form of those that two fields stand in: a list can depend on a field of its own block only."""
    start, *_, end = [
        place
        for place, block in enumerate(tool.blocks)
        for draft_field in block.fields
        if draft_field in (first, last)
    ]
    for block in tool.blocks[start + 1 : end + 1]:
        tool.blocks[start].fields += block.fields
    del tool.blocks[start + 1 : end + 1]
