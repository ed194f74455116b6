"""Nothing of another party is read or changed by what is sent: keys and numbers in forms, addresses and bodies of the
API, counts and pictures, fields that are not a form's own. Who has lost a grant has lost it with the next request."""

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import MedicalBill
from demo.posts import give_post
from jincheng_insurance.access.models import Grant, Region, User
from jincheng_insurance.access.roles import Role
from jincheng_insurance.sheets.exports import KINDS
from riskpool.services.alerts import evaluate_agreement
from tests.access.asked import asked_of, names_read
from tests.access.looks import LOCAL_ROLES, canaries
from tests.access.table import LINES, Line
from tests.access.town import RECORDS, Side, Town, Undone, Watched, path_of, text_of, writes
from tests.api_calls import call
from tests.world import approved_claim, insure_household, paid_line, reported_loss

DONE = {"200", "201", "302"}
GETS = [line for line in LINES if line.method == "GET"]
POSTS = [line for line in LINES if line.method == "POST"]
NOBODYS_NUMBER = "140524194910011233"
NOBODYS_KEY = 10**9
Value = Callable[[Side], object]


def township(side: Side) -> object:
    return Region.objects.filter(parent=side.party.county, level="township").values_list("pk", flat=True)[0]


def identity(side: Side) -> object:
    return side.id_numbers[0]


def household_code(side: Side) -> object:
    return side.posted["claims:find_household"]["code"]


def invoice(side: Side) -> object:
    return MedicalBill.objects.get(pk=side.rows["bill"]).invoice_number


def agreement_number(side: Side) -> object:
    return side.party.agreement.number


def row(name: str) -> Value:
    return lambda side: side.rows[name]


# Every posted field that names a row or a person: what it is given of the other party, and what nobody has.
NAMES_A_ROW: dict[tuple[str, str], tuple[Value, object]] = {
    ("roster:apply", "whole"): (lambda side: side.party.county.pk, NOBODYS_KEY),
    ("roster:persons", "id_number"): (identity, NOBODYS_NUMBER),
    ("enrollment:insured_persons", "id_number"): (identity, NOBODYS_NUMBER),
    ("enrollment:find_household", "code"): (household_code, "T00000000000"),
    ("enrollment:enrol_county", "township"): (township, NOBODYS_KEY),
    ("enrollment:enrol_members", "persons"): (row("member"), NOBODYS_KEY),
    ("enrollment:confirm_move", "place"): (township, NOBODYS_KEY),
    ("enrollment:move_household", "place"): (township, NOBODYS_KEY),
    ("sheets:new", "agreement"): (row("agreement"), NOBODYS_KEY),
    ("access:workplace", "county"): (lambda side: side.party.county.pk, NOBODYS_KEY),
    ("access:tokens", "insurer"): (lambda side: side.party.insurer.pk, NOBODYS_KEY),
    ("claims:find", "id_number"): (identity, NOBODYS_NUMBER),
    ("claims:find_household", "code"): (household_code, "T0000"),
    ("claims:find_household", "member"): (identity, NOBODYS_NUMBER),
    ("claims:calculation", "corrected"): (row("bill"), NOBODYS_KEY),
    ("api:eligibility", "identity_number"): (identity, NOBODYS_NUMBER),
    ("api:claims", "identity_number"): (identity, NOBODYS_NUMBER),
    ("api:losses", "household"): (household_code, "T0000"),
    ("api:batches", "agreement"): (agreement_number, "NONE-1"),
    ("api:batches", "claims"): (lambda side: [side.rows["approved#"]], ["NONE-1"]),
}
# A form is sent back for it, save here: what isn't of the import or claim, or no place of work, is passed over, and
# unknown is an answer.
PASSED_OVER = {
    ("access:workplace", "county"),
    ("roster:apply", "whole"),
    ("claims:calculation", "corrected"),
    ("api:eligibility", "identity_number"),
}
# Of these the whole city may have one each (R2, R10): that one is taken is said, and nothing of who has it.
TAKEN_CITYWIDE: dict[tuple[str, str], Value] = {
    ("roster:complete_number", "id_number"): identity,
    ("claims:calculation", "invoice_number"): invoice,
    ("claims:add_bill", "invoice_number"): invoice,
    ("claims:edit_bill", "invoice_number"): invoice,
    ("api:bill_add", "invoice_number"): invoice,
    ("api:bill_correct", "invoice_number"): invoice,
}
# What else forms and bodies ask: texts, days, amounts, choices, and what all parties share.
PLAIN = """
account admitted_on again amount another approve-reason approve-starts_on assistance authority bank_name basic
basic_insurance beyond_due bill birth_date care cause causes charity column_# commercial cover_from days
diagnosis document draft ends_on file file-clear finding forecast format full hospital holder_name kind last_day
lift-reason lost_on m#-bank_name m#-basic_insurance m#-enrol m#-holder_name m#-proof m#-relation m#-telephone
measures missing name new note old on once other page paid_on party password peril police_report
police_report_on police_station policy_year proof purpose quantity query reason reason_code recovered reference
refuse-reason relation remarks reported_on reserve role row serious_illness sex signed_by starts_on state sure
telephone to_county unit username violation without_papers year
"""
# Words, and what reaches no further than whoever sends it may: a village, numbers of accounts, which several may share.
IN_WORDS = (
    ("claims:loss", "place"),
    ("claims:report_loss", "place"),
    ("api:losses", "place"),
    ("api:loss_change", "place"),
    ("roster:propose_account", "number"),
    ("web:save_filter", "county"),  # kept for lists that narrow by it, as tried below
    ("access:propose_grant", "region"),  # administrators are of no party
    ("access:propose_grant", "insurer"),
    ("access:second_factor", "code"),
    ("enrollment:enrol_household", "m#-number"),
)
# What addresses may be narrowed by, of the other party.
NARROWED_BY: dict[str, Value] = {
    "county": lambda side: side.party.county.pk,
    "insurer": lambda side: side.party.insurer.pk,
    "agreement": row("agreement"),
    "place": township,
    "township": township,
    "after": row("applied"),
    "until": row("applied"),
    "number": row("approved#"),
    "code": household_code,
    "name": lambda side: side.names[0],
}
NARROWED_PLAINLY = """
basic_insurance category chart clock coverage cursor draft first format kind last limit on once order page policy_year
reason risk row show side sort standing state step unread village year h# p#
"""


