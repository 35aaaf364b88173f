"""The public registration form, and the page after it. Both are the same for everybody: neither looks anybody up."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import datetime

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.agencies.queries import agency_groups, find_offered
from seminar_app.core import clock
from seminar_app.core.actor import PUBLIC
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.messages.mailbox import is_open_here, letter_to
from seminar_app.people.identity_rules import doubt_about_curp
from seminar_app.registration import queries, services
from seminar_app.registration.asking import asked_of, needed_of
from seminar_app.registration.blueprints import blueprint
from seminar_app.registration.errors import FormEnded
from seminar_app.registration.forms import AgainForm, RegistrationForm, showing
from seminar_app.registration.links import BUTTON, is_receipt, receipt_token
from seminar_app.registration.models import FormSent
from seminar_app.registration.notices import CURRENT_VERSION, notice_paragraphs
from seminar_app.registration.queries import FormPage, FormSeminar
from seminar_app.registration.rules import TYPED_SHOWN, Door, day_there, door, takes_confirmations
from seminar_app.registration.services import Typed
from seminar_app.web.access import needs_no_token, personal_link, public
from seminar_app.web.change import change_context
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.ids import id_in
from seminar_app.web.languages import current_language
from seminar_app.web.limits import limiter
from seminar_app.web.page_cache import cached, own_value, same_while

OFFICE_AT_THE_SAME_ADDRESS = "60 per minute"
SENT_AGAIN = "20 per hour"


@blueprint.route("/seminars/<slug>/register", methods=["GET", "POST"])
@needs_no_token
@public
@cached
@limiter.limit(OFFICE_AT_THE_SAME_ADDRESS, methods=["POST"])
def register(slug: str) -> ResponseReturnValue:
    """Show the form, and keep what was sent until its mail's button is pressed (docs/decisions/0031-a-proven-mailbox.md)."""
    context = change_context(PUBLIC)
    now = context.now
    shown = queries.form_page(session(), slug)
    seminar, office = shown.seminar, shown.office
    name_contact(office)
    way = _door(seminar, now)
    if not way.lets_in:
        return render_template("registration/closed.html", seminar=seminar, office=office, way=way)
    if request.method != "POST":
        return _empty_form(shown, way, now)
    form = _form(shown, way, now)
    if form.accepts():
        typed, shown_as = form.typed(), showing(form.submission_id)

        def keep(session: Session) -> uuid.UUID:
            sent = services.send_form(session, context, seminar_id=seminar.id, typed=typed, showing=shown_as, read=shown)
            _void_corrected(session, slug, form.corrects.data, by=sent)
            return sent.public_id

        try:
            sent = in_unit_of_work(keep)
            return redirect(_page_after(slug, sent), code=303)
        except Refusal as refusal:
            form.show(refusal)
    return _page(form, shown), 422


def _void_corrected(session: Session, slug: str, corrects: str | None, *, by: FormSent) -> None:
    """Void the form that its sender has corrected, because its mail may have gone to a wrong address."""
    earlier, _dot, token = (corrects or "").partition(".")
    if (form_id := id_in(earlier)) is not None and form_id != by.public_id and is_receipt(session, form_id, token):
        with suppress(NotFound):
            services.void_form(session, queries.form_by_id(session, form_id, slug=slug))


@blueprint.route("/seminars/<slug>/sent/<uuid:sent>/<token>", methods=["GET", "POST"])
@needs_no_token
@personal_link
@limiter.limit(SENT_AGAIN, methods=["POST"])
def sent(slug: str, sent: uuid.UUID, token: str) -> ResponseReturnValue:
    """Say where the mail went and what to do with it; send it again.

    For an hour the page shows the address typed. What became of the form it never says: its sender need not hold the mailbox.
    """
    context = change_context(PUBLIC)
    row = _sent(slug, sent, token)
    shown = queries.form_page(session(), slug)
    seminar, office = shown.seminar, shown.office
    name_contact(office)
    _door(seminar, context.now)
    if not takes_confirmations(seminar, now=context.now):
        return render_template("registration/form_ended.html", seminar=seminar, office=office, again=False), 410
    form = AgainForm()
    if form.accepts():
        press = showing(form.press)
        try:
            again = in_unit_of_work(
                lambda session: (
                    services.send_again(session, context, form=queries.form_by_id(session, sent, slug=slug), press=press).public_id
                )
            )
            flash(_("The message is on its way again."), "success")
            return redirect(_page_after(slug, again), code=303)
        except Refusal as refusal:
            form.show(refusal)
    typed = _still_shown(row, context.now)
    curp = typed.entry.identity.curp if typed else None
    page = render_template(
        "registration/sent.html",
        form=form,
        seminar=seminar,
        office=office,
        page={"slug": slug, "sent": sent, "token": token},
        address=typed.entry.person.email if typed else None,
        doubtful_curp=bool(curp and doubt_about_curp(curp)),
        open_here=is_open_here(),
    )
    return page, 422 if form.has_errors else 200


