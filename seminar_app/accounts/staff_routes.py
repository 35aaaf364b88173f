"""Administrators' pages about accounts and roles."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2

from seminar_app.accounts import queries, services
from seminar_app.accounts.forms import AccountForm, GrantForm, NewAccountForm
from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.words import ROLES, grant_value, grant_words, grants_in_short
from seminar_app.agencies.forms import option_of
from seminar_app.agencies.queries import agency_groups, find_agency_by_code
from seminar_app.core import clock
from seminar_app.core.actor import Grant, RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.offices.queries import find_office_by_code, get_office, offices, shared_by_offices
from seminar_app.offices.words import office_name
from seminar_app.seminars.queries import find_seminar, seminar_names
from seminar_app.sign_in.queries import factors_of, recovery_codes_left, sessions_of
from seminar_app.web.access import staff
from seminar_app.web.change import change_context
from seminar_app.web.database import Session, in_unit_of_work, session, unit_of_work
from seminar_app.web.errors import sentence_of
from seminar_app.web.languages import current_language

LONGEST_ROLE = 120
blueprint = Blueprint("accounts_staff", __name__)


@blueprint.get("/staff/accounts/")
@staff(RoleName.ADMIN)
def accounts() -> ResponseReturnValue:
    """List all accounts. A role filter is kept in the URL; a search text is not, because it names people."""
    return _accounts_page(request.args.get("role", ""), text="")


@blueprint.post("/staff/accounts/")
@staff(RoleName.ADMIN)
def find_accounts() -> ResponseReturnValue:
    """Search by name or address, sent in the request body; a role alone redirects to the URL that keeps it."""
    role, text = request.form.get("role", ""), request.form.get("q", "").strip()[:200]
    if not text:
        return redirect(url_for(".accounts", role=role or None), code=303)
    return _accounts_page(role, text=text)


def _accounts_page(role: str, *, text: str) -> str:
    page = request.args.get("page", 1, type=_page_number)
    found = queries.accounts(session(), text=text, role=RoleName(role) if role in set(RoleName) else None, page=page)
    return render_template("accounts/staff/accounts.html", found=found, text=text, role=role, roles=ROLES, tell=grants_in_short)


@blueprint.route("/staff/accounts/new", methods=["GET", "POST"])
@staff(RoleName.ADMIN, fresh="POST")
def new_account() -> ResponseReturnValue:
    """Make an account. `?role=organizer:CODE` chooses the role already; the language is its office's, else the one all offices share."""
    role = request.args.get("role", "")[:LONGEST_ROLE]
    form = NewAccountForm(data={"grant": role, "language": _usual_language(role)})
    form.grant.choices = _grant_choices()
    if form.accepts():
        try:
            account = in_unit_of_work(
                lambda database: services.create_account(
                    database,
                    change_context(),
                    email=str(form.email.data),
                    name=str(form.name.data),
                    language=form.language.data,
                    grants=[grant_named(database, form.grant.data)],
                )
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_("The account is made, and an invitation is on its way to %(email)s.", email=account.email), "success")
            return redirect(url_for("accounts_staff.account", public_id=account.public_id), code=303)
    return render_template(
        "accounts/staff/new_account.html", form=form, lacking=_lacking(form.grant.choices)
    ), 422 if form.has_errors else 200


@blueprint.route("/staff/accounts/<uuid:public_id>/", methods=["GET", "POST"])
@staff(RoleName.ADMIN, fresh="POST")
def account(public_id: uuid.UUID) -> ResponseReturnValue:
    """Show one account with its roles; on POST, change its name and language."""
    row = queries.get_account(session(), public_id)
    form = AccountForm(data={"name": row.name, "language": row.language})
    if form.accepts():
        with unit_of_work() as database:
            services.edit_account(database, change_context(), account_id=row.id, name=str(form.name.data), language=form.language.data)
        flash(_("The account is changed."), "success")
        return redirect(url_for("accounts_staff.account", public_id=public_id), code=303)
    return _account_page(row, form)


@blueprint.post("/staff/accounts/<uuid:public_id>/roles")
@staff(RoleName.ADMIN, fresh="POST")
def give_role(public_id: uuid.UUID) -> ResponseReturnValue:
    """Add a role to an account."""
    row = queries.get_account(session(), public_id)
    form = GrantForm()
    form.grant.choices = _grant_choices()
    if not form.accepts():
        return _account_page(row, AccountForm(formdata=None, data={"name": row.name, "language": row.language}), form)
    with unit_of_work() as database:
        grant = grant_named(database, form.grant.data)
        services.give_role(database, change_context(), account_id=row.id, grant=grant)
    flash(_("The role is given."), "success")
    return redirect(url_for("accounts_staff.account", public_id=public_id), code=303)


@blueprint.post("/staff/accounts/<uuid:public_id>/roles/take")
@staff(RoleName.ADMIN, fresh="POST")
def take_role(public_id: uuid.UUID) -> ResponseReturnValue:
    """Remove a role; the page then offers to give it back."""
    value = request.form.get("grant", "")

    def work(database: Session, context: ChangeContext, *, account_id: int) -> None:
        services.take_role(database, context, account_id=account_id, grant=grant_named(database, value))

    return _do(public_id, work, taken=value)


