"""What stands in the way of confirming a settlement (R24): asked by the page beforehand, and by the service under its
locks."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.selectors import terms_of
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.web.formats import day
from jincheng_insurance.web.rule_texts import TEXTS
from riskpool.models import SettlementDraft
from riskpool.selectors.reckoning import Reckoning, same_figures


def checked_drafter(draft: SettlementDraft, actor: User) -> User:
    """Who put the draft forward, if `actor` may confirm it today. Refused before the closing day, for a draft that
    nobody put forward, and for who put it forward."""
    closes_on = terms_of(draft.policy_year_id).closes_on
    if timezone.localdate() < closes_on:
        raise Refused(
            _("The books of %(year)s close on %(day)s. The settlement can be confirmed from then on."),
            rule="R24",
            year=draft.policy_year_id,
            day=day(closes_on),
        )
    if draft.drafted_by is None:
        raise Refused(_("Nobody has put this draft forward. Put it forward first."), rule="R24")
    if draft.drafted_by == actor:
        raise Refused(_("You put this draft forward, so somebody else has to confirm it."), rule="R24")
    return draft.drafted_by


def check_unchanged(draft: SettlementDraft, reckoning: Reckoning) -> None:
    """Refused for a draft that isn't the latest, where the ledgers have moved since, and where a rule keeps a line from
    being booked."""
    later = SettlementDraft.objects.filter(
        policy_year=draft.policy_year_id, version=draft.version, serial__gt=draft.serial
    )
    if reckoning.version != draft.version or later.exists():
        raise Refused(_("There is a later draft. Look at that one."), rule="R24")
    if not same_figures(reckoning.content, draft.content):
        raise Refused(
            _("The ledgers have moved since this was drafted. Have it put forward anew."), rule="R24"
        )
    for line in reckoning.lines:
        if line.problem:
            raise Refused(TEXTS[line.problem], rule="R24", amount=line.refund.left if line.refund else "")