@blueprint.get("/seminars/<slug>/sent/<uuid:sent>/<token>/correct")
@personal_link
def correct_sent(slug: str, sent: uuid.UUID, token: str) -> ResponseReturnValue:
    """Show the form filled in with what was typed, for an hour after it was sent; then an empty one."""
    now = clock.now()
    row = _sent(slug, sent, token)
    shown = queries.form_page(session(), slug)
    way = _door(shown.seminar, now)
    typed = _still_shown(row, now)
    if not way.lets_in or typed is None:
        return redirect(url_for(".register", slug=slug), code=303)
    form = _form(shown, way, now)
    form.begin(typed)
    form.corrects.data = f"{sent.hex}.{token}"
    return _page(form, shown, action=url_for(".register", slug=slug))


@blueprint.get("/seminars/<slug>/sent/<uuid:sent>/<token>/message")
@personal_link
def sent_message(slug: str, sent: uuid.UUID, token: str) -> ResponseReturnValue:
    """Show the message as its receiver reads it, in a demonstration that has no mail server."""
    row = _sent(slug, sent, token)
    letter = letter_to(row.public_id, purpose=BUTTON)
    return render_template("registration/sent_message.html", letter=letter, page={"slug": slug, "sent": sent, "token": token})


def _page_after(slug: str, sent: uuid.UUID) -> str:
    return url_for(".sent", slug=slug, sent=sent, token=receipt_token(session(), sent))


def _sent(slug: str, sent: uuid.UUID, token: str) -> FormSent:
    """Return the form whose sender has this page; mark the response as not cacheable.

    Raises:
        NotFound: the page belongs to no form, or the form has been deleted.
    """
    g.secret_link = True
    if not is_receipt(session(), sent, token):
        raise NotFound
    return queries.form_by_id(session(), sent, slug=slug)


def _still_shown(row: FormSent, now: datetime) -> Typed | None:
    """Return what the form said, for an hour after it was sent."""
    if now >= row.sent_at + TYPED_SHOWN:
        return None
    try:
        return services.opened(session(), row)
    except FormEnded:
        return None


def _door(seminar: FormSeminar, now: datetime) -> Door:
    """Return how the form answers now.

    Raises:
        NotFound: the seminar is a draft or archived.
    """
    way = door(seminar, now=now)
    if way is None:
        raise NotFound
    return way


def _form(shown: FormPage, way: Door, now: datetime) -> RegistrationForm:
    """Return the form as this seminar needs it, with the agencies that exist on the day of registration."""
    seminar = shown.seminar
    form = RegistrationForm()
    on = min(day_there(now, seminar.time_zone), seminar.starts_on)
    form.agency.offer_when_shown(lambda: agency_groups(session(), on=on), find=lambda code: find_offered(session(), code, on=on))
    form.ask(asked_of(seminar), needed=needed_of(seminar))
    if way is not Door.CODE:
        del form.code
    if not seminar.offers_reserved:
        del form.reserve
    if request.method != "POST":
        form.language.data = current_language()
    return form


def _page(form: RegistrationForm, shown: FormPage, *, action: str = "") -> str:
    """Return the page. It names the notice it shows; if the office has published another meanwhile, that one is still to be read."""
    if form.agency.offers_none:
        return render_template("registration/closed.html", seminar=shown.seminar, office=shown.office, way="no_agencies")
    form.show_notice(current_language(), shown.notice)
    return render_template(
        "registration/register.html",
        form=form,
        action=action,
        seminar=shown.seminar,
        office=shown.office,
        notice=notice_paragraphs(CURRENT_VERSION, current_language()),
        office_notice=shown.notice,
    )


def _empty_form(shown: FormPage, way: Door, now: datetime) -> str:
    """Return the empty form. Only its id differs between visitors."""

    def render() -> str:
        form = _form(shown, way, now)
        form.submission_id.data = own_value("display")
        return _page(form, shown)

    seminar, office, notice = shown.seminar, shown.office, shown.notice
    words = (office.name_es, office.name_en, office.email, office.phone, notice.id if notice else None)
    return same_while((seminar.id, seminar.version, words, way, day_there(now, seminar.time_zone)), render)
