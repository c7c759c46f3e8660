"""A round: set up, issued, and who has answered."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import (
    Round,
    ValidationRequest,
    check,
    generate,
    init_round,
    load,
    load_round,
    read,
    update_spec,
)
from hrge_xl.core.errors import RoundError, SpecError, UsageError
from tests.audited import DAY, round_folder
from tests.command_line import hrge, ran
from tests.face import KEY, Submission, find, generate_command, orders
from tests.face import cli as program
from tests.face import shell_words_quoted as quoted
from tests.fixture_types import Patch
from tests.test_consolidate import answers

SPEC = load("example")
TODAY = date(2026, 6, 30)
TEAMS = """Team,Country,LANGUAGE,Deadline,Contact,Tools
PAK-1,PAK,en,2026-07-31,pak@example.org,
MAR-1,Maroc,fr,2026-07-31,"Office, Rabat","C1, R1"
EGY-1,egy,ar,2026-07-31,,
IRQ-1,IRQ,,2026-09-30,,
"""


@pytest.fixture
def teams(tmp_path: Path) -> Path:
    file = tmp_path / "teams.csv"
    file.write_text(TEAMS, encoding="utf-8-sig")
    return file


def test_a_round_is_what_was_set_up(teams: Path, tmp_path: Path) -> None:
    made = init_round(tmp_path / "2026-H1", "example", teams, date(2026, 1, 1), date(2026, 6, 30))
    assert made == load_round(tmp_path / "2026-H1")
    assert [(team.code, team.country, team.language) for team in made.teams] == [
        ("PAK-1", "PAK", "en"),
        ("MAR-1", "MAR", "fr"),
        ("EGY-1", "EGY", "ar"),
        ("IRQ-1", "IRQ", "en"),
    ]
    assert made.teams[1].tools == ("C1", "R1")
    assert made.teams[1].contact == "Office, Rabat"
    assert made.name == "2026-H1"
    assert sorted(path.name for path in (tmp_path / "2026-H1").iterdir()) == [
        "inbox",
        "issued",
        "reports",
        "returned",
        "round.yaml",
        "signing.key",
        "spec",
    ]


def test_the_form_begins_with_the_period_of_the_round(teams: Path, tmp_path: Path) -> None:
    """A team need not type it, and may; a workbook that came back with nothing else in it is blank."""
    days = ("--start", "2026-01-01", "--end", "2026-06-30")
    ran("round", "init", tmp_path / "round", "--spec", "example", "--teams", teams, *days)
    ran("generate", tmp_path / "round", "--today", DAY)
    sent = tmp_path / "round" / "issued" / "PAK-1_en.xlsx"
    shutil.copy(sent, tmp_path / "round" / "returned")
    listed = json.loads(ran("validate", tmp_path / "round", "--json", "--today", DAY, code=1).out)
    (file,) = listed["files"]
    asked = {finding["cell"] for finding in file["findings"] if finding["code"] == "V001"}
    sheet = openpyxl.load_workbook(sent)["Plan"]
    known = {
        cell.coordinate: cell.value.date()
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, datetime)
    }
    assert list(known.values()) == [date(2026, 1, 1), date(2026, 6, 30)]
    assert not asked & known.keys()
    assert check(sent, ValidationRequest(load_round(tmp_path / "round").wanted)).untouched


def test_a_form_that_goes_on_begins_with_the_period_of_its_own_round(tmp_path: Path) -> None:
    before, now = round_folder(tmp_path), tmp_path / "now"
    days = ("--start", "2027-01-01", "--end", "2027-06-30")
    ran("round", "init", now, "--spec", "example", "--teams", tmp_path / "teams.csv", *days)
    ran("generate", now, "--from", before, "--today", "2027-01-01")
    begun = read(now / "issued" / "AFG_en.xlsx", load_round(now).wanted)
    assert isinstance(begun, Submission)
    values = begun.values()
    assert [values["PLAN", "1", code] for code in ("PLN_04", "PLN_05")] == [
        date(2027, 1, 1),
        date(2027, 6, 30),
    ]
    assert ("PLAN", "1", "PLN_03") in values


@pytest.mark.skipif(os.name != "posix", reason="the system has no file modes")
def test_only_the_owner_reads_the_key(teams: Path, tmp_path: Path) -> None:
    init_round(tmp_path / "round", "example", teams)
    key = tmp_path / "round" / KEY
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 32


def test_a_round_is_never_overwritten(teams: Path, tmp_path: Path) -> None:
    init_round(tmp_path / "round", "example", teams)
    key = (tmp_path / "round" / KEY).read_bytes()
    with pytest.raises(RoundError, match="is a round already"):
        init_round(tmp_path / "round", "example", teams)
    assert (tmp_path / "round" / KEY).read_bytes() == key


def test_a_list_from_a_workbook(tmp_path: Path) -> None:
    """With its own columns in its own order, codes with zeros, days as text or none, and rows without anything."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["notes", "Deadline", "TEAM", "country"])
    sheet.append(["kept by the office", date(2026, 7, 31), "007", "PAK"])
    sheet.append([])
    for row in ([None, "2026-08-31", 12, "MAR"], ["", date(2026, 7, 31), 8], ["", None, "B"]):
        sheet.append(row)
    sheet["C5"].number_format = "000"
    book.save(tmp_path / "teams.xlsx")
    made = init_round(tmp_path / "round", "example", tmp_path / "teams.xlsx")
    assert [(team.code, team.deadline) for team in made.teams] == [
        ("007", date(2026, 7, 31)),
        ("12", date(2026, 8, 31)),
        ("008", date(2026, 7, 31)),
        ("B", None),
    ]


