"""The function over rounds: last."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from ..function import Function, expect
from ..tree import Ref, Type

if TYPE_CHECKING:
    from ..targets import Typing


class Last(Function):
    """`last(field)`: an answer of the round before, which every visitor reads as it reads answers."""

    name = "last"
    example = "last(RSK_03)"
    takes = (None,)
    takes_in_words = "field"
    gives = Type.TEXT
    gives_in_words = "what that field gives"
    meaning = "the answer of the round before, in the same row"
    blank = "blank where there was none, and in a workbook that continues no other"

    def typed(self, typing: Typing, node: ast.Call) -> Ref:
        expect(typing, node, self.name, 1)
        found = typing.expr(node.args[0])
        if not isinstance(found, Ref) or found.last:
            raise typing.refuse(node.args[0], "last() takes the code of a field.", "Write that alone.")
        return replace(found, last=True)
