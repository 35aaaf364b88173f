"""A mail sender for tests, in its own process. It can be killed between the server's acceptance and our record of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from typing import Any

from seminar_app import create_app
from seminar_app.messages import delivery, rendering
from seminar_app.messages.smtp import Mailer, MailServer
from tests.support.mail import add_test_kinds

NOTES_FIRST, NOTES_LATE = "notes first", "notes late"


def deliver(environment: Mapping[str, str], dies_at: int, twin: str | None) -> None:
    """Send the mail that is due, and die when this number of mails has been accepted (0: never).

    Args:
        environment: settings of the app.
        dies_at: number of the mail.
        twin: a broken one, which records a mail as sent before it sends it, or records many together after it has sent them.
    """
    os.environ.update(environment)
    app = create_app()
    add_test_kinds(app)
    sent = 0
    send, finish_and_take, write_letter = Mailer.send, delivery._finish_and_take, rendering.write

    def die_when_due() -> None:
        nonlocal sent
        sent += 1
        if sent == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def note_then_send(lease: Any, finish: Any, *, goes_on: bool, now: Any) -> Any:
        following = finish_and_take(lease, finish, goes_on=goes_on, now=now)
        die_when_due()  # the record is written, and the mail is not sent yet
        mail = rendering.mail_of(write_letter(app, lease.message), lease.message, sender="a@b.example", now=now())
        with Mailer(MailServer.from_url(app.extensions["settings"].smtp_url)) as mailer:
            send(mailer, mail)
        return following

    def note_late(lease: Any, _finish: Any, *, goes_on: bool, now: Any) -> Any:
        return finish_and_take(lease, lambda *_nothing: None, goes_on=goes_on, now=now)

    def send_then_die(mailer: Mailer, mail: Any) -> None:
        send(mailer, mail)
        die_when_due()

    setattr(Mailer, "send", (lambda _self, _mail: None) if twin == NOTES_FIRST else send_then_die)  # noqa: B010
    if twin is not None:
        setattr(delivery, "_finish_and_take", note_then_send if twin == NOTES_FIRST else note_late)  # noqa: B010
    delivery.deliver_due(app, timeout=1.0)