@pytest.fixture(autouse=True)
def _undone(town: Town) -> Iterator[None]:
    with Undone():
        yield


def allowed(line: Line) -> list[str]:
    """The local roles that a line lets in with a row of their own."""
    return [role for role in LOCAL_ROLES if line.cells[role][0] in DONE]


def line_of(address: str) -> Line:
    return next(line for line in POSTS if line.address == address)


def seen_of(town: Town, answer: HttpResponse, typed: object = "") -> set[str]:
    """The foreign canaries in an answer, but for what the visitor typed themselves."""
    text = text_of(answer) + repr(answer.headers)
    return {canary for canary in canaries(town.foreign) if canary in text and canary not in str(typed)}


def told(answer: HttpResponse, *typed: object) -> str:
    """What an answer says, without what is new each time and without any of what was typed."""
    text = text_of(answer) + str(answer.headers.get("Location", ""))
    text = re.sub(r'<p class="print-only">.*?</p>', "", text)  # when it was printed
    text = re.sub(r'(csrf-token" content=|csrfmiddlewaretoken" value=|name="once" value=)"[^"]*"', "", text)
    for value in typed:
        for word in value if isinstance(value, list) else [value]:
            text = re.sub(rf"(?<!\w){re.escape(str(word))}(?!\w)", "#", text)
    return text


@pytest.mark.parametrize(("address", "field"), NAMES_A_ROW, ids=str)
def test_a_foreign_value_is_answered_like_one_that_nobody_has(town: Town, address: str, field: str) -> None:
    value, nobodys = NAMES_A_ROW[address, field]
    line, foreign = line_of(address), value(town.foreign)
    assert allowed(line)
    for role in allowed(line):
        answers = []
        for typed in (foreign, nobodys):
            posted = town.own.posted.get(address, {}) | {field: typed}
            if field == "member":
                posted.pop("code")
            with Watched(town) as visit:
                answer = town.visit(
                    role, address, "POST", replace(town.own, posted={address: posted}), line.row
                )
                answers.append((answer.status_code, told(answer, foreign, nobodys), visit.changed()))
                assert not seen_of(town, answer, typed), (role, answer.status_code)
                assert answer.status_code == 422 or (address, field) in PASSED_OVER, answer.status_code
        assert answers[0] == answers[1], role


