"""Three years of six counties, from the first statement to the last refund, through the services and by the clock; and
beside them a bookkeeper who knows the document and nothing of the product: whole fen, and fractions where it divides.
Every ledger is the bookkeeper's, to the fen (R15, R18, R19, R20, R23, R24)."""

import datetime
import random
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet, Sum

from claims.models import Claim, LossEntry
from claims.services.bills import add_bill
from claims.services.decision import approve_claim, submit_claim
from claims.services.intake import change_reserve, report_claim
from claims.services.outcome import reverse_decision
from claims.services.payment import record_payment
from enrollment.models import Agreement, InsuredHousehold, InsuredPerson, PolicyYear
from enrollment.services.leaving import withdraw_household
from jincheng_insurance.access.models import Insurer, Region
from jincheng_insurance.access.roles import Role
from premiums.models import FundEntry
from premiums.services.funds import pay_funds
from premiums.services.statements import issue_refund, issue_statement
from riskpool.models import Alert, CarryEntry, ExcessEntry, Settlement
from riskpool.selectors.settlements import matches_digest
from riskpool.tasks import evaluate_agreement, sweep_carry
from tests.clock import Clock
from tests.riskpool.settling import settled
from tests.world import Party, World, bill_facts, insure_household, make_user

SEED = 20260101
YEARS = (2026, 2027, 2028)
SIDES = ("city", "county")
# What either side bears of ten parts (§5), and how hard each year hits the county: claims in per cent of the premium.
COUNTIES = {
    "140502": ((5, 5), "A", (40, 70, 95)),
    "140521": ((3, 7), "A", (140, 60, 30)),
    "140522": ((3, 7), "B", (79, 150, 78)),
    "140524": ((5, 5), "B", (100, 125, 130)),
    "140525": ((3, 7), "C", (10, 20, 15)),
    "140581": ((3, 7), "C", (65, 119, 81)),
}
CHANGES = {
    ("140521", 2027): "B",
    ("140521", 2028): "B",
    ("140525", 2028): "A",
}  # another insurer from then on


def nearest(value: Fraction) -> int:
    """Half a fen goes up."""
    return int(value + Fraction(1, 2)) if value >= 0 else -nearest(-value)


def yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def fen(amount: Decimal) -> int:
    return int(amount * 100)