def test_countries_and_languages_are_known_by_their_names(tmp_path: Path) -> None:
    file = tmp_path / "teams.csv"
    file.write_text(
        "team,country,language\nA,Egypte,français\nB,المغرب,العربية\nC,irak,FRENCH\nD,Mali,English\nE,,\n",
        encoding="utf-8",
    )
    made = init_round(tmp_path / "round", "example", file)
    assert [(team.country, team.language) for team in made.teams] == [
        ("EGY", "fr"),
        ("MAR", "ar"),
        ("IRQ", "fr"),
        ("MLI", "en"),
        ("", "en"),
    ]


def test_an_alias_of_the_spec_is_a_country(tmp_path: Path) -> None:
    file = tmp_path / "teams.csv"
    file.write_text("team,country\nA,Kyrgyz Republic\n", encoding="utf-8")
    (team,) = init_round(tmp_path / "round", "hrge_toolkit", file).teams
    assert team.country == "KGZ"


def test_only_the_teams_of_some_countries(teams: Path, tmp_path: Path) -> None:
    init_round(tmp_path / "round", "example", teams)
    assert hrge("generate", tmp_path / "round", "--country", "Maroc", "--country", "egy") == 0
    issued = tmp_path / "round" / "issued"
    assert {path.name for path in issued.glob("*.xlsx")} == {"MAR-1_fr.xlsx", "EGY-1_ar.xlsx"}
    told = ran(
        "generate", tmp_path / "round", "--country", "Mali", "--country", "Atlantis", code=2
    ).err
    assert told.startswith("Error: 'Atlantis' is not a country of example. Known are: PAK,")
    said = ran("generate", tmp_path / "round", "--country", "Mali", code=2).err
    assert "round has no team of MLI. Its countries are: EGY, IRQ, MAR, PAK." in said


OUTSIDE_A_ROUND = {
    "--language": ("fr", "Set the `language` of the team in"),
    "--profile": ("short", "Set the `profile` of the team in"),
    "--tools": ("C1", "Set the `tools` of the team in"),
    "--blank-rows": ("9", "hrge-xl generate example --country … --blank-rows N"),
    "--leave-out-sensitive": ("", "Write `sensitive: leave out` for the team in"),
    "--answers": ("teams.csv", "hrge-xl generate round --from EARLIER_ROUND"),
    "--password-file": ("teams.csv", "or the workbook of --answers."),
    "--output": ("elsewhere", "looks for them"),
    "-o": ("elsewhere", "looks for them"),
}


