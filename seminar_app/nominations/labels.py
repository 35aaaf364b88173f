"""Words for what columns are for, for what is wrong in a cell, and for what becomes of a row."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.nominations.encodings import Encoding
from seminar_app.nominations.rules import Outcome, Standing
from seminar_app.nominations.shapes import DateOrder, Field, NameOrder, ProblemCode
from seminar_app.web import labels


def init_app() -> None:
    """Register them."""
    labels.register(
        Field,
        {
            Field.GIVEN_NAMES: _l("Given names"),
            Field.SURNAME1: _l("First surname"),
            Field.SURNAME2: _l("Second surname"),
            Field.SURNAMES: _l("Both surnames"),
            Field.FULL_NAME: _l("Whole name"),
            Field.TITLE: _l("Title (Lic., Mtra.)"),
            Field.EMAIL: _l("E-mail address"),
            Field.PHONE: _l("Phone"),
            Field.SEX: _l("Sex"),
            Field.SEX_FEMALE: _l("Marked for women"),
            Field.SEX_MALE: _l("Marked for men"),
            Field.BIRTH_DATE: _l("Date of birth"),
            Field.CURP: _l("CURP"),
            Field.POSITION: _l("Position"),
            Field.RANK: _l("Rank"),
            Field.UNIT: _l("Unit"),
            Field.STATE: _l("State"),
            Field.AGENCY: _l("Agency"),
            Field.LEFT_OUT: _l("Leave out"),
        },
    )
    labels.register(
        Encoding,
        {
            Encoding.UTF_8: _l("UTF-8 (today's programs)"),
            Encoding.CP1252: _l("Windows (Excel)"),
            Encoding.MAC_ROMAN: _l("Mac (older programs)"),
            Encoding.CP850: _l("DOS (old programs)"),
            Encoding.UTF_16: _l("Unicode (UTF-16)"),
            Encoding.UTF_16_LE: _l("Unicode (UTF-16, little endian)"),
            Encoding.UTF_16_BE: _l("Unicode (UTF-16, big endian)"),
            Encoding.MIXED: _l("Two encodings, line by line"),
        },
    )
    labels.register(
        ProblemCode,
        {
            ProblemCode.MISSING: _l("This is missing."),
            ProblemCode.NO_SURNAME: _l("There is no surname. If the person has a single name, write «-» as the surname."),
            ProblemCode.NO_ADDRESS: _l("This is not an e-mail address."),
            ProblemCode.MORE_THAN_ADDRESS: _l("There are words beside the address; only the address is taken."),
            ProblemCode.SEVERAL_ADDRESSES: _l("There are two addresses; the first is taken."),
            ProblemCode.NO_SUCH_DATE: _l("There is no such date."),
            ProblemCode.UNLIKELY_DATE: _l("This can hardly be a date of birth."),
            ProblemCode.CHECK_DIGIT: _l("The check digit does not fit. It is taken as it stands."),
            ProblemCode.NO_CURP: _l("This does not look like a CURP, and is left out."),
            ProblemCode.NO_SUCH_SEX: _l("This word says neither woman nor man. It is left empty."),
            ProblemCode.BOTH_SEXES: _l("Both columns are marked. It is left empty."),
            ProblemCode.TOO_LONG: _l("This is too long."),
            ProblemCode.VACANT: _l("This post is vacant: nobody is named."),
            ProblemCode.NO_LETTERS: _l("This is no name."),
            ProblemCode.UNUSABLE: _l("There are characters in it that cannot be kept."),
            ProblemCode.WHICH_IS_GIVEN: _l("Which is the given name, or is it missing? Write «surnames, given names»."),
            ProblemCode.SAME_ADDRESS: _l("Somebody else on this list has the same address."),
            ProblemCode.SAME_NAME: _l("Another row has the same name: is it one person?"),
            ProblemCode.NOT_CALCULATED: _l(
                "This formula was not calculated. Open the file in Excel, save it and upload it again, or write here what it means."
            ),
            ProblemCode.NO_AGENCY: _l("Nothing here says which agency it is."),
            ProblemCode.UNKNOWN_AGENCY: _l("No agency of the directory is called this. The person counts as one of the list's agency."),
            ProblemCode.OTHER_AGENCY: _l("This is an agency for which you do not nominate."),
        },
    )
    labels.register(
        Outcome,
        {
            Outcome.FAULTY: _l("To mend"),
            Outcome.REPEATED: _l("Twice in the list"),
            Outcome.HERE: _l("On the roster already"),
            Outcome.LEFT: _l("No longer on the list"),
            Outcome.ASK: _l("Known already?"),
            Outcome.SEATED: _l("Gets a seat"),
            Outcome.ALTERNATE: _l("Alternate"),
            Outcome.FOR_APPROVAL: _l("For approval"),
            Outcome.WAITS: _l("Waiting list"),
            Outcome.ORGANIZER: _l("For the organizer to decide"),
            Outcome.TAKEN: _l("Nominated with this list"),
        },
    )
    labels.register(NameOrder, {NameOrder.GIVEN_FIRST: _l("Given names first"), NameOrder.SURNAMES_FIRST: _l("Surnames first")})
    labels.register(
        DateOrder, {DateOrder.DAY_FIRST: _l("Day first: 3/6 is 3 June"), DateOrder.MONTH_FIRST: _l("Month first: 3/6 is 6 March")}
    )
    labels.register(
        Standing,
        {
            Standing.OPEN: _l("Lists are taken."),
            Standing.FROZEN: _l("This seminar is completed, so nobody can be added to its list."),
            Standing.CANCELLED: _l("This seminar is cancelled."),
            Standing.CLOSED: _l("Registration has closed. Only the organizer can still bring people onto the roster."),
            Standing.NOT_PUBLISHED: _l("This seminar is not published yet."),
        },
    )
