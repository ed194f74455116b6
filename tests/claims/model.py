"""The rules of claims once more, small and apart from the product: whole fen, plain lists, nothing of `scheme` and
nothing of the database (R6-R11, R14, R19, R22). What the product comes to is compared with what this comes to."""

from dataclasses import dataclass, field
from typing import Any

DEDUCTIBLE = {"inpatient": 2000_00, "outpatient": 1000_00}
CAP = {"inpatient": 20_000_00, "outpatient": 10_000_00}
HOUSEHOLD_CAP = 20_000_00
HOUSEHOLD = "household"
PARTIES = {"village", "insured", "insurer"}
DECIDED = ("approved", "paying", "closed")
UNDECIDED = ("reported", "assessing", "submitted")


class No(Exception):
    """The rules refuse this step."""


def need(condition: object) -> None:
    if not condition:
        raise No


def half(fen: int) -> int:
    """50 %, half-up to the fen."""
    return (fen + 1) // 2


def entitled(basis: str, care: str, self_pays: list[int]) -> int:
    """What a year's bills of one kind carry (R7, R8)."""
    if basis == "annual":
        shares = half(max(0, sum(self_pays) - DEDUCTIBLE[care]))
    else:
        shares = sum(half(max(0, one - DEDUCTIBLE[care])) for one in self_pays)
    return min(CAP[care], shares)


@dataclass(eq=False)
class Bill:
    """`fell` with the rejection or withdrawal that is in force, `undone` by a reversal and not taken up again."""

    care: str
    self_pay: int
    invoice: str
    standing: bool = True
    fell: bool = False
    undone: bool = False


@dataclass(eq=False)
class Batch:
    gathered_by: str
    state: str = "draft"
    lines: list["Line"] = field(default_factory=list)

    def settle(self, state: str) -> None:
        if not any(line.state == "pending" for line in self.lines):
            self.state = state


@dataclass(eq=False)
class Line:
    batch: Batch
    case: "Case"
    amount: int
    state: str = "pending"
    payee: bool = False


@dataclass(eq=False)
class Case:
    """A claim of one person (by number) or of the household."""

    of: int | str
    reserve: int
    brought_by: str
    state: str = "reported"
    round: int = 1
    paid: int = 0
    granted: dict[str, int] | None = None
    bills: list[Bill] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    recovered: int = 0
    signed: set[str] = field(default_factory=set)
    submitted: bool = False
    approved_by: str = ""

    @property
    def total(self) -> int:
        return sum((self.granted or {}).values())

    def standing(self, care: str) -> list[int]:
        return [bill.self_pay for bill in self.bills if bill.standing and bill.care == care]


