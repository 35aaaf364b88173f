"""Find values that were left as the template of the settings (`deploy/env`) has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from config import Settings

TEMPLATE_DOMAIN = re.compile(r"(^|\.)example\.(org|com|net)$")
"""Domains that nobody can own (RFC 2606)."""


def template_values(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each value of the template that is still there."""
    smtp = urlsplit(settings.smtp_url or "")
    sender = settings.mail_from.rpartition("@")[2].rstrip("> ")
    hosts = {"PUBLIC_URL": urlsplit(settings.public_url).hostname, "SMTP_URL": smtp.hostname, "MAIL_FROM": sender}
    for name, host in hosts.items():
        if host and TEMPLATE_DOMAIN.search(host):
            yield f"{name} still names {host}, which is only an example: put your own there."
    if (smtp.username, unquote(smtp.password or "")) == ("user", "password"):
        yield "SMTP_URL still has the example's user and password: put your own there, or none where the server asks for none."
    for name, value in {"PUBLIC_URL": settings.public_url, "SMTP_URL": settings.smtp_url or "", "MAIL_FROM": settings.mail_from}.items():
        if "…" in value:
            yield f"{name} still has a … where something of yours is to stand."
