"""Compares two versions of a spec: what changed, and what that means for answers given to the older one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..texts import Text
from .changes import Change, Effect, Group, Touch, short
from .diff_lists import list_changes
from .diff_questions import SheetDiff
from .model import FieldBlock, Rule, Spec, Tool

TOLD_ELSEWHERE = frozenset(
    [
        "name",
        "version",
        "languages",
        "tools",
        "vocabularies",
        "rules",
        "covered",
        "matrix",
        "sample",  # says nothing about answers of teams
        "digest",
        "folder",
    ]
)
RULE_LOGIC = ("when", "check", "require", "at")


@dataclass(frozen=True)
class SpecDiff:
    """Everything that differs, in the order in which it is told."""

    old: Spec
    new: Spec
    changes: tuple[Change, ...]

    @property
    def breaks(self) -> bool:
        """Whether a code was lost or reused."""
        return any(change.breaks for change in self.changes)


def diff(old: Spec, new: Spec) -> SpecDiff:
    """Find what changed from `old` to `new`, by heading."""
    found = [*_workbook(old, new), *_sheets(old, new)]
    for code in old.tool:
        if code in new.tool:
            found += SheetDiff(old, new, code).changes()
    found += [*list_changes(old, new), *_rules(old, new), *_calculated(old, new)]
    groups = list(Group)
    return SpecDiff(old, new, tuple(sorted(found, key=lambda change: groups.index(change.group))))


def _workbook(old: Spec, new: Spec) -> Iterator[Change]:
    """Name, version, languages, and what else stands in workbook.yaml."""

    def change(what: str, effect: Effect, **more: object) -> Change:
        return Change(Group.WORKBOOK, new.name, what, effect, **more)  # type: ignore[arg-type]

    if old.name != new.name:
        note = "Workbooks issued before say the old name and are refused: keep it."
        pair = {"before": old.name, "after": new.name}
        yield change("name changed", Effect.LOST, note=note, breaks=True, touches=(Touch(),), **pair)
    yield from _version(
        old, new, change("version changed", Effect.KEPT, before=old.version, after=new.version)
    )
    for tag in old.languages:
        if tag not in new.languages:
            note = "Workbooks in this language are refused: keep it."
            yield change(
                "language removed", Effect.LOST, note=note, before=tag, breaks=True,
                touches=(Touch(language=tag),),
            )  # fmt: skip
    for tag in new.languages:
        if tag not in old.languages:
            yield change("language added", Effect.KEPT, after=tag)
    for name in type(old).model_fields:
        was, now = getattr(old, name), getattr(new, name)
        if name not in TOLD_ELSEWHERE and was != now:
            worded = isinstance(was, Text)
            pair = {"before": short(was.say("")), "after": short(now.say(""))} if worded else {}
            yield change(f"{name} changed", Effect.KEPT if worded else Effect.NONE, **pair)


def _version(old: Spec, new: Spec, raised: Change) -> Iterator[Change]:
    if old.version == new.version:
        if old.digest != new.digest:
            note = "Raise `version`: otherwise nobody can tell workbooks of the two apart."
            yield Change(Group.WORKBOOK, new.name, "version not raised", Effect.NONE, note, old.version)
    elif _numbers(new.version) < _numbers(old.version):
        note = "Workbooks issued before are newer than the spec and are refused."
        pair = (old.version, new.version)
        yield Change(
            Group.WORKBOOK, new.name, "version lowered", Effect.LOST, note, *pair, True, (Touch(),)
        )  # fmt: skip
    else:
        yield raised


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _sheets(old: Spec, new: Spec) -> Iterator[Change]:
    for code, tool in old.tool.items():
        if code not in new.tool:
            empty = tool.calculated
            yield Change(
                Group.SHEETS, code, "removed", Effect.NONE if empty else Effect.LOST,
                before=short(tool.title.say("")), breaks=not empty,
                note="" if empty else "Its answers are put on the sheet “Without a place” when teams get workbooks.",
                touches=() if empty else (Touch(code),),
            )  # fmt: skip
        else:
            yield from _sheet(tool, new.tool[code])
    for code, tool in new.tool.items():
        if code not in old.tool:
            questions = [field for field in tool.fields.values() if field.asked]
            effect = Effect.NEW if questions else Effect.NONE
            title = short(tool.title.say(""))
            note = f"Questions: {len(questions)}."
            yield Change(Group.SHEETS, code, "added", effect, note, after=title, questions=len(questions))
    before, after = (
        [code for code in one.tool if code in other.tool] for one, other in ((old, new), (new, old))
    )
    if before != after:
        pair = (short(", ".join(before)), short(", ".join(after)))
        yield Change(Group.SHEETS, new.name, "sheets in another order", Effect.KEPT, "", *pair)


def _sheet(before: Tool, after: Tool) -> Iterator[Change]:
    names = ("sheet", "title", "purpose", "part", "guide", "tag", "always", "goes_with")
    differing = [name for name in names if getattr(before, name) != getattr(after, name)]
    if differing:
        pair = (short(before.title.say("")), short(after.title.say(""))) if "title" in differing else ("", "")
        what = f"{', '.join(differing)} changed"
        yield Change(Group.SHEETS, before.code, what, Effect.KEPT, "", *pair)


def _rules(old: Spec, new: Spec) -> Iterator[Change]:
    before, after = ({(rule.code, rule.tool): rule for rule in spec.rules} for spec in (old, new))
    for key, rule in before.items():
        if key not in after:
            yield Change(Group.RULES, _rule_place(rule), "removed", Effect.KEPT, before=_said(rule))
        elif rule != after[key]:
            yield _rule(rule, after[key])
    for key, rule in after.items():
        if key not in before:
            yield Change(
                Group.RULES, _rule_place(rule), "added", Effect.CHECK, after=_said(rule), touches=_at(rule)
            )


def _rule(before: Rule, after: Rule) -> Change:
    """Another condition or a higher severity means another look at what was answered."""
    logic = any(getattr(before, name) != getattr(after, name) for name in RULE_LOGIC)
    if logic or before.severity != after.severity:
        what = "changed" if logic else "severity changed"
        pair = (_said(before), _said(after)) if logic else (before.severity, after.severity)
        return Change(Group.RULES, _rule_place(after), what, Effect.CHECK, "", *pair, touches=_at(after))
    return Change(Group.RULES, _rule_place(after), "wording changed", Effect.KEPT)


def _rule_place(rule: Rule) -> str:
    return f"{rule.tool} / {rule.code}"


def _said(rule: Rule) -> str:
    return short(rule.check or ", ".join(rule.require) or rule.message.say(""))


def _at(rule: Rule) -> tuple[Touch, ...]:
    return tuple(Touch(rule.tool, field=field) for field in (rule.at or rule.require))


def _calculated(old: Spec, new: Spec) -> Iterator[Change]:
    """Matrix and calculated blocks: no answer is touched, figures are worked out again."""
    note = "Figures are worked out again; compare them with earlier rounds with care."
    if old.matrix != new.matrix:
        yield Change(Group.CALCULATED, "matrix", "changed", Effect.NONE, note)
    for code, tool in old.tool.items():
        if code in new.tool and _blocks(tool) != _blocks(new.tool[code]):
            yield Change(Group.CALCULATED, code, "calculated blocks changed", Effect.NONE, note)


def _blocks(tool: Tool) -> list[object]:
    return [block for block in tool.blocks if not isinstance(block, FieldBlock)]
