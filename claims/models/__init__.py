"""Claims with their bills or losses and papers, the yearly totals that cap them, decisions, payments, and the loss
ledger (R5-R14, R19, R26)."""

from claims.models.benefit import BenefitYear
from claims.models.bulk import ClaimImport, ClaimReference, ClaimRow
from claims.models.claim import (
    MOST,
    OPEN,
    Care,
    Claim,
    ClaimEvent,
    RejectionReason,
)
from claims.models.count import ClaimCount
from claims.models.decision import Decision
from claims.models.document import ClaimDocument, DocumentKind, DocumentRequest
from claims.models.history import HISTORIES
from claims.models.ledger import LossDay, LossEntry
from claims.models.loss import Cause, Finding, LossItem, PropertyLoss, SignOff
from claims.models.medical import MedicalBill
from claims.models.payment import Payment, PaymentBatch, PaymentLine

__all__ = [
    "HISTORIES",
    "MOST",
    "OPEN",
    "BenefitYear",
    "Care",
    "Cause",
    "Claim",
    "ClaimCount",
    "ClaimDocument",
    "ClaimEvent",
    "ClaimImport",
    "ClaimReference",
    "ClaimRow",
    "Decision",
    "DocumentKind",
    "DocumentRequest",
    "Finding",
    "LossDay",
    "LossEntry",
    "LossItem",
    "MedicalBill",
    "Payment",
    "PaymentBatch",
    "PaymentLine",
    "PropertyLoss",
    "RejectionReason",
    "SignOff",
]
