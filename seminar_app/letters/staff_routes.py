"""Letters to the people of a seminar, for its organizers: write, look at, send, take back; and what became of all its mail."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal, StaleEdit
from seminar_app.letters import queries, services
from seminar_app.letters.forms import LetterForm, data_of
from seminar_app.letters.models import Letter
from seminar_app.letters.pages import compose_page, figures_page, letter_page, messages_page
from seminar_app.letters.rules import LetterState
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_in, id_needed

blueprint = Blueprint("letters_staff", __name__, url_prefix="/staff/seminars/<slug>/messages")
ORGANIZERS = (RoleName.ADMIN, RoleName.ORGANIZER)


@blueprint.get("/")
@staff(*ORGANIZERS)
@shows_people("seminar_messages.viewed")
def index(slug: str) -> ResponseReturnValue:
    """List the letters of the seminar, and all mail to its people."""
    return messages_page(_seminar(slug), request.args)


@blueprint.route("/new", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def new(slug: str) -> ResponseReturnValue:
    """Show the form of a letter, and keep what was written as a draft. `from` names a letter whose words are used again."""
    seminar = _seminar(slug)
    form = _form(seminar, _used_again(seminar))
    if not form.accepts():
        return compose_page(seminar, form), 422 if form.has_errors else 200
    submission, typed = id_in(form.submission_id.data) or uuid.uuid4(), form.typed()
    letter = in_unit_of_work(
        lambda work: services.write(work, change_context(), seminar_id=seminar.id, submission_id=submission, typed=typed)
    )
    return _to(slug, letter.public_id)


@blueprint.route("/<letter_id>/edit", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def edit(slug: str, letter_id: str) -> ResponseReturnValue:
    """Change a draft."""
    seminar = _seminar(slug)
    letter = queries.get_letter(session(), seminar.id, id_needed(letter_id))
    if request.method == "GET" and letter.state is not LetterState.DRAFT:
        return _to(slug, letter.public_id)
    form = _form(seminar, letter, same=True)
    if form.accepts():
        version, typed, context = form.version.data or 0, form.typed(), change_context()
        try:
            in_unit_of_work(
                lambda work: services.change(work, context, seminar_id=seminar.id, public_id=letter.public_id, version=version, typed=typed)
            )
        except Refusal as refusal:
            form.show(refusal)
            if isinstance(refusal, StaleEdit):
                form.version.show(queries.get_letter(session(), seminar.id, letter.public_id).version)
        else:
            return _to(slug, letter.public_id)
    return compose_page(seminar, form, letter), 422 if form.has_errors else 200


@blueprint.get("/<letter_id>")
@staff(*ORGANIZERS)
@shows_people("letter.viewed")
def letter(slug: str, letter_id: str) -> ResponseReturnValue:
    """Show a letter as its receivers read it, and to whom it goes or went."""
    seminar = _seminar(slug)
    return letter_page(seminar, queries.get_letter(session(), seminar.id, id_needed(letter_id)))


@blueprint.get("/<letter_id>/figures")
@staff(*ORGANIZERS)
def figures(slug: str, letter_id: str) -> ResponseReturnValue:
    """Show how many of its mails were sent, wait, are put off or failed."""
    seminar = _seminar(slug)
    return figures_page(seminar, queries.get_letter(session(), seminar.id, id_needed(letter_id)))


@blueprint.post("/<letter_id>/send")
@staff(*ORGANIZERS)
@shows_people("letter.viewed")
def send(slug: str, letter_id: str) -> ResponseReturnValue:
    """Send the letter as the page showed it."""
    version, seen = _number("version"), _number("seen")
    return _press(slug, letter_id, lambda work, **which: services.send(work, change_context(), **which, version=version, seen=seen))


@blueprint.post("/<letter_id>/take-back")
@staff(*ORGANIZERS)
@shows_people("letter.viewed")
def take_back(slug: str, letter_id: str) -> ResponseReturnValue:
    """Take the letter back while it is held."""
    return _press(slug, letter_id, lambda work, **which: services.take_letter_back(work, change_context(), **which, clock=clock.now))


@blueprint.post("/<letter_id>/discard")
@staff(*ORGANIZERS)
def discard(slug: str, letter_id: str) -> ResponseReturnValue:
    """Delete a draft."""
    seminar, public_id = _seminar(slug), id_needed(letter_id)
    try:
        in_unit_of_work(lambda work: services.discard(work, change_context(), seminar_id=seminar.id, public_id=public_id))
    except Refusal as refusal:
        flash(sentence_of(refusal), "warning")
        return _to(slug, public_id)
    flash(_("The draft is discarded."), "success")
    return redirect(url_for(".index", slug=slug), code=303)


def _press(slug: str, letter_id: str, action: Callable[..., Letter]) -> ResponseReturnValue:
    """Do it to the letter; a refusal stands on its page, as it is now."""
    seminar, public_id = _seminar(slug), id_needed(letter_id)

    def work(open_session: Session) -> Letter:
        return action(open_session, seminar_id=seminar.id, public_id=public_id)

    try:
        in_unit_of_work(work)
    except Refusal as refusal:
        session().expire_all()
        return letter_page(seminar, queries.get_letter(session(), seminar.id, public_id), refused=refusal), 422
    return _to(slug, public_id)


def _form(seminar: Seminar, letter: Letter | None, *, same: bool = False) -> LetterForm:
    """Return the form, filled with a letter. `same`: it changes that letter, and is not a new one with its words."""
    data = data_of(letter) if letter is not None else {"states": ["registered"]}
    form = LetterForm(data=data if same else {**data, "version": 0})
    form.choose_from(queries.offer_of(session(), seminar, now=clock.now()), seminar.time_zone, also=letter.goes_to if letter else None)
    return form


def _used_again(seminar: Seminar) -> Letter | None:
    public_id = id_in(request.args.get("from"))
    return queries.get_letter(session(), seminar.id, public_id) if public_id is not None else None


def _seminar(slug: str) -> Seminar:
    return seminar_to_organize(session(), current_actor(), slug)


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _to(slug: str, public_id: uuid.UUID) -> ResponseReturnValue:
    return redirect(url_for(".letter", slug=slug, letter_id=public_id.hex), code=303)
