"""Payee accounts: who proposes one, and who, as somebody else, confirms or refuses it (R25). What was proposed stays; a
change of account is another proposal."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum import luhn

from enrollment.models import Agreement, PayeeAccount, Relation, RosterPerson
from enrollment.selectors import account_place, current_policy_year, mask_account, masked_account
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealing import index_of, seal
from jincheng_insurance.audit.services import record

DIGITS = range(10, 33)
CARD_DIGITS = range(16, 20)  # cards carry a check digit, passbooks often none
State = PayeeAccount.State


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account as somebody enters it; `number` has digits only. `proof` says what shows that a holder other than
    the insured may receive the money."""

    holder_name: str
    relation: str
    bank_name: str
    number: str
    proof: str = ""


def doubtful(number: str) -> bool:
    """Whether an account number as long as a card's fails the check digit of cards: a reason to look again, no more.

    >>> doubtful("6228480402564890018"), doubtful("6228480402564890019"), doubtful("0504711010400123456789")
    (False, True, False)
    """
    return len(number) in CARD_DIGITS and not luhn.is_valid(number)


@transaction.atomic(durable=True)
def propose_account(*, person: RosterPerson, facts: AccountFacts, actor: User) -> PayeeAccount:
    """Propose an account for a roster person. It waits for somebody else's confirmation; until then the one confirmed
    before stands. An earlier proposal that still waits is superseded."""
    return put_account(person=person, facts=facts, actor=actor)


def put_account(*, person: RosterPerson, facts: AccountFacts, actor: User) -> PayeeAccount:
    """`propose_account` within the caller's transaction."""
    person = _locked_person(person.pk)
    require(actor, Act.ENROL, person)
    _check(person, facts)
    agreement = Agreement.objects.filter(
        policy_year=current_policy_year(), county=person.household.county_id
    ).first()
    if agreement is None:
        raise Refused(_("This county has no agreement for the policy year yet."))
    standing = {account.state: account for account in _standing(person)}
    if any(_same(account, facts) for account in standing.values()):
        raise Refused(_("This account is already on file or waiting for confirmation."), field="number")
    if State.PROPOSED in standing:
        _supersede(standing[State.PROPOSED])
    key = _next_key()
    account = PayeeAccount.objects.create(
        pk=key,
        person=person,
        county_id=person.household.county_id,
        agreement=agreement,
        holder_name=facts.holder_name,
        relation=facts.relation,
        proof_note=facts.proof,
        bank_name=facts.bank_name,
        account_sealed=seal(facts.number, account_place(key)),
        account_index=index_of(facts.number),
        proposed_by=actor,
    )
    before = standing.get(State.CONFIRMED)
    record(
        "propose_account",
        actor=actor,
        on=account,
        facts={
            "account": [masked_account(before) if before else "—", mask_account(facts.number)],
            "holder": facts.relation,
        },
    )
    return account


@transaction.atomic(durable=True)
def confirm_account(*, account: PayeeAccount, actor: User) -> PayeeAccount:
    """Confirm a proposed account; the one confirmed before is superseded. Refused to whoever proposed it, and once it
    has been decided or superseded."""
    account = _to_decide(account, actor)
    before = PayeeAccount.objects.filter(person=account.person_id, state=State.CONFIRMED).first()
    if before is not None:
        _supersede(before)
    account.state = State.CONFIRMED
    account.decided_by, account.decided_at = actor, timezone.now()
    account.save(update_fields=["state", "decided_by", "decided_at"])
    record(
        "confirm_account",
        actor=actor,
        on=account,
        facts={"account": [masked_account(before) if before else "—", masked_account(account)]},
    )
    return account


@transaction.atomic(durable=True)
def refuse_account(*, account: PayeeAccount, reason: str, actor: User) -> PayeeAccount:
    """Refuse a proposed account, with a reason. Refused to whoever proposed it: they propose another one instead."""
    account = _to_decide(account, actor)
    if not reason.strip():
        raise Refused(_("Say why the account is refused."), field="reason")
    account.state, account.reason = State.REFUSED, reason.strip()
    account.decided_by, account.decided_at = actor, timezone.now()
    account.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    record(
        "refuse_account",
        actor=actor,
        on=account,
        facts={"account": masked_account(account)},
        reason=account.reason,
    )
    return account


def _to_decide(account: PayeeAccount, actor: User) -> PayeeAccount:
    """The account, its person and itself locked in this order, if it waits and the actor may decide it."""
    _locked_person(account.person_id)
    account = PayeeAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    require(actor, Act.CONFIRM_ACCOUNT, account)
    if account.state != State.PROPOSED:
        raise Refused(
            _("This account is now “%(state)s” and can't be decided any more."),
            state=account.get_state_display(),
        )
    if account.proposed_by_id == actor.pk:
        raise Refused(_("You proposed this account: somebody else has to decide it."))
    return account


def _locked_person(key: int) -> RosterPerson:
    """The person's row, locked: one account of a person moves at a time."""
    return (
        RosterPerson.objects.select_for_update(of=("self",), no_key=True)
        .select_related("household")
        .get(pk=key)
    )


def _standing(person: RosterPerson) -> list[PayeeAccount]:
    return list(PayeeAccount.objects.filter(person=person, state__in=(State.PROPOSED, State.CONFIRMED)))


def _supersede(account: PayeeAccount) -> None:
    account.state = State.SUPERSEDED
    account.save(update_fields=["state"])


def _same(account: PayeeAccount, facts: AccountFacts) -> bool:
    return (
        bytes(account.account_index) == index_of(facts.number)
        and account.holder_name == facts.holder_name
        and account.bank_name == facts.bank_name
    )


def _check(person: RosterPerson, facts: AccountFacts) -> None:
    if not facts.number.isascii() or not facts.number.isdigit() or len(facts.number) not in DIGITS:
        raise Refused(_("An account number has 10 to 32 digits."), field="number")
    if not facts.bank_name or not facts.holder_name:
        raise Refused(_("Enter the bank and the account's holder."), field="bank_name")
    if facts.relation not in PayeeAccount.Relation.values:
        raise Refused(_("Choose who the holder is to the insured person."), field="relation")
    if facts.relation == PayeeAccount.Relation.SELF:
        if facts.holder_name != person.name:
            raise Refused(
                _("The holder isn't the insured person. Choose who the holder is, and note the proof."),
                field="relation",
            )
        return
    if not facts.proof:
        raise Refused(_("Note what proves that somebody else may receive the money."), field="proof")
    if facts.relation == PayeeAccount.Relation.HEAD and not _is_head(person, facts.holder_name):
        raise Refused(_("The roster lists no head of this household by that name."), field="holder_name")


def _is_head(person: RosterPerson, name: str) -> bool:
    return RosterPerson.objects.filter(
        household=person.household_id, relation=Relation.HEAD, name=name
    ).exists()


def _next_key() -> int:
    """The key of a new account, taken beforehand: its number is sealed for that row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [PayeeAccount._meta.db_table])
        return int(cursor.fetchone()[0])
