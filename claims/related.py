"""The claims of an insured household, on its page."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from claims.selectors import claims
from enrollment.models import InsuredHousehold
from enrollment.related import SHOWN, Related
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.workbench import Item


def _claims(actor: User, household: InsuredHousehold) -> Sequence[Item]:
    rows = claims(actor).filter(insured_household=household).order_by("-reported_on", "-pk")
    return [_item(claim) for claim in rows[: SHOWN + 1]]


def _item(claim: Claim) -> Item:
    return Item(
        f"{claim.number} {claim.subject}",  # type: ignore[attr-defined]
        reverse("claims:claim", args=[claim.pk]),
        note=f"{claim.get_coverage_display()} · {claim.get_state_display()}",
        since=claim.reported_on,
    )


RELATED = (
    Related(_("Claims"), Act.VIEW_CLAIM, _claims, _("No claim has been reported for this household.")),
)
