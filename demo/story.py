"""The year of the demo, told through the product's own services: a roster imported, households enrolled, premium
stated, claims reported, approved and paid, until each county stands where its story wants it."""

import datetime
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from django.utils import timezone

from claims.models import Care, Claim
from claims.services.bills import BillFacts, add_bill
from claims.services.decision import approve_claim, submit_claim
from claims.services.intake import report_claim
from claims.services.payment import record_payment
from demo.accounts import make_accounts
from demo.days import on_day
from demo.episodes import EPISODES_IN, tell_episodes
from demo.oversight import Offices, tell_oversight
from demo.parties import make_parties
from demo.people import make_households
from demo.posts import give_post
from demo.sign_ins import INSURER_OF
from demo.workbooks import write_one_sheet
from enrollment.models import Agreement, BasicInsurance, InsuredPerson, RosterImport
from enrollment.selectors import current_policy_year
from enrollment.services import roster
from enrollment.services.enrolment import enrol_county
from jincheng_insurance.access.models import Grant, Region, User
from jincheng_insurance.access.roles import Role
from premiums.models import Side
from premiums.selectors.fund import accounts
from premiums.services.funds import allocate_funds, confirm_receipt, pay_funds
from premiums.services.reminders import remind_of_arrears
from premiums.services.statements import issue_statement
from riskpool.selectors.ratio import agreement_ratio
from riskpool.services.alerts import evaluate_agreement
from riskpool.services.breakdown import take_breakdown

TARGETS = {"140524": 126, "140581": 104, "140521": 81, "140522": 83, "140525": 68, "140502": 55}
HOSPITALS = (
    "晋城市人民医院",
    "晋城大医院",
    "陵川县人民医院",
    "高平市人民医院",
    "泽州县中医院",
    "阳城县人民医院",
)
DIAGNOSES = ("脑梗死", "股骨颈骨折", "冠心病", "慢性肾病", "肺炎", "糖尿病并发症", "胃溃疡出血")
LAST_OPEN = 3
# Days from the report until the bill is in and submitted, until it is approved, until it is paid.
SUBMITTED_AFTER, APPROVED_AFTER, PAID_AFTER = 2, 6, 11
FUNDED_AFTER = datetime.timedelta(
    days=45
)  # from the year's first day until the premium was allocated and paid
LATE_IN, LATE_BY = ("140502", "140522"), 40  # where the last claims have been waiting for so many days
IN_ARREARS = "140524"
CHARGED_FEE, BANK_FEE = "140581", Decimal("25.00")
OFFICES = {Role.COUNTY_OFFICER: ("经办人", "乡村振兴中心"), Role.COUNTY_FINANCE: ("经办人", "财政局")}
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Team:
    """Who works for an insurer: one takes claims in, one approves them, another pays what was approved."""

    adjuster: User
    reviewer: User
    payer: User


def tell(*, persons: int, say: Callable[[str], None]) -> None:
    """Load the demo. Does nothing when an agreement is there already."""
    if Agreement.objects.exists():
        return
    say("users, insurers, agreements")
    users = make_parties()
    say(f"a roster of {persons} persons: written, checked, applied")
    import_sample_roster(persons=persons, actor=users["city"])
    year = current_policy_year()
    first = datetime.date(year.year, 1, 1)
    random = Random(year.year)
    for agreement in (
        Agreement.objects.filter(policy_year=year).select_related("county").order_by("county__code")
    ):
        code = str(agreement.county.code)
        officer = _holder(agreement.county, Role.COUNTY_OFFICER)
        if not enrol_county(agreement=agreement, actor=officer).households:
            continue
        issue_statement(agreement=agreement, actor=officer, issued_on=first)
        number = {"TH": "", "DH": "2", "QH": "3"}[INSURER_OF[code]]
        with on_day(first + FUNDED_AFTER):
            _fund(agreement, users, receiver=users[f"reviewer{number}"])
        remind_of_arrears(agreement_id=agreement.pk)
        if code in EPISODES_IN:
            tell_episodes(agreement, users[f"adjuster{number}"], users[f"reviewer{number}"])
        team = Team(*(users[f"{name}{number}"] for name in ("adjuster", "reviewer", "payer")))
        late = LATE_BY if code in LATE_IN else 0
        claims = _claims(agreement, TARGETS[code], team, random, late=late)
        make_accounts(agreement, officer=officer, reviewer=users[f"reviewer{number}"])
        evaluate_agreement(agreement_id=agreement.pk)
        take_breakdown(agreement_id=agreement.pk)
        tell_oversight(agreement, Offices(users[f"adjuster{number}"], officer, users["city"]))
        say(f"{agreement.county.name}: {claims} claims, loss ratio {agreement_ratio(agreement).percent} %")


