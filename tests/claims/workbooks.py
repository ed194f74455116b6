"""Claims workbooks as insurers fill them in, taken through the stages of an import."""

import io
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import Workbook

from claims.bulk.columns import FIELDS, SHEETS, Kind
from claims.models import ClaimImport, ClaimRow
from claims.services import bulk
from claims.tasks import apply_import, check_import
from enrollment.models import InsuredHousehold, InsuredPerson, PolicyYear
from enrollment.selectors import identity_place
from jincheng_insurance.access.models import User
from jincheng_insurance.access.sealing import unseal

Cells = Mapping[str, Any]


def number_of(person: InsuredPerson) -> str:
    member = person.roster_person
    assert member.id_number_sealed is not None
    return unseal(bytes(member.id_number_sealed), identity_place(member.pk))


def claim_cells(person: InsuredPerson, case: str, /, **changes: Any) -> dict[str, Any]:
    return {
        "reference": case,
        "id_number": number_of(person),
        "name": person.roster_person.name,
        "reported_on": f"{person.policy_year_id}-01-02",
        "reserve": 3000,
        "account": "因病住院",
    } | changes


def bill_cells(case: str, invoice: str, year: int, /, **changes: Any) -> dict[str, Any]:
    return {
        "reference": case,
        "care": "住院",
        "hospital": "晋城市人民医院",
        "invoice_number": invoice,
        "admitted_on": f"{year}-01-01",
        "on": f"{year}-01-02",
        "bill": 9000.5,
        "basic": 4000,
        "diagnosis": "肺炎",
    } | changes


def loss_cells(household: InsuredHousehold, case: str, /, **changes: Any) -> dict[str, Any]:
    """A flood's report on the second of January, named by the household's first member."""
    year = household.policy_year_id
    return {
        "reference": case,
        "household_code": household.roster_household.code,
        "name": household.persons.order_by("pk")[0].roster_person.name,
        "reported_on": f"{year}-01-03",
        "reserve": 3000,
        "cause": "自然灾害",
        "peril": "洪水",
        "lost_on": f"{year}-01-02",
        "account": "洪水进屋",
    } | changes


def item_cells(case: str, name: str = "电视机", /, **changes: Any) -> dict[str, Any]:
    return {
        "reference": case,
        "kind": "家用电器",
        "name": name,
        "quantity": 1,
        "unit": "台",
        "amount": 1800,
    } | changes


def sign_cells(case: str, party: str, year: int, /, **changes: Any) -> dict[str, Any]:
    return {
        "reference": case,
        "party": party,
        "signed_by": "李四",
        "on": f"{year}-01-04",
        "assessed": 1800,
    } | changes


def payment_cells(reference: str, **changes: Any) -> dict[str, Any]:
    return {"reference": reference, "bank_reference": "LS0001"} | changes


def workbook(
    claims: Iterable[Cells] = (),
    bills: Iterable[Cells] = (),
    payments: Iterable[Cells] = (),
    *,
    losses: Iterable[Cells] = (),
    items: Iterable[Cells] = (),
    signs: Iterable[Cells] = (),
) -> bytes:
    """All sheets, row 1 their titles, cells by field name."""
    rows_of = {
        Kind.CLAIM: claims,
        Kind.BILL: bills,
        Kind.LOSS: losses,
        Kind.ITEM: items,
        Kind.SIGN: signs,
        Kind.PAYMENT: payments,
    }
    book = Workbook()
    book.remove(book.worksheets[0])
    for kind, rows in rows_of.items():
        sheet = book.create_sheet(SHEETS[kind])
        sheet.append([field.title for field in FIELDS[kind]])
        for row in rows:
            sheet.append([row.get(field.name) for field in FIELDS[kind]])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def checked(data: bytes, actor: User, year: int, *, file_name: str = "赔案.xlsx") -> ClaimImport:
    upload = bulk.upload_claims(
        data=data, file_name=file_name, policy_year=PolicyYear.objects.get(pk=year), actor=actor
    )
    check_import(upload.pk)
    upload.refresh_from_db()
    return upload


def applied(data: bytes, actor: User, year: int) -> ClaimImport:
    upload = checked(data, actor, year)
    bulk.request_apply(claim_import=upload, actor=actor)
    apply_import(upload.pk)
    upload.refresh_from_db()
    return upload


def codes(upload: ClaimImport) -> list[tuple[str, int, str, str]]:
    """Every problem: kind, row, column's letter, code (of a rule or a service's refusal, that one's)."""
    return [
        (row.kind, row.row, problem["column"], problem["params"].get("rule") or problem["code"])
        for row in ClaimRow.objects.filter(claim_import=upload).order_by("id")
        for problem in row.problems
    ]
