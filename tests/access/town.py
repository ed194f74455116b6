"""A town for the access tests: both parties of the small world with one row in every state an address is about,
visitors in every role, and visits that leave nothing behind."""

import datetime
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from decimal import Decimal
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from claims.models import Claim, ClaimImport, ClaimRow, MedicalBill, PaymentBatch
from claims.services.decision import approve_claim
from claims.services.documents import ask_for_documents
from demo.people import make_households
from demo.workbooks import write_one_sheet
from enrollment.models import (
    Agreement,
    ColumnMapping,
    HouseholdMove,
    InsuredHousehold,
    InsuredPerson,
    ParticipationImport,
    PayeeAccount,
    PolicyYear,
    RosterChange,
    RosterDifference,
    RosterHousehold,
    RosterImport,
    RosterPerson,
    RosterReach,
    RosterRow,
    UnplacedSheet,
)
from enrollment.selectors import (
    household_telephone_place,
    identity_place,
    masked_account,
    open_account,
    telephone_place,
    terms_of,
)
from enrollment.services.leaving import withdraw_person
from enrollment.services.moving import ask_move
from enrollment.services.payee import propose_account
from jincheng_insurance.access.grants import propose_grant
from jincheng_insurance.access.models import Grant, Region, User, UserSession
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealed_files import store_sealed
from jincheng_insurance.access.sealing import masked, seal, unseal
from jincheng_insurance.sheets.exports import KINDS
from jincheng_insurance.sheets.models import Export
from jincheng_insurance.sheets.services import make_export, request_export
from jincheng_insurance.web.downloads import DOCX, XLSX
from jincheng_insurance.web.filter_pages import PAGES
from jincheng_insurance.web.models import SavedFilter
from jincheng_insurance.web.saved import save_filter
from premiums.services.fund_imports import upload_funds
from premiums.services.funds import confirm_receipt, pay_funds
from premiums.services.reminders import remind_of_arrears
from premiums.services.statements import issue_statement
from riskpool.models import Alert, Duty, Notice, Suspension
from riskpool.services.alerts import evaluate_agreement
from riskpool.services.breakdown import take_breakdown
from riskpool.services.duties import upload_report
from riskpool.services.settlement import draft_settlement
from riskpool.services.suspension import approve_suspension, ask_suspension
from tests.access.table import ANONYMOUS
from tests.api_calls import call, hand_in, token_for
from tests.papers import added_document, pdf, picture
from tests.premiums.workbooks import funding_workbook
from tests.riskpool.settling import colleague, settled
from tests.world import (
    PASSWORD,
    Party,
    World,
    account_facts,
    add_member,
    add_newborn,
    approved_claim,
    bill_facts,
    drafted_batch,
    insure_household,
    list_household,
    make_user,
    make_world,
    number_of,
    paid_line,
    rejected_claim,
    released_batch,
    reported_claim,
    reported_loss,
    reversed_payment,
    second_officer,
    submitted_claim,
)

RECORDS = "audit_auditrecord"
# Django's own housekeeping; all else is business.
HOUSEKEEPING = frozenset({"sessions", "contenttypes", "auth"})
# Every call of the API is counted, and noted as the last use of its token. A page keeps figures that it had to count.
NO_BUSINESS = {"api_requestcount", "enrollment_keptfigures"}
NOTES_USE = {"access_apitoken": "(to_jsonb(t) - 'last_used_at')"}


REVEALS = (
    "roster:reveal_household",
    "roster:reveal_identity",
    "roster:reveal_telephone",
    "enrollment:reveal_identity",
    "enrollment:reveal_telephone",
    "enrollment:reveal_account",
)


@dataclass
class Side:
    """One party with a row of every kind, and what of its people must not be read elsewhere."""

    party: Party
    rows: dict[str, int | str]
    names: list[str]
    codes: list[str]
    id_numbers: list[str]
    posted: dict[str, dict[str, object]] = field(default_factory=dict)
    insurers_codes: list[str] = field(default_factory=list)  # what is its insurer's alone
    others: list[str] = field(
        default_factory=list
    )  # invoices, batches, entries, and numbers as they are masked


