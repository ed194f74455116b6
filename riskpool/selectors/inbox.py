"""Reading one's own notices."""

from django.db.models import QuerySet

from jincheng_insurance.access.models import User
from riskpool.models import Notice


def notices(actor: User) -> QuerySet[Notice]:
    """The actor's own, of agreements they still reach, newest first."""
    rows = Notice.objects.visible_to(actor).filter(user=actor)
    return rows.select_related("agreement__county", "agreement__insurer").order_by("-made_at", "-id")


def unread(actor: User) -> QuerySet[Notice]:
    """Those the actor hasn't read."""
    return notices(actor).filter(read_at=None)


def unread_count(actor: User) -> int:
    return unread(actor).count()
