from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import Settings, SettingsError
from seminar_app.messages.rendering import as_html
from seminar_app.messages.rules import PAUSES, MessageState, WhyNotSent, may_send_again, next_attempt, why_not_sent
from seminar_app.messages.smtp import MailServer

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def test_pauses_grow_and_end_after_about_two_days() -> None:
    pauses = []
    for attempts in range(1, 20):
        again = next_attempt(attempts, refused_for_good=False, now=NOW)
        if again is None:
            break
        pauses.append(again - NOW)
    assert pauses == sorted(pauses) == list(PAUSES)
    assert timedelta(days=1) < sum(pauses, timedelta()) < timedelta(days=3)


def test_a_server_that_says_never_is_asked_three_times() -> None:
    assert next_attempt(2, refused_for_good=True, now=NOW) is not None
    assert next_attempt(3, refused_for_good=True, now=NOW) is None


def test_a_person_may_ask_again_for_all_but_what_is_just_being_sent() -> None:
    assert {state for state in MessageState if not may_send_again(state)} == {MessageState.SENDING}


def test_the_mail_servers_address_says_how_it_is_spoken_to() -> None:
    server = MailServer.from_url("smtps://user%40x:p%2Fw@mail.example.org")
    assert (server.host, server.port, server.username, server.password, server.encryption) == (
        "mail.example.org",
        465,
        "user@x",
        "p/w",
        "tls",
    )
    assert MailServer.from_url("smtp://mail.example.org").encryption == "starttls"
    assert MailServer.from_url("smtp://127.0.0.1:2525?tls=none").port == 2525
    for wrong in ("http://mail.example.org", "mail.example.org:25", "smtp://"):
        with pytest.raises(ValueError, match="SMTP_URL begins with"):
            MailServer.from_url(wrong)


def test_production_does_not_send_in_the_clear_over_a_network(tmp_path: Path) -> None:
    env = {"SEMINAR_MODE": "production", "PUBLIC_URL": "https://x.example", "SECRET_KEY": secrets.token_hex(32)}
    env["SEMINAR_DATA_DIR"] = str(tmp_path)
    env["IDENTITY_KEYS"] = f"k1:{secrets.token_hex(32)}"
    for wrong in ("smtp://relay.example.org?tls=none", "relay.example.org"):
        with pytest.raises(SettingsError, match="SMTP_URL"):
            Settings.from_environment(env | {"SMTP_URL": wrong})
    assert Settings.from_environment(env | {"SMTP_URL": "smtp://127.0.0.1:25?tls=none"}).smtp_url


def test_plain_text_becomes_paragraphs_lists_and_links_and_nothing_else() -> None:
    html = as_html("Dear <b>you</b>,\nwelcome\n\n- one\n- two\n\nhttps://x.example/a?b=1&c=2.\n")
    assert html == (
        "<p>Dear &lt;b&gt;you&lt;/b&gt;,<br>welcome</p>\n<ul><li>one</li><li>two</li></ul>\n"
        '<p><a href="https://x.example/a?b=1&amp;c=2">https://x.example/a?b=1&amp;c=2</a>.</p>'
    )
    assert "<a" not in as_html("javascript:alert(1) and 'http://' alone")


def test_only_https_and_this_installations_own_pages_become_links() -> None:
    own = "http://localhost:5000"
    assert "<a" not in as_html("See http://bank.example/pay, please.", own=own)
    assert "<a" not in as_html("Pay here:\nhttp://bank.example/pay", own=own)
    assert "<a" not in as_html("http://localhost:5000.bank.example/pay", own=own)
    assert '<a href="http://localhost:5000/personal/x">' in as_html("http://localhost:5000/personal/x", own=own)
    assert '<a href="https://b.example">' in as_html("http://a.example https://b.example", own=own)


def test_the_answer_of_a_mail_server_is_told_in_plain_words() -> None:
    answers = {
        "550 5.1.1 <rosa@pgr.example>: Recipient address rejected: User unknown": WhyNotSent.NO_MAILBOX,
        "550 No such user here": WhyNotSent.NO_MAILBOX,
        "550 5.7.1 Message rejected as spam": WhyNotSent.REFUSED,
        "554 5.7.0 rejected": WhyNotSent.REFUSED,
        "552 5.2.2 Mailbox full": WhyNotSent.FULL,
        "452 4.2.2 Over quota": WhyNotSent.FULL,
        "451 4.7.1 Greylisted, come back later": WhyNotSent.LATER,
        "535 5.7.8 Authentication failed": WhyNotSent.OUR_SERVER,
        "ConnectionRefusedError: [Errno 111] Connection refused": WhyNotSent.OUR_SERVER,
        "SMTPServerDisconnected: please run connect() first": WhyNotSent.OUR_SERVER,
        "UndefinedError: 'title' is undefined": WhyNotSent.UNWRITABLE,
    }
    assert {answer: why_not_sent(answer) for answer in answers} == answers
