"""The record of acts as a workbook, for auditors."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.audit.forms import RecordExportForm, narrowed
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.audit.texts import act_text, fact_lines, object_text
from jincheng_insurance.sheets.exports import TEXT, Column, ExportKind, SheetResource


class RecordResource(SheetResource):
    """One act a row."""

    moment = Column(None, _("Time"), width=20, style=TEXT)
    who = Column(None, _("Who"), width=14)
    user_name = Column("actor__username", _("User name"), width=16, style=TEXT)
    act_shown = Column(None, _("Act"), width=22)
    object_shown = Column(None, _("On"), width=24)
    county = Column("county__name", _("County"), width=10)
    facts_shown = Column(None, _("Facts"), width=60)
    reason = Column("reason", _("Reason"), width=30)
    address = Column("address", _("From address"), width=16, style=TEXT)
    request_id = Column("request_id", _("Request"), width=38, style=TEXT)

    class Meta:
        model = AuditRecord
        fields = (
            "moment",
            "who",
            "user_name",
            "act_shown",
            "object_shown",
            "county",
            "facts_shown",
            "reason",
            "address",
            "request_id",
        )
        export_order = fields

    def dehydrate_moment(self, row: AuditRecord) -> str:
        return timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S")

    def dehydrate_who(self, row: AuditRecord) -> str:
        return str(row.actor or "")

    def dehydrate_act_shown(self, row: AuditRecord) -> str:
        return act_text(row.act)

    def dehydrate_object_shown(self, row: AuditRecord) -> str:
        return object_text(row, {})

    def dehydrate_facts_shown(self, row: AuditRecord) -> str:
        return "；".join(f"{name} {value}" for name, value in fact_lines(row.facts))


def _rows(actor: User, chosen: Mapping[str, Any]) -> QuerySet[AuditRecord]:
    rows = AuditRecord.objects.visible_to(actor).select_related("actor", "county")
    return narrowed(rows, chosen, actor).order_by("-id")


EXPORTS = (
    ExportKind(
        "audit",
        _("Audit record"),
        _("Who did what, when, from where and why."),
        Act.VIEW_AUDIT,
        RecordExportForm,
        _rows,
        RecordResource,
    ),
)