def test_every_option_of_generate_does_something_in_a_round_or_is_refused() -> None:
    everywhere = {
        option for each in program.params for option in (*each.opts, *each.secondary_opts)
    }
    known = {
        option for each in generate_command.params for option in each.opts if option.startswith("-")
    }
    known -= everywhere
    assert known == {
        *OUTSIDE_A_ROUND,
        "--sample",
        "--country",
        "--from",
        "--today",
        "--allow-draft",
        "--reissue",
    }


@pytest.mark.parametrize("option", OUTSIDE_A_ROUND)
def test_what_a_round_says_itself_is_refused(
    option: str, teams: Path, tmp_path: Path, monkeypatch: Patch
) -> None:
    init_round(tmp_path / "round", "example", teams)
    monkeypatch.chdir(tmp_path)
    value, remedy = OUTSIDE_A_ROUND[option]
    assert remedy in ran("generate", "round", *filter(None, (option, value)), code=2).err
    assert list((tmp_path / "round" / "issued").iterdir()) == []


def test_all_that_is_refused_is_said_at_once(teams: Path, tmp_path: Path) -> None:
    init_round(tmp_path / "round", "example", teams)
    told = ran("generate", tmp_path / "round", "--language", "fr", "-o", tmp_path, code=2).err
    assert len(told.splitlines()) == 2


