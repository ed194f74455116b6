"""The record of acts in the reader's words."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.web.formats import listed, yuan

PAIR = 2
AMOUNT = re.compile(r"-?\d{4,}\.\d{2}")

# The acts by the room they belong to, as the filter offers them.
ACTS_BY_ROOM: tuple[tuple[Any, dict[str, Any]], ...] = (
    (
        _("Sign-in"),
        {
            "sign_in": _("signed in"),
            "sign_in_failed": _("sign-in failed"),
            "sign_out": _("signed out"),
            "sign_in_locked": _("sign-in refused: locked"),
            "unlock_sign_in": _("opened a locked sign-in"),
            "end_session": _("ended a session"),
            "change_password": _("changed the password"),
            "begin_second_factor": _("began to set up a second factor"),
            "confirm_second_factor": _("set up a second factor"),
            "remove_second_factor": _("removed a second factor"),
            "reset_second_factor": _("reset somebody's second factor"),
            "renew_recovery_codes": _("made new recovery codes"),
            "use_recovery_code": _("used a recovery code"),
            "give_proof": _("confirmed who they are"),
            "proof_failed": _("failed to confirm who they are"),
        },
    ),
    (
        _("Roster and insured"),
        {
            "view_page": _("opened a page of a person, household or claim"),
            "upload_roster": _("uploaded a roster"),
            "apply_roster": _("asked to apply a roster"),
            "roster_applied": _("roster applied"),
            "cancel_roster_import": _("cancelled a roster import"),
            "name_columns": _("named the columns of a roster"),
            "forget_column_title": _("forgot a column title"),
            "download_annotated_copy": _("downloaded an annotated copy"),
            "undo_roster_import": _("undid a roster import"),
            "upload_participation": _("uploaded a participation workbook"),
            "apply_participation": _("asked to take participation over"),
            "participation_applied": _("participation taken over"),
            "cancel_participation": _("cancelled a participation import"),
            "enrol_county": _("enrolled a county"),
            "enrol_household": _("enrolled a household"),
            "find_household": _("looked up a household"),
            "add_member": _("added a newborn"),
            "complete_number": _("completed an identity number"),
            "change_member": _("changed a member's particulars"),
            "propose_account": _("proposed a payee account"),
            "confirm_account": _("confirmed a payee account"),
            "refuse_account": _("refused a payee account"),
            "enrol_members": _("enrolled members of insured households"),
            "withdraw_household": _("withdrew an insured household"),
            "withdraw_person": _("withdrew an insured person"),
            "move_household": _("moved a household within its county"),
            "ask_move": _("asked another county to take over a household"),
            "confirm_move": _("took over a household from another county"),
            "refuse_move": _("refused to take over a household"),
            "cancel_move": _("took back a request to move"),
        },
    ),
    (
        _("Premium"),
        {
            "issue_statement": _("issued a premium statement"),
            "issue_refund": _("issued a refund statement"),
            "cancel_statement": _("cancelled a premium statement"),
            "allocate_funds": _("noted an allocation of premium"),
            "pay_funds": _("noted a payment of premium"),
            "confirm_receipt": _("confirmed premium received"),
            "reverse_entry": _("reversed an entry of the fund ledger"),
            "upload_funds": _("uploaded a workbook of allocations and payments"),
            "book_fund_import": _("booked a workbook of allocations and payments"),
            "cancel_fund_import": _("cancelled a workbook of allocations and payments"),
            "remind_of_arrears": _("reminder of arrears"),
            "download_premium": _("downloaded a paper of the premium"),
        },
    ),
    (
        _("Claims and payments"),
        {
            "report_claim": _("reported a claim"),
            "find_person": _("looked up a person"),
            "change_reserve": _("changed a reserve"),
            "add_bill": _("entered a bill"),
            "remove_bill": _("removed a bill"),
            "submit_claim": _("submitted a claim"),
            "return_claim": _("returned a claim"),
            "approve_claim": _("approved a claim"),
            "record_payment": _("recorded a payment"),
            "edit_bill": _("corrected a bill"),
            "change_loss": _("corrected a loss"),
            "add_item": _("entered an item of a loss"),
            "remove_item": _("removed an item of a loss"),
            "sign_off": _("noted a signature"),
            "reject_claim": _("rejected a claim"),
            "withdraw_claim": _("withdrew a claim"),
            "reopen_claim": _("reopened a claim"),
            "reverse_decision": _("reversed a decision"),
            "gather_batch": _("gathered a payment batch"),
            "set_payee": _("entered a payee"),
            "drop_line": _("took a claim out of a payment batch"),
            "cancel_batch": _("gave up a payment batch"),
            "release_batch": _("released a payment batch"),
            "export_batch": _("fetched a bank's workbook"),
            "record_failure": _("recorded a failed payment"),
            "reverse_payment": _("reversed a payment"),
            "record_recovery": _("recorded a payment given back"),
            "upload_claims": _("uploaded a claims workbook"),
            "check_claims": _("had a claims workbook checked"),
            "apply_claims": _("asked to import a claims workbook"),
            "claims_applied": _("claims workbook imported"),
            "cancel_claims": _("cancelled a claims import"),
            "add_document": _("added a paper to a claim"),
            "open_document": _("opened a paper of a claim"),
            "remove_document": _("removed a paper from a claim"),
            "ask_for_documents": _("asked for missing papers"),
        },
    ),
    (
        _("Risk pool"),
        {
            "fire_alert": _("alert fired"),
            "draft_settlement": _("drafted a settlement"),
            "confirm_settlement": _("confirmed a settlement"),
            "offset_carry": _("carry-forward set off"),
            "owe_duty": _("report duty arose"),
            "draft_report": _("drafted a report"),
            "hand_in_report": _("handed in a report"),
            "receive_report": _("received a report"),
            "return_report": _("returned a report"),
            "open_report": _("opened a report"),
            "escalate_duty": _("overdue report escalated"),
            "ask_suspension": _("asked for payments to be suspended"),
            "approve_suspension": _("approved a suspension of payments"),
            "refuse_suspension": _("refused a suspension of payments"),
            "lift_suspension": _("lifted a suspension of payments"),
            "open_evidence": _("opened a piece of evidence"),
            "suspend_payments": _("payments suspended"),
            "resume_payments": _("payments may go on"),
            "download_settlement": _("downloaded a settlement statement"),
        },
    ),
    (
        _("Numbers, exports and papers"),
        {
            "reveal_number": _("looked at a number in full"),
            "rotate_keys": _("changed the seal key"),
            "rotate_index_key": _("changed the index key"),
            "request_export": _("asked for an export"),
            "approve_export": _("approved an export"),
            "refuse_export": _("refused an export"),
            "fetch_export": _("fetched an export"),
            "download_list": _("downloaded a list"),
        },
    ),
    (
        _("People and settings"),
        {
            "make_person": _("made a person"),
            "make_first_person": _("made a person on the console"),
            "change_person": _("changed a person's name or unit"),
            "disable_person": _("disabled a person"),
            "enable_person": _("enabled a person"),
            "issue_password": _("issued a temporary password"),
            "propose_grant": _("proposed a post"),
            "confirm_grant": _("confirmed a post"),
            "refuse_grant": _("refused a post"),
            "end_grant": _("ended a post"),
            "rename_insurer": _("renamed an insurer"),
            "save_filter": _("kept a filter"),
            "rename_filter": _("renamed a filter"),
            "delete_filter": _("deleted a filter"),
            "make_token": _("made an API token"),
            "revoke_token": _("revoked an API token"),
        },
    ),
)
ACTS = {act: text for _room, acts in ACTS_BY_ROOM for act, text in acts.items()}

FACTS = {
    "households": _("households"),
    "persons": _("persons"),
    "changed": _("changed"),
    "gone": _("gone"),
    "size": _("bytes"),
    "titles": _("titles"),
    "title": _("title"),
    "rows": _("rows"),
    "due": _("due"),
    "number": _("number"),
    "claim": _("claim"),
    "reserve": _("reserve"),
    "before": _("before"),
    "after": _("after"),
    "bill": _("bill"),
    "granted": _("granted"),
    "amount": _("amount"),
    "side": _("side"),
    "document": _("document number"),
    "arrears": _("arrears"),
    "level": _("level"),
    "incurred": _("incurred"),
    "net_premium": _("net premium"),
    "cover_from": _("cover from"),
    "townships": _("townships"),
    "to": _("to"),
    "found": _("found"),
    "telephone": _("telephone"),
    "basic_insurance": _("basic medical insurance"),
    "account": _("account"),
    "holder": _("holder is"),
    "claims": _("claims"),
    "lines": _("lines"),
    "bills": _("bills"),
    "payments": _("payments"),
    "missing": _("missing documents"),
    "without_papers": _("approved without them"),
    "bills_left_out": _("bills left out"),
    "recovered": _("recovered from others"),
    "paid": _("paid"),
    "export": _("export"),
    "in_full": _("numbers in full"),
    "revealed": _("number in full"),
    "key": _("key"),
    "values": _("values"),
    "files": _("files"),
    "left": _("left"),
    "kind": _("kind"),
    "list": _("list"),
    "format": _("format"),
    "token": _("token"),
    "reach": _("may do"),
    "valid_until": _("valid until"),
    "year": _("policy year"),
    "version": _("version"),
    "draft": _("draft"),
    "carry_forward": _("carry-forward"),
    "excess": _("excess"),
    "city": _("city share"),
    "county": _("county share"),
    "duty": _("report duty"),
    "due_on": _("due on"),
    "starts_on": _("in force from"),
    "papers": _("papers"),
    "role": _("post"),
    "region": _("county"),
    "insurer": _("insurer"),
    "last_day": _("last day"),
    "username": _("user name"),
    "name": _("name"),
    "unit": _("unit"),
    "why": _("why"),
    "session": _("session"),
}

# Codes that stand in facts, in the reader's words.
VALUES = {
    "resident": _("Resident insurance"),
    "employee": _("Employee insurance"),
    "none": _("Not insured"),
    "unknown": _("Unknown"),
    "self": _("The insured person"),
    "guardian": _("Guardian"),
    "head": _("Head of the household"),
}


# Codes of one fact alone, by its name; rooms register theirs when they start.
CODES: dict[str, dict[str, Any]] = {}


def register_values(name: str, labels: Mapping[str, Any]) -> None:
    """Say how the codes of one fact are shown."""
    CODES.setdefault(name, {}).update(labels)


def act_text(act: str) -> str:
    return str(ACTS.get(act, act))


def offered_acts() -> list[tuple[str, list[tuple[str, str]]]]:
    """The acts by room, in each by their shown text: in Chinese as they are read aloud, which is the order of GBK."""
    return [
        (str(room), sorted(((act, str(text)) for act, text in acts.items()), key=_aloud))
        for room, acts in ACTS_BY_ROOM
    ]


def _aloud(choice: tuple[str, str]) -> bytes:
    return choice[1].casefold().encode("gb18030")


def object_text(record: AuditRecord, names: Mapping[tuple[str, str], str]) -> str:
    """What the act was on: the model's name, and what the row is called by `names`, else its number in the record."""
    if not record.object_type:
        return "—"
    name = names.get((record.object_type, record.object_id), f"#{record.object_id}")
    return f"{apps.get_model(record.object_type)._meta.verbose_name} {name}"


def fact_lines(facts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Each fact by name; a pair of values is shown as before and after, a list of codes as a list."""
    return [(str(FACTS.get(name, name)), _fact(name, value)) for name, value in facts.items()]


def _fact(name: str, value: Any) -> str:
    if not isinstance(value, list):
        return _shown(name, value)
    before_and_after = name not in CODES and len(value) == PAIR
    shown = [_shown(name, one) for one in value]
    return " → ".join(shown) if before_and_after else listed(shown)


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if not isinstance(value, str):
        return str(value)
    if AMOUNT.fullmatch(value):
        return yuan(Decimal(value))
    return str(CODES.get(name, VALUES).get(value, value))