def _fund(agreement: Agreement, users: dict[str, User], *, receiver: User) -> None:
    """Both sides allocate and pay what they owe, save for one county that is in arrears; the insurer confirms what it
    received, of one county's payment a bank's fee less, and not yet that of the county in arrears."""
    today = timezone.localdate()
    finance = {Side.CITY: users["cityfinance"], Side.COUNTY: _holder(agreement.county, Role.COUNTY_FINANCE)}
    for account in accounts(agreement):
        part = Decimal("0.4") if account.side == Side.COUNTY and agreement.county.code == IN_ARREARS else 1
        amount = (account.due * part).quantize(Decimal("0.01"))
        facts: dict[str, Any] = {
            "agreement": agreement,
            "side": account.side,
            "on": today,
            "actor": finance[account.side],
        }
        office = "晋市" if account.side == Side.CITY else agreement.county.name
        allocate_funds(**facts, amount=account.due, document=f"{office}财农〔{agreement.policy_year_id}〕7号")
        paid = pay_funds(**facts, amount=amount, document=f"{office}财农〔{agreement.policy_year_id}〕12号")
        if part == 1:
            fee = BANK_FEE if account.side == Side.COUNTY and agreement.county.code == CHARGED_FEE else ZERO
            note = "银行扣收手续费" if fee else ""
            confirm_receipt(entry=paid, amount=amount - fee, on=today, note=note, actor=receiver)


def import_sample_roster(*, persons: int, actor: User) -> RosterImport:
    """Import synthetic households through the product's own lane, as the city officer."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        write_one_sheet(path, make_households(persons=persons))
        uploaded = roster.upload_roster(data=path.read_bytes(), file_name="晋城市监测名册.xlsx", actor=actor)
    roster.check_import(import_id=uploaded.pk)
    uploaded.refresh_from_db()
    roster.request_apply(roster_import=uploaded, actor=actor)
    roster.apply_import(import_id=uploaded.pk)
    uploaded.refresh_from_db()
    return uploaded


def _holder(county: Region, role: Role) -> User:
    """Who holds a county's post; where nobody signs in as that one, somebody who can't."""
    grant = Grant.objects.filter(role=role, region=county).first()
    if grant is not None:
        return grant.user
    name, unit = OFFICES[role]
    user = User(username=f"{role}{county.code}", display_name=name, unit=f"{county.name}{unit}")
    user.set_unusable_password()
    user.save()
    give_post(user, role, region=county)
    return user


def _claims(agreement: Agreement, target: int, team: Team, random: Random, *, late: int) -> int:
    """Claims until the agreement's ratio reaches `target` per cent; the last few stay open at different steps, and came
    in `late` days before today at the latest."""
    insured = list(
        InsuredPerson.objects.filter(
            insured_household__agreement=agreement,
            basic_insurance__in=(BasicInsurance.RESIDENT, BasicInsurance.EMPLOYEE),
            claims=None,
        ).order_by("pk")
    )
    random.shuffle(insured)
    plans: list[tuple[InsuredPerson, Decimal]] = []
    so_far = agreement_ratio(agreement)
    wanted = so_far.net_premium * target / 100 - so_far.incurred
    planned = ZERO
    for person in insured:
        if wanted - planned < 100:
            break
        grant = min(wanted - planned, Decimal(random.randrange(300, 6000))).quantize(Decimal("0.01"))
        plans.append((person, grant))
        planned += grant
    days = _days(len(plans), agreement.policy_year_id, late)
    for index, ((person, grant), day) in enumerate(zip(plans, days, strict=True)):
        left = len(plans) - index
        _claim(person, grant, day, team, random, steps=min(left, LAST_OPEN + 1))
    return len(plans)


def _days(count: int, year: int, late: int) -> list[datetime.date]:
    """Days spread over the policy year as far as it has gone, but for its last `late` days, in order."""
    first = datetime.date(year, 1, 1)
    last = min(timezone.localdate() - datetime.timedelta(days=late), datetime.date(year, 12, 31))
    span = max(0, (last - first).days)
    return [first + datetime.timedelta(days=span * (index + 1) // (count + 1)) for index in range(count)]


def _claim(
    person: InsuredPerson,
    grant: Decimal,
    day: datetime.date,
    team: Team,
    random: Random,
    *,
    steps: int,
) -> Claim:
    """One inpatient claim worth `grant`: reported, and taken `steps` further (bill, submit, approve, pay)."""
    with on_day(day):
        claim = report_claim(
            insured_person=person, reserve=grant, account="住院治疗后申请补充医疗救助", actor=team.adjuster
        )
        evaluate_agreement(agreement_id=claim.agreement_id)
    basic = Decimal(random.randrange(3000, 9000))
    discharged = max(
        day - datetime.timedelta(days=3), datetime.date(claim.policy_year_id, 1, 1), person.cover_from
    )
    facts = BillFacts(
        care=Care.INPATIENT,
        hospital=random.choice(HOSPITALS),
        invoice_number=f"{claim.pk:08d}",
        diagnosis=random.choice(DIAGNOSES),
        on=discharged,
        bill=grant * 2 + 2000 + basic,
        basic=basic,
        serious_illness=ZERO,
        assistance=ZERO,
        commercial=ZERO,
        other=ZERO,
    )
    with on_day(day + datetime.timedelta(days=SUBMITTED_AFTER)):
        add_bill(claim=claim, facts=facts, actor=team.adjuster)
        if steps > 1:
            submit_claim(claim=claim, actor=team.adjuster)
    if steps > 2:
        with on_day(day + datetime.timedelta(days=APPROVED_AFTER)):
            approve_claim(claim=claim, reason="", actor=team.reviewer)
    if steps > LAST_OPEN:
        with on_day(day + datetime.timedelta(days=PAID_AFTER)):
            reference = f"YH{claim.pk:08d}"
            record_payment(claim=claim, paid_on=timezone.localdate(), reference=reference, actor=team.payer)
    return claim
