"""The form of a seminar's certificates: rule, time, language and who signs; and the reason for which one is revoked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FileField, FormField, RadioField, SelectField, ValidationError

from seminar_app.certificates.models import CertificatePlan, Signatory
from seminar_app.certificates.pictures import read_raster
from seminar_app.certificates.rules import CertificateLanguage, CertificateRule, Issuing
from seminar_app.certificates.services import PlanDetails, SignatoryDetails
from seminar_app.offices.models import Office
from seminar_app.offices.words import office_name
from seminar_app.web import labels
from seminar_app.web.forms import BaseForm, FormPart, VersionField, choices_of, one_line, optional, required

MOST_SIGNATORIES = 4
LONGEST = 200
LONGEST_REASON = 300
LARGEST_PICTURE = 300 * 1024
"""Bytes of a picture of a signature; it lies in every certificate."""


class SignatoryForm(FormPart):
    """Somebody who signs; without a name the line is left out."""

    name = one_line(_l("Name"), length=LONGEST, needed=False)
    title_es = one_line(_l("Title in Spanish"), length=LONGEST, needed=False)
    title_en = one_line(_l("Title in English"), length=LONGEST, needed=False)
    office = SelectField(_l("Signs for"), choices=[], validators=[optional()])
    picture = FileField(_l("Picture of the signature"), render_kw={"accept": "image/png,image/jpeg"})
    drop = BooleanField(_l("Leave the kept picture out"))

    def validate_picture(self, field: FileField) -> None:
        """Check that what was chosen is a small picture."""
        content = self.upload
        if content is not None and (len(content) > LARGEST_PICTURE or read_raster(content) is None):
            raise ValidationError(_("Please choose a picture in PNG or JPEG, of at most %(most)d kB.", most=LARGEST_PICTURE // 1024))

    @property
    def upload(self) -> bytes | None:
        """The picture that was chosen now."""
        chosen = request.files.get(self.picture.name)
        if chosen is None or not chosen.filename:
            return None
        chosen.stream.seek(0)
        return chosen.stream.read(LARGEST_PICTURE + 1)


class PlanForm(BaseForm):
    """What a seminar asks for its certificate, and who signs."""

    version = VersionField()
    rule = RadioField(_l("Who gets a certificate"), validators=[required()], default=CertificateRule.COMPLETION.value)
    issuing = RadioField(_l("When they are issued"), validators=[required()], default=Issuing.BY_HAND.value)
    language = RadioField(_l("Language"), validators=[required()], default=CertificateLanguage.PERSON.value)
    signatories = FieldList(FormField(SignatoryForm), min_entries=MOST_SIGNATORIES, max_entries=MOST_SIGNATORIES)

    def offer(self, hosts: Sequence[Office]) -> None:
        """Set the choices."""
        self.rule.choices = choices_of(*labels.choices(CertificateRule))
        self.issuing.choices = choices_of(*labels.choices(Issuing))
        self.language.choices = choices_of(*labels.choices(CertificateLanguage))
        for line in self.signatories:
            line.form.office.choices = choices_of(("", _("No host")), *((host.code, office_name(host)) for host in hosts))
            line.form.office.data = line.form.office.data or ""

    def details(self, hosts: Sequence[Office], kept: Sequence[Signatory]) -> PlanDetails:
        """Return what was chosen. Pictures of signatures stay with the name that they were kept for."""
        ids = {host.code: host.id for host in hosts}
        images = {each.name: each.image_id for each in kept}
        lines = [(line.form, name) for line in self.signatories if (name := line.form.name.data)]
        signatories = [
            SignatoryDetails(
                name,
                line.title_es.data or None,
                line.title_en.data or None,
                ids.get(line.office.data),
                image_id=None if line.drop.data or line.upload is not None else images.pop(name, None),
                picture=line.upload,
            )
            for line, name in lines
        ]
        return PlanDetails(
            CertificateRule(self.rule.data), Issuing(self.issuing.data), CertificateLanguage(self.language.data), signatories
        )


def stored(plan: CertificatePlan | None, signatories: Sequence[Signatory], hosts: Sequence[Office]) -> dict[str, Any]:
    """Return the first values of the form."""
    codes = {host.id: host.code for host in hosts}
    lines = [
        {
            "name": each.name,
            "title_es": each.title_es,
            "title_en": each.title_en,
            "office": codes.get(each.office_id, "") if each.office_id is not None else "",
        }
        for each in signatories
    ]
    if plan is None:
        return {"signatories": [{"office": host.code} for host in hosts[:MOST_SIGNATORIES]]}
    return {
        "version": plan.version,
        "rule": plan.rule.value,
        "issuing": plan.issuing.value,
        "language": plan.language.value,
        "signatories": lines,
    }


class RevokeForm(BaseForm):
    """Why a certificate is revoked."""

    reason = one_line(_l("Reason"), length=LONGEST_REASON, needed=False)
