"""What holds a payment back: a suspended agreement (R22), and days of posting that aren't over (R28)."""

import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models import Claim
from enrollment.models import Agreement
from enrollment.selectors import terms_of
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.web.formats import day


def check_not_suspended(agreement: Agreement) -> None:
    """Refused while payments under the agreement are suspended (R22)."""
    if agreement.payments_suspended_at is not None:
        raise Refused(_("Payments under this agreement are suspended."), rule="R22")


def check_posted(claim: Claim, *, days: int | None = None) -> None:
    """Refused before an approved claim has been posted for as many days as the terms ask (R28); `days` where the
    caller has them at hand."""
    approved = claim.approved_on
    if days is None:
        days = terms_of(claim.policy_year_id).posting_days
    if approved is None or not days:
        return
    until = approved + datetime.timedelta(days=days)
    if timezone.localdate() < until:
        raise Refused(
            _("Claim %(number)s is posted until %(day)s and can't be paid before."),
            rule="R28",
            number=claim.number,
            day=day(until),
        )
