"""The whole life of claims over the API: losses, papers, corrections, batches, rejection, reversal."""

from typing import Any

import pytest
from django.utils import timezone

from claims.models import PaymentLine
from enrollment.selectors import identity_place
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import unseal
from tests.api_calls import call, hand_in, token_for
from tests.papers import pdf
from tests.world import (
    World,
    approved_claim,
    approved_loss,
    insure_household,
    paid_line,
    rejected_claim,
    reported_claim,
    reported_loss,
    reversed_payment,
    submitted_claim,
)

API = "/api/v1"
TODAY = timezone.localdate().isoformat()
ACCOUNT = "6228480000000000001"


class Caller:
    """Somebody's system: what it sends is answered with that status, or the test fails."""

    def __init__(self, world: World, role: Role) -> None:
        self.secret = token_for(world.own[role])

    def post(self, path: str, body: Any = None, *, status: int = 200) -> Any:
        answer = call(self.secret, "POST", API + path, body)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def get(self, path: str) -> Any:
        answer = call(self.secret, "GET", API + path)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()


@pytest.fixture
def adjuster(world: World) -> Caller:
    return Caller(world, Role.ADJUSTER)


@pytest.fixture
def reviewer(world: World) -> Caller:
    return Caller(world, Role.REVIEWER)


def test_a_household_s_loss_goes_from_report_to_the_recorded_payment(
    world: World, adjuster: Caller, reviewer: Caller
) -> None:
    household = insure_household(world.own)
    first = f"{world.year.year}-01-02"
    report = {
        "household": household.roster_household.code,
        "cause": "natural_disaster",
        "peril": "flood",
        "lost_on": first,
        "reserve": "3000.00",
    }
    opened = adjuster.post("/losses", report, status=201)
    claim = f"/claims/{opened['number']}"
    item = {"kind": "appliance", "name": "电视机", "quantity": "1", "unit": "台", "amount": "2500.00"}
    shown = adjuster.post(f"{claim}/items", item, status=201)
    assert (shown["loss"]["items"][0]["amount"], shown["calculation"]["granted"]) == ("2500.00", "2500.00")
    corrected = report | {"recovered": "500.00"}
    facts = {name: corrected[name] for name in ("cause", "peril", "lost_on", "recovered")}
    assert adjuster.post(f"{claim}/loss", facts)["loss"]["recovered"] == "500.00"
    for party in ("village", "insured", "insurer"):
        adjuster.post(f"{claim}/sign-offs", {"party": party, "signed_by": "签", "on": TODAY}, status=201)
    adjuster.post(f"{claim}/transitions/submit")
    decided = reviewer.post(f"{claim}/transitions/approve", {"reason": ""})
    assert decided["granted"] == "2000.00"
    assert [(stage["code"], stage["amount"]) for stage in decided["calculation"]["stages"]] == [
        ("assessed", "2500.00"),
        ("recovered", "500.00"),
        ("net_loss", "2000.00"),
        ("property_cap", "20000.00"),
        ("already_granted", "0.00"),
        ("property_remaining", "20000.00"),
        ("granted", "2000.00"),
    ]
    sent = {"paid_on": TODAY, "reference": "B1"}
    alone = reviewer.post(f"{claim}/transitions/pay", sent, status=422)
    assert "另一名审核员" in alone["detail"]
    answer = call(token_for(world.own.payer), "POST", f"{API}{claim}/transitions/pay", sent)
    paid = answer.json()
    assert (paid["state"], paid["payment"]["amount"]) == ("closed", "2000.00")


def test_eligibility_tells_what_is_left_of_the_households_year(world: World, adjuster: Caller) -> None:
    household = insure_household(world.own)
    approved_loss(world.own, household, amount="3000")
    person = household.persons.first().roster_person
    number = unseal(bytes(person.id_number_sealed), identity_place(person.pk))
    caps = adjuster.post("/eligibility", {"identity_number": number})["caps"]
    assert caps["property"] == {"granted": "3000.00", "left": "17000.00"}


def test_a_batch_is_gathered_by_one_released_by_another_and_settled_line_by_line(
    world: World, adjuster: Caller, reviewer: Caller
) -> None:
    claims = [approved_claim(world.own), approved_claim(world.own)]
    sent = {"agreement": world.own.agreement.number, "claims": [claim.number for claim in claims]}
    batch = adjuster.post("/batches", sent, status=201)
    payee = {
        "holder_name": "王五",
        "bank_name": "农商银行",
        "account": ACCOUNT,
        "relation": "guardian",
        "proof": "监护关系证明",
    }
    for line in batch["lines"]:
        shown = adjuster.post(f"/payment-lines/{line['id']}/payee", payee)
        assert ACCOUNT not in str(shown)
    path = f"/batches/{batch['number']}"
    assert adjuster.get(path)["total"] == "3000.00"
    assert call(adjuster.secret, "POST", f"{API}{path}/release").status_code == 403
    assert reviewer.post(f"{path}/release")["state"] == "released"
    one, two = (f"/payment-lines/{line['id']}" for line in batch["lines"])
    reviewer.post(f"{one}/paid", {"paid_on": TODAY, "reference": "B1"})
    settled = reviewer.post(f"{two}/failed", {"reason": "账户已销户"})
    assert (settled["state"], [line["state"] for line in settled["lines"]]) == ("settled", ["paid", "failed"])
    back = reviewer.post(f"{one}/reversal", {"reason": "户名不符"})
    assert back["lines"][0]["state"] == "returned"
    assert adjuster.get(f"/claims/{claims[0].number}")["payment"] is None
    listed = adjuster.get("/batches?state=settled")["results"]
    assert [row["number"] for row in listed] == [batch["number"]]


