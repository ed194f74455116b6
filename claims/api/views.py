"""Claims over the API. Each view reads the request, calls one service or selector, and renders."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from claims import selectors
from claims.api.reading import listed_claims, whole_claims
from claims.api.shapes import (
    BillInput,
    ClaimOut,
    ClaimsInput,
    ClaimsOut,
    EligibilityInput,
    EligibilityOut,
    ReportInput,
    ReserveInput,
    WholeClaimOut,
    bill_facts,
)
from claims.models import Claim
from claims.services import bills, intake
from enrollment.models import InsuredPerson
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.api.authentication import caller_of
from jincheng_insurance.api.idempotency import Deed, once
from jincheng_insurance.api.paging import piece
from jincheng_insurance.api.schema import CREATED, operation
from jincheng_insurance.api.throttling import LooksPerToken, PerToken
from jincheng_insurance.api.views import ApiView, read

IDENTITY = "110101190001010006"


def claim_answer(actor: User, status: int = 200, **lookup: Any) -> Response:
    """A claim as it is now; a new one with its address."""
    claim = whole_claims(actor).get(**lookup)
    address = {"Location": reverse("api:claim", args=[claim.number])} if status == CREATED else None
    return Response(WholeClaimOut(claim).data, status=status, headers=address)


def _cover(person: InsuredPerson | None, year: int) -> dict[str, Any]:
    shown: dict[str, Any] = dict.fromkeys(("person", "county", "agreement", "insurer", "caps"))
    shown |= {"insured": person is not None, "policy_year": year}
    if person is not None:
        use = selectors.cap_use(person)
        agreement = person.insured_household.agreement
        shown |= {
            "person": person,
            "county": person.county,
            "agreement": agreement.number,
            "insurer": agreement.insurer.code,
            "caps": {
                "inpatient": {"granted": use.inpatient_granted, "left": use.inpatient_left},
                "outpatient": {"granted": use.outpatient_granted, "left": use.outpatient_left},
            },
        }
    return shown


class Eligibility(ApiView):
    """Each look is on record and counts against a limit of its own."""

    act = Act.HANDLE_CLAIM
    throttle_classes = [PerToken, LooksPerToken]

    @operation(
        name="eligibility",
        tag="eligibility",
        summary=gettext_lazy("Is this person covered, and what is left of the caps? Each look is recorded."),
        rules=["R5", "R7", "R25"],
        body=EligibilityInput,
        answer=EligibilityOut,
        sent={"identity_number": IDENTITY, "policy_year": 2026},
    )
    def post(self, request: Request) -> Response:
        asked = read(EligibilityInput, request.data)
        year = asked["policy_year"]
        person = intake.look_up_person(
            identity_number=asked["identity_number"], policy_year=year, actor=caller_of(request)
        )
        return Response(EligibilityOut(_cover(person, year.year)).data)


class Claims(ApiView):
    """The list of claims; a report opens one."""

    @property
    def act(self) -> Act:  # type: ignore[override]
        return Act.HANDLE_CLAIM if self.request.method == "POST" else Act.VIEW_CLAIM

    def get_throttles(self) -> list[Any]:
        looks = [LooksPerToken()] if self.request.method == "POST" else []
        return [PerToken(), *looks]

    @operation(
        name="claims_list",
        tag="claims",
        summary=gettext_lazy("Claims of a policy year, newest first"),
        rules=["R25"],
        query=ClaimsInput,
        answer=ClaimsOut,
    )
    def get(self, request: Request) -> Response:
        wanted = read(ClaimsInput, request.query_params)
        rows = listed_claims(caller_of(request), wanted["policy_year"])
        if "state" in wanted:
            rows = rows.filter(state=wanted["state"])
        return piece(rows, wanted, ClaimOut)

    @operation(
        name="claim_report",
        tag="claims",
        summary=gettext_lazy("Report a claim: it is opened with its first reserve"),
        rules=["R5", "R19"],
        body=ReportInput,
        answer=WholeClaimOut,
        status=CREATED,
        idempotent=True,
        sent={
            "identity_number": IDENTITY,
            "policy_year": 2026,
            "reported_on": "2026-03-01",
            "reserve": "3000.00",
            "account": "",
        },
    )
    def post(self, request: Request) -> Response:
        actor = caller_of(request)
        report = read(ReportInput, request.data)

        def act(deed: Deed) -> None:
            number, year = report.pop("identity_number"), report.pop("policy_year")
            person = intake.look_up_person(identity_number=number, policy_year=year, actor=actor)
            if person is None:
                raise Refused(
                    _(
                        "Nobody with this number is insured under your agreements for %(year)s."
                        " Check the number, or ask the county."
                    ),
                    field="identity_number",
                    year=year,
                )
            with deed.done():
                intake.report_claim(insured_person=person, actor=actor, **report)

        return once(request, act=act, answer=lambda acted_on: claim_answer(actor, CREATED, pk=acted_on))


class OneClaim(ApiView):
    act = Act.VIEW_CLAIM

    @operation(
        name="claim",
        tag="claims",
        summary=gettext_lazy("A claim with its bills, payment and timeline"),
        rules=["R25"],
        answer=WholeClaimOut,
        row=True,
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(WholeClaimOut(self.row(whole_claims(caller_of(request)), number=number)).data)


class ClaimBills(ApiView):
    act = Act.HANDLE_CLAIM

    @operation(
        name="bill_add",
        tag="claims",
        summary=gettext_lazy("Enter a bill of a claim that is being assessed"),
        rules=["R6", "R9", "R10"],
        body=BillInput,
        answer=WholeClaimOut,
        status=CREATED,
        row=True,
        idempotent=True,
        sent={
            "care": "inpatient",
            "hospital": "晋城市人民医院",
            "invoice_number": "F0000001",
            "admitted_on": "2026-02-01",
            "on": "2026-02-10",
            "bill": "9000.00",
            "basic": "4000.00",
        },
    )
    def post(self, request: Request, number: str) -> Response:
        actor = caller_of(request)
        claim: Claim = self.row(selectors.claims(actor), number=number)
        facts = bill_facts(read(BillInput, request.data))

        def act(deed: Deed) -> None:
            with deed.done():
                bills.add_bill(claim=claim, facts=facts, actor=actor)

        return once(request, act=act, answer=lambda _on: claim_answer(actor, CREATED, pk=claim.pk))


class BillRemoval(ApiView):
    act = Act.HANDLE_CLAIM

    @operation(
        name="bill_remove",
        tag="claims",
        summary=gettext_lazy("Take back a bill of a claim that is being assessed"),
        rules=["R11"],
        answer=WholeClaimOut,
        row=True,
        idempotent=True,
    )
    def post(self, request: Request, bill: int) -> Response:
        actor = caller_of(request)
        row = selectors.bill_in_scope(actor, bill)
        self.row(selectors.claims(actor), pk=row.claim_id)

        def act(deed: Deed) -> None:
            with deed.done():
                bills.remove_bill(bill=row, actor=actor)

        return once(request, act=act, answer=lambda _on: claim_answer(actor, pk=row.claim_id))


class ClaimReserve(ApiView):
    act = Act.HANDLE_CLAIM

    @operation(
        name="reserve_change",
        tag="claims",
        summary=gettext_lazy("Set the reserve of an open claim anew"),
        rules=["R19"],
        body=ReserveInput,
        answer=WholeClaimOut,
        row=True,
        idempotent=True,
        sent={"reserve": "5000.00", "reason": "复诊费用增加"},
    )
    def post(self, request: Request, number: str) -> Response:
        actor = caller_of(request)
        claim: Claim = self.row(selectors.claims(actor), number=number)
        wanted = read(ReserveInput, request.data)

        def act(deed: Deed) -> None:
            with deed.done():
                intake.change_reserve(claim=claim, actor=actor, **wanted)

        return once(request, act=act, answer=lambda _on: claim_answer(actor, pk=claim.pk))
