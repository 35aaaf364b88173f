"""What is printed on a certificate. It is kept sealed, so that a later change of the name or of the seminar changes no certificate."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from msgspec import Struct, to_builtins

from seminar_app.certificates.rules import CertificateCode


class Signer(Struct, frozen=True):
    """Who signs. `image`: public id (hex) of the picture's file, if there is one."""

    name: str
    title_es: str
    title_en: str
    host_es: str
    host_en: str
    image: str | None = None


class Printed(Struct, frozen=True, kw_only=True):
    """The content of a certificate.

    Attributes:
        languages: `es`, `en`, or both in this order.
        name: as on the certificate; the parts are what a typed surname is compared with.
        hosts: names in Spanish and English, in order.
        first_day, last_day, issued_on: local days in the seminar's zone.
        minutes: credited, of `contact_minutes`.
        paper: as `core.pdf.Paper`.
    """

    number: int
    letters: str
    languages: tuple[str, ...]
    name: str
    given_names: str
    surname1: str
    surname2: str | None
    seminar_es: str
    seminar_en: str
    hosts: tuple[tuple[str, str], ...]
    city: str
    country: str
    first_day: date
    last_day: date
    issued_on: date
    minutes: int
    contact_minutes: int
    signers: tuple[Signer, ...]
    paper: str

    @property
    def code(self) -> CertificateCode:
        """Number and letters."""
        return CertificateCode(self.number, self.letters)

    def text(self, name: str, language: str) -> str:
        """Return `seminar` in a language, else in the other."""
        first, second = (getattr(self, f"{name}_{each}") for each in (language, "en" if language == "es" else "es"))
        return str(first or second)

    def hosts_in(self, language: str) -> list[str]:
        """Return the hosts' names in a language."""
        return [(english if language == "en" else spanish) or spanish or english for spanish, english in self.hosts]

    def as_bytes(self) -> bytes:
        """Return it as it is sealed."""
        return json.dumps(to_builtins(self), ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Printed:
        """Return what was sealed."""
        values: dict[str, Any] = json.loads(kept)
        days = {name: date.fromisoformat(values[name]) for name in ("first_day", "last_day", "issued_on")}
        signers = tuple(Signer(**each) for each in values["signers"])
        hosts = tuple((spanish, english) for spanish, english in values["hosts"])
        return cls(**{**values, **days, "languages": tuple(values["languages"]), "hosts": hosts, "signers": signers})
