"""Every step of the table × every role × every state, at the services: who may take it from there takes it, everybody
else is refused, and a refused step leaves no row in any ledger."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from claims.models import (
    BenefitYear,
    Claim,
    ClaimEvent,
    Decision,
    DocumentRequest,
    LossEntry,
    Payment,
    PaymentBatch,
    PaymentLine,
)
from claims.services.batches import gather_batch, release_batch, set_payee
from claims.services.bills import add_bill
from claims.services.decision import approve_claim, reject_claim, return_claim, submit_claim
from claims.services.intake import report_claim
from claims.services.outcome import reopen_claim, reverse_decision, withdraw_claim
from claims.services.payment import record_line_failed, record_payment, reverse_payment
from claims.transitions import TRANSITIONS, UNDECIDED
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import ACTS_OF, Act, Role
from jincheng_insurance.audit.models import AuditRecord
from tests.claims.test_life import MAKERS, closed_unpaid
from tests.world import Party, World, bill_facts, insure_person, some_payee

State = Claim.State
UNPAID = "closed_unpaid"
MADE: dict[str, Callable[[Party], Claim]] = MAKERS | {UNPAID: closed_unpaid}
LEDGERS = (LossEntry, Decision, Payment, BenefitYear, ClaimEvent, DocumentRequest, AuditRecord, PaymentLine)


def last_line(claim: Claim) -> PaymentLine:
    line = claim.payment_lines.last()
    if line is None:
        raise Refused("a claim that never stood in a batch has no line to record on")
    return line


STEPS: dict[str, Callable[[Claim, User], object]] = {
    "assess": lambda claim, actor: add_bill(claim=claim, facts=bill_facts("10"), actor=actor),
    "submit": lambda claim, actor: submit_claim(claim=claim, actor=actor),
    "return": lambda claim, actor: return_claim(claim=claim, reason="补材料", actor=actor),
    "approve": lambda claim, actor: approve_claim(claim=claim, reason="", actor=actor),
    "reject": lambda claim, actor: reject_claim(
        claim=claim, reason_code="not_proven", reason="无法证明", actor=actor
    ),
    "withdraw": lambda claim, actor: withdraw_claim(claim=claim, reason="本人撤回", actor=actor),
    "reopen": lambda claim, actor: reopen_claim(
        claim=claim, reason="新材料", reserve=Decimal(800), actor=actor
    ),
    "reverse": lambda claim, actor: reverse_decision(claim=claim, reason="单据有误", actor=actor),
    "pay": lambda claim, actor: record_payment(
        claim=claim, paid_on=timezone.localdate(), reference="B9", actor=actor
    ),
    "fail": lambda claim, actor: record_line_failed(line=last_line(claim), reason="销户", actor=actor),
    "take_back": lambda claim, actor: reverse_payment(line=last_line(claim), reason="户名不符", actor=actor),
}
BY_THEMSELVES = {"report": "it opens the claim", "close_unpaid": "it comes with an approval of nothing"}
"""Written out from the rules, not from the table: who may take each step, and from where it then succeeds."""
HANDLES = {Role.ADJUSTER}
DECIDES = {Role.REVIEWER}
MAY: dict[str, tuple[set[Role], set[str]]] = {
    "assess": (HANDLES, {"reported", "assessing"}),
    "submit": (HANDLES, {"assessing"}),
    "return": (DECIDES, {"submitted"}),
    "approve": (DECIDES, {"submitted"}),
    "reject": (DECIDES, {"reported", "assessing", "submitted"}),
    "withdraw": (HANDLES, {"reported", "assessing", "submitted"}),
    "reopen": (HANDLES, {"rejected", "withdrawn", UNPAID}),
    "reverse": (DECIDES, {"approved", "closed", UNPAID}),
    "release": (DECIDES, {"approved"}),
    "pay": (DECIDES, {"approved"}),
    "fail": (DECIDES, {"paying"}),
    "take_back": (DECIDES, {"closed"}),
}


def rows() -> list[object]:
    """Every row of every ledger and of the claims themselves, as one fingerprint a table."""
    tables = [model._meta.db_table for model in (*LEDGERS, Claim)]
    prints = ", ".join(
        f"(SELECT md5(string_agg(t::text, '|' ORDER BY t.id)) FROM {name} t)" for name in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {prints}")
        return list(cursor.fetchone())


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done inside is undone after, so that the next actor finds the claim as this one did."""
    savepoint = transaction.atomic()
    savepoint._from_testcase = True  # lets durable services run inside, as Django's own TestCase does
    with savepoint:
        yield
        transaction.set_rollback(True)


