"""What people lay on top of the cells."""

from __future__ import annotations

from tests.damages.drawings import (
    chart,
    comment,
    embedded,
    group,
    ink,
    line,
    picture,
    text_box,
    text_shape,
    threaded,
)
from tests.damages.kinds import Kind, kind

LAW, VALUES = "1.1 Legislation", "4.C Values"
TEXT, PICTURE = "S035", "S036"
NOTE = "The second figure is wrong"

KINDS: list[Kind] = [
    *[
        kind(f"on top: a text box {name}", f"{TEXT} {where}", text_box(where, NOTE))
        for name, where in (
            ("over an answer", f"{LAW}!G7"),
            ("over a number", f"{VALUES}!P9"),
            ("over a question", "Form!D29"),
            ("beside the table", "Form!R9"),
            ("on the cover", "Cover!D10"),
            ("on the actions", "Actions!C8"),
            ("on the matrix", "Risk matrix!E8"),
            ("on the lists", "Lists!F5"),
        )
    ],
    kind("on top: a text box of several lines", f"{TEXT} {LAW}!G7", text_box(f"{LAW}!G7", "first\nsecond")),
    kind("on top: a text box that does not move", f"{TEXT} {LAW}", text_box(f"{LAW}!G7", NOTE, "absolute")),
    kind(
        "on top: a text box of a size of its own", f"{TEXT} {LAW}!G7", text_box(f"{LAW}!G7", NOTE, "oneCell")
    ),
    kind("on top: a text box in Arabic", f"{TEXT} {LAW}!G7", text_box(f"{LAW}!G7", "الرقم الثاني خطأ")),
    kind(
        "on top: two text boxes",
        f"{TEXT} {LAW}!G7; {TEXT} {LAW}!G10",
        text_box(f"{LAW}!G7", "a"),
        text_box(f"{LAW}!G10", "b"),
    ),
    kind(
        "on top: a group of text boxes",
        f"{TEXT} {LAW}!G7; {TEXT} {LAW}!G7",
        group(f"{LAW}!G7", "first", "second"),
    ),
    kind("on top: a bubble", f"{TEXT} {VALUES}!P9", text_shape(f"{VALUES}!P9", NOTE)),
    kind(
        "on top: an arrow with a text", f"{TEXT} {VALUES}!P9", text_shape(f"{VALUES}!P9", NOTE, "rightArrow")
    ),
    *[
        kind(f"on top: a picture {name}", f"{PICTURE} {where}", picture(where))
        for name, where in (
            ("over answers", f"{LAW}!E13"),
            ("over figures", f"{VALUES}!O9"),
            ("beside the table", "Form!R9"),
            ("on the cover", "Cover!C4"),
            ("on the map", "Barrier map!C8"),
        )
    ],
    kind("on top: a picture of a size of its own", f"{PICTURE} {LAW}!E13", picture(f"{LAW}!E13", "oneCell")),
    kind(
        "on top: a picture with a description",
        f"{PICTURE} {LAW}!E13",
        picture(f"{LAW}!E13", described="A signed page"),
    ),
    kind("on top: a logo", f"{PICTURE} Cover!F2", picture("Cover!F2", name="Logo")),
    kind("on top: a chart", f"{TEXT} {VALUES}!O13", chart(f"{VALUES}!O13", "Our figures")),
    kind("on top: a chart without a title", f"{PICTURE} {VALUES}!O13", chart(f"{VALUES}!O13", "")),
    kind("on top: a chart on the matrix", f"{TEXT} Risk matrix!I6", chart("Risk matrix!I6", "Risks")),
    kind("on top: a document of Word", f"F047; {PICTURE} {LAW}!G13", embedded(f"{LAW}!G13")),
    kind("on top: handwriting", f"{PICTURE} {VALUES}!O9", ink(f"{VALUES}!O9")),
    kind("on top: a line through a figure", f"{PICTURE} {VALUES}!P9", line(f"{VALUES}!P9")),
    kind(
        "on top: a text box and a picture",
        f"{TEXT} {LAW}!G7; {PICTURE} {LAW}!E13",
        text_box(f"{LAW}!G7", NOTE),
        picture(f"{LAW}!E13"),
    ),
    *[
        kind(f"on top: a comment {name}", f"S018 {where}", comment(where, NOTE))
        for name, where in (
            ("at an answer", f"{VALUES}!P9"),
            ("at a head", f"{VALUES}!P6"),
            ("at a blank cell", "Form!R9"),
            ("on the cover", "Cover!C4"),
            ("on the lists", "Lists!F5"),
        )
    ],
    kind("on top: a discussion", f"S018 {VALUES}!P9", threaded(f"{VALUES}!P9", NOTE)),
]
