"""The medical supplement (§3(1)): what a person's bills of a year entitle to, and what a claim is granted
of it."""

import datetime
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from jincheng_insurance.scheme.breakdown import Breakdown, Stage
from jincheng_insurance.scheme.cover import BasicInsurance, Cover
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.money import ZERO, fen, to_yuan
from jincheng_insurance.scheme.terms import DeductibleBasis, Terms

REIMBURSEMENTS = ("basic", "serious_illness", "assistance", "commercial", "other")
CROSSES_YEAR_END = "stay_crosses_year_end"


class Care(StrEnum):
    """The two kinds of treatment, reckoned apart (R7, R8)."""

    INPATIENT = "inpatient"
    OUTPATIENT = "outpatient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One hospital settlement: in all, and what each party reimbursed, in yuan. `on` is the day of
    discharge or visit. Charity and fixed-sum benefits are on record but not deducted (R6, unless
    `charity_deducted`)."""

    care: Care
    on: datetime.date
    bill: Decimal
    admitted: datetime.date | None = None
    basic: Decimal = ZERO
    serious_illness: Decimal = ZERO
    assistance: Decimal = ZERO
    commercial: Decimal = ZERO
    other: Decimal = ZERO
    charity: Decimal = ZERO
    hospital: str = ""
    invoice: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "care", Care(self.care))
        for name in ("bill", *REIMBURSEMENTS, "charity"):
            object.__setattr__(self, name, to_yuan(getattr(self, name)))

    @classmethod
    def of_self_pay(
        cls,
        *,
        care: Care,
        on: datetime.date,
        self_pay: Decimal,
        admitted: datetime.date | None = None,
        hospital: str = "",
        invoice: str = "",
    ) -> "Bill":
        """A bill of which only the self-pay is known."""
        return cls(care=care, on=on, admitted=admitted, bill=self_pay, hospital=hospital, invoice=invoice)


@dataclass(frozen=True, slots=True)
class CareDecision:
    """What a claim is granted for one kind of care, with the person's year before and after it. Amounts in
    yuan; `overpayment` is what the year's grants exceed the entitlement by, `remaining_cap` what is left of
    the cap."""

    care: Care
    self_pay_before: Decimal
    self_pay_after: Decimal
    entitlement_before: Decimal
    entitlement_after: Decimal
    cap: Decimal
    granted_before: Decimal
    granted: Decimal
    overpayment: Decimal
    remaining_cap: Decimal
    breakdown: Breakdown

    @property
    def set_off(self) -> Decimal:
        """How much of an earlier overpayment this decision takes off, in yuan (R11): what the grants before it exceeded
        the entitlement before it by, less what still stands over afterwards. Part of what was granted already."""
        return max(ZERO, self.granted_before - self.entitlement_before) - self.overpayment

    @property
    def explained(self) -> Breakdown:
        """The breakdown as it is shown: what is set off stands as a stage of its own after what was granted already.

        A stay of 2,000 self-pay stands, and 1,000 were granted too much; one of 3,000 more entitles to 1,500: 500 are
        granted, 1,000 set off.

        >>> from jincheng_insurance.scheme.terms import default_terms
        >>> day = datetime.date(2026, 5, 1)
        >>> stays = [Bill.of_self_pay(care=Care.INPATIENT, on=day, self_pay=Decimal(each)) for each in (2000, 3000)]
        >>> decision = adjudicate(
        ...     terms=default_terms(2026), year=2026, standing=stays[:1], new=stays[1:],
        ...     granted={Care.INPATIENT: Decimal(1000)}, basic_insurance=BasicInsurance.RESIDENT,
        ...     cover_from=datetime.date(2026, 1, 1), cover_to=datetime.date(2026, 12, 31))
        >>> explained = decision.cares[0].explained
        >>> explained.amount("set_off"), explained.amount("granted")
        (Decimal('1000.00'), Decimal('500.00'))
        """
        if not self.set_off:
            return self.breakdown
        stages = list(self.breakdown.stages)
        place = [stage.code for stage in stages].index("already_granted") + 1
        return Breakdown((*stages[:place], Stage("set_off", "R11", self.set_off), *stages[place:]))


_AMOUNTS = (
    "self_pay_before",
    "self_pay_after",
    "entitlement_before",
    "entitlement_after",
    "cap",
    "granted_before",
    "granted",
    "overpayment",
    "remaining_cap",
)


@dataclass(frozen=True, slots=True)
class MedicalDecision:
    """What a claim is granted, by the kinds of care its bills touch. `flags` names what a reviewer should
    look at: CROSSES_YEAR_END (R9)."""

    cares: tuple[CareDecision, ...]
    flags: tuple[str, ...] = ()

    @property
    def granted(self) -> Decimal:
        """Granted in all, in yuan."""
        return sum((care.granted for care in self.cares), ZERO)

    def granted_for(self, care: Care) -> Decimal:
        """Granted for one kind of care; 0 where no bill touches it."""
        return sum((decision.granted for decision in self.cares if decision.care == care), ZERO)

    def to_data(self) -> dict[str, Any]:
        """As JSON can keep it, amounts as text."""
        return {
            "cares": [
                {"care": str(care.care), "breakdown": care.breakdown.to_data()}
                | {name: str(getattr(care, name)) for name in _AMOUNTS}
                for care in self.cares
            ],
            "flags": list(self.flags),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "MedicalDecision":
        """What `to_data` gave, again."""
        cares = tuple(
            CareDecision(
                care=Care(row["care"]),
                breakdown=Breakdown.from_data(row["breakdown"]),
                **{name: Decimal(row[name]) for name in _AMOUNTS},
            )
            for row in data["cares"]
        )
        return cls(cares, tuple(data.get("flags", ())))


def self_pay(bill: Bill, *, charity_deducted: bool = False) -> Decimal:
    """Self-pay of a bill (R6, §3(1)): the bill less every reimbursement, in-catalogue and out-of-catalogue
    costs alike. Nothing is rounded. RuleError `negative_amount`, `negative_self_pay`.

    >>> stay = Bill(care=Care.INPATIENT, on=datetime.date(2026, 3, 1), bill=Decimal(9000),
    ...             basic=Decimal(4000), serious_illness=Decimal(500))
    >>> self_pay(stay)
    Decimal('4500.00')
    """
    for name in (*REIMBURSEMENTS, "charity"):
        if getattr(bill, name) < 0:
            raise RuleError("negative_amount", name=name, amount=getattr(bill, name))
    deducted = sum((getattr(bill, name) for name in REIMBURSEMENTS), ZERO)
    left = bill.bill - deducted - (bill.charity if charity_deducted else ZERO)
    if left < 0:
        raise RuleError("negative_self_pay", self_pay=left)
    return left


def deductible_of(terms: Terms, care: Care) -> Decimal:
    """The deductible of a kind of care (R7, §3(1)): 2,000 inpatient, 1,000 outpatient."""
    return terms.inpatient_deductible if care == Care.INPATIENT else terms.outpatient_deductible


def cap_of(terms: Terms, care: Care) -> Decimal:
    """The annual cap of a kind of care (R7, §3(1)): 20,000 inpatient, 10,000 outpatient."""
    return terms.inpatient_cap if care == Care.INPATIENT else terms.outpatient_cap


def entitlement(*, terms: Terms, care: Care, bills: Iterable[Bill]) -> Breakdown:
    """What one person's standing bills of a year entitle to for one kind of care (R7, R8, §3(1)); bills of
    the other kind are left aside. Rounded half-up to the fen: once where the deductible is annual, bill by
    bill where it is per visit; then capped.

    Three stays of 1,500 self-pay each: `annual` 50 % of 4,500 − 2,000, `per_visit` nothing.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> days = [datetime.date(2026, month, 1) for month in (2, 5, 11)]
    >>> stays = [Bill.of_self_pay(care=Care.INPATIENT, on=day, self_pay=Decimal(1500)) for day in days]
    >>> annual = default_terms(2026)
    >>> per_visit = annual.with_changes({"deductible_basis": "per_visit"})
    >>> [entitlement(terms=terms, care=Care.INPATIENT, bills=stays).amount("entitlement")
    ...  for terms in (annual, per_visit)]
    [Decimal('1250.00'), Decimal('0.00')]
    """
    amounts = [self_pay(bill, charity_deducted=terms.charity_deducted) for bill in bills if bill.care == care]
    total = sum(amounts, ZERO)
    deductible, rate, cap = deductible_of(terms, care), terms.medical_rate, cap_of(terms, care)
    parts = [total] if terms.deductible_basis == DeductibleBasis.ANNUAL else amounts
    above = [max(ZERO, part - deductible) for part in parts]
    at_rate = sum((fen(rate * part) for part in above), ZERO)
    return Breakdown(
        (
            Stage("year_self_pay", "R6", total, (("bills", str(len(amounts))),)),
            Stage("deductible", "R8", deductible, (("basis", str(terms.deductible_basis)),)),
            Stage("above_deductible", "R7", sum(above, ZERO)),
            Stage("rate_applied", "R7", at_rate, (("rate", str(rate)),)),
            Stage("cap", "R7", cap),
            Stage("entitlement", "R8", min(cap, at_rate)),
        )
    )


def adjudicate(
    *,
    terms: Terms,
    year: int,
    standing: Sequence[Bill],
    new: Sequence[Bill],
    granted: Mapping[Care, Decimal],
    basic_insurance: BasicInsurance,
    cover_from: datetime.date,
    cover_to: datetime.date,
) -> MedicalDecision:
    """Decide a claim's bills (`new`) beside the bills of the person-year's other granted claims that still
    stand and what those claims were `granted`, all bills of a kind together (R8). Granted is the
    entitlement of all bills less what was granted already, never below 0 (R11): so no order of decisions
    takes a year above entitlement or cap, and an overpayment is set off.

    RuleError: participation (R5), amounts (R6), dates (R9), an invoice twice (R10). Without new bills
    nothing is decided.

    A stay of 4,500 self-pay, then one of 800: granted 1,250 (50 % of 2,500), then 400.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> day = datetime.date(2026, 4, 2)
    >>> decision = adjudicate(
    ...     terms=default_terms(2026), year=2026,
    ...     standing=[Bill.of_self_pay(care=Care.INPATIENT, on=day, self_pay=Decimal(4500))],
    ...     new=[Bill.of_self_pay(care=Care.INPATIENT, on=day, self_pay=Decimal(800))],
    ...     granted={Care.INPATIENT: Decimal(1250)}, basic_insurance=BasicInsurance.RESIDENT,
    ...     cover_from=datetime.date(2026, 1, 1), cover_to=datetime.date(2026, 12, 31))
    >>> decision.granted
    Decimal('400.00')
    """
    if not new:
        return MedicalDecision(())
    check_participation(basic_insurance, year=year)
    for bill in new:
        check_dates(bill, year=year, cover=Cover(cover_from, cover_to))
    check_invoices(standing=standing, new=new)
    cares = tuple(
        _decide(terms, care, standing, new, to_yuan(granted.get(care, ZERO)))
        for care in Care
        if any(bill.care == care for bill in new)
    )
    return MedicalDecision(cares, (CROSSES_YEAR_END,) if any(map(crosses_year_end, new)) else ())


def overpayment(
    *, terms: Terms, standing: Sequence[Bill], granted: Mapping[Care, Decimal]
) -> dict[Care, Decimal]:
    """By how much a person-year's grants exceed what the bills that still stand carry, by kind of care
    (R11): what a reversal uncovers, to be set off against later grants of the year.

    Granted 500 and 1,000 for stays of 3,000 and 2,000; the first is reversed, and 2,000 carry nothing: 1,000.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> stay = Bill.of_self_pay(care=Care.INPATIENT, on=datetime.date(2026, 2, 15), self_pay=Decimal(2000))
    >>> overpayment(terms=default_terms(2026), standing=[stay], granted={Care.INPATIENT: Decimal(1000)})
    {<Care.INPATIENT: 'inpatient'>: Decimal('1000.00'), <Care.OUTPATIENT: 'outpatient'>: Decimal('0.00')}
    """
    return {
        care: max(
            ZERO,
            to_yuan(granted.get(care, ZERO))
            - entitlement(terms=terms, care=care, bills=standing).amount("entitlement"),
        )
        for care in Care
    }


def check_participation(basic_insurance: BasicInsurance, *, year: int) -> None:
    """Refuse a person outside basic medical insurance, or whose participation is unknown (R5, §3(1)).
    RuleError `not_in_basic_insurance`, `basic_insurance_unknown`."""
    if basic_insurance == BasicInsurance.NONE:
        raise RuleError("not_in_basic_insurance", year=year)
    if basic_insurance == BasicInsurance.UNKNOWN:
        raise RuleError("basic_insurance_unknown", year=year)


def check_dates(bill: Bill, *, year: int, cover: Cover) -> None:
    """Refuse a bill whose discharge or visit lies outside the policy year or the cover (R9, §4, §9).
    RuleError `outside_year`, `outside_cover`, `admitted_after_discharge`. The admission may lie before the
    cover.

    A stay from 30 December 2025 to 4 January 2026 belongs to 2026, and is flagged.
    """
    if bill.admitted is not None and bill.admitted > bill.on:
        raise RuleError("admitted_after_discharge", admitted=bill.admitted, on=bill.on)
    if bill.on.year != year:
        raise RuleError("outside_year", on=bill.on, year=year)
    if bill.on not in cover:
        raise RuleError("outside_cover", on=bill.on, cover_from=cover.begins, cover_to=cover.ends)


def crosses_year_end(bill: Bill) -> bool:
    """Whether a stay began in an earlier year than it ended (R9)."""
    return bill.admitted is not None and bill.admitted.year < bill.on.year


def check_invoices(*, standing: Iterable[Bill], new: Iterable[Bill]) -> None:
    """Refuse an invoice that already stands, or occurs twice (R10): same hospital and number, compared
    half-width, without spaces, in capitals. Bills without an invoice number are left aside. RuleError
    `invoice_twice`."""
    seen = {_invoice_key(bill) for bill in standing if bill.invoice}
    for bill in new:
        if not bill.invoice:
            continue
        key = _invoice_key(bill)
        if key in seen:
            raise RuleError("invoice_twice", hospital=bill.hospital, invoice=bill.invoice)
        seen.add(key)


def _invoice_key(bill: Bill) -> tuple[str, str]:
    hospital, invoice = (
        "".join(unicodedata.normalize("NFKC", text).split()).upper() for text in (bill.hospital, bill.invoice)
    )
    return hospital, invoice


def _decide(
    terms: Terms, care: Care, standing: Sequence[Bill], new: Sequence[Bill], granted_before: Decimal
) -> CareDecision:
    before = entitlement(terms=terms, care=care, bills=standing)
    after = entitlement(terms=terms, care=care, bills=[*standing, *new])
    entitled, cap = after.amount("entitlement"), after.amount("cap")
    granted = max(ZERO, entitled - granted_before)
    over = max(ZERO, granted_before + granted - entitled)
    stages = [*after.stages, Stage("already_granted", "R11", granted_before)]
    if over:
        stages.append(Stage("overpayment", "R11", over))
    stages.append(Stage("granted", "R11", granted))
    return CareDecision(
        care=care,
        self_pay_before=before.amount("year_self_pay"),
        self_pay_after=after.amount("year_self_pay"),
        entitlement_before=before.amount("entitlement"),
        entitlement_after=entitled,
        cap=cap,
        granted_before=granted_before,
        granted=granted,
        overpayment=over,
        remaining_cap=max(ZERO, cap - granted_before - granted),
        breakdown=Breakdown(tuple(stages)),
    )
