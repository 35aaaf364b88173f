"""Show a form's figures: those last shown, until five or more people have answered since."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.errors import NotFound
from seminar_app.core.sealing import seal, unseal
from seminar_app.feedback import figures
from seminar_app.feedback.figures import Tally
from seminar_app.feedback.models import FeedbackForm, ShownFigures
from seminar_app.feedback.rules import FormKind
from seminar_app.feedback.standard import CONFIDENCE_PAIR
from seminar_app.feedback.tallying import live_tallies, paired_tally


def look(session: Session, *, form_id: int, keys: Sequence[str]) -> dict[str, Tally]:
    """Return what may be shown of a form now, by question key, and store it for the next call.

    Args:
        session: to read and write with.
        form_id: of the form.
        keys: the settings' secret keys, newest first; they seal what was shown.

    Raises:
        NotFound: no such form.
    """
    form = session.scalar(select(FeedbackForm).where(FeedbackForm.id == form_id).with_for_update())
    if form is None:
        raise NotFound
    about = _about(form.public_id)
    row = session.get(ShownFigures, form_id)
    opened = unseal(keys, row.sealed, about=about) if row else None
    shown = figures.from_json(json.loads(opened)) if opened else {}
    pairs = {CONFIDENCE_PAIR: paired_tally(session, form_id, CONFIDENCE_PAIR.before, CONFIDENCE_PAIR.now)}
    now = figures.advance(shown, live_tallies(session, form_id), pairs=pairs, shuffled=_shuffled)
    if now != shown:
        sealed = seal(keys, _padded(json.dumps(figures.to_json(now))), about=about)
        if row is None:
            session.add(ShownFigures(form_id=form_id, sealed=sealed))
        else:
            row.sealed = sealed
    return now


def last_shown(session: Session, *, seminar_ids: Collection[int], kind: FormKind, keys: Sequence[str]) -> dict[int, dict[str, Tally]]:
    """Return the figures of one kind of form as they were last shown, by seminar and question key, in one statement.

    Nothing is asked of the answers, and nothing is stored: a figure that nobody has looked at is not among them.
    """
    if not seminar_ids:
        return {}
    of_form = select(FeedbackForm.seminar_id, FeedbackForm.public_id, ShownFigures.sealed)
    of_form = of_form.join(ShownFigures, ShownFigures.form_id == FeedbackForm.id)
    rows = session.execute(of_form.where(FeedbackForm.seminar_id.in_(seminar_ids), FeedbackForm.kind == kind)).all()
    opened = {row.seminar_id: unseal(keys, row.sealed, about=_about(row.public_id)) for row in rows}
    return {seminar_id: figures.from_json(json.loads(text)) for seminar_id, text in opened.items() if text}


def _about(form: uuid.UUID) -> str:
    return f"feedback_shown:{form.hex}"


def _padded(text: str) -> bytes:
    """Pad with spaces to a power of two: the length alone would tell which comment is not in it yet."""
    plain = text.encode("ascii")
    return plain.ljust(max(4096, 1 << (len(plain) - 1).bit_length()))


def _shuffled(texts: Iterable[str]) -> list[str]:
    mixed = list(texts)
    secrets.SystemRandom().shuffle(mixed)
    return mixed