@dataclass
class Town:
    world: World
    own: Side
    foreign: Side
    workbook: bytes
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)  # of each business table, once the town stands

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
            if address == "api:documents" and data and method == "POST":
                return hand_in(secret, path, **data)
            return call(secret, method, path, data if method == "POST" else None)
        later = address in {"riskpool:draft_settlement", "riskpool:confirm_settlement"}
        client = Client(enforce_csrf_checks=csrf)
        client.cookies = SimpleCookie(self.cookies[visitor].output(header="", sep=";"))
        if address in {"roster:imports", "enrollment:participation", "claims:imports"} and data:
            data["file"] = SimpleUploadedFile("roster.xlsx", self.workbook)
        if address == "premiums:imports" and data:
            data["file"] = SimpleUploadedFile("funds.xlsx", _funding(side.party))
        if address == "claims:documents" and data:
            data["file"] = SimpleUploadedFile("scan.png", picture(colour="red"))
        if address == "riskpool:ask_suspension" and data:
            data["file"] = SimpleUploadedFile("scan.png", picture(colour="red"))
        if address == "riskpool:duty_upload" and data:
            data["file"] = SimpleUploadedFile("report.pdf", pdf())
        with books_closed(self.world) if later else nullcontext():
            return (
                client.generic(method, path, headers=FROM_A_PAGE)
                if method not in {"GET", "POST"}
                else _send(client, method, path, data)
            )

    def get(self, visitor: str, url: str) -> HttpResponse:
        """The page at an address, as that role or nobody sees it; what the look leaves behind is undone."""
        client = Client()
        client.cookies = SimpleCookie(self.cookies[visitor].output(header="", sep=";"))
        with Undone():
            return client.get(url)


FROM_A_PAGE = {"Referer": "http://testserver/"}


def _send(client: Client, method: str, path: str, data: dict[str, object]) -> HttpResponse:
    if method not in {"GET", "POST"}:
        return client.generic(method, path, headers=FROM_A_PAGE)
    return client.get(path) if method == "GET" else client.post(path, data, headers=FROM_A_PAGE)


@contextmanager
def books_closed(world: World) -> Iterator[None]:
    """Within it the books of the world's year have closed, unless they have anyway."""
    closing_day = datetime.datetime.combine(
        terms_of(world.year.pk).closes_on, datetime.time(10), tzinfo=timezone.get_default_timezone()
    )
    moment = max(closing_day, timezone.now())
    with patch("django.utils.timezone.now", lambda: moment):
        yield


def build_town() -> Town:
    world = make_world()
    own = _side(world, world.own, ("陵川甲", "陵川乙"))
    foreign = _side(world, world.foreign, ("高平丙", "高平丁"))
    town = Town(world, own, foreign, _workbook())
    _settle(town)
    town.cookies[ANONYMOUS] = SimpleCookie()
    _signed_in(world.foreign[Role.ADJUSTER])
    for role in Role:
        town.cookies[role] = _signed_in(world.own[role])
        town.tokens[role] = token_for(world.own[role])
    for side in (own, foreign):
        side.rows["session"] = side.party[Role.ADJUSTER].sessions.get(ended_at=None).pk
    _keep_open(world)
    town.marks = traces(business_tables())
    return town


def _signed_in(user: User) -> SimpleCookie:
    client = Client()
    client.force_login(user)
    return client.cookies


def _keep_open(world: World) -> None:
    """No session of the town ends by time, neither now nor when the books have closed."""
    with books_closed(world):
        then = timezone.now() + datetime.timedelta(days=1)
    UserSession.objects.update(started_at=then, seen_at=then, proved_at=then)
    Session.objects.update(expire_date=then)


def _settle(town: Town) -> None:
    """What both parties' claims have come to since is settled, so that either has a carry-forward and an excess; and
    one more change waits to be confirmed."""
    year = town.world.year.pk
    with books_closed(town.world):
        settled(town.world, year)
    for side in (town.own, town.foreign):
        claim = reported_claim(side.party)
        side.codes.append(claim.number)
    with books_closed(town.world):
        waiting = draft_settlement(policy_year_id=year, actor=colleague())
    for side in (town.own, town.foreign):
        line = waiting.lines.get(agreement=side.party.agreement)
        side.rows |= {"year": year, "settlement": waiting.pk, "settled": line.pk}


