"""From the rows of a form, as XLSForm has them, to the neutral tree.

Questions outside of repeats make forms, each repeat a register of its own; a repeat within another one refers to it.
Groups are headings, and what decides whether a group is asked decides it of each of its questions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..language import Type
from .expressions import (
    COUNTERPARTS,
    TOO_LARGE,
    XLSFORM,
    FormPrinter,
    NoCounterpart,
    Printed,
    parsed,
)
from .neutral import (
    BLANK_ROWS,
    DraftBlock,
    DraftField,
    DraftSpec,
    DraftTool,
    behind,
    cut,
    field_code,
    first_of,
    in_each,
)
from .questions import FormQuestion, QuestionGroup, Questionnaire
from .source_form import EDGE, FormRow, SourceForm

MOST_BLOCKS = 40  # on one sheet
MOST_CELLS = 12  # of a question with several answers
LETTERS = 4  # before the number of a row: its column has no room for more
SELECT = re.compile(
    r"(?P<how>select_one_external|select[ _]one(?:_from_file)?|select1|select[ _]multiple(?:_from_file)?|"
    r"select all that apply|select)(?: from)?\s+(?P<list>\S+?)(?P<other>[ _]or[ _](?:specify[ _])?other)?"
)
NO_QUESTION = re.compile(r"\s*(?:note\b|begin|end[ _])", re.IGNORECASE)
RANGE = re.compile(r"(start|end|step)\s*=\s*(-?\d+(?:\.\d+)?)")


def converted(form: SourceForm) -> DraftSpec:
    """Return the neutral tree of a form. Raises `UsageError` for one that no spec has room for."""
    form.check_size()
    form.find_languages()
    for row in form.survey:
        for heading, text in row.texts.items():
            kind = heading.partition("::")[0]
            if kind in COUNTERPARTS["conditions"]:
                part = row.expressions[heading] = form.draft.part(
                    kind, f"{row.part.place} {heading}", text
                )
                part.leave_out("what it is about was left out")
                if NO_QUESTION.match(row.texts.get("type", "")):
                    part.keep("", "it asks nothing of what has no answer")
    walk = _FormWalk(form)
    for row in form.survey:
        walk.add_row(row)
    walk.place_notes()
    for question in walk.questionnaire.questions:
        question.settle()
    return form.draft


class _FormWalk:
    """Goes through the rows of a form, and makes a field of each question."""

    def __init__(self, form: SourceForm) -> None:
        self.form = form
        self.questionnaire = Questionnaire(form)
        self.codes = set[str]()
        title = form.draft.title
        self.groups = [
            QuestionGroup(False, "", form.draft.new_tool("FORM", first_of(title), title))
        ]
        self.notes = list[FormQuestion]()
        self.fresh = True  # whether a heading comes next

    def add_row(self, row: FormRow) -> None:
        """Make of a row what it is."""
        kind = " ".join(row.texts.get("type", "").split())
        if edge := EDGE.match(kind.casefold()):
            row.part.keep()
            self.place_notes()
            self.fresh = True
            if edge[1] == "begin":
                self._begin(row, repeats=edge[2] == "repeat")
            elif len(self.groups) > 1:
                self.groups.pop()
        elif kind.casefold() == "note" and "calculation" not in row.expressions:
            row.part.keep("a text above the questions that follow")
            if label := self.form.words(row, "label"):
                self.notes.append(self._new_question(row, DraftField("", "", label)))
        else:
            self._question(row, "calculate" if kind == "note" else kind)

    def _new_question(self, row: FormRow, field: DraftField) -> FormQuestion:
        tool = self.groups[-1].tool
        return FormQuestion(self.questionnaire, row, field, tuple(self.groups), tool)

    # groups and repeats

    def _begin(self, row: FormRow, *, repeats: bool) -> None:
        around = self.groups[-1]
        path = f"{around.path}/{row.name}"
        group = QuestionGroup(repeats, self.form.words(row, "label"), around.tool, path)
        for part in row.expressions.values():
            if part.kind == "relevant":
                group.conditions.append(part)
                part.keep("", "asked of each question of the group")
            elif part.kind == "repeat_count":
                part.leave_out("rows that are not needed stay blank")
        if repeats:
            self._begin_table(row, group)
        self.groups.append(group)

    def _begin_table(self, row: FormRow, group: QuestionGroup) -> None:
        """Give a repeat a sheet of its own; within another one, its rows refer to those of that."""
        name = row.name or "repeat"
        around = group.tool
        title = group.title or name
        draft = self.form.draft
        group.tool = draft.new_tool(draft.free_code(name), first_of(title), title)
        code = group.tool.code
        self.questionnaire.name(group.path, Printed("1", Type.NUMBER, rows=code))
        if purpose := row.texts.get("purpose"):
            group.tool.options["purpose"] = purpose
        block = DraftBlock("register", {"id": f"{code[:LETTERS]}-", "rows": BLANK_ROWS})
        group.tool.blocks.append(block)
        if any(outer.repeats for outer in self.groups):
            leads = field_code(f"{code}_IN_{around.code}", self.codes)
            block.fields.append(DraftField(leads, "reference", around.title, {"to": [around.code]}))
            row.part.change(f"{leads} says to which row of {around.code} a row belongs")

    # where a question stands

    def place_notes(self, block: DraftBlock | None = None) -> None:
        """Put the notes so far into the help of the block that follows; where nothing does, into the purpose."""
        option, options = (
            ("help", block.options) if block else ("purpose", self.groups[-1].tool.options)
        )
        for note in self.notes:
            if text := note.format_note():
                options[option] = behind(options.get(option, ""), text)
        self.notes = []

    def _block(self, field: DraftField) -> DraftBlock:
        """Return the block that a question goes into: a new one below a heading or a note, but in a table."""
        headings = (group.title for group in reversed(self.groups) if not group.repeats)
        title = in_each(next(filter(first_of, headings), ""), cut)
        blocks = self.groups[-1].tool.blocks
        if blocks and blocks[0].kind == "register":
            self.place_notes()
            if self.fresh and title and not self.groups[-1].repeats:
                field.options["band"] = {"label": title}
        elif (
            not blocks
            or self.notes
            or (self.fresh and title != blocks[-1].options.get("title", ""))
        ):
            if len(blocks) == MOST_BLOCKS:
                blocks = self._continue_on_new_sheet().blocks
            blocks.append(DraftBlock("form", {"title": title} if self.fresh and title else {}))
            self.place_notes(blocks[-1])
        self.fresh = False
        return blocks[-1]

    def _continue_on_new_sheet(self) -> DraftTool:
        """Go on on a further sheet: a formula of the cover names every block of one."""
        full = self.groups[-1].tool
        tool = self.form.draft.new_tool(
            self.form.draft.free_code(full.code), full.sheet, full.title
        )
        for group in self.groups:
            if group.tool is full:
                group.tool = tool
        return tool

    # what a question is

    def _question(self, row: FormRow, kind: str) -> None:
        """Make a field of a question, or tell why it is none."""
        like = kind.casefold()
        select = SELECT.fullmatch(kind)
        type, *changes = ["select"] if select else COUNTERPARTS["types"].get(like, [""])
        path = f"{self.groups[-1].path}/{row.name}"
        if constant := self._constant(row, like):
            self.questionnaire.name(path, constant)
            return
        if like == "hidden" and (type := self.form.needed_as(row.name)):
            changes = ["it is typed, as other questions need it"]
        if not type or not row.name:
            why = next(
                why for pattern, why in COUNTERPARTS["without"] if re.fullmatch(pattern, like)
            )
            row.part.leave_out(why if row.name else "it has no name")
            if like in ("today", "start", "end"):
                self.questionnaire.name(path, Printed("today()", Type.DATE))
            return
        row.part.keep("", *changes)
        field = DraftField(
            field_code(row.name, self.codes), type, "", {"tag": row.name}, parts={"": [row.part]}
        )
        block = self._block(field)
        label = (
            self.form.words(row, "label")
            or f"{row.name[:1].upper()}{row.name[1:].replace('_', ' ')}"
        )
        field.call(label, self.form.words(row, "hint"), row.part)
        if example := row.texts.get("example"):
            field.options["example"] = cut(example, 60)
        block.fields.append(field)
        question = self._new_question(row, field)
        if select:
            self._draw(question, block, *select.groups(""))
        elif type in ("tick", "yesno"):
            question.codes = COUNTERPARTS["ticked"]
        elif like == "range":
            bounds = {"start": "0", "end": "10"} | dict(
                RANGE.findall(row.texts.get("parameters", ""))
            )
            field.type = "decimal" if "." in "".join(bounds.values()) else "integer"
            self._limit(
                field, row, {"minimum": float(bounds["start"]), "maximum": float(bounds["end"])}
            )
        elif type == "text" and "multiline" in row.texts.get("appearance", ""):
            field.type = "long"
        self.questionnaire.questions.append(question)
        for part in (part for group in self.groups for part in group.conditions):
            part.fields += 1
        self.form.labels.setdefault(row.name, field.label)
        self.questionnaire.name(question.path, question)

    def _constant(self, row: FormRow, like: str) -> Printed | None:
        """Return what a row that asks nothing always says: it stands where others name it."""
        kind = {"calculate": "calculation", "hidden": "default"}.get(like, "")
        part = row.expressions.get(kind)
        if not part or len(row.expressions) > 1 or any(group.conditions for group in self.groups):
            return None
        constant = Printed(repr(part.text), Type.TEXT, literal=part.text)
        if kind == "calculation":
            try:
                constant = FormPrinter(_no_answer, self.form.entries_of).value(
                    parsed(part.text, XLSFORM)
                )
            except NoCounterpart:
                return None
        if constant.known is None:
            return None
        for kept_part in (row.part, part):
            kept_part.keep("", f"{constant.text} stands where it is named")
        return constant

    def _limit(self, field: DraftField, row: FormRow, limits: Mapping[str, float]) -> None:
        """Give a question the limits of its range, but for those that no cell can reach."""
        for option, limit in limits.items():
            if abs(limit) < TOO_LARGE:
                field.options[option] = limit
            else:
                row.part.change(f"its {option} was left out: it has more digits than a cell holds")

    def _draw(
        self,
        question: FormQuestion,
        block: DraftBlock,
        select_type: str,
        listed: str,
        or_other: str,
    ) -> None:
        """Have a question draw from its list, and ask for what “other” is."""
        field = question.draft_field
        part = question.row.part
        if listed not in self.form.lists:
            field.type = "text"
            part.change(f"its list “{listed}” is not in the file, so that it is a text")
            return
        field.type = "many" if re.search("multiple|all", select_type) else "choice"
        question.listed = listed
        field.options["vocabulary"], question.codes = self.form.list_of(
            listed, with_other=bool(or_other)
        )
        if field.type == "many":
            entries = len(question.codes)
            field.options["cells"] = min(entries, MOST_CELLS)
            if entries > MOST_CELLS:
                part.change(f"at most {MOST_CELLS} of its {entries} entries can be given")
        if or_other:
            other = repr(
                next(code for code in question.codes.values() if code.casefold() == "other")
            )
            condition = f"{field.code} == {other}"
            if field.type == "many":
                condition = f"{other} in {field.code}"
            label = in_each(field.label, lambda text: cut(f"{text} (other)"))
            code = field_code(f"{field.code}_OTHER", self.codes)
            block.fields.append(DraftField(code, "text", label, {"relevant": condition}))
            part.change(f"what “other” is stands in {code}")


def _no_answer(name: str) -> Printed:
    raise NoCounterpart(f"{name} is an answer")
