"""Cases that other people wrote run unchanged, in whichever way the form lets them be written."""

import pytest

from jincheng_insurance.scheme.worked_case import load_case, run_case

STAY = "care: inpatient, on: 2026-03-01"
POOL = "pool: {county: 城区, net_premium: 1000, paid: 800, reserves: 0}"


@pytest.mark.parametrize(
    "body",
    [
        # what has no value counts as left out
        f"terms: , medical: [{{claim: a, {STAY}, bill: 5000, basic: 2000, other: , admitted: null}}],"
        " expect: {claims: {a: 500}}",
        "household: {category: marginal, listed_on: 202512}, expect: ",
        # yes and no are truth values to others
        "property: [{claim: p, cause: theft, police_report: yes, responsible: cannot_pay, assessed: 150}],"
        " expect: {claims: {p: 150}}",
        "property: [{claim: p, cause: theft, police_report: no, responsible: cannot_pay, assessed: 150}], error: R13",
        # but words that look like truth values may name claims
        f"medical: [{{claim: y, {STAY}, self_pay: 3000}}, {{claim: no, {STAY}, self_pay: 300}}],"
        " expect: {claims: {y: 500, no: 150}}",
        f"medical: [{{claim: 1, {STAY}, self_pay: 3e3}}, {{reverse: 1}}],"
        " expect: {claims: {1: 5e2}, year: {inpatient: 0}}",
        # a claim taken back and decided again under its name: the last decision is the one expected
        f"medical: [{{claim: a, {STAY}, self_pay: 3000}}, {{reverse: a}}, {{claim: a, {STAY}, self_pay: 4000}}],"
        " expect: {claims: {a: 1000}}",
        # a year's figures are 0 where the case has no such claim
        f"medical: [{{claim: a, {STAY}, self_pay: 3000}}],"
        " expect: {year: {inpatient: 500, outpatient: 0, property: 0, overpayment: 0}}",
        "property: [{claim: p, assessed: 10}], expect: {year: {property: 10, inpatient: 0, overpayment: 0}}",
        # who may be covered
        "household: {category: ordinary, listed_on: 202503, cover_from: 2026-04-01}, error: R1",
        "household: {category: marginal, listed_on: 202603}, error: R2",
        "household: {category: out_of_poverty}",
        # the ratio, however it is written
        *(f"{POOL}, expect: {{pool: {{ratio: {ratio}}}}}" for ratio in ("80", "80.00", '"80.00%"', "80%")),
        *(
            f"pool: {{county: 城区, net_premium: 0, paid: 5}}, expect: {{pool: {{ratio: {ratio}, alerts: []}}}}"
            for ratio in ("not applicable", "Not applicable", "n/a", "null", "none")
        ),
        "pool: {county: 城区, net_premium: 1000, reserves: 1000.01}, expect: {pool: {alerts: [80%, 1.0]}}",
    ],
)
def test_a_case_in_this_form_runs(body: str) -> None:
    result = run_case(load_case(f"{{title: t, rules: [R1], year: 2026, {body}}}"))
    assert [(line.label, line.expected, line.computed) for line in result.lines if not line.ok] == []
    assert "household" in body or any(line.expected is not None for line in result.lines)