@pytest.mark.parametrize(("address", "field"), TAKEN_CITYWIDE, ids=str)
def test_what_is_taken_elsewhere_is_not_told_by_whom(town: Town, address: str, field: str) -> None:
    line, typed = line_of(address), TAKEN_CITYWIDE[address, field](town.foreign)
    for role in allowed(line):
        posted = town.own.posted[address]
        side = replace(town.own, posted={address: posted | {field: typed}})
        with Watched(town) as visit:
            answer = town.visit(role, address, "POST", side, line.row)
            assert not seen_of(town, answer, typed), role
            assert answer.status_code == 422 or address == "claims:calculation", answer.status_code
            assert visit.changed() <= {RECORDS}


def test_every_posted_name_is_known_as_naming_a_row_or_not(town: Town) -> None:
    """A new field that names a row must be declared above, and is then tried."""
    rows: dict[str, set[str]] = {}
    for address, field in (*NAMES_A_ROW, *TAKEN_CITYWIDE, *IN_WORDS):
        rows.setdefault(address, set()).add(field)
    unknown = {}
    for line in POSTS:
        visitor = next(v for v, cell in line.cells.items() if cell[0] in {*DONE, "422"})
        with Undone():
            read = asked_of(town, visitor, line.address, "POST", town.own, line.row)
        if new := read - rows.get(line.address, set()) - set(PLAIN.split()):
            unknown[line.address] = new
    assert not unknown


def test_every_kind_of_export_takes_rows_within_reach_only(town: Town) -> None:
    values = {"agreement": row("agreement"), "county": lambda side: side.party.county.pk}
    for name, kind in KINDS.items():
        asked = set(kind.form.base_fields) - {"format", "full", "purpose", "since", "year", "kind"}
        assert asked <= set(values) or name == "audit", name
        for field in asked & set(values):
            for role in LOCAL_ROLES:
                path = reverse("sheets:new", args=[name])
                client = Client()
                client.cookies = town.cookies[role]
                with Watched(town) as visit:
                    answer = client.post(
                        path, {"format": "xlsx", "purpose": "核对", field: values[field](town.foreign)}
                    )
                    assert answer.status_code in {403, 404, 422}, (name, field, role)
                    assert not visit.changed()


def test_no_narrowing_shows_another_partys_rows_and_every_one_is_known(town: Town) -> None:
    unknown, seen = {}, {}
    for line in GETS:
        for role in allowed(line):
            read = asked_of(town, role, line.address, "GET", town.own, line.row)
            if new := read - NARROWED_BY.keys() - set(NARROWED_PLAINLY.split()):
                unknown[line.address] = new
            path = path_of(line.address, town.own.rows[line.row] if line.row != "-" else None)
            for name in read & NARROWED_BY.keys():
                typed = NARROWED_BY[name](town.foreign)
                with Undone():
                    answer = _get(town, role, f"{path}?{urlencode({name: typed})}")
                assert answer.status_code < 500
                if found := seen_of(town, answer, typed):
                    seen[f"{role}: {path} by {name}"] = found
    assert not unknown
    assert not seen


def _get(town: Town, role: str, path: str) -> HttpResponse:
    if path.startswith("/api/"):
        return call(town.tokens[role], "GET", path)
    client = Client()
    client.cookies = town.cookies[role]
    return client.get(path)


def test_what_happens_elsewhere_changes_no_count_and_no_picture(town: Town) -> None:
    roles = (Role.COUNTY_OFFICER, Role.ADJUSTER)
    moment = timezone.now()

    def pages() -> dict[str, str]:
        with Undone(), patch("django.utils.timezone.now", lambda: moment):
            return {
                f"{role}: {line}": told(town.visit(role, line.address, "GET", town.own, line.row))
                for line in GETS
                for role in roles
                if line.cells[role][0] in DONE and ":" in line.address
            }

    before = pages()
    party = town.foreign.party
    household = insure_household(party, persons=3)
    reported_loss(party, household)
    paid_line(party, approved_claim(party, self_pay="30000"))
    evaluate_agreement(agreement_id=party.agreement.pk)
    after = pages()
    assert {page for page in before if before[page] != after[page]} == set()


def ended(user: User, party_of: Town) -> None:
    Grant.objects.filter(user=user).update(ends_on=timezone.localdate() - datetime.timedelta(days=1))


def disabled(user: User, party_of: Town) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def moved(user: User, party_of: Town) -> None:
    """To the other party."""
    party = party_of.foreign.party
    for grant in Grant.objects.in_force(timezone.localdate()).filter(user=user):
        Grant.objects.filter(pk=grant.pk).update(ended_at=timezone.now())
        local = {"region": party.county} if grant.region_id else {"insurer": party.insurer}
        give_post(user, Role(grant.role), **local)


