"""The six counties of Jincheng, and the ratio in which city and county bear the premium in each."""

from dataclasses import dataclass

from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.money import Ratio

CITY_CODE = "140500"


@dataclass(frozen=True, slots=True)
class County:
    """A county: its 6-digit code, its name, and city : county (R15, §5)."""

    code: str
    name: str
    ratio: Ratio


COUNTIES: tuple[County, ...] = (
    County("140502", "城区", Ratio(5, 5)),
    County("140521", "沁水县", Ratio(3, 7)),
    County("140522", "阳城县", Ratio(3, 7)),
    County("140524", "陵川县", Ratio(5, 5)),
    County("140525", "泽州县", Ratio(3, 7)),
    County("140581", "高平市", Ratio(3, 7)),
)
_BY_KEY = {key: county for county in COUNTIES for key in (county.code, county.name)}


def find_county(county: str) -> County:
    """The county of that name or 6-digit code. RuleError `unknown_county` (R15)."""
    try:
        return _BY_KEY[str(county).strip()]
    except KeyError:
        raise RuleError("unknown_county", county=county) from None


def city_county_ratio(county: str) -> Ratio:
    """City : county of a county by name or code (R15, §5).

    >>> str(city_county_ratio("沁水县")), str(city_county_ratio("140524"))
    ('3 : 7', '5 : 5')
    """
    return find_county(county).ratio
