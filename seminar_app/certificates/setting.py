"""Set the PDF of certificates, seal them and keep them: in the worker or in a command, never in a web worker."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from msgspec import Struct, field
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.certificates.documents import TEMPLATE, certificate
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.printed import Printed
from seminar_app.certificates.queries import printed_of
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.installation import installation_of
from seminar_app.core.key_ring import CannotOpen
from seminar_app.core.pdf import INSTEAD, settable, typeset
from seminar_app.core.sealed_files import Packed, SealedFile, content_of, keep_all, pack
from seminar_app.registration.models import Registration

SET = "certificates.pdf"
"""Kind of the sealed file that holds a certificate as PDF."""
MIME_TYPE = "application/pdf"


class SetPage(Struct, frozen=True):
    """A certificate that was set and sealed, and is not kept yet. `gaps`: a sign of its name is in no font."""

    certificate_id: int
    packed: Packed
    gaps: bool


class Setter(Struct):
    """Sets certificates one after the other, and reads each picture of a signature once."""

    reading: Session
    _pictures: dict[str, bytes] = field(default_factory=dict)

    def read(self, ids: Collection[int]) -> list[tuple[Certificate, SealedFile]]:
        """Return these certificates with what was printed on them, in one statement; `set` then reads nothing. Hold it until then."""
        rows = self.reading.execute(
            select(Certificate, SealedFile)
            .join(SealedFile, SealedFile.id == Certificate.printed_id)
            .where(Certificate.id.in_(ids))
            .order_by(Certificate.number)
        )
        return [(row.Certificate, row.SealedFile) for row in rows]

    def set(self, one: Certificate) -> SetPage | None:
        """Set a certificate; None once nothing names its person any more. Nothing is written.

        Raises:
            CannotOpen: what was printed cannot be read.
        """
        printed = printed_of(self.reading, one)
        if printed is None:
            return None
        content = self.typeset(printed, one)
        gaps = INSTEAD in settable(printed.name) and INSTEAD not in printed.name
        return SetPage(one.id, pack(self.reading, kind=SET, content=content), gaps)

    def typeset(self, printed: Printed, one: Certificate) -> bytes:
        """Return the PDF. The same certificate gives the same bytes."""
        settings = installation_of(self.reading).settings
        document = certificate(printed, public_url=settings.public_url, pictures=self._read_pictures(printed))
        return typeset(TEMPLATE, document, made_at=one.issued_at)

    def _read_pictures(self, printed: Printed) -> dict[str, bytes]:
        wanted = {each.image for each in printed.signers if each.image} - self._pictures.keys()
        for image in wanted:
            self._pictures[image] = self._picture(image)
        return self._pictures

    def _picture(self, image: str) -> bytes:
        """Return a picture; empty where it is no longer kept, so that the certificate is set without it."""
        kept = self.reading.scalar(select(SealedFile).where(SealedFile.public_id == uuid.UUID(image)))
        try:
            return content_of(self.reading, kept) if kept is not None else b""
        except CannotOpen:
            return b""


def missing(session: Session, seminar_id: int, *, registrations: Collection[uuid.UUID] | None = None) -> Sequence[int]:
    """Return the ids of a seminar's certificates that stand and were not set yet, in the order of their numbers."""
    wanted = select(Certificate.id).where(Certificate.seminar_id == seminar_id, *_MISSING)
    if registrations is not None:
        theirs = select(Registration.id).where(Registration.seminar_id == seminar_id, Registration.public_id.in_(registrations))
        wanted = wanted.where(Certificate.registration_id.in_(theirs))
    return session.scalars(wanted.order_by(Certificate.number)).all()


_MISSING = (
    Certificate.file_id.is_(None),
    Certificate.erased_at.is_(None),
    Certificate.replaced_at.is_(None),
    Certificate.revoked_at.is_(None),
)


def keep_set(session: Session, context: ChangeContext, pages: Sequence[SetPage]) -> int:
    """Keep what was set, where nobody kept it meanwhile and the person was not erased. Return how many were kept."""
    ids = [page.certificate_id for page in pages]
    wanted = select(Certificate).where(Certificate.id.in_(ids), Certificate.file_id.is_(None), Certificate.erased_at.is_(None))
    lacking = {one.id: one for one in session.scalars(wanted.order_by(Certificate.id).with_for_update())}
    wanted_pages = [page for page in pages if page.certificate_id in lacking]
    files = keep_all(session, [page.packed for page in wanted_pages], at=context.now)
    for page, file in zip(wanted_pages, files, strict=True):
        lacking[page.certificate_id].file_id = file.id
    session.flush()
    return len(lacking)
