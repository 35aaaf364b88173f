"""The public pages on which anybody verifies a certificate, by the number on it or by its QR code.

Nothing here depends on cookies, and no answer is kept by a cache. The answer is 200 for every code, known or not.
"""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from seminar_app.certificates import services
from seminar_app.certificates.public_forms import CodeForm, SurnameForm
from seminar_app.certificates.rules import address_of_code, read_code
from seminar_app.certificates.services import Compared
from seminar_app.certificates.verification import Verification, verify
from seminar_app.certificates.wording import wait_in_words, why_not
from seminar_app.core import clock
from seminar_app.core.actor import PUBLIC
from seminar_app.web.access import needs_no_token, public
from seminar_app.web.change import change_context
from seminar_app.web.contacts import name_contact
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.limits import limiter

blueprint = Blueprint("certificates_public", __name__)
CODES = "60 per minute; 600 per hour"
"""An office can verify the certificates of a whole course behind one address. The letters keep a number from being guessed."""


@blueprint.route("/verify", methods=["GET", "POST"])
@needs_no_token
@public
def ask_code() -> ResponseReturnValue:
    """Ask for the number, and lead to the answer."""
    form = CodeForm()
    if form.accepts():
        return redirect(url_for(".verified", typed=address_of_code(form.code.data or "")), code=303)
    return render_template("certificates/verify.html", form=form), 422 if form.has_errors else 200


@blueprint.route("/verify/<typed>", methods=["GET", "POST"])
@needs_no_token
@public
@limiter.limit(CODES)
def verified(typed: str) -> ResponseReturnValue:
    """Say what the certificate is worth, and compare a surname that was typed with the printed one.

    The page shows a name to somebody only who knows it and holds the certificate. Of a reserved identity it says what it says of a
    wrong surname. The office is named by the page, and by no refusal before it: that would tell which codes there are.
    """
    g.secret_link = True  # a code in the address is for whoever was shown the certificate
    found = verify(session(), read_code(typed), now=clock.now())
    if found is None:
        again = CodeForm()
        again.code.data = address_of_code(typed)
        return render_template("certificates/verified.html", found=None, form=again)
    name_contact(found.office)
    form = SurnameForm()
    compared = _compared(found, form) if form.accepts() else Compared(wait=found.wait)
    page = render_template("certificates/verified.html", found=found, form=form, name=compared.name, wait=wait_in_words(compared.wait))
    response = make_response(page, 429 if compared.refused else 422 if form.has_errors else 200)
    if compared.refused:
        response.headers["Retry-After"] = str(compared.wait)
    return response


def _compared(found: Verification, form: SurnameForm) -> Compared:
    context, surname = change_context(PUBLIC), form.surname.data or ""
    compared = in_unit_of_work(
        lambda session: services.compare_surname(session, context, certificate_id=found.certificate_id, surname=surname)
    )
    if compared.name is None:
        form.surname.errors = [why_not(compared)]
    return compared
