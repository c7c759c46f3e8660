"""Mutations by structure: what a file says stays well-formed, and says something that nobody would."""

from __future__ import annotations

import copy
import json
import math
import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import yaml

from tests.damage import KEY, PROPERTIES, STRINGS, TYPES, words
from tests.face import (
    FIELD_TYPES,
    FUNCTIONS,
    PROPERTY_PREFIX,
    ChecklistBlock,
    Field,
    FormBlock,
    Identity,
    RegisterBlock,
    sign,
    to_pairs,
)
from tests.intake_files import LINKS

Parts = dict[str, bytes]
Mutation = Callable[[Parts, random.Random], None]

SAID = yaml.safe_load(Path(__file__).with_name("structure.yaml").read_text(encoding="utf-8"))
TEXTS = (*SAID["texts"], "9" * 400, "x" * 40_000, "é" * 300, "😀" * 20_000, "Q" * 255)
TARGETS = (*SAID["targets"], "x" * 5_000)
CONTENT_TYPES = (*SAID["content types"], "x" * 1_000)
KINDS_OF_LINKS = SAID["kinds of links"]
DAYS = tuple(SAID["days"])
BEYOND = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
)  # every calendar, in another zone
NUMBERS = (
    0,
    -1,
    1,
    2,
    1.5,
    1e308,
    -0.0,
    10**30,
    2**31,
    2**63,
    2**64,
    -(2**63) - 1,
    math.nan,
    math.inf,
)
MOST_LEVELS = 90


def tree_of(parts: Parts, name: str) -> Element:
    """A part as a tree; an empty one where it was spoilt before."""
    try:
        return ElementTree.fromstring(parts[name])
    except ElementTree.ParseError:
        return Element("x")


def put(parts: Parts, name: str, tree: Element) -> None:
    """Write a tree back."""
    parts[name] = ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)


def change_tree(tree: Element, chance: random.Random, texts: tuple[str, ...] = TEXTS) -> None:
    """One thing in a tree: an attribute, a text, or an element taken out, doubled, moved, renamed or nested."""
    parents = {child: parent for parent in tree.iter() for child in parent}
    if not parents:
        tree.text = chance.choice(texts)
        return
    one, other = chance.choice(list(parents)), chance.choice(list(parents))
    act = chance.randrange(10)
    if act < 4 and one.attrib:
        one.set(chance.choice(list(one.attrib)), chance.choice(texts))
    elif act < 5 and one.attrib:
        del one.attrib[chance.choice(list(one.attrib))]
    elif act < 6:
        one.text = chance.choice(texts)
    elif act < 7:
        parents[one].remove(one)
    elif act < 8:
        parents[one].extend([copy.deepcopy(one)] * chance.choice((1, 1, 3, 300)))
    elif act < 9:
        parents[other].append(copy.deepcopy(one))
    else:
        nest(one, chance.choice((2, MOST_LEVELS)))


def nest(element: Element, levels: int) -> None:
    """Put an element into itself, so many times."""
    inner = copy.deepcopy(element)
    for _ in range(levels):
        outer = Element(element.tag, element.attrib)
        outer.append(inner)
        inner = outer
    element.append(inner)


def in_tree(name: str, *, times: int = 3) -> Mutation:
    """Change a part in some places."""

    def mutate(parts: Parts, chance: random.Random) -> None:
        if name in parts:
            tree = tree_of(parts, name)
            for _ in range(chance.randint(1, times)):
                change_tree(tree, chance)
            put(parts, name, tree)

    return mutate


def stamp(parts: Parts, chance: random.Random) -> None:
    """Other words in some fields of the stamp, in one of its places or both, signed by us or not."""
    tree = tree_of(parts, PROPERTIES)
    kept = {node.get("name", "").removeprefix(PROPERTY_PREFIX): node for node in tree}
    values = {name: "".join(node.itertext()) for name, node in kept.items()}
    known = {name: value for name, value in values.items() if name in FIELDS}
    for name in chance.sample(FIELDS, chance.choice((1, 1, 1, 2, 4))):
        known[name] = printable(chance.choice(DAYS if name in ("issued", "today") else TEXTS))
    identity = Identity(**{"spec": "", "spec_version": "", "layout": "", "language": ""} | known)
    pairs = to_pairs(sign(identity, KEY) if chance.random() < 0.7 else identity)
    where = chance.choice(("both", "both", "sheet", "properties"))
    for row, (name, value) in enumerate(pairs, start=2):
        if where != "properties":
            on_sheet(parts, row, value)
        if where != "sheet" and name in kept and len(kept[name]):
            kept[name][0].text = value
    put(parts, PROPERTIES, tree)


