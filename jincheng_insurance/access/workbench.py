"""What waits for security officers, as the workbench shows it."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import Grant, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.workbench import Item, Work


def grants_to_decide(actor: User) -> QuerySet[Grant]:
    """The proposed posts that the actor may confirm: neither proposed by them nor for themselves; the oldest first."""
    waiting = Grant.objects.waiting().exclude(given_by=actor).exclude(user=actor)
    return waiting.select_related("user", "region", "insurer").order_by("pk")


def _item(grant: Grant) -> Item:
    return Item(
        label=str(grant.user),
        url=reverse("access:grant", args=[grant.pk]),
        place=str(grant.insurer or grant.region or ""),
        note=grant.get_role_display(),
        since=timezone.localdate(grant.given_at),
    )


WORK = (
    Work(
        "grants-to-decide",
        _("Posts to confirm"),
        "user-check",
        (Act.CONFIRM_GRANT,),
        grants_to_decide,
        _item,
        "access:waiting",
        hint=_("Confirm or refuse what an administrator proposed; nothing holds before."),
    ),
)
