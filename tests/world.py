"""A small world for tests: two counties under two insurers, somebody in every role for each, and makers of the states
of the business, all built through the product's own services."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import count

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from stdnum.cn.ric import calc_check_digit

from claims.models import Care, Claim, PaymentBatch, PaymentLine
from claims.payee import Payee
from claims.services.batches import gather_batch, release_batch, set_payee
from claims.services.bills import BillFacts, add_bill
from claims.services.decision import approve_claim, reject_claim, submit_claim
from claims.services.intake import report_claim
from claims.services.loss import ItemFacts, LossFacts, add_item, report_loss, sign_off
from claims.services.outcome import reverse_decision
from claims.services.payment import record_payment
from demo.people import make_households
from demo.posts import give_post
from enrollment.models import (
    Agreement,
    InsuredHousehold,
    InsuredPerson,
    PolicyYear,
    RosterHousehold,
    RosterImport,
    RosterPerson,
)
from enrollment.selectors import current_policy_year, identity_place
from enrollment.services import member
from enrollment.services.enrolment import enrol_household
from enrollment.services.payee import AccountFacts
from jincheng_insurance.access.models import Grant, Insurer, Region, User
from jincheng_insurance.access.roles import CITY_ROLES, COUNTY_ROLES, Role
from jincheng_insurance.access.sealing import index_of, seal
from tests.leaks import noted

PASSWORD = "Danhe-River-2026"
ZERO = Decimal("0.00")
_numbers = count(101)


@dataclass
class Party:
    """One county with its insurer, agreement, and people by role; `payer` is a second reviewer, who pays by itself what
    the first one approved."""

    county: Region
    insurer: Insurer
    agreement: Agreement
    payer: User
    people: dict[Role, User] = field(default_factory=dict)

    def __getitem__(self, role: Role) -> User:
        return self.people[role]


@dataclass
class World:
    own: Party
    foreign: Party
    year: PolicyYear


def make_world() -> World:
    """Lingchuan with insurer A and Gaoping with insurer B; city roles are the same people in both."""
    year = current_policy_year()
    own = _party("140524", "A", year)
    foreign = _party("140581", "B", year)
    for role in sorted(CITY_ROLES):
        own.people[role] = foreign.people[role] = make_user(f"city-{role}", role)
    return World(own, foreign, year)


def _party(county_code: str, insurer_code: str, year: PolicyYear) -> Party:
    county = Region.objects.get(code=county_code)
    insurer = Insurer.objects.create(code=insurer_code, name=f"保险公司{insurer_code}")
    agreement = Agreement.objects.create(
        policy_year=year,
        county=county,
        insurer=insurer,
        number=f"XY-{county_code}",
        signed_on=datetime.date(year.year, 1, 1),
    )
    payer = make_user(f"{county_code}-payer", Role.REVIEWER, insurer=insurer)
    party = Party(county, insurer, agreement, payer)
    for role in sorted(COUNTY_ROLES):
        party.people[role] = make_user(f"{county_code}-{role}", role, region=county)
    for role in (Role.ADJUSTER, Role.REVIEWER):
        party.people[role] = make_user(f"{county_code}-{role}", role, insurer=insurer)
    return party


def hashed_password() -> str:
    """Hashing is slow on purpose: done once, not for each of a world's people."""
    return _hashed_by(settings.PASSWORD_HASHERS[0])


@cache
def _hashed_by(hasher: str) -> str:
    return make_password(PASSWORD)


def make_user(
    username: str,
    *roles: Role,
    region: Region | None = None,
    insurer: Insurer | None = None,
    active: bool = True,
) -> User:
    user = User.objects.create(
        username=username, display_name=username, password=hashed_password(), is_active=active
    )
    for role in roles:
        give_post(user, role, region=region, insurer=insurer)
    return user


def move_post(user: User, region: Region) -> None:
    """Somebody's posts end at once; they hold the same ones in another county from now on."""
    for grant in user.grants.in_force(timezone.localdate()):
        Grant.objects.filter(pk=grant.pk).update(ended_at=timezone.now())
        give_post(user, Role(grant.role), region=region)


