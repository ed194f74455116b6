"""Which of claims' columns are sealed."""

from jincheng_insurance.access.sealed_columns import SealedColumn

SEALED = (SealedColumn("claims.PaymentLine", "account_sealed", "claims_paymentline", "account"),)
