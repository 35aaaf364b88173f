"""A mail server for tests, which can be told to misbehave, and kinds of mail to send."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from tests.support.server import free_port

TEMPLATES = {
    "email/test_pass.es.txt": "Su lugar en el seminario\n\nEstimada persona:\n\n{{ title }} lo espera.\n\n{{ link }}\n",
    "email/test_pass.en.txt": (
        "Your seat in the seminar\n\nDear colleague,\n\n{{ title }} expects you:\n\n- bring a paper\n- be early\n\n{{ link }}\n"
    ),
    "email/test_plain.en.txt": "Plain\n\n{{ to_name }}\n",
    "email/test_gap.en.txt": "A gap\n\n{{ not_there }}\n",
}

TAKE, LATER, NEVER, HANG, DIE_AFTER_DATA = "take", "later", "never", "hang", "die after data"


class ScriptedServer:
    """An SMTP server. `behave(how often this Message-ID came)` says what it does; it keeps the mail that it accepted."""

    def __init__(self, behave: Callable[[int], str] = lambda _n: TAKE, *, hang_seconds: float = 5.0) -> None:
        self.behave = behave
        self.hang_seconds = hang_seconds
        self.taken: list[EmailMessage] = []
        self.tries: Counter[str] = Counter()
        self.deaths = 0
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    @property
    def copies(self) -> Counter[str]:
        """How often each Message-ID was accepted."""
        return Counter(str(mail["Message-ID"]) for mail in self.taken)

    def __enter__(self) -> ScriptedServer:
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  the library's name
        content: Any = envelope.content
        mail = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
        self.tries[str(mail["Message-ID"])] += 1
        match self.behave(self.tries[str(mail["Message-ID"])]):
            case "later":
                return "451 4.3.0 Try again later"
            case "never":
                return "554 5.7.1 No"
            case "hang":
                await asyncio.sleep(self.hang_seconds)
                return "451 4.3.0 Too slow"
            case "die after data":
                self.taken.append(mail)
                self.deaths += 1
                transport: Any = server.transport
                transport.abort()
                return "421 Gone"
        self.taken.append(mail)
        return "250 OK"


def add_test_kinds(app: Flask) -> None:
    """Add the templates above to the app."""
    environment = app.extensions["mail_templates"]
    if not isinstance(environment.loader, ChoiceLoader):
        environment.loader = ChoiceLoader([DictLoader(TEMPLATES), environment.loader])
