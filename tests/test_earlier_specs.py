"""A copy of a spec that passed when it was taken is read for ever, whatever rules for new specs came later."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

import hrge_xl
from hrge_xl.language.functions.words import compiled_pattern, fits
from hrge_xl.spec.carried import digest_of, pack
from tests.command_line import ran

SPECS = Path(__file__).parent.parent / "workbook_specs"
# as workbooks of the Toolkit 2.1 have them, which are out
YEAR_OF_AN_INTERVENTION = r"-\d{4}(?=-)"
PERSONAL_DATA = (
    r"(?is).*([\w.+%-]+@[\w-]+\.\w{2,}|(\+|\b00)\d[\d ()./-]{6,}\d|\d{9,}|\d{5}-\d{7}-\d\b|\b(passport|identity "
    r"card|id card|cnic|case)( no\.?| number)?[ :#]{1,3}(?=[\w/-]*\d)[\w/-]{5,}).*"
)
RULE = """
- code: R-E09
  name: a-pattern-of-then
  tool: PLAN
  at: [PLN_03]
  check: not matches(PLN_03, r'PATTERN')
  message: It seems to hold personal data.
  remedy: Take it out.
  reader_only: A sheet cannot look for patterns.
"""
TODAY = ("--today", "2026-07-01")


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A spec of one's own that passes today."""
    folder = tmp_path / "example"
    shutil.copytree(SPECS / "example", folder)
    with (folder / "rules.yaml").open("a", encoding="utf-8") as rules:
        rules.write(RULE)
    return folder


@pytest.fixture
def round_(spec: Path, tmp_path: Path) -> Path:
    """A round of that spec, with a return whose objective names an address."""
    folder = tmp_path / "round"
    (tmp_path / "teams.csv").write_text(
        "team,country,deadline\nPAK,PAK,2026-07-15\n", encoding="utf-8"
    )
    hrge_xl.init_round(folder, str(spec), tmp_path / "teams.csv")
    loaded = hrge_xl.load(hrge_xl.load_round(folder).spec_source)
    order = hrge_xl.Order(
        "PAK",
        country="PAK",
        language="en",
        round="round",
        key=hrge_xl.load_round(folder).key,
        answers={("PLAN", "1", "PLN_03"): "Write to pak@example.org"},
    )
    (folder / "returned" / "PAK.xlsx").write_bytes(hrge_xl.generate(loaded, order))
    return folder


def taken_earlier(round_: Path, file: str, old: str, new: str) -> None:
    """Change the copy of its spec that a round carries, as if an earlier program had taken it like that."""
    (copy,) = (round_ / "spec").iterdir()
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    digest = digest_of(pack(copy))
    copy.rename(copy.with_name(digest[:16]))
    described = (round_ / "round.yaml").read_text(encoding="utf-8")
    described = re.sub("spec_digest: .*", f"spec_digest: {digest}", described)
    (round_ / "round.yaml").write_text(described, encoding="utf-8")


def findings(round_: Path) -> set[str]:
    report = json.loads(ran("validate", round_, "--json", *TODAY, code=None).out)
    return {finding["code"] for file in report["files"] for finding in file["findings"]}


def not_run(round_: Path) -> dict[str, str]:
    report = json.loads(ran("validate", round_, "--json", *TODAY, code=None).out)
    return {
        check["code"]: check["why"]
        for file in report["files"]
        for check in file["checks"]["not_run"]
    }


def test_a_pattern_that_the_program_published_goes_on(round_: Path) -> None:
    taken_earlier(round_, "rules.yaml", "r'PATTERN'", f"r'{PERSONAL_DATA}'")
    assert "R-E09" in findings(round_)
    assert "R-E09" not in not_run(round_)


