"""Something noticed about a returned file, at its place and before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as each_with

from .findings import Kind, Severity
from .spec.model import Rule


@dataclass(slots=True)
class Observation:
    """One thing noticed: the kind of finding, its place, and what its message needs besides.

    `rule` is what the spec says where it was broken: its code, its severity and its words go before those of the kind.
    A place is None where the whole file, sheet or row is meant. `layout.wording.finding` puts it into words.
    """

    kind: Kind
    sheet: str | None = None
    cell: str | None = None  # "D12"
    tool: str | None = None
    row: str | None = None
    field: str | None = None
    value: str | None = None
    suggestion: str | None = None
    detail: dict[str, str] = each_with(default_factory=dict)
    label: str | None = None  # what the slot is called, in the language of the words
    rule: Rule | None = None

    @property
    def about(self) -> Kind | Rule:
        """What says more about it: the rule where there is one."""
        return self.rule or self.kind

    @property
    def code(self) -> str:
        """The code of the finding."""
        return self.about.code

    @property
    def name(self) -> str:
        """The kebab-case name of the finding."""
        return self.rule.called if self.rule else self.kind.name

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return Severity(self.about.severity)