def _side(world: World, party: Party, names: tuple[str, ...]) -> Side:
    """A party's rows: the statement comes before the last household is insured, so that another can be issued."""
    stated = insure_household(party, names=names)
    leaver = insure_household(party, persons=3)
    person = stated.persons.order_by("id").first()
    assert person is not None
    statement = issue_statement(
        agreement=party.agreement,
        actor=party[Role.COUNTY_OFFICER],
        issued_on=timezone.localdate() - datetime.timedelta(days=40),
    )
    remind_of_arrears(agreement_id=party.agreement.pk)
    with books_closed(world):
        settled(world, world.year.pk)
    paid_in = pay_funds(
        agreement=party.agreement,
        side="county",
        amount=Decimal(1),
        on=timezone.localdate(),
        document=f"财农〔{party.county.code}〕1号",
        actor=party[Role.COUNTY_FINANCE],
    )
    confirm_receipt(
        entry=paid_in,
        amount=Decimal("0.50"),
        on=timezone.localdate(),
        note="银行扣收手续费",
        actor=party[Role.REVIEWER],
    )
    assessed = _with_a_bill(reported_claim(party, person), party)
    submitted, approved = submitted_claim(party), approved_claim(party)
    payable = submitted_claim(party)
    approve_claim(claim=payable, reason="", actor=party.payer)
    lost = reported_loss(party, stated)
    rejected = rejected_claim(party)
    draft, released = drafted_batch(party), released_batch(party)
    paid, reversed_line = paid_line(party), reversed_payment(party)
    (alert, *_) = evaluate_agreement(agreement_id=party.agreement.pk)
    assert isinstance(alert, Alert)
    take_breakdown(agreement_id=party.agreement.pk)
    handed = _handed_in(party)
    suspension, suspended = _suspensions(party)
    left, leaving, _staying = leaver.persons.order_by("id")
    withdraw_person(insured_person=left, reason="重复录入", actor=party[Role.COUNTY_OFFICER])
    add_member(leaver.roster_household)
    move_in, move_out = _moves(party)
    listed = list_household(party, names=names)
    token_for(party[Role.ADJUSTER])
    roster_import = RosterImport.objects.create(
        county=party.county,
        file_name=f"{party.county.code}.xlsx",
        sha256="",
        size=1,
        stored_as=store_sealed(_workbook()),
        state=RosterImport.State.CHECKED,
        accepted=1,
        persons=1,
        households=1,
        uploaded_by=party[Role.COUNTY_OFFICER],
    )
    RosterRow.objects.create(roster_import=roster_import, sheet="人员信息", row=4, verdict="accept")
    applied = RosterImport.objects.create(
        county=party.county,
        file_name=f"{party.county.code}-2.xlsx",
        sha256="",
        size=1,
        stored_as=f"applied-{party.county.code}",
        state=RosterImport.State.APPLIED,
        applied_by=party[Role.COUNTY_OFFICER],
        applied_at=timezone.now(),
        uploaded_by=party[Role.COUNTY_OFFICER],
    )
    participation = ParticipationImport.objects.create(
        county=party.county,
        policy_year=party.agreement.policy_year,
        file_name=f"{party.county.code}-3.xlsx",
        sha256="",
        size=1,
        stored_as=f"participation-{party.county.code}",
        state=RosterImport.State.CHECKED,
        accepted=1,
        uploaded_by=party[Role.COUNTY_OFFICER],
    )
    cell = {"county": party.county, "household_key": listed.pk, "field": "category"}
    RosterDifference.objects.create(roster_import=roster_import, **cell)
    RosterChange.objects.create(roster_import=applied, **cell | {"household_key": -party.county.pk})
    RosterReach.objects.create(
        roster_import=roster_import,
        county=party.county,
        listed_households=1,
        listed_persons=1,
        found_households=1,
        found_persons=1,
        whole=True,
    )
    export = request_export(
        kind=KINDS["insured"],
        chosen={},
        described="",
        file_format="xlsx",
        full=False,
        purpose="核对",
        actor=party[Role.COUNTY_OFFICER],
    )
    make_export(export_id=export.pk)
    bill = assessed.bills.get()
    newborn = add_newborn(party, listed)
    funding = upload_funds(
        data=_funding(party), file_name=f"{party.county.code}-4.xlsx", actor=party[Role.COUNTY_FINANCE]
    )
    account = propose_account(
        person=person.roster_person, facts=account_facts(person.roster_person), actor=second_officer(party)
    )
    telephones = _give_telephones(person.roster_person)
    paper = added_document(assessed, party)
    asked = reported_claim(party, person)
    ask_for_documents(claim=asked, missing=["invoice"], note="", actor=party[Role.ADJUSTER])
    side = Side(
        party,
        rows={
            "import": roster_import.pk,
            "unplaced": _unplaced(party).pk,
            "title": ColumnMapping.objects.create(
                county=party.county, key="家里几口", title="家里几口", said_by=party[Role.COUNTY_OFFICER]
            ).pk,
            "applied": applied.pk,
            "participation": participation.pk,
            "listed": listed.pk,
            "member": person.roster_person_id,
            "phoned": person.roster_person.household_id,
            "newborn": newborn.pk,
            "account": account.pk,
            "insured": stated.pk,
            "leaver": leaver.pk,
            "leaving": leaving.pk,
            "move_in": move_in.pk,
            "move_out": move_out.pk,
            "person": person.pk,
            "agreement": party.agreement.pk,
            "statement": statement.pk,
            "paid_in": paid_in.pk,
            "funding": funding.pk,
            "alert": alert.pk,
            "report": Duty.objects.get(agreement=party.agreement, kind="special_report").pk,
            "handed": handed.pk,
            "handed_paper": handed.papers.get().pk,
            "notice": Notice.objects.filter(user=party[Role.ADJUSTER], kind="alert_fired").latest("id").pk,
            "suspension": suspension.pk,
            "suspended": suspended.pk,
            "evidence": suspension.papers.get().pk,
            "assessed": assessed.pk,
            "bill": bill.pk,
            "paper": paper.pk,
            "asked": asked.pk,
            "submitted": submitted.pk,
            "approved": approved.pk,
            "payable": payable.pk,
            "lost": lost.pk,
            "item": lost.loss.items.get().pk,
            "rejected": rejected.pk,
            "batch": draft.pk,
            "line": draft.lines.get().pk,
            "released": released.pk,
            "sent": released.lines.get().pk,
            "paid": paid.pk,
            "reversed": reversed_line.pk,
            "export": export.pk,
            "large": _large_export(party).pk,
            "kind": "insured",
            "guide": "county_officer",
            "bulk": _claims_workbook(party, person).pk,
            "filter": _saved_filter(party).pk,
            "work": "claims-to-assess",
            "token": party[Role.ADJUSTER].api_tokens.get().pk,
            "user": party[Role.COUNTY_OFFICER].pk,
            "signed_in": party[Role.ADJUSTER].pk,
            "disabled": make_user(f"{party.county.code}-disabled", active=False).pk,
            "proposed": _proposed(party).pk,
            "insurer": party.insurer.pk,
            "agreement#": party.agreement.number,
            "statement#": statement.number,
            "assessed#": assessed.number,
            "lost#": lost.number,
            "rejected#": rejected.number,
            "batch#": draft.number,
            "submitted#": submitted.number,
            "approved#": approved.number,
            "payable#": payable.number,
        },
        names=list(names),
        codes=[
            *RosterHousehold.objects.filter(county=party.county).values_list("code", flat=True),
            *Claim.objects.filter(county=party.county).values_list("number", flat=True),
            *(claim_bill.invoice_number for claim_bill in assessed.bills.all()),
            statement.number,
            paid_in.document,
            roster_import.file_name,
            applied.file_name,
            participation.file_name,
        ],
        id_numbers=[
            unseal(bytes(member.id_number_sealed), identity_place(member.pk))
            for member in RosterPerson.objects.filter(household__county=party.county, number_pending=False)
        ],
    )
    side.posted = _posted(side, listed, stated, person.roster_person) | _posted_leaving(
        party, left.roster_person, move_out.to_county
    )
    side.others = _others(party, account, telephones)
    side.insurers_codes = [f"{party.county.code}-4.xlsx", f"{party.county.code}-2026-1"]
    side.posted["roster:complete_number"] = {"id_number": number_of(newborn)}
    return side