@dataclass
class Book:
    """All claims under one agreement. Each method is a step: it raises No, or changes the book."""

    basis: str = "annual"
    suspended: bool = False
    cases: list[Case] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    # What the book comes to

    @property
    def incurred(self) -> int:
        return sum(case.paid + case.reserve for case in self.cases)

    @property
    def lines(self) -> list[Line]:
        return [line for batch in self.batches for line in batch.lines]

    def used(self, of: int | str, kind: str, besides: Case | None = None) -> int:
        """What a person or household has been granted this year."""
        cases = (case for case in self.cases if case.of == of and case is not besides)
        return sum((case.granted or {}).get(kind, 0) for case in cases)

    def carried(self, of: int | str, care: str, also: Case | None = None) -> int:
        """What the standing bills of decided claims (and of `also`) carry."""
        cases = (case for case in self.cases if case.of == of and (case.state in DECIDED or case is also))
        return entitled(self.basis, care, [one for case in cases for one in case.standing(care)])

    def overpaid(self, of: int | str, care: str) -> int:
        return max(0, self.used(of, care) - self.carried(of, care))

    def live(self, case: Case) -> Line | None:
        return next((line for line in self.lines if line.case is case and line.state == "pending"), None)

    # Intake and assessment

    def report(self, of: int | str, reserve: int, by: str) -> Case:
        self.cases.append(Case(of, reserve, by))
        return self.cases[-1]

    def assess(self, case: Case) -> None:
        need(case.state in ("reported", "assessing"))

    def add_bill(self, case: Case, bill: Bill, instead: Bill | None = None) -> None:
        self.assess(case)
        need(instead is None or instead.standing or instead.undone)
        need(
            not any(other.invoice == bill.invoice and other is not instead for other in self.standing_bills())
        )
        if instead is not None:
            instead.standing = instead.undone = False
        case.bills.append(bill)
        case.state = "assessing"

    def standing_bills(self) -> list[Bill]:
        return [bill for case in self.cases for bill in case.bills if bill.standing]

    def remove_bill(self, case: Case, bill: Bill) -> None:
        self.assess(case)
        if bill.standing:
            bill.standing, case.state = False, "assessing"

    def change_reserve(self, case: Case, reserve: int) -> None:
        self.assess(case)
        if reserve != case.reserve:
            case.reserve, case.state = reserve, "assessing"

    def change_items(self, case: Case, items: list[int]) -> None:
        self.assess(case)
        case.items, case.state = items, "assessing"
        case.signed.clear()

    def change_recovered(self, case: Case, recovered: int) -> None:
        self.assess(case)
        if recovered != case.recovered:
            case.signed.clear()
        case.recovered, case.state = recovered, "assessing"

    def sign(self, case: Case, party: str) -> None:
        self.assess(case)
        need(case.items)
        case.signed.add(party)
        case.state = "assessing"

    # Decision

    def submit(self, case: Case, by: str) -> None:
        need(case.state == "assessing")
        need(case.items or any(bill.standing for bill in case.bills))
        need(case.of != HOUSEHOLD or case.signed == PARTIES)
        case.state, case.brought_by = "submitted", by

    def give_back(self, case: Case) -> None:
        need(case.state == "submitted")
        case.state = "assessing"

    def approve(self, case: Case, by: str) -> None:
        need(case.state == "submitted" and by != case.brought_by)
        if case.of == HOUSEHOLD:
            need(case.signed == PARTIES)
            left = HOUSEHOLD_CAP - self.used(HOUSEHOLD, "loss")
            granted = {"loss": min(max(0, sum(case.items) - case.recovered), left)}
        else:
            granted = {
                care: max(0, self.carried(case.of, care, also=case) - self.used(case.of, care))
                for care in CAP
                if case.standing(care)
            }
        case.granted, case.reserve = granted, sum(granted.values())
        case.state = "approved" if case.total else "closed"
        case.approved_by = by

    def reject(self, case: Case, by: str) -> None:
        need(case.state in UNDECIDED and by != case.brought_by)
        self._fall(case, "rejected")

    def withdraw(self, case: Case) -> None:
        need(case.state in UNDECIDED)
        self._fall(case, "withdrawn")

    def _fall(self, case: Case, state: str) -> None:
        case.state, case.reserve = state, 0
        for bill in case.bills:
            if bill.standing:
                bill.standing, bill.fell = False, True

    # Undoing

    def reopen(self, case: Case, reserve: int) -> None:
        """Only what fell with the rejection or withdrawal in force stands again, where its invoice is still free."""
        need(case.state in ("rejected", "withdrawn", "closed") and not case.total)
        taken = {bill.invoice for bill in self.standing_bills()}
        for bill in case.bills:
            if bill.fell:
                bill.standing, bill.fell = bill.invoice not in taken, False
        self._again(case, reserve)

    def reverse(self, case: Case, reserve: int, by: str) -> None:
        need(case.state in ("approved", "closed") and by != case.brought_by)
        need(self.live(case) is None)
        for bill in case.bills:
            if bill.standing:
                bill.standing, bill.undone = False, True
        case.signed.clear()
        if case.paid:
            self._paid_line(case).state = "recover"
            case.paid = 0
        self._again(case, reserve)

    def _again(self, case: Case, reserve: int) -> None:
        case.state, case.reserve, case.granted = "assessing", reserve, None
        case.round += 1

    def _paid_line(self, case: Case) -> Line:
        return next(line for line in self.lines if line.case is case and line.state == "paid")

    # Payment

    def pay(self, case: Case, by: str) -> None:
        need(case.state == "approved" and not self.suspended and self.live(case) is None)
        need(by != case.approved_by)
        batch = Batch(by, "settled")
        batch.lines.append(Line(batch, case, case.total, "paid", payee=False))
        self.batches.append(batch)
        case.state, case.paid, case.reserve = "closed", case.total, 0

    def free(self) -> list[Case]:
        return [case for case in self.cases if case.state == "approved" and self.live(case) is None]

    def gather(self, cases: list[Case], by: str) -> Batch:
        need(cases and all(case in self.free() for case in cases))
        batch = Batch(by)
        batch.lines = [Line(batch, case, case.total) for case in cases]
        self.batches.append(batch)
        return batch

    def name_payee(self, line: Line) -> None:
        need(line.batch.state == "draft" and line.state == "pending")
        line.payee = True

    def drop(self, line: Line) -> None:
        need(line.batch.state == "draft")
        if line.state == "pending":
            line.state = "dropped"
            line.batch.settle("cancelled")

    def cancel(self, batch: Batch) -> None:
        need(batch.state == "draft")
        for line in batch.lines:
            line.state = "dropped"
        batch.state = "cancelled"

    def release(self, batch: Batch, by: str) -> None:
        need(batch.state == "draft" and by != batch.gathered_by and not self.suspended)
        waiting = [line for line in batch.lines if line.state == "pending"]
        need(all(line.payee for line in waiting))
        batch.state = "released"
        for line in waiting:
            line.case.state = "paying"

    def line_paid(self, line: Line) -> None:
        need(line.batch.state == "released" and line.state == "pending" and not self.suspended)
        line.state = "paid"
        line.case.state, line.case.paid, line.case.reserve = "closed", line.amount, 0
        line.batch.settle("settled")

    def line_failed(self, line: Line) -> None:
        need(line.batch.state == "released" and line.state == "pending")
        line.state, line.case.state = "failed", "approved"
        line.batch.settle("settled")

    def came_back(self, line: Line) -> None:
        need(line.state == "paid")
        line.state, line.case.state = "returned", "approved"
        line.case.paid, line.case.reserve = 0, line.amount

    def recovered(self, line: Line) -> None:
        need(line.state == "recover")
        line.state = "returned"

    # Laid beside the product

    def picture(self) -> dict[str, Any]:
        """All that is compared after each step, by the numbers the claims and batches have in the book."""
        number = {case: index for index, case in enumerate(self.cases)}
        kinds = [(of, kind) for of in {case.of for case in self.cases} for kind in (*CAP, "loss")]
        return {
            "state": {number[case]: (case.state, case.round) for case in self.cases},
            "granted": {number[case]: None if case.granted is None else case.total for case in self.cases},
            "decided": {
                number[case]: tuple((case.granted or {}).get(kind, 0) for kind in (*CAP, "loss"))
                for case in self.cases
                if any((case.granted or {}).values())
            },
            "reserve": {number[case]: case.reserve for case in self.cases if case.reserve},
            "paid": {number[case]: case.paid for case in self.cases if case.paid},
            "bills": {
                number[case]: sorted(bill.invoice for bill in case.bills if bill.standing)
                for case in self.cases
                if any(bill.standing for bill in case.bills)
            },
            "used": {(of, kind): used for of, kind in kinds if (used := self.used(of, kind))},
            "overpaid": {
                (of, care): over
                for of in {case.of for case in self.cases} - {HOUSEHOLD}
                for care in CAP
                if (over := self.overpaid(of, care))
            },
            "incurred": self.incurred,
            "batches": [
                (batch.state, sorted((number[line.case], line.state, line.amount) for line in batch.lines))
                for batch in self.batches
            ],
        }