def list_household(
    party: Party,
    *,
    persons: int = 2,
    category: str = "OUT_OF_POVERTY",
    listed_on: datetime.date | None = None,
    basic_insurance: str = "resident",
    names: tuple[str, ...] = (),
) -> RosterHousehold:
    """A household on the roster of the party's county, with members whose numbers are synthetic."""
    serial = next(_numbers)
    listed_by = RosterImport.objects.get_or_create(
        stored_as="test",
        defaults={"file_name": "test.xlsx", "sha256": "", "size": 1, "uploaded_by": party[Role.CITY_OFFICER]},
    )[0]
    household = RosterHousehold.objects.create(
        code=f"T{party.county.code}{serial:05d}",
        county=party.county,
        category=category,
        listed_on=listed_on,
        listed_by=listed_by,
        seen_in=listed_by,
    )
    for place in range(persons):
        add_member(
            household,
            basic_insurance=basic_insurance,
            name=names[place] if place < len(names) else "",
            sample=(serial, place, persons),
        )
    return household


def add_member(
    household: RosterHousehold,
    *,
    basic_insurance: str = "resident",
    name: str = "",
    sample: tuple[int, int, int] | None = None,
) -> RosterPerson:
    """A further member on a household's roster, with a synthetic number; the first one is its head."""
    seed, place, persons = sample or (next(_numbers), 0, 1)
    made = make_households(persons=persons, seed=seed, counties=[str(household.county.code)])
    person = [member for each in made for member in each.persons][place]
    row = RosterPerson(
        household=household,
        name=name or person.name,
        id_number_sealed=b"",
        id_number_index=index_of(person.id_number),
        birth_date=person.birth_date,
        sex="male" if person.sex == "男" else "female",
        relation="OTHER" if household.persons.exists() else "HEAD",
        basic_insurance=basic_insurance,
        seen_in=household.seen_in,
    )
    row.save()
    row.id_number_sealed = seal(person.id_number, identity_place(row.pk))
    row.save()
    return row


def insure_household(party: Party, **listing: object) -> InsuredHousehold:
    """A listed household, enrolled from 1 January (or its listing date) by the county officer."""
    household = list_household(party, **listing)  # type: ignore[arg-type]
    first = datetime.date(party.agreement.policy_year_id, 1, 1)
    return enrol_household(
        agreement=party.agreement,
        household=household,
        cover_from=max(first, household.listed_on or first),
        actor=party[Role.COUNTY_OFFICER],
    )


def insure_person(party: Party, **listing: object) -> InsuredPerson:
    person = insure_household(party, **{"persons": 1} | listing).persons.first()
    assert person is not None
    return person


def second_officer(party: Party) -> User:
    """Another officer of the party's county: whoever proposes an account doesn't confirm it."""
    return make_user(f"{party.county.code}-{next(_numbers)}", Role.COUNTY_OFFICER, region=party.county)


def add_newborn(party: Party, household: RosterHousehold, *, name: str = "新生儿") -> RosterPerson:
    """A girl born ten days ago, listed by the county, her identity number pending."""
    return member.add_member(
        household=household,
        name=name,
        birth_date=timezone.localdate() - datetime.timedelta(days=10),
        sex="female",
        relation="GRANDCHILD",
        actor=party[Role.COUNTY_OFFICER],
    )


@noted
def number_of(newborn: RosterPerson, *, serial: int | None = None) -> str:
    """A valid identity number that tells a newborn's date of birth and sex."""
    place = (next(_numbers) if serial is None else serial) % 400 * 2 + (newborn.sex == "male")
    body = f"140524{newborn.birth_date:%Y%m%d}{place:03d}"
    return body + calc_check_digit(body + "0")


@noted
def account_number() -> str:
    return f"62284804{next(_numbers):011d}"


def account_facts(person: RosterPerson, **changes: str) -> AccountFacts:
    """An account of the person's own, each with a number of its own."""
    facts = {
        "holder_name": person.name,
        "relation": "self",
        "bank_name": "晋城农商银行",
        "number": account_number(),
    }
    return AccountFacts(**facts | changes)


def reported_claim(party: Party, person: InsuredPerson | None = None, *, reserve: str = "1000") -> Claim:
    return report_claim(
        insured_person=person or insure_person(party),
        reserve=Decimal(reserve),
        account="",
        actor=party[Role.ADJUSTER],
    )


def bill_facts(self_pay: str, *, care: str = Care.INPATIENT, on: datetime.date | None = None) -> BillFacts:
    """A bill that leaves `self_pay` yuan to the person; each with an invoice of its own."""
    return BillFacts(
        care=care,
        hospital="晋城市人民医院",
        invoice_number=f"F{next(_numbers):07d}",
        on=on or datetime.date(current_policy_year().year, 1, 2),
        bill=Decimal(self_pay) + 1000,
        basic=Decimal(1000),
        serious_illness=ZERO,
        assistance=ZERO,
        commercial=ZERO,
        other=ZERO,
    )


