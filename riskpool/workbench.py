"""What of the risk pool stands on the workbench."""

from collections.abc import Iterator
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.selectors import current_policy_year, terms_of
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.formats import day
from jincheng_insurance.web.workbench import Figure, Figures, Item, Work
from riskpool.models import Duty, Notice, Suspension
from riskpool.notice_texts import notice_title
from riskpool.pictures import percent_of
from riskpool.selectors import work as waiting
from riskpool.selectors.duties import overdue_condition
from riskpool.selectors.inbox import unread
from riskpool.selectors.ratio import pool_figures, pool_of, together
from riskpool.selectors.settlements import YearState
from riskpool.services.duties import PARTIES
from riskpool.texts import standing


def _duty(duty: Duty) -> Item:
    moment = duty.handed_in_at if duty.is_report else duty.made_at
    return Item(
        str(duty),
        reverse("riskpool:duty", args=[duty.pk]),
        f"{duty.county} {duty.agreement.insurer}",
        str(duty.get_state_display()) if duty.is_report else gettext("To be acknowledged"),
        due_on=duty.due_on if duty.open else None,
        since=timezone.localdate(moment)
        if moment is not None and not (duty.is_report and duty.open)
        else None,
    )


def _suspension(row: Suspension) -> Item:
    place = f"{row.county} {row.agreement.insurer}"
    since = timezone.localdate(row.asked_at)
    return Item(str(row.agreement), reverse("riskpool:suspension", args=[row.pk]), place, since=since)


def _settlement(state: YearState) -> Item:
    draft = state.open_draft
    assert draft is not None, "only years with an open draft wait"
    label = gettext("Settlement of %(year)s") % {"year": state.policy_year}
    url = reverse("riskpool:settlement", args=[draft.pk])
    return Item(label, url, note=str(draft.drafted_by), since=timezone.localdate(draft.drafted_at))


def _notice(notice: Notice) -> Item:
    return Item(
        notice_title(notice),
        reverse("riskpool:open_notice", args=[notice.pk]),
        note=day(timezone.localdate(notice.made_at)),
        post=True,
    )


def _ratios(actor: User) -> Iterator[Figure]:
    """The loss ratio of the reader's agreements: of the one, or of all together and the highest."""
    year = current_policy_year()
    levels = terms_of(year.pk).alert_levels
    pool = pool_figures(pool_of(actor, year))
    if not pool:
        return
    sums = together(pool).ratio
    one = pool[0].agreement
    label = str(one.county) if len(pool) == 1 else gettext("%(n)s agreements together") % {"n": len(pool)}
    shown = [(gettext("Loss ratio, %(of)s") % {"of": label}, sums, reverse("riskpool:dashboard"))]
    if len(pool) > 1:
        top = max(pool, key=lambda each: each.ratio.percent or Decimal(0))
        name = gettext("Highest loss ratio, %(of)s") % {"of": top.agreement.county}
        shown.append((name, top.ratio, reverse("riskpool:agreement", args=[top.agreement.pk])))
    for title, ratio, url in shown:
        place = standing(ratio, levels)
        share = None if ratio.percent is None else int(ratio.percent)
        yield Figure(
            title,
            percent_of(ratio),
            note=place.label,
            url=url,
            tone=place.tone,
            share=share,
            levels=tuple(levels),
        )


DUTIES = "riskpool:duties"
WRITE = tuple(parties.write for parties in PARTIES.values() if parties.write is not None)
RECEIVE = tuple(parties.receive for parties in PARTIES.values())
WORK = (
    Work(
        "duties-to-write",
        _("Reports to hand in"),
        "file-clock",
        WRITE,
        waiting.duties_to_write,
        _duty,
        DUTIES,
        _("Write the report from the figures prepared, and hand it in (R21)."),
        order=1,
        late=overdue_condition,
    ),
    Work(
        "duties-to-receive",
        _("Reports and notices to receive"),
        "file-check",
        RECEIVE,
        waiting.duties_to_receive,
        _duty,
        DUTIES,
        _("Read the report, then receive it or return it with remarks."),
        order=2,
    ),
    Work(
        "duties-to-urge",
        _("Reports overdue in the counties"),
        "siren",
        (Act.DECIDE_SUSPENSION,),
        waiting.duties_to_urge,
        _duty,
        DUTIES,
        _("Call whoever owes it."),
        order=3,
        late=overdue_condition,
    ),
    Work(
        "suspensions-to-decide",
        _("Requests to suspend payments"),
        "circle-pause",
        (Act.DECIDE_SUSPENSION,),
        waiting.suspensions_to_decide,
        _suspension,
        "riskpool:suspensions",
        _("Read the facts and the evidence, then approve or refuse."),
        order=4,
    ),
    Work(
        "settlements-to-confirm",
        _("Settlements to confirm"),
        "scale",
        (Act.CONFIRM_SETTLEMENT,),
        waiting.settlements_to_confirm,
        _settlement,
        "riskpool:settlements",
        _("Put forward by somebody else (R24)."),
        order=5,
    ),
    Work("notices", _("New notices"), "inbox", (Act.VIEW_POOL,), unread, _notice, "riskpool:inbox", order=60),
)
FIGURES = (Figures("ratios", (Act.VIEW_POOL,), _ratios, order=10),)
