"""A change of one row of every model whose history is kept."""

from typing import Any

from django.db import models
from django.utils import timezone

from claims.models import (
    BenefitYear,
    Claim,
    LossItem,
    MedicalBill,
    PaymentBatch,
    PaymentLine,
    PropertyLoss,
    SignOff,
)
from claims.models.history import TRACKED as CLAIMS
from enrollment.models import (
    Agreement,
    InsuredHousehold,
    InsuredPerson,
    PayeeAccount,
    PolicyTerm,
    RosterPerson,
)
from enrollment.models.history import TRACKED as ENROLLMENT
from enrollment.services.payee import propose_account
from jincheng_insurance.access.models import ApiToken, Grant, User
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.tokens import make_token
from tests.world import (
    World,
    account_facts,
    drafted_batch,
    insure_person,
    reported_loss,
    sign_all,
    submitted_claim,
)

TRACKED: tuple[type[models.Model], ...] = (User, Grant, ApiToken, *ENROLLMENT, *CLAIMS)
CHANGES: dict[type[models.Model], dict[str, Any]] = {
    User: {"unit": "another"},
    Grant: {"ends_on": timezone.localdate()},
    ApiToken: {"revoked_at": timezone.now()},
    RosterPerson: {"name": "王改名"},
    InsuredHousehold: {"claimed_at": timezone.now()},
    InsuredPerson: {"basic_insurance": "employee"},
    PayeeAccount: {"state": "superseded"},
    Agreement: {"payments_suspended_at": timezone.now()},
    Claim: {"account": "another"},
    MedicalBill: {"standing": False, "ended_as": "removed"},
    PropertyLoss: {"place": "another"},
    LossItem: {"standing": False},
    SignOff: {"standing": False},
    BenefitYear: {"inpatient_cap": 19_999},
    PaymentBatch: {"state": "cancelled"},
    PaymentLine: {"state": "dropped"},
}


def make_rows(world: World) -> None:
    """A row of every model whose history is kept, in a world without claims: the term, which claims freeze, is changed
    at once."""
    PolicyTerm.objects.create(policy_year=world.year, name="posting_days", value=3, source="one")
    PolicyTerm.objects.update(value=0)
    make_token(actor=world.own[Role.ADJUSTER], name="of a test", days=1)
    loss = reported_loss(world.own)
    sign_all(world.own, loss)
    submitted_claim(world.own)
    drafted_batch(world.own)
    person = insure_person(world.own).roster_person
    propose_account(person=person, facts=account_facts(person), actor=world.own[Role.COUNTY_OFFICER])


def change_all() -> dict[type[models.Model], int]:
    """Change one row of each, as plainly as any SQL would; the keys of the rows changed."""
    changed = {}
    for model, change in CHANGES.items():
        key = model._default_manager.latest("pk").pk
        assert model._default_manager.filter(pk=key).update(**change), model
        changed[model] = key
    return changed
