"""No name and no title breaks the header of a mail: it reads back as it was written, by Python's own readers of mail."""

from __future__ import annotations

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import getaddresses

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seminar_app.messages import rendering
from seminar_app.messages.headers import LONGEST_LINE, NotReadable
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import Letter, mail_of
from seminar_app.people.rules import certificate_name, is_name

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ADDRESS = "maria.hernandez.villavicencio@fiscalia.example"
TWO_LONG = certificate_name("Ana", "a" * 99, "b" * 99)
WITH_DEGREE = "Lic. Maria de los Angeles Guadalupe Hernandez Villavicencio de la Garza y Fernandez, MDH"
WORDS = (
    *("Maria", "de", "los", "Angeles", "Guadalupe", "Hernandez", "Villavicencio", "la", "y", "Ma.", "J.R.,", "(Pepe)", "O'Brien", '"La"'),
    *("José", "Ñáñez", "Núñez-Pérez", "Łukasz", "Đan", "«Nena»", "小龙", "محمد", "علی\u200cرضا", "क्\u200dष", "e\u0301", "x\u00a0y"),
    *("a" * 99, "ñ" * 99, "小" * 99),
)
ENDS = st.sampled_from(("", ", MDH", ", Jr.", '"', "'"))
NAMES = st.builds(lambda words, end: (" ".join(words) + end)[:300].strip(), st.lists(st.sampled_from(WORDS), min_size=1, max_size=14), ENDS)
INPUTS = [pytest.param(150, id="short"), pytest.param(5_000, id="full", marks=pytest.mark.full)]


def fits(name: str) -> bool:
    """Whether a form takes the name, and one line holds it: of a longer one Python's reader adds a space."""
    return is_name(name) and len(name.encode()) < 690


def written(name: str, *, subject: str = "Su lugar en el seminario") -> EmailMessage:
    letter = Letter(subject, "Hola", "Hola\n", "<p>Hola</p>", name, "es")
    message = Message(to_address=ADDRESS, message_id="<7@constancia.test>", context={"office_email": "oficina@fiscalia.example"})
    return mail_of(letter, message, sender="Constancia <no-reply@constancia.test>", now=NOW)


def read(mail: EmailMessage) -> EmailMessage:
    sent = mail.as_bytes()
    assert max(map(len, sent.split(b"\r\n"))) <= LONGEST_LINE
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(sent)


@pytest.mark.parametrize("inputs", INPUTS)
def test_every_name_that_a_form_takes_arrives_as_it_was_typed(inputs: int) -> None:
    @settings(max_examples=inputs, deadline=None, database=None)
    @given(NAMES.filter(fits))
    @example(TWO_LONG)
    @example(WITH_DEGREE)
    @example("María de los Ángeles Guadalupe Hernández Villavicencio de la Garza y Fernández, MDH")
    @example("小" * 230)
    @example("a\\b")
    def arrives(name: str) -> None:
        mail = written(name)
        got = read(mail)
        assert [(to.display_name, to.addr_spec) for to in got["To"].addresses] == [(name, ADDRESS)]
        assert getaddresses([str(mail["To"])])[0][1] == ADDRESS, "this is whom smtplib sends it to"
        assert (got["Subject"], got["Reply-To"]) == ("Su lugar en el seminario", "oficina@fiscalia.example")
        assert len(list(got.walk())) == 3

    arrives()


@pytest.mark.parametrize("inputs", INPUTS)
def test_every_title_arrives_in_the_subject_as_it_was_typed(inputs: int) -> None:
    @settings(max_examples=inputs, deadline=None, database=None)
    @given(NAMES)
    @example("Łukasz de 小龙 José")
    def arrives(title: str) -> None:
        mail = written("Ana", subject=title)
        assert read(mail)["Subject"] == title
        encoded = [word for word in mail.as_bytes().split(b"\r\n\r\n")[0].split() if word.startswith(b"=?")]
        assert not [word for word in encoded if len(word) > 75], "RFC 2047, section 2"

    arrives()


def test_a_name_of_300_signs_in_another_alphabet_keeps_all_of_them() -> None:
    (to,) = read(written("小" * 300))["To"].addresses
    assert (to.display_name.replace(" ", ""), to.addr_spec) == ("小" * 300, ADDRESS)


@pytest.mark.parametrize("name", [TWO_LONG, WITH_DEGREE])
def test_a_mail_that_would_not_arrive_as_written_is_not_built(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: folding at 78 letters, as this version of Python does it."""
    written(name)
    monkeypatch.setattr(rendering, "POLICY", SMTP)
    with pytest.raises(NotReadable):
        written(name)
