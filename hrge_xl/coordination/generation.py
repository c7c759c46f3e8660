"""Issues the workbooks of a spec or of a round, each into its file: what `hrge-xl generate` does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ..core.errors import UsageError
from ..core.output_files import write_if_changed, write_whole
from ..core.paths import check_several, file_part
from ..core.work import track_progress
from ..exchange.issuing import Order, issue, issue_files, sample_workbook
from ..exchange.prefill import Prefill, from_file
from ..layout import build
from ..ledger.files import only_writer
from ..rounds.datasets import one_dataset
from ..rounds.rounds import ISSUED, Round, load_round, only_countries, orders, taken_along
from ..spec.issuance import choose
from ..spec.load import load
from ..spec.lookup import asks_for_country, country_codes
from ..spec.model import Spec
from ..spec.translating import untranslated, with_file
from .guides import guide, guide_name
from .last_round import prefilled

OUTPUT = Path("output")


@dataclass(frozen=True, slots=True)
class IssuedWorkbooks:
    """The workbooks that were written now, and what there is to know of them, a sentence each."""

    paths: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def issue_spec(  # noqa: PLR0913 (one parameter an option)
    spec: str | Path, countries: Sequence[str] = (), *, today: date, language: str | None = None, profile: str = "",
    tools: Sequence[str] = (), blank_rows: int | None = None, answers: Path | None = None, password: str | None = None,
    output: Path = OUTPUT, allow_draft: bool = False, sample: bool = False,
) -> IssuedWorkbooks:  # fmt: skip
    """Write a workbook for each country, by code or name, of a spec; one alone where the spec asks for none.

    Its sheets are those of a profile, the named tools, or both, with those that they depend on. They begin with
    `answers`: a returned workbook, which `password` opens, or a JSON file. A `sample` is one workbook, for no country,
    filled in as the spec says. Raises `UsageError`, `LimitError`, `OutputError`.
    """
    check_several("countries", countries)
    loaded = load(spec)
    codes = country_codes(loaded, countries)
    if not codes and not sample and asks_for_country(loaded):
        raise UsageError("For which country? Name one or more with --country COUNTRY.")
    _check_translated(loaded, () if allow_draft else [language])
    choice = choose(loaded, profile, tools, blank_rows, first=sample)
    language, made = language or loaded.languages[0], IssuedWorkbooks(notes=_sentence(choice.explained))
    if sample:
        data = sample_workbook(loaded, language, choice)
        made.paths.append(_written(data, output, loaded.name, "SAMPLE", profile, language))
        return made
    layout = build(loaded, language, choice.tools, choice.rows, last=True)
    begin = from_file(answers, layout, str(spec), today, password) if answers else Prefill()
    left = ", ".join(begin.left_behind())
    made.notes.extend(_sentence(left and f"{answers}: {left}"))
    blank = Order("", today, "", layout.language, choice.tools, choice.rows)
    wanted = [begin.into(replace(blank, team=code, country=code)) for code in codes or [""]]
    for order, data in track_progress(issue(loaded, wanted), len(wanted), "Issuing"):
        made.paths.append(_written(data, output, loaded.name, order.country, layout.language))
    return made


def issue_round(
    folder: Path, countries: Sequence[str] = (), *, today: date, earlier: str | Path | None = None,
    password: str | None = None, allow_draft: bool = False,
) -> IssuedWorkbooks:  # fmt: skip
    """Write the workbooks of a round's teams that are not there yet, or of those of some countries, into `issued`.

    With `earlier`, the folder of an earlier round or its dataset, each goes on from the answers of its team.
    `password` opens these. Raises `RoundError`, `UsageError`, `LimitError`, `OutputError`.
    """
    check_several("countries", countries)
    round_ = load_round(folder)
    spec = load(round_.spec_source)
    teams = only_countries(round_, countries) if countries else round_
    made = IssuedWorkbooks(notes=[f"{', '.join(named)}: {why}." for named, why in taken_along(teams)])
    wanted = orders(teams, today)
    _check_translated(spec, () if allow_draft else (order.language for order in wanted))
    if earlier is not None:
        wanted = _going_on(wanted, round_, earlier, spec, today, password, made.notes)

    def place(order: Order) -> Path:
        parts = order.team, file_part(order.intervention), order.language or spec.languages[0]
        return folder / ISSUED / f"{'_'.join(filter(None, parts))}.xlsx"

    with only_writer(folder / ISSUED):
        files = track_progress(issue_files(spec, wanted, place), len(wanted), "Issuing")
        made.paths.extend(path for path, is_new in files if is_new)
    for name in {guide_name(order.language or spec.languages[0]) for order in wanted}:
        write_if_changed(folder / ISSUED / name, guide(name))
    if kept := len(wanted) - len(made.paths):
        made.notes.append(f"{kept} of {len(wanted)} workbooks were issued before and stay as they are.")
    return made


def _going_on(
    wanted: Sequence[Order], round_: Round, earlier: str | Path, spec: Spec, today: date, password: str | None,
    notes: list[str],
) -> list[Order]:  # fmt: skip
    """Have the orders of a round go on from an earlier one, and say of each team what does not."""
    if Path(earlier).resolve() == round_.folder.resolve():
        raise UsageError(f"{earlier} is the round itself. Name an earlier one after --from.")
    with one_dataset(earlier, today, password=password) as dataset:
        found = list(prefilled(wanted, dataset, spec))
    notes += (each.left_behind for each in found if each.left_behind)
    blank = sum(each.is_blank for each in found)
    notes.append(f"Workbooks that continue from {earlier}: {len(found) - blank}; blank ones: {blank}.")
    return [each.order for each in found]


def _check_translated(spec: Spec, languages: Iterable[str | None]) -> None:
    """Raise `UsageError` for every language that is not wholly translated."""
    wrong = []
    for language in dict.fromkeys(filter(None, languages)):
        missing = untranslated(spec, language) if with_file(spec, language) else []
        if missing:
            wrong.append(
                f"{language}: texts of {spec.name} that are not translated: {len(missing)}, the first is {missing[0]}. "
                f"Have them translated (hrge-xl spec translate {spec.name} --lang {language} --to-xlsx FILE), "
                f"or add --allow-draft: then they appear in {spec.languages[0]}."
            )
    if wrong:
        raise UsageError(*wrong)


def _sentence(text: str) -> list[str]:
    return [f"{text}."] if text else []


def _written(data: bytes, folder: Path, *parts: str) -> Path:
    """Write a workbook that belongs to no round; gives its file."""
    path = folder / f"{'_'.join(filter(None, parts))}.xlsx"
    write_whole(path, data)
    return path
