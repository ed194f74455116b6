"""That a list with people's names left the system is on record (R25)."""

from django.db import transaction

from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record


@transaction.atomic(durable=True)
def note_download(*, name: str, file_format: str, county: Region, rows: int, actor: User) -> None:
    """Record that the actor took a list of one county away as a file; `name` says which list."""
    require(actor, Act.VIEW_CLAIM)
    facts = {"list": name, "format": file_format, "rows": rows}
    record("download_list", actor=actor, on=county, county_id=county.pk, facts=facts)