def _saved_filter(party: Party) -> SavedFilter:
    """A filter that the county's officer keeps."""
    return save_filter(
        page=PAGES["riskpool:duties"],
        name=f"逾期{party.county.code}",
        fields={"state": "overdue"},
        actor=party[Role.COUNTY_OFFICER],
    )


def _handed_in(party: Party) -> Duty:
    """The investigation that the highest alerts ask for, handed in by another officer of the county."""
    duty = Duty.objects.get(agreement=party.agreement, kind="investigation")
    return upload_report(
        duty=duty, data=pdf(), file_name=f"{party.county.code}.pdf", actor=second_officer(party)
    )


def _suspensions(party: Party) -> tuple[Suspension, Suspension]:
    """A suspension that is asked for and one in force, each under an agreement of another year."""
    asked = []
    for year in PolicyYear.objects.exclude(pk=party.agreement.policy_year_id).order_by("pk"):
        agreement = Agreement.objects.create(
            policy_year=year,
            county=party.county,
            insurer=party.insurer,
            number=f"{party.agreement.number}-{year}",
            signed_on=party.agreement.signed_on,
        )
        evidence = [("scan.png", picture())]
        asked.append(
            ask_suspension(
                agreement=agreement,
                violation="拖延赔付",
                evidence=evidence,
                actor=party[Role.COUNTY_OFFICER],
            )
        )
    waiting, decided = asked
    approve_suspension(suspension=decided, reason="属实", starts_on=None, actor=party[Role.CITY_OFFICER])
    return waiting, decided


