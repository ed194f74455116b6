"""What of exports stands on the workbench."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.sheets.exports import title_of
from jincheng_insurance.sheets.models import Export
from jincheng_insurance.sheets.selectors import to_fetch, waiting_for_approval
from jincheng_insurance.web.formats import count, moment
from jincheng_insurance.web.workbench import Item, Work


def _to_approve(export: Export) -> Item:
    note = gettext("%(name)s, %(n)s rows") % {"name": export.made_by, "n": count(export.total)}
    url = reverse("sheets:approval", args=[export.pk])
    return Item(title_of(export), url, note=note, since=timezone.localdate(export.asked_at))


def _to_fetch(export: Export) -> Item:
    note = gettext("kept until %(moment)s") % {"moment": moment(export.expires_at)}
    return Item(title_of(export), reverse("sheets:export", args=[export.pk]), export.described, note)


PAGE = "sheets:exports"
WORK = (
    Work(
        "exports-to-approve",
        _("Exports to approve"),
        "file-lock",
        (Act.APPROVE_EXPORT,),
        waiting_for_approval,
        _to_approve,
        PAGE,
        _("Somebody else asks for many numbers in full."),
        order=50,
    ),
    Work(
        "exports-to-fetch",
        _("Exports to fetch"),
        "file-down",
        (Act.VIEW_INSURED, Act.VIEW_PREMIUM),
        to_fetch,
        _to_fetch,
        PAGE,
        order=51,
    ),
)
