"""Reading the papers of claims: within the actor's scope."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from claims.models import ClaimDocument
from jincheng_insurance.access.models import User


def documents(actor: User) -> QuerySet[ClaimDocument]:
    """Papers of the claims that the actor may see, removed ones included."""
    return ClaimDocument.objects.visible_to(actor).select_related("claim__agreement", "claim__county")


def document_in_scope(actor: User, pk: int) -> ClaimDocument:
    """A paper of a claim the actor may see; Http404 otherwise."""
    return get_object_or_404(documents(actor), pk=pk)
