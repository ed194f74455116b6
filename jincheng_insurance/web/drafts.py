"""Drafts of long forms: what somebody has typed and not sent yet, each person's own, sealed as a whole, for DRAFT_DAYS.

None of it is an act of the scheme, so nothing goes on record: a draft is seen by nobody else, decides nothing, and its
form judges it like anything else that is sent."""

import datetime
import json
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.sealed_columns import SealedColumn
from jincheng_insurance.access.sealing import seal, unseal
from jincheng_insurance.web.models import Draft

MOST = 30
LARGEST_BYTES = 64 * 1024
SEALED = SealedColumn("web.Draft", "fields_sealed", "web_draft", "fields")
Fields = Mapping[str, Sequence[str]]


def own_draft(actor: User, form: str, row: int) -> Draft | None:
    """The actor's draft of a form about a row, unless its days are over."""
    return Draft.objects.filter(owner=actor, form=form, row=row, kept_at__gt=_oldest()).first()


def fields_of(draft: Draft) -> dict[str, list[str]]:
    """What was typed, by field."""
    fields: dict[str, list[str]] = json.loads(unseal(bytes(draft.fields_sealed), SEALED.place(draft.pk)))
    return fields


@transaction.atomic(durable=True)
def keep_draft(*, form: str, row: int, fields: Fields, actor: User) -> Draft:
    """Keep what was typed in place of what the actor kept of this form so far. Refused above 64 KB. Of more than 30
    drafts, the oldest give way."""
    text = json.dumps(fields, ensure_ascii=False)
    if len(text.encode()) > LARGEST_BYTES:
        raise Refused(_("This is too long to be kept as a draft. Shorten it, or send the form."))
    draft, _made = Draft.objects.select_for_update().get_or_create(owner=actor, form=form, row=row)
    draft.fields_sealed = seal(text, SEALED.place(draft.pk))
    draft.save()
    newest = Draft.objects.filter(owner=actor).order_by("-kept_at", "-pk").values("pk")
    Draft.objects.filter(owner=actor, pk__in=newest[MOST:]).delete()
    return draft


@transaction.atomic(durable=True)
def drop_draft(*, form: str, row: int, actor: User) -> None:
    """Forget the actor's draft of a form about a row, if there is one."""
    Draft.objects.filter(owner=actor, form=form, row=row).delete()


@transaction.atomic(durable=True)
def forget_drafts() -> int:
    """Remove drafts whose days are over, and those of people who may no longer sign in; how many."""
    removed, _rows = Draft.objects.filter(Q(kept_at__lte=_oldest()) | Q(owner__is_active=False)).delete()
    return removed


def _oldest() -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=settings.DRAFT_DAYS)
