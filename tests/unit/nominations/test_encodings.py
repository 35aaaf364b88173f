"""Text of any office's program is read in the encoding it was written in, and a person can choose another."""

from __future__ import annotations

import time

import pytest

from seminar_app.nominations.encodings import Encoding, accented_words, decode

LIST = "No.;Nombre;Puesto;Entidad\r\n" + "".join(
    f"{number};{name};{post};{state}\r\n"
    for number, (name, post, state) in enumerate(
        [
            ("Ángel Núñez Güemes", "Director de Área", "México"),
            ("IBÁÑEZ D’ACOSTA INÉS", "Policía", "Querétaro"),
            ("Zoé Muñoz", "Perito en Psicología", "Nuevo León"),
        ]
    )
)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "mac_roman", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_spanish_list_is_read_in_the_encoding_it_was_written_in(encoding: str) -> None:
    found = decode(LIST.encode(encoding))
    assert (found.text, found.encoding) == (LIST, encoding)


def test_a_list_of_an_old_dos_program_is_read() -> None:
    words = LIST.replace("’", "'")
    found = decode(words.encode("cp850"))
    assert (found.text, found.encoding) == (words, "cp850")


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("word", ["García", "MUÑOZ", "Núñez", "Peña;Ávila", "JOSÉ", "¿Cuál?", "ÍÑIGO LÓPEZ", "pingüino"])
def test_one_word_is_enough(word: str, encoding: str) -> None:
    assert decode(word.encode(encoding)).text == word


def test_an_apostrophe_of_windows_is_no_accented_letter_of_a_mac() -> None:
    for word in ("D’Acosta", "D’ACOSTA", "O’Farrill"):
        assert decode(word.encode("cp1252")).text == word


def test_a_byte_order_mark_is_no_part_of_the_first_heading() -> None:
    assert decode("Número".encode("utf-8-sig")).text == "Número"
    assert decode("Número".encode("utf-16")).text == "Número"


def test_lines_of_two_encodings_are_read_line_by_line() -> None:
    found = decode("Peña;Muñoz\r\n".encode() + "Ibáñez;Núñez\r\n".encode("cp1252") + "Güemes\r\n".encode())
    assert (found.text, found.encoding) == ("Peña;Muñoz\r\nIbáñez;Núñez\r\nGüemes\r\n", Encoding.MIXED)
    assert found.encodings == ("mixed", "cp1252", "mac_roman", "cp850", "utf-8")


def test_the_encoding_that_a_person_chose_counts() -> None:
    content = "Ibáñez".encode("cp1252")
    assert decode(content, "cp850").text == "Ibß±ez"
    assert decode(content, "cp850").encodings == decode(content).encodings == ("cp1252", "mac_roman", "cp850", "utf-8")
    assert decode(content, "utf-8").text == "Ib\ufffd\ufffdez"
    with pytest.raises(ValueError, match="rot13"):
        decode(content, "rot13")


def test_plain_letters_leave_no_choice() -> None:
    assert decode(b"Nombre;Puesto").encodings == ()
    assert decode("Peña".encode()).encodings == ("utf-8", "cp1252", "mac_roman", "cp850")


def test_five_different_words_show_whether_the_encoding_is_right() -> None:
    assert accented_words("Núm.;¿Cuál?;Núm.;Peña, Muñoz\nÁngel «Güemes» – Ibáñez") == ("Núm", "Cuál", "Peña", "Muñoz", "Ángel")
    assert accented_words("Ib\ufffdez;M£oz") == ("Ib\ufffdez", "M£oz")
    assert accented_words("nada") == ()


def test_a_word_without_an_end_takes_no_time() -> None:
    begin = time.process_time()
    accented_words("a" * 3_000_000 + " ñ")
    assert time.process_time() - begin < 1
