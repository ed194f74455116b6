"""A town for the access tests: both parties of the small world with one row in every state an address is about,
visitors in every role, and visits that leave nothing behind."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from claims.models import Claim
from demo.people import make_households
from demo.workbooks import write_one_sheet
from enrollment.models import InsuredHousehold, RosterHousehold, RosterImport, RosterPerson
from enrollment.selectors import identity_place
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import unseal
from premiums.services import issue_statement
from riskpool.models import Alert
from riskpool.services import evaluate_agreement
from tests.access.table import ANONYMOUS
from tests.api_calls import call, token_for
from tests.world import (
    PASSWORD,
    Party,
    World,
    approved_claim,
    bill_facts,
    insure_household,
    list_household,
    make_world,
    reported_claim,
    submitted_claim,
)

RECORDS = "audit_auditrecord"
# Django's own housekeeping; all else is business.
HOUSEKEEPING = frozenset({"sessions", "contenttypes", "auth"})
# Every call of the API is counted, and noted as the last use of its token.
COUNTS_CALLS = "api_requestcount"
NOTES_USE = {"access_apitoken": "(to_jsonb(t) - 'last_used_at')"}


@dataclass
class Side:
    """One party with a row of every kind, and what of its people must not be read elsewhere."""

    party: Party
    rows: dict[str, int | str]
    names: list[str]
    codes: list[str]
    id_numbers: list[str]
    posted: dict[str, dict[str, object]] = field(default_factory=dict)


@dataclass
class Town:
    world: World
    own: Side
    foreign: Side
    workbook: bytes
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def visit(
        self,
        visitor: str,
        address: str,
        method: str,
        side: Side,
        row: str = "-",
        *,
        empty: bool = False,
        csrf: bool = False,
    ) -> HttpResponse:
        """One request of a role (or nobody), with valid data unless `empty`."""
        path = path_of(address, side.rows[row] if row != "-" else None)
        data = {} if empty or method == "GET" else dict(side.posted.get(address, {}))
        if address.startswith("api:"):
            secret = None if csrf else self.tokens.get(visitor)
            return call(secret, method, path, data if method == "POST" else None)
        client = Client(enforce_csrf_checks=csrf)
        client.cookies = SimpleCookie(self.cookies[visitor].output(header="", sep=";"))
        if address == "roster:imports" and data:
            data["file"] = SimpleUploadedFile("roster.xlsx", self.workbook)
        return (
            client.generic(method, path)
            if method not in {"GET", "POST"}
            else _send(client, method, path, data)
        )


def _send(client: Client, method: str, path: str, data: dict[str, object]) -> HttpResponse:
    return client.get(path) if method == "GET" else client.post(path, data)


def build_town() -> Town:
    world = make_world()
    own = _side(world.own, ("陵川甲", "陵川乙"))
    foreign = _side(world.foreign, ("高平丙", "高平丁"))
    town = Town(world, own, foreign, _workbook())
    town.cookies[ANONYMOUS] = SimpleCookie()
    for role in Role:
        client = Client()
        client.force_login(world.own[role])
        town.cookies[role] = client.cookies
        town.tokens[role] = token_for(world.own[role])
    return town


def _side(party: Party, names: tuple[str, ...]) -> Side:
    """A party's rows: the statement comes before the last household is insured, so that another can be issued."""
    stated = insure_household(party, names=names)
    person = stated.persons.order_by("id").first()
    assert person is not None
    statement = issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])
    assessed = _with_a_bill(reported_claim(party, person), party)
    submitted, approved = submitted_claim(party), approved_claim(party)
    (alert, *_) = evaluate_agreement(agreement_id=party.agreement.pk)
    assert isinstance(alert, Alert)
    listed = list_household(party, names=names)
    token_for(party[Role.ADJUSTER])
    roster_import = RosterImport.objects.create(
        county=party.county,
        file_name=f"{party.county.code}.xlsx",
        sha256="",
        size=1,
        stored_as=f"town-{party.county.code}",
        state=RosterImport.State.CHECKED,
        accepted=1,
        persons=1,
        households=1,
        uploaded_by=party[Role.COUNTY_OFFICER],
    )
    bill = assessed.bills.get()
    side = Side(
        party,
        rows={
            "import": roster_import.pk,
            "listed": listed.pk,
            "insured": stated.pk,
            "person": person.pk,
            "agreement": party.agreement.pk,
            "statement": statement.pk,
            "alert": alert.pk,
            "assessed": assessed.pk,
            "bill": bill.pk,
            "submitted": submitted.pk,
            "approved": approved.pk,
            "token": party[Role.ADJUSTER].api_tokens.get().pk,
            "agreement#": party.agreement.number,
            "statement#": statement.number,
            "assessed#": assessed.number,
            "submitted#": submitted.number,
            "approved#": approved.number,
        },
        names=list(names),
        codes=[
            *RosterHousehold.objects.filter(county=party.county).values_list("code", flat=True),
            *Claim.objects.filter(county=party.county).values_list("number", flat=True),
            *(claim_bill.invoice_number for claim_bill in assessed.bills.all()),
            statement.number,
            roster_import.file_name,
        ],
        id_numbers=[
            unseal(bytes(member.id_number_sealed), identity_place(member.pk))
            for member in RosterPerson.objects.filter(household__county=party.county)
        ],
    )
    side.posted = _posted(side, listed, stated, person.roster_person)
    return side


