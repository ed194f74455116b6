"""Who may do what: the roles of the scheme, the acts of the product, and the one table that joins them."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A post somebody holds. Where it holds (county, insurer) is said by the grant."""

    CITY_OFFICER = "city_officer", _("City officer")
    CITY_FINANCE = "city_finance", _("City finance")
    COUNTY_OFFICER = "county_officer", _("County officer")
    COUNTY_FINANCE = "county_finance", _("County finance")
    ADJUSTER = "adjuster", _("Adjuster")
    REVIEWER = "reviewer", _("Reviewer")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    SECURITY_OFFICER = "security_officer", _("Security officer")


# The three posts that watch each other: nobody holds two of them at once, nor one of them beside a post in the scheme.
KEEPER_ROLES = frozenset({Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR})
CITY_ROLES = KEEPER_ROLES | {Role.CITY_OFFICER, Role.CITY_FINANCE}
COUNTY_ROLES = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_FINANCE})
INSURER_ROLES = frozenset({Role.ADJUSTER, Role.REVIEWER})


class Act(models.TextChoices):
    """Something a person does with the product. Reading acts open lists; the others change something."""

    VIEW_SCHEME = "view_scheme", _("See the scheme and its parameters")
    VIEW_ROSTER = "view_roster", _("See the roster")
    IMPORT_ROSTER = "import_roster", _("Import the roster")
    VIEW_INSURED = "view_insured", _("See insured households and persons")
    ENROL = "enrol", _("Enrol households")
    CONFIRM_ACCOUNT = "confirm_account", _("Confirm payee accounts")
    REVEAL_NUMBER = "reveal_number", _("Look at a number in full")
    EXPORT_FULL = "export_full", _("Export identity numbers in full")
    APPROVE_EXPORT = "approve_export", _("Approve large exports of numbers in full")
    VIEW_PREMIUM = "view_premium", _("See premium statements")
    ISSUE_STATEMENT = "issue_statement", _("Issue premium statements")
    VIEW_BUDGET = "view_budget", _("Prepare the premium budget")
    FUND_CITY_SIDE = "fund_city_side", _("Allocate and pay the city's premium")
    FUND_COUNTY_SIDE = "fund_county_side", _("Allocate and pay the county's premium")
    CONFIRM_RECEIPT = "confirm_receipt", _("Confirm what the insurer received")
    VIEW_CLAIM = "view_claim", _("See claims")
    HANDLE_CLAIM = "handle_claim", _("Take in and assess claims")
    APPROVE_CLAIM = "approve_claim", _("Approve claims")
    RECORD_PAYMENT = "record_payment", _("Record payments")
    VIEW_POOL = "view_pool", _("See the loss ratio and alerts")
    SETTLE = "settle", _("Put settlements forward")
    CONFIRM_SETTLEMENT = "confirm_settlement", _("Confirm settlements")
    WRITE_SPECIAL_REPORT = "write_special_report", _("Write special reports")
    RECEIVE_SPECIAL_REPORT = "receive_special_report", _("Receive special reports")
    WRITE_INVESTIGATION = "write_investigation", _("Write reports of investigations")
    RECEIVE_INVESTIGATION = "receive_investigation", _("Receive reports of investigations")
    NOTE_GOVERNMENT_SHARE = "note_government_share", _("Acknowledge the government's share")
    ASK_SUSPENSION = "ask_suspension", _("Ask for payments to be suspended")
    DECIDE_SUSPENSION = "decide_suspension", _("Decide on suspending payments")
    VIEW_EVIDENCE = "view_evidence", _("See the evidence of violations")
    VIEW_AUDIT = "view_audit", _("See the audit record")
    VIEW_PEOPLE = "view_people", _("See people and their posts")
    MANAGE_PEOPLE = "manage_people", _("Manage people and propose grants")
    CONFIRM_GRANT = "confirm_grant", _("Confirm grants")
    SECURE_ACCOUNTS = "secure_accounts", _("Unlock accounts, end sessions, reset second factors")
    MANAGE_MASTER_DATA = "manage_master_data", _("Keep master data")
    USE_API = "use_api", _("Use the API")