@pytest.mark.deep
def test_any_other_is_told_as_not_run_once(round_: Path) -> None:
    taken_earlier(round_, "rules.yaml", "r'PATTERN'", "r'a(?=b)'")
    said = ran("status", round_, *TODAY)
    assert "PAK   returned" in said.out
    assert said.err.count("R-E09 is not checked") == 1
    assert "rules.yaml:" in said.err
    assert "R-E09" not in findings(round_)
    assert "a(?=b)" in not_run(round_)["R-E09"]
    assert ran("validate", round_, *TODAY, code=1).err.count("R-E09 is not checked") == 1
    for words in (
        ("consolidate", round_, *TODAY),
        ("feedback", round_, "-o", round_ / "out", *TODAY),
        ("report", round_, "--format", "html", "-o", round_ / "out", *TODAY),
        ("refresh", round_, *TODAY),
        ("verify", round_),
        ("trace", round_, "--team", "PAK"),
        ("export", round_, "--table", "answers", "-o", round_ / "out" / "answers.csv"),
    ):
        ran(*words)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "workbook.yaml",
            "  period_end: PLN_05",
            f"  period_end: PLN_05\n  period_in_intervention: '{'x(?=y)'}'",
            "x",
        ),
        ("workbook.yaml", "countries: COUNTRY", "countries: COUNTRY\nopened: true", "`opened`"),
        (
            "rules.yaml",
            "check: RSK_06 != 'ACC'",
            "check: RSK_06 != nobody_knows(RSK_06)",
            "R-E02 is not checked",
        ),
    ],
    ids=["a pattern of the key", "an option", "a function"],
)
def test_what_today_refuses_of_a_new_spec(
    file: str, old: str, new: str, said: str, round_: Path
) -> None:
    """A round goes on without it; a spec of one's own is refused at its line; and the remedy works."""
    taken_earlier(round_, file, old, new)
    status = ran("status", round_, *TODAY)
    assert status.err.count(f"{file}:") == 1
    assert said in status.err
    own = round_.parent / "own"
    (copy,) = (round_ / "spec").iterdir()
    shutil.copytree(copy, own)
    assert re.search(rf"{file}:\d+:\d+: ", ran("spec", "check", own, code=3).err)
    ran("round", "update-spec", round_, "--spec", SPECS / "example")
    assert f"{file}:" not in ran("status", round_, *TODAY).err


def test_update_spec_works_where_the_copy_is_gone(round_: Path) -> None:
    shutil.rmtree(round_ / "spec")
    assert "round update-spec" in ran("status", round_, code=3).err
    ran("round", "update-spec", round_, "--spec", SPECS / "example")
    ran("status", round_, *TODAY)


PUBLISHED = yaml.load((SPECS / "earlier_patterns.yaml").read_bytes(), Loader=yaml.BaseLoader)
PIECES = st.sampled_from(
    [
        "passport",
        "id card",
        "CNIC",
        "case",
        " no.",
        " number",
        *":# -/.@+(01aü٣é_\n",
        "00",
        "12345",
        "1234567",
        "x1",
        "GLO",
    ]
)


def test_every_pattern_of_the_table_is_known_here() -> None:
    digests = {
        hashlib.sha256(text.encode()).hexdigest()
        for text in (YEAR_OF_AN_INTERVENTION, PERSONAL_DATA)
    }
    assert digests == PUBLISHED.keys()
    assert all(compiled_pattern(pattern) for pattern in PUBLISHED.values())


@given(st.lists(PIECES, max_size=12).map("".join))
@example("passport no. AB123")
@example("case: abcd")
@example("case abcdefgh1")
@example("identity card 1a2b3")
@example("a00 1234567 8")
@example("+1 (234) 567-89")
def test_they_match_what_those_of_then_matched(text: str) -> None:
    digest = hashlib.sha256(PERSONAL_DATA.encode()).hexdigest()
    assert fits(PUBLISHED[digest], text) == bool(re.fullmatch(PERSONAL_DATA, text))


@given(st.lists(PIECES, max_size=12).map("".join))
@example("AFG-2026-XDEM")
@example("AFG-20261-XDEM")
def test_the_year_of_an_intervention_is_that_of_then(text: str) -> None:
    """The same part of its name is left out."""
    digest = hashlib.sha256(YEAR_OF_AN_INTERVENTION.encode()).hexdigest()
    then = re.search(YEAR_OF_AN_INTERVENTION, text)
    now = compiled_pattern(PUBLISHED[digest]).search(text)
    assert (then and then.span()) == (now and now.span(1))