def submitted_claim(
    party: Party, person: InsuredPerson | None = None, *, self_pay: str = "5000", care: str = Care.INPATIENT
) -> Claim:
    claim = reported_claim(party, person)
    add_bill(claim=claim, facts=bill_facts(self_pay, care=care), actor=party[Role.ADJUSTER])
    submit_claim(claim=claim, actor=party[Role.ADJUSTER])
    claim.refresh_from_db()
    return claim


def approved_claim(
    party: Party, person: InsuredPerson | None = None, *, self_pay: str = "5000", care: str = Care.INPATIENT
) -> Claim:
    claim = submitted_claim(party, person, self_pay=self_pay, care=care)
    approve_claim(claim=claim, reason="", actor=party[Role.REVIEWER])
    claim.refresh_from_db()
    return claim


def rejected_claim(party: Party, person: InsuredPerson | None = None) -> Claim:
    claim = submitted_claim(party, person)
    reject_claim(claim=claim, reason_code="not_proven", reason="单据不全", actor=party[Role.REVIEWER])
    claim.refresh_from_db()
    return claim


def loss_facts(**changes: object) -> LossFacts:
    """A flood on 2 January of the year, unless told otherwise."""
    first = datetime.date(current_policy_year().year, 1, 2)
    facts = {"cause": "natural_disaster", "peril": "flood", "lost_on": first, "place": "村西"} | changes
    return LossFacts(**facts)  # type: ignore[arg-type]


def reported_loss(
    party: Party,
    household: InsuredHousehold | None = None,
    *,
    amount: str = "3000",
    reserve: str = "3000",
    **facts: object,
) -> Claim:
    """A household's loss with one item, not signed yet."""
    claim = report_loss(
        insured_household=household or insure_household(party),
        facts=loss_facts(**facts),
        reserve=Decimal(reserve),
        account="",
        actor=party[Role.ADJUSTER],
    )
    item = ItemFacts("appliance", "电视机", Decimal(1), "台", Decimal(amount))
    add_item(claim=claim, facts=item, actor=party[Role.ADJUSTER])
    claim.refresh_from_db()
    return claim


def sign_all(party: Party, claim: Claim) -> None:
    """All three sign for the sum today."""
    for who in ("village", "insured", "insurer"):
        sign_off(
            claim=claim, party=who, signed_by="签字人", on=timezone.localdate(), actor=party[Role.ADJUSTER]
        )


def submitted_loss(
    party: Party, household: InsuredHousehold | None = None, *, amount: str = "3000", **facts: object
) -> Claim:
    claim = reported_loss(party, household, amount=amount, **facts)
    sign_all(party, claim)
    submit_claim(claim=claim, actor=party[Role.ADJUSTER])
    claim.refresh_from_db()
    return claim


def approved_loss(
    party: Party, household: InsuredHousehold | None = None, *, amount: str = "3000", **facts: object
) -> Claim:
    claim = submitted_loss(party, household, amount=amount, **facts)
    approve_claim(claim=claim, reason="", actor=party[Role.REVIEWER])
    claim.refresh_from_db()
    return claim


def some_payee(account: str = "6228480000000000001") -> Payee:
    """A guardian's account, whoever the insured is."""
    return Payee("王五", "农商银行", account, "guardian", "监护关系证明")


def drafted_batch(party: Party, *claims: Claim) -> PaymentBatch:
    """A batch of one new approved claim (or those given), payees entered, gathered by the adjuster."""
    chosen = claims or (approved_claim(party),)
    batch = gather_batch(
        agreement=party.agreement, claims=[claim.pk for claim in chosen], actor=party[Role.ADJUSTER]
    )
    for line in batch.lines.all():
        set_payee(line=line, payee=some_payee(), actor=party[Role.ADJUSTER])
    return batch


def released_batch(party: Party, *claims: Claim) -> PaymentBatch:
    batch = drafted_batch(party, *claims)
    release_batch(batch=batch, actor=party[Role.REVIEWER])
    batch.refresh_from_db()
    return batch


def paid_line(party: Party, claim: Claim | None = None) -> PaymentLine:
    """The line of a claim paid by itself today."""
    payment = record_payment(
        claim=claim or approved_claim(party),
        paid_on=timezone.localdate(),
        reference="B1",
        actor=party.payer,
    )
    assert payment.line is not None
    return payment.line


def reversed_payment(party: Party) -> PaymentLine:
    """The line of a claim that was paid and whose decision was then reversed: to be recovered."""
    line = paid_line(party)
    reverse_decision(claim=line.claim, reason="单据有误", actor=party[Role.REVIEWER])
    line.refresh_from_db()
    return line