FIELDS = tuple(name for name, _ in to_pairs(Identity("", "", "", "")))


def printable(text: str) -> str:
    """A text without what XML cannot hold."""
    return "".join(
        letter for letter in text if letter in "\t\n" or (letter >= " " and letter != "\ufffe")
    )


def on_sheet(parts: Parts, row: int, value: str) -> None:
    """A value of the stamp as its own sheet has it."""
    stamp = max(name for name in parts if name.startswith("xl/worksheets/sheet"))  # it stands last
    text = {stamp: parts[stamp].decode()}
    try:
        words(stamp, f"B{row}", value)(text)
    except AssertionError:  # a program that saved it has written the cell in a way of its own
        return
    parts[stamp] = text[stamp].encode()


def properties(parts: Parts, chance: random.Random) -> None:
    """The custom properties: other names, kinds and values, or none."""
    if chance.randrange(8) == 0:
        del parts[PROPERTIES]
        return
    in_tree(PROPERTIES)(parts, chance)


def moments(parts: Parts, chance: random.Random) -> None:
    """When the file was made and saved."""
    name = "docProps/core.xml"
    if name in parts:
        tree = tree_of(parts, name)
        for node in tree:
            if node.tag.endswith(("modified", "created")):
                node.text = chance.choice((*DAYS, *BEYOND))
        put(parts, name, tree)


def names(parts: Parts, chance: random.Random) -> None:
    """Defined names."""
    tree = tree_of(parts, "xl/workbook.xml")
    found = [node for node in tree.iter() if node.tag.endswith("}definedName")]
    for node in chance.sample(found, min(len(found), chance.choice((1, 5, 50)))):
        if chance.randrange(2):
            node.set("name", chance.choice(TEXTS))
        if chance.randrange(2):
            node.text = chance.choice(
                (*TEXTS, "Plan!$A$1", "Plan!A0", "[1]Plan!$A$1", "Plan!#REF!", "'Plan'!$A:$XFD")
            )
        if chance.randrange(4) == 0:
            node.set("localSheetId", chance.choice(TEXTS))
    put(parts, "xl/workbook.xml", tree)


def sheets(parts: Parts, chance: random.Random) -> None:
    """The list of sheets: names, states, numbers, links."""
    tree = tree_of(parts, "xl/workbook.xml")
    found = [node for node in tree.iter() if node.tag.endswith("}sheet")]
    for node in chance.sample(found, min(len(found), chance.choice((1, 1, 3)))):
        attribute = chance.choice(("name", "name", "state", "sheetId", f"{{{LINKS}}}id"))
        node.set(attribute, chance.choice(TEXTS))
    if chance.randrange(6) == 0:
        in_tree("xl/workbook.xml")(parts, chance)
    else:
        put(parts, "xl/workbook.xml", tree)


def links(parts: Parts, chance: random.Random) -> None:
    """Relationships: to nowhere, in circles, outside, of other kinds, twice."""
    name = chance.choice([name for name in parts if name.endswith(".rels")])
    tree = tree_of(parts, name)
    for node in chance.sample(list(tree), min(len(tree), chance.choice((1, 1, 2)))):
        act = chance.randrange(6)
        if act < 3:
            node.set("Target", chance.choice(TARGETS))
        elif act < 4:
            node.set("Type", f"{LINKS}/{chance.choice(SAID['kinds of links'])}")
        elif act < 5:
            node.set("TargetMode", chance.choice(("External", "Internal", "external", "x")))
        else:
            node.set("Id", chance.choice(("rId1", "rId2", "", "x")))
    put(parts, name, tree)
    if chance.randrange(5) == 0:  # a part that links to itself
        target = chance.choice([name for name in parts if name.startswith("xl/")])
        folder, _, file = target.rpartition("/")
        kind = chance.choice(KINDS_OF_LINKS)
        parts[f"{folder}/_rels/{file}.rels"] = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{LINKS}/{kind}" Target="{file}"/></Relationships>'
        ).encode()


