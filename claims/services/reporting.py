"""When a claim was reported: flagged if late, refused only after two years (R26)."""

import datetime

from django.utils.translation import gettext_lazy as _

from claims.clocks import is_late, last_day_to_report
from claims.models import Claim
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.web.formats import day


def check_two_years(event: datetime.date, reported_on: datetime.date, *, field: str) -> None:
    """Refused when the discharge, visit or loss lay more than two years before the report (R26)."""
    if reported_on > last_day_to_report(event):
        raise Refused(
            _("This happened on %(event)s, more than two years before the report on %(reported)s."),
            field=field,
            rule="R26",
            event=day(event),
            reported=day(reported_on),
        )


def mark_late(claim: Claim) -> None:
    """Set the flag of a late report from what stands on a locked claim; saved with the step that follows."""
    if claim.is_property:
        days = [claim.loss.lost_on]
    else:
        days = list(claim.bills.filter(standing=True).values_list("on", flat=True))
    claim.late = any(is_late(on, claim.reported_on) for on in days)
