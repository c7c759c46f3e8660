"""Field types with a list: one entry, several, a step of a scale, yes or no, a tick."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from ..core.numerals import shown
from ..core.words import (
    fold,
    fold_code,
    letters,
    skeleton,
    spaceless,
    tidy,
    translator,
    western_digits,
)
from ..core.work import grouped
from ..findings import Kind
from ..findings.value import (
    NOT_IN_LIST,
    OTHER_SPELLING,
    REST_NOT_COUNTED,
    ROW_NOT_FOUND,
    SPELLING_TIDIED,
    WRONG_PARENT,
)
from ..language import Ref, Type
from ..language.function import is_step
from ..language.functions.answers import Readable
from ..language.functions.choices import Belongs, InUse
from ..language.tree import NameScope
from .field import (
    CellValue,
    Check,
    Evidence,
    Field,
    FieldType,
    Guess,
    GuessSource,
    Names,
    Reading,
    Sample,
    Sampling,
    Spellings,
    Vocabularies,
)

SUGGESTION_CUTOFF = 75
# what may stand between a number and words, and what makes it a share
MARKS = " .:-–)"
PERCENT_SIGNS = "%％﹪٪"
YES_NO = "_YN"
TICK = "_TICK"
OFFERED = ("✓", "x", "1")  # of the ways to tick those that the sheet itself lets in
# What stands for a tick, and for none, in any language; as a sheet finds it in small letters. The truth values are
# those of Excel in English, French, Portuguese, Russian and Spanish: what a formula makes of TRUE goes by it.
TICKS = {
    "Y": (
        "✓",
        "✔",
        "☑",
        "√",
        "x",
        "×",
        "1",
        "y",
        "yes",
        "true",
        "vrai",
        "verdadeiro",
        "истина",
        "verdadero",
    ),
    "N": ("n", "no", "0", "false", "faux", "falso", "ложь"),
}
YES_NO_WORDS = tuple(
    map(frozenset, (("yes", "no"), ("oui", "non"), ("نعم", "لا"), ("y", "n"), ("sí", "no")))
)


class ChoiceField(FieldType):
    """One entry of a list: the cell shows the label, the data hold the code."""

    name = "choice"
    meaning = "one entry of a list; with `parent` the list depends on another field of the row"
    yields = Type.CODE
    needs: Names = ("vocabulary",)
    allows: Names = ("parent", "default")
    width = 16
    validation = "list"

    def read(self, field: Field, cell: CellValue, lists: Vocabularies) -> Reading:
        """Read the code of the label, in whatever spelling the list knows; else a suggestion."""
        text = tidy(cell.as_text())
        name = field.list_name or ""
        labels = lists.labels[name]
        spellings = lists.spellings[name]
        meant = _nearly(text, labels, spellings) or spellings.get(fold(text))
        if meant is None:
            return Reading(problem=NOT_IN_LIST.code, suggestion=_suggest(text, labels))
        code, note = meant
        if note is None and cell.as_text() not in labels:
            note = SPELLING_TIDIED.code
        return Reading(code=code, notes=(note,) if note else ())

    def readable(self, field: Field, cell: str) -> str:
        """Write whether it is a label of the list."""
        return f"ISNUMBER(MATCH({cell},list_{field.list_name},0))"

    def checks(self, field: Field, value: Ref, scope: NameScope) -> Iterator[Check]:
        """Yield an entry of the list, and of that part of it which another answer decides."""
        yield Check(NOT_IN_LIST, Readable().call(value))
        above = scope.find(field.parent) if field.parent is not None else None
        if above:
            yield Check(WRONG_PARENT, Belongs().call(value, above))

    def guess(self, evidence: Evidence) -> Guess | None:
        """Return a dropdown."""
        if evidence.rule == "list" and evidence.labels:
            return Guess(GuessSource.RULE, labels=evidence.labels)
        return None


class ManyField(ChoiceField):
    """Several entries of a list, one a cell."""

    name = "many"
    meaning = "several entries, one in each of a number of `cells`"
    yields = Type.MANY
    allows = ("cells", "default")
    width = 12
    several = True

    def readable(self, field: Field, cell: str) -> str:
        """Write whether whatever stands in its cells is a label of the list."""
        return f'SUMPRODUCT((TRIM({cell})<>"")*ISNA(MATCH({cell},list_{field.list_name},0)))=0'

    def guess(self, evidence: Evidence) -> Guess | None:
        """Nothing says that several cells are one answer."""
        return None

    def sample(self, field: Field, sampling: Sampling) -> Sample | None:
        """As many entries as there are cells, each once."""
        first = sampling.code
        return (
            None
            if first is None
            else tuple(dict.fromkeys((first, *sampling.codes)))[: sampling.cells]
        )


class ScaleField(ChoiceField):
    """A step of a numbered scale: the cell shows `3 Possible (41–60 %)`, the data hold 3.

    The number in front is enough; what stands behind it must be words of the same step, or is told.
    """

    name = "scale"
    meaning = "a step of a numbered list; the codes are numbers"
    yields = Type.NUMBER
    allows = ("default",)
    number_format = "General"
    width = 18
    instruction = "Choose a step, or type its number."
    stepped = True
    tolerant = True

    def read(self, field: Field, cell: CellValue, lists: Vocabularies) -> Reading:
        """Read the number of the step: as a sheet finds it, else from its number or words in whatever spelling."""
        text = shown(cell.value)
        name = field.vocabulary or ""
        labels = lists.labels[name]
        spellings = lists.spellings[name]
        step = step_of(text, labels)
        if step and not isinstance(cell.value, bool):
            return Reading(number=float(step))
        plain = tidy(western_digits(text))
        code = spellings.get(fold(plain), ("", None))[0]
        note = OTHER_SPELLING
        if not code:
            code, note = _in_front(plain, spellings)
        if not code:
            return Reading(problem=NOT_IN_LIST.code, suggestion=_suggest(plain, labels))
        return Reading(number=float(code), notes=(note.code,))

    def readable(self, field: Field, cell: str) -> str:
        """Write whether it is a step; to LibreOffice TRUE is a number."""
        is_entry = f"SUMPRODUCT(--{is_step(cell, f'list_{field.list_name}')})>0"
        return f"AND(NOT(ISLOGICAL({cell})),{is_entry})"

    def guess(self, evidence: Evidence) -> Guess | None:
        """Return a dropdown of nothing but numbers, alone or in front of words."""
        labels = evidence.labels or ()
        heads = {step_in(label) for label in labels}
        if evidence.rule != "list" or not 2 <= len(labels) == len(heads):
            return None
        if not all(head.isascii() and head.isdecimal() for head in heads):
            return None
        return Guess(
            GuessSource.RULE,
            labels=labels,
            note="a scale, as all entries are numbers",
            special=True,
        )

    def sample(self, field: Field, sampling: Sampling) -> Sample | None:
        """Return the next step."""
        return None if sampling.code is None else float(sampling.code)


class YesNoField(ChoiceField):
    """Yes or no."""

    name = "yesno"
    meaning = "yes or no"
    needs = ()
    allows = ("default",)
    style = "input_centre"
    width = 8
    own_list = YES_NO

    def read(self, field: Field, cell: CellValue, lists: Vocabularies) -> Reading:
        """Read yes or no; a truth value only where it is true, for FALSE may be an untouched tick box."""
        if cell.value is True:
            return Reading(code="Y", notes=(OTHER_SPELLING.code,))
        if cell.value is False:
            return Reading(problem=NOT_IN_LIST.code)
        return super().read(field, cell, lists)

    def guess(self, evidence: Evidence) -> Guess | None:
        """Return a dropdown of the two words, or truth values."""
        if (
            evidence.rule == "list"
            and frozenset(label.casefold() for label in evidence.labels or ()) in YES_NO_WORDS
        ):
            return Guess(GuessSource.RULE, note="yes or no, from its dropdown", special=True)
        if evidence.values and all(isinstance(value, bool) for value in evidence.values):
            return Guess(GuessSource.VALUES, note="yes or no, from its content", special=True)
        return None


class TickField(ChoiceField):
    """A tick: one key says yes, in whatever way people tick; blank says that there is none."""

    name = "tick"
    meaning = "a tick: `x`, `✓`, `1` or yes; blank is none"
    needs = ()
    allows = ()
    keeps = ("yesno",)
    number_format = "General"  # else a typed 1 is a text, and no entry of the list
    style = "input_centre"
    width = 8
    instruction = "Type x, or leave the cell blank."
    own_list = TICK  # with the word that older workbooks have where there is none

    def read(self, field: Field, cell: CellValue, lists: Vocabularies) -> Reading:
        """Read a tick in whatever way it is given; a truth value is that of a box to tick."""
        written = cell.as_text().strip(" ").lower()
        spellings = lists.spellings[TICK]
        if written in spellings:
            return Reading(code=spellings[written][0])
        if fold(written) in spellings:
            return Reading(code=spellings[fold(written)][0], notes=(SPELLING_TIDIED.code,))
        return Reading(problem=NOT_IN_LIST.code)

    def readable(self, field: Field, cell: str) -> str:
        """Write whether it is a tick, or says that there is none."""
        return f"OR({ticked(cell, 'Y')},{ticked(cell, 'N')})"

    def guess(self, evidence: Evidence) -> Guess | None:
        """Return a dropdown of nothing but ticks, or cells with nothing else."""
        if evidence.rule == "list" and evidence.labels and _are_ticks(evidence.labels):
            return Guess(GuessSource.RULE, note="a tick, from its dropdown", special=True)
        if evidence.values and _are_ticks(evidence.values):
            return Guess(GuessSource.VALUES, note="a tick, from its content", special=True)
        return None

    def sample(self, field: Field, sampling: Sampling) -> Sample | None:
        """Return a tick."""
        return "Y"


def step_in(text: str) -> str:
    """Return the number in front of an entry of a scale."""
    return text.strip(" ").split(" ")[0]


def step_of(text: str, entries: Iterable[str]) -> str:
    """Return the number of the entry that a text is, or begins with whole words, just as the sheet's own formulas
    do.
    """
    begun = " ".join([*filter(None, text.split(" ")), ""]).casefold()
    meant = (entry for entry in entries if begun and f"{entry} ".casefold().startswith(begun))
    return step_in(next(meant, ""))


def _in_front(text: str, spellings: Spellings) -> tuple[str, Kind]:
    """Return the step whose number stands in front of other words, and what is told of these.

    "" where no step does, or where the words belong to another one, or hold a figure: a range, a share, a count.
    """
    front, _, behind = text.partition(" ")
    code = front.rstrip(MARKS)
    if not code or spellings.get(code, ("",))[0] != code:
        return "", REST_NOT_COUNTED
    phrase = _phrase(behind)
    steps = _names_of_steps(spellings)
    called = {step for step, names in steps.items() if phrase.letters and phrase.is_one_of(names)}
    if code in called or not behind.strip(MARKS):
        return code, OTHER_SPELLING
    if not called and phrase.begins(steps[code]):  # a label that was cut off
        return code, OTHER_SPELLING
    of_others = called or _has_words_of_others(phrase, code, steps)
    has_figures = any(sign.isnumeric() or sign in PERCENT_SIGNS for sign in behind)
    return "" if of_others or has_figures else code, REST_NOT_COUNTED


class _Phrase(NamedTuple):
    """The letters and digits of some words, and where among them a word may begin or end."""

    letters: str
    bounds: frozenset[int]

    def is_one_of(self, names: Iterable[_Phrase]) -> bool:
        """Say whether these are the words of a step: the label, the explanation behind it, or both."""
        names_in_letters = {name.letters for name in names}
        return not names_in_letters.isdisjoint(
            {self.letters, *(name + self.letters for name in names_in_letters)}
        )

    def begins(self, names: Iterable[_Phrase]) -> bool:
        """Say whether a label begins like this, and with more than a figure."""
        has_words = not self.letters.isnumeric() and self.letters
        return bool(has_words) and any(name.letters.startswith(self.letters) for name in names)

    def is_part_of(self, names: Iterable[_Phrase]) -> bool:
        """Say whether a label begins like this, or holds these words where they are several; the last may be cut."""
        has_several = len(self.bounds) > 2
        return self.begins(names) or (
            has_several
            and any(
                name.letters.startswith(self.letters, at) for name in names for at in name.bounds
            )
        )

    def has_at(self, at: int, name: _Phrase) -> bool:
        """Say whether a name, and no longer word, stands at one of the bounds."""
        return at + len(name.letters) in self.bounds and self.letters.startswith(name.letters, at)


Steps = Mapping[str, Sequence[_Phrase]]


def _has_words_of_others(phrase: _Phrase, code: str, steps: Steps) -> bool:
    """Say whether words behind the number of a step are part of the label of another one, or hold its name."""
    other_names = [name for step, names in steps.items() if step != code for name in names]
    if phrase.is_part_of(other_names) and not phrase.is_part_of(steps[code]):
        return True
    own_names = {name.letters for name in steps[code]}
    end = 0
    for at in sorted(phrase.bounds):
        names = (
            name.letters
            for name in (*steps[code], *other_names)
            if at >= end and phrase.has_at(at, name)
        )
        name = max(names, key=len, default="")
        if name and name not in own_names:
            return True
        end = max(end, at + len(name))
    return False


def _names_of_steps(spellings: Spellings) -> Steps:
    """Return by step its names in every language: labels, with and without explanations, and aliases."""
    return grouped(
        (code, phrase)
        for spelled, (code, _) in spellings.items()
        if (phrase := _phrase(spelled.removeprefix(f"{code} "))).letters
    )


def _phrase(text: str) -> _Phrase:
    all_letters = ""
    bounds = {0}
    for is_word, signs in groupby(text, lambda sign: unicodedata.category(sign)[0] in "LMN"):
        word = letters("".join(signs)) if is_word else ""
        if spaceless(word):
            bounds.update(range(len(all_letters), len(all_letters) + len(word)))
        all_letters += word
        bounds.add(len(all_letters))
    return _Phrase(all_letters, frozenset(bounds))


def tick_spellings(languages: Iterable[str]) -> dict[str, Names]:
    """Return by code what is read as a tick, and as none, in a workbook of a spec in these languages."""
    translators = [translator(language) for language in languages]
    words = {"Y": [say("Yes") for say in translators], "N": [say("No") for say in translators]}
    return {
        code: tuple(dict.fromkeys((*spellings, *map(str.lower, words[code]))))
        for code, spellings in TICKS.items()
    }


def ticked(cells: str, code: str) -> str:
    """Write whether a cell, or each of a run, is ticked, or with the code `N` says that it is not."""
    number = list(TICKS).index(code) + 1
    return f'ISNUMBER(FIND("["&LOWER(TRIM({cells}))&"]",INDEX(spellings_{TICK},{number})))'


def _are_ticks(values: Sequence[object]) -> bool:
    marks = TICKS["Y"][:6]
    return all(isinstance(value, str) and value.strip().lower() in marks for value in values)


def _nearly(text: str, labels: Names, spellings: Spellings) -> tuple[str, str] | None:
    """Return the one entry whose label differs in marks, unseen characters or kinds of a letter only; None else."""
    bones = skeleton(text)
    if not bones or text in labels or fold(text) in map(fold, labels):
        return None
    near = {spellings[fold(label)][0] for label in labels if skeleton(label) == bones}
    return (near.pop(), OTHER_SPELLING.code) if len(near) == 1 else None


def _suggest(text: str, labels: Names) -> str | None:
    from rapidfuzz import fuzz, process  # only once an answer is wrong

    match = process.extractOne(
        text, labels, scorer=fuzz.WRatio, processor=fold, score_cutoff=SUGGESTION_CUTOFF
    )
    return match[0] if match else None


# the field type of references to rows of other sheets

AROUND_DASH = re.compile(" ?- ?")


class ReferenceField(FieldType):
    """A row of another sheet: the cell shows its code and what it is about, the data hold the code."""

    name = "reference"
    meaning = "a row of another sheet"
    yields = Type.CODE
    needs = ("to",)
    allows = ("only", "narrowed")
    width = 20
    instruction = "Choose a row, or type its code."
    refuses = (ROW_NOT_FOUND,)
    validation = "list"

    def read(self, field: Field, cell: CellValue, lists: Vocabularies) -> Reading:
        """Read the code in front as the row itself writes it; whether that row is in use is a check."""
        text = cell.as_text()
        tables = [lists.rows.get(target, {}) for target in field.to]
        code = next(
            (table[head] for head in _heads(text) for table in tables if head in table), None
        )
        if code is None:
            return Reading(code=tidy(text).split(" ")[0])
        same = text.strip(" ").split(" ")[0] == code
        return Reading(code=code, notes=() if same else (SPELLING_TIDIED.code,))

    def checks(self, field: Field, value: Ref, scope: NameScope) -> Iterator[Check]:
        """Yield a row in use."""
        yield Check(ROW_NOT_FOUND, InUse().call(value))


def _heads(text: str) -> Iterator[str]:
    """Yield what may be the code in front of a text, the likeliest first."""
    folded = fold_code(text)
    for spelling in (folded, AROUND_DASH.sub("-", folded)):
        head = spelling.split(" ")[0]
        yield from (head, head.rstrip(".:,;-)"))


# the field type of what the sheet works out


class CalculatedField(FieldType):
    """A formula of the sheet; it is recomputed on return, never believed."""

    name = "calculated"
    meaning = "a formula; never typed, worked out again on return"
    needs = ("formula",)
    allows = ("result", "decimals", "unit", "summary", "beside")
    number_format = "General"
    width = 12
    calculated = True

    def read(self, field: Field, cell: CellValue, lists: Vocabularies) -> Reading:
        """Read what the sheet shows."""
        if field.result in ("number", "date"):
            number = cell.value if isinstance(cell.value, float | int) else None
            return Reading(number=None if number is None else float(number), problem=None)
        return Reading(text=tidy(cell.as_text()))
