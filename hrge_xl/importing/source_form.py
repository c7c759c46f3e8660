"""A form as its rows say it, in whatever file it stood: its texts in every language, and the entries of its lists."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.errors import UsageError
from ..core.numerals import plain_number
from ..core.words import proper_tag
from .expressions import COUNTERPARTS, are_numbers
from .neutral import (
    DraftSpec,
    Entry,
    Said,
    SourcePart,
    behind,
    cut,
    first_of,
    in_each,
    list_name,
    unique,
)

MOST_ROWS = 5_000  # that ask something, or begin or end a group
MOST_NESTED = 30  # groups within each other
EDGE = re.compile(r"(begin|end)[ _](group|repeat|loop)\b")
LONGEST_LABEL = 190  # of an entry
MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|\*\*|^#+ ")
PIPED = re.compile(r"\$\{\s*([^}]+?)\s*\}|%\(\w+\)s")


@dataclass
class FormRow:
    """A row of the sheets `survey` or `choices`: what it says under each heading, and its parts of the account."""

    texts: dict[str, str]
    part: SourcePart
    expressions: dict[str, SourcePart] = field(default_factory=dict)  # by their headings

    @property
    def name(self) -> str:
        """What it is called in the source, if anything."""
        return self.texts.get("name", "")


@dataclass
class SourceForm:
    """A form: its questions and the entries of its lists in order, and the account of the file that it comes from."""

    draft: DraftSpec
    survey: list[FormRow] = field(default_factory=list)
    lists: dict[str, list[FormRow]] = field(default_factory=lambda: defaultdict(list))
    columns: dict[str, SourcePart] = field(default_factory=dict)
    default_language: str = ""
    tags: dict[str, str] = field(default_factory=dict)  # of languages, by what headings call them
    labels: dict[str, Said] = field(default_factory=dict)  # of the questions so far, by their names

    def check_size(self) -> None:
        """Raise `UsageError` for a form that is larger than any spec, before anything is made of it."""
        if len(self.survey) > MOST_ROWS:
            raise UsageError(
                f"it has {len(self.survey):,} rows of questions; at most {MOST_ROWS:,} are imported.",
                remedy="Import it in parts.",
            )
        depth = 0
        for row in self.survey:
            edge = EDGE.match(" ".join(row.texts.get("type", "").split()).casefold())
            if edge:
                depth += 1 if edge[1] == "begin" else -1
            if depth > MOST_NESTED:
                raise UsageError(
                    f"groups and repeats nest more than {MOST_NESTED} deep.",
                    place=row.part.place,
                    remedy="Take some of them apart.",
                )

    def add_choice(self, texts: dict[str, str], part: SourcePart) -> None:
        """Add an entry to its list; until a question draws from that, it is left out."""
        part.leave_out("no question that was kept draws from its list")
        self.lists[texts.get("list_name", "")].append(FormRow(texts, part))

    def entries_of(self, listed: str) -> list[dict[str, str]]:
        """Return what the entries of a list say, in the form or in a file beside it; nothing where it is not here."""
        names = (listed, f"{listed}.csv", f"{listed}.xml")
        rows = next((self.lists[name] for name in names if name in self.lists), [])
        return [row.texts for row in rows]

    def needed_as(self, name: str) -> str:
        """Return the type that others need an answer as, a number where they count with it; nothing without others."""
        named = rf"(?:\$\{{\s*|(?<!\])/){re.escape(name)}\b(?:\s*\}})?"
        number = rf"{named}\s*(?:[<>*+-]|div\b|!?=\s*\d)|(?:[<>*+]=?|int\(|indexed-repeat\([^)]*,)\s*{named}"
        expressions = "\n".join(
            part.text for row in self.survey for part in row.expressions.values()
        )
        if not re.search(named, expressions):
            return ""
        return "decimal" if re.search(number, expressions) else "text"

    def find_languages(self) -> None:
        """Find the tag of each language that headings name; a heading that names none is in the default language."""
        default = _tag(self.default_language)
        rows = [*self.survey, *(row for rows in self.lists.values() for row in rows)]
        for heading in dict.fromkeys(heading for row in rows for heading in row.texts):
            text, _, language = heading.partition("::")
            if text not in set(COUNTERPARTS["texts"]):
                continue
            if tag := _tag(language) if language else default or "en":
                self.tags[language] = tag
            else:
                why = f"no language is known as “{language}”: write its tag behind it, such as {text}::{language} (fr)"
                self.columns[heading].leave_out(why)
        plain = self.tags.pop("", "")
        if plain in self.tags.values():
            plain = plain if "en" in self.tags.values() else "en"
            for heading in self.columns.keys() & set(COUNTERPARTS["texts"]):
                self.columns[heading].change(f"it counts as {plain}: another one is in {default}")
        if plain:
            self.tags = {"": plain, **self.tags}
        tags = dict.fromkeys(self.tags.values())
        self.draft.languages = sorted(tags, key=lambda tag: tag != default) or ["en"]

    def words(self, row: FormRow, heading_name: str) -> Said:
        """Return a text of a row in every language, without markup, and with a question in place of its answer."""
        headings = {
            f"{heading_name}::{language}" if language else heading_name: tag
            for language, tag in self.tags.items()
        }
        by_tag = {
            tag: row.texts[heading] for heading, tag in headings.items() if heading in row.texts
        }
        plain = {
            tag: " ".join(MARKUP.sub("", PIPED.sub(self._question, translation)).split())
            for tag, translation in by_tag.items()
        }
        if plain != by_tag:
            row.part.change(
                "texts stand without markup, and with a question in place of its answer"
            )
        first, *more_languages = self.draft.languages
        return {first: first_of(plain), **plain} if more_languages and plain else first_of(plain)

    def _question(self, answer: re.Match[str]) -> str:
        label = self.labels.get(answer[1])
        return "…" if label is None else f"[{cut(first_of(label), 40)}]"

    def list_of(
        self, name: str, parents: Mapping[str, str] | None = None, *, with_other: bool = False
    ) -> tuple[str, dict[str, str]]:
        """Return the name of a list in the spec, and the codes of its entries by their names.

        Of a list that is filtered there are those entries whose places have `parents`, or "" where they have none.
        """
        codes: dict[str, str] = {}
        entries: list[Entry] = []
        labels = set[str]()
        used_codes = set[str]()
        numbered = are_numbers([row.name for row in self.lists[name]])
        for row in self.lists[name]:
            if parents is not None and row.part.place not in parents:
                continue
            if not row.name:
                row.part.leave_out("it has no name")
                continue
            code = re.sub(r"[;\s]+", "_", row.name)
            free_code = unique(code.casefold(), used_codes)
            used_codes.add(free_code)
            code = code if code.casefold() == free_code else free_code
            renamed = code != row.name
            row.part.keep("", f"its code is {code}" if renamed else "")
            label = in_each(
                self.words(row, "label") or row.name, lambda text: cut(text, LONGEST_LABEL)
            )
            if not labels.isdisjoint(_shown(label)):
                label = behind(label, f"({cut(code, 40)})")
            labels |= _shown(label)
            entries.append({"code": code, "label": label})
            if renamed:
                entries[-1]["aliases"] = [row.name]
            if parents and parents[row.part.place]:
                entries[-1]["parent"] = parents[row.part.place]
            if numbered:
                entries[-1]["value"] = plain_number(row.name)
            codes.setdefault(row.name, code)
        if with_other and "other" not in used_codes:
            label = "Other (please say)" if "other" in labels else "Other"
            entries.append({"code": "other", "label": label})
            codes["other"] = "other"
        return self.draft.listed(list_name(name), entries), codes


def _tag(language: str) -> str | None:
    """Return the tag of a language that a heading names: `French (fr)`, `French(fr)`, `fr`, `French`."""
    within = re.search(r"\(([\w-]+)\)\s*$", language)
    return (proper_tag(within[1]) if within else None) or proper_tag(
        language.partition("(")[0].strip()
    )


def _shown(label: Said) -> set[str]:
    """Return what a label is in any language, as two of them are compared."""
    return {text.casefold() for text in ([*label.values()] if isinstance(label, dict) else [label])}
