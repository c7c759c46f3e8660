"""A round carries its spec: it goes on from any folder, when the spec is gone, and when the spec has changed."""

from __future__ import annotations

import json
import shlex
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hrge_xl import generate, init_round, load, load_round
from tests.command_line import hrge, ran
from tests.face import Round, RoundError, SpecError, UsageError, find, orders, update_spec
from tests.face import shell_words_quoted as quoted
from tests.fixture_types import Patch
from tests.test_consolidate import answers

TODAY = date(2026, 6, 30)
DAY = ("--today", TODAY.isoformat())


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
    """A round of this spec with two teams."""
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
        ("generate", round_, *DAY), ("generate", round_, "--country", "Maroc", *DAY), ("status", round_, *DAY),
        ("validate", round_, *DAY), ("report", round_, "-o", "reports", "--format", "json", *DAY),
        ("feedback", round_, "-o", "feedback", *DAY),
        ("verify", "reports/validation.json", "--returned", f"{round_}/returned"),
        ("validate", *map(str, sorted((made.folder / "returned").iterdir())), *DAY),
        *(("check", str(file), *DAY) for file in (made.folder / "returned").iterdir()),
        ("spec", "check", f"{round_}/spec/{Path(load_round(made.folder).spec_source).name}"),
    ):  # fmt: skip
        assert hrge(*command) == 0, command
    report = json.loads(Path("reports/validation.json").read_text(encoding="utf-8"))
    asked = [each["spec_asked"] for each in report["run"]["datasets"]]
    assert (report["run"]["spec"], asked) == ("our_own", ["our_own"])
    assert len(list((made.folder / "issued").glob("*.xlsx"))) == 2


def test_a_round_that_does_not_say_which_spec_it_carries_is_refused(made: Round, spec: Path) -> None:
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
    with pytest.raises(RoundError, match=r"The spec of the round (was changed in|is missing:)") as caught:
        load_round(made.folder)
    assert f"hrge-xl round update-spec {quoted(made.folder)} --spec" in str(caught.value)
    update_spec(made.folder, str(spec))
    assert load(load_round(made.folder).spec_source).digest == load(spec).digest


def test_a_change_to_the_copy_that_is_meant_is_taken_as_a_new_version(made: Round) -> None:
    copy = Path(made.spec_source)
    edit(copy / "vocabularies.yaml", "en: Morocco", "en: Marokko")
    update = update_spec(made.folder, str(copy))
    assert update.changes is None  # what it was before is lost
    assert (
        load(load_round(made.folder).spec_source).vocabularies["COUNTRY"].by_code["MAR"].label.say("en")
        == "Marokko"
    )


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
    assert "PAK.xlsx (PAK, en," in ran(*(shlex.split(hint.removeprefix("Each change: hrge-xl ")))).out


def test_a_report_from_before_is_verified_with_the_spec_of_then(
    made: Round, spec: Path, tmp_path: Path
) -> None:
    send(made)
    report = tmp_path / "reports" / "validation.json"
    assert hrge("report", made.folder, "--format", "json", "-o", report.parent, *DAY) == 0
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


def test_a_round_written_in_one_line_is_not_edited_by_guess(made: Round, spec: Path) -> None:
    (made.folder / "round.yaml").write_text(
        "{name: round, spec: our_own, teams: [{team: A}]}", encoding="utf-8"
    )
    with pytest.raises(RoundError, match="on a line of their own"):
        update_spec(made.folder, str(spec))


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ("another name", RoundError, "the round is of 'our_own': its workbooks would not be recognised"),
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


def test_a_round_that_names_another_spec_than_it_carries(made: Round) -> None:
    edit(made.folder / "round.yaml", "spec: our_own\n", "spec: example\n")
    with pytest.raises(RoundError, match="the round carries the spec 'our_own', not 'example'"):
        load_round(made.folder)


def test_a_file_in_a_round_is_checked_with_its_spec_and_key(
    made: Round, spec: Path, tmp_path: Path, monkeypatch: Patch
) -> None:
    path = send(made)
    apart = shutil.copy(path, tmp_path / "sent.xlsx")
    shutil.move(spec, tmp_path / "spec")
    monkeypatch.chdir(tmp_path)
    assert hrge("generate", "round", *DAY) == 0
    assert hrge("check", path, *DAY) == 0
    assert hrge("check", "round/issued/PAK_en.xlsx", *DAY) == 1  # it is blank
    assert "I002" in ran("check", apart, *DAY, code=4).out
    assert hrge("check", apart, "--spec", "round", *DAY) == 0
    assert hrge("check", apart, "--spec", "./spec", *DAY) == 0
    assert hrge("check", path, "--spec", "example", *DAY) == 2  # the round says itself of which spec it is
    (made.folder / "signing.key").write_bytes(bytes(32))
    assert "I006" in ran("check", path, *DAY, code=None).out


def test_a_workbook_is_prefilled_from_a_return_of_a_spec_in_a_folder(
    made: Round, spec: Path, tmp_path: Path
) -> None:
    path, out = send(made), str(tmp_path / "out")
    arguments = ["generate", str(spec), "--country", "MAR", "--answers", str(path), "-o", out]
    assert hrge(*arguments) == 0


def test_a_round_stands_for_its_spec_behind_spec(made: Round, spec: Path, tmp_path: Path) -> None:
    apart = shutil.copy(send(made), tmp_path / "sent.xlsx")
    shutil.rmtree(spec)
    told = ran("validate", apart, "--json", "--spec", made.folder, *DAY).out
    assert json.loads(told)["run"]["spec"] == "our_own"