def content_types(parts: Parts, chance: random.Random) -> None:
    """What the parts are said to be."""
    tree = tree_of(parts, TYPES)
    for node in chance.sample(list(tree), min(len(tree), chance.choice((1, 1, 3)))):
        if chance.randrange(3):
            node.set("ContentType", chance.choice(CONTENT_TYPES))
        elif "PartName" in node.attrib:
            node.set("PartName", chance.choice(TARGETS))
        else:
            node.set("Extension", chance.choice(("xml", "rels", "", "bin", "XML")))
    put(parts, TYPES, tree)


def strings(parts: Parts, chance: random.Random) -> None:
    """Shared texts: other ones, in another order, in runs, too few."""
    if STRINGS not in parts:
        return
    tree = tree_of(parts, STRINGS)
    items = list(tree)
    act = chance.randrange(5)
    if act == 0:
        chance.shuffle(items)
        tree[:] = items
    elif act == 1:
        tree[:] = items[: chance.randrange(len(items) + 1)]
    elif act == 2:
        for item in chance.sample(items, min(len(items), 40)):
            for node in item.iter():
                node.text = chance.choice(TEXTS)
    else:
        for _ in range(chance.choice((1, 5))):
            change_tree(tree, chance)
    put(parts, STRINGS, tree)


def swapped(parts: Parts, chance: random.Random) -> None:
    """Two parts in the place of each other, or one that is gone."""
    one, other = chance.sample(list(parts), 2)
    if chance.randrange(3):
        parts[one], parts[other] = parts[other], parts[one]
    else:
        del parts[one]


def sheet_part(parts: Parts, chance: random.Random) -> None:
    """Anything in a sheet."""
    found = [name for name in parts if name.startswith("xl/worksheets/sheet")]
    if found:
        in_tree(chance.choice(found), times=6)(parts, chance)


KINDS: Mapping[str, Mutation] = {
    "stamp": stamp,
    "properties": properties,
    "moments": moments,
    "core": in_tree("docProps/core.xml"),
    "app": in_tree("docProps/app.xml"),
    "names": names,
    "sheets": sheets,
    "links": links,
    "content types": content_types,
    "strings": strings,
    "styles": in_tree("xl/styles.xml", times=10),
    "theme": in_tree("xl/theme/theme1.xml"),
    "workbook": in_tree("xl/workbook.xml"),
    "sheet": sheet_part,
    "parts": swapped,
}


# JSON