def _large_export(party: Party) -> Export:
    """An export of another officer of the county that waits for approval."""
    return Export.objects.create(
        kind="insured",
        state=Export.State.WAITING,
        full=True,
        purpose="交承保机构建档",
        total=5000,
        reach=[(party.county.pk, party.insurer.pk, True)],
        made_by=second_officer(party),
    )


def _give_telephones(person: RosterPerson) -> list[str]:
    """A telephone for a person and for their household, each party's with ends of its own."""
    end = str(person.household.county.code)[-3:]
    own, household = f"1381234{end}8", f"1391234{end}9"
    person.telephone_sealed = seal(own, telephone_place(person.pk))
    person.save(update_fields=["telephone_sealed"])
    person.household.telephone_sealed = seal(household, household_telephone_place(person.household_id))
    person.household.save(update_fields=["telephone_sealed"])
    return [own, household]


def _others(party: Party, account: PayeeAccount, telephones: list[str]) -> list[str]:
    """What else is a party's alone: batches, invoices, files; telephones and an account, in full and masked."""
    return [
        *PaymentBatch.objects.filter(county=party.county).values_list("number", flat=True),
        *MedicalBill.objects.filter(claim__county=party.county).values_list("invoice_number", flat=True),
        *telephones,
        *(masked(telephone) for telephone in telephones),
        open_account(account),
        masked_account(account),
        f"{party.county.code}.csv",
        f"{party.county.code}.pdf",
    ]


def _claims_workbook(party: Party, person: InsuredPerson) -> ClaimImport:
    """A checked workbook of the party's insurer with one new claim."""
    upload = ClaimImport.objects.create(
        county=party.county,
        insurer=party.insurer,
        policy_year=party.agreement.policy_year,
        file_name=f"{party.county.code}-4.xlsx",
        sha256="",
        size=1,
        stored_as=store_sealed(_workbook()),
        state=ClaimImport.State.CHECKED,
        accepted=1,
        new_claims=1,
        uploaded_by=party[Role.ADJUSTER],
    )
    ClaimRow.objects.create(
        claim_import=upload,
        sheet="赔案",
        row=2,
        verdict="accept",
        kind="claim",
        new=True,
        reference=f"{party.county.code}-2026-1",
        person_key=person.pk,
        facts={"reported_on": f"{party.agreement.policy_year_id}-01-02", "reserve": "500.00"},
    )
    return upload


def _funding(party: Party) -> bytes:
    """An allocation of the county's and one of the city's, of which each finance books its own."""
    year, county, today = party.agreement.policy_year_id, party.county.name, timezone.localdate()
    return funding_workbook(
        (year, county, "县级", "下达", f"{county}财农5号", today, 1),
        (year, county, "市级", "下达", f"{county}财农6号", today, 1),
    )


