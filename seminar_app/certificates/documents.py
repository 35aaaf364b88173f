"""What a certificate says on paper, in its language or in both, from what was printed and sealed. No name stands in the file's title."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from seminar_app.certificates.pictures import as_picture
from seminar_app.certificates.printed import Printed, Signer
from seminar_app.core.dates import date_range, long_date
from seminar_app.core.pdf import Picture
from seminar_app.core.qr import qr_svg
from seminar_app.web.places import country_name

TEMPLATE = "certificate"
OTHER = {"es": "en", "en": "es"}
Said = dict[str, str]
"""A text with the language that it is in: `text`, `lang`."""


def certificate(printed: Printed, *, public_url: str, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what the template prints.

    Args:
        printed: what was sealed when it was issued.
        public_url: of the installation, without a slash at the end.
        pictures: of signatures, PNG or JPEG, by the id that the signers name; one that is missing or broken is left out.
    """
    languages, code = printed.languages, str(printed.code)
    address = f"{public_url}/verify/{code}"
    title = _in_each(languages[:1], lambda: _("Certificate %(code)s", code=code))[0]["text"]
    return {
        "language": languages[0],
        "paper": printed.paper,
        "title": f"{title} · {printed.text('seminar', languages[0])}",
        "author": "; ".join(printed.hosts_in(languages[0])),
        "name": printed.name,
        "hosts": _hosts(printed),
        "award": _in_each(languages, lambda: _award(len(printed.hosts))),
        "parts": [_part(printed, language) for language in languages],
        "signers": [_signer(each, languages, pictures) for each in printed.signers],
        "facts": [
            {"words": _in_each(languages, lambda: _("Certificate no.")), "values": [_said(code, languages[0])], "strong": True},
            {
                "words": _in_each(languages, lambda: _("Date of issue")),
                "values": [_said(long_date(printed.issued_on, language), language) for language in languages],
                "strong": False,
            },
        ],
        "verify": _in_each(languages, lambda: _("Verify at")),
        "address": address,
        "address_shown": address.partition("://")[2] or address,
        "qr": Picture(qr_svg(address)),
        "qr_alt": _in_each(languages[:1], lambda: _("QR code of the address where the certificate is verified"))[0]["text"],
    }


def credited(minutes: int, of: int) -> str:
    """Return «Attendance credited: 21 hours 30 minutes of 24 hours», or the hours alone where that is all, in the reader's language."""
    if minutes >= of:
        return str(_("Attendance credited: %(credited)s", credited=in_hours(minutes)))
    return str(_("Attendance credited: %(credited)s of %(all)s", credited=in_hours(minutes), all=in_hours(of)))


def in_hours(minutes: int) -> str:
    """Return «21 hours 30 minutes», «24 hours», «45 minutes» in the reader's language."""
    hours, rest = divmod(minutes, 60)
    words = [ngettext("%(num)d hour", "%(num)d hours", hours)] if hours else []
    if rest or not hours:
        words.append(ngettext("%(num)d minute", "%(num)d minutes", rest))
    return " ".join(words)


def _award(hosts: int) -> str:
    return str(ngettext("awards this certificate to", "award this certificate to", hosts))


def _part(printed: Printed, language: str) -> dict[str, Any]:
    with force_locale(language):
        return {
            "lang": language,
            "for": _("for having completed the seminar"),
            "seminar": _text(printed.seminar_es, printed.seminar_en, language),
            "where": ", ".join(filter(None, (printed.city, country_name(printed.country)))),
            "when": date_range(printed.first_day, printed.last_day, language),
            "hours": credited(printed.minutes, printed.contact_minutes),
        }


def _hosts(printed: Printed) -> list[list[Said]]:
    """Return the hosts' names in the first language; below, in the second, those that are called otherwise there."""
    first, *more = printed.languages
    named = [_text(spanish, english, first) for spanish, english in printed.hosts]
    known = {each["text"] for each in named}
    others = [_text(spanish, english, language) for language in more for spanish, english in printed.hosts]
    others = [each for each in others if each["text"] not in known]
    return [named, others] if others else [named]


def _signer(one: Signer, languages: Sequence[str], pictures: Mapping[str, bytes]) -> dict[str, Any]:
    content = pictures.get(one.image) if one.image else None
    picture = as_picture(content) if content is not None else None
    with force_locale(languages[0]):
        alt = _("Signature of %(name)s", name=one.name)
    return {
        "name": one.name,
        "titles": _both(one.title_es, one.title_en, languages),
        "hosts": _both(one.host_es, one.host_en, languages),
        "picture": picture,
        "alt": alt,
    }


def _both(spanish: str, english: str, languages: Sequence[str]) -> list[Said]:
    """Return a text in each language, once where it is the same; nothing where it is empty."""
    texts = {each["text"]: each for each in reversed([_text(spanish, english, language) for language in languages]) if each["text"]}
    return list(reversed(texts.values()))


def _text(spanish: str, english: str, language: str) -> Said:
    """Return a text in this language, else in the other with that one's name."""
    texts = {"es": spanish, "en": english}
    return _said(texts[language], language) if texts[language] else _said(texts[OTHER[language]], OTHER[language])


def _in_each(languages: Sequence[str], say: Callable[[], str]) -> list[Said]:
    said = []
    for language in languages:
        with force_locale(language):
            said.append(_said(str(say()), language))
    return said


def _said(text: str, language: str) -> Said:
    return {"text": text, "lang": language}
