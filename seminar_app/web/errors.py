"""Error pages. Each says what happened and what to do, and works without the database."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, time

from flask import Flask, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_time, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from seminar_app.core.database_faults import DatabaseFault, constraint_of, fault_of
from seminar_app.core.errors import InBothLanguages, LinkNotFound, NotFound, Refusal
from seminar_app.core.values import replace
from seminar_app.web.access import Audience, policy_of
from seminar_app.web.body_reading import was_refused
from seminar_app.web.contacts import Contact, contact_of_request
from seminar_app.web.database import db, may_be_saved
from seminar_app.web.limits import seconds_to_wait
from seminar_app.web.unavailable import KeptForm, kept_form

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5

PAGES = {
    400: (
        _l("We could not read that request"),
        _l("Something in the address or in what was sent is not text we can use, or is longer than we can keep."),
        _l("Go back, check what you typed, and send it again."),
    ),
    403: (
        _l("Your account does not open this page"),
        _l("The page exists, and your role does not include it."),
        _l("Ask the administrator of your office if you need it."),
    ),
    404: (
        _l("We did not find this page"),
        _l("The address may be incomplete, or what stood here has ended."),
        _l("Check the address, or begin at the list of seminars."),
    ),
    405: (
        _l("This page does not take that"),
        _l("The address exists, but not for what was asked of it."),
        _l("Go back and begin again from the page itself."),
    ),
    413: (_l("That is too large"), _l("What was sent is larger than this page takes."), _l("Send a smaller file, or less text.")),
    401: (
        _l("Your session has ended"),
        _l("You were signed out because the page had rested for 30 minutes, so it was not saved."),
        _l("What you typed is kept on this page. Sign in again in another tab, then come back here and send it."),
    ),
    422: (
        _l("That was not done"),
        _l("Our records do not allow it, perhaps because something else was saved at the same moment. Nothing was saved."),
        _l("Go back, look how it stands now, and try again."),
    ),
    429: (
        _l("Too many attempts"),
        _l("There were too many tries in a short time. Please wait."),
        _l("Wait a while and try again."),
    ),
    500: (
        _l("Something went wrong on our side"),
        _l("The page failed, and nothing was saved half way."),
        _l("Try again; if it fails again, tell your contact the reference below."),
    ),
    503: (
        _l("We cannot reach our records just now"),
        _l("Nothing was saved. This usually lasts a few seconds."),
        _l("Go back and send it again in a moment: what you typed is still in the form."),
    ),
}

LINK_NOT_FOUND = (
    _l("This link no longer works or is incomplete"),
    _l("Perhaps a newer one replaced it, or it has ended: personal links work until 18 months after the seminar."),
    _l(
        "Copy it whole from the newest message that we sent you. "
        "If that one fails too, open your seminar in the list: its page says how to reach the office."
    ),
)
"""The page of a personal link that leads to nobody. No office is known there."""


def sentence_of(refusal: Refusal) -> str:
    """Return the refusal in the language of the reader."""
    return str(_(refusal.sentence, **{name: _shown(value) for name, value in refusal.values.items()}))


def _shown(value: object) -> object:
    """Format a refusal's value for the reader: «3 de junio de 2014», «9:00», a text in the reader's language.

    Raises:
        TypeError: an instant; a refusal takes a date or a local time.
    """
    if isinstance(value, InBothLanguages):
        return (value.en or value.es if str(get_locale())[:2] == "en" else value.es or value.en) or ""
    if isinstance(value, datetime):
        raise TypeError("say a date or a local time in a refusal, not an instant")
    if isinstance(value, date):
        return format_date(value, "long")
    return format_time(value, "H:mm", rebase=False) if isinstance(value, time) else value


def error_page(
    code: int,
    *,
    lost_link: bool = False,
    what_happened: str | None = None,
    what_to_do: str | None = None,
    retry_after: int = RETRY_AFTER_SECONDS,
    sign_in_first: bool = False,
) -> ResponseReturnValue:
    """Render the page for a status code, with the request's id as its reference and the office to turn to, where it is known.

    Args:
        code: HTTP status; one without a page of its own gets the page of 500.
        lost_link: whether a personal link led to nobody; the page then says what to do about it.
        what_happened: instead of the sentence for the code.
        what_to_do: instead of the sentence for the code.
        sign_in_first: the form is to be sent again after signing in, in another tab.
        retry_after: seconds until it makes sense to try again, for 429 and 503.
    """
    title, happened, to_do = LINK_NOT_FOUND if lost_link else PAGES.get(code, PAGES[500])
    contact = _contact(code)
    if contact is not None and to_do is PAGES[500][2]:
        to_do = _l("Try again; if it fails again, tell the office the reference below.")
    kept = kept_form() if code in (401, 503) else None
    page = render_template(
        "errors/page.html",
        code=code,
        title=title,
        what_happened=what_happened or happened,
        what_to_do=what_to_do
        or (_("What you typed is kept on this page. Send it again in a moment.") if kept and not sign_in_first else to_do),
        **_frame(code),
        reference=g.get("request_id", "-"),
        kept=kept,
        contact=contact,
        lost_link=lost_link,
        sign_in_first=sign_in_first,
    )
    response = make_response(page, code)
    if code in (429, 503):
        response.headers["Retry-After"] = str(retry_after)
    return response


def _contact(code: int) -> Contact | None:
    """Return the office to turn to on a page of the public or of a personal link, and where an account may not enter.

    503: only if a view has read it already.
    """
    policy = policy_of(current_app, request.endpoint or "")
    if code == 403:
        return contact_of_request(ask_database=True)
    if policy is None or policy.audience not in (Audience.PUBLIC, Audience.LINK) or code == 404:
        return None
    return contact_of_request(ask_database=code != 503)


def _frame(code: int) -> dict[str, str]:
    """Choose layout and start page. Staff stay in their layout, except after a server error, because that layout could fail too."""
    if g.get("actor") is not None and code < 500:
        return {"layout": "_layout/staff.html", "begin": "/staff/"}
    return {"layout": "_layout/public.html", "begin": "/"}


def init_app(app: Flask) -> None:
    """Register a handler for each kind of failure."""
    handlers: dict[type[Exception], Callable[..., ResponseReturnValue]] = {
        HTTPException: _http,
        NotFound: lambda error: error_page(404),
        LinkNotFound: lambda error: error_page(404, lost_link=True),
        Refusal: _unexpected_refusal,
        RateLimitExceeded: _too_many,
        CSRFError: lambda error: form_from_elsewhere(),
        DBAPIError: _database,
        PoolTimeout: _database,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        app.register_error_handler(kind, handler)
    app.before_request(_refuse_unread)
    app.before_request(_refuse_unreadable)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code in PAGES:
        response = make_response(error_page(error.code))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response
    return error_page(400 if error.code < 500 else 500)


def _unexpected_refusal(refusal: Refusal) -> ResponseReturnValue:
    """Show the sentence of a refusal that no form caught."""
    return error_page_with_sentence(sentence_of(refusal))


def error_page_with_sentence(sentence: str, *, what_to_do: str | None = None, kept: KeptForm | None = None) -> ResponseReturnValue:
    """Render a 422 page with one sentence and a way back, or with the form that was sent."""
    page = render_template(
        "errors/page.html",
        code=422,
        title=_("That was not done"),
        what_happened=sentence,
        what_to_do=what_to_do or _("Go back, change what it says, and try again."),
        reference=None,
        contact=_contact(422),
        kept=kept,
        **_frame(422),
    )
    return make_response(page, 422)


def _too_many(_error: RateLimitExceeded) -> ResponseReturnValue:
    """Say how long to wait: in seconds for programs, in minutes or hours for people."""
    seconds = seconds_to_wait()
    minutes = -(-seconds // 60)
    hours = -(-minutes // 60)
    if minutes < 60:
        wait = ngettext("Wait %(num)d minute and try again.", "Wait %(num)d minutes and try again.", minutes)
    else:
        wait = ngettext("Wait %(num)d hour and try again.", "Wait %(num)d hours and try again.", hours)
    return error_page(429, what_to_do=wait, retry_after=seconds)


def form_from_elsewhere() -> ResponseReturnValue:
    """Refuse a form that a page of another site sent, or one without a right token; show what was typed, to be sent by one press."""
    kept = kept_form()
    to_do = _("What you typed is kept on this page. Send it again in a moment.") if kept is not None else None
    return error_page_with_sentence(
        _("This form was open for too long, or came from another page, so it was not sent."), what_to_do=to_do, kept=_with_new_token(kept)
    )


def _with_new_token(kept: KeptForm | None) -> KeptForm | None:
    if kept is None:
        return None
    fields = [(name, value) for name, value in kept.fields if name != "csrf_token"]
    return replace(kept, fields=[*fields, ("csrf_token", generate_csrf())])


def _database(error: Exception) -> ResponseReturnValue:
    """Answer 400 for a value that the database cannot keep, 422 for what its rules forbid, and 503 if it cannot serve just now."""
    _let_go()
    name = type(getattr(error, "orig", None) or error).__name__
    match fault_of(error):
        case DatabaseFault.VALUE:
            log.warning("The database cannot keep a value sent to %s: %s", request.endpoint, name)
            return error_page(400)
        case DatabaseFault.RULE:
            log.error("The database forbids what %s wrote: %s %s", request.endpoint, name, constraint_of(error))
            return error_page(422)
        case DatabaseFault.UNAVAILABLE:
            log.error("Database unavailable on %s: %s", request.endpoint, name)
            return _saved_or_not() if request.method == "POST" and may_be_saved(error) else error_page(503)
    return _unexpected(error)


def _saved_or_not() -> ResponseReturnValue:
    """Render the page for a connection lost during or after the commit: only a check, or sending again, shows whether it was saved.

    A form from an official is entered once, however often it arrives. Among staff's forms this holds only for those with a
    submission id; another form may make a second draft.
    """
    policy = policy_of(current_app, request.endpoint or "")
    if (policy is not None and policy.audience is not Audience.STAFF) or "submission_id" in request.form:
        to_do = _("Send it again in a moment: if it has arrived already, it is not entered twice.")
    else:
        to_do = _("Look first whether it has arrived, and send it again if it has not.")
    return error_page(
        503,
        what_happened=_("The connection to our records was lost while saving, so we do not know whether it was saved."),
        what_to_do=to_do,
    )


def _let_go() -> None:
    """Roll back, if the connection still works."""
    try:
        db.session.rollback()
    except SQLAlchemyError as error:
        log.warning("The connection could not be rolled back: %s", type(error).__name__)
        db.session.remove()


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("Unexpected failure on %s, reference %s", request.endpoint, g.get("request_id", "-"))
    _let_go()
    return error_page(500)


def _refuse_unread() -> ResponseReturnValue | None:
    """Answer 503 where so many bodies are being read that this one was not."""
    return error_page(503) if was_refused() else None


def _refuse_unreadable() -> ResponseReturnValue | None:
    """Refuse NUL and lone surrogates in an address with 400, before the database sees them. Nobody searches for them."""
    sent = [request.path, *request.args.keys(), *request.args.values()]
    if any("\0" in text or (not text.isascii() and not _encodes(text)) for text in sent):
        return error_page(400)
    return None


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
