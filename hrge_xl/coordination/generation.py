"""Issues the workbooks of a spec or of a round, each into its file: what `hrge-xl generate` does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from ..core.dates import day_here
from ..core.errors import UsageError
from ..core.paths import (
    GUIDE,
    check_several,
    file_part,
    is_address,
    path_in,
    quoted,
    write_if_changed,
    write_whole,
)
from ..core.words import SOURCE_LANGUAGE, direction, fold, translator, with_base
from ..core.work import grouped, track_progress
from ..exchange.issuing import (
    Order,
    is_issued,
    issue,
    issue_files,
    laid_out,
    sample_workbook,
    set_aside,
)
from ..exchange.prefill import Prefill, from_file, go_on
from ..ledger.files import only_writer
from ..rounds.datasets import Dataset, one_dataset
from ..rounds.rounds import ISSUED, Round, earlier_specs, load_open_round
from ..rounds.teams import Team, team_differences
from ..spec.issuance import Choice, choose
from ..spec.load import load
from ..spec.lookup import asks_for_country, country_codes
from ..spec.model import Spec
from ..spec.translating import untranslated, with_file
from ..workbook.cover import contact_label

if TYPE_CHECKING:
    from ..dataset.returns import Return

OUTPUT = Path("output")


@dataclass(frozen=True, slots=True)
class IssuedWorkbooks:
    """The workbooks that were written now, and what there is to know of them, a sentence each."""

    paths: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def issue_spec(  # noqa: PLR0913 (one parameter an option)
    spec: str | Path,
    countries: Sequence[str] = (),
    *,
    today: date | None = None,
    language: str | None = None,
    profile: str = "",
    tools: Sequence[str] = (),
    blank_rows: int | None = None,
    answers: str | Path | None = None,
    password: str | None = None,
    output: str | Path = OUTPUT,
    allow_draft: bool = False,
    sample: bool = False,
    leave_out_sensitive: bool = False,
) -> IssuedWorkbooks:
    """Write a workbook for each country, by code or name, of a spec; one alone where the spec asks for none.

    Its sheets are those of a profile, the named tools, or both, with those that they depend on. They begin with
    `answers`: a returned workbook, which `password` opens, or a JSON file. A `sample` is one workbook, for no country,
    filled in as the spec says. Raises `UsageError`, `LimitError`, `OutputError`.
    """
    today = today or day_here()
    answers = None if answers is None else Path(answers)
    output = Path(output)
    check_several("countries", countries)
    loaded = load(spec)
    codes = country_codes(loaded, countries)
    if not codes and not sample and asks_for_country(loaded):
        raise UsageError("For which country? Name one or more with --country COUNTRY.")
    _check_translated(loaded, () if allow_draft else [language])
    choice = choose(loaded, profile, tools, blank_rows, first=sample, leave_out=leave_out_sensitive)
    language = language or loaded.languages[0]
    issued = IssuedWorkbooks()
    if choice.explained:
        issued.notes.append(f"{choice.explained}.")
    if sample:
        workbook = sample_workbook(loaded, language, choice)
        issued.paths.append(
            _write_workbook(workbook, output, language, loaded.name, "SAMPLE", profile)
        )
        return issued
    blank = Order("", today, "", language, choice.tools, choice.rows, leave_out=choice.leave_out)
    begin = Prefill()
    if answers:
        begin = from_file(answers, laid_out(loaded, blank, last=True), str(spec), today, password)
    not_taken_over = ", ".join(begin.left_behind())
    if not_taken_over:
        issued.notes.append(f"{answers}: {not_taken_over}.")
    spec_orders = [begin.into(replace(blank, team=code, country=code)) for code in codes or [""]]
    for order, workbook in track_progress(issue(loaded, spec_orders), len(spec_orders), "Issuing"):
        issued.paths.append(_write_workbook(workbook, output, language, loaded.name, order.country))
    return issued


def issue_round(
    folder: str | Path,
    countries: Sequence[str] = (),
    *,
    today: date | None = None,
    earlier: str | Path | None = None,
    password: str | None = None,
    allow_draft: bool = False,
    reissue: Sequence[str] = (),
) -> IssuedWorkbooks:
    """Write the workbooks of a round's teams that are not there yet, or of those of some countries, into `issued`.

    Those of the teams to `reissue` are written though they are there. What was issued before is set aside.

    With `earlier`, the folder of an earlier round or its dataset, each goes on from the answers of its team.
    `password` opens these. Raises `RoundError`, `UsageError`, `LimitError`, `OutputError`.
    """
    from ..rounds.changes import teams_meant
    from ..rounds.round_status import issued_files, orphaned

    today = today or day_here()
    folder = Path(folder)
    check_several("countries", countries)
    round_ = load_open_round(folder)
    spec = load(round_.spec_source)
    chosen = _only_countries(round_, spec, countries) if countries else round_
    reissued = {code for team in teams_meant(chosen, reissue) for code in team.codes}
    notes = [f"{', '.join(teams)}: {why}." for teams, why in taken_along(chosen)]
    round_orders = orders(chosen, today)
    languages = () if allow_draft else [order.language for order in round_orders]
    _check_translated(
        spec, languages, f", take them in: hrge-xl round update-spec {quoted(folder)} --spec FOLDER"
    )
    if earlier is not None:
        round_orders, continued = _continue_orders(round_, round_orders, earlier, today, password)
        notes += continued
    earlier_wordings = earlier_specs(folder, round_.spec_digest)
    former_codes = {team.code: team.formerly for team in round_.teams}

    def place(order: Order) -> Path:
        parts = (order.team, file_part(order.intervention), order.language or spec.languages[0])
        return path_in(folder / ISSUED, f"{'_'.join(filter(None, parts))}.xlsx")

    def has_another_code(order: Order) -> bool:
        former_orders = (replace(order, team=code) for code in former_codes[order.team])
        return any(
            is_issued(spec, former, place(former), earlier_wordings) for former in former_orders
        )

    with only_writer(folder / ISSUED):
        for code, paths in issued_files(round_).items():
            if code in reissued:
                for path in paths:
                    set_aside(path)
        to_issue = (order for order in round_orders if not has_another_code(order))
        files = issue_files(spec, to_issue, place, earlier_wordings)
        tracked_files = track_progress(files, len(round_orders), "Issuing")
        written = [path for path, is_new in tracked_files if is_new]
    for name in {guide_name(order.language or spec.languages[0]) for order in round_orders}:
        readers = [team for team in round_.teams if guide_name(team.language) == name]
        write_if_changed(folder / ISSUED / name, guide(name, readers))
    unchanged = len(round_orders) - len(written)
    if unchanged:
        notes.append(
            f"{unchanged} of {len(round_orders)} workbooks were issued before and stay as they are."
        )
    return IssuedWorkbooks(written, [*notes, *orphaned(round_)])


def _check_translated(spec: Spec, languages: Iterable[str | None], and_then: str = "") -> None:
    """Raise `UsageError` for every language that is not wholly translated. `and_then` is what a round does besides."""
    wrong = []
    for language in dict.fromkeys(filter(None, languages)):
        missing = untranslated(spec, language) if with_file(spec, language) else []
        if missing:
            wrong.append(
                f"{language}: texts of {spec.name} that are not translated: {len(missing)}, the first is {missing[0]}. "
                f"In a copy of the spec that is your own, have them translated (hrge-xl spec translate FOLDER "
                f"--language {language} --to-xlsx FILE){and_then}; or add --allow-draft: then they "
                f"appear in {spec.languages[0]}."
            )
    if wrong:
        raise UsageError(*wrong)


def _write_workbook(workbook: bytes, folder: Path, language: str, *parts: str) -> Path:
    """Write a workbook that belongs to no round, and the guide beside it; gives its file."""
    path = path_in(folder, f"{'_'.join(filter(None, (*parts, language)))}.xlsx")
    write_whole(path, workbook)
    write_if_changed(folder / guide_name(language), guide(guide_name(language)))
    return path


# what each team of a round is issued


def _only_countries(round_: Round, spec: Spec, countries: Sequence[str]) -> Round:
    """Return the round with no other teams than those of some countries. Raises `UsageError` where one has none."""
    wanted_codes = country_codes(spec, countries)
    country_codes_of_teams = sorted({team.country for team in round_.teams if team.country})
    missing = [code for code in wanted_codes if code not in country_codes_of_teams]
    if missing:
        raise UsageError(
            f"{round_.name} has no team of {', '.join(missing)}.",
            remedy=f"Its countries are: {', '.join(country_codes_of_teams) or 'none'}.",
        )
    return replace(
        round_, teams=tuple(team for team in round_.teams if team.country in wanted_codes)
    )


def orders(round_: Round, today: date) -> list[Order]:
    """List what is to be issued, one workbook per team."""
    return [
        Order(
            team=team.code,
            today=today,
            country=team.country,
            language=team.language,
            tools=choice.tools,
            blank_rows=choice.rows,
            round=round_.name,
            deadline=team.deadline.isoformat() if team.deadline else "",
            contact=team.contact,
            key=round_.key,
            leave_out=choice.leave_out,
            period=(round_.start, round_.end),
        )
        for team, choice in _choices(round_)
    ]


def taken_along(round_: Round) -> list[tuple[list[str], str]]:
    """Say which sheets come along though nobody named them, each sentence with the teams that it is about."""
    choices = (
        (choice.explained, team.code) for team, choice in _choices(round_) if choice.explained
    )
    return [(teams, why) for why, teams in grouped(choices).items()]


def _choices(round_: Round) -> Iterator[tuple[Team, Choice]]:
    choose_once = cache(partial(choose, load(round_.spec_source)))
    return (
        (team, choose_once(team.profile, team.tools or (), leave_out=team.leave_out))
        for team in round_.teams
    )


# orders that continue from an earlier round: from the answers of the team's return that counts there


def _continue_orders(
    round_: Round,
    blank_orders: Iterable[Order],
    earlier: str | Path,
    today: date,
    password: str | None,
) -> tuple[list[Order], list[str]]:
    """Return the orders as they continue from an earlier round, and notes, a sentence each.

    Of a team with several interventions one order becomes several. What does not continue is noted, and that the
    earlier round is the one before is entered. Raises `UsageError` for the round itself, and one of another spec.
    """
    from ..rounds.changes import change_round, follow

    if Path(earlier).resolve() == round_.folder.resolve():
        raise UsageError(
            f"{earlier} is the round itself.", remedy="Name an earlier one after --from."
        )
    spec = load(round_.spec_source)
    notes: list[str] = []
    orders_now: list[Order] = []
    blank = 0
    with one_dataset(earlier, today, password=password, figures=False) as dataset:
        _refuse_another_spec(dataset, spec)
        if dataset.round is not None:
            notes += team_differences(dataset.round.teams, round_.teams)
        returns_by_team = grouped(
            (round_.wanted.team_now(return_.team), return_) for return_ in _latest(dataset, spec)
        )
        for order in blank_orders:
            returns = returns_by_team.get(order.team, [])
            if not returns:
                blank += 1
                orders_now.append(order)
                notes.append(
                    f"{order.team}: no return of it counts in the earlier round; its workbook is blank."
                )
            for return_ in returns:
                prefill = _prefill(dataset, return_, spec, order)
                name = spec.identity.over_rounds(return_.intervention) or return_.project
                about = name if len(returns) > 1 else ""
                orders_now.append(prefill.into(replace(order, intervention=about)))
                not_taken_over = ", ".join(prefill.left_behind())
                if not_taken_over:
                    notes.append(f"{order.team} ({return_.name}): {not_taken_over}.")
    continued = len(orders_now) - blank
    notes.append(f"Workbooks that continue from {earlier}: {continued}; blank ones: {blank}.")
    if not is_address(str(earlier)):
        planned = follow(round_.folder, Path(earlier))
        if planned.after != planned.before:
            change_round(planned, reason="Its workbooks do.", by="hrge-xl generate", day=today)
    return orders_now, notes


def _refuse_another_spec(earlier: Dataset, spec: Spec) -> None:
    """Raise `UsageError` where an earlier round is of another spec."""
    if earlier.spec is not None and earlier.spec.name != spec.name:
        raise UsageError(
            (
                f"The earlier round is of the spec '{earlier.spec.name}', the new one of '{spec.name}': "
                "their questions have nothing in common."
            ),
            value=earlier.spec.name,
            remedy="Name a round of the same spec.",
        )


def _prefill(earlier: Dataset, return_: Return, spec: Spec, order: Order) -> Prefill:
    """Return what goes on of a return of the earlier round into the workbook of an order."""

    read = earlier.result(return_)
    assert read.submission is not None  # what counts could be read
    assert read.layout is not None
    layout = laid_out(spec, order, last=True)
    prefill = go_on(read.submission, read.layout, layout, order.today)
    return replace(prefill, last_round=prefill.last_round or return_.period)


def _latest(earlier: Dataset, spec: Spec) -> list[Return]:
    """Return the returns that count: of each team and intervention that of the latest period."""
    from ..dataset.reconciliation import periods

    latest_first = {name: number for number, name in enumerate(periods(earlier.store))}

    def age(return_: Return) -> tuple[object, ...]:
        return -latest_first.get(return_.period, -1), return_.age

    latest: dict[tuple[str, ...], Return] = {}
    for return_ in sorted(earlier.of_round(), key=age):
        if return_.current and return_.identity is not None:
            intervention = spec.identity.over_rounds(return_.intervention)
            latest[return_.team, fold(return_.project), fold(intervention)] = return_
    return sorted(latest.values(), key=lambda return_: return_.about)


# the guide for teams, as a page in every language: it goes out with the workbooks and is read without a network

PAGES = Path(__file__).with_name("guides")


def guide_name(language: str) -> str:
    """Return the name of the page for a language: its own, else that of its base language, else the English one."""
    tags = (*with_base(language), SOURCE_LANGUAGE)
    return next(
        name for name in (GUIDE.replace("*", tag) for tag in tags) if (PAGES / name).is_file()
    )


def guide(name: str, readers: Collection[Team] = ()) -> bytes:
    """Return a page by its name: its text in the frame of all, below what is so for every team that reads it."""
    body = (PAGES / name).read_text(encoding="utf-8")
    (stem, behind) = GUIDE.split("*")
    language = name.removeprefix(stem).removesuffix(behind)
    title = body.partition("</h1>")[0].removeprefix("<h1>")
    values_by_label = {
        contact_label(language): {team.contact for team in readers},
        translator(language)("Please return by"): {str(team.deadline or "") for team in readers},
    }
    in_common = {
        label: values.pop() for label, values in values_by_label.items() if len(values) == 1
    }
    facts = (
        f"<p>{label}: <b>{escape(fact)}</b></p>\n" for label, fact in in_common.items() if fact
    )
    frame = Template((PAGES / "frame.html").read_text(encoding="utf-8"))
    page = frame.substitute(
        language=language,
        direction=direction(language),
        title=title,
        facts="".join(facts),
        body=body,
    )
    return page.encode()
