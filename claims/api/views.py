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
    ClaimOut,
    ClaimsInput,
    ClaimsOut,
    EligibilityInput,
    EligibilityOut,
    ReportInput,
    WholeClaimOut,
)
from claims.api.shapes_loss import LossReportInput, loss_facts
from claims.services import intake, loss
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
        household = selectors.household_use(person.insured_household)
        agreement = person.insured_household.agreement
        shown |= {
            "person": person,
            "county": person.county,
            "agreement": agreement.number,
            "insurer": agreement.insurer.code,
            "caps": {
                "inpatient": {"granted": use.inpatient_granted, "left": use.inpatient_left},
                "outpatient": {"granted": use.outpatient_granted, "left": use.outpatient_left},
                "property": {"granted": household.granted, "left": household.left},
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


class Losses(ApiView):
    act = Act.HANDLE_CLAIM

    @operation(
        name="loss_report",
        tag="claims",
        summary=gettext_lazy("Report a household's loss: a claim is opened with its first reserve"),
        rules=["R9", "R12", "R19", "R26"],
        body=LossReportInput,
        answer=WholeClaimOut,
        status=CREATED,
        idempotent=True,
        sent={
            "household": "T14052400001",
            "policy_year": 2026,
            "cause": "natural_disaster",
            "peril": "flood",
            "lost_on": "2026-02-10",
            "reserve": "3000.00",
        },
    )
    def post(self, request: Request) -> Response:
        actor = caller_of(request)
        sent = read(LossReportInput, request.data)
        report = {name: sent.pop(name) for name in ("reserve", "account", "reported_on")}
        code, year = sent.pop("household"), sent.pop("policy_year")

        def act(deed: Deed) -> None:
            household = selectors.insured_household(actor, year, code=code)
            if household is None:
                raise Refused(
                    _("No household with this code is insured under your agreements for %(year)s."),
                    field="household",
                    year=year,
                )
            with deed.done():
                loss.report_loss(insured_household=household, facts=loss_facts(sent), actor=actor, **report)

        return once(request, act=act, answer=lambda acted_on: claim_answer(actor, CREATED, pk=acted_on))
