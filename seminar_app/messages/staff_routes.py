"""The outbox for administrators: mails with their recipients, as these read them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from email.errors import MessageError
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from jinja2 import TemplateError
from werkzeug.routing import BuildError

from config import Mode, Settings
from seminar_app.core.clock import now
from seminar_app.core.errors import Refusal
from seminar_app.messages import queries, services
from seminar_app.messages.checks import mail_leaves, worker_runs
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import Letter, NotToBeSent, Owners, attached_to, owners_of, write
from seminar_app.messages.rules import MessageState, may_send_again
from seminar_app.messages.words import KINDS, SIGNS, STATES, kind_in_words
from seminar_app.web.access import shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import session, unit_of_work
from seminar_app.web.errors import sentence_of

blueprint = Blueprint("messages_staff", __name__, url_prefix="/staff/messages")
ADMIN = "admin"
LONGEST_SEARCH = 200
UNWRITABLE = (TemplateError, BuildError, MessageError, ValueError, LookupError, AttributeError)


@blueprint.get("/")
@staff(ADMIN)
@shows_people("messages.viewed")
def index() -> ResponseReturnValue:
    """List sent and waiting messages, newest first. Filters stay in the address; a search does not, because it names people."""
    return _list(_wanted(request.args))


@blueprint.post("/")
@staff(ADMIN)
@shows_people("messages.viewed")
def search() -> ResponseReturnValue:
    """Search by recipient, sent in the body. A form with filters only redirects to the address that keeps them."""
    to = request.form.get("q", "").strip()[:LONGEST_SEARCH] or None
    wanted = _wanted(request.form, to=to)
    return _list(wanted) if to else redirect(url_for(".index", **_filters_of(wanted)), code=303)


def _list(wanted: queries.MessageFilter) -> str:
    kind = wanted.kind if wanted.kind in KINDS else None  # what stands in an address is anybody's words
    shown("outbox:list", state=wanted.state, kind=kind, searched=bool(wanted.to))
    before, filters = _before(), _filters_of(wanted)
    page = queries.messages_page(session(), wanted, subjects=subjects_of, before=before)
    step = {"endpoint": ".search"} if wanted.to else {"endpoint": ".index", **filters}
    return render_template(
        "messages/staff/index.html",
        page=page,
        wanted=wanted,
        first=url_for(**step),
        older=url_for(**step, before=page.next_before) if page.next_before else None,
        sent={"q": wanted.to, **filters} if wanted.to else None,
        filtered=bool(filters or wanted.to),
        first_page=before is None,
        counts=queries.unsent_by_state(session()),
        standing=[worker_runs(session(), now()), mail_leaves(session(), now())],
        kinds=sorted(KINDS, key=kind_in_words),
        **_words(),
    )


@blueprint.get("/<uuid:public_id>")
@staff(ADMIN)
@shows_people("message.viewed")
def message(public_id: uuid.UUID) -> ResponseReturnValue:
    """Show a message as its recipient reads it. The secret link is shown only in the demonstration, where this page is the mailbox."""
    return _message_page(queries.get_message(session(), public_id))


@blueprint.post("/<uuid:public_id>/send-again")
@staff(ADMIN)
@shows_people("message.viewed")
def send_again(public_id: uuid.UUID) -> ResponseReturnValue:
    """Send the message once more."""
    try:
        with unit_of_work() as open_session:
            again = services.send_again(open_session, change_context(), public_id=public_id)
    except Refusal as refusal:
        return _message_page(queries.get_message(session(), public_id), refusal=sentence_of(refusal)), 422
    flash(_("It is on its way again."), "success")
    return redirect(url_for(".message", public_id=again.public_id), code=303)


def _message_page(row: Message, *, refusal: str | None = None) -> str:
    shown(f"outbox:{row.public_id.hex}", kind=row.kind)
    as_seen = queries.as_shown(session(), [row], subjects=subjects_of)[0]
    letter, fault = (None, None) if as_seen.withheld else _written(row)
    return render_template(
        "messages/staff/message.html",
        message=as_seen,
        letter=letter,
        attached=[each.name for each in attached_to(current_app._get_current_object(), row, letter)] if letter else [],  # type: ignore[attr-defined]
        fault=fault,
        refusal=refusal,
        why=_(as_seen.last_error) if as_seen.last_error else None,
        sender=_settings().mail_from,
        may_send_again=may_send_again(row.state),
        **_words(),
    )


def subjects_of(rows: Sequence[Message]) -> dict[int, str | None]:
    """Return the subjects as they are sent, or were, by id; None where a message cannot be rendered."""
    owners = owners_of(session(), rows)
    letters = {row.id: _written(row, late=False, owners=owners)[0] for row in rows}
    return {message: letter.subject if letter else None for message, letter in letters.items()}


def _written(row: Message, *, late: bool = True, owners: Owners | None = None) -> tuple[Letter | None, str | None]:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        return write(app, row, show_link=_shows_links(), reading=session(), late=late, owners=owners), None
    except NotToBeSent:
        return None, _("This message is no longer needed, so it is not sent.")
    except UNWRITABLE as error:
        return None, f"{type(error).__name__}: {error}"[:300]


def _shows_links() -> bool:
    return _settings().mode is Mode.DEMO


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _words() -> dict[str, object]:
    return {
        "states": STATES,
        "signs": SIGNS,
        "kind_in_words": kind_in_words,
        "zone": _settings().default_time_zone,
        "sends": _settings().smtp_url is not None,
        "shows_links": _shows_links(),
    }


def _wanted(asked: Mapping[str, str], *, to: str | None = None) -> queries.MessageFilter:
    state, kind = asked.get("state", ""), asked.get("kind", "")
    return queries.MessageFilter(state=MessageState(state) if state in list(MessageState) else None, kind=kind[:64] or None, to=to)


def _filters_of(wanted: queries.MessageFilter) -> dict[str, Any]:
    """Return the part of the filter that may stand in an address."""
    return {name: str(value) for name, value in {"state": wanted.state, "kind": wanted.kind}.items() if value}


def _before() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.args.get("before", ""))
    except ValueError:
        return None
