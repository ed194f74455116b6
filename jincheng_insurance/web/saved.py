"""Keeping filters: each person's own, by name, no more than a page can show."""

import re
from collections.abc import Mapping

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.audit.services import record
from jincheng_insurance.web.filter_pages import PAGES, FilterPage
from jincheng_insurance.web.forms import half_width
from jincheng_insurance.web.models import LONGEST_NAME, SavedFilter

MOST = 20
LONGEST_FIELD = 100
# An identity number has 15 or 18 places, an account more, a mobile 11; a household's code has 12.
LONG_NUMBER = re.compile(r"\d{15,}|(?<!\d)1[3-9]\d{9}(?!\d)")


def saved_filters(actor: User, page: str = "") -> QuerySet[SavedFilter]:
    """The actor's own, of one list or of all that are still there."""
    rows = SavedFilter.objects.filter(owner=actor)
    return rows.filter(page=page) if page else rows.filter(page__in=list(PAGES))


@transaction.atomic(durable=True)
def save_filter(*, page: FilterPage, name: str, fields: Mapping[str, str], actor: User) -> SavedFilter:
    """Keep what a list is narrowed to under a name. Refused when nothing is asked for, when a long number stands in it,
    when the name is taken, or when the actor keeps as many for this list as fit."""
    _locked(actor)
    if not fields:
        raise Refused(_("This filter asks for nothing. Fill in a field, search, and save it then."))
    if any(LONG_NUMBER.search(half_width(value)) for value in fields.values()):
        raise Refused(
            _("A filter with a long number isn't kept, since it may be somebody's own. Take the number out.")
        )
    mine = saved_filters(actor, page.address)
    if mine.count() >= MOST:
        raise Refused(_("You keep %(most)s filters of this list; delete one first."), most=MOST)
    saved = SavedFilter(
        owner=actor, page=page.address, fields={key: fields[key][:LONGEST_FIELD] for key in fields}
    )
    _give_name(saved, name, actor)
    record("save_filter", actor=actor, on=saved, facts={"list": page.address})
    return saved


@transaction.atomic(durable=True)
def rename_filter(*, saved: SavedFilter, name: str, actor: User) -> None:
    """Give one's own filter another name. Refused as by `save_filter`."""
    _locked(actor)
    _give_name(saved, name, actor)
    record("rename_filter", actor=actor, on=saved, facts={"list": saved.page})


@transaction.atomic(durable=True)
def delete_filter(*, saved: SavedFilter, actor: User) -> None:
    """Forget one's own filter."""
    record("delete_filter", actor=actor, on=saved, facts={"list": saved.page})
    saved.delete()


def _give_name(saved: SavedFilter, name: str, actor: User) -> None:
    name = " ".join(name.replace("\0", "").split())[:LONGEST_NAME]
    if not name:
        raise Refused(_("Give the filter a name."), field="name")
    if LONG_NUMBER.search(half_width(name)):
        raise Refused(_("A name holds no long number, since it may be somebody's own."), field="name")
    if saved_filters(actor, saved.page).filter(name=name).exclude(pk=saved.pk).exists():
        raise Refused(_("You keep another filter of this list under this name."), field="name")
    saved.name = name
    saved.save()


def _locked(actor: User) -> None:
    """One change at a time for each person, so that names and their number hold."""
    get_user_model().objects.select_for_update(of=("self",)).get(pk=actor.pk)
