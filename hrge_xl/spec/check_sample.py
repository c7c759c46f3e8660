"""Mistakes in the sample of a spec: places and values that there are not, and a country that there is."""

from __future__ import annotations

from collections.abc import Mapping

from ..dates import RANGE
from ..frozen import Found, Path
from ..suggest import listed
from ..words import SOURCE_LANGUAGE, country_names
from .check_answers import no_field, no_row, no_tool, wrong_value
from .issuance import SampleCountry
from .model import Spec
from .sample import SampleAnswer, answers_of, spec_of_sample
from .scope import entries


def check_sample(spec: Spec) -> Found:
    """Check its day, its country, and every answer."""
    sample = spec.sample
    if sample is None:
        return
    if sample.day is None:
        yield (
            ("sample", "today"),
            f"'{sample.today}' is not {RANGE}.",
            "Write it as year-month-day: 2026-03-31.",
        )
    if sample.country is not None:
        yield from _country(spec, sample.country)
    extended = spec_of_sample(spec)
    for answer in answers_of(extended, sample):
        yield from _answer(extended, answer)


def _country(spec: Spec, country: SampleCountry) -> Found:
    path: Path = ("sample", "country", "code")
    if spec.countries is None:
        yield path, "The spec has no countries.", "Leave `country` out of the sample."
    elif country.code in {*country_names(SOURCE_LANGUAGE), *entries(spec, spec.countries)}:
        reason = f"'{country.code}' is a real country, and the sample must not be taken for its return."
        yield path, reason, "Take a code that stands for no country, for example XEX."


def _answer(spec: Spec, answer: SampleAnswer) -> Found:
    path = answer.path
    unknown = list(no_tool(spec, answer.tool))
    if unknown:
        yield from ((path[:3], *each) for each in unknown)
        return
    tool = spec.tool[answer.tool]
    wrong = [(path, *each) for each in no_field(tool, answer.field)]
    if not wrong:  # a row that there is not is told once, where it stands
        wrong = [(path[:4], *each) for each in no_row(spec, tool, answer.row, answer.field)]
    if not wrong and (answer.value is None or answer.value == []):
        wrong = [(path, "The answer is empty.", "Write one, or leave it out.")]
    yield from wrong or _value(spec, answer)


def _value(spec: Spec, answer: SampleAnswer) -> Found:
    """Find what is wrong with an answer, in whichever language it is written."""
    tags = list(answer.value) if isinstance(answer.value, Mapping) else [spec.languages[0]]
    field = spec.tool[answer.tool].fields[answer.field]
    for tag in tags:
        if tag not in spec.languages:
            remedy = f"Its languages are {listed(spec.languages)}."
            yield (*answer.path, tag), f"'{tag}' is not a language of the spec.", remedy
        for reason, remedy in wrong_value(spec, field, answer.written(tag)):
            yield answer.path, f"{answer.field}: {reason}", remedy
