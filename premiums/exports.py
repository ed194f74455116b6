"""What of the premium can be exported: a year's allocations and payments, as finance keeps them (R16)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from enrollment.models import PolicyYear
from enrollment.selectors import current_policy_year
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.sheets.exports import DAY, TEXT, YUAN, Column, ExportKind, SheetResource
from jincheng_insurance.sheets.forms import ExportForm
from premiums.models import MOVED, FundEntry


class FundingForm(ExportForm):
    """A policy year. There are no personal numbers in it."""

    year = forms.ModelChoiceField(PolicyYear.objects.all(), label=_("Policy year"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("full", None)
        self.fields["year"].initial = current_policy_year()


class FundingResource(SheetResource):
    """One allocation or payment, or the reversal of one, a row."""

    year = Column("policy_year_id", _("Policy year"), width=10)
    county = Column("county__name", _("County"), width=10)
    insurer = Column("agreement__insurer__name", _("Insurer"), width=26)
    agreement = Column("agreement__number", _("Agreement"), width=18, style=TEXT)
    side = Column("get_side_display", _("Side"), width=9)
    kind = Column("get_kind_display", _("Kind"), width=9)
    document = Column("document", _("Document number"), width=28, style=TEXT)
    on = Column("on", _("Date"), width=12, style=DAY)
    amount = Column("amount", _("Amount (yuan)"), width=16, style=YUAN)
    standing = Column(None, _("State"), width=10)
    reason = Column("reason", _("Reason"), width=24)
    booked_by = Column("booked_by__display_name", _("Booked by"), width=12)

    class Meta:
        model = FundEntry
        fields = (
            "year",
            "county",
            "insurer",
            "agreement",
            "side",
            "kind",
            "document",
            "on",
            "amount",
            "standing",
            "reason",
            "booked_by",
        )
        export_order = fields

    def dehydrate_standing(self, row: Any) -> str:
        if row.reverses_id is not None:
            return gettext("reversal")
        return pgettext("fund entry", "reversed") if row.is_reversed else gettext("stands")


def _rows(actor: User, chosen: Mapping[str, Any]) -> QuerySet[FundEntry]:
    reversal = FundEntry.objects.filter(reverses=OuterRef("pk"))
    return (
        FundEntry.objects.visible_to(actor)
        .filter(policy_year=chosen["year"], kind__in=MOVED)
        .select_related("county", "agreement__insurer", "booked_by")
        .annotate(is_reversed=Exists(reversal))
        .order_by("on", "county__code", "pk")
    )


EXPORTS = (
    ExportKind(
        "funding",
        _("Allocations and payments"),
        _("Every allocation and payment of premium of a policy year, by county and side."),
        Act.VIEW_PREMIUM,
        FundingForm,
        _rows,
        FundingResource,
        personal=False,
    ),
)
