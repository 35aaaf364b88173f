"""Render messages. A message is rendered when it is sent: only then its secret link is made, which is never stored.

A kind has one template for each language, `templates/email/<kind>.<language>.txt`. The first line is the subject (without
any person's name), then an empty line, then the text. Empty lines separate paragraphs, a line that begins with `- ` is an item
of a list, and a line with a colon at its end, followed by an address alone, becomes a button. Templates get the message's
`context` and also `to_name`, `link` (the secret link, if it has one), `public_url`, and `page(endpoint, **values)` for the
address of any other page.

What a mail says may depend on what is true when it leaves. A room registers such a kind with `resolve`: then the kind, the
name and the facts are asked for when the mail is rendered, and the answer may be that none is to be sent. In the same way a
room registers with `attach` how the file is made that goes with a kind of mail.

A mail about a seminar has its office's `office`, `office_email` and `office_phone` in its context (empty where unknown): answers
go to that address, and the end of the mail names what there is. Without them the end says that nobody reads the mailbox.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from flask import Flask
from flask_babel import force_locale
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape
from msgspec import Struct
from sqlalchemy.orm import Session

from config import Settings
from seminar_app.core.links import SecretLink, token_hashes
from seminar_app.core.values import replace
from seminar_app.messages.headers import POLICY, check_readable
from seminar_app.messages.models import Message
from seminar_app.messages.rules import unlinkable
from seminar_app.web.database import session

BUTTON_LINES = 2
HIDDEN = "••••••••"
_PLACE_OF_TOKEN = "0token0"  # noqa: S105  placeholder for the token while an address is built
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


class Letter(Struct, frozen=True):
    """A message as its recipient reads it."""

    subject: str
    body: str
    """The text of this message, without the footer that all mails share."""
    text: str
    html: str
    to_name: str
    language: str
    covered: bool = False
    """Whether it says less than its kind does, because its receiver may be a stranger. No file goes with it."""
    own: str = ""
    """This installation's own address, which is a link also where it is not https."""

    @property
    def body_html(self) -> Markup:
        """The body as HTML, for a page."""
        return as_html(self.body, own=self.own)


AddressOf = Callable[[SecretLink, str, bytes | None], str]
"""Writes the address of a secret link: the link, the endpoint that takes its token, and the hash that is stored of it, if it is not new.

A link that was sent before a change of keys goes on with the key of then.
"""


class Resolved(Struct, frozen=True, kw_only=True):
    """What a mail turns out to be when it is rendered; `facts` has the addresses of its links too."""

    kind: str
    to_name: str
    facts: dict[str, Any]
    language: str | None = None
    """None: the language that the message was put into the outbox with."""


Resolver = Callable[[Session, Message, AddressOf], Resolved | None]
_resolvers: dict[str, Resolver] = {}


class Attachment(Struct, frozen=True, kw_only=True):
    """A file that goes with a mail; `kind` is its media type with parameters, for example of a calendar."""

    name: str
    content: bytes
    kind: str
    parameters: dict[str, str]


PageAddress = Callable[..., str]
"""Writes the address of a page: endpoint, and the values of its rule."""
Attacher = Callable[[Session, Message, PageAddress], Attachment | None]
_attachers: dict[str, Attacher] = {}


Owners = Mapping[uuid.UUID, Any]
"""What a room reads of those whom personal links concern, by the links' owner."""
Cover = Callable[[Session, Message, Resolved, AddressOf, Owners], Resolved | None]
OwnersReader = Callable[[Session, Collection[uuid.UUID]], Owners]
_covers: dict[str, tuple[Cover, OwnersReader]] = {}


FactReader = Callable[[Session, Message], dict[str, str]]
_fact_readers: dict[str, FactReader] = {}


class NotToBeSent(Exception):
    """What is true now leaves this mail nothing to say."""


def resolve(kind: str, resolver: Resolver) -> None:
    """Ask this function what mails of a kind say, each time one is rendered. None: it is not sent."""
    _resolvers[kind] = resolver


def add_facts(kind: str, reader: FactReader) -> None:
    """Ask this function, each time one is rendered, for facts of mails of a kind that were not put into the outbox with them."""
    _fact_readers[kind] = reader