def _with_a_bill(claim: Claim, party: Party) -> Claim:
    from claims.services.bills import add_bill

    add_bill(claim=claim, facts=bill_facts("5000"), actor=party[Role.ADJUSTER])
    return claim


def _posted(
    side: Side, listed: RosterHousehold, insured: InsuredHousehold, person: RosterPerson
) -> dict[str, dict[str, object]]:
    """Valid data for every POST that takes any."""
    year = insured.policy_year_id
    today = timezone.localdate().isoformat()
    number = unseal(bytes(person.id_number_sealed), identity_place(person.pk))
    bill = {
        "care": "inpatient",
        "hospital": "晋城市人民医院",
        "invoice_number": f"N{listed.pk}",
        "on": f"{year}-01-02",
        "bill": "9000",
    }
    return {
        "access:login": {"username": side.party[Role.ADJUSTER].username, "password": PASSWORD},
        "set_language": {"language": "en"},
        "roster:imports": {"file": ""},
        "enrollment:find_household": {"code": listed.code},
        "enrollment:enrol_household": {"cover_from": f"{year}-01-01"},
        "claims:find": {"id_number": number},
        "claims:report": {"reported_on": today, "reserve": "500", "account": ""},
        "claims:calculation": bill,
        "claims:add_bill": bill,
        "claims:reserve": {"reserve": "2345", "reason": "a new estimate"},
        "claims:return": {"reason": "the invoice is missing"},
        "claims:approve": {"reason": ""},
        "claims:pay": {"paid_on": today, "reference": "B1"},
        "access:tokens": {"name": "claims system", "days": "30"},
        "api:eligibility": {"identity_number": number, "policy_year": year},
        "api:claims": {"identity_number": number, "policy_year": year, "reserve": "500.00"},
        "api:bills": bill | {"bill": "9000.00"},
        "api:reserve": {"reserve": "2345.00", "reason": "a new estimate"},
        "api:claim_return": {"reason": "the invoice is missing"},
        "api:claim_approve": {"reason": ""},
        "api:claim_pay": {"paid_on": today, "reference": "B1"},
    }


def _workbook() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        write_one_sheet(path, make_households(persons=3, seed=7, counties=["140524"]))
        return path.read_bytes()


def addresses() -> dict[str, URLPattern]:
    """Every address of the product by its full name; one without a name fails."""
    return dict(_walk(get_resolver(), ()))


def _walk(resolver: URLResolver, spaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        else:
            assert pattern.name, f"{pattern} has no name"
            yield ":".join((*spaces, pattern.name)), pattern


def path_of(address: str, row: int | str | None) -> str:
    """The path of an address, its one key filled with the row's."""
    return reverse(address, args=[] if row is None else [row])


def keys_of(address: str) -> int:
    """How many keys an address takes."""
    return len(addresses()[address].pattern.converters)


def traces() -> dict[str, str]:
    """Count and content mark of every business table: any row added, changed or removed shows."""
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.app_label not in HOUSEKEEPING
    ]
    tables.remove(COUNTS_CALLS)
    query = " UNION ALL ".join(
        f"SELECT '{table}', count(*) || ' ' || coalesce(sum(hashtextextended({row}::text, 0)), 0) FROM {table} t"
        for table in tables
        for row in [NOTES_USE.get(table, "t")]
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


class Undone:
    """A visit within it is undone at the end. Not an atomic block: services insist on opening the outermost one."""

    def __enter__(self) -> "Undone":
        self.point = transaction.savepoint()
        return self

    def __exit__(self, *error: object) -> None:
        transaction.savepoint_rollback(self.point)


def loaded(role: Role, town: Town, *, foreign: bool = False) -> User:
    """A user of the town as a new request would load them."""
    party = town.world.foreign if foreign else town.world.own
    return User.objects.get(pk=party[role].pk)
