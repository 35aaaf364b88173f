"""The one form in which an e-mail address is stored, found and counted.

One mailbox has many spellings: capitals, spaces around, full-width letters or another dot in the domain. If finding and
counting used different forms, each spelling would have attempts of its own.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

LONGEST_LOCAL_PART = 64
"""Bytes before the @. Source: RFC 5321, section 4.5.3.1.1."""
LONGEST_PLAIN_DOMAIN = 100
"""Letters up to which a domain is checked apart from what stands before the @: both together are then not too long."""
_PLAIN = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
"""What may stand before the @ in front of any domain."""
_WITH_LATIN = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"})
"""Alphabets that may stand beside Latin letters in one name. Source: Unicode UTS 39, section 5.2, «highly restrictive»."""


class AddressFault(StrEnum):
    """Why no mail of ours reaches an address."""

    NOT_WHOLE = "not_whole"
    ALPHABETS = "alphabets"
    """A part of the domain has letters of two alphabets, such as a Cyrillic х among Latin letters: there is no such domain."""
    LETTERS = "letters"
    """There are other letters than ASCII before the @. Only some mail servers take them (SMTPUTF8), and many on the way do not."""


def fault_of_address(typed: str) -> AddressFault | None:
    """Return why our mail does not reach the address; None if it may."""
    address = normal_address(typed)
    if address is None:
        return AddressFault.ALPHABETS if _mixes_alphabets(typed.rpartition("@")[2]) else AddressFault.NOT_WHOLE
    return None if address.isascii() else AddressFault.LETTERS


def _mixes_alphabets(domain: str) -> bool:
    """Whether a part of the domain has letters of alphabets that do not stand together."""
    parts = [{unicodedata.name(c, "").partition(" ")[0] for c in part if c.isalpha()} for part in domain.split(".")]
    return any(len(part) > 1 and not part <= _WITH_LATIN for part in parts)


def normal_address(typed: str) -> str | None:
    """Return the address in normal form, or None where no mail can be sent to it.

    The domain is normalized by UTS 46 (email-validator) and written in ASCII; the whole is in lower case, without spaces
    around. Whether mail reaches it is not asked of the network. Other letters than ASCII may stand before the @.
    """
    local, _at, domain = typed.strip().rpartition("@")
    if _PLAIN.fullmatch(local) and len(domain) <= LONGEST_PLAIN_DOMAIN:
        there = _normal_domain(domain)
        return f"{local}@{there}".casefold() if there is not None else None
    address = _validated(typed)
    if address is None:
        return None
    if len(address.local_part.encode()) > LONGEST_LOCAL_PART or _mixes_alphabets(address.domain):
        return None
    return f"{address.local_part}@{address.ascii_domain}".casefold()


def _validated(typed: str) -> ValidatedEmail | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(typed.strip(), check_deliverability=False)
    except (EmailNotValidError, ValueError):  # the latter: half surrogates
        return None


@lru_cache(maxsize=1024)  # domains are few, and checking one takes a tenth of a millisecond
def _normal_domain(typed: str) -> str | None:
    """Return the domain in normal form, or None where no mail can be sent to it, as for a whole address."""
    address = _validated(f"a@{typed}")
    return None if address is None or _mixes_alphabets(address.domain) else address.ascii_domain


def counting_key(typed: str) -> str:
    """Return the key under which attempts with this address are counted: a hash of its normal form.

    All texts that are no address share one key.
    """
    return hashlib.sha256((normal_address(typed) or "").encode("utf-8", "surrogatepass")).hexdigest()


def search_form(typed: str) -> str:
    """Return the beginning of an address in the form to search for: it need not be a whole address yet."""
    return typed.strip().casefold()
