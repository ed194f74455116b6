"""States that the demo's story leaves out, made for the pictures: imports that wait, an account proposed, a household
that moves, posts proposed and ended."""

import datetime
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.test import override_settings
from django.utils import timezone
from openpyxl import Workbook

from claims.models import Claim
from claims.services import bulk
from claims.services.documents import add_document
from demo.people import make_households
from demo.workbooks import write_one_sheet
from enrollment.models import (
    Agreement,
    InsuredHousehold,
    InsuredPerson,
    PolicyYear,
    RosterHousehold,
    RosterImport,
)
from enrollment.services import participation
from enrollment.services.enrolment import enrol_household
from enrollment.services.leaving import withdraw_household
from enrollment.services.member import change_member
from enrollment.services.moving import ask_move
from enrollment.services.payee import propose_account
from enrollment.services.roster import (
    apply_import,
    cancel_import,
    check_import,
    request_apply,
    upload_roster,
)
from enrollment.services.roster_mapping import name_columns
from jincheng_insurance.access.grants import propose_grant
from jincheng_insurance.access.models import ApiToken, Insurer, Region, User
from jincheng_insurance.access.people import disable_person
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.tokens import make_token
from jincheng_insurance.sheets.exports import KINDS
from jincheng_insurance.sheets.services import make_export, request_export
from jincheng_insurance.web.filter_pages import PAGES
from jincheng_insurance.web.saved import save_filter
from premiums.services.fund_imports import upload_funds
from riskpool.services.settlement import draft_settlement
from tests.claims.workbooks import bill_cells, claim_cells, number_of, workbook
from tests.papers import pdf
from tests.premiums.workbooks import funding_workbook
from tests.world import account_facts

COUNTY = "140524"


def enrich(who: Mapping[str, User]) -> dict[str, int | str]:
    """A few states that the story leaves out; returns the rows that only their maker may see."""
    officer = who[Role.COUNTY_OFFICER]
    rows: dict[str, int | str] = {"kind": "insured", "guide": Role.COUNTY_OFFICER, "work": "claims-to-assess"}
    import_rosters(officer)
    newcomers(officer)
    save_filter(
        page=PAGES["enrollment:insured"],
        name="突发严重困难户",
        fields={"category": "SEVERE_DIFFICULTY"},
        actor=officer,
    )
    rows |= workbooks(who, COUNTY) | posts(who)
    export = request_export(
        kind=KINDS["insured"],
        chosen={},
        described="",
        file_format="xlsx",
        full=False,
        purpose="核对",
        actor=officer,
    )
    make_export(export_id=export.pk)
    rows["export"] = export.pk
    with override_settings(EXPORT_APPROVAL_ROWS=1):
        request_export(
            kind=KINDS["insured"],
            chosen={},
            described="",
            file_format="xlsx",
            full=True,
            purpose="交承保机构建档",
            actor=User.objects.get(username="lingchuan2"),
        )
    person = InsuredPerson.objects.filter(
        insured_household__agreement__county__code=COUNTY, claims__isnull=False
    ).first()
    assert person is not None
    rows |= {"person": person.pk, "member": person.roster_person_id}
    change_member(
        person=person.roster_person,
        basic_insurance=person.basic_insurance,
        telephone="13800001234",
        policy_year=person.insured_household.policy_year,
        actor=officer,
    )
    with suppress(Refused):
        propose_account(person=person.roster_person, facts=account_facts(person.roster_person), actor=officer)
    away = RosterHousehold.objects.filter(county__code="140581").first()
    neighbour = User.objects.get(username="gaoping")
    if away is not None:
        with suppress(Refused):
            ask_move(household=away, to_county=person.county, reason="易地搬迁", actor=neighbour)
    claim = Claim.objects.filter(county__code=COUNTY, state=Claim.State.ASSESSING, loss=None).last()
    if claim is not None:
        add_document(claim=claim, kind="invoice", data=pdf(), file_name="发票.pdf", actor=who[Role.ADJUSTER])
        rows["assessed"] = claim.pk
        rows |= {"bill": claim.bills.get().pk, "paper": claim.documents.get().pk}
    year = person.insured_household.policy_year_id
    closing = datetime.datetime(year + 1, 4, 1, 10, tzinfo=timezone.get_default_timezone())
    with patch("django.utils.timezone.now", lambda: closing):
        draft_settlement(policy_year_id=year, actor=who[Role.CITY_OFFICER])
    return rows


def import_rosters(officer: User) -> None:
    """One workbook that is checked, and one whose columns nobody knows yet."""
    with TemporaryDirectory() as folder:
        known, strange = Path(folder) / "陵川县监测名册.xlsx", Path(folder) / "陵川县补充名册.xlsx"
        write_one_sheet(known, make_households(persons=60, seed=7, counties=[COUNTY], after=500_000))
        book = Workbook()
        book.worksheets[0].append(["户的号", "姓名", "证件号码", "与户主关系", "户类型"])
        book.worksheets[0].append(["052100001", "张三", "待补", "户主", "脱贫户"])
        book.save(strange)
        for path in (known, strange):
            uploaded = upload_roster(data=path.read_bytes(), file_name=path.name, actor=officer)
            check_import(import_id=uploaded.pk)


