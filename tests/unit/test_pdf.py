"""Documents are set as PDF/UA whatever people are called, and what they are called is never read as markup."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seminar_app.core import pdf
from seminar_app.core.pdf import Paper, settable, typeset, usual_paper
from tests.support.pdf import facts_of, text_of

NOW = datetime(2026, 3, 2, 15, 0, 0, 123456, tzinfo=UTC)
LATIN = "María Ñáñez Łódź Ærø Þór ŒŸ ẞ Đặng O’Brien «a» “b” – — … ½ ª º №"


def document(**texts: str) -> dict[str, str]:
    return {"title": "Probe", "language": "es", "paper": Paper.LETTER.value} | texts


def test_every_letter_that_is_taken_for_sure_can_be_set() -> None:
    assert typeset(
        "probe", document(text="".join(letter for letter in map(chr, range(0x250)) if pdf._ONE_SURE.match(letter))), made_at=NOW
    ).startswith(b"%PDF-1.7")


def test_names_of_other_alphabets_stay_and_signs_that_no_font_has_are_replaced() -> None:
    assert settable(LATIN) == LATIN
    assert settable("Иван Петров · Γιώργος · שלום · محمد") == "Иван Петров · Γιώργος · שלום · محمد"
    assert settable("李小龍 😀") == "□□□ □"
    assert settable("a\0b\nc\u202ed\ud83de\u00ad") == "a b cd?e"
    assert settable("a\u0301") == "á"


@given(st.text(alphabet=st.characters(codec=None), max_size=12))
def test_whatever_a_name_is_the_document_can_be_set(name: str) -> None:
    assert typeset("probe", document(text=name), made_at=NOW).startswith(b"%PDF")


def test_one_name_leaves_the_others_as_they_are() -> None:
    given = {"rows": [{"name": "Ana 😀", "number": 3}, {"name": "Luz"}], "more": None}
    assert settable(given) == {"rows": [{"name": "Ana □", "number": 3}, {"name": "Luz"}], "more": None}


@pytest.mark.parametrize("hostile", ['#read("/etc/passwd")', '"); #panic("x")', "*b* _i_ $x^2$ @a <b> = H \\ // /* #1", "{{ 1 + 1 }}"])
def test_a_name_is_printed_as_it_is_written(hostile: str) -> None:
    assert hostile in text_of(typeset("probe", document(text=hostile), made_at=NOW)).replace("\n", " ")


def test_a_fault_of_a_template_is_not_taken_for_a_sign_that_cannot_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf._can_be_set.cache_clear()
    monkeypatch.setattr(pdf, "NOT_TO_BE_SET", "another message")
    with pytest.raises(Exception, match="PDF/UA"):
        settable("😀")
    pdf._can_be_set.cache_clear()


def test_title_language_and_date_stand_in_the_file() -> None:
    made = typeset("probe", document(text="x", title="Lista · Cancún"), made_at=NOW)
    facts = facts_of(made)
    assert (facts["Title"], facts["Tagged"]) == ("Lista · Cancún", "yes")
    assert b"/Lang(es)" in made
    assert b"pdfuaid:part" in made
    assert b"2026-03-02T15:00:00" in made


def test_each_country_has_its_usual_paper() -> None:
    assert [usual_paper(country) for country in ("MX", "US", "ES", "BR", "GT")] == [
        Paper.LETTER,
        Paper.LETTER,
        Paper.A4,
        Paper.A4,
        Paper.LETTER,
    ]
