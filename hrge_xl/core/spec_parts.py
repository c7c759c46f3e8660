"""What the parts of a spec are made of: their base, numbers, codes that stay text, texts in one or several languages.

And how a mistake in one is handed on: with the path that leads to it, its reason and its remedy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .bounds import BoundedText
from .errors import reworded
from .numerals import plain_number
from .words import with_base

Path = tuple[BoundedText | int, ...]  # leads to a place in the model, and so in the files
Words = tuple[str, str]  # reason and remedy
Wrong = Iterator[Words]
Found = Iterator[tuple[Path, str, str]]  # mistakes: path, reason, remedy
FEW = 3  # places with the same fault that are still told one by one


class Model(BaseModel):
    """Base of every part: frozen, and a misspelt key is a mistake, never ignored."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        ignored_types=(cached_property,),
        allow_inf_nan=False,
        defer_build=True,
    )


def _in_digits(kind: str) -> BeforeValidator:
    """Refuse a text that is a number to Python alone."""

    def digits(value: object) -> object:
        if isinstance(value, str) and plain_number(value) is None:
            raise PydanticCustomError(kind, "no number")
        return value

    return BeforeValidator(digits)


Whole = Annotated[int, _in_digits("int_parsing")]
Number = Annotated[float, _in_digits("float_parsing")]


def at(path: Path, wrong: Iterable[Words]) -> Found:
    """Return mistakes with the place where they are."""
    return ((path, *mistake) for mistake in wrong)


def at_the_first(paths: Sequence[Path], reason: str, remedy: str) -> Found:
    """Yield one mistake for what is wrong in many places; each of a few has its own."""
    if len(paths) > FEW:
        several = f"{reason.rstrip('.')}; the same is so in {len(paths) - 1} other places."
        reason = reworded(reason, several)
        paths = paths[:1]
    yield from ((path, reason, remedy) for path in paths)


# texts and codes


class Catalogue(Protocol):
    """Translations of a spec, by the place of a text in the spec and its wording in the spec's own language."""

    def of(self, language: str) -> Sequence[str]:
        """Return the languages that are asked for a language, itself and its base, as far as there are files."""

    def find(self, language: str, place: str, text: str) -> str | None:
        """Return the text in this very language, which has a file; None where it is not translated."""

    def stand_in(self, language: str, place: str, text: str) -> str:
        """Return what is shown in place of a translation that there is not."""


class Text:
    """A text by BCP-47 language. A bare string is the text in the spec's own (first) language.

    What is not written beside it stands in the catalogue of the spec, under the `place` of the text.
    """

    __slots__ = ("by_language", "catalogue", "place")

    def __init__(
        self, by_language: dict[str, str], catalogue: Catalogue | None = None, place: str = ""
    ) -> None:
        self.by_language = by_language
        self.catalogue = catalogue
        self.place = place

    @property
    def source(self) -> str:
        """The text in the spec's own language."""
        return next(iter(self.by_language.values()), "")

    def say(self, language: str) -> str:
        """Return the text in this language, else in its base language, else in the first one that stands there."""
        translation = self.find(language)
        if translation is not None:
            return translation
        return (
            self.catalogue.stand_in(language, self.place, self.source)
            if self.catalogue
            else self.source
        )

    def find(self, language: str) -> str | None:
        """Return the text in this language or its base language; None where it is there in neither."""
        files = self.catalogue.of(language) if self.catalogue else ()
        for tag in with_base(language):
            if tag in self.by_language:
                return self.by_language[tag]
            if self.catalogue and tag in files:
                translation = self.catalogue.find(tag, self.place, self.source)
                if translation is not None:
                    return translation
        return None

    def is_worded_as(self, other: Text) -> bool:
        """Say whether two texts say the same in their first language, and in every other one that both have."""
        shared = self.by_language.keys() & other.by_language.keys()
        same = all(self.by_language[tag] == other.by_language[tag] for tag in shared)
        return same and self.source == other.source

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
                core_schema.dict_schema(
                    core_schema.str_schema(), core_schema.str_schema(), min_length=1
                ),
            ],
            mode="left_to_right",
        )
        build = core_schema.no_info_after_validator_function(
            lambda value: cls({"": value} if isinstance(value, str) else dict(value)), shape
        )
        return core_schema.json_or_python_schema(
            json_schema=build,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), build]),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda text: text.by_language
            ),
        )


NO_TEXT = Text({})


def fixed_value(value: object) -> object:
    """Return a value of a fixed column: numbers as they are written, and what is given by language as a text."""
    if isinstance(value, dict) and value and all(isinstance(text, str) for text in value.values()):
        return Text({str(language): text for language, text in value.items()})
    return as_written(value)


def fixed_codes(value: object) -> list[str]:
    """Return the codes that stand in a fixed column: `A;B` are two."""
    written = "" if value is None else str(value)
    return [code for part in re.split("[;,]", written) if (code := part.strip())]


def localized(value: object, language: str) -> object:
    """Return a value as it is in a language: a text by language is one text, anything else is itself."""
    return value.say(language) if isinstance(value, Text) else value


def as_written(value: object) -> object:
    """Return a code as the text that is written in the file: `004` stays `004`, although YAML reads a number."""
    return getattr(value, "written", value)


Code = Annotated[str, BeforeValidator(as_written)]
Codes = tuple[Code, ...]
