"""The history of claims, of what they are about, and of payments on their way."""

from claims.models.benefit import BenefitYear
from claims.models.claim import Claim
from claims.models.loss import LossItem, PropertyLoss, SignOff
from claims.models.medical import MedicalBill
from claims.models.payment import PaymentBatch, PaymentLine
from jincheng_insurance.audit.history import history_of

TRACKED = (Claim, MedicalBill, PropertyLoss, LossItem, SignOff, BenefitYear, PaymentBatch, PaymentLine)
HISTORIES = tuple(history_of(model) for model in TRACKED)
