"""Refusals about lists of nominees that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence

from seminar_app.core.errors import N_, Refusal
from seminar_app.nominations.choices import LayoutFault, LayoutFaultCode
from seminar_app.nominations.shapes import Layout


class UnreadableList(Refusal):
    """The file cannot be read as a list. Nothing of it was taken."""

    sentence = N_("This file could not be read. Open it in Excel or LibreOffice, save it as .xlsx and upload it again.")
    field = "file"


class EmptyList(UnreadableList):
    """The file has no content, or only blank cells and hidden sheets."""

    sentence = N_(
        "There is nothing in this file that can be seen: it is empty, or its sheets are hidden. "
        "Please check that it is the right file and upload it again."
    )


class FileTooLarge(UnreadableList):
    """The file has more bytes than are taken."""

    sentence = N_(
        "This file is larger than %(limit)s MB, which no list of people needs. "
        "Copy only the list into a new workbook, without pictures, and upload that."
    )


class TooMuchInside(UnreadableList):
    """The file unpacks to much more than a list of people has."""

    sentence = N_(
        "This file holds much more than a list of people, perhaps formats or pictures that fill whole sheets. "
        "Copy only the cells of the list into a new workbook and upload that."
    )


class TooManyRows(UnreadableList):
    """More rows than one file may have."""

    sentence = N_(
        "This file has more than %(limit)s rows. Split it into several files, or hide or delete the sheets that are no lists, "
        "and upload it again."
    )


class TooManyColumns(UnreadableList):
    """A column beyond the limit has content."""

    sentence = N_(
        "Cell %(cell)s of «%(sheet)s» has content, but only %(limit)s columns are read. "
        "Delete the columns that do not belong to the list, save the file and upload it again."
    )


class FarCell(UnreadableList):
    """A cell far below the list has content."""

    sentence = N_(
        "Cell %(cell)s of «%(sheet)s» has content, far below the list. "
        "Delete the rows that do not belong to the list, save the file and upload it again."
    )


class LongCell(UnreadableList):
    """A cell has more letters than a spreadsheet's cell may have."""

    sentence = N_(
        "A cell in row %(row)s has more than %(limit)s letters, so this is not a list of people. Please check that it is the right file."
    )


class HasPassword(UnreadableList):
    """The file is encrypted."""

    sentence = N_("This file has a password, so it cannot be read. Save it as .xlsx without a password and upload it again.")


class Damaged(UnreadableList):
    """The file is incomplete or inconsistent."""

    sentence = N_(
        "This file is damaged or incomplete. Open it in Excel or LibreOffice, save it under a new name as .xlsx and upload that; "
        "if it does not open there either, ask for it again."
    )


class WebPage(UnreadableList):
    """A web page, or XML, whatever its name says."""

    sentence = N_(
        "This is a web page with the name of a spreadsheet, as some systems export it. "
        "Open it in Excel, choose Save as, type .xlsx, and upload that file."
    )


class BinaryWorkbook(UnreadableList):
    """An XLSB workbook."""

    sentence = N_("This is a binary Excel workbook (.xlsb). Open it in Excel, save it as .xlsx and upload that file.")


class TextDocument(UnreadableList):
    """A PDF, or a document of a word processor."""

    sentence = N_(
        "This is a document (PDF or Word), not a spreadsheet. "
        "Copy its table into a new workbook, save it as .xlsx and upload that, or paste its cells as text."
    )


class Picture(UnreadableList):
    """A photograph or a scan."""

    sentence = N_("This is a picture, and people cannot be read from it. Please upload the list itself, as .xlsx or .csv.")


class Archive(UnreadableList):
    """A ZIP, RAR or similar archive of other files."""

    sentence = N_("This is a compressed archive. Take the list out of it and upload the list alone.")


class NoSuchEncoding(UnreadableList):
    """The chosen encoding is none of those offered."""

    sentence = N_("Please choose one of the encodings offered.")
    field = "encoding"


class ReadingTooSlow(UnreadableList):
    """Reading took longer than it may."""

    sentence = N_(
        "Reading this file took too long and was stopped; nothing of it was taken. "
        "Copy only the cells of the list into a new workbook and upload that."
    )


class ReadingFailed(UnreadableList):
    """The program that reads files ended without an answer."""

    sentence = N_(
        "Reading this file was interrupted, and nothing of it was taken. Please upload it again; "
        "if that happens once more, copy the cells of the list into a new workbook and upload that."
    )