def test_a_batch_of_claims_out_of_reach_is_refused_by_field(world: World, adjuster: Caller) -> None:
    foreign = approved_claim(world.foreign)
    approved_claim(world.own)
    sent = {"agreement": world.own.agreement.number, "claims": [foreign.number]}
    problem = adjuster.post("/batches", sent, status=422)
    assert [error["field"] for error in problem["errors"]] == ["claims"]
    problem = adjuster.post("/batches", {"agreement": world.foreign.agreement.number}, status=422)
    assert [error["field"] for error in problem["errors"]] == ["agreement"]


def test_papers_are_handed_in_listed_asked_for_once_and_removed(world: World, adjuster: Caller) -> None:
    claim = reported_claim(world.own)
    path = f"/claims/{claim.number}/documents"
    answer = hand_in(adjuster.secret, API + path, kind="invoice", data=pdf(), key="paper-1")
    assert answer.status_code == 201, answer.content.decode()
    again = hand_in(adjuster.secret, API + path, kind="invoice", data=pdf(), key="paper-1")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    shown = adjuster.get(path)
    (document,) = shown["documents"]
    assert [paper["kind"] for paper in shown["missing"]] == [
        "identity_card",
        "bank_card",
        "settlement",
        "discharge",
    ]
    asked = adjuster.post(f"{path}/request", {"missing": ["discharge", "bank_card"]})
    assert asked["asked"]["missing"] == ["bank_card", "discharge"]
    second = adjuster.post(f"{path}/request", {"missing": ["settlement"]}, status=422)
    assert second["rule"] == "R26"
    removed = adjuster.post(f"/documents/{document['id']}/removal", {"reason": "非本人"})
    assert removed["documents"] == []


def test_what_is_no_paper_or_too_large_is_a_problem_not_a_failure(world: World, adjuster: Caller) -> None:
    path = f"{API}/claims/{reported_claim(world.own).number}/documents"
    page = hand_in(adjuster.secret, path, kind="invoice", data=b"<script>alert(1)</script>")
    assert (page.status_code, page.json()["errors"][0]["field"]) == (422, "file")
    large = hand_in(adjuster.secret, path, kind="invoice", data=b"\0" * (11 * 2**20))
    assert large.status_code == 413
    assert call(adjuster.secret, "POST", path, {"kind": "invoice"}).status_code == 415


def test_a_bill_is_corrected_and_a_claim_of_the_other_kind_takes_neither_bill_nor_item(
    world: World, adjuster: Caller
) -> None:
    claim = reported_claim(world.own)
    bill = {
        "care": "inpatient",
        "hospital": "晋城市人民医院",
        "invoice_number": "F1",
        "on": f"{world.year.year}-01-02",
        "bill": "9000.00",
    }
    entered = adjuster.post(f"/claims/{claim.number}/bills", bill, status=201)
    corrected = adjuster.post(f"/bills/{entered['bills'][0]['id']}/correction", bill | {"bill": "5000.00"})
    assert [row["bill"] for row in corrected["bills"]] == ["5000.00"]
    assert corrected["calculation"]["granted"] == "1500.00"
    loss = reported_loss(world.own)
    adjuster.post(f"/claims/{loss.number}/bills", bill | {"invoice_number": "F2"}, status=422)
    item = {"kind": "tool", "name": "锄头", "quantity": "1", "unit": "把", "amount": "60.00"}
    adjuster.post(f"/claims/{claim.number}/items", item, status=422)


def test_a_claim_is_returned_with_its_list_rejected_reopened_withdrawn_and_reversed(
    world: World, adjuster: Caller, reviewer: Caller
) -> None:
    returned = submitted_claim(world.own)
    reviewer.post(f"/claims/{returned.number}/transitions/return", {"reason": "补", "missing": ["discharge"]})
    assert adjuster.get(f"/claims/{returned.number}/documents")["asked"]["missing"] == ["discharge"]
    submitted = submitted_claim(world.own)
    body = {"reason_code": "not_proven", "reason": "单据不全"}
    rejected = reviewer.post(f"/claims/{submitted.number}/transitions/reject", body)
    assert (rejected["state"], rejected["rejection_reason"], rejected["reserve"]) == (
        "rejected",
        "not_proven",
        "0.00",
    )
    again = {"reason": "补交单据", "reserve": "800.00"}
    reopened = adjuster.post(f"/claims/{submitted.number}/transitions/reopen", again)
    assert (reopened["state"], reopened["round"], reopened["reserve"]) == ("assessing", 2, "800.00")
    withdrawn = adjuster.post(f"/claims/{submitted.number}/transitions/withdraw", {"reason": "误报"})
    assert (withdrawn["state"], withdrawn["calculation"]["stages"]) == ("withdrawn", [])
    approved = approved_claim(world.own)
    body = {"reason": "发票属他人", "reserve": "0.00"}
    assert reviewer.post(f"/claims/{approved.number}/transitions/reverse", body)["granted"] is None


def test_a_payment_whose_decision_was_reversed_is_recovered(world: World, reviewer: Caller) -> None:
    line = reversed_payment(world.own)
    shown = reviewer.post(f"/payment-lines/{line.pk}/recovery", {"reference": "B9"})
    assert [row["state"] for row in shown["lines"]] == ["returned"]
    other = paid_line(world.own)
    reviewer.post(f"/payment-lines/{other.pk}/recovery", {"reference": "B9"}, status=422)
    other.refresh_from_db()
    assert other.state == PaymentLine.State.PAID


def test_a_rejected_claim_shows_no_calculation_and_its_bills_fall(world: World, adjuster: Caller) -> None:
    shown = adjuster.get(f"/claims/{rejected_claim(world.own).number}")
    assert (shown["bills"], shown["calculation"]["stages"]) == ([], [])
