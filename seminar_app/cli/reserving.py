"""`flask people reserve` and `flask people show-again`: reserve an identity, and end it. They print ids and codes, never names."""

from __future__ import annotations

import uuid

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import command_context
from seminar_app.people.models import Person
from seminar_app.people.queries import kept_id
from seminar_app.people.rules import MAY_RESERVE, ReservedReason, reserved_code, reserved_name
from seminar_app.registration.models import Registration
from seminar_app.registration.services import end_reserve
from seminar_app.registration.services import reserve as reserve_identity
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import in_unit_of_work, session


def _reasons(*members: ReservedReason) -> click.Choice[str]:
    return click.Choice([member.value for member in members])


_SEMINAR = click.option("--seminar", "slug", metavar="SLUG", help="Where the code stands; needed if several seminars have it.")


@click.command("reserve")
@with_appcontext
@click.argument("person_or_code")
@click.option("--reason", required=True, type=_reasons(*MAY_RESERVE))
@_SEMINAR
def reserve(person_or_code: str, *, reason: str, slug: str | None) -> None:
    """Reserve an identity: every list, page and file then shows a code.

    PERSON_OR_CODE is the public id, which is in the address of the person's page, or a code of former times.
    """
    person_id = _person(session(), person_or_code, slug)
    done = in_unit_of_work(lambda work: reserve_identity(work, command_context(), person_id=person_id, reason=ReservedReason(reason)))
    click.echo("Reserved." if done else "It was reserved before; nothing has changed.")
    for seminar, code in _codes(session(), person_id):
        click.echo(f"{reserved_name(code)}  {seminar}")


@click.command("show-again")
@with_appcontext
@click.argument("person_or_code")
@click.option("--reason", required=True, type=_reasons(*ReservedReason))
@_SEMINAR
def show_again(person_or_code: str, *, reason: str, slug: str | None) -> None:
    """End a reserved identity: lists show the name again. PERSON_OR_CODE is the person's public id, or the code."""
    person_id = _person(session(), person_or_code, slug)
    done = in_unit_of_work(lambda work: end_reserve(work, command_context(), person_id=person_id, reason=ReservedReason(reason)))
    click.echo("Shown by name again." if done else "It was not reserved; nothing has changed.")


def _person(open_session: Session, text: str, slug: str | None) -> int:
    """Return the internal id of the person with this public id or code; of a merged record that of the kept one.

    Raises:
        click.ClickException: there is none, or several have the code.
    """
    code = reserved_code(text)
    if code is None:
        found = list(open_session.scalars(select(Person.id).where(Person.public_id == _id(text))))
    else:
        coded = select(Registration.person_id).join(Seminar, Seminar.id == Registration.seminar_id)
        wanted = [Registration.reserved_code == code, *([Seminar.slug == slug] if slug else [])]
        found = list(open_session.scalars(coded.where(*wanted).distinct()))
    found = sorted({kept_id(open_session, each) for each in found})
    if not found:
        raise click.ClickException(f"Nobody has the {'code' if code else 'id'} {text}.")
    if len(found) > 1:
        raise click.ClickException(f"Several seminars have the code {text}. Name the one you mean with --seminar.")
    return found[0]


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(hex=text)
    except ValueError as error:
        raise click.ClickException(f"«{text}» is neither a person's public id nor a code such as R-BCDFG.") from error


def _codes(open_session: Session, person_id: int) -> list[tuple[str, str | None]]:
    rows = open_session.execute(
        select(Seminar.slug, Registration.reserved_code)
        .join(Registration, Registration.seminar_id == Seminar.id)
        .where(Registration.person_id == person_id)
        .order_by(Seminar.starts_on, Seminar.id)
    )
    return [(row.slug, row.reserved_code) for row in rows]
