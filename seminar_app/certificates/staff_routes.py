"""A seminar's certificates, for its organizers: the rule, who earns one and who does not and why, issuing, replacing, revoking."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.certificates import queries, services
from seminar_app.certificates.forms import PlanForm, RevokeForm, stored
from seminar_app.certificates.issue_job import begin_issuing
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.pages import CertificatesPage
from seminar_app.certificates.rules import Standing
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import NotFound, Refusal, StaleEdit
from seminar_app.long_jobs.telling import tell_worker
from seminar_app.registration.registration_page import registration_page
from seminar_app.seminars.header import seminar_header
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import seminar_to_organize
from seminar_app.web.access import current_actor, shown, shows_people, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session
from seminar_app.web.errors import sentence_of
from seminar_app.web.ids import id_needed
from seminar_app.web.labels import label

blueprint = Blueprint("certificates_staff", __name__, url_prefix="/staff/seminars/<slug>/certificates")
ORGANIZERS = (RoleName.ADMIN, RoleName.ORGANIZER)
PDF = "application/pdf"


@blueprint.get("/")
@staff(*ORGANIZERS)
@shows_people("certificates.viewed")
def index(slug: str) -> ResponseReturnValue:
    """Show who earns a certificate, who has one, and who does not and why."""
    return _index(_seminar(slug))


@blueprint.route("/plan", methods=["GET", "POST"])
@staff(*ORGANIZERS)
def plan(slug: str) -> ResponseReturnValue:
    """Choose the rule, when certificates are issued, their language, and who signs."""
    seminar, context = _seminar(slug), change_context()
    hosts = queries.hosts_or_office(session(), seminar)
    kept, signatories = queries.plan_of(session(), seminar.id), queries.signatories_of(session(), seminar.id)
    form = PlanForm(data=stored(kept, signatories, hosts))
    form.offer(hosts)
    if form.accepts():
        details, version = form.details(hosts, signatories), form.version.data or 0
        try:
            in_unit_of_work(lambda work: services.save_plan(work, context, seminar_id=seminar.id, version=version, details=details))
        except Refusal as refusal:
            form.show(refusal)
            if isinstance(refusal, StaleEdit):
                newest = queries.plan_of(session(), seminar.id)
                form.version.show(newest.version if newest is not None else 0)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for(".index", slug=slug), code=303)
    pictured = {each.name for each in signatories if each.image_id is not None}
    header = seminar_header(seminar)
    page = render_template("certificates/staff/plan.html", form=form, seminar=seminar, seminar_header=header, pictured=pictured)
    return page, 422 if form.has_errors else 200


@blueprint.post("/issue")
@staff(*ORGANIZERS)
@shows_people("certificates.viewed")
def issue(slug: str) -> ResponseReturnValue:
    """Let the worker issue a certificate to everybody who earns one."""
    seminar, context = _seminar(slug), change_context()
    try:
        job = in_unit_of_work(lambda work: begin_issuing(work, context, seminar=seminar))
    except Refusal as refusal:
        return _index(seminar, refusal), 422
    tell_worker()
    if job.owner != context.actor:
        flash(_("Somebody else of your office is issuing them at this moment."), "info")
        return redirect(url_for(".index", slug=slug), code=303)
    return redirect(url_for("long_jobs_staff.show", job_id=job.public_id.hex), code=303)


@blueprint.post("/issue/<registration_id>")
@staff(*ORGANIZERS)
@shows_people("registration.viewed")
def issue_one(slug: str, registration_id: str) -> ResponseReturnValue:
    """Issue one person's certificate."""
    seminar, context, who = _seminar(slug), change_context(), id_needed(registration_id)

    def work(writing: Session) -> None:
        services.issue(writing, context, seminar_id=seminar.id, registrations=[who])
        begin_issuing(writing, context, seminar=seminar, registrations=[who])

    return _press(slug, who, work, _("Issued."))


@blueprint.post("/<certificate_id>/reissue")
@staff(*ORGANIZERS)
@shows_people("registration.viewed")
def reissue(slug: str, certificate_id: str) -> ResponseReturnValue:
    """Issue a certificate anew; the earlier one is replaced by it."""
    seminar, context = _seminar(slug), change_context()
    found = queries.get_certificate(session(), seminar.id, id_needed(certificate_id))
    who = queries.owner_of(session(), found)

    def work(writing: Session) -> None:
        services.reissue(writing, context, seminar_id=seminar.id, public_id=found.public_id)
        begin_issuing(writing, context, seminar=seminar, registrations=[who])

    return _press(slug, who, work, _("Issued anew. The earlier certificate is replaced."))


@blueprint.post("/<certificate_id>/revoke")
@staff(*ORGANIZERS)
@shows_people("registration.viewed")
def revoke(slug: str, certificate_id: str) -> ResponseReturnValue:
    """Revoke a certificate with a reason."""
    seminar, context = _seminar(slug), change_context()
    found = queries.get_certificate(session(), seminar.id, id_needed(certificate_id))
    reason = RevokeForm().reason.data or ""
    return _press(
        slug,
        queries.owner_of(session(), found),
        lambda work: services.revoke(work, context, seminar_id=seminar.id, public_id=found.public_id, reason=reason),
        _("Revoked. The person is told, and whoever verifies it reads so."),
    )


@blueprint.get("/<certificate_id>/file")
@staff(*ORGANIZERS, fresh="GET", gives_file=True)
@shows_people("certificate.taken")
def file(slug: str, certificate_id: str) -> ResponseReturnValue:
    """Send a certificate. That of a reserved identity goes to the person only."""
    seminar = _seminar(slug)
    found = queries.get_certificate(session(), seminar.id, id_needed(certificate_id))
    if queries.is_reserved(session(), found):
        raise NotFound
    return pdf_of(found, seminar)


def pdf_of(certificate: Certificate, seminar: Seminar) -> Response:
    """Send the PDF of a certificate, and note it in the access log.

    Raises:
        NotFound: it was not set yet, or its person was erased.
    """
    content = queries.pdf_of(session(), certificate)
    if content is None:
        raise NotFound
    shown(f"certificate:{certificate.public_id.hex}", seminar=seminar.slug)
    response = Response(content, mimetype=PDF)
    response.headers.set("Content-Disposition", "attachment", filename=f"{_('certificate')}-{certificate.number:06}.pdf")
    return response


def _press(slug: str, registration: uuid.UUID, work: Callable[[Session], object], said: str) -> ResponseReturnValue:
    try:
        in_unit_of_work(work)
    except Refusal as refusal:
        return registration_page(slug, registration.hex, refused=refusal)
    tell_worker()
    flash(said, "success")
    page = url_for("registration_staff.registration", slug=slug, registration_id=registration.hex, _anchor="certificates")
    return redirect(page, code=303)


def _index(seminar: Seminar, refusal: Refusal | None = None) -> str:
    wanted = request.args.get("standing", "")
    only = Standing(wanted) if wanted in set(Standing) else None
    page = CertificatesPage.read(session(), seminar, only=only)
    shown(f"seminar:{seminar.public_id.hex}", seminar=seminar.slug, action="certificates.viewed")
    return render_template(
        "certificates/staff/index.html",
        page=page,
        only=only,
        choices=[("", _("All")), *((each.value, label(each)) for each in Standing if page.counts[each])],
        seminar=seminar,
        seminar_header=seminar_header(seminar),
        error=sentence_of(refusal) if refusal is not None else None,
    )


def _seminar(slug: str) -> Seminar:
    return seminar_to_organize(session(), current_actor(), slug)
