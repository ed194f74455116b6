"""The record of acts in the reader's words."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.audit.models import AuditRecord

ACTS = {
    "sign_in": _("signed in"),
    "upload_roster": _("uploaded a roster"),
    "apply_roster": _("asked to apply a roster"),
    "roster_applied": _("roster applied"),
    "cancel_roster_import": _("cancelled a roster import"),
    "enrol_county": _("enrolled a county"),
    "enrol_household": _("enrolled a household"),
    "issue_statement": _("issued a premium statement"),
    "report_claim": _("reported a claim"),
    "find_person": _("looked up a person"),
    "change_reserve": _("changed a reserve"),
    "add_bill": _("entered a bill"),
    "remove_bill": _("removed a bill"),
    "submit_claim": _("submitted a claim"),
    "return_claim": _("returned a claim"),
    "approve_claim": _("approved a claim"),
    "record_payment": _("recorded a payment"),
    "fire_alert": _("alert fired"),
    "make_token": _("made an API token"),
    "revoke_token": _("revoked an API token"),
}

FACTS = {
    "households": _("households"),
    "persons": _("persons"),
    "size": _("bytes"),
    "due": _("due"),
    "number": _("number"),
    "claim": _("claim"),
    "reserve": _("reserve"),
    "before": _("before"),
    "after": _("after"),
    "bill": _("bill"),
    "granted": _("granted"),
    "amount": _("amount"),
    "level": _("level"),
    "incurred": _("incurred"),
    "net_premium": _("net premium"),
    "cover_from": _("cover from"),
    "found": _("found"),
    "token": _("token"),
    "valid_until": _("valid until"),
}


def act_text(act: str) -> str:
    return str(ACTS.get(act, act))


def object_text(record: AuditRecord) -> str:
    """What the act was on: the model's name and the row's number."""
    if not record.object_type:
        return "—"
    return f"{apps.get_model(record.object_type)._meta.verbose_name} {record.object_id}"


def fact_lines(facts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (str(FACTS.get(name, name)), (_("yes") if value else _("no")) if isinstance(value, bool) else value)
        for name, value in facts.items()
    ]