@dataclass
class Bookkeeper:
    """Writes down each event of an agreement with its day, in fen, and reckons the years' ends from that alone."""

    dues: dict[tuple[str, int], list[tuple[datetime.date, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    losses: dict[tuple[str, int], list[tuple[datetime.date, int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    paid: dict[tuple[str, int, str], int] = field(default_factory=lambda: defaultdict(int))
    alerts: dict[tuple[str, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    carry: dict[tuple[str, int, str], int] = field(default_factory=lambda: defaultdict(int))
    excess: dict[tuple[str, int, str], int] = field(default_factory=lambda: defaultdict(int))
    set_off: dict[tuple[str, int, str], int] = field(default_factory=lambda: defaultdict(int))
    refunds: dict[tuple[str, int, str], int] = field(default_factory=lambda: defaultdict(int))

    def due(self, county: str, year: int, *, until: datetime.date | None = None) -> int:
        return sum(sum_ for day, sum_ in self.dues[county, year] if until is None or day <= until)

    def due_of(self, county: str, year: int, side: str) -> int:
        """Every due is a multiple of ten yuan, so that tenths of it are whole."""
        return self.due(county, year) * COUNTIES[county][0][SIDES.index(side)] // 10

    def incurred(self, county: str, year: int, *, until: datetime.date | None = None) -> int:
        rows = self.losses[county, year]
        return sum(paid + reserve for day, paid, reserve in rows if until is None or day <= until)

    def watch(self, county: str, year: int) -> None:
        """An alert where what was incurred is more than so many per cent of the premium, once for each."""
        for level in (80, 100, 120):
            if self.due(county, year) and self.incurred(county, year) * 100 > level * self.due(county, year):
                self.alerts[county, year].add(level)

    def settle(self, year: int, until: datetime.date) -> None:
        """§7: below 80 % the rest up to it is carried over, above 120 % government bears what exceeds it."""
        for county, (parts, *_) in COUNTIES.items():
            due, incurred = self.due(county, year, until=until), self.incurred(county, year, until=until)
            below, above = Fraction(due * 80, 100) - incurred, incurred - Fraction(due * 120, 100)
            for book, sum_ in ((self.carry, below), (self.excess, above)):
                whole = nearest(sum_) if sum_ > 0 and due else 0
                city = nearest(Fraction(whole * parts[0], 10))
                book[county, year, "city"], book[county, year, "county"] = city, whole - city
            if year == YEARS[-1]:
                self._refund(county, year)
        self.set_all_off()

    def _refund(self, county: str, year: int) -> None:
        carried = sum(self.carry[county, each, side] for each in YEARS for side in SIDES)
        used = sum(self.set_off[county, each, side] for each in YEARS for side in SIDES)
        left = max(0, carried - used)
        given = {side: sum(self.paid[county, each, side] for each in YEARS) for side in SIDES}
        city = nearest(Fraction(left * given["city"], given["city"] + given["county"]))
        self.refunds[county, year, "city"], self.refunds[county, year, "county"] = city, left - city

    def set_all_off(self) -> None:
        """Against what the following years owe, the earlier first, in the ratio in which the sides owe."""
        for county in COUNTIES:
            brought = 0
            for year in YEARS:
                due = {side: self.due_of(county, year, side) for side in SIDES}
                used = min(brought, sum(due.values()))
                city = nearest(Fraction(used * due["city"], sum(due.values()))) if used else 0
                self.set_off[county, year, "city"], self.set_off[county, year, "county"] = city, used - city
                brought += sum(self.carry[county, year, side] for side in SIDES) - used

    def left(self, county: str) -> int:
        return sum(
            self.carry[county, year, side]
            - self.set_off[county, year, side]
            - self.refunds[county, year, side]
            for year in YEARS
            for side in SIDES
        )


class Simulation:
    """Drives the services, and tells the bookkeeper what was done."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world, self.clock = world, clock
        self.random = random.Random(SEED)
        self.books = Bookkeeper()
        self.parties: dict[tuple[str, int], Party] = {}
        self.paid_claims: dict[tuple[str, int], Claim] = {}
        self.open_claims: dict[tuple[str, int], Claim] = {}
        self.gone: dict[tuple[str, int], InsuredHousehold] = {}
        self.people: dict[tuple[str, int], list[InsuredPerson]] = {}
        self.reserves: dict[tuple[str, int], int] = {}
        self.today = clock.moment.date()
        world.own.agreement.delete()
        world.foreign.agreement.delete()
        insurers = {each.code: each for each in Insurer.objects.all()}
        insurers["C"] = Insurer.objects.create(code="C", name="保险公司C")
        people = {
            code: {
                Role.ADJUSTER: make_user(f"{code}-理赔", Role.ADJUSTER, insurer=insurer),
                Role.REVIEWER: make_user(f"{code}-审核", Role.REVIEWER, insurer=insurer),
            }
            for code, insurer in insurers.items()
        }
        payers = {
            code: make_user(f"{code}-支付", Role.REVIEWER, insurer=insurer)
            for code, insurer in insurers.items()
        }
        for county, (_parts, first_insurer, _years) in COUNTIES.items():
            region = Region.objects.get(code=county)
            officers = {
                Role.COUNTY_OFFICER: make_user(f"{county}-办", Role.COUNTY_OFFICER, region=region),
                Role.COUNTY_FINANCE: make_user(f"{county}-财", Role.COUNTY_FINANCE, region=region),
            }
            city = {role: world.own[role] for role in (Role.CITY_OFFICER, Role.CITY_FINANCE)}
            for year in YEARS:
                code = CHANGES.get((county, year), first_insurer)
                agreement = Agreement.objects.create(
                    policy_year=PolicyYear.objects.get(pk=year),
                    county=region,
                    insurer=insurers[code],
                    number=f"XY-{county}-{year}",
                    signed_on=f"{year}-01-01",
                )
                agreement.refresh_from_db()
                self.parties[county, year] = Party(
                    region, insurers[code], agreement, payers[code], {**people[code], **officers, **city}
                )

    def on(self, year: int, month: int, day: int) -> None:
        self.today = self.clock.set(year, month, day)

    def state(self, county: str, year: int, *persons: int) -> list[InsuredHousehold]:
        """Insure households of so many persons each, and issue the statement that charges them."""
        party = self.parties[county, year]
        insured = [insure_household(party, persons=each) for each in persons]
        issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])
        self.books.dues[county, year].append((self.today, sum(3000 + 10000 * each for each in persons)))
        return insured

    def give_back(self, county: str, year: int) -> None:
        """Withdraw the household kept for it, and issue the refund."""
        party, gone = self.parties[county, year], self.gone[county, year]
        charged = 3000 + 10000 * gone.persons.count()
        withdraw_household(insured_household=gone, reason="重复录入", actor=party[Role.COUNTY_OFFICER])
        issue_refund(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])
        self.books.dues[county, year].append((self.today, -charged))

    def lose(self, county: str, year: int, person: InsuredPerson, granted: int) -> Claim:
        """A stay that pays `granted` fen: reported, decided and paid on three days."""
        party = self.parties[county, year]
        rows = self.books.losses[county, year]
        reserve = granted + 100 * self.random.randrange(1, 90)
        claim = report_claim(
            insured_person=person, reserve=yuan(reserve), account="", actor=party[Role.ADJUSTER]
        )
        rows.append((self.today, 0, reserve))
        stay = bill_facts(str(2000 + yuan(granted) * 2), on=datetime.date(year, 1, 2))
        add_bill(claim=claim, facts=stay, actor=party[Role.ADJUSTER])
        submit_claim(claim=claim, actor=party[Role.ADJUSTER])
        self.on(self.today.year, self.today.month, self.today.day + 1)
        approve_claim(claim=claim, reason="", without_papers=True, actor=party[Role.REVIEWER])
        rows.append((self.today, 0, granted - reserve))
        self.on(self.today.year, self.today.month, self.today.day + 1)
        record_payment(claim=claim, paid_on=self.today, reference="B1", actor=party.payer)
        rows.append((self.today, granted, -granted))
        return claim

    def report(self, county: str, year: int, person: InsuredPerson, reserve: int) -> None:
        """A claim that stays open."""
        party = self.parties[county, year]
        self.open_claims[county, year] = report_claim(
            insured_person=person, reserve=yuan(reserve), account="", actor=party[Role.ADJUSTER]
        )
        self.books.losses[county, year].append((self.today, 0, reserve))
        self.reserves[county, year] = reserve

    def estimate(self, county: str, year: int, change: int) -> None:
        """Another reserve for the claim still open, by so many fen."""
        claim = self.open_claims[county, year]
        claim.refresh_from_db()
        self.reserves[county, year] += change
        reserve = yuan(self.reserves[county, year])
        adjuster = self.parties[county, year][Role.ADJUSTER]
        change_reserve(claim=claim, reserve=reserve, reason="复核", actor=adjuster)
        self.books.losses[county, year].append((self.today, 0, change))

    def reverse(self, county: str, year: int) -> None:
        """Take the decision on the paid claim back."""
        claim = self.paid_claims[county, year]
        claim.refresh_from_db()
        granted = fen(claim.granted)
        reverse_decision(claim=claim, reason="单据不实", actor=self.parties[county, year][Role.REVIEWER])
        self.books.losses[county, year].append((self.today, -granted, 0))

    def watch(self, year: int) -> None:
        for county in COUNTIES:
            evaluate_agreement(self.parties[county, year].agreement.pk)
            self.books.watch(county, year)

    def pay(self, year: int, part: Fraction) -> None:
        """Each side pays `part` of what it owes by now, in whole fen."""
        for county in COUNTIES:
            party = self.parties[county, year]
            payers = {"city": party[Role.CITY_FINANCE], "county": party[Role.COUNTY_FINANCE]}
            for side in SIDES:
                books = self.books
                owed = books.due_of(county, year, side) - books.set_off[county, year, side]
                amount = int((owed - books.paid[county, year, side]) * part)
                if amount > 0:
                    pay_funds(
                        agreement=party.agreement,
                        side=side,
                        amount=yuan(amount),
                        on=self.today,
                        document=f"财农〔{self.today}〕",
                        actor=payers[side],
                    )
                    books.paid[county, year, side] += amount

    def offset(self) -> None:
        sweep_carry()
        self.books.set_all_off()

    def settle(self, year: int, *, until: datetime.date | None = None) -> Settlement:
        settlement = settled(self.world, year)
        self.books.settle(year, until or self.today)
        return settlement

    def begin(self, year: int) -> None:
        """The first statements, whom they cover, and a first payment."""
        for county in COUNTIES:
            self.on(year, 1, 15)
            households = self.state(county, year, *(self.random.randrange(2, 5) for _ in range(2)))
            self.people[county, year] = [
                person for each in households for person in each.persons.order_by("pk")
            ]
        self.offset()
        self.on(year, 3, 20)
        self.pay(year, Fraction(1, 3))

    def go_on(self, year: int) -> None:
        """A supplementary statement, refunds, a claim paid and one open in each county, alerts, more money."""
        self.on(year, 5, 10)
        for county in COUNTIES:
            (self.gone[county, year],) = self.state(county, year, 1)
        self.offset()
        self.on(year, 6, 4)
        for county in COUNTIES:
            if COUNTIES[county][0] == (5, 5) or year == YEARS[-1]:
                self.give_back(county, year)
        self.offset()
        for county, (_parts, _insurer, burden) in COUNTIES.items():
            target = self.books.due(county, year) * burden[YEARS.index(year)] // 100
            paid = target // 2 + self.random.randrange(50)
            person, other, *_rest = self.people[county, year]
            self.on(year, 7, 5)
            self.paid_claims[county, year] = self.lose(county, year, person, paid)
            self.on(year, 9, 1)
            self.report(county, year, other, target - paid + self.random.randrange(7))
        self.watch(year)
        self.on(year, 11, 20)
        self.pay(year, Fraction(2, 3))

    def run(self) -> None:
        """To the middle of 2029. Each year's books close while the next one runs; some of it moves later still."""
        self.begin(2026)
        self.go_on(2026)
        self.begin(2027)
        self.on(2027, 3, 31)
        self.settle(2026)
        self.go_on(2027)
        self.on(2027, 12, 1)
        self.reverse("140524", 2026)
        self.estimate("140502", 2026, 40_001)
        self.estimate("140521", 2026, -7_003)
        self.settle(2026)
        self.begin(2028)
        self.on(2028, 4, 2)
        self.estimate("140525", 2027, 9_999)  # after the closing day: for the version after the next
        self.settle(2027, until=datetime.date(2028, 3, 31))
        self.settle(2027)
        self.go_on(2028)
        self.on(2029, 3, 31)
        self.settle(2028)
        self.on(2029, 6, 30)
        self.reverse("140581", 2028)
        self.settle(2028)
        for year in YEARS:
            self.watch(year)


def ledger(rows: QuerySet[Any], *keys: str) -> dict[tuple[Any, ...], int]:
    """A ledger's sums by county code, year and what else is named, in fen; sums of zero left out."""
    sums = rows.order_by().values_list("county__code", "policy_year", *keys).annotate(Sum("amount"))
    return {tuple(key): fen(amount) for *key, amount in sums if amount}


def written(book: dict[Any, int]) -> dict[Any, int]:
    return {key: amount for key, amount in book.items() if amount}


def _check_that_much_has_happened(run: Simulation) -> None:
    """Otherwise the ledgers would agree on nothing much."""
    versions = list(
        Settlement.objects.order_by("policy_year", "version").values_list("policy_year", "version")
    )
    assert versions == [(year, version) for year in YEARS for version in (1, 2)]
    assert all(each.confirmed_by != each.drafted_by for each in Settlement.objects.all())
    assert all(matches_digest(each.draft) for each in Settlement.objects.select_related("draft"))
    kinds = {(entry.kind, entry.amount > 0) for entry in CarryEntry.objects.all()}
    assert kinds >= {
        ("booked", True),
        ("booked", False),
        ("offset", True),
        ("offset", False),
        ("refunded", False),
    }
    assert ExcessEntry.objects.filter(amount__lt=0).exists(), "a later version takes excess back"
    moved_on = run.parties["140525", 2028].agreement
    assert moved_on.insurer.code == "A"
    assert CarryEntry.objects.filter(agreement=moved_on, kind="offset").exists(), "to another insurer"
    uneven = [entry for entry in CarryEntry.objects.filter(kind="refunded") if entry.amount % 1]
    assert uneven, "amounts in fen"
    assert set(Alert.objects.values_list("level", flat=True)) == {80, 100, 120}


def test_every_ledger_of_three_years_is_the_bookkeepers_to_the_fen(world: World, clock: Clock) -> None:
    run = Simulation(world, clock)
    run.run()
    books = run.books
    _check_that_much_has_happened(run)
    fund, carry = FundEntry.objects.all(), CarryEntry.objects.all()
    dues = {
        (county, year, side): books.due_of(county, year, side)
        for county in COUNTIES
        for year in YEARS
        for side in SIDES
    }
    paid = {key: sum(row[1] for row in rows) for key, rows in books.losses.items()}
    reserves = {key: sum(row[2] for row in rows) for key, rows in books.losses.items()}
    assert ledger(fund.filter(kind="due"), "side") == written(dues)
    assert ledger(fund.filter(kind="paid"), "side") == written(books.paid)
    assert ledger(LossEntry.objects.filter(kind="payment")) == written(paid)
    assert ledger(LossEntry.objects.filter(kind="reserve")) == written(reserves)
    assert ledger(carry.filter(kind="booked"), "side") == written(books.carry)
    assert ledger(ExcessEntry.objects.all(), "side") == written(books.excess)
    assert ledger(fund.filter(kind="carried"), "side") == written(books.set_off)
    taken = {key: -amount for key, amount in ledger(carry.filter(kind="offset"), "side").items()}
    assert taken == written(books.set_off)
    refunded = {key: -amount for key, amount in ledger(carry.filter(kind="refunded"), "side").items()}
    assert refunded == written(books.refunds)
    for county in COUNTIES:
        left = sum(fen(entry.amount) for entry in carry.filter(county__code=county))
        assert left == books.left(county) == 0, county
    fired: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for county, year, level in Alert.objects.values_list("county__code", "policy_year", "level"):
        fired[str(county), year].add(level)
    assert fired == {key: levels for key, levels in books.alerts.items() if levels}
