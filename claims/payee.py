"""Whom a claim is paid to: what a payment line says of the account, and where its first proposal comes from."""

from dataclasses import dataclass
from typing import Protocol

from claims.models import Claim, PaymentLine
from jincheng_insurance.access.sealing import Place, masked, unseal


@dataclass(frozen=True, slots=True)
class Payee:
    """An account as entered; `relation` is who the holder is to the insured, `proof` what shows it."""

    holder_name: str
    bank_name: str
    account: str
    relation: str
    proof: str = ""


class PayeeSource(Protocol):
    """Proposes the payee of a claim, or None where no confirmed account is known."""

    def __call__(self, claim: Claim) -> Payee | None: ...


def nobody_known(claim: Claim) -> Payee | None:
    """The source where no accounts are kept: each is entered on its line."""
    return None


_sources: list[PayeeSource] = [nobody_known]


def use_source(source: PayeeSource) -> None:
    """Let new payment lines propose the payee from `source`; called once, when the app that keeps accounts starts."""
    _sources[:] = [source]


def proposed_payee(claim: Claim) -> Payee | None:
    return _sources[0](claim)


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
