"""The one form in which an e-mail address is stored, found and counted.

One mailbox has many spellings: capitals, spaces around, full-width letters or another dot in the domain. If finding and
counting used different forms, each spelling would have attempts of its own.
"""

from __future__ import annotations

import hashlib

from email_validator import EmailNotValidError, validate_email


def normal_address(typed: str) -> str | None:
    """Return the address in normal form, or None where no mail can be sent to it.

    The domain is normalized by UTS 46 (email-validator) and written in ASCII; the whole is in lower case, without spaces
    around. Whether mail reaches it is not asked of the network.
    """
    try:
        address = validate_email(typed.strip(), check_deliverability=False)
    except (EmailNotValidError, ValueError):  # the latter: half surrogates
        return None
    return f"{address.local_part}@{address.ascii_domain}".casefold()


def counting_key(typed: str) -> str:
    """Return the key under which attempts with this address are counted: a hash of its normal form.

    All texts that are no address share one key.
    """
    return hashlib.sha256((normal_address(typed) or "").encode("utf-8", "surrogatepass")).hexdigest()


def search_form(typed: str) -> str:
    """Return the beginning of an address in the form to search for: it need not be a whole address yet."""
    return typed.strip().casefold()
