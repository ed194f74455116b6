"""The year of the demo, told through the product's own services: a roster imported, households enrolled, premium
stated, claims reported, approved and paid, until each county stands where its story wants it."""

import datetime
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random

from django.utils import timezone

from claims.models import Care, Claim
from claims.services.bills import BillFacts, add_bill
from claims.services.decision import approve_claim, submit_claim
from claims.services.intake import report_claim
from claims.services.payment import record_payment
from demo.accounts import make_accounts
from demo.episodes import EPISODES_IN, tell_episodes
from demo.parties import make_parties
from demo.people import make_households
from demo.sign_ins import INSURER_OF
from demo.workbooks import write_one_sheet
from enrollment.models import Agreement, BasicInsurance, InsuredPerson, RosterImport
from enrollment.selectors import current_policy_year
from enrollment.services import roster
from enrollment.services.enrolment import enrol_county
from jincheng_insurance.access.models import Grant, Region, User
from jincheng_insurance.access.roles import Role
from premiums.services.statements import issue_statement
from riskpool.selectors.ratio import agreement_ratio
from riskpool.services.alerts import evaluate_agreement
from riskpool.services.breakdown import take_breakdown

TARGETS = {"140524": 126, "140581": 104, "140521": 91, "140522": 83, "140525": 68, "140502": 55}
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
ZERO = Decimal("0.00")


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
        officer = _officer_of(agreement.county)
        if not enrol_county(agreement=agreement, actor=officer).households:
            continue
        issue_statement(agreement=agreement, actor=officer, issued_on=first)
        number = {"TH": "", "DH": "2", "QH": "3"}[INSURER_OF[code]]
        if code in EPISODES_IN:
            tell_episodes(agreement, users[f"adjuster{number}"], users[f"reviewer{number}"])
        claims = _claims(
            agreement, TARGETS[code], users[f"adjuster{number}"], users[f"reviewer{number}"], random
        )
        make_accounts(agreement, officer=officer, reviewer=users[f"reviewer{number}"])
        evaluate_agreement(agreement_id=agreement.pk)
        take_breakdown(agreement_id=agreement.pk)
        say(f"{agreement.county.name}: {claims} claims, loss ratio {agreement_ratio(agreement).percent} %")


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


def _officer_of(county: Region) -> User:
    """The county's officer; for counties whose officer nobody signs in as, one who can't."""
    grant = Grant.objects.filter(role=Role.COUNTY_OFFICER, region=county).first()
    if grant is not None:
        return grant.user
    user = User(username=f"officer{county.code}", display_name="经办人", unit=f"{county.name}乡村振兴中心")
    user.set_unusable_password()
    user.save()
    Grant.objects.create(
        user=user, role=Role.COUNTY_OFFICER, region=county, starts_on=datetime.date(2026, 1, 1)
    )
    return user


def _claims(agreement: Agreement, target: int, adjuster: User, reviewer: User, random: Random) -> int:
    """Claims until the agreement's ratio reaches `target` per cent; the last few stay open at different steps."""
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
    days = _days(len(plans), agreement.policy_year_id)
    for index, ((person, grant), day) in enumerate(zip(plans, days, strict=True)):
        left = len(plans) - index
        _claim(person, grant, day, adjuster, reviewer, random, steps=min(left, LAST_OPEN + 1))
    return len(plans)


def _days(count: int, year: int) -> list[datetime.date]:
    """Days spread over the policy year as far as it has gone, in order."""
    first = datetime.date(year, 1, 1)
    span = max(0, (min(timezone.localdate(), datetime.date(year, 12, 31)) - first).days)
    return [first + datetime.timedelta(days=span * (index + 1) // (count + 1)) for index in range(count)]


def _claim(
    person: InsuredPerson,
    grant: Decimal,
    day: datetime.date,
    adjuster: User,
    reviewer: User,
    random: Random,
    *,
    steps: int,
) -> Claim:
    """One inpatient claim worth `grant`: reported, and taken `steps` further (bill, submit, approve, pay)."""
    claim = report_claim(
        insured_person=person,
        reserve=grant,
        account="住院治疗后申请补充医疗救助",
        actor=adjuster,
        reported_on=day,
    )
    basic = Decimal(random.randrange(3000, 9000))
    discharged = max(
        day - datetime.timedelta(days=3), datetime.date(claim.policy_year_id, 1, 1), person.cover_from
    )
    add_bill(
        claim=claim,
        facts=BillFacts(
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
        ),
        actor=adjuster,
    )
    if steps > 1:
        submit_claim(claim=claim, actor=adjuster)
    if steps > 2:
        approve_claim(claim=claim, reason="", actor=reviewer)
    if steps > LAST_OPEN:
        record_payment(
            claim=claim, paid_on=timezone.localdate(), reference=f"YH{claim.pk:08d}", actor=reviewer
        )
    return claim