def values(chance: random.Random) -> Any:
    """Something that does not belong there."""
    return chance.choice(
        (
            None,
            True,
            False,
            chance.choice(NUMBERS),
            chance.choice(NUMBERS),
            chance.choice(TEXTS),
            chance.choice(DAYS),
            [],
            {},
            [None],
            [[]],
            {"a": 1},
            ["x"] * 1_000,
        )
    )


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with each of its keys."""
    found: list[tuple[Any, Any]] = []
    waiting = [data]
    while waiting:
        here = waiting.pop()
        keys = (
            list(here)
            if isinstance(here, dict)
            else range(len(here))
            if isinstance(here, list)
            else ()
        )
        found += [(here, key) for key in keys]
        waiting += [here[key] for key in keys]
    return found


def change_data(data: Any, chance: random.Random) -> None:
    """One value of a document otherwise: gone, of another type, huge, nested, or somewhere else."""
    found = places(data)
    if not found:
        return
    (home, key), (other, from_) = chance.choice(found), chance.choice(found)
    act = chance.randrange(8)
    if act < 4:
        home[key] = values(chance)
    elif act < 5:
        del home[key]
    elif act < 6:
        home[key] = copy.deepcopy(other[from_])
    elif isinstance(home, list):
        home.extend([copy.deepcopy(home[key])] * chance.choice((1, 1, 30)))
    else:
        home[chance.choice(TEXTS)] = values(chance)


def change_json(data: Any, chance: random.Random) -> str:
    """A document with some of its values otherwise."""
    data = copy.deepcopy(data)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        change_data(data, chance)
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    act = chance.randrange(30)
    if act == 0:
        return text.replace("[", "[" * chance.choice((100, 100_000)), 1)
    return text[: chance.randrange(len(text))] if act == 1 else text


# specs, as somebody may leave them who edits what was imported

OPTIONS = sorted(
    {
        *Field.model_fields,
        *FormBlock.model_fields,
        *RegisterBlock.model_fields,
        *ChecklistBlock.model_fields,
    }
)
TAGS = ("en", "fr", "ar", "zh", "fa-AF", "ne", "pt-BR", "xx")
CONDITIONS = ("relevant", "check", "when", "formula", "default")
WORD = re.compile(r"\w+|'[^']*'|[<>=!]=?|[-+*/(),]")
WORDS = (
    *"+-*/<(),",
    "==",
    "!=",
    ">=",
    "and",
    "or",
    "if",
    "not",
    "value",
    "0",
    "2.5",
    "'X'",
    "'OTHER'",
    "",
)


def change_spec(files: dict[str, Any], chance: random.Random) -> None:
    """One thing in the files of a spec otherwise."""
    chance.choice(CHANGES)(files, chance)


def anything(files: dict[str, Any], chance: random.Random) -> None:
    """Something in one of the files that nobody would say; the files keep their names."""
    change_data(files[chance.choice(sorted(files))], chance)


def option(files: dict[str, Any], chance: random.Random) -> None:
    """An option gone, under the name of another one, or said twice."""
    home, key = chance.choice([(home, key) for home, key in places(files) if key in OPTIONS])
    told = home[key] if chance.randrange(3) == 0 else home.pop(key)
    if chance.randrange(2):
        home[chance.choice(OPTIONS)] = copy.deepcopy(told)


def entry(files: dict[str, Any], chance: random.Random) -> None:
    """An entry of a list gone, doubled, or in the place of another one."""
    (home, key), (other, there) = (
        chance.choice([at for at in places(files) if isinstance(at[0], list)]) for _ in range(2)
    )
    act = chance.randrange(3)
    if act == 0:
        home.insert(chance.randrange(len(home) + 1), copy.deepcopy(home[key]))
    elif act == 1:
        del home[key]
    else:
        home[key], other[there] = copy.deepcopy(other[there]), copy.deepcopy(home[key])


def alike(files: dict[str, Any], chance: random.Random) -> None:
    """What two options of one name say, in the place of each other: codes, types, lists, expressions, texts."""
    found = places(files)
    key = chance.choice(sorted({key for home, key in found if isinstance(home, dict)}))
    homes = [home for home, name in found if name == key and isinstance(home, dict)]
    one, other = chance.choice(homes), chance.choice(homes)
    one[key], other[key] = copy.deepcopy(other[key]), copy.deepcopy(one[key])


def field_type(files: dict[str, Any], chance: random.Random) -> None:
    """A field of another type."""
    chance.choice([home for home, key in places(files) if key == "type"])["type"] = chance.choice(
        [*FIELD_TYPES]
    )


def languages(files: dict[str, Any], chance: random.Random) -> None:
    """More languages, others, or only one."""
    head = files["workbook.yaml"]
    known = head["languages"]
    head["languages"] = chance.choice(
        ([*known, chance.choice(TAGS)], [chance.choice(TAGS)], known[:1], known[::-1])
    )


def expression(files: dict[str, Any], chance: random.Random) -> None:
    """One word of an expression otherwise."""
    found = places(files)
    texts = [(home, key) for home, key in found if key in CONDITIONS and isinstance(home[key], str)]
    codes = [home[key] for home, key in found if key == "code"]
    if not texts:
        return
    home, key = chance.choice(texts)
    words = WORD.findall(home[key]) or ["0"]
    words[chance.randrange(len(words))] = str(
        chance.choice(chance.choice((codes, WORDS, [*FUNCTIONS])))
    )
    home[key] = " ".join(words)


# some are taken more often than others: more of what they make still works
CHANGES = (
    anything,
    option,
    option,
    entry,
    alike,
    alike,
    field_type,
    languages,
    expression,
    expression,
)