def cover(purpose: str, covering: Cover, owners: OwnersReader) -> None:
    """Ask this function about each mail with a link of this purpose, whatever its kind, each time one is rendered.

    It gets what the mail is to say, and returns what may be said instead; None: all of it. `owners` reads, in one statement for many
    mails, what it needs to know of them.
    """
    _covers[purpose] = covering, owners


def owners_of(reading: Session, messages: Iterable[Message]) -> Owners:
    """Return what may decide how much these mails say, in one statement for each purpose that is known, whichever the mails have."""
    asked: dict[str, set[uuid.UUID]] = {purpose: set() for purpose in _covers}
    for message in messages:
        if message.link_purpose in asked and message.link_owner is not None:
            asked[message.link_purpose].add(message.link_owner)
    found: dict[uuid.UUID, Any] = {}
    for purpose, owners in asked.items():
        found |= _covers[purpose][1](reading, owners)
    return found


def attach(kind: str, attacher: Attacher) -> None:
    """Ask this function for a file that goes with mails of a kind, each time one is sent. None: it goes without."""
    _attachers[kind] = attacher


def init_app(app: Flask) -> None:
    """Give mail templates their own environment: plain text, and a missing value is an error, not a gap."""
    app.extensions["mail_templates"] = app.jinja_env.overlay(undefined=StrictUndefined, autoescape=False)


def write(
    app: Flask,
    message: Message,
    *,
    show_link: bool = True,
    reading: Session | None = None,
    late: bool = True,
    owners: Owners | None = None,
) -> Letter:
    """Render a message in its language.

    Args:
        app: the application.
        message: row of the outbox.
        reading: the session to ask in what a mail says that decides late; None: one of its own.
        late: whether to ask for the facts that are read when a mail leaves; a list of subjects does without them, and an example, which
            goes to nobody, without what may be said to a mailbox too.
        owners: what was read of whom many mails concern (`owners_of`); None: it is read for this one.
        show_link: whether to show the secret part of its link; staff read the message without it.

    Raises:
        jinja2.TemplateError: the kind has no template in this language, or the template needs a value that the context lacks.
        NotToBeSent: the mail has nothing to say any more.
    """
    settings: Settings = app.extensions["settings"]
    templates: Environment = app.extensions["mail_templates"]
    with app.app_context(), force_locale(message.language):
        found, covered = _resolved(app, settings, message, reading or session(), show=show_link, late=late, owners=owners)
    language = found.language or message.language
    with app.app_context(), force_locale(language):
        to_name = unlinkable(found.to_name)
        values = found.facts | {
            "to_name": to_name,
            "public_url": settings.public_url,
            "page": lambda endpoint, **parts: address_of(app, settings, endpoint, **parts),
        }
        written = templates.get_template(f"email/{found.kind}.{language}.txt").render(values)
        subject, _gap, body = written.strip().partition("\n")
        subject, body = " ".join(subject.split()), body.strip()
        contact = {name: message.context.get(name) or "" for name in ("office", "office_email", "office_phone")}
        words = contact | {"subject": subject}
        frame = {"public_url": settings.public_url, "language": language}
        text = templates.get_template("email/_layout.txt").render(frame | words | {"body": body})
        escaped = {name: escape(value) for name, value in words.items()}
        html = templates.get_template("email/_layout.html").render(frame | escaped | {"body": as_html(body, own=settings.public_url)})
    return Letter(subject, body, text.strip() + "\n", html, to_name, language, covered, settings.public_url)


def address_of(app: Flask, settings: Settings, endpoint: str, **values: Any) -> str:
    """Return the address of a page as it appears in a mail: the public address, not the one this process listens on."""
    return settings.public_url + app.url_map.bind("localhost").build(endpoint, values)


def attached_to(app: Flask, message: Message, letter: Letter) -> list[Attachment]:
    """Return the files that go with a message, in its language; `letter` is what it says."""
    attacher = _attachers.get(message.kind)
    if attacher is None or letter.covered:
        return []
    with app.app_context(), force_locale(message.language):
        found = attacher(session(), message, lambda endpoint, **values: address_of(app, app.extensions["settings"], endpoint, **values))
    return [] if found is None else [found]


