"""The words of a notice: made from its codes and figures when it is read or mailed, in the reader's language."""

import datetime

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.web.formats import day
from riskpool.models import Duty, Notice

TITLES = {
    Notice.Kind.ALERT_FIRED: _("%(county)s: loss ratio above %(level)s%%"),
    Notice.Kind.DUTY_OWED: _("%(county)s: %(duty)s owed by %(due)s"),
    Notice.Kind.GOVERNMENT_SHARE: _("%(county)s: the government's share begins"),
    Notice.Kind.DUTY_HANDED_IN: _("%(county)s: %(duty)s handed in"),
    Notice.Kind.DUTY_RETURNED: _("%(county)s: %(duty)s returned with remarks"),
    Notice.Kind.DUTY_RECEIVED: _("%(county)s: %(duty)s received"),
    Notice.Kind.DUTY_OVERDUE: _("%(county)s: %(duty)s overdue since %(due)s"),
    Notice.Kind.CLAIM_RETURNED: _("Claim %(number)s was returned to you"),
    Notice.Kind.SUSPENSION_ASKED: _("%(county)s asks for payments to be suspended"),
    Notice.Kind.SUSPENSION_REFUSED: _("%(county)s: suspension of payments refused"),
    Notice.Kind.SUSPENSION_APPROVED: _("%(county)s: payments suspended from %(due)s"),
    Notice.Kind.SUSPENSION_LIFTED: _("%(county)s: suspension of payments lifted"),
}
TODO = {
    Notice.Kind.ALERT_FIRED: _("See the figures and what follows from them."),
    Notice.Kind.DUTY_OWED: _("Write the report from the figures prepared, and hand it in by then."),
    Notice.Kind.GOVERNMENT_SHARE: _("What exceeds 120% is borne by government. Acknowledge the notice."),
    Notice.Kind.DUTY_HANDED_IN: _("Read the report, then receive it or return it with remarks."),
    Notice.Kind.DUTY_RETURNED: _("Read the remarks, put the report right and hand it in again."),
    Notice.Kind.DUTY_RECEIVED: _("Nothing is left to do."),
    Notice.Kind.DUTY_OVERDUE: _("The last day has passed and the report isn't handed in. See to it now."),
    Notice.Kind.CLAIM_RETURNED: _("Read the reviewer's reason, correct the claim and submit it again."),
    Notice.Kind.SUSPENSION_ASKED: _("Read the facts and the evidence, then approve or refuse."),
    Notice.Kind.SUSPENSION_REFUSED: _("Payments go on. The reasons stand with the decision."),
    Notice.Kind.SUSPENSION_APPROVED: _("From then on no payment is recorded; intake and assessment go on."),
    Notice.Kind.SUSPENSION_LIFTED: _("Payments may be made again."),
}
ADDRESSES = {
    Notice.About.ALERT: "riskpool:alert",
    Notice.About.DUTY: "riskpool:duty",
    Notice.About.CLAIM: "claims:claim",
    Notice.About.SUSPENSION: "riskpool:suspension",
}


def notice_title(notice: Notice) -> str:
    facts = {"level": "", "duty": "", "due": "", "number": "", **notice.facts}
    duty = Duty.Kind(facts["duty"]).label if facts["duty"] else ""
    return str(TITLES[Notice.Kind(notice.kind)]) % {
        **facts,
        "county": notice.agreement.county.name,
        "duty": str(duty),
        "due": day(datetime.date.fromisoformat(str(facts["due"]))) if facts["due"] else "—",
    }


def notice_text(notice: Notice) -> str:
    """Whom it concerns and what to do about it."""
    return f"{notice.agreement.insurer}（{notice.agreement}）{gettext(': ')}{TODO[Notice.Kind(notice.kind)]}"


def notice_address(notice: Notice) -> str:
    return reverse(ADDRESSES[Notice.About(notice.about)], args=[notice.about_id])
