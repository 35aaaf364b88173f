"""The certificates of several people as one ZIP file. Of reserved identities none is in it: theirs goes to the person only."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from seminar_app.certificates.entries import entry_name
from seminar_app.certificates.errors import NoCertificates
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import pdf_of, printed_of
from seminar_app.core.sealed_files import LARGEST_MADE, FileTooLarge, SealedFile
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration


class Zipped(Struct, frozen=True):
    """The file, and how many certificates are in it and are not.

    Attributes:
        reserved: left out, because the person's identity is reserved.
        waiting: left out, because their PDF is not made yet.
    """

    content: bytes
    people: int
    reserved: int
    waiting: int


def of_versions(versions: Collection[int | None]) -> ColumnElement[bool]:
    """Return the condition for people of these versions of agencies; None stands for those who are not assigned."""
    known = [each for each in versions if each is not None]
    found = Registration.agency_version_id.in_(known)
    return or_(found, Registration.agency_version_id.is_(None)) if None in versions else found


def of_agencies(agency_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition for people of these agencies."""
    return Registration.agency_id.in_(agency_ids)


def zip_certificates(
    session: Session, seminar_id: int, whose: ColumnElement[bool] | None, *, step: Callable[[int, int], None] = lambda _done, _all: None
) -> Zipped:
    """Write the certificates of a seminar that stand into a ZIP file, each as it was set, one after the other.

    Args:
        session: to read with.
        seminar_id: internal id.
        whose: a condition on the registration; None for everybody.
        step: told of each file: how many are done of how many.

    Raises:
        NoCertificates: there is none to put in.
        FileTooLarge: together they would have more bytes than a file that a job makes.
        CannotOpen: a file was changed outside the program, or its key is gone.
    """
    everybody = _standing(seminar_id, whose)
    rows = session.execute(everybody.order_by(Certificate.number)).all()
    shown = [row for row in rows if not row.reserved]
    wanted = [row.id for row in shown if row.file_id is not None]
    reserved, waiting = len(rows) - len(shown), len(shown) - len(wanted)
    if not wanted:
        raise NoCertificates
    _refuse_larger(session, seminar_id, whose)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:  # a PDF is packed already
        for number, certificate_id in enumerate(wanted):
            step(number, len(wanted))
            _add(session, archive, certificate_id)
    return Zipped(whole.getvalue(), len(wanted), reserved, waiting)


def _standing(seminar_id: int, whose: ColumnElement[bool] | None) -> Select[int, int | None, bool]:
    stands = and_(Certificate.replaced_at.is_(None), Certificate.revoked_at.is_(None), Certificate.erased_at.is_(None))
    columns = select(Certificate.id, Certificate.file_id, Person.reserved)
    joined = columns.join(Registration, Registration.id == Certificate.registration_id).join(Person, Person.id == Registration.person_id)
    found = joined.where(Certificate.seminar_id == seminar_id, stands)
    return found.where(whose) if whose is not None else found


def _refuse_larger(session: Session, seminar_id: int, whose: ColumnElement[bool] | None) -> None:
    """Refuse before reading what would not fit: a sealed PDF has about the size of the PDF."""
    among = _standing(seminar_id, whose).where(~Person.reserved).subquery()
    size = session.scalar(select(func.sum(func.length(SealedFile.sealed))).where(SealedFile.id.in_(select(among.c.file_id)))) or 0
    if size > LARGEST_MADE:
        raise FileTooLarge(size=size / 1024**2, most=LARGEST_MADE // 1024**2)


def _add(session: Session, archive: zipfile.ZipFile, certificate_id: int) -> None:
    one = session.get_one(Certificate, certificate_id)
    printed, content = printed_of(session, one), pdf_of(session, one)
    if printed is None or content is None:  # erased since
        return
    entry = zipfile.ZipInfo(entry_name(printed), date_time=(*printed.issued_on.timetuple()[:3], 0, 0, 0))
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, content)
    session.expunge_all()  # so that no more than one file is in memory beside the whole
