"""What the offices have before them in the demo: reports handed in, returned and overdue, a suspension asked for, and a
newborn whose number is still to come."""

import datetime
from dataclasses import dataclass
from io import BytesIO

from django.utils import timezone
from PIL import Image

from demo.days import on_day
from enrollment.models import Agreement, RosterHousehold
from enrollment.services.member import add_member
from jincheng_insurance.access.models import User
from riskpool.models import OPEN, Duty
from riskpool.services.duties import hand_in_report, receive_report, return_report
from riskpool.services.suspension import ask_suspension

TROUBLED, INVESTIGATED_LATE, SUSPENDED_IN = "140524", "140581", "140522"
SECTIONS = {
    "causes": "大病住院增多，单笔费用上升。",
    "measures": "核查住院必要性，每月会商一次。",
    "forecast": "年底赔付率预计在 105% 左右。",
}
Kind = Duty.Kind


@dataclass(frozen=True, slots=True)
class Offices:
    """Who writes and receives the reports about one county."""

    adjuster: User
    county: User
    city: User


def tell_oversight(agreement: Agreement, offices: Offices) -> None:
    """The turn of the agreement's county. Where a suspension is asked for, the insurer owes its report still."""
    code = agreement.county.code
    if code == SUSPENDED_IN:
        _ask_suspension(agreement, offices.county)
    else:
        _tell_reports(agreement, offices)
    if code == TROUBLED:
        _list_newborn(agreement, offices.county)


def _tell_reports(agreement: Agreement, offices: Offices) -> None:
    """Reports are handed in and received in time, but for the troubled county's special report, which came back lately,
    and one county's investigation, which was handed in late, today."""
    code, today = agreement.county.code, timezone.localdate()
    for duty, last_day in _owed(agreement, Kind.SPECIAL_REPORT):
        with on_day(last_day - datetime.timedelta(days=3)):
            hand_in_report(duty=duty, sections=SECTIONS, actor=offices.adjuster)
        if code == TROUBLED:
            with on_day(today - datetime.timedelta(days=2)):
                return_report(
                    duty=duty, remarks="请补充三季度以来的赔付情况和住院人次。", actor=offices.county
                )
        else:
            with on_day(last_day - datetime.timedelta(days=1)):
                receive_report(duty=duty, actor=offices.county)
    for duty, last_day in _owed(agreement, Kind.INVESTIGATION):
        late = code == INVESTIGATED_LATE
        with on_day(today if late else last_day - datetime.timedelta(days=3)):
            hand_in_report(duty=duty, sections=SECTIONS, actor=offices.county)
        if not late:
            with on_day(last_day - datetime.timedelta(days=1)):
                receive_report(duty=duty, actor=offices.city)


def _owed(agreement: Agreement, kind: Kind) -> list[tuple[Duty, datetime.date]]:
    """The duties of a kind whose last day has passed, with that day."""
    duties = Duty.objects.filter(
        agreement=agreement, kind=kind, state__in=OPEN, due_on__lt=timezone.localdate()
    )
    return [(duty, duty.due_on) for duty in duties if duty.due_on is not None]


def _ask_suspension(agreement: Agreement, officer: User) -> None:
    scan = BytesIO()
    Image.new("RGB", (320, 200), "white").save(scan, "PNG")
    ask_suspension(
        agreement=agreement,
        violation="抽查发现 3 件赔案资料齐全后超过 30 个工作日仍未支付，书面催办两次无果。",
        evidence=[("催办函.png", scan.getvalue())],
        actor=officer,
    )


def _list_newborn(agreement: Agreement, officer: User) -> None:
    household = RosterHousehold.objects.filter(county=agreement.county_id).order_by("code").first()
    if household is not None:
        born = max(
            timezone.localdate() - datetime.timedelta(days=20), datetime.date(agreement.policy_year_id, 1, 1)
        )
        add_member(
            household=household,
            name="王新芽",
            birth_date=born,
            sex="female",
            relation="GRANDCHILD",
            actor=officer,
        )
