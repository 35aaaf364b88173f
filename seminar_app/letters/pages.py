"""The pages of letters: the list with the seminar's mail, the form, and one letter as its receivers read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from flask import current_app, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.core import clock
from seminar_app.core.errors import Refusal
from seminar_app.feedback.services import refusal_to_remind
from seminar_app.letters import queries
from seminar_app.letters.errors import SessionGone
from seminar_app.letters.forms import LetterForm
from seminar_app.letters.mail_contents import as_read
from seminar_app.letters.models import Letter
from seminar_app.letters.queries import Receivers
from seminar_app.letters.rules import LetterState, language_read, may_be_taken_back
from seminar_app.letters.wording import audience_in_words, by_mail_in_words
from seminar_app.messages.batches import BatchCounts, counts_of
from seminar_app.messages.rendering import Letter as Rendered
from seminar_app.messages.rules import Outcome
from seminar_app.messages.words import KINDS, OUTCOME_SIGNS, OUTCOMES, kind_in_words, reason_in_words
from seminar_app.registration.queries import kinds_sent, seminar_mail
from seminar_app.registration.rules import link_has_ended
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.web.access import needs_no_access_row, shown
from seminar_app.web.change import change_context
from seminar_app.web.database import session
from seminar_app.web.errors import sentence_of
from seminar_app.web.filters import text_of
from seminar_app.web.ids import id_in

LANGUAGES = ("es", "en")
WATCHED = timedelta(minutes=15)
"""For how long the page takes its figures anew after the first mail: a page that asked for ever would keep its reader signed in."""


def messages_page(seminar: Seminar, asked: Mapping[str, str]) -> str:
    """Return the letters of a seminar, and below them all mail to its people, with filters that stay in the address."""
    outcome = next((each for each in Outcome if each.value == asked.get("state")), None)
    kind = asked.get("kind") if asked.get("kind") in KINDS else None
    before = id_in(asked.get("before"))
    letters = queries.letters_of(session(), seminar.id)
    mail = seminar_mail(session(), seminar.id, outcome=outcome, kind=kind, before=before)
    filters: dict[str, Any] = {name: value for name, value in {"state": outcome.value if outcome else None, "kind": kind}.items() if value}
    if mail.messages:
        shown(f"seminar:{seminar.public_id.hex}", seminar=seminar.slug)
    else:
        needs_no_access_row("it lists nobody")
    address = url_for("letters_staff.index", slug=seminar.slug, **filters)
    older = url_for("letters_staff.index", slug=seminar.slug, **filters, before=mail.next_before.hex) if mail.next_before else None
    return _render(
        "index",
        seminar,
        letters=letters,
        counts=counts_of(session(), [each.public_id for each in letters]),
        names=names_by_audit_name(session(), {name for each in letters for name in (each.sent_by, each.written_by) if name}),
        mail=mail.messages,
        outcome=outcome,
        kind=kind,
        kinds=sorted(kinds_sent(session(), seminar.id), key=kind_in_words),
        first=address if before else None,
        older=older,
        held=[each.public_id for each in letters if _is_held(each)],
    )


def compose_page(seminar: Seminar, form: LetterForm, letter: Letter | None = None) -> str:
    """Return the form of a new letter or of a draft."""
    back = url_for("letters_staff.letter", slug=seminar.slug, letter_id=letter.public_id.hex) if letter is not None else None
    return _render("compose", seminar, form=form, letter=letter, back=back or url_for("letters_staff.index", slug=seminar.slug))


def letter_page(seminar: Seminar, letter: Letter, *, refused: Refusal | None = None) -> str:
    """Return one letter as its receivers read it: a draft with to whom it would go, another with what became of it."""
    draft, secret = letter.state is LetterState.DRAFT, letter.goes_to.unanswered
    receivers, refusal = _receivers(seminar, letter)
    lacking = _lacking(letter, receivers) if draft else {}
    lines = [] if draft or secret else _in_trouble(seminar, letter)
    if lines or receivers.without_address:
        shown(f"letter:{letter.public_id.hex}", seminar=seminar.slug)
    else:
        needs_no_access_row("it names nobody")
    said = refused or (refusal if draft else None)
    return _render(
        "letter",
        seminar,
        letter=letter,
        name=subject_of(letter),
        audience=audience_in_words(session(), seminar, letter.goes_to),
        secret=secret,
        receivers=receivers,
        sentence=by_mail_in_words(receivers.by_mail),
        lacking=lacking,
        refusal=sentence_of(said) if said is not None else None,
        may_send=draft and refusal is None and bool(receivers.number),
        read=_previews(seminar, letter, also=lacking),
        link_works=not link_has_ended(seminar.ends_on, today=clock.now().date()),
        trouble=lines,
        names=names_by_audit_name(session(), {name for name in (letter.sent_by, letter.written_by) if name}),
        **figures_of(letter),
    )


def figures_page(seminar: Seminar, letter: Letter) -> str:
    """Return only the figures, which the letter's page takes into itself every few seconds. They name nobody."""
    return _render("figures", seminar, letter=letter, name=subject_of(letter), secret=letter.goes_to.unanswered, **figures_of(letter))


