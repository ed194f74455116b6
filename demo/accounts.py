"""Payee accounts of the demo: proposed by the county's officer for who has claims, confirmed by the insurer's reviewer,
the last few still waiting."""

from random import Random

from stdnum import luhn

from claims.models import Claim
from enrollment.models import Agreement, RosterPerson
from enrollment.services.payee import AccountFacts, confirm_account, propose_account
from jincheng_insurance.access.models import User

BANKS = ("晋城农商银行", "中国农业银行晋城分行", "中国邮政储蓄银行晋城市分行")
MOST = 30
LEFT_WAITING = 3


def make_accounts(agreement: Agreement, *, officer: User, reviewer: User) -> int:
    """Accounts for the first persons with a claim under an agreement; says how many."""
    random = Random(agreement.pk)
    claimed = Claim.objects.filter(agreement=agreement).values("insured_person__roster_person")
    persons = list(
        RosterPerson.objects.filter(pk__in=claimed).select_related("household").order_by("pk")[:MOST]
    )
    for place, person in enumerate(persons):
        body = f"622848{random.randrange(10**12):012d}"
        facts = AccountFacts(person.name, "self", random.choice(BANKS), body + luhn.calc_check_digit(body))
        account = propose_account(person=person, facts=facts, actor=officer)
        if place < len(persons) - LEFT_WAITING:
            confirm_account(account=account, actor=reviewer)
    return len(persons)