def test_every_mistake_of_a_list_at_once(tmp_path: Path) -> None:
    file = tmp_path / "teams.csv"
    lines = [
        "A;PAK;en;2026-07-31;",
        "B;Pakstan;en;2026-07-31;",
        "",
        "a;PAK;Englisch;31.02.2026;C1,X9",
    ]
    lines += [";PAK;en;03/04/2026;", "../x;PAK;en;;"]
    file.write_text("\n".join(["team;country;language;deadline;tools", *lines]), encoding="utf-8")
    with pytest.raises(RoundError) as caught:
        init_round(tmp_path / "round", "example", file)
    assert str(caught.value).splitlines() == [
        "teams.csv: line 3: there is no country 'Pakstan'. Did you mean Pakistan (PAK)?",
        "teams.csv: line 5: there is no language 'Englisch'. Did you mean English (en)?",
        "teams.csv: line 5: there is no tool 'X9'. Known are: PLAN, C1, R1, SUMMARY.",
        "teams.csv: line 5: '31.02.2026' is not an unambiguous date. Write the deadline as 2026-07-31.",
        "teams.csv: line 5: team 'a' is already in line 2. Keep one.",
        "teams.csv: line 6: the code of the team is missing. Give it a short one.",
        "teams.csv: line 6: '03/04/2026' is not an unambiguous date. Write the deadline as 2026-07-31.",
        "teams.csv: line 7: '../x' cannot name a file. Use letters, digits and hyphens.",
    ]
    assert not (tmp_path / "round").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "there is no team in it"),
        (b"team\n", "there is no team in it"),
        ("team,contact\nA,x\n".encode("utf-16-le"), "is not text"),
        (b"name,country\nA,PAK\n", "there is no column 'team'"),
        (b"team,countri\nA,PAK\n", "Did you mean 'country'"),
        (b"team,team\nA,B\n", "appears twice"),
        (
            b"team,deadline\nA,9999-12-31\n",
            "the deadline 9999-12-31 is not a day between 1900 and 2200",
        ),
        ("team,contact\nA,Jos\xe9\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_list_that_is_none(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "teams.csv").write_bytes(data)
    with pytest.raises(RoundError, match=said):
        init_round(tmp_path / "round", "example", tmp_path / "teams.csv")


AS_OFFICES_SAVE_IT = {
    "semicolons": ("team;deadline;country;tools\nA;31.07.2026;Maroc;C1,R1\n", "utf-8-sig"),
    "semicolons, said so": (
        "sep=;\nteam;deadline;country;tools\nA;31/07/2026;maroc;C1,R1\n",
        "utf-8",
    ),
    "Unicode text": ("team\tcountry\tdeadline\ttools\nA\tMAR\t2026-07-31\tC1 R1\n", "utf-16"),
    "Unicode text, other way round": (
        "\ufeffteam\tcountry\tdeadline\ttools\nA\tMAR\t2026-07-31\tC1;R1\n",
        "utf-16-be",
    ),
    "old lines": ('team,country,deadline,tools\rA,MAR,2026-07-31,"C1,R1"\r', "utf-8"),
}


@pytest.mark.parametrize("kind", AS_OFFICES_SAVE_IT)
def test_a_list_as_offices_save_it(kind: str, tmp_path: Path) -> None:
    text, encoding = AS_OFFICES_SAVE_IT[kind]
    (tmp_path / "teams.csv").write_bytes(text.encode(encoding))
    (team,) = init_round(tmp_path / "round", "example", tmp_path / "teams.csv").teams
    read = (team.code, team.country, team.deadline, team.tools)
    assert read == ("A", "MAR", date(2026, 7, 31), ("C1", "R1"))


def test_mistakes_of_heads_and_rows_at_once_with_exit_code_3(tmp_path: Path) -> None:
    (tmp_path / "teams.csv").write_text(
        "team;langage;country\nA;xx;PAK\nA;fr;Nowhere\n", encoding="utf-8"
    )
    teams = ("--teams", tmp_path / "teams.csv")
    err = ran(
        "round", "init", tmp_path / "round", "--spec", "example", *teams, code=3
    ).err.splitlines()
    assert [line.removeprefix("Error: ") for line in err] == [
        "teams.csv: line 1: there is no column 'langage'. Did you mean 'language'?",
        "teams.csv: line 3: there is no country 'Nowhere'. Known are: PAK, AFG, IRQ, MAR, MLI, EGY. "
        "For another one, copy the folder of the spec and add it to the list COUNTRY.",
        "teams.csv: line 3: team 'A' is already in line 2. Keep one.",
    ]


NUMBERS = ("1e5", "1E999", "-.5e3", "08", "0o17", "0x1F", "12_3")
LOOKS_LIKE_OTHERS = (*NUMBERS, "yes", "NULL", "~", "=", "2026-07-31")


@pytest.mark.parametrize("code", LOOKS_LIKE_OTHERS)
def test_a_code_that_looks_like_something_else_stays_what_it_is(code: str, tmp_path: Path) -> None:
    (tmp_path / "teams.csv").write_text(f"team,contact\nA,{code}\n{code},\n", encoding="utf-8")
    made = init_round(tmp_path / "round", "example", tmp_path / "teams.csv", name=code)
    again = load_round(tmp_path / "round")
    assert [(team.code, team.contact) for team in again.teams] == [("A", code), (code, "")]
    assert (again.name, made.name) == (code, code)


def test_a_list_that_is_no_workbook_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "teams.xlsx").write_bytes(b"no zip")
    with pytest.raises(RoundError, match="is not a workbook: it is a text file"):
        init_round(tmp_path / "round", "example", tmp_path / "teams.xlsx")
    with pytest.raises(RoundError, match="cannot be read"):
        init_round(tmp_path / "round", "example", tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("spec: example\n", "", "line 4: 'spec' is missing"),
        (
            "spec: example",
            "spec: hrge_toolkit",
            "5: the round carries the spec 'example', not 'hrge_toolkit'",
        ),
        ("name: round", "nmae: round", "'nmae' is not known"),
        ("country: PAK", "country: XXX", "line 9: there is no country 'XXX'"),
        ("- team: MAR-1", "- team: PAK-1", "team 'PAK-1' is already in line 9"),
        ("spec: example", "spec: [example", "is never closed"),
        (
            "period_start: '2026-01-01'",
            "period_start: '0001-01-01'",
            "'0001-01-01' is not a day between",
        ),
        (
            "period_start: '2026-01-01'",
            "period_start: spring",
            "'spring' is not a day between 1900 and 2200",
        ),
    ],
)
def test_a_round_edited_wrongly(old: str, new: str, said: str, teams: Path, tmp_path: Path) -> None:
    init_round(tmp_path / "round", "example", teams, date(2026, 1, 1))
    file = tmp_path / "round" / "round.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(RoundError, match=said.replace("[", r"\[")):
        load_round(tmp_path / "round")


def test_a_round_without_its_key(teams: Path, tmp_path: Path) -> None:
    init_round(tmp_path / "round", "example", teams)
    (tmp_path / "round" / KEY).write_bytes(b"short")
    with pytest.raises(RoundError, match="is damaged"):
        load_round(tmp_path / "round")
    with pytest.raises(RoundError, match="is not a round"):
        load_round(tmp_path)


def test_a_round_that_is_moved_or_copied_counts_nothing_twice(tmp_path: Path) -> None:
    def told(home: Path) -> Any:
        return json.loads(ran("validate", home, "--json", "--today", DAY, code=1).out)

    first, copied, moved = round_folder(tmp_path), tmp_path / "copied", tmp_path / "moved"
    before = told(first)
    shutil.copytree(first, copied)
    there = told(copied)
    shutil.move(first, moved)
    elsewhere = told(moved)
    for home, data in ((copied, there), (moved, elsewhere)):
        assert data["files"] == before["files"], home  # which are told from the folder of the round
        assert data["summary"] == before["summary"]


# a round carries its spec


ON_DAY = ("--today", TODAY.isoformat())


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A spec of one's own, in a folder that is not a home of specs."""
    folder = tmp_path / "office" / "spec"
    shutil.copytree(find("example"), folder)
    edit(folder / "workbook.yaml", "name: example", "name: our_own")
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def newer(spec: Path) -> None:
    """The next version of the spec: a label is worded anew."""
    edit(spec / "workbook.yaml", f'version: "{load(spec).version}"', 'version: "9.9"')
    edit(spec / "vocabularies.yaml", "en: Morocco", "en: Kingdom of Morocco")


@pytest.fixture
def made(spec: Path, tmp_path: Path) -> Round:
    (tmp_path / "teams.csv").write_text("team,country\nPAK,PAK\nMAR,MAR\n", encoding="utf-8")
    return init_round(tmp_path / "round", str(spec), tmp_path / "teams.csv")


def send(made: Round) -> Path:
    """PAK's return, as it lies in the round."""
    order = orders(made, TODAY)[0]
    path = made.folder / "returned" / "PAK.xlsx"
    path.write_bytes(generate(load(made.spec_source), replace(order, answers=answers())))
    return path


def test_a_round_says_which_spec_it_carries(made: Round, spec: Path) -> None:
    text = (made.folder / "round.yaml").read_text(encoding="utf-8")
    assert "\nspec: our_own\n" in text
    assert load(spec).digest in text
    assert str(spec) not in text
    assert load(made.spec_source).digest == load(spec).digest


def test_everything_goes_on_when_the_spec_is_gone(
    made: Round, spec: Path, tmp_path: Path, monkeypatch: Patch
) -> None:
    send(made)
    shutil.rmtree(spec.parent)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    round_ = str(made.folder)
    for command in (
        ("generate", round_, *ON_DAY),
        ("generate", round_, "--country", "Maroc", *ON_DAY),
        ("status", round_, *ON_DAY),
        ("validate", round_, *ON_DAY),
        ("report", round_, "-o", "reports", "--format", "json", *ON_DAY),
        ("feedback", round_, "-o", "feedback", *ON_DAY),
        ("verify", "reports/validation.json", "--returned", f"{round_}/returned"),
        ("validate", *map(str, sorted((made.folder / "returned").iterdir())), *ON_DAY),
        *(("check", str(file), *ON_DAY) for file in (made.folder / "returned").iterdir()),
        ("spec", "check", f"{round_}/spec/{Path(load_round(made.folder).spec_source).name}"),
    ):
        assert hrge(*command) == 0, command
    report = json.loads(Path("reports/validation.json").read_text(encoding="utf-8"))
    asked = [each["spec_asked"] for each in report["run"]["datasets"]]
    assert (report["run"]["spec"], asked) == ("our_own", ["our_own"])
    assert len(list((made.folder / "issued").glob("*.xlsx"))) == 2


def test_a_round_that_does_not_say_which_spec_it_carries_is_refused(
    made: Round, spec: Path
) -> None:
    edit(made.folder / "round.yaml", f"spec_digest: {made.spec_digest}\n", "")
    with pytest.raises(RoundError, match="does not say any more which spec it carries") as caught:
        load_round(made.folder)
    assert f"hrge-xl round update-spec {quoted(made.folder)} --spec" in str(caught.value)
    assert update_spec(made.folder, str(spec)).changes is None
    assert load_round(made.folder).spec_digest == made.spec_digest


@pytest.mark.parametrize("damage", ["changed", "one file more", "gone"])
def test_a_copy_that_was_tampered_with_is_never_used(damage: str, made: Round, spec: Path) -> None:
    copy = Path(made.spec_source)
    if damage == "changed":
        edit(copy / "vocabularies.yaml", "en: Morocco", "en: Marokko")
    elif damage == "one file more":
        (copy / "tools" / "more.yaml").write_text("code: MORE\n", encoding="utf-8")
    else:
        shutil.rmtree(copy)
    with pytest.raises(
        RoundError, match=r"The spec of the round (was changed in|is missing:)"
    ) as caught:
        load_round(made.folder)
    assert f"hrge-xl round update-spec {quoted(made.folder)} --spec" in str(caught.value)
    update_spec(made.folder, str(spec))
    assert load(load_round(made.folder).spec_source).digest == load(spec).digest


def test_a_change_to_the_copy_that_is_meant_is_taken_as_a_new_version(made: Round) -> None:
    copy = Path(made.spec_source)
    edit(copy / "vocabularies.yaml", "en: Morocco", "en: Marokko")
    update = update_spec(made.folder, str(copy))
    assert update.changes is None  # what it was before is lost
    countries = load(load_round(made.folder).spec_source).vocabularies["COUNTRY"]
    assert countries.by_code["MAR"].label.say("en") == "Marokko"


def test_a_spec_that_changes_elsewhere_changes_no_round(made: Round, spec: Path) -> None:
    before = load(made.spec_source).digest
    newer(spec)
    assert load(load_round(made.folder).spec_source).digest == before != load(spec).digest


def test_a_round_is_moved_to_a_newer_version(made: Round, spec: Path) -> None:
    """What it means is said, a comment in round.yaml stays, and so does the copy that workbooks were issued from."""
    file = made.folder / "round.yaml"
    edit(file, "spec: our_own\n", "spec: our_own  # ask the office before you change this\n")
    send(made)
    newer(spec)
    out = ran("round", "update-spec", made.folder, "--spec", spec).out
    assert out.startswith(f"our_own {load(made.spec_source).version} → our_own 9.9. Changes: 2.\n")
    assert "kept, to be checked again: 1\n" in out
    moved = load_round(made.folder)
    assert load(moved.spec_source).digest == load(spec).digest
    assert (moved.name, moved.teams, moved.key) == (made.name, made.teams, made.key)
    assert "  # ask the office before you change this\n" in file.read_text(encoding="utf-8")
    assert Path(made.spec_source).is_dir()
    hint = next(line for line in out.splitlines() if line.startswith("Each change: hrge-xl "))
    assert (
        "PAK.xlsx (PAK, en," in ran(*(shlex.split(hint.removeprefix("Each change: hrge-xl ")))).out
    )


def test_the_first_language_of_a_spec_is_not_missing(tmp_path: Path) -> None:
    """Its texts stand in the spec itself, under no language; teams without one get them."""
    (tmp_path / "teams.csv").write_text(
        "team,country,language\nA,PAK,en\nB,PAK,\nC,PAK,fr\n", encoding="utf-8"
    )
    folder = init_round(tmp_path / "round", "hrge_toolkit", tmp_path / "teams.csv").folder
    out = ran("round", "update-spec", folder, "--dry-run").out
    assert out.startswith("hrge_toolkit")


def test_a_new_question_under_an_old_version_is_warned_of(made: Round, spec: Path) -> None:
    question = "- {code: PLN_98, type: text, required: always, label: Who pays}"
    edit(
        spec / "tools" / "plan.yaml",
        "      - {code: PLN_13",
        f"      {question}\n      - {{code: PLN_13",
    )
    out = ran("round", "update-spec", made.folder, "--spec", spec, "--dry-run").out
    assert (
        "for an answer that nobody was asked for before: PLN_98. Raise the version of the spec"
        in out
    )


def test_a_report_from_before_is_verified_with_the_spec_of_then(
    made: Round, spec: Path, tmp_path: Path
) -> None:
    send(made)
    report = tmp_path / "reports" / "validation.json"
    assert hrge("report", made.folder, "--format", "json", "-o", report.parent, *ON_DAY) == 0
    newer(spec)
    update_spec(made.folder, str(spec))
    assert hrge("verify", report, "--returned", made.folder / "returned") == 0


def test_a_round_written_on_windows_keeps_its_lines(made: Round, spec: Path) -> None:
    file = made.folder / "round.yaml"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    before = file.read_bytes().splitlines(keepends=True)
    newer(spec)
    update_spec(made.folder, str(spec))
    after = file.read_bytes().splitlines(keepends=True)
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [f"spec_digest: '{load(spec).digest}'\r\n".encode()]


def test_a_round_written_in_one_line_stays_in_one_line(made: Round, spec: Path) -> None:
    file = made.folder / "round.yaml"
    file.write_text("{name: round, spec: our_own, teams: [{team: A}]}", encoding="utf-8")
    newer(spec)
    update_spec(made.folder, str(spec))
    digest = load(spec).digest
    said = file.read_text(encoding="utf-8")
    assert said == f"{{name: round, spec_digest: '{digest}', spec: our_own, teams: [{{team: A}}]}}"
    assert load_round(made.folder).spec_digest == digest


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (
            "another name",
            RoundError,
            "the round is of 'our_own': its workbooks would not be recognised",
        ),
        ("no such country", RoundError, "there is no country 'MAR'"),
        ("mistakes", SpecError, "vocabularies.yaml"),
        ("no such spec", UsageError, "No spec"),
    ],
)
def test_a_spec_that_does_not_fit_changes_nothing(
    wrong: str, error: type[Exception], said: str, made: Round, spec: Path
) -> None:
    before = (made.folder / "round.yaml").read_bytes()
    if wrong == "another name":
        edit(spec / "workbook.yaml", "name: our_own", "name: their_own")
    elif wrong == "no such country":
        edit(spec / "vocabularies.yaml", "code: MAR,", "code: MAX,")
    elif wrong == "mistakes":
        edit(spec / "vocabularies.yaml", "code: MAR,", "")
    else:
        shutil.rmtree(spec)
    with pytest.raises(error, match=said):
        update_spec(made.folder, str(spec))
    assert (made.folder / "round.yaml").read_bytes() == before
    assert load_round(made.folder) == made


