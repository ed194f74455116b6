"""Whom a claim is paid to: what a payment line says of the account, and where its first proposal comes from."""

from dataclasses import dataclass

from claims.models import Claim, PaymentLine
from enrollment.models import Relation
from enrollment.selectors import confirmed_account
from enrollment.selectors import open_account as open_payee_account
from jincheng_insurance.access.sealing import Place, masked, unseal


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
    confirmed, so that it is entered on the line."""
    insured = (
        claim.insured_person
        or claim.insured_household.persons.filter(
            roster_person__relation=Relation.HEAD, withdrawn_at=None
        ).first()
    )
    known = confirmed_account(insured) if insured is not None else None
    if known is None:
        return None
    return Payee(
        holder_name=known.holder_name,
        bank_name=known.bank_name,
        account=open_payee_account(known),
        relation=known.relation,
        proof=known.proof_note[:120],
    )


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
