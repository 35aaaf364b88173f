"""What a mail states of the office that it comes from."""

from __future__ import annotations

from seminar_app.core.phones import shown_phone
from seminar_app.offices.models import Office


def office_facts(office: Office, language: str) -> dict[str, str]:
    """Return the office's name in the reader's language, its address and its phone, empty where unknown.

    Answers go to the address, and the end of the mail states both (`messages.rendering`).
    """
    return {
        "office": office.name_es if language == "es" else office.name_en,
        "office_email": office.email or "",
        "office_phone": shown_phone(office.phone) if office.phone else "",
    }