def newcomers(officer: User) -> None:
    """Households new on the roster, one of them enrolled and not yet on a statement; another that was stated and has
    withdrawn; column titles that the county has named."""
    agreement = Agreement.objects.get(county__code=COUNTY)
    with TemporaryDirectory() as folder:
        path, book = Path(folder) / "十月新识别户.xlsx", Workbook()
        write_one_sheet(path, make_households(persons=12, seed=11, counties=[COUNTY], after=600_000))
        applied = upload_roster(data=path.read_bytes(), file_name=path.name, actor=officer)
        check_import(import_id=applied.pk)
        request_apply(roster_import=RosterImport.objects.get(pk=applied.pk), actor=officer)
        apply_import(import_id=applied.pk)
        book.worksheets[0].append(["户序", "成员姓名", "身份号", "称谓", "类型"])
        book.worksheets[0].append(["052100002", "李四", "待补", "户主", "脱贫户"])
        book.save(path)
        named = upload_roster(data=path.read_bytes(), file_name="乡镇报来.xlsx", actor=officer)
    check_import(import_id=named.pk)
    fields = dict(enumerate(("household_code", "name", "id_number", "relation", "household_kind")))
    name_columns(roster_import=named, header_row=1, fields=fields, actor=officer)
    cancel_import(roster_import=named, actor=officer)
    household = RosterHousehold.objects.filter(county__code=COUNTY, insured=None).order_by("code").last()
    enrol_household(agreement=agreement, household=household, cover_from=timezone.localdate(), actor=officer)
    free = InsuredHousehold.objects.filter(agreement=agreement, claims=None, withdrawn_at=None).order_by("pk")
    withdraw_household(insured_household=free[1], reason="重复参保，已在外县参保", actor=officer)


def workbooks(who: Mapping[str, User], county: str) -> dict[str, int | str]:
    """Claims, participation and funding uploaded and checked, each with a row that is refused."""
    people = InsuredPerson.objects.filter(insured_household__agreement__county__code=county, claims=None)
    first, second = people.order_by("pk")[:2]
    year = first.policy_year_id
    data = workbook(
        [claim_cells(first, "TH-0001"), claim_cells(second, "TH-0002", name="别的名字")],
        [bill_cells("TH-0001", "F1", year), bill_cells("TH-0002", "F2", year)],
    )
    claims = bulk.upload_claims(
        data=data,
        file_name="一月赔案.xlsx",
        policy_year=PolicyYear.objects.get(pk=year),
        actor=who[Role.ADJUSTER],
    )
    bulk.check_import(import_id=claims.pk)
    with TemporaryDirectory() as folder:
        path, book = Path(folder) / "参保名单.xlsx", Workbook()
        book.worksheets[0].append(["证件号码", "姓名", "基本医保参保情况"])
        book.worksheets[0].append([number_of(first), first.roster_person.name, "城镇职工"])
        book.worksheets[0].append([number_of(second), "别的名字", "城镇职工"])
        book.save(path)
        listed = participation.upload_participation(
            data=path.read_bytes(),
            file_name=path.name,
            policy_year=PolicyYear.objects.get(pk=year),
            actor=who[Role.COUNTY_OFFICER],
        )
    participation.check_participation(import_id=listed.pk)
    name, today = Region.objects.get(code=county).name, timezone.localdate()
    funds = upload_funds(
        data=funding_workbook(
            (year, name, "县级", "下达", f"{name}财农5号", today, 1),
            (year, name, "市级", "下达", f"{name}财农6号", today, 1),
        ),
        file_name="下达与拨付.xlsx",
        actor=who[Role.COUNTY_FINANCE],
    )
    return {"bulk": claims.pk, "participation": listed.pk, "funding": funds.pk}


def posts(who: Mapping[str, User]) -> dict[str, int | str]:
    """Somebody disabled, a post that waits for the security officer, and a token."""
    disabled = User.objects.get(username="reviewer3")
    disable_person(person=disabled, reason="调离", actor=who[Role.ADMINISTRATOR])
    proposed = propose_grant(
        person=who[Role.COUNTY_FINANCE],
        role=Role.CITY_FINANCE,
        region=None,
        insurer=None,
        starts_on=timezone.localdate(),
        ends_on=None,
        reason="借调",
        actor=who[Role.ADMINISTRATOR],
    )
    made = make_token(actor=who[Role.ADJUSTER], name="理赔系统", days=90, reach=ApiToken.Reach.HANDLE)
    return {
        "token": made.token.pk,
        "user": who[Role.ADJUSTER].pk,
        "disabled": disabled.pk,
        "proposed": proposed.pk,
        "insurer": Insurer.objects.get(code="TH").pk,
    }
