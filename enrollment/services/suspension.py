"""Whether payments may be made under an agreement: a fact that the risk pool decides on and that stands here, where the
rooms that pay can see it (R22)."""

import datetime

from django.db import connection

from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.audit.services import record


def set_payments_suspended(
    *, agreement_id: int, since: datetime.datetime | None, actor: User | None, reason: str
) -> None:
    """Suspend payments under an agreement from `since`, or with None let them go on. To be called within the
    transaction of the decision: it waits for payments under way to end, and those that come later see it. Raises
    RuntimeError outside one. `actor` is empty where an approved moment has come."""
    if not connection.in_atomic_block:
        raise RuntimeError("payments are suspended in the transaction of the decision")
    agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement_id)
    agreement.payments_suspended_at = since
    agreement.save(update_fields=["payments_suspended_at"])
    act = "resume_payments" if since is None else "suspend_payments"
    record(act, actor=actor, on=agreement, facts={"number": agreement.number}, reason=reason)