def _unplaced(party: Party) -> RosterImport:
    """An import that waits for its columns to be named."""
    waiting = RosterImport.objects.create(
        county=party.county,
        file_name=f"{party.county.code}.csv",
        sha256="",
        size=1,
        stored_as=f"unplaced-{party.county.code}",
        state=RosterImport.State.MAPPING,
        failure={"code": "missing_columns", "params": {"sheet": "名册", "row": 1, "columns": "户编号"}},
        uploaded_by=party[Role.COUNTY_OFFICER],
    )
    titles = ["户的号", "姓名", "证件号码", "与户主关系", "户类型"]
    UnplacedSheet.objects.create(
        roster_import=waiting,
        sheet="名册",
        header_row=1,
        rows=[(1, titles), (2, ["052100001", "张三", "1405**********1452", "户主", "脱贫户"])],
    )
    return waiting


def _moves(party: Party) -> tuple[HouseholdMove, HouseholdMove]:
    """A household that a third county asks this one to take over, and one that this one asks it to take over."""
    third = Region.objects.get(code="140521")
    officer = User.objects.filter(username="第三县").first() or make_user(
        "第三县", Role.COUNTY_OFFICER, region=third
    )
    coming = list_household(party, persons=1)
    RosterHousehold.objects.filter(pk=coming.pk).update(county=third)
    coming.refresh_from_db()
    return (
        ask_move(household=coming, to_county=party.county, reason="搬迁", actor=officer),
        ask_move(
            household=list_household(party, persons=1),
            to_county=third,
            reason="搬迁",
            actor=party[Role.COUNTY_OFFICER],
        ),
    )


