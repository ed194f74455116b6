"""Reading imports of claims workbooks: within the actor's scope."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from claims.bulk.columns import SHEETS
from claims.bulk.texts import rule_of, text_of
from claims.models import Care, Claim, ClaimImport, ClaimRow
from enrollment.models import InsuredPerson
from jincheng_insurance.access.models import User


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of an import as its page shows it; amounts in yuan."""

    row: ClaimRow
    sheet: str
    who: str
    claim: Claim | None
    day: str
    what: str
    amount: Decimal | None
    warnings: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One problem of one line: where, what stands there, what is wrong and what to do, and the rule."""

    row: ClaimRow
    problem: dict[str, Any]
    text: str
    rule: str


AMOUNTS = {"claim": "reserve", "bill": "bill", "payment": "amount"}
DAYS = {"claim": "reported_on", "bill": "on", "payment": "paid_on"}
WHAT = {"claim": "account", "bill": "hospital", "payment": "bank_reference"}


def claim_imports(actor: User) -> QuerySet[ClaimImport]:
    return ClaimImport.objects.visible_to(actor).select_related(
        "county", "insurer", "uploaded_by", "applied_by", "policy_year"
    )


def same_import(upload: ClaimImport, actor: User) -> ClaimImport | None:
    """The latest applied import of the very same file within the actor's reach, if there is one."""
    same = claim_imports(actor).filter(sha256=upload.sha256, state=ClaimImport.State.APPLIED)
    return same.exclude(pk=upload.pk).exclude(sha256="").order_by("-applied_at").first()


def rows_of(upload: ClaimImport, kind: str) -> QuerySet[ClaimRow]:
    """The lines of an import that are new, stand already (`same`), or have problems, in their order."""
    rows = ClaimRow.objects.filter(claim_import=upload).order_by("id")
    if kind == "problems":
        return rows.exclude(verdict=ClaimRow.Verdict.ACCEPT)
    return rows.exclude(verdict=ClaimRow.Verdict.REJECT).filter(new=kind == "new")


def shown_rows(actor: User, rows: list[ClaimRow]) -> list[Shown]:
    """One page of lines with the names and claims they are about."""
    seen = Claim.objects.visible_to(actor).filter(pk__in={row.claim_key for row in rows if row.claim_key})
    claims = {claim.pk: claim for claim in seen.select_related("insured_person__roster_person")}
    people = dict(
        InsuredPerson.objects.visible_to(actor)
        .filter(pk__in={row.person_key for row in rows if row.person_key})
        .values_list("pk", "roster_person__name")
    )
    return [_shown(row, claims.get(row.claim_key or 0), people) for row in rows]


def _shown(row: ClaimRow, claim: Claim | None, people: dict[int, str]) -> Shown:
    who = people.get(row.person_key or 0, "")
    if not who and claim is not None and claim.insured_person is not None:
        who = claim.insured_person.roster_person.name
    amount = row.facts.get(AMOUNTS[row.kind])
    what = row.facts.get(WHAT[row.kind]) or ""
    if row.kind == ClaimRow.Kind.BILL and row.facts.get("care"):
        what = f"{Care(row.facts['care']).label} · {what}"
    if row.kind == ClaimRow.Kind.PAYMENT and amount is None and claim is not None:
        amount = claim.granted
    return Shown(
        row=row,
        sheet=SHEETS[ClaimRow.Kind(row.kind)],
        who=who,
        claim=claim,
        day=row.facts.get(DAYS[row.kind]) or "",
        what=what,
        amount=None if amount is None else Decimal(amount),
        warnings=[
            (text_of(one["code"], one["params"]), rule_of(one["code"], one["params"])) for one in row.problems
        ],
    )


def wrong_cells(rows: list[ClaimRow]) -> list[Wrong]:
    """The problems of one page of lines."""
    return [
        Wrong(
            row,
            problem,
            text_of(problem["code"], problem["params"]),
            rule_of(problem["code"], problem["params"]),
        )
        for row in rows
        for problem in row.problems
    ]
