"""What of the record stands on the workbench: when it was last written and sealed."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.audit.models import AuditRecord, AuditSeal
from jincheng_insurance.web.formats import day, moment
from jincheng_insurance.web.workbench import Figure, Figures


def _record(actor: User) -> Iterator[Figure]:
    newest = AuditRecord.objects.visible_to(actor).order_by("-id").first()
    seal = AuditSeal.objects.order_by("-number").first()
    url = reverse("audit:records")
    sealed = (
        gettext("sealed up to %(moment)s (seal %(n)s)") % {"moment": moment(seal.at), "n": seal.number}
        if seal is not None
        else gettext("nothing is sealed yet")
    )
    if newest is not None:
        at = timezone.localtime(newest.at)
        note = f"{day(at.date())} · {sealed}"
        tone = "" if seal is not None else "warn"
        yield Figure(gettext("Newest record"), f"{at:%H:%M}", note=note, url=url, tone=tone)


FIGURES = (Figures("record", (Act.VIEW_AUDIT,), _record, order=40),)
