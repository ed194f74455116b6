"""What is said about a workbook that can't be read: what is wrong, and what to do."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SHEET_ERRORS = {
    "file_too_large": _(
        "The file has %(megabytes)s MB; at most %(limit)s MB are read. Remove pictures and unused sheets,"
        " or split it into several workbooks."
    ),
    "empty_file": _("The file is empty. Save the workbook again and upload it once more."),
    "no_file": _("The file is no longer there. Upload it once more."),
    "encrypted": _(
        "The workbook is protected by a password. Remove the password in Excel or WPS and save it again."
    ),
    "old_format": _("The file is in the binary Excel format (.xlsb). Save it as .xlsx and upload that."),
    "web_page": _("The file is a web page with an Excel name. Open it in Excel or WPS and save it as .xlsx."),
    "plain_text": _(
        "The file is plain text (CSV) with an Excel name. Open it in Excel or WPS and save it as .xlsx."
    ),
    "not_a_workbook": _("The file is no Excel workbook. Upload a workbook saved as .xlsx."),
    "text_encoding": _(
        "The characters of the file can't be told: it is neither UTF-8 nor GBK. Open it in Excel or WPS and save it"
        " as .xlsx."
    ),
    "text_row": _(
        "The table in plain text can't be parted into cells from row %(row)s on: a quotation mark isn't closed, or a"
        " cell is too long. Open it in Excel or WPS and save it as .xlsx."
    ),
    "too_many_rows": _(
        "The file has more than %(limit)s rows, more than a sheet can hold. Split it into several files."
    ),
    "too_many_lines": _(
        "The workbook has more than %(limit)s lines, more than are taken at once here. Split it into several workbooks."
    ),
    "damaged": _(
        "The workbook is damaged or incomplete. Open it in Excel or WPS, save it again as .xlsx, and upload"
        " that."
    ),
    "too_many_parts": _(
        "The workbook is made of %(parts)s parts; at most %(limit)s are read. Copy the data into a new"
        " workbook."
    ),
    "unpacked_too_large": _(
        "Unpacked, the workbook has %(megabytes)s MB; at most %(limit)s MB are read. Split it into several"
        " workbooks."
    ),
    "packed_too_tight": _(
        "The workbook unpacks to %(megabytes)s MB out of very little, as harmful files do. Copy the data"
        " into a new workbook."
    ),
    "macros": _("The workbook contains macros. Save it as .xlsx, which carries none."),
    "external_links": _(
        "The workbook takes values from other workbooks. Copy the data into a new workbook as values only."
    ),
    "document_type": _(
        "The workbook contains a document type definition, which Excel never writes. Copy the data into a"
        " new workbook."
    ),
    "stray_cells": _(
        "Sheet “%(sheet)s” has something in a cell far to the right of the data. Copy the data alone into a"
        " new workbook."
    ),
    "too_much_memory": _(
        "The workbook takes too much memory to read, usually because of a stray cell far below or to the"
        " right of the data. Copy the data alone into a new workbook."
    ),
    "row_too_long": _("Row %(row)s holds too much text to be read. Shorten its cells."),
    "too_slow": _(
        "The workbook takes too long to read. Copy the data alone into a new workbook, or split it."
    ),
    "reader_died": _("The workbook can't be read. Copy the data into a new workbook saved as .xlsx."),
    "no_header": _(
        "No row of column titles was found in the first %(rows)s rows of any sheet. Titles such as"
        " %(columns)s are needed."
    ),
    "missing_columns": _(
        "Sheet “%(sheet)s” has no column for: %(columns)s. Add the columns with these titles in row %(row)s."
    ),
    "unsaid_columns": _(
        "Sheet “%(sheet)s” has no column for: %(columns)s, and %(rows)s of its %(all)s rows can't be taken without."
        " Say which column it is if it has another title, or add it in row %(row)s."
    ),
    "no_rows": _(
        "No person stands below the titles in row %(row)s of sheet “%(sheet)s”. Was an empty table exported? Export it"
        " again and upload it."
    ),
}


def sheet_error_text(code: str, params: dict[str, Any]) -> str:
    """The text of a sheet error in the language of the reader."""
    text = SHEET_ERRORS.get(code)
    if text is None:
        return gettext("The workbook can't be read.")
    return str(text) % params


EXPORT_FAILURES = {
    "too_many_attempts": _("The export was interrupted several times. Export it again, or choose less."),
    "not_allowed": _("You may no longer export this list."),
    "not_approved": _("The list has grown well beyond what was approved. Export it again."),
    "not_decided": _("Nobody decided on it within a week. Export it again, or choose less."),
}