def _posted_leaving(party: Party, left: RosterPerson, third: Region) -> dict[str, dict[str, object]]:
    """Valid data for members who come and leave, and for moves."""
    day = f"{party.agreement.policy_year_id}-06-01"
    place = Region.objects.filter(parent=party.county, level="township").first()
    assert place is not None
    return {
        "enrollment:enrol_waiting": {"cover_from": day},
        "enrollment:enrol_members": {"persons": [left.pk], "cover_from": day},
        "enrollment:withdraw_household": {"reason": "重复录入"},
        "enrollment:withdraw_person": {"reason": "重复录入"},
        "enrollment:confirm_move": {"place": place.pk},
        "enrollment:refuse_move": {"reason": "查无此户"},
        "enrollment:move_household": {"place": place.pk, "reason": "搬迁"},
        "enrollment:ask_move": {"to_county": third.pk, "reason": "搬迁"},
    }


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
    loss = {"cause": "natural_disaster", "peril": "flood", "lost_on": f"{year}-01-02"}
    return {
        "access:login": {"username": side.party[Role.ADJUSTER].username, "password": PASSWORD},
        "set_language": {"language": "en"},
        "premiums:cancel": {"reason": "名单有误"},
        "premiums:imports": {"file": ""},
        "premiums:move": {"kind": "paid", "amount": "0.01", "on": today, "document": "财农2号"},
        "premiums:receipt": {"amount": "1", "on": today},
        "premiums:reverse": {"reason": "错记"},
        "roster:imports": {"file": ""},
        "roster:columns": {
            "row": "1",
            "column_0": "household_code",
            "column_1": "name",
            "column_2": "id_number",
            "column_3": "relation",
            "column_4": "household_kind",
        },
        **{key: {"reason": "the bank returned the payment"} for key in REVEALS},
        "roster:undo": {"reason": "the wrong file"},
        "enrollment:participation": {"file": "", "policy_year": year},
        "enrollment:find_household": {"code": listed.code},
        "enrollment:enrol_household": {"cover_from": f"{year}-01-01"}
        | {
            f"m{member.pk}-{name}": value
            for member in listed.persons.all()
            for name, value in {"enrol": "on", "basic_insurance": "resident"}.items()
        },
        "enrollment:refuse_account": {"reason": "the name does not fit the passbook"},
        "roster:add_member": {
            "name": "新生",
            "birth_date": today,
            "sex": "female",
            "relation": "GRANDCHILD",
        },
        "roster:change_member": {"basic_insurance": "employee", "telephone": "13800001234"},
        "roster:propose_account": {"bank_name": "晋城银行", "number": "6228480402564890018"},
        "roster:persons": {"id_number": number},
        "enrollment:insured_persons": {"id_number": number},
        "sheets:refuse": {"reason": "all rows are not needed"},
        "sheets:new": {"format": "xlsx", "purpose": "核对"},
        "claims:find": {"id_number": number},
        "claims:imports": {"file": "", "policy_year": year},
        "claims:report": {"reported_on": today, "reserve": "500", "account": "", "another": "on"},
        "claims:find_household": {"code": insured.roster_household.code},
        "claims:report_loss": loss | {"reported_on": today, "reserve": "500", "account": "", "another": "on"},
        "claims:loss": loss,
        "claims:add_item": {
            "kind": "appliance",
            "name": "冰箱",
            "quantity": "1",
            "unit": "台",
            "amount": "900",
        },
        "claims:sign": {"party": "village", "signed_by": "李主任", "on": today},
        "claims:reject": {"reason_code": "not_proven", "reason": "the papers do not show it"},
        "claims:withdraw": {"reason": "the insured asks for it"},
        "claims:reopen": {"reason": "new papers", "reserve": "500"},
        "claims:reverse": {"reason": "a wrong bill", "reserve": "500"},
        "claims:payee": {
            "holder_name": "王五",
            "bank_name": "农商银行",
            "account": "6228480000000000001",
            "relation": "guardian",
            "proof": "监护关系证明",
        },
        "claims:paid": {"paid_on": today, "reference": "B2"},
        "claims:failed": {"reason": "account closed"},
        "claims:back": {"reason": "account closed"},
        "claims:recovered": {"reference": "B3"},
        "claims:calculation": bill,
        "claims:add_bill": bill,
        "claims:edit_bill": bill | {"invoice_number": f"E{listed.pk}"},
        "claims:reserve": {"reserve": "2345", "reason": "a new estimate"},
        "claims:return": {"reason": "the invoice is missing"},
        "claims:approve": {"reason": "", "without_papers": "on"},
        "claims:documents": {"kind": "invoice", "file": ""},
        "claims:document": {"reason": "to compare the number"},
        "claims:remove_document": {"reason": "of another person"},
        "claims:ask_for_documents": {"missing": ["bank_card"], "note": "", "sure": "on"},
        "claims:pay": {"paid_on": today, "reference": "B1"},
        "riskpool:duty_draft": {"causes": "住院人次上升"},
        "riskpool:duty_hand_in": {
            "causes": "住院人次上升",
            "measures": "加强审核",
            "forecast": "约百分之九十",
        },
        "riskpool:duty_upload": {"file": ""},
        "riskpool:duty_return": {"remarks": "请补充原因"},
        "riskpool:duty_paper": {},
        "riskpool:ask_suspension": {"violation": "拖延赔付", "file": ""},
        "riskpool:approve_suspension": {"approve-reason": "属实"},
        "riskpool:refuse_suspension": {"refuse-reason": "证据不足"},
        "riskpool:lift_suspension": {"lift-reason": "已整改"},
        "riskpool:evidence": {"reason": "to compare"},
        "access:make_person": {"username": "wang", "name": "王新", "unit": "财政局"},
        "access:change_person": {"name": "王新", "unit": "财政局"},
        "access:disable_person": {"reason": "left the office"},
        "access:reset_second_factor": {"reason": "lost the telephone"},
        "access:revoke_somebodys_token": {"reason": "found in a mail"},
        "access:enable_person": {"reason": "came back"},
        "access:propose_grant": {
            "role": "county_finance",
            "region": side.party.county.pk,
            "starts_on": today,
            "reason": "任命",
        },
        "access:refuse_grant": {"reason": "another county"},
        "access:end_grant": {"reason": "left the office"},
        "access:rename_insurer": {"name": f"新名{side.party.insurer.pk}", "reason": "renamed"},
        "access:proof": {"proof": ""},
        "access:change_password": {"old": "", "new": "Qinhe-River-2027", "again": "Qinhe-River-2027"},
        "access:second_factor": {"code": "000000"},
        "access:workplace": {"year": year, "county": "", "next": "/claims/"},
        "web:save_filter": {"name": "待交报告", "page": "riskpool:duties", "query": "state=open"},
        "web:rename_filter": {"name": "新名称"},
        "access:tokens": {"name": "claims system", "days": "30"},
        "api:eligibility": {"identity_number": number, "policy_year": year},
        "api:claims": {"identity_number": number, "policy_year": year, "reserve": "500.00"},
        "api:bill_add": bill | {"bill": "9000.00"},
        "api:bill_correct": bill | {"bill": "8000.00", "invoice_number": f"C{listed.pk}"},
        "api:reserve_change": {"reserve": "2345.00", "reason": "a new estimate"},
        "api:losses": loss
        | {"household": insured.roster_household.code, "policy_year": year, "reserve": "500.00"},
        "api:loss_change": loss,
        "api:item_add": {"kind": "tool", "name": "锄头", "quantity": "2", "unit": "把", "amount": "60.00"},
        "api:sign_off": {"party": "village", "signed_by": "李主任", "on": today},
        "api:claim_reject": {"reason_code": "not_proven", "reason": "the papers do not show it"},
        "api:claim_withdraw": {"reason": "the insured asks for it"},
        "api:claim_reopen": {"reason": "new papers", "reserve": "500.00"},
        "api:claim_reverse": {"reason": "a wrong bill", "reserve": "500.00"},
        "api:documents": {"kind": "invoice", "data": picture(colour="green")},
        "api:document_remove": {"reason": "of another person"},
        "api:documents_request": {"missing": ["bank_card"]},
        "api:batches": {"agreement": side.party.agreement.number},
        "api:line_payee": {
            "holder_name": "王五",
            "bank_name": "农商银行",
            "account": "6228480000000000001",
            "relation": "guardian",
            "proof": "监护关系证明",
        },
        "api:line_paid": {"paid_on": today, "reference": "B2"},
        "api:line_failed": {"reason": "account closed"},
        "api:line_reversal": {"reason": "account closed"},
        "api:line_recovery": {"reference": "B3"},
        "api:claim_return": {"reason": "the invoice is missing"},
        "api:claim_approve": {"reason": ""},
        "api:claim_pay": {"paid_on": today, "reference": "B1"},
    }


