"""The statements that charge an insured household or give back what was charged, on its page."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.models import InsuredHousehold
from enrollment.related import SHOWN, Related
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.workbench import Item
from premiums.models import PremiumStatement, StatementLine


def _statements(actor: User, household: InsuredHousehold) -> Sequence[Item]:
    lines = StatementLine.objects.filter(insured_household=household)
    rows = PremiumStatement.objects.visible_to(actor).filter(pk__in=lines.values("statement")).order_by("-pk")
    return [
        Item(
            statement.number,
            reverse("premiums:statement", args=[statement.pk]),
            note=str(statement.get_kind_display()),
            since=statement.issued_on,
        )
        for statement in rows[: SHOWN + 1]
    ]


RELATED = (
    Related(
        _("Premium statements"),
        Act.VIEW_PREMIUM,
        _statements,
        _("No statement has charged this household yet."),
    ),
)
