"""`flask users …`: the first accounts, while no administrator exists yet."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from config import Settings
from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.queries import account_by_email
from seminar_app.accounts.services import create_account, send_way_in
from seminar_app.accounts.services.reset_links import INVITED_WITHIN, RESET_PURPOSE
from seminar_app.agencies.queries import find_agency_by_code
from seminar_app.core.actor import Grant, RoleName
from seminar_app.core.addresses import normal_address
from seminar_app.core.change_context import command_context
from seminar_app.core.errors import Refusal
from seminar_app.core.links import SecretLink
from seminar_app.offices.queries import find_office_by_code
from seminar_app.seminars.queries import find_seminar
from seminar_app.sign_in import services as sign_in
from seminar_app.sign_in.hashing import hash_password
from seminar_app.sign_in.passwords import password_weakness
from seminar_app.web.database import session as reading
from seminar_app.web.database import unit_of_work

group = AppGroup("users", help="Accounts of staff.")


@group.command("create")
@click.option("--email", required=True, help="Address the person signs in with.")
@click.option("--name", required=True)
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in RoleName]), help="May be repeated."
)
@click.option("--office", "office_code", help="Code of the office that an organizer works for.")
@click.option("--agency", "agency_code", help="Code of the agency that a liaison speaks for.")
@click.option("--seminar", "slug", help="Address (slug) of the seminar that a coordinator runs; may be left out.")
@click.option("--language", type=click.Choice(["es", "en"]), default=None, help="For pages and mail; else the program's default.")
@click.option("--if-new", is_flag=True, help="Do nothing where there is an account with this address.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making a link.")
def create(
    *,
    email: str,
    name: str,
    roles: tuple[str, ...],
    office_code: str | None,
    agency_code: str | None,
    slug: str | None,
    language: str | None,
    if_new: bool,
    password_stdin: bool,
) -> None:
    """Make an account, and print the link with which its owner chooses a password."""
    settings: Settings = current_app.extensions["settings"]
    address, name = _checked(email, name)
    if if_new and account_by_email(reading(), address) is not None:
        click.echo(f"There is an account with the address {address} already. `users link {address}` prints a new link.")
        return
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    if password is not None and (weakness := password_weakness(password, own_words=(name, address.partition("@")[0]))):
        raise click.ClickException(f"This password is too weak ({weakness}); choose at least 12 characters, and no name.")
    password_hash = hash_password(password) if password is not None else None
    try:
        with unit_of_work() as session:
            account = create_account(
                session,
                command_context(),
                email=address,
                name=name,
                language=language or settings.default_language,
                grants=[_grant(session, RoleName(role), office_code, agency_code, slug) for role in dict.fromkeys(roles)],
                password_hash=password_hash,
                invite=password is None,
            )
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{account.name} can sign in at {settings.public_url}/login as {account.email}.")
    if password is None:
        click.echo(f"To choose a password within {INVITED_WITHIN.days} days: {_link_of(account, settings)}")


@group.command("link")
@click.argument("email")
def new_link(*, email: str) -> None:
    """Print a new link for choosing a password, where mail does not arrive; earlier links of the account are void."""
    settings: Settings = current_app.extensions["settings"]
    with unit_of_work() as session:
        account = account_by_email(session, email)
        if account is None:
            raise click.ClickException(f"There is no account with the address «{email}».")
        try:
            send_way_in(session, command_context(), account_id=account.id)
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from refusal
    click.echo(f"To choose a password until {account.reset_until:%Y-%m-%d %H:%M} UTC: {_link_of(account, settings)}")


def _link_of(account: UserAccount, settings: Settings) -> str:
    token = SecretLink(RESET_PURPOSE, account.public_id, account.reset_version).token(settings.secret_keys[0])
    return f"{settings.public_url}/reset/{token}"


@group.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(*, email: str) -> None:
    """Remove a lost second factor, also an administrator's; the account is signed out everywhere."""
    with unit_of_work() as session:
        account = account_by_email(session, email)
        if account is None:
            raise click.ClickException(f"There is no account with the address «{email}».")
        sign_in.reset_second_factor(session, command_context(), account_id=account.id)
    click.echo(f"The second factor of {account.email} is removed. Its owner has a message, and sets up a new one at the next sign-in.")


def _checked(email: str, name: str) -> tuple[str, str]:
    """Return address and name normalized; refuse an address that is not valid or a name that cannot be stored."""
    address = normal_address(email)
    if address is None or not address.isascii():
        raise click.ClickException(
            f"«{email}» is not a whole e-mail address, or has accents or ñ before the @, where our mail cannot reach it."
        )
    name = " ".join(name.split())
    if not name or len(name) > 200 or not name.isprintable():
        raise click.ClickException("The name must have 1 to 200 characters, all of them readable.")
    return address, name


def _grant(session: Session, role: RoleName, office_code: str | None, agency_code: str | None, slug: str | None) -> Grant:
    match role:
        case RoleName.ORGANIZER:
            office = find_office_by_code(session, office_code) if office_code else None
            if office is None:
                raise click.ClickException(f"An organizer needs --office with the code of an office; «{office_code or ''}» is none.")
            return Grant(role, office_id=office.id)
        case RoleName.LIAISON:
            agency = find_agency_by_code(session, agency_code) if agency_code else None
            if agency is None:
                raise click.ClickException(f"A liaison needs --agency with the code of an agency; «{agency_code or ''}» is none.")
            return Grant(role, agency_id=agency.id)
        case RoleName.COORDINATOR if slug is not None:
            seminar = find_seminar(session, slug)
            if seminar is None:
                raise click.ClickException(f"There is no seminar «{slug}».")
            return Grant(role, seminar_id=seminar.id)
    return Grant(role)
