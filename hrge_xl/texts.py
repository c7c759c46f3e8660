"""Texts of a spec: one sentence in one or several languages, and codes that stay text."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Text:
    """A text by BCP-47 language. A bare string is the text in the spec's own (first) language."""

    __slots__ = ("by_language",)

    def __init__(self, by_language: dict[str, str]) -> None:
        self.by_language = by_language

    def say(self, language: str) -> str:
        """The text in this language, else in its base language, else in the first one that stands there."""
        table = self.by_language
        for key in (language, language.split("-", maxsplit=1)[0]):
            if key in table:
                return table[key]
        return next(iter(table.values()), "")

    def __bool__(self) -> bool:
        return any(self.by_language.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self.by_language == other.by_language

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.by_language.items())))

    def __repr__(self) -> str:
        return f"Text({self.by_language!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        shape = core_schema.union_schema(
            [
                core_schema.str_schema(),
                core_schema.dict_schema(core_schema.str_schema(), core_schema.str_schema(), min_length=1),
            ],
            mode="left_to_right",
        )
        build = core_schema.no_info_after_validator_function(cls._from_yaml, shape)
        return core_schema.json_or_python_schema(
            json_schema=build,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), build]),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda text: text.by_language),
        )

    @classmethod
    def _from_yaml(cls, value: str | dict[str, str]) -> Text:
        return cls({"": value} if isinstance(value, str) else dict(value))


NO_TEXT = Text({})


def fixed_value(value: object) -> object:
    """A value of a fixed column: numbers as they are written, and what is given by language as a text."""
    if isinstance(value, dict) and value and all(isinstance(text, str) for text in value.values()):
        return Text({str(language): text for language, text in value.items()})
    return _as_written(value)


def fixed_codes(value: object) -> list[str]:
    """Give the codes that stand in a fixed column: `A;B` are two."""
    written = "" if value is None else str(value)
    return [code for each in re.split("[;,]", written) if (code := each.strip())]


def said(value: object, language: str) -> object:
    """A value as it is in a language: a text by language is one text, anything else is itself."""
    return value.say(language) if isinstance(value, Text) else value


def _as_written(value: object) -> object:
    """Codes are text as written in the file: `004` stays `004`, although YAML reads a number."""
    return getattr(value, "written", value)


Code = Annotated[str, BeforeValidator(_as_written)]