READING = frozenset(
    {Act.VIEW_SCHEME, Act.VIEW_ROSTER, Act.VIEW_INSURED, Act.VIEW_PREMIUM, Act.VIEW_CLAIM, Act.VIEW_POOL}
)

ACTS_OF: Mapping[Role, frozenset[Act]] = {
    Role.CITY_OFFICER: READING
    | {
        Act.IMPORT_ROSTER,
        Act.APPROVE_EXPORT,
        Act.VIEW_BUDGET,
        Act.RECEIVE_INVESTIGATION,
        Act.DECIDE_SUSPENSION,
        Act.VIEW_EVIDENCE,
        Act.SETTLE,
        Act.CONFIRM_SETTLEMENT,
    },
    Role.CITY_FINANCE: frozenset(
        {
            Act.VIEW_SCHEME,
            Act.VIEW_PREMIUM,
            Act.VIEW_BUDGET,
            Act.FUND_CITY_SIDE,
            Act.VIEW_POOL,
            Act.RECEIVE_INVESTIGATION,
            Act.NOTE_GOVERNMENT_SHARE,
            Act.CONFIRM_SETTLEMENT,
        }
    ),
    Role.COUNTY_OFFICER: READING
    | {
        Act.IMPORT_ROSTER,
        Act.ENROL,
        Act.CONFIRM_ACCOUNT,
        Act.ISSUE_STATEMENT,
        Act.REVEAL_NUMBER,
        Act.EXPORT_FULL,
        Act.APPROVE_EXPORT,
        Act.VIEW_BUDGET,
        Act.RECEIVE_SPECIAL_REPORT,
        Act.WRITE_INVESTIGATION,
        Act.ASK_SUSPENSION,
        Act.VIEW_EVIDENCE,
    },
    Role.COUNTY_FINANCE: frozenset(
        {
            Act.VIEW_SCHEME,
            Act.VIEW_PREMIUM,
            Act.VIEW_BUDGET,
            Act.FUND_COUNTY_SIDE,
            Act.VIEW_POOL,
            Act.RECEIVE_SPECIAL_REPORT,
            Act.WRITE_INVESTIGATION,
            Act.NOTE_GOVERNMENT_SHARE,
        }
    ),
    Role.ADJUSTER: (READING - {Act.VIEW_ROSTER})
    | {
        Act.HANDLE_CLAIM,
        Act.REVEAL_NUMBER,
        Act.WRITE_SPECIAL_REPORT,
        Act.USE_API,
    },
    Role.REVIEWER: (READING - {Act.VIEW_ROSTER})
    | {
        Act.APPROVE_CLAIM,
        Act.RECORD_PAYMENT,
        Act.CONFIRM_ACCOUNT,
        Act.CONFIRM_RECEIPT,
        Act.REVEAL_NUMBER,
        Act.WRITE_SPECIAL_REPORT,
        Act.USE_API,
    },
    Role.AUDITOR: READING
    | {
        Act.VIEW_AUDIT,
        Act.VIEW_PEOPLE,
        Act.VIEW_BUDGET,
        Act.VIEW_EVIDENCE,
    },
    Role.ADMINISTRATOR: frozenset(
        {Act.VIEW_SCHEME, Act.VIEW_PEOPLE, Act.MANAGE_PEOPLE, Act.MANAGE_MASTER_DATA}
    ),
    Role.SECURITY_OFFICER: frozenset(
        {Act.VIEW_SCHEME, Act.VIEW_PEOPLE, Act.CONFIRM_GRANT, Act.SECURE_ACCOUNTS}
    ),
}

# What a token may be narrowed to, beside all that its user's posts allow.
TOKEN_READS = READING | {Act.USE_API}
TOKEN_HANDLES = TOKEN_READS | {Act.HANDLE_CLAIM}
