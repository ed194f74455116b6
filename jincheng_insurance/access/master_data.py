"""Master data that people keep by hand: the names of insurers. Places come with the product and the rosters; a year's
terms are frozen once used."""

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import Insurer, Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record


def counties() -> QuerySet[Region]:
    """The counties, with how many townships and villages are known of each."""
    return (
        Region.objects.filter(level=Region.Level.COUNTY)
        .annotate(
            townships=Count("children", filter=Q(children__level="township"), distinct=True),
            villages=Count(
                "children__children", filter=Q(children__children__level="village"), distinct=True
            ),
        )
        .order_by("code")
    )


@transaction.atomic(durable=True)
def rename_insurer(*, insurer: Insurer, name: str, reason: str, actor: User) -> None:
    """Give an insurer its new name, on papers made from now on. Its code stays, and so do papers made before."""
    require(actor, Act.MANAGE_MASTER_DATA)
    insurer = Insurer.objects.select_for_update().get(pk=insurer.pk)
    before, name = insurer.name, name.strip()
    if not name:
        raise Refused(_("Enter the name."), field="name")
    if not reason.strip():
        raise Refused(_("Say why."), field="reason")
    if name == before:
        raise Refused(_("That is its name already."), field="name")
    if Insurer.objects.filter(name=name).exists():
        raise Refused(_("Another insurer has this name."), field="name")
    insurer.name = name
    insurer.save(update_fields=["name"])
    record("rename_insurer", actor=actor, on=insurer, facts={"insurer": [before, name]}, reason=reason)