class ReadersBusy(UnreadableList):
    """As many files as may be read at once are being read."""

    sentence = N_("Several lists are being read just now. Please try again in a moment.")


class UnplacedColumns(Refusal):
    """A column of a table that is taken is for nothing yet."""

    sentence = N_("Please say what these columns are for, or leave them out: %(columns)s.")


class PlacedTwice(Refusal):
    """Two columns of a table are for the same, or one for a part of the other."""

    sentence = N_("These columns are for the same, or one for a part of the other: %(columns)s. Please leave out what is not needed.")


class NoTableTaken(Refusal):
    """Nothing of the file is taken."""

    sentence = N_("Please choose at least one sheet whose rows are people.")


class NoNames(Refusal):
    """No column of a table says who its rows are about."""

    sentence = N_("No column holds the names of people. Please say which one does.")


class NobodyInList(Refusal):
    """Nobody stands below the headings."""

    sentence = N_("Nobody stands below the headings of this list. Please upload it again with its people.")


class NoSuchChoice(Refusal):
    """The page was open too long, or it was none of ours."""

    sentence = N_("This page was open for too long. Please look at the columns again.")


class ListChanged(Refusal):
    """The list was corrected after the page was shown."""

    sentence = N_(
        "The list was corrected after this page was opened, by somebody else or in another window. Nobody was nominated yet: look at the "
        "figures again, then nominate the people."
    )


class ListHasNominated(Refusal):
    """People were nominated with the list, and have their places by its agency."""

    sentence = N_("People were nominated with this list already, so it stays its agency's.")


class ListGone(Refusal):
    """What the file held is no longer kept."""

    sentence = N_("What this file held is no longer kept. Please upload it again.")


class ListDiscarded(Refusal):
    """The list was discarded, here in another window or by somebody else."""

    sentence = N_("The list was discarded.")


class ListsNotTaken(Refusal):
    """The seminar takes no lists now."""

    sentence = N_("This seminar takes no lists now.")


_BY_FAULT: dict[LayoutFaultCode, type[Refusal]] = {
    LayoutFaultCode.NOTHING_TAKEN: NoTableTaken,
    LayoutFaultCode.UNPLACED: UnplacedColumns,
    LayoutFaultCode.FIELD_TWICE: PlacedTwice,
    LayoutFaultCode.NAME_TWICE: PlacedTwice,
    LayoutFaultCode.NO_NAME: NoNames,
    LayoutFaultCode.NOBODY: NobodyInList,
    LayoutFaultCode.NO_SUCH_CHOICE: NoSuchChoice,
}


def cannot_be_read(layout: Layout, faults: Sequence[LayoutFault]) -> Refusal:
    """Return why people cannot be read under a layout yet, of its faults the first kind."""
    kind = _BY_FAULT[faults[0].code]
    of_kind = [fault for fault in faults if _BY_FAULT[fault.code] is kind]
    headings = {(table.key, column.index): column.heading for table in layout.tables for column in table.columns}
    named = [f"«{headings.get((fault.table, index)) or index + 1}»" for fault in of_kind for index in fault.columns]
    return kind(columns=", ".join(dict.fromkeys(named)))


class NotTheLiaisons(Refusal):
    """A liaison wants to change a place that is not her agency's to hand on."""

    sentence = N_(
        "This person registered alone and holds no seat of your agency's quota, so the place is not yours to change. "
        "The person can withdraw, or the office can."
    )


class RequestOpen(Refusal):
    """A request about the same registration waits already."""

    sentence = N_("A request about this person waits already. Take it back first, or wait for the decision.")


class RequestGone(Refusal):
    """The request was decided or taken back meanwhile."""

    sentence = N_("This request has been decided or taken back meanwhile.")


class NoPlaceChanges(Refusal):
    """A liaison or an official wants to change the list of a seminar that is cancelled or over."""

    sentence = N_("This seminar is over or cancelled, so no place changes any more.")


class OnlyTheOrganizer(Refusal):
    """The person has a registration that the liaison may not see. Why she cannot name them is not said: only the organizer may know."""

    sentence = N_("This person can be named by the organizer only. Please ask the office: its address and phone stand below.")


class NobodyNamedNow(Refusal):
    """The seminar takes no names from liaisons now."""

    sentence = N_("This seminar takes no names from agencies now. Please ask the office: its address and phone stand below.")
