"""Headers of mail that hold people's words: written so that no name breaks them, and read again before the mail leaves."""

from __future__ import annotations

from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, Policy
from functools import cache

from seminar_app.core.errors import N_

LONGEST_LINE = 998
"""Bytes. Source: RFC 5322, section 2.1.1."""
LONGEST_WORD = 75
"""Letters of an encoded word. Source: RFC 2047, section 2."""
NOT_READABLE = N_(
    "The mail was not sent, because its receiver or subject would not arrive as written. Please correct the name, or the title."
)


class NotReadable(ValueError):
    """A mail does not read back as it was written: its name or subject would arrive changed, or the mail in pieces."""

    def __init__(self) -> None:
        super().__init__(NOT_READABLE)


class _Header(BaseHeader):
    """A header that is folded where this is safe.

    Python's folding at 78 letters writes an empty line before a long word (cpython#142006), and loses the quotes of a name with a
    comma (cpython#80222) and spaces between words in different alphabets. So addresses stand on one line, as far as it may reach,
    and a subject is encoded word by word as RFC 2047 says.
    """

    def fold(self, *, policy: Policy) -> str:
        """Return the header with its name and line ends."""
        if self.isascii() or self.name.lower() != "subject":
            return super().fold(policy=policy.clone(max_line_length=LONGEST_LINE))
        encoded = Header(str(self), charset="utf-8", header_name=self.name).encode(maxlinelen=LONGEST_WORD, linesep=policy.linesep)
        return f"{self.name}: {encoded}{policy.linesep}"


POLICY = SMTP.clone(header_factory=HeaderRegistry(base_class=_Header))


def check_readable(mail: EmailMessage) -> None:
    """Read a mail as its receiver will.

    Raises:
        NotReadable: a header or a part is missing or says something else.
    """
    sent = mail.as_bytes()  # first: this chooses the boundary between the parts
    policy = SMTP.clone(header_factory=cache(SMTP.header_factory))  # the parser asks for the same headers a dozen times
    if _told(mail) != _told(BytesParser(EmailMessage, policy=policy).parsebytes(sent)):
        raise NotReadable


def _told(mail: EmailMessage) -> tuple[object, ...]:
    """Return headers and kinds of parts. Spaces do not count: some readers add one to a name that is too long for one encoded word."""
    headers = [(name, "".join(str(value).split())) for name, value in mail.items()]
    addresses = [address.addr_spec for name in ("From", "To", "Reply-To") if name in mail for address in mail[name].addresses]
    return headers, addresses, [part.get_content_type() for part in mail.walk()]