def everybody(world: World) -> list[tuple[Role, bool, User]]:
    """Somebody in every role of the claim's own county and insurer, a second reviewer of it, and some of another's."""
    own = [*((role, True, world.own[role]) for role in Role), (Role.REVIEWER, True, world.own.payer)]
    return own + [(role, False, world.foreign[role]) for role in (Role.ADJUSTER, Role.REVIEWER)]


def test_the_table_and_this_test_know_the_same_steps() -> None:
    assert set(TRANSITIONS) == set(MAY) | set(BY_THEMSELVES)
    assert {"release", *STEPS} == set(MAY)
    for step, (roles, states) in MAY.items():
        transition = TRANSITIONS[step]
        assert {role for role in Role if transition.act in ACTS_OF[role]} == roles
        reached = {state.removesuffix("_unpaid") for state in states}
        assert reached <= set(transition.sources)
    assert set(UNDECIDED) == {"reported", "assessing", "submitted"}


@pytest.mark.parametrize("state", MADE)
def test_a_step_is_taken_only_by_whom_and_from_where_the_rules_say(world: World, state: str) -> None:
    claim = MADE[state](world.own)
    people = everybody(world)
    for step in MAY:
        with taken_back():
            _walk(step, claim, state, people, _drafted(claim, world) if step == "release" else None)


def _walk(
    step: str, claim: Claim, state: str, people: list[tuple[Role, bool, User]], draft: PaymentBatch | None
) -> None:
    """One step tried by everybody, one after the other, each from the same state."""
    roles, states = MAY[step]
    before = rows()
    for role, at_home, actor in people:
        with taken_back():
            outcome = _attempt(step, claim, actor, draft)
            alone = step == "pay" and claim.approved_by_id == actor.pk
            if at_home and role in roles and state in states and not alone:
                assert outcome is None, f"{role} may {step} from {state}, but: {outcome!r}"
                assert Claim.objects.get(pk=claim.pk).state == TRANSITIONS[step].target
                assert rows() != before
            else:
                wanted = Refused if at_home and role in roles else (PermissionDenied, Refused)
                assert isinstance(outcome, wanted), f"{role} at {step} from {state}: {outcome!r}"
                assert rows() == before, f"{role} was refused {step} from {state}, but something was written"


def _attempt(step: str, claim: Claim, actor: User, draft: PaymentBatch | None) -> Exception | None:
    try:
        if step == "release":
            if draft is None:
                raise Refused("a claim that isn't approved can't be gathered, let alone released")
            release_batch(batch=draft, actor=actor)
        else:
            STEPS[step](claim, actor)
    except (PermissionDenied, Refused) as error:
        return error
    return None


def _drafted(claim: Claim, world: World) -> PaymentBatch | None:
    """A draft with the claim in it, gathered by the adjuster; None where gathering itself is refused."""
    adjuster = world.own[Role.ADJUSTER]
    try:
        batch = gather_batch(agreement=claim.agreement, claims=[claim.pk], actor=adjuster)
    except Refused:
        return None
    set_payee(line=batch.lines.get(), payee=some_payee(), actor=adjuster)
    return batch


def test_only_the_own_insurers_adjuster_reports_and_gathers(world: World) -> None:
    person = insure_person(world.own)
    claim = MADE["approved"](world.own)
    before = rows()
    for role, at_home, actor in everybody(world):
        reports = at_home and Act.HANDLE_CLAIM in ACTS_OF[role]
        gathers = at_home and bool({Act.HANDLE_CLAIM, Act.RECORD_PAYMENT} & ACTS_OF[role])
        for may, act in (
            (
                reports,
                lambda actor=actor: report_claim(
                    insured_person=person, reserve=Decimal(1), account="", actor=actor
                ),
            ),
            (gathers, lambda actor=actor: gather_batch(agreement=claim.agreement, actor=actor)),
        ):
            with taken_back():
                if may:
                    act()
                    assert rows() != before
                else:
                    with pytest.raises(PermissionDenied):
                        act()
                    assert rows() == before
