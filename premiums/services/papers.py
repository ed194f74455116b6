"""That a paper of the premium left the system as a file is on record (R25)."""

from django.db import transaction

from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record
from premiums.models import PremiumStatement


@transaction.atomic(durable=True)
def note_download(*, of: PremiumStatement | Agreement, file_format: str, rows: int, actor: User) -> None:
    """Record that the actor took a statement, or the fund ledger of an agreement, away as a file."""
    require(actor, Act.VIEW_PREMIUM)
    record("download_premium", actor=actor, on=of, facts={"format": file_format, "rows": rows})
