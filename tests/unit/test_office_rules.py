"""An office's own words in the privacy notice."""

from __future__ import annotations

import pytest

from seminar_app.offices.rules import is_reachable, missing_language, text_blocks


def test_paragraphs_are_parted_by_empty_lines_however_a_browser_sends_them() -> None:
    text = "One\r\nline.\r\n\r\n## Heading\r\n \t\r\n\r\n\r\nLast."
    assert text_blocks(text) == ((False, "One line."), (True, "Heading"), (False, "Last."))
    assert text_blocks("") == ()


@pytest.mark.parametrize(("text_es", "text_en", "lacks"), [("a", "b", None), ("", "", None), ("a", "", "en"), ("", "b", "es")])
def test_words_are_written_in_both_languages_or_in_none(text_es: str, text_en: str, lacks: str | None) -> None:
    assert missing_language(text_es, text_en) == lacks


def test_an_office_is_reachable_with_an_address_and_a_phone() -> None:
    assert is_reachable(email="hsi@office.example", phone="+525550802000")
    assert not is_reachable(email="hsi@office.example", phone=None)
    assert not is_reachable(email="", phone="+525550802000")