def figures_of(letter: Letter) -> dict[str, Any]:
    """Return the figures of a letter. Where they would tell how many have answered the evaluation, there are none."""
    secret = letter.goes_to.unanswered
    counts = BatchCounts() if secret or letter.state is LetterState.DRAFT else counts_of(session(), [letter.public_id])[letter.public_id]
    held, since = _is_held(letter), letter.leaves_at
    leaving = sends_mail() and bool(counts.waiting) and since is not None and clock.now() < since + WATCHED
    gone = 0 if letter.people is None or letter.state is not LetterState.SENT else max(letter.people - counts.all, 0)
    return {"counts": counts, "held": held, "gone": gone, "watched": held or leaving, "sends": sends_mail()}


def sends_mail() -> bool:
    """Whether a mail server is set up; in a demonstration none is, and messages wait for ever."""
    return current_app.extensions["settings"].smtp_url is not None


def subject_of(letter: Letter) -> str:
    """Return the subject in the reader's language, else in the other; of a letter whose words were deleted, words for that."""
    return text_of(letter.subject_es or None, letter.subject_en or None) or str(_("Message whose words were deleted"))


def _is_held(letter: Letter) -> bool:
    return may_be_taken_back(letter.state, leaves_at=letter.leaves_at, now=clock.now())


def _receivers(seminar: Seminar, letter: Letter) -> tuple[Receivers, Refusal | None]:
    """Return to whom the letter would go now, and why it cannot be sent now. One that was taken back concerns nobody."""
    audience = letter.goes_to
    if letter.state is LetterState.TAKEN_BACK:
        return Receivers({}, ()), None
    try:
        receivers = queries.receivers_now(session(), seminar, audience)
    except SessionGone as gone:
        return Receivers({}, ()), gone
    return receivers, refusal_to_remind(session(), seminar, now=clock.now()) if audience.unanswered else None


def _lacking(letter: Letter, receivers: Receivers) -> Mapping[str, int]:
    """Return how many people read the language that nothing was written in, by language."""
    read = {language: language_read(language, letter.written) for language in LANGUAGES}
    return {language: number for language, number in receivers.by_mail.items() if number and read[language] != language}


def _previews(seminar: Seminar, letter: Letter, *, also: Collection[str]) -> list[Rendered]:
    """Return the letter in the languages it was written in, and in those (`also`) whose readers get the other one."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    found = []
    for language in LANGUAGES:
        if letter.state is LetterState.TAKEN_BACK or not (letter.written[language].whole or language in also):
            continue
        with force_locale(language):
            name = str(_("[name of the person]"))
        found.append(as_read(app, session(), change_context(), letter=letter, seminar=seminar, language=language, name=name))
    return found


def _in_trouble(seminar: Seminar, letter: Letter) -> list[Any]:
    """Return the mails that failed or are put off, as many as one page of each holds."""
    found = (seminar_mail(session(), seminar.id, outcome=outcome, batch=letter.public_id) for outcome in (Outcome.FAILED, Outcome.DEFERRED))
    return [line for page in found for line in page.messages]


def _render(view: str, seminar: Seminar, **values: Any) -> str:
    return render_template(
        f"letters/staff/{view}.html",
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        zone=seminar.time_zone,
        outcomes=OUTCOMES,
        outcome_signs=OUTCOME_SIGNS,
        kind_in_words=kind_in_words,
        reason_in_words=reason_in_words,
        subject_of=subject_of,
        **values,
    )
