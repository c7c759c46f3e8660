"""Team lists as people keep them: titles above, merged heads, names and days in their own words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from rich.cells import cell_len

from hrge_xl import TeamList, init_round, load, load_round
from hrge_xl.cli import run
from hrge_xl.core.errors import RoundError
from tests.face import COLUMNS, HEADS, languages, loosely, read_list, translator
from tests.fixture_types import Capsys

SPEC = load("example")


def read(folder: Path, text: str) -> TeamList:
    (folder / "teams.csv").write_text(text, encoding="utf-8")
    return read_list(folder / "teams.csv", SPEC)


def days(folder: Path, *written: str) -> list[date | None]:
    lines = (f"T{n};{day}\n" for n, day in enumerate(written))
    return [team.deadline for team in read(folder, "team;deadline\n" + "".join(lines)).teams]


def test_a_list_that_excel_saved_as_unicode_text(tmp_path: Path) -> None:
    """With tabs between its columns, and two bytes a letter."""
    (tmp_path / "teams.txt").write_text("team\tpays\nÉquipe 1\tMaroc\n", encoding="utf-16")
    (team,) = init_round(tmp_path / "round", "example", tmp_path / "teams.txt").teams
    assert (team.code, team.country) == ("Équipe 1", "MAR")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A workbook of an office: a title, a note, heads in two rows with merged cells, and columns of its own."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Regional programme: reporting teams 2026", None, None, None, None, None],
        ["State: 1 June; ask Registry, please", None, None, None, None, None],
        [],
        [" Team ", "Country ", "Budget", "Due date", "Correspondence", None],
        [None, None, None, None, "language", "e-mail"],
        [
            "  PAK-1",
            "Pakistán",
            100,
            date(2026, 7, 31),
            "english",
            "PAK <pak@example.org>; two@example.org",
        ],
        ["MAR-1", "Maroc", 200, "31 juillet 2026", " Français ", "mar@example.org"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("E4:F4")
    for column in "ABCD":
        sheet.merge_cells(f"{column}4:{column}5")
    book.save(tmp_path / "teams.xlsx")
    return tmp_path / "teams.xlsx"


def test_a_list_as_an_office_keeps_it_and_then_the_round(kept: Path) -> None:
    found = read_list(kept, SPEC)
    told = [
        (team.code, team.country, team.language, team.deadline, team.email) for team in found.teams
    ]
    assert told == [
        ("PAK-1", "PAK", "en", date(2026, 7, 31), "pak@example.org, two@example.org"),
        ("MAR-1", "MAR", "fr", date(2026, 7, 31), "mar@example.org"),
    ]
    assert found.titles == (
        "Regional programme: reporting teams 2026",
        "State: 1 June; ask Registry, please",
    )
    assert (found.heads.line, found.heads.unknown) == (5, ["Budget"])


def test_columns_of_the_list_stand_below_one_another_in_every_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Chinese letter takes two columns of a terminal, and a sign above an Arabic one none."""
    (tmp_path / "teams.csv").write_text(
        "team,country\n北京办公室,PAK\nفَرِيق,MAR\nRabat,MAR\n", "utf-8"
    )
    words = ["--spec", "example", "--teams", str(tmp_path / "teams.csv"), "--dry-run"]
    assert run(["round", "init", str(tmp_path / "round"), *words]) == 0
    heads, *rows = capsys.readouterr().out.splitlines()[:4]
    before = [row.partition(code)[0] for row, code in zip(rows, ("PAK", "MAR", "MAR"), strict=True)]
    assert list(map(cell_len, before)) == [heads.index("country")] * 3


def test_what_is_understood_is_shown_before_anything_is_written(kept: Path, capsys: Capsys) -> None:
    how = ["--spec", "example", "--teams", str(kept), "--dry-run"]
    assert run(["round", "init", str(kept.parent / "round"), *how]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "team   country  language  deadline    email",
        "PAK-1  PAK      en        2026-07-31  pak@example.org, two@example.org",
        "MAR-1  MAR      fr        2026-07-31  mar@example.org",
        "2 teams. The headings are in line 5.",
        "Above them: Regional programme: reporting teams 2026; State: 1 June; ask Registry, please",
        "Columns that are not read: Budget.",
    ]
    assert err == "Nothing was written (dry run).\n"
    assert not (kept.parent / "round").exists()
    init_round(kept.parent / "round", "example", kept)
    again = load_round(kept.parent / "round")
    assert [team.email for team in again.teams] == [
        "pak@example.org, two@example.org",
        "mar@example.org",
    ]


def test_titles_in_a_csv_say_nothing_about_its_commas(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "Teams, of all countries, in 2026;;\n\nTeam;Pays;Courriel\nA;Maroc;a@example.org\n",
    )
    assert [(team.code, team.country, team.email) for team in found.teams] == [
        ("A", "MAR", "a@example.org")
    ]


