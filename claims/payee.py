"""Whom a claim is paid to: what a payment line says of the account, and where its first proposal comes from."""

import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from claims.models import Claim, PaymentLine
from enrollment.models import Relation, RosterPerson
from enrollment.selectors import confirmed_account
from enrollment.selectors import open_account as open_payee_account
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.sealing import Place, masked, unseal
from jincheng_insurance.web.forms import half_width

ACCOUNT = re.compile(r"\d{8,30}")
Who = PaymentLine.Payee


@dataclass(frozen=True, slots=True)
class Payee:
    """An account as entered; `relation` is who the holder is to the insured, `proof` what shows it."""

    holder_name: str
    bank_name: str
    account: str
    relation: str
    proof: str = ""


def proposed_payee(claim: Claim) -> Payee | None:
    """The confirmed account of the insured person, or for a household's claim of its head; None where none is
    confirmed, or the roster no longer bears it out (a name changed since), so that it is entered on the line."""
    insured = (
        claim.insured_person
        or claim.insured_household.persons.filter(
            roster_person__relation=Relation.HEAD, withdrawn_at=None
        ).first()
    )
    known = confirmed_account(insured) if insured is not None else None
    if known is None:
        return None
    payee = Payee(
        holder_name=known.holder_name,
        bank_name=known.bank_name,
        account=open_payee_account(known),
        relation=known.relation,
        proof=known.proof_note[:120],
    )
    try:
        return checked_payee(claim, payee)
    except Refused:
        return None


def checked_payee(claim: Claim, payee: Payee) -> Payee:
    """A payee as it may stand on a line of the claim, its texts trimmed. Refused at the field that is wrong: an account
    number that is none, no holder or bank, a holder said to be the insured by another name, a head of the household
    whom the roster doesn't name so, and whoever isn't the insured without proof of relation or authority."""
    account = half_width(payee.account).replace("-", "")
    holder, proof = payee.holder_name.strip(), payee.proof.strip()
    if not ACCOUNT.fullmatch(account):
        raise Refused(_("An account number has 8 to 30 digits."), field="account")
    if not holder or not payee.bank_name.strip():
        raise Refused(_("Enter the account holder and the bank."), field="holder_name")
    if payee.relation not in Who.values:
        raise Refused(_("Say who the payee is to the insured."), field="relation")
    _check_holder(claim, holder, payee.relation)
    if payee.relation != Who.SELF and not proof:
        raise Refused(_("Say what shows the relation or authority of the payee."), field="proof")
    return replace(payee, account=account, holder_name=holder, bank_name=payee.bank_name.strip(), proof=proof)


def _check_holder(claim: Claim, holder: str, relation: str) -> None:
    """Names are compared half-width and without spaces."""
    if relation == Who.SELF:
        own = insured_names(claim)
        if half_width(holder) not in map(half_width, own):
            raise Refused(
                _(
                    "This account is to be the insured's own, but the holder's name isn't %(name)s. Correct the name,"
                    " or choose who the holder is to the insured and say what shows it."
                ),
                field="relation",
                name="、".join(own) or "—",
            )
    elif relation == Who.HEAD and half_width(holder) not in map(half_width, _head_names(claim)):
        raise Refused(_("The roster lists no head of this household by that name."), field="holder_name")


def insured_names(claim: Claim) -> list[str]:
    """The name under which the insured's own account is held: the insured person's, for a loss the head's of the
    household; where the roster knows no head, that of any of its insured members."""
    if claim.insured_person is not None:
        return [claim.insured_person.roster_person.name]
    members = claim.insured_household.persons.filter(withdrawn_at=None).order_by("pk")
    return _head_names(claim) or list(members.values_list("roster_person__name", flat=True))


def _head_names(claim: Claim) -> list[str]:
    heads = RosterPerson.objects.filter(
        household=claim.insured_household.roster_household_id, relation=Relation.HEAD
    )
    return list(heads.order_by("pk").values_list("name", flat=True))


def account_place(line_id: int) -> Place:
    return Place("claims_paymentline", "account", line_id)


def open_account(line: PaymentLine) -> str:
    """The full account number of a line; only for the bank's workbook."""
    if line.account_sealed is None:
        raise ValueError("the line has no account yet")
    return unseal(bytes(line.account_sealed), account_place(line.pk))


def masked_account(line: PaymentLine) -> str:
    """The account as pages show it; empty where none is entered yet."""
    return masked(open_account(line)) if line.account_sealed is not None else ""
