"""Mistakes in the lists of a spec and in its matrix."""

from __future__ import annotations

from collections import Counter

from ..frozen import Found, Path
from ..suggest import NoSuch, remedy_for
from ..words import is_language
from .check_languages import too_long
from .check_names import doubled
from .model import Matrix, Spec, Vocabulary, VocabularyItem

LIMIT_LABEL = 250
NO_MATRIX = "The spec has no 'matrix.yaml'."


def check_lists(spec: Spec) -> Found:
    """Give codes and labels of every list, and the levels at the crossings of the matrix."""
    for name, vocabulary in spec.vocabularies.items():
        yield from _list(spec, vocabulary, ("vocabularies", name, "items"))
        yield from _anchors(spec, name, vocabulary)
    if spec.matrix is not None:
        yield from _matrix(spec, spec.matrix)


def _list(spec: Spec, vocabulary: Vocabulary, path: Path) -> Found:
    codes = [((*path, i, "code"), item.code) for i, item in enumerate(vocabulary.items)]
    yield from doubled(codes, "code", fold=True)
    yield from _labels(spec, vocabulary, path)
    for index, item in enumerate(vocabulary.items):
        yield from too_long((*path, index, "label"), item.label, LIMIT_LABEL, "The label")
        if not item.label:
            yield (
                (*path, index, "label"),
                f"The entry '{item.code}' has an empty label.",
                "Say what people choose.",
            )
        if ";" in item.code or not item.code.strip():
            yield (*path, index, "code"), f"'{item.code}' cannot be a code.", "Use letters and digits."


def _labels(spec: Spec, vocabulary: Vocabulary, path: Path) -> Found:
    """Labels that two entries share, each told in the first language in which it is so."""
    told: set[int] = set()
    for language in filter(is_language, spec.languages):
        said = [item.label.say(language) for item in vocabulary.items]
        times = Counter(label.casefold() for label in said)
        first: set[str] = set()
        for index, label in enumerate(said):
            again = label.casefold() in first
            first.add(label.casefold())
            if label and again and times[label.casefold()] > 1 and index not in told:
                told.add(index)
                text = vocabulary.items[index].label.by_language
                where = (*path, index, "label", language) if language in text else (*path, index, "label")
                yield where, f"The label '{label}' ({language}) is used twice.", "Give each entry its own."


def _anchors(spec: Spec, name: str, vocabulary: Vocabulary) -> Found:
    """Anchors that nobody would see, or that are missing at a step."""
    path: Path = ("vocabularies", name)
    for kind, label in vocabulary.kinds.items():
        if not label:
            yield (*path, "kinds", kind), f"The kind '{kind}' has an empty label.", "Say what it looks at."
    for index, item in enumerate(vocabulary.items):
        place, step = (*path, "items", index), item.as_step(spec.languages[0])
        option = next((each for each in ("anchor", "anchors") if getattr(item, each)), None)
        if option and name not in spec.scales:
            reason = (
                f"The list '{name}' is not a scale: nobody would see what anchors the entry '{item.code}'."
            )
            yield (*place, option), reason, "Say it in `label` or `help`."
        elif option == "anchor" and len(step) > LIMIT_LABEL:
            reason = f"With its anchor the entry '{item.code}' has {len(step)} characters"
            yield (*place, option), f"{reason}; a cell shows {LIMIT_LABEL}.", "Shorten the anchor."
        yield from _kinds(vocabulary, item, place)


def _kinds(vocabulary: Vocabulary, item: VocabularyItem, place: Path) -> Found:
    """Kinds of anchors that the list does not have, or that an entry says nothing about."""
    known = vocabulary.kinds
    for kind in item.anchors:
        if kind not in known:
            remedy = remedy_for(kind, list(known)) if known else f"Add `kinds: {{{kind}: …}}` to the list."
            yield (*place, "anchors", kind), f"The list has no kind '{kind}'.", remedy
    for kind in known:
        if not item.anchors.get(kind):
            reason = f"The entry '{item.code}' says nothing by the kind '{kind}'."
            yield (*place, "code"), reason, f"Add `{kind}: …` to its `anchors`."


def _matrix(spec: Spec, matrix: Matrix) -> Found:
    yield from doubled(
        [(("matrix", "levels", i, "code"), level.code) for i, level in enumerate(matrix.levels)], "level"
    )
    scales = {}
    for side, name in (("down", matrix.down), ("across", matrix.across)):
        if name not in spec.vocabularies:
            yield ("matrix", side), *no_list(spec, name)
            return
        scales[side] = list(spec.vocabularies[name].by_code)
        yield from whole_numbers(spec, name, ("matrix", side))
    for down in scales["down"]:
        for across in scales["across"]:
            level = matrix.cells.get(down, {}).get(across)
            if level is None:
                reason = NoSuch(f"No level at {down} × {across} (down × across).", across)
                yield ("matrix", "cells", down), reason, f"Add `{across}: …` to row {down}."
            elif level not in matrix.level:
                reason = NoSuch(f"There is no level '{level}', which is used at {down} × {across}.", level)
                yield ("matrix", "cells", down, across), reason, remedy_for(level, list(matrix.level))


def whole_numbers(spec: Spec, name: str, path: Path) -> Found:
    """Find where a list that is to be a scale has another code than a whole number."""
    wrong = [code for code in spec.vocabularies[name].by_code if not (code.isascii() and code.isdecimal())]
    if wrong:
        reason = f"The list '{name}' is not a scale: its code '{wrong[0]}' is not a whole number."
        yield path, reason, "Name a list with the codes 1, 2, 3 …, or use type choice."


def no_list(spec: Spec, name: str) -> tuple[str, str]:
    """Say that there is no list of a name."""
    return NoSuch(f"There is no vocabulary '{name}'.", name), remedy_for(name, list(spec.vocabularies))
