"""The sample of a spec: its answers one by one, and the spec with the country that only the sample has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..fields import Field
from ..frozen import Path
from ..texts import Text
from .defaults import Value, value_of
from .issuance import Sample
from .model import Spec, VocabularyItem

ROW_OF_A_FORM = "1"


class SampleAnswer(NamedTuple):
    """One answer as it is written in the sample, and the place where it stands there."""

    path: Path
    tool: str
    row: str
    field: str
    value: Any

    def written(self, language: str) -> tuple[str, ...]:
        """Give what it says in a language, each of several by itself."""
        values = self.value if isinstance(self.value, list) else [self.value]
        return tuple(_as_text(value, language) for value in values)

    def means(self, field: Field, language: str) -> Value:
        """Give the answer that it is; nothing must be wrong in it."""
        return value_of(field, self.written(language))


def _as_text(value: Any, language: str) -> str:
    if isinstance(value, Text):
        return value.say(language)
    if isinstance(value, Mapping):
        return Text({str(tag): str(text) for tag, text in value.items()}).say(language)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(getattr(value, "written", value))


def answers_of(spec: Spec, sample: Sample) -> Iterator[SampleAnswer]:
    """Give every answer of a sample; those of a form may stand directly under their tool."""
    for tool, rows in sample.answers.items():
        fields = spec.tool[tool].fields if tool in spec.tool else {}
        for key, value in rows.items():
            path: Path = ("sample", "answers", tool, key)
            if key in fields or not isinstance(value, Mapping):
                yield SampleAnswer(path, tool, ROW_OF_A_FORM, key, value)
            else:
                for field, one in value.items():
                    yield SampleAnswer((*path, str(field)), tool, key, str(field), one)


def spec_of_sample(spec: Spec) -> Spec:
    """Give the spec with the country of its sample among those that can be chosen."""
    country = spec.sample.country if spec.sample is not None else None
    if country is None or spec.countries not in spec.vocabularies:
        return spec
    known = spec.vocabularies[spec.countries]
    entry = VocabularyItem(code=country.code, label=country.label)
    more = known.model_copy(update={"items": (entry, *known.items)})
    more.__dict__.pop("by_code", None)  # that of the list without it
    lists = spec.vocabularies | {spec.countries: more}
    return spec.model_copy(update={"vocabularies": lists, "digest": spec.digest and f"{spec.digest} sample"})