def test_a_file_in_a_round_is_checked_with_its_spec_and_key(
    made: Round, spec: Path, tmp_path: Path, monkeypatch: Patch
) -> None:
    path = send(made)
    apart = shutil.copy(path, tmp_path / "sent.xlsx")
    shutil.move(spec, tmp_path / "spec")
    monkeypatch.chdir(tmp_path)
    assert hrge("generate", "round", *ON_DAY) == 0
    assert hrge("check", path, *ON_DAY) == 0
    assert hrge("check", "round/issued/PAK_en.xlsx", *ON_DAY) == 1  # it is blank
    assert "I002" in ran("check", apart, *ON_DAY, code=4).out
    assert hrge("check", apart, "--spec", "round", *ON_DAY) == 0
    assert hrge("check", apart, "--spec", "./spec", *ON_DAY) == 0
    assert (
        hrge("check", path, "--spec", "example", *ON_DAY) == 2
    )  # the round says itself of which spec it is
    (made.folder / "signing.key").write_bytes(bytes(32))
    assert "I006" in ran("check", path, *ON_DAY, code=None).out


def test_a_workbook_is_prefilled_from_a_return_of_a_spec_in_a_folder(
    made: Round, spec: Path, tmp_path: Path
) -> None:
    path, out = send(made), str(tmp_path / "out")
    arguments = ["generate", str(spec), "--country", "MAR", "--answers", str(path), "-o", out]
    assert hrge(*arguments) == 0
