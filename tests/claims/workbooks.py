"""Claims workbooks as insurers fill them in, taken through the stages of an import."""

import io
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import Workbook

from claims.bulk.columns import FIELDS, SHEETS, Kind
from claims.models import ClaimImport, ClaimRow
from claims.services import bulk
from claims.tasks import apply_import, check_import
from enrollment.models import InsuredPerson, PolicyYear
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


def payment_cells(reference: str, **changes: Any) -> dict[str, Any]:
    return {"reference": reference, "bank_reference": "LS0001"} | changes


def workbook(
    claims: Iterable[Cells] = (), bills: Iterable[Cells] = (), payments: Iterable[Cells] = ()
) -> bytes:
    """The three sheets, row 1 their titles, cells by field name."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for kind, rows in ((Kind.CLAIM, claims), (Kind.BILL, bills), (Kind.PAYMENT, payments)):
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