@blueprint.post("/staff/accounts/<uuid:public_id>/disable")
@staff(RoleName.ADMIN, fresh="POST")
def disable(public_id: uuid.UUID) -> ResponseReturnValue:
    """Disable the account's sign-in."""
    said = _("The account is disabled and signed out everywhere.")
    return _do(public_id, services.disable_account, said)


@blueprint.post("/staff/accounts/<uuid:public_id>/enable")
@staff(RoleName.ADMIN, fresh="POST")
def enable(public_id: uuid.UUID) -> ResponseReturnValue:
    """Enable the account's sign-in again."""
    said = _("The account is enabled.")
    return _do(public_id, services.enable_account, said)


@blueprint.post("/staff/accounts/<uuid:public_id>/invite")
@staff(RoleName.ADMIN, fresh="POST")
def send_way_in(public_id: uuid.UUID) -> ResponseReturnValue:
    """Send the account's owner a link for choosing a password."""
    said = _("A message with a link for choosing a password is on its way.")
    return _do(public_id, services.send_way_in, said)


def _do(public_id: uuid.UUID, work: Callable[..., object], said: str | None = None, *, taken: str | None = None) -> ResponseReturnValue:
    """Apply a change to an account and return to its page, which shows the result."""
    row = queries.get_account(session(), public_id)
    try:
        with unit_of_work() as database:
            work(database, change_context(), account_id=row.id)
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        if said:
            flash(said, "success")
    return redirect(url_for("accounts_staff.account", public_id=public_id, taken=taken), code=303)


def _account_page(row: UserAccount, form: AccountForm, grant_form: GrantForm | None = None) -> ResponseReturnValue:
    if grant_form is None:
        grant_form = GrantForm(formdata=None)
        grant_form.grant.choices = _grant_choices()
    names = {name.id: name for name in seminar_names(session())}
    titles = {key: name.title(current_language()) for key, name in names.items()}
    slugs = {key: name.slug for key, name in names.items()}
    lines = queries.grants_of(session(), [row.id]).get(row.id, ())
    held = [(grant_words(line, titles), grant_value(line, slugs)) for line in lines]
    taken = request.args.get("taken", "")
    page = render_template(
        "accounts/staff/account.html",
        account=row,
        form=form,
        grant_form=grant_form,
        lacking=_lacking(grant_form.grant.choices),
        held=held,
        taken=taken if taken and taken not in {value for _words, value in held} else None,
        open_sessions=sessions_of(session(), row.id, now=clock.now()),
        factors=factors_of(session(), row.id),
        codes_left=recovery_codes_left(session(), row.id),
    )
    return page, 422 if form.has_errors or grant_form.has_errors else 200


def _usual_language(role: str) -> str:
    office = find_office_by_code(session(), role.removeprefix("organizer:")) if role.startswith("organizer:") else None
    return (office.language if office else shared_by_offices(session(), "language")) or current_language()


def _lacking(choices: Any) -> set[str]:
    """Return which roles cannot be given because there is no office or no agency yet."""
    return {"organizer", "liaison"} - {choice.value.partition(":")[0] for choice in choices}


def _grant_choices() -> list[Any]:
    """Return all roles that can be given, in groups, as `role:code` and words. An agency is found as in every other list."""
    language, database = current_language(), session()
    coordinator, liaison = _("Coordinator of a seminar"), _("Liaison of an agency, and of those below it")
    agencies = {agency.code: agency for group in agency_groups(database) for agency in (group.group, *group.offices)}
    return [
        SelectChoice("", _("Choose a role")),
        *(SelectChoice(f"{role}:", str(ROLES[role]), optgroup=_("For everything")) for role in (RoleName.ADMIN, RoleName.AUDITOR)),
        *(
            SelectChoice(f"organizer:{office.code}", office_name(office), optgroup=_("Organizer of an office"))
            for office in offices(database)
            if office.active
        ),
        SelectChoice("coordinator:", _("Assigned by an organizer later"), optgroup=coordinator),
        *(
            SelectChoice(f"coordinator:{name.slug}", f"{name.title(language)} ({name.starts_on.year})", optgroup=coordinator)
            for name in seminar_names(database)
        ),
        *(
            SelectChoice(f"liaison:{code}", *option_of(agency, f"{code} · {agency.name(language)}", language), liaison)
            for code, agency in agencies.items()
        ),
    ]


def grant_named(database: Session, value: str) -> Grant:
    """Return the grant for a form value `role:code`.

    Raises:
        NotFound: there is no such role, office, agency or seminar.
    """
    role, _colon, code = value.partition(":")
    match role:
        case "admin" | "auditor" if not code:
            return Grant(RoleName(role))
        case "coordinator" if not code:
            return Grant(RoleName.COORDINATOR)
        case "coordinator":
            seminar = find_seminar(database, code)
            if seminar is not None:
                return Grant(RoleName.COORDINATOR, seminar_id=seminar.id)
        case "organizer":
            return Grant(RoleName.ORGANIZER, office_id=get_office(database, code).id)
        case "liaison":
            agency = find_agency_by_code(database, code)
            if agency is not None:
                return Grant(RoleName.LIAISON, agency_id=agency.id)
    raise NotFound


def _page_number(text: str) -> int:
    number = int(text) if len(text) <= 6 else 1
    return max(1, number)
