"""Values that the scheme's property tests draw: amounts, bills of a year, terms, pools."""

import datetime
from decimal import Decimal

from hypothesis import strategies as st

from jincheng_insurance.scheme.medical import Bill, Care
from jincheng_insurance.scheme.regions import COUNTIES
from jincheng_insurance.scheme.settlement import Pool
from jincheng_insurance.scheme.terms import default_terms

TERMS = default_terms(2026)
PER_VISIT = TERMS.with_changes({"deductible_basis": "per_visit"})


def yuan(fen: int) -> Decimal:
    """An amount given in fen."""
    return Decimal(fen).scaleb(-2)


def amounts(highest: int = 10_000_000) -> st.SearchStrategy[Decimal]:
    """Amounts from 0 to `highest` fen."""
    return st.integers(0, highest).map(yuan)


days = st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
bills = st.builds(Bill.of_self_pay, care=st.sampled_from(Care), on=days, self_pay=amounts(3_000_000))
terms = st.sampled_from([TERMS, PER_VISIT])
counties = st.sampled_from([county.name for county in COUNTIES])


@st.composite
def pools(draw: st.DrawFn) -> list[Pool]:
    """The agreements of a year: up to six counties, three insurers."""
    names = draw(st.lists(counties, unique=True, min_size=1))
    return [
        Pool(
            key=f"agreement {name}",
            insurer=draw(st.sampled_from(["first", "second", "third"])),
            county=name,
            net_premium=draw(amounts(200_000_000)),
            incurred=draw(amounts(300_000_000)),
        )
        for name in names
    ]
