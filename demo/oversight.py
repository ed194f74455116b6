"""What the offices have before them in the demo: an investigation handed in to the city, a suspension asked for, and a
newborn whose number is still to come."""

import datetime
from io import BytesIO

from django.utils import timezone
from PIL import Image

from enrollment.models import Agreement, RosterHousehold
from enrollment.services.member import add_member
from jincheng_insurance.access.models import User
from riskpool.models import OPEN, Duty
from riskpool.services.duties import hand_in_report
from riskpool.services.suspension import ask_suspension

INVESTIGATED_IN, SUSPENDED_IN, BORN_IN = "140581", "140522", "140524"


def tell_oversight(agreement: Agreement, officer: User) -> None:
    """The turn of the agreement's county, if it has one."""
    code = agreement.county.code
    if code == INVESTIGATED_IN:
        _investigate(agreement, officer)
    elif code == SUSPENDED_IN:
        _ask_suspension(agreement, officer)
    elif code == BORN_IN:
        _list_newborn(agreement, officer)


def _investigate(agreement: Agreement, officer: User) -> None:
    for duty in Duty.objects.filter(agreement=agreement, kind=Duty.Kind.INVESTIGATION, state__in=OPEN):
        sections = {
            "causes": "大病住院增多，单笔费用上升。",
            "measures": "核查住院必要性，每月会商一次。",
            "forecast": "年底赔付率预计在 105% 左右。",
        }
        hand_in_report(duty=duty, sections=sections, actor=officer)


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
