"""Papers of the risk pool taken away as files: each time on record (R25)."""

from django.db import transaction

from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record
from riskpool.models import SettlementDraft


@transaction.atomic(durable=True)
def note_download(*, draft: SettlementDraft, file_format: str, rows: int, actor: User) -> None:
    """Note that somebody takes the statement of a settlement, as far as their agreements go, away as a file."""
    require(actor, Act.VIEW_POOL)
    record(
        "download_settlement",
        actor=actor,
        on=draft,
        facts={"year": draft.policy_year_id, "version": draft.version, "format": file_format, "rows": rows},
    )