@pytest.mark.parametrize(
    "heads",
    [
        "Équipe;PAYS;Langue;Date limite;Courriel;Outils",
        "equipo;país;idioma;fecha límite;correo electrónico;herramientas",
        "الفريق;البلد;اللغة;الموعد النهائي;البريد الإلكتروني;الأدوات",
        "Команда;Страна;Язык;Срок;Эл. почта;Инструменты",
        "团队;国家;语言;截止日期;电子邮件;工具",
        "تیم;کشور;زبان;مهلت;ایمیل;ابزارها",
        "ٹیم;ملک;زبان;آخری تاریخ;ای میل;ٹولز",
        "کۆدی تیم;وڵات;زمان;دوا وادە;ئیمەیڵ;ئامرازەکان",
    ],
)
def test_heads_in_every_language(heads: str, tmp_path: Path) -> None:
    (team,) = read(tmp_path, f"{heads}\nA;PAK;fr;2026-07-31;a@example.org;C1\n").teams
    assert (team.code, team.country, team.language, team.deadline, team.email, team.tools) == (
        "A",
        "PAK",
        "fr",
        date(2026, 7, 31),
        "a@example.org",
        ("C1",),
    )


@pytest.mark.parametrize("language", languages())
def test_the_contact_is_known_by_what_workbooks_call_it(language: str, tmp_path: Path) -> None:
    (team,) = read(
        tmp_path, f"team;country;{translator(language)('Questions to')}\nA;PAK;Desk\n"
    ).teams
    assert team.contact == "Desk"


@pytest.mark.parametrize(
    "head",
    [
        "Personne de contact",
        "Persona de contacto",
        "مسؤول الاتصال",
        "Контактное лицо",
        "联系方式",
        "شخص تماس",
        "رابطہ کار",
        "کەسی پەیوەندی",
    ],
)
def test_the_contact_is_known_in_every_language(head: str, tmp_path: Path) -> None:
    (team,) = read(tmp_path, f"team;country;{head}\nA;PAK;Desk\n").teams
    assert team.contact == "Desk"


def test_no_head_means_two_columns() -> None:
    written = [
        (loosely(head), column) for column, heads in HEADS.items() for head in heads.split(";")
    ]
    assert {name: dict(written)[name] for name, _ in written} == dict(written)
    assert len(written) == len(dict(written))
    assert set(HEADS) == set(COLUMNS)
    assert len(languages()) >= 9


def test_one_day_of_a_column_says_how_the_others_are_meant(tmp_path: Path) -> None:
    assert days(tmp_path, "03/04/2026", "31/07/2026", "2026-05-01") == [
        date(2026, 4, 3),
        date(2026, 7, 31),
        date(2026, 5, 1),
    ]
    assert days(tmp_path, "03/04/2026", "07/31/2026") == [date(2026, 3, 4), date(2026, 7, 31)]
    for separator in "/٫":  # the second is what parts figures in Arabic
        written = [
            separator.join(figures) for figures in (("٠٣", "٠٤", "٢٠٢٦"), ("٣١", "٠٧", "٢٠٢٦"))
        ]
        assert days(tmp_path, *written) == [date(2026, 4, 3), date(2026, 7, 31)]


@pytest.mark.parametrize("column", [("03/04/2026",), ("31/07/2026", "07/31/2026", "03/04/2026")])
def test_a_day_that_the_column_leaves_open_is_a_mistake(
    column: tuple[str, ...], tmp_path: Path
) -> None:
    """Also where the column contradicts itself."""
    with pytest.raises(RoundError, match="'03/04/2026' is not an unambiguous date"):
        days(tmp_path, *column)


def test_months_are_named_in_any_language_of_the_spec(tmp_path: Path) -> None:
    assert days(tmp_path, "31 July 2026", "1er août 2026", "31 يوليو 2026") == [
        date(2026, 7, 31),
        date(2026, 8, 1),
        date(2026, 7, 31),
    ]


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(RoundError) as caught:
        read(tmp_path, "Our teams\nteam;e-mail;courriel;countri\nA;nobody;;\nB;a@b;;\n")
    assert str(caught.value).splitlines() == [
        "teams.csv: line 2: the column 'email' appears twice ('e-mail' and 'courriel'). Keep one.",
        "teams.csv: line 2: there is no column 'countri'. Did you mean 'country'?",
        "teams.csv: line 3: 'nobody' is not an e-mail address. Write it as name@example.org; "
        "separate several with commas.",
        "teams.csv: line 4: 'a@b' is not an e-mail address. Write it as name@example.org; "
        "separate several with commas.",
    ]


@pytest.mark.parametrize(
    "total", ["Total: 2;;", "Total;2;", "المجموع: ٢;;", "ИТОГО 2;;", ";;合计：2"]
)
def test_heads_in_two_languages_and_a_line_that_counts(tmp_path: Path, total: str) -> None:
    found = read(
        tmp_path,
        f"Team / Équipe;Pays | Country;Date limite\nT1;Maroc;31.12.2026\nT2;PAK;\n{total}\n",
    )
    assert [(team.code, team.country) for team in found.teams] == [("T1", "MAR"), ("T2", "PAK")]
    assert found.total
    assert found.heads.unknown == []


def test_a_team_that_looks_like_a_count_stays(tmp_path: Path) -> None:
    found = read(tmp_path, "team;country\nT0;PAK\nT1;PAK\nT2;\n")
    assert [team.code for team in found.teams] == ["T0", "T1", "T2"]
    assert [team.code for team in read(tmp_path, "team\nTotalia 2\n").teams] == ["Totalia 2"]
