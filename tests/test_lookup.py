"""Countries and languages by the names that people give them."""

from __future__ import annotations

import pytest

from hrge_xl import load
from tests.face import countries, country_names
from tests.face import lookup_languages as languages

TOOLKIT, EXAMPLE = load("hrge_toolkit"), load("example")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("KGZ", "KGZ"), ("kgz", "KGZ"), ("Kyrgyzstan", "KGZ"),
        ("Kyrgyz Republic", "KGZ"), ("KYRGYZ  REPUBLIC", "KGZ"),  # an alias
        ("Iran (Islamic Republic of)", "IRN"), ("Islamic Republic of Iran", "IRN"),
        ("Iran, Islamic Republic of", "IRN"),
        ("Laos", "LAO"), ("Lao People’s Democratic Republic", "LAO"), ("Central Asia (region-wide)", "REG-CAS"),
    ],
)  # fmt: skip
def test_a_country_by_code_label_and_alias(text: str, code: str) -> None:
    assert countries(TOOLKIT).code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Maroc", "MAR"),
        ("المغرب", "MAR"),
        ("egypte", "EGY"),
        ("ÉGYPTE", "EGY"),
        ("افغانستان", "AFG"),
        ("Morocco", "MAR"),
    ],
)
def test_a_country_in_every_language_of_the_spec(text: str, code: str) -> None:
    assert countries(EXAMPLE).code(text) == code


def test_names_of_cldr_are_known_where_the_spec_says_another() -> None:
    longer = EXAMPLE.vocabularies["COUNTRY"].by_code["MLI"].label.by_language
    spec = EXAMPLE.model_copy(deep=True)
    spec.vocabularies["COUNTRY"].by_code["MLI"].label.by_language.update(
        dict.fromkeys(longer, "Republic of Mali")
    )
    assert countries(spec).code("mali") == countries(spec).code("Republic of Mali") == "MLI"


def test_every_country_of_the_world_is_known_or_unlike_those_of_the_spec() -> None:
    known = countries(TOOLKIT)
    wrong = {name: known.hint(name) for name in country_names("en").values() if known.code(name) is None}
    assert len(wrong) > 200
    assert not [hint for hint in wrong.values() if "Did you mean" in hint]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Tajikstan", "Did you mean Tajikistan (TJK)?"),
        ("Marocco", "Did you mean Morocco (MAR)?"),
        ("Czech Republic", "Known are: AFG, IRN,"),
        ("Democratic Republic", "Known are: AFG, IRN,"),
        ("Islamic Republic of Pakstan", "Known are: AFG, IRN,"),
        ("IRX", "Known are: AFG, IRN,"),  # Iran and Iraq are as near
    ],
)
def test_what_is_near_is_offered_and_nothing_else(text: str, hint: str) -> None:
    assert countries(TOOLKIT).code(text) is None
    assert countries(TOOLKIT).hint(text).startswith(hint)


def test_a_spec_without_countries_takes_any_name() -> None:
    spec = EXAMPLE.model_copy(update={"countries": None})
    assert countries(spec).code("Atlantis") == "Atlantis"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("fr", "fr"), ("FR", "fr"), ("French", "fr"), ("français", "fr"), ("Francais", "fr"), ("الفرنسية", "fr"),
        ("English", "en"), ("anglais", "en"), ("Arabic", "ar"), ("العربية", "ar"), ("German", None), ("de", None),
    ],
)  # fmt: skip
def test_a_language_by_tag_and_by_name(text: str, tag: str | None) -> None:
    assert languages(EXAMPLE).code(text) == tag


def test_a_language_without_its_region_where_it_is_the_only_one() -> None:
    one = languages(EXAMPLE.model_copy(update={"languages": ("pt-BR", "en")}))
    assert {one.code(text) for text in ("Portuguese", "pt", "Portuguese (Brazil)", "português (Brasil)")} == {
        "pt-BR"
    }
    two = languages(EXAMPLE.model_copy(update={"languages": ("zh-Hans", "zh-Hant")}))
    assert two.code("Chinese") is None
    assert two.hint("Chinese") == "Known are: zh-Hans, zh-Hant."
