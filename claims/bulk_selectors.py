"""Reading imports of claims workbooks: within the actor's scope."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, TextChoices

from claims.bulk.columns import SHEETS
from claims.bulk.texts import rule_of, text_of
from claims.models import Care, Cause, Claim, ClaimImport, ClaimRow, LossItem, SignOff
from claims.texts import peril_label
from enrollment.models import InsuredPerson
from jincheng_insurance.access.models import User


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of an import as its page shows it; amounts in yuan. `billless`: a claim of which no bill comes in, since
    each of its bills in the workbook was refused."""

    row: ClaimRow
    sheet: str
    who: str
    claim: Claim | None
    day: str
    what: str
    amount: Decimal | None
    warnings: list[tuple[str, str]]
    billless: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """One problem of one line: where, what stands there, what is wrong and what to do, and the rule."""

    row: ClaimRow
    problem: dict[str, Any]
    text: str
    rule: str


AMOUNTS = {
    "claim": "reserve",
    "bill": "bill",
    "loss": "reserve",
    "item": "amount",
    "sign": "assessed",
    "payment": "amount",
}
OF_CLAIM = ("insured_person__roster_person", "insured_household__roster_household")
DAYS = {"claim": "reported_on", "bill": "on", "loss": "reported_on", "sign": "on", "payment": "paid_on"}


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
    claims = {claim.pk: claim for claim in seen.select_related(*OF_CLAIM)}
    people = dict(
        InsuredPerson.objects.visible_to(actor)
        .filter(pk__in={row.person_key for row in rows if row.person_key})
        .values_list("pk", "roster_person__name")
    )
    reported, billless = _reported_for(rows), _billless(rows)
    shown = [
        _shown(row, claim := claims.get(row.claim_key or 0), _whose(row, claim, people, reported))
        for row in rows
    ]
    return [
        replace(one, billless=(one.row.claim_import_id, one.row.reference) in billless)
        if one.row.kind == ClaimRow.Kind.CLAIM and one.row.new
        else one
        for one in shown
    ]


def _billless(rows: list[ClaimRow]) -> set[tuple[int, str]]:
    """Import and case number of the claims reported in these lines all of whose bills in the workbook were refused."""
    reports = [row for row in rows if row.kind == ClaimRow.Kind.CLAIM and row.new]
    if not reports:
        return set()
    bills = ClaimRow.objects.filter(
        claim_import__in={row.claim_import_id for row in reports},
        kind=ClaimRow.Kind.BILL,
        reference__in={row.reference for row in reports},
    ).values_list("claim_import_id", "reference", "verdict")
    refused = {(of, reference) for of, reference, verdict in bills if verdict == ClaimRow.Verdict.REJECT}
    return refused - {
        (of, reference) for of, reference, verdict in bills if verdict != ClaimRow.Verdict.REJECT
    }


def _reported_for(rows: list[ClaimRow]) -> dict[tuple[int, str], str]:
    """The names in which the imports of these lines report claims, by import and case number."""
    heads = ClaimRow.objects.filter(
        claim_import__in={row.claim_import_id for row in rows},
        kind__in=(ClaimRow.Kind.CLAIM, ClaimRow.Kind.LOSS),
        reference__in={row.reference for row in rows if row.reference},
    )
    return {(head.claim_import_id, head.reference): head.facts.get("name") or "" for head in heads}


def _shown(row: ClaimRow, claim: Claim | None, who: str) -> Shown:
    amount = row.facts.get(AMOUNTS[row.kind])
    if row.kind == ClaimRow.Kind.PAYMENT and amount is None and claim is not None:
        amount = claim.granted
    return Shown(
        row=row,
        sheet=SHEETS[ClaimRow.Kind(row.kind)],
        who=who,
        claim=claim,
        day=row.facts.get(DAYS.get(row.kind, "")) or "",
        what=" · ".join(str(part) for part in WHAT[row.kind](row.facts) if part),
        amount=None if amount is None else Decimal(amount),
        warnings=[
            (text_of(one["code"], one["params"]), rule_of(one["code"], one["params"])) for one in row.problems
        ],
    )


def _whose(
    row: ClaimRow, claim: Claim | None, people: dict[int, str], reported: dict[tuple[int, str], str]
) -> str:
    """Whom a line is about: the person found by number, or the household by name and code in the report of its loss.
    Other lines say the name of their claim's report; of a household reported earlier, its code."""
    if row.kind == ClaimRow.Kind.LOSS:
        return " ".join(row.facts.get(name) or "" for name in ("name", "household_code"))
    name = people.get(row.person_key or 0) or reported.get((row.claim_import_id, row.reference))
    if name or claim is None:
        return name or ""
    if claim.insured_person is not None:
        return str(claim.insured_person.roster_person.name)
    return str(claim.insured_household.roster_household.code)


def _word(choices: type[TextChoices], value: str | None) -> str:
    """A stored choice as it is said; one that was never read is nothing."""
    return str(choices(value).label) if value else ""


Facts = Mapping[str, Any]


def _item(facts: Facts) -> Iterable[str]:
    quantity, unit = facts.get("quantity"), facts.get("unit") or ""
    much = f"{Decimal(quantity).normalize():f} {unit}" if quantity else unit
    return (_word(LossItem.Kind, facts.get("kind")), facts.get("name") or "", much)


WHAT: Mapping[str, Callable[[Facts], Iterable[str]]] = {
    "claim": lambda facts: (facts.get("account") or "",),
    "bill": lambda facts: (_word(Care, facts.get("care")), facts.get("hospital") or ""),
    "loss": lambda facts: (
        _word(Cause, facts.get("cause")),
        peril_label(facts.get("peril") or ""),
        facts.get("lost_on") or "",
        facts.get("place") or "",
    ),
    "item": _item,
    "sign": lambda facts: (
        _word(SignOff.Party, facts.get("party")),
        facts.get("signed_by") or "",
        facts.get("authority") or "",
    ),
    "payment": lambda facts: (facts.get("bank_reference") or "",),
}


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