def _resolved(
    app: Flask, settings: Settings, message: Message, reading: Session, *, show: bool, late: bool, owners: Owners | None
) -> tuple[Resolved, bool]:
    """Return what the mail says, and whether that is less than its kind says."""

    def address(link: SecretLink, endpoint: str, kept: bytes | None) -> str:
        tokens = [link.token(key) for key in settings.secret_keys]
        token = next((each for each in tokens if kept in token_hashes(each)), tokens[0]) if show else HIDDEN
        return address_of(app, settings, endpoint, token=_PLACE_OF_TOKEN).replace(_PLACE_OF_TOKEN, token)

    if (resolver := _resolvers.get(message.kind)) is not None:
        found = resolver(reading, message, address)
        if found is None:
            raise NotToBeSent
        says = replace(found, facts=message.context | found.facts)
    else:
        link = link_of(message)
        written = address(link, message.link_endpoint, None) if link and message.link_endpoint else None
        more = _fact_readers[message.kind](reading, message) if late and message.kind in _fact_readers else {}
        says = Resolved(kind=message.kind, to_name=message.to_name, facts=message.context | more | {"link": written})
    covering = _covers.get(message.link_purpose or "") if late or owners is not None else None
    if covering is None:
        return says, False
    less = covering[0](reading, message, says, address, owners_of(reading, [message]) if owners is None else owners)
    return (says, False) if less is None else (less, True)


def link_of(message: Message) -> SecretLink | None:
    """Return the message's secret link, if it has one."""
    if message.link_purpose is None or message.link_owner is None or message.link_version is None:
        return None
    return SecretLink(message.link_purpose, message.link_owner, message.link_version)


def as_html(text: str, *, own: str = "") -> Markup:
    """Convert plain text to HTML: paragraphs, lists and links.

    Args:
        text: in it, an https address becomes a link, because staff and participants write parts of it; others stay words.
        own: this installation's own address, whose pages become links also where it is not https.
    """
    return Markup("\n").join(_block(block, own) for block in re.split(r"\n\s*\n", text.strip()) if block.strip())


def _block(block: str, own: str) -> Markup:
    lines = [line.strip() for line in block.splitlines()]
    if all(line.startswith("- ") for line in lines):
        return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(_linked(line[2:], own)) for line in lines))
    if len(lines) == BUTTON_LINES and lines[0].endswith(":") and _ADDRESS.fullmatch(lines[1]) and _is_safe(lines[1], own):
        button = Markup('<p><a class="usa-button" href="{}">{}</a></p>').format(lines[1], lines[0].removesuffix(":"))
        return button + Markup('<p class="small">{}</p>').format(_linked(lines[1], own))
    return Markup("<p>{}</p>").format(Markup("<br>").join(_linked(line, own) for line in lines))


def _linked(line: str, own: str) -> Markup:
    parts, end = [], 0
    for found in _ADDRESS.finditer(line):
        if not _is_safe(found[0], own):
            continue
        parts += [escape(line[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(line[end:])])


def _is_safe(address: str, own: str) -> bool:
    return address.startswith("https://") or (bool(own) and f"{address}/".startswith(f"{own}/"))


def mail_of(letter: Letter, message: Message, *, sender: str, now: datetime, attached: Sequence[Attachment] = ()) -> EmailMessage:
    """Build the mail with its headers. The Message-ID is the same on every attempt.

    Raises:
        ValueError: a header cannot carry the address, or the mail would not arrive as it was written (`NotReadable`).
    """
    mail = EmailMessage(policy=POLICY)
    mail["From"] = sender
    mail["To"] = Address(display_name=letter.to_name, addr_spec=message.to_address)
    if answers_to := message.context.get("office_email"):
        mail["Reply-To"] = Address(addr_spec=answers_to)
    mail["Subject"] = letter.subject
    mail["Message-ID"] = message.message_id
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for each in attached:
        maintype, _slash, subtype = each.kind.partition("/")
        mail.add_attachment(each.content, maintype=maintype, subtype=subtype, filename=each.name, params=each.parameters)
    mail["Content-Language"] = letter.language  # last: set_content and add_alternative remove Content headers
    check_readable(mail)
    return mail
