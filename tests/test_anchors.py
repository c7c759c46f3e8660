"""Anchors of scales: what each step means, in a few words and by each kind of looking at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hrge_xl import load
from tests.face import build, html, text
from tests.test_spec import copy, damage, mistakes  # noqa: F401 (a fixture)

LISTS = "vocabularies.yaml"


def panel(tool: str, language: str) -> list[tuple[str, str]]:
    """What the panel of a sheet of the example says, line by line."""
    return [(line.about, line.text) for line in build(load("example"), language).sheet[tool].panel]


def test_every_step_stands_beside_its_anchor_by_each_kind() -> None:
    lines = panel("R1", "fr")
    at = lines.index(("2 Grave", "Pour les personnes: Certains ne peuvent pas participer"))
    assert lines[at + 1] == ("", "Pour l'atelier: Une journée est perdue")
    assert ("2 Possible", "10–50 %") in lines


@pytest.mark.parametrize("name", ["example", "hrge_toolkit"])
def test_every_scale_of_the_specs_says_something_about_its_steps(name: str) -> None:
    lists = load(name).vocabularies
    for scale in load(name).scales:
        assert any(item.anchor or item.anchors or item.help for item in lists[scale].items), scale


def test_the_page_of_a_spec_shows_anchors() -> None:
    spec = load("example")
    assert "2 Possible (10–50 %)" in text(spec, "en")
    assert "For the workshop: A day is lost" in html(spec, "en")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "code: RED, label",
            "code: RED, anchor: less of it, label",
            "The list 'RESPONSE' is not a scale: nobody would see what anchors the entry 'RED'. "
            "Say it in `label` or `help`.",
        ),
        (
            "plan: {en: A day",
            "plans: {en: A day",
            "The list has no kind 'plans'. Did you mean 'plan'?",
        ),
        (
            "plan: {en: A day",
            "plans: {en: A day",
            "The entry '2' says nothing by the kind 'plan'. Add `plan: …` to its `anchors`.",
        ),
        (
            "ar: نادر}, anchor",
            "ar: نادر}, anchors: {people: few}, anchor",
            "The list has no kind 'people'. Add `kinds: {people: …}` to the list.",
        ),
        (
            "people: {en: For people",
            'people: ""\n    more: {en: For people',
            "The kind 'people' has an empty label. Say what it looks at.",
        ),
        (
            "{en: over 50 %",
            "{en: " + "very often " * 24,
            "With its anchor the entry '3' has 274 characters; a cell shows 250. Shorten the anchor.",
        ),
    ],
)
def test_mistakes_in_anchors_are_told(copy: Path, old: str, new: str, said: str) -> None:  # noqa: F811
    line, _ = damage(copy, LISTS, old, new)
    told = [each for each in mistakes(copy) if each.endswith(said)]
    assert told
    assert abs(int(told[0].split(":")[1]) - line) <= 4


def test_anchors_of_a_list_in_a_file(copy: Path) -> None:  # noqa: F811
    written = (copy / LISTS).read_text("utf-8")
    first, last = written.index("LIKELIHOOD:"), written.index("IMPACT:")
    (copy / LISTS).write_text(written[:first] + "LIKELIHOOD: {file: l.csv}\n" + written[last:], "utf-8")
    lines = "code,label,label:fr,anchor,anchor:fr\n1,Rare,Rare,seldom,rarement\n2,Now,Là,,\n3,So,Si,,\n"
    (copy / "l.csv").write_text(lines, "utf-8")
    assert load(copy).vocabularies["LIKELIHOOD"].items[0].as_step("fr") == "1 Rare (rarement)"
