"""The filled sample of a spec: a workbook to look at, and whether everything in it is right."""

from __future__ import annotations

from dataclasses import replace

from .answer import Answers
from .errors import UsageError
from .findings import Finding, Severity
from .issuing import Order, generate, layout_for, starting_answers, submission_of
from .layout import Layout
from .spec.choice import Choice
from .spec.issuance import Sample
from .spec.model import Spec
from .spec.own_answers import answers_of, spec_of_sample
from .submission import Identity


def sample_workbook(spec: Spec, language: str, choice: Choice) -> bytes:
    """Give a workbook of these sheets, filled in as an example; the same bytes on whichever day.

    Raises `UsageError` where the spec has no sample, and for an unknown language or tool.
    """
    layout, order = sample_order(spec, language, choice)
    return generate(layout.spec, order)


def errors_in_sample(spec: Spec, choice: Choice) -> list[Finding]:
    """Give what a team would have to correct in the sample; there should be nothing."""
    from .checks import check

    layout, order = sample_order(spec, spec.languages[0], choice)
    stamp = Identity(spec.name, spec.version, layout.digest, layout.language, order.team, order.country)
    filled = submission_of(layout, starting_answers(layout, order), stamp)
    outcome = check(filled, layout, today=order.today)
    return [finding for finding in outcome.findings if finding.severity is Severity.ERROR]


def sample_order(spec: Spec, language: str, choice: Choice) -> tuple[Layout, Order]:
    """Give the layout of a sample, and the order that it is made by. Raises `UsageError` as `sample_workbook`."""
    sample = spec.sample
    if sample is None or sample.day is None:
        raise UsageError(f"The spec '{spec.name}' has no sample.yaml, so there is no sample of it.")
    country = sample.country.code if sample.country is not None else ""
    order = Order(sample.team, sample.day, country, language, choice.tools, choice.rows, sample=True)
    layout = layout_for(spec_of_sample(spec), order)
    return layout, replace(order, answers=_answers(layout, sample))


def _answers(layout: Layout, sample: Sample) -> Answers:
    """Give the answers that have a place, and lead to a row that is there."""
    found: Answers = {}
    for answer in answers_of(layout.spec, sample):
        slot = layout.slots.get((answer.tool, answer.row, answer.field))
        if slot is not None:
            value, tools = answer.means(slot.field, layout.language), slot.field.to
            if not tools or any(value in layout.row_codes.get(tool, ()) for tool in tools):
                found[slot.key] = value
    return found
