"""The second factor: codes of an app on the telephone (TOTP, RFC 6238), and recovery codes for when it is lost."""

from jincheng_insurance.access.sealed_columns import SealedColumn

SECRET = SealedColumn(
    "access.SecondFactor", "secret_sealed", "access_secondfactor", "secret_sealed", row="user_id"
)
