"""The whole way over HTTP, with a live worker: from a roster workbook to a paid claim and an alert."""

import re
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from demo.parties import make_parties
from demo.people import SampleHousehold, make_households
from demo.sign_ins import PASSWORD
from demo.workbooks import write_one_sheet
from enrollment.selectors import current_policy_year

PATIENCE_SECONDS = 60


class Person:
    """Somebody at a browser: signs in, follows addresses, sends forms with their token."""

    def __init__(self, address: str, username: str) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.cookies.set("django_language", "en")
        self.post("/sign-in/", username=username, password=PASSWORD)

    def get(self, path: str) -> str:
        answer = self.session.get(self.address + path, timeout=20)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def post(self, path: str, files: dict[str, object] | None = None, **fields: str) -> requests.Response:
        page = self.session.get(
            self.address + (path if path == "/sign-in/" else "/insured/scheme/"), timeout=20
        )
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, path
        fields["csrfmiddlewaretoken"] = token[1]
        answer = self.session.post(self.address + path, data=fields, files=files, timeout=20)
        assert answer.status_code == 200, (path, answer.status_code, _errors(answer.text))
        return answer


def _errors(page: str) -> list[str]:
    return re.findall(r'class="error[^>]*>(.*?)<', page)


def until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not seen():
        assert time.monotonic() < deadline, "background work did not finish"
        time.sleep(0.2)


def a_covered_household(households: list[SampleHousehold]) -> SampleHousehold:
    return next(each for each in households if each.kind == "脱贫户" and each.persons[0].basic == "resident")


@pytest.mark.usefixtures("worker")
def test_from_a_roster_workbook_to_a_paid_claim_and_an_alert(live_server, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    make_parties()
    households = list(make_households(persons=60, counties=["140524"]))
    persons = sum(len(household.persons) for household in households)
    workbook = tmp_path / "roster.xlsx"
    write_one_sheet(workbook, households)
    year = current_policy_year().year

    officer = Person(live_server.url, "lingchuan")
    with workbook.open("rb") as file:
        shown = officer.post("/roster/imports/", files={"file": ("roster.xlsx", file)}).url
    path = shown.removeprefix(live_server.url)
    until(lambda: "apply/" in officer.get(path))
    assert f"<b>{persons}</b>" in officer.get(path)
    officer.post(f"{path}apply/")
    until(lambda: "Applied" in officer.get(path))

    assert f"<b>{len(households)}</b>" in officer.get("/insured/enrol/")
    agreement = re.search(r"/insured/enrol/(\d+)/", officer.get("/insured/enrol/"))
    assert agreement
    officer.post(f"/insured/enrol/{agreement[1]}/")
    assert "Not yet enrolled" in officer.get("/insured/enrol/")

    statement = officer.post(f"/premiums/issue/{agreement[1]}/").text
    due = Decimal(100 * persons + 30 * len(households))
    assert f"{due:,.2f}" in statement
    assert f"{due / 2:,.2f}" in statement  # Lingchuan shares 5 : 5

    household = a_covered_household(households)
    adjuster = Person(live_server.url, "adjuster")
    found = adjuster.post("/claims/find/", id_number=household.persons[0].id_number)
    assert household.persons[0].name in found.text
    assert household.persons[0].id_number not in found.text
    reserve = f"{due:.2f}"
    claim = adjuster.post(
        found.url.removeprefix(live_server.url), reserve=reserve, reported_on=f"{year}-01-01", account=""
    ).url.removeprefix(live_server.url)
    bill = {"hospital": "晋城市人民医院", "bill": "30000", "basic": "12000", "on": f"{year}-01-01"}
    live = adjuster.post(f"{claim}calculation/", care="inpatient", invoice_number="A1", **bill).text
    assert "8,000.00" in live  # (30000 - 12000 - 2000) x 50 %
    adjuster.post(f"{claim}bills/", care="inpatient", invoice_number="A1", **bill)
    adjuster.post(f"{claim}bills/", care="outpatient", invoice_number="A2", **bill | {"bill": "14000"})
    adjuster.post(f"{claim}submit/")

    reviewer = Person(live_server.url, "reviewer")
    assert "8,500.00" in reviewer.get(claim)  # and (14000 - 12000 - 1000) x 50 %
    reviewer.post(f"{claim}approve/", reason="", without_papers="on")
    payer = Person(live_server.url, "payer")
    payer.post(f"{claim}pay/", paid_on=_today(), reference="B1")
    assert "Paid and closed" in reviewer.get(claim)

    city = Person(live_server.url, "city")
    passed = [level for level in (80, 100, 120) if Decimal(8500) * 100 > level * due]
    assert passed
    until(lambda: all(f"above {level}%" in city.get("/pool/alerts/") for level in passed))
    assert "陵川县" in city.get("/pool/alerts/")
    for concerned in (officer, adjuster, Person(live_server.url, "lingchuanfinance")):
        assert "陵川县" in concerned.get("/pool/alerts/")
    assert "陵川县" not in Person(live_server.url, "gaoping").get("/pool/alerts/")
    assert f"{Decimal(8500):,.2f}" in city.get("/pool/")


def _today() -> str:
    from django.utils import timezone

    return timezone.localdate().isoformat()
