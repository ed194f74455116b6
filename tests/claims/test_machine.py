"""Any steps in any order, by several people, on the claims of three persons and their household: after each one the
product stands where an independent model of the rules stands (R6-R11, R14, R19, R22).

The examples are always the same, unless MACHINE_EXAMPLES=500 asks for so many others."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from claims import selectors
from claims.models import (
    BenefitYear,
    Claim,
    Decision,
    LossEntry,
    LossItem,
    MedicalBill,
    Payment,
    PaymentBatch,
    PaymentLine,
)
from claims.services import batches, bills, decision, intake, loss, outcome, payment
from demo.posts import give_post
from enrollment.models import Agreement, InsuredPerson, PolicyTerm
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.scheme.errors import RuleError
from riskpool.selectors.ratio import agreement_ratio
from tests.claims.model import CAP, HOUSEHOLD, PARTIES, UNDECIDED, Batch, Bill, Book, Case, Line, No
from tests.world import World, bill_facts, insure_household, loss_facts, some_payee

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "20"))
STEPS = 50
ALWAYS_TAKEN = {
    "add_bill",
    "change_items",
    "change_reserve",
    "sign",
    "submit",
    "approve",
    "reject",
    "withdraw",
    "reverse",
    "pay",
    "release",
    "came_back",
}
ZERO = Decimal("0.00")
T = TypeVar("T")

which = st.integers(0, 10_000)
people = st.sampled_from(("first", "second"))
cares = st.sampled_from((*CAP, "inpatient"))
self_pays = st.sampled_from((0, 999_99, 1500_00, 2000_00, 2000_01, 3000_33, 5000_00, 9000_00, 45_000_00))
amounts = st.sampled_from((0, 1, 800_00, 3000_00, 7000_50, 15_000_00, 30_000_00))


def yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def fen(amount: Decimal | None) -> int:
    return int((amount or ZERO) * 100)


def in_state(*states: str) -> Callable[["Machine"], bool]:
    return lambda machine: any(case.state in states for case in machine.book.cases)


class Machine(RuleBasedStateMachine):
    """Each example is a savepoint of the test's transaction, taken back at its end. Both people may do everything, so
    that four eyes are asked for at every step."""

    taken: ClassVar[Counter[str]] = Counter()
    refused: ClassVar[Counter[str]] = Counter()

    def __init__(self, world: World, persons: list[InsuredPerson], actors: dict[str, User]) -> None:
        super().__init__()
        self.world, self.persons, self.actors = world, persons, actors
        self.book = Book()
        self.claims: dict[Case, Claim] = {}
        self.rows: dict[Bill, MedicalBill] = {}
        self.drawn: dict[Batch, PaymentBatch] = {}
        self.invoices = 0
        # What Django's own TestCase does to let durable services run inside its transaction.
        self.savepoint = transaction.atomic()
        self.savepoint._from_testcase = True
        self.savepoint.__enter__()

    def teardown(self) -> None:
        connection.check_constraints()
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(basis=st.sampled_from(("annual", "annual", "per_visit")), lived=st.integers(0, 2))
    def rule_of_the_city(self, basis: str, lived: int) -> None:
        self.book.basis = basis
        if basis != "annual":
            PolicyTerm.objects.create(
                policy_year=self.world.year, name="deductible_basis", value=basis, source="裁定"
            )
        if lived:
            self._claims_of_before()
        if lived == 2:
            self.money_came_back(0, "first")
            self.reverse(0, 0, "second")

    def _claims_of_before(self) -> None:
        """One claim paid and one approved, so that runs get to what comes after."""
        for self_pay in (5000_00, 9000_00):
            self.bring_in(0, 1, "inpatient", self_pay, "first")
            self.approve(0, "second")
            if self_pay == 5000_00:
                self.pay(0, "first", True)

    # How a step is taken: by the model first; where it refuses, the product must refuse, and change nothing

    def take(self, expected: Callable[[], T], act: Callable[[], Any]) -> tuple[T, Any] | None:
        step = expected.__code__.co_names[1]
        try:
            wanted = expected()
        except No:
            try:
                act()
            except (Refused, RuleError):
                self.refused[step] += 1
                return None
            raise AssertionError("the rules refuse this step, the product took it") from None
        self.taken[step] += 1
        return wanted, act()

    def pick(self, number: int, *states: str) -> Case:
        """A claim in one of the states; now and then any claim, to be refused."""
        fitting = [case for case in self.book.cases if case.state in states]
        cases = fitting if fitting and number % 8 != 5 else self.book.cases
        return cases[number // 8 % len(cases)]

    def pick_line(self, number: int, *states: str) -> Line:
        fitting = [line for line in self.book.lines if line.state in states]
        lines = fitting if fitting and number % 8 != 5 else self.book.lines
        return lines[number // 8 % len(lines)]

    def line_row(self, line: Line) -> PaymentLine:
        return PaymentLine.objects.get(batch=self.drawn[line.batch], claim=self.claims[line.case])

    def new_bill(self, number: int, care: str, self_pay: int) -> Bill:
        """A bill with an invoice of its own; now and then with one used before (R10)."""
        used = list(self.rows)
        if used and number % 6 == 0:
            return Bill(care, self_pay, used[number // 6 % len(used)].invoice)
        self.invoices += 1
        return Bill(care, self_pay, f"M{self.invoices:04d}")

    def facts(self, bill: Bill) -> bills.BillFacts:
        made = bill_facts(str(yuan(bill.self_pay)), care=bill.care)
        return bills.BillFacts(
            **{name: getattr(made, name) for name in made.__slots__} | {"invoice_number": bill.invoice}
        )

    # Intake and assessment

    @rule(person=st.integers(0, 2), reserve=amounts, by=people)
    def report(self, person: int, reserve: int, by: str) -> None:
        self._report(person, reserve, by)

    def _report(self, person: int, reserve: int, by: str) -> Case:
        case = self.book.report(person, reserve, by)
        self.claims[case] = intake.report_claim(
            insured_person=self.persons[person], reserve=yuan(reserve), account="", actor=self.actors[by]
        )
        return case

    @rule(reserve=amounts, by=people)
    def report_loss(self, reserve: int, by: str) -> None:
        self._report_loss(reserve, by)

    def _report_loss(self, reserve: int, by: str) -> Case:
        case = self.book.report(HOUSEHOLD, reserve, by)
        self.claims[case] = loss.report_loss(
            insured_household=self.persons[0].insured_household,
            facts=loss_facts(),
            reserve=yuan(reserve),
            account="",
            actor=self.actors[by],
        )
        return case

    @rule(person=st.sampled_from((0, 0, 0, 1, 2)), number=which, care=cares, self_pay=self_pays, by=people)
    def bring_in(self, person: int, number: int, care: str, self_pay: int, by: str) -> None:
        """Report, bill and hand in at once: so that runs get to decisions quickly."""
        case = self._report(person, self_pay, by)
        self._add_bill(case, self.new_bill(number, care, self_pay), by)
        self._submit(case, by)

    @rule(amount=amounts, by=people)
    def bring_in_loss(self, amount: int, by: str) -> None:
        case = self._report_loss(amount, by)
        self._change_items(case, amount, by)
        for party in sorted(PARTIES):
            self._sign(case, party, by)
        self._submit(case, by)

    @precondition(in_state("reported", "assessing"))
    @rule(number=which, care=cares, self_pay=self_pays, by=people)
    def add_bill(self, number: int, care: str, self_pay: int, by: str) -> None:
        case = self.pick(number, "reported", "assessing")
        if case.of != HOUSEHOLD:
            self._add_bill(case, self.new_bill(number, care, self_pay), by)

    def _add_bill(self, case: Case, bill: Bill, by: str) -> None:
        done = self.take(
            lambda: self.book.add_bill(case, bill),
            lambda: bills.add_bill(claim=self.claims[case], facts=self.facts(bill), actor=self.actors[by]),
        )
        if done:
            self.rows[bill] = done[1]

    @precondition(lambda self: self.rows)
    @rule(number=which, care=cares, self_pay=self_pays, by=people, same=st.booleans())
    def edit_bill(self, number: int, care: str, self_pay: int, by: str, same: bool) -> None:
        old, case = self._some_bill(number)
        bill = Bill(care, self_pay, old.invoice) if same else self.new_bill(number, care, self_pay)
        done = self.take(
            lambda: self.book.add_bill(case, bill, instead=old),
            lambda: bills.edit_bill(bill=self.rows[old], facts=self.facts(bill), actor=self.actors[by]),
        )
        if done:
            self.rows[bill] = done[1]

    @precondition(lambda self: self.rows)
    @rule(number=which, by=people)
    def remove_bill(self, number: int, by: str) -> None:
        bill, case = self._some_bill(number)
        self.take(
            lambda: self.book.remove_bill(case, bill),
            lambda: bills.remove_bill(bill=self.rows[bill], actor=self.actors[by]),
        )

    def _some_bill(self, number: int) -> tuple[Bill, Case]:
        of = {bill: case for case in self.book.cases for bill in case.bills}
        fitting = [bill for bill, case in of.items() if case.state == "assessing"]
        pool = fitting if fitting and number % 8 != 5 else list(of)
        bill = pool[number // 8 % len(pool)]
        return bill, of[bill]

    @precondition(lambda self: self.book.cases)
    @rule(number=which, reserve=amounts, by=people)
    def change_reserve(self, number: int, reserve: int, by: str) -> None:
        case = self.pick(number, "reported", "assessing")
        self.take(
            lambda: self.book.change_reserve(case, reserve),
            lambda: intake.change_reserve(
                claim=self.claims[case], reserve=yuan(reserve), reason="估损", actor=self.actors[by]
            ),
        )

    @precondition(lambda self: any(case.of == HOUSEHOLD for case in self.book.cases))
    @rule(number=which, amount=amounts, by=people)
    def add_or_remove_item(self, number: int, amount: int, by: str) -> None:
        """Amount zero takes the last item back."""
        self._change_items(self._some_loss(number), amount, by)

    def _change_items(self, case: Case, amount: int, by: str) -> None:
        claim, actor = self.claims[case], self.actors[by]
        if amount == 0 and case.items:
            item = LossItem.objects.filter(loss__claim=claim, standing=True).latest("pk")
            self.take(
                lambda: self.book.change_items(case, case.items[:-1]),
                lambda: loss.remove_item(item=item, actor=actor),
            )
            return
        facts = loss.ItemFacts("appliance", "电视机", Decimal(1), "台", yuan(amount))
        self.take(
            lambda: self.book.change_items(case, [*case.items, amount]),
            lambda: loss.add_item(claim=claim, facts=facts, actor=actor),
        )

    @precondition(lambda self: any(case.of == HOUSEHOLD for case in self.book.cases))
    @rule(number=which, amount=amounts, by=people)
    def others_made_good(self, number: int, amount: int, by: str) -> None:
        case = self._some_loss(number)
        self.take(
            lambda: self.book.change_recovered(case, amount),
            lambda: loss.change_loss(
                claim=self.claims[case], facts=loss_facts(recovered=yuan(amount)), actor=self.actors[by]
            ),
        )

    @precondition(lambda self: any(case.of == HOUSEHOLD for case in self.book.cases))
    @rule(
        number=which,
        parties=st.sampled_from((*((one,) for one in sorted(PARTIES)), tuple(sorted(PARTIES)))),
        by=people,
    )
    def sign(self, number: int, parties: tuple[str, ...], by: str) -> None:
        case = self._some_loss(number)
        for party in parties:
            self._sign(case, party, by)

    def _sign(self, case: Case, party: str, by: str) -> None:
        self.take(
            lambda: self.book.sign(case, party),
            lambda: loss.sign_off(
                claim=self.claims[case],
                party=party,
                signed_by="签字人",
                on=timezone.localdate(),
                actor=self.actors[by],
            ),
        )

    def _some_loss(self, number: int) -> Case:
        losses = [case for case in self.book.cases if case.of == HOUSEHOLD]
        fitting = [case for case in losses if case.state in ("reported", "assessing")]
        pool = fitting if fitting and number % 8 != 5 else losses
        return pool[number // 8 % len(pool)]

    # Decision

    @precondition(in_state("assessing"))
    @rule(number=which, by=people)
    def submit(self, number: int, by: str) -> None:
        self._submit(self.pick(number, "assessing"), by)

    def _submit(self, case: Case, by: str) -> None:
        self.take(
            lambda: self.book.submit(case, by),
            lambda: decision.submit_claim(claim=self.claims[case], actor=self.actors[by]),
        )

    @precondition(in_state("submitted"))
    @rule(number=which, by=people)
    def give_back(self, number: int, by: str) -> None:
        case = self.pick(number, "submitted")
        self.take(
            lambda: self.book.give_back(case),
            lambda: decision.return_claim(claim=self.claims[case], reason="补", actor=self.actors[by]),
        )

    @precondition(in_state("submitted"))
    @rule(number=which, by=people)
    def approve(self, number: int, by: str) -> None:
        """Nor does a new decision take the year's grants above what is carried, beyond what was overpaid (R11)."""
        case = self.pick(number, "submitted")
        before = {care: self.book.used(case.of, care) for care in CAP}
        self.take(
            lambda: self.book.approve(case, by),
            lambda: decision.approve_claim(claim=self.claims[case], reason="", actor=self.actors[by]),
        )
        for care in CAP:
            used = self.book.used(case.of, care)
            assert used <= max(before[care], self.book.carried(case.of, care))

    @precondition(in_state("submitted"))
    @rule(number=which)
    def decide_by_another(self, number: int) -> None:
        case = self.pick(number * 8, "submitted")
        by = "first" if case.brought_by == "second" else "second"
        self.take(
            lambda: self.book.approve(case, by),
            lambda: decision.approve_claim(claim=self.claims[case], reason="", actor=self.actors[by]),
        )

    @precondition(in_state(*UNDECIDED))
    @rule(number=which, by=people)
    def reject(self, number: int, by: str) -> None:
        case = self.pick(number, *UNDECIDED)
        self.take(
            lambda: self.book.reject(case, by),
            lambda: decision.reject_claim(
                claim=self.claims[case], reason_code="other", reason="不符", actor=self.actors[by]
            ),
        )

    @precondition(in_state(*UNDECIDED))
    @rule(number=which, by=people)
    def withdraw(self, number: int, by: str) -> None:
        case = self.pick(number, *UNDECIDED)
        self.take(
            lambda: self.book.withdraw(case),
            lambda: outcome.withdraw_claim(claim=self.claims[case], reason="撤", actor=self.actors[by]),
        )

    @precondition(in_state("rejected", "withdrawn", "closed"))
    @rule(number=which, reserve=amounts, by=people)
    def reopen(self, number: int, reserve: int, by: str) -> None:
        case = self.pick(number, "rejected", "withdrawn", "closed")
        self.take(
            lambda: self.book.reopen(case, reserve),
            lambda: outcome.reopen_claim(
                claim=self.claims[case], reason="新材料", reserve=yuan(reserve), actor=self.actors[by]
            ),
        )

    @precondition(in_state("approved", "closed"))
    @rule(number=which, reserve=amounts, by=people)
    def reverse(self, number: int, reserve: int, by: str) -> None:
        case = self.pick(number, "approved", "closed")
        self.take(
            lambda: self.book.reverse(case, reserve, by),
            lambda: outcome.reverse_decision(
                claim=self.claims[case], reason="有误", reserve=yuan(reserve), actor=self.actors[by]
            ),
        )

    # Payment

    @rule()
    def suspend_or_lift(self) -> None:
        self.book.suspended = not self.book.suspended
        at = timezone.now() if self.book.suspended else None
        Agreement.objects.filter(pk=self.world.own.agreement.pk).update(payments_suspended_at=at)

    @precondition(in_state("approved", "paying"))
    @rule(number=which, by=people, properly=st.sampled_from((True, True, False)))
    def pay(self, number: int, by: str, properly: bool) -> None:
        """By anybody, mostly by who didn't approve it."""
        case = self.pick(number, "approved")
        if properly and by == case.approved_by:
            by = "second" if by == "first" else "first"
        done = self.take(
            lambda: self.book.pay(case, by),
            lambda: payment.record_payment(
                claim=self.claims[case], paid_on=timezone.localdate(), reference="B", actor=self.actors[by]
            ),
        )
        if done:
            self.drawn[self.book.batches[-1]] = done[1].line.batch

    @precondition(in_state("approved"))
    @rule(number=which, all_of_them=st.booleans(), named=st.sampled_from((True, True, False)), by=people)
    def gather(self, number: int, all_of_them: bool, named: bool, by: str) -> None:
        cases = self.book.free() if all_of_them else [self.pick(number, "approved")]
        chosen = None if all_of_them else [self.claims[case].pk for case in cases]
        done = self.take(
            lambda: self.book.gather(cases, by),
            lambda: batches.gather_batch(
                agreement=self.world.own.agreement, claims=chosen, actor=self.actors[by]
            ),
        )
        if done:
            batch, self.drawn[done[0]] = done
            for line in batch.lines if named else ():
                self._name_payee(line, by)

    @precondition(lambda self: self.book.free() and not self.book.suspended)
    @rule(
        results=st.lists(st.sampled_from(("paid", "paid", "failed", "back", "open")), min_size=3, max_size=3)
    )
    def send_to_the_bank(self, results: list[str]) -> None:
        """Gathered by one, released by the other, and something said of the first lines: so that runs get to
        payments quickly."""
        actor = self.actors["first"]
        batch = self.book.gather(self.book.free(), "first")
        self.drawn[batch] = batches.gather_batch(agreement=self.world.own.agreement, actor=actor)
        for line in batch.lines:
            self._name_payee(line, "first")
        self._release(batch, "second")
        for line, result in zip(list(batch.lines), results, strict=False):
            if result in ("paid", "back"):
                self._line_paid(line, "second")
            if result == "back":
                self._came_back(line, "second")
            if result == "failed":
                self._line_failed(line, "second")

    @precondition(lambda self: self.book.lines)
    @rule(number=which, by=people)
    def name_payee(self, number: int, by: str) -> None:
        self._name_payee(self.pick_line(number, "pending"), by)

    def _name_payee(self, line: Line, by: str) -> None:
        self.take(
            lambda: self.book.name_payee(line),
            lambda: batches.set_payee(line=self.line_row(line), payee=some_payee(), actor=self.actors[by]),
        )

    @precondition(lambda self: self.book.lines)
    @rule(number=which, by=people)
    def drop(self, number: int, by: str) -> None:
        line = self.pick_line(number, "pending")
        self.take(
            lambda: self.book.drop(line),
            lambda: batches.drop_line(line=self.line_row(line), actor=self.actors[by]),
        )

    def pick_batch(self, number: int) -> Batch:
        drafts = [batch for batch in self.book.batches if batch.state == "draft"]
        pool = drafts if drafts and number % 8 != 5 else self.book.batches
        return pool[number // 8 % len(pool)]

    @precondition(lambda self: self.book.batches)
    @rule(number=which, by=people)
    def cancel(self, number: int, by: str) -> None:
        batch = self.pick_batch(number)
        self.take(
            lambda: self.book.cancel(batch),
            lambda: batches.cancel_batch(batch=self.drawn[batch], actor=self.actors[by]),
        )

    @precondition(lambda self: self.book.batches)
    @rule(number=which, by=people)
    def release(self, number: int, by: str) -> None:
        batch = self.pick_batch(number)
        self._release(batch, by)

    def _release(self, batch: Batch, by: str) -> None:
        self.take(
            lambda: self.book.release(batch, by),
            lambda: batches.release_batch(batch=self.drawn[batch], actor=self.actors[by]),
        )

    @precondition(lambda self: self.book.lines)
    @rule(number=which, by=people)
    def line_paid(self, number: int, by: str) -> None:
        line = self.pick_line(number, "pending")
        self._line_paid(line, by)

    def _line_paid(self, line: Line, by: str) -> None:
        self.take(
            lambda: self.book.line_paid(line),
            lambda: payment.record_line_paid(
                line=self.line_row(line), paid_on=timezone.localdate(), reference="B", actor=self.actors[by]
            ),
        )

    @precondition(lambda self: self.book.lines)
    @rule(number=which, by=people)
    def line_failed(self, number: int, by: str) -> None:
        line = self.pick_line(number, "pending")
        self._line_failed(line, by)

    def _line_failed(self, line: Line, by: str) -> None:
        self.take(
            lambda: self.book.line_failed(line),
            lambda: payment.record_line_failed(
                line=self.line_row(line), reason="销户", actor=self.actors[by]
            ),
        )

    @precondition(lambda self: self.book.lines)
    @rule(number=which, by=people)
    def money_came_back(self, number: int, by: str) -> None:
        line = self.pick_line(number, "paid")
        self._came_back(line, by)

    def _came_back(self, line: Line, by: str) -> None:
        self.take(
            lambda: self.book.came_back(line),
            lambda: payment.reverse_payment(
                line=self.line_row(line), reason="户名不符", actor=self.actors[by]
            ),
        )

    @precondition(lambda self: any(line.state == "recover" for line in self.book.lines))
    @rule(number=which, by=people)
    def payee_gave_it_back(self, number: int, by: str) -> None:
        line = self.pick_line(number, "recover")
        self.take(
            lambda: self.book.recovered(line),
            lambda: outcome.record_recovery(line=self.line_row(line), reference="退", actor=self.actors[by]),
        )

    # The comparison

    @invariant()
    def the_product_stands_where_the_rules_stand(self) -> None:
        wanted, found = self.book.picture(), self.product()
        assert found == wanted

    def product(self) -> dict[str, Any]:
        """The picture of the model, read from the product's tables and selectors."""
        number = {self.claims[case].pk: index for index, case in enumerate(self.book.cases)}
        ledger: dict[str, dict[int, int]] = {"reserve": {}, "payment": {}}
        for claim, kind, amount in (
            LossEntry.objects.order_by().values_list("claim", "kind").annotate(Sum("amount"))
        ):
            if amount:
                ledger[kind][number[claim]] = fen(amount)
        money = Payment.objects.order_by().values_list("claim").annotate(sum=Sum("amount"))
        assert {number[claim]: fen(sum_) for claim, sum_ in money if sum_} == ledger["payment"]
        decided = (
            Decision.objects.order_by()
            .values_list("claim")
            .annotate(Sum("inpatient"), Sum("outpatient"), Sum("loss"))
        )
        claims = list(Claim.objects.values_list("pk", "state", "round", "granted"))
        standing: dict[int, list[str]] = defaultdict(list)
        for claim, invoice in MedicalBill.objects.filter(standing=True).values_list(
            "claim", "invoice_number"
        ):
            standing[number[claim]].append(invoice)
        return {
            "state": {number[pk]: (state, round_) for pk, state, round_, _ in claims},
            "granted": {
                number[pk]: None if granted is None else fen(granted) for pk, _, _, granted in claims
            },
            "decided": {number[pk]: tuple(map(fen, sums)) for pk, *sums in decided if any(sums)},
            "reserve": ledger["reserve"],
            "paid": ledger["payment"],
            "bills": {claim: sorted(invoices) for claim, invoices in standing.items()},
            "used": self._used(),
            "overpaid": self._overpaid(),
            "incurred": fen(agreement_ratio(self.world.own.agreement).incurred),
            "batches": self._batches(number),
        }

    def _used(self) -> dict[tuple[int | str, str], int]:
        place = {person.pk: index for index, person in enumerate(self.persons)}
        used = {}
        for year in BenefitYear.objects.all():
            if year.insured_person_id is None:
                used[HOUSEHOLD, "loss"] = fen(year.property_granted)
            else:
                who = place[year.insured_person_id]
                used[who, "inpatient"] = fen(year.inpatient_granted)
                used[who, "outpatient"] = fen(year.outpatient_granted)
        return {key: amount for key, amount in used.items() if amount}

    def _overpaid(self) -> dict[tuple[int | str, str], int]:
        place = {person.pk: index for index, person in enumerate(self.persons)}
        over = {}
        for row in selectors.overpayments(self.actors["first"], self.world.year):
            over[place[row.person.pk], "inpatient"] = fen(row.inpatient)
            over[place[row.person.pk], "outpatient"] = fen(row.outpatient)
        return {key: amount for key, amount in over.items() if amount}

    def _batches(self, number: dict[int, int]) -> list[tuple[str, list[tuple[int, str, int]]]]:
        lines: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
        for batch, claim, state, amount in PaymentLine.objects.values_list(
            "batch", "claim", "state", "amount"
        ):
            lines[batch].append((number[claim], state, fen(amount)))
        states = PaymentBatch.objects.order_by("pk").values_list("pk", "state")
        return [(state, sorted(lines[pk])) for pk, state in states]


def test_any_steps_in_any_order_stand_where_the_rules_stand(world: World) -> None:
    party = world.own
    persons = list(insure_household(party, persons=3).persons.order_by("pk"))
    actors = {"first": party[Role.ADJUSTER], "second": party[Role.REVIEWER]}
    for name, role in (("first", Role.REVIEWER), ("second", Role.ADJUSTER)):
        give_post(actors[name], role, insurer=party.insurer)
    actors = {name: User.objects.get(pk=user.pk) for name, user in actors.items()}
    run_state_machine_as_test(
        lambda: Machine(world, persons, actors),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="MACHINE_EXAMPLES" not in os.environ,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    never = ALWAYS_TAKEN - set(Machine.taken)
    assert not never, f"never taken, so the runs prove nothing about it: {never}"
    assert len(Machine.refused) > len(ALWAYS_TAKEN) / 2