# Their own list of exports and filters stays with somebody who moved; files and rows are out of reach.
STAYS = {"sheets:export": {200}, "sheets:progress": {200}, "web:open_filter": {302}}


@pytest.mark.parametrize("change", [ended, disabled, moved], ids=lambda change: change.__name__)
@pytest.mark.parametrize("role", [Role.COUNTY_OFFICER, Role.ADJUSTER])
def test_the_next_request_is_answered_by_the_new_state(
    town: Town, role: Role, change: Callable[[User, Town], None]
) -> None:
    lines = [line for line in LINES if line.cells[role][0] in DONE and len(set(line.cells[role])) > 1]
    chosen = [line for line in lines if line.method == "GET"][::4] + [
        line
        for line in lines
        if line.address in {"sheets:fetch", "claims:add_bill", "api:claim", "claims:document"}
    ]
    change(town.world.own[role], town)
    for line in chosen:
        with Watched(town) as visit:
            answer = town.visit(role, line.address, line.method, town.own, line.row)
            expected = {401} if line.address.startswith("api:") else {302}
            if change is ended:
                expected = {403}
            if change is moved:
                expected = {404, 403} | STAYS.get(line.address, set())
            assert answer.status_code in expected, line
            if answer.status_code == 302 and change is not moved:
                assert answer["Location"].startswith(reverse("access:login"))
            assert "access_grant" not in visit.changed()


EXTRA = {
    "state": "approved",
    "granted": "999.00",
    "amount": "999.00",
    "county_id": "1",
    "county": "1",
    "insurer": "1",
    "insurer_id": "1",
    "agreement_id": "1",
    "policy_year_id": "2027",
    "actor": "1",
    "approved_by": "1",
    "uploaded_by": "1",
    "user": "1",
    "role": "city_officer",
    "is_superuser": "on",
    "is_staff": "on",
    "id": "1",
    "pk": "1",
}
# Columns that differ with each act, or with the order of acts.
VOLATILE = (
    r"^(id|pgh_.*|at|password|date_joined|.*_at|.*_sealed|.*_index|digest|sha256|size|prefix|mark|request_id|object_id|facts|lines|turn|stored_as"
    r"|once|number)$"
)
KEPT_KEYS = r"(county|insurer|actor|user|_by|policy_year)_id$"


def outcome(town: Town, visitor: str, line: Line, posted: dict[str, object]) -> tuple[object, ...]:
    """Which names a POST read, its status, and what it left in the tables it wrote to."""
    side, moment = replace(town.own, posted={line.address: posted}), timezone.now().replace(microsecond=0)
    with Undone(), names_read() as read, patch("django.utils.timezone.now", lambda: moment):
        before = writes()
        status = town.visit(visitor, line.address, "POST", side, line.row).status_code
        now = writes()
        written = [table for table in town.marks if now.get(table) != before.get(table) and table != RECORDS]
        return read, status, contents(written)


def contents(tables: list[str]) -> dict[str, str]:
    """Count and mark of what stands in some tables, but for columns that differ with each act."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"""SELECT count(*) || ' ' || coalesce(sum(hashtextextended(kept, 0)), 0) FROM {table} t, LATERAL (
                SELECT string_agg(k || '=' || coalesce(v, ''), ',' ORDER BY k) FROM jsonb_each_text(to_jsonb(t)) e(k, v)
                WHERE k !~ %s AND (k !~ '_id$' OR k ~ %s)) l(kept)""",
                [VOLATILE, KEPT_KEYS],
            )
            found[table] = cursor.fetchone()[0]
    return found


@pytest.mark.parametrize("line", POSTS, ids=str)
def test_what_is_not_a_forms_own_is_left_unread_or_refused(town: Town, line: Line) -> None:
    visitor = next(visitor for visitor, cell in line.cells.items() if cell[0] in {*DONE, "422"})
    posted = town.own.posted.get(line.address, {})
    read, *plainly = outcome(town, visitor, line, posted)
    extra = {name: value for name, value in EXTRA.items() if name not in read}  # type: ignore[operator]
    if line.address.startswith("api:") and line.address != "api:documents":
        side = replace(town.own, posted={line.address: posted | extra})
        with Watched(town) as visit:
            answer = town.visit(visitor, line.address, "POST", side, line.row)
            assert answer.status_code == 422
            assert all(name in text_of(answer) for name in extra)
            assert visit.changed() == set()
    elif line.address != "api:documents":
        read_too, *with_them = outcome(town, visitor, line, posted | extra)
        assert with_them == plainly
        assert not read_too & extra.keys()  # type: ignore[operator]