def _proposed(party: Party) -> Grant:
    """A post that waits for the security officer."""
    return propose_grant(
        person=party[Role.COUNTY_FINANCE],
        role=Role.COUNTY_OFFICER,
        region=party.county,
        insurer=None,
        starts_on=timezone.localdate(),
        ends_on=None,
        reason="任命",
        actor=party[Role.ADMINISTRATOR],
    )


def _workbook() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        write_one_sheet(path, make_households(persons=3, seed=7, counties=["140524"]))
        return path.read_bytes()


def text_of(answer: HttpResponse) -> str:
    """What a visitor reads of an answer: the page; of a workbook all its cells, of a Word document all its text."""
    data = b"".join(answer) if answer.streaming else answer.content
    if answer.headers["Content-Type"] == DOCX:
        return " ".join(Document(BytesIO(data)).element.itertext())
    if answer.headers["Content-Type"] != XLSX:
        return data.decode()
    book = load_workbook(BytesIO(data))
    return " ".join(str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None)


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


def business_tables() -> list[str]:
    """The tables whose rows no refused visit may touch."""
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.app_label not in HOUSEKEEPING
    ]
    return [table for table in tables if table not in NO_BUSINESS]


def traces(tables: Iterable[str]) -> dict[str, str]:
    """Count and content mark of each of the tables: any row added, changed or removed shows."""
    query = " UNION ALL ".join(
        f"SELECT '{table}', count(*) || ' ' || coalesce(sum(hashtextextended({row}::text, 0)), 0) FROM {table} t"
        for table in tables
        for row in [NOTES_USE.get(table, "t")]
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


def writes() -> dict[str, int]:
    """How many rows of each table this transaction has written so far, undone ones included: PostgreSQL counts them
    itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
            " + pg_stat_get_xact_tuples_deleted(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
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


class Watched(Undone):
    """A visit within it is undone at the end, and says before it is which tables it changed."""

    def __init__(self, town: Town) -> None:
        self.marks = town.marks

    def __enter__(self) -> "Watched":
        super().__enter__()
        self.before = writes()
        return self

    def changed(self) -> set[str]:
        """The tables whose content is not the town's any more; only those that were written to are looked at."""
        now = writes()
        written = [table for table in self.marks if now.get(table) != self.before.get(table)]
        if not written:
            return set()
        return {table for table, mark in traces(written).items() if mark != self.marks[table]}
