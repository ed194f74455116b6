"""What of the premium stands on the workbench."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.formats import count, yuan
from jincheng_insurance.web.workbench import Item, Work
from premiums.models import FundEntry, FundImport
from premiums.selectors import work as waiting
from premiums.selectors.work import Arrears, ToState


def _to_state(row: ToState) -> Item:
    agreement = row.agreement
    label = gettext("Refund statement") if row.refund else gettext("Premium statement")
    note = gettext("%(households)s households, %(persons)s persons") % {
        "households": count(row.units.households),
        "persons": count(row.units.persons),
    }
    url = reverse("premiums:refund" if row.refund else "premiums:issue", args=[agreement.pk])
    return Item(label, url, f"{agreement.county} {agreement.policy_year_id}", note)


def _arrears(row: Arrears) -> Item:
    account, agreement = row.account, row.agreement
    note = gettext("%(sum)s yuan not paid") % {"sum": yuan(account.arrears)}
    if account.to_allocate > 0:
        note = gettext("%(note)s, of it %(sum)s yuan not allocated") % {
            "note": note,
            "sum": yuan(account.to_allocate),
        }
    return Item(
        str(account.side.label),
        reverse("premiums:ledger", args=[agreement.pk]),
        f"{agreement.county} {agreement.policy_year_id}",
        note,
        since=account.unpaid_since,
    )


def _to_receive(entry: FundEntry) -> Item:
    note = gettext("%(sum)s yuan") % {"sum": yuan(entry.amount)}
    url = reverse("premiums:receipt", args=[entry.pk])
    return Item(str(entry.get_side_display()), url, str(entry.county), note, since=entry.on)


def _to_book(upload: FundImport) -> Item:
    note = gettext("%(good)s of %(all)s rows can be booked") % {
        "good": count(upload.good),
        "all": count(len(upload.lines)),
    }
    place = str(upload.county) if upload.county is not None else gettext("City level")
    since = timezone.localdate(upload.uploaded_at)
    return Item(upload.file_name, reverse("premiums:import", args=[upload.pk]), place, note, since=since)


PAYERS = (Act.FUND_CITY_SIDE, Act.FUND_COUNTY_SIDE)
LIST = "premiums:list"
WORK = (
    Work(
        "premium-arrears",
        _("Premium in arrears"),
        "banknote",
        (*PAYERS, Act.ISSUE_STATEMENT),
        waiting.in_arrears,
        _arrears,
        LIST,
        _("Both sides bear their share by the ratio (R15); reminders go out monthly (R16)."),
        order=20,
    ),
    Work(
        "statements-to-issue",
        _("Premium statements to issue"),
        "file-plus",
        (Act.ISSUE_STATEMENT,),
        waiting.to_state,
        _to_state,
        LIST,
        _("Who was enrolled or withdrawn since the last statement (R18)."),
        order=40,
    ),
    Work(
        "receipts-to-confirm",
        _("Premium received, to confirm"),
        "circle-check",
        (Act.CONFIRM_RECEIPT,),
        waiting.to_receive,
        _to_receive,
        LIST,
        order=21,
    ),
    Work(
        "fund-imports",
        _("Workbooks of allocations and payments to book"),
        "upload",
        PAYERS,
        waiting.imports_to_book,
        _to_book,
        "premiums:imports",
        order=22,
    ),
)
